// A loaded program: the container's tables as plain C++ structs, checked (every index in range, every op known).
#ifndef TACIT_PROGRAM_H
#define TACIT_PROGRAM_H

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tacit {

enum class Kind : uint8_t { kF32, kI64, kI32, kI1, kPublic, kMasked, kAdditive, kMaskedBit, kXorBit };

// True for kF32, kI64, kI32, kI1: values that somebody sees in clear.
inline bool IsClear(Kind kind) { return kind <= Kind::kI1; }

struct Type {
  Kind kind = Kind::kF32;
  int width = 0;     // bits of the ring, 1 to 64; 0 unless Public, Masked, Additive
  int fraction = 0;  // fractional bits
  std::vector<int64_t> shape;

  int64_t elements() const;  // product of the shape; load checks that it fits
  bool operator==(const Type&) const = default;
};

using ValueId = uint32_t;

struct Value {
  uint32_t type = 0;  // index into Program::types
  uint32_t slot = 0;
};

using AttributeValue = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>, std::vector<double>>;

struct Attribute {
  std::string name;
  AttributeValue value;
};

struct Instruction {
  std::string op;  // "share.matmul"
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
  std::vector<Attribute> attributes;
  uint32_t origin = 0;
  std::vector<uint8_t> data;

  // The attribute's value, or the default where it is absent. Load has checked kinds against the op's table.
  int64_t Int(absl::string_view name, int64_t absent = 0) const;
  double Real(absl::string_view name, double absent = 0) const;
  bool Bool(absl::string_view name, bool absent = false) const;
  std::string Text(absl::string_view name) const;
  const std::vector<int64_t>& Ints(absl::string_view name) const;
  const std::vector<double>& Reals(absl::string_view name) const;
};

struct Origin {
  std::string name;  // ONNX node
  std::string kind;  // "mpc.gelu"
};

// Values that a program assumes, both ends included.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool bounded() const { return low > -std::numeric_limits<double>::infinity() || high < std::numeric_limits<double>::infinity(); }
  bool operator==(const Range&) const = default;
};

struct ClearFunction {
  std::string owner;
  std::vector<uint32_t> arguments;  // into Entry::inputs
  std::vector<uint32_t> params;     // into Program::params
  std::vector<Value> values;
  std::vector<Instruction> instructions;
  std::vector<ValueId> results;
  std::vector<ValueId> shares;  // into Entry::values
  uint32_t address = 0;
  std::vector<Range> ranges;  // of each result, or none
};

inline constexpr uint32_t kNoValue = 0xFFFFFFFF;

struct Port {
  std::string name;
  std::string owner;  // "client", "model", "public"
  ValueId value = kNoValue;
  uint32_t type = 0;
  Range range{};  // of an input; its owner checks it
};

struct Entry {
  std::string name;
  std::vector<Value> values;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<ClearFunction> clear;
  std::vector<Instruction> instructions;
  uint32_t slots = 0;
  uint32_t rounds = 0;
};

struct Param {
  std::string name;
  std::string file;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint32_t type = 0;
};

using Digest = std::array<uint8_t, 32>;

struct Program {
  uint32_t version = 1;
  std::string tool;
  Digest digest{};
  std::vector<Type> types;
  std::vector<Origin> origins;
  std::vector<Param> params;
  std::vector<Entry> entries;

  const Type& TypeOf(const Entry& entry, ValueId value) const { return types[entry.values[value].type]; }
  const Type& TypeOf(const ClearFunction& f, ValueId value) const { return types[f.values[value].type]; }
  // The entry of that name; the only one (or `main`) for an empty name.
  absl::StatusOr<const Entry*> FindEntry(absl::string_view name) const;
};

// Parses and checks a container: identifier, version, digest, FlatBuffers structure, every index, known ops with the right
// number and kinds of operands. InvalidArgument names what is wrong. Sizes are bounded before anything is allocated.
absl::StatusOr<Program> ParseProgram(absl::string_view bytes);

// The container of a program, with its digest filled in.
std::string SerializeProgram(const Program& program);

// Reads and parses a file.
absl::StatusOr<Program> LoadProgram(const std::string& path);

}  // namespace tacit

#endif
