// What C++ emitted from a program is written in (mpc-translate --mpc-to-cpp, docs/howto/emitted-cpp.md). Emitted functions are straight
// lines of calls on a Party, one call an instruction, over numbered slots. The calls run the same gates and send the same messages as the
// executor that reads a container (executor.h), so that parties of either sort work together in one session.
//
//   p.Matmul(118, s[14], s[3], Last(s[9]), additive_46_18_24x128, {40, 2});
//
// runs instruction 118 of the container: slot 14 = slot 3 times slot 9, whose value is not read again, a tensor of type
// additive_46_18_24x128; P0 deals for it under the PRG address 40, to P2. Error texts, reports and messages use the same numbers.
//
// The same lines run at all three parties: P0 runs them once, offline, on masks, and deals; the evaluators P1 and P2 first receive what is
// dealt to them (EntryCode::material) and run them online. After the first error every call does nothing.
#ifndef TACIT_EMITTED_H
#define TACIT_EMITTED_H

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tacit/executor.h"
#include "tacit/gates.h"
#include "tacit/party_main.h"
#include "tacit/program.h"

namespace tacit::emitted {

// A place in a party's memory; values that do not live at once use the same one.
struct Slot {
  Held held;
  const Type* type = nullptr;  // of the value that is there; null for none
};

// An operand. A slot that is read for the last time is empty afterwards.
struct Use {
  Use(Slot& s, bool l = false) : slot(&s), last(l) {}  // NOLINT: a slot stands for its use
  Slot* slot;
  bool last;
};
inline Use Last(Slot& slot) { return {slot, true}; }

// Types. Rings have a width and fractional bits.
using Shape = std::initializer_list<int64_t>;
inline Type Masked(int width, int fraction, Shape shape) { return {Kind::kMasked, width, fraction, shape}; }
inline Type Additive(int width, int fraction, Shape shape) { return {Kind::kAdditive, width, fraction, shape}; }
inline Type Public(int width, int fraction, Shape shape) { return {Kind::kPublic, width, fraction, shape}; }
inline Type MaskedBit(Shape shape) { return {Kind::kMaskedBit, 0, 0, shape}; }
inline Type XorBit(Shape shape) { return {Kind::kXorBit, 0, 0, shape}; }
inline Type F32(Shape shape) { return {Kind::kF32, 0, 0, shape}; }
inline Type I64(Shape shape) { return {Kind::kI64, 0, 0, shape}; }
inline Type I32(Shape shape) { return {Kind::kI32, 0, 0, shape}; }
inline Type I1(Shape shape) { return {Kind::kI1, 0, 0, shape}; }

// Attributes of Party::Clear, by name.
inline Attribute Int(const char* name, int64_t value) { return {name, value}; }
inline Attribute Real(const char* name, double value) { return {name, value}; }
inline Attribute Bool(const char* name, bool value) { return {name, value}; }
inline Attribute Text(const char* name, const char* value) { return {name, std::string(value)}; }
inline Attribute Ints(const char* name, std::initializer_list<int64_t> values) { return {name, std::vector<int64_t>(values)}; }
inline Attribute Reals(const char* name, std::initializer_list<double> values) { return {name, std::vector<double>(values)}; }

// What P0 deals for a gate: the address of its PRG streams, and the evaluator (1 or 2) that is sent the half that is no PRG's.
struct Dealt {
  uint32_t address;
  int receiver;
};

// A masked value that an owner ("client" or "model") shares: its share number, the address of its masks, its type.
struct SharedValue {
  const char* owner;
  uint32_t number;
  uint32_t address;
  const Type* type;
};

// What an instruction deals, on the wire.
struct Material {
  uint32_t instruction;
  int receiver;
  int64_t bytes;
};

// A public value that secret ones will meet: its number in the container, which the parties' digest of public values uses.
struct Kept {
  uint32_t value;
  Slot& slot;
};

// A party in one run. Of every call `n` is the number of the instruction, `r` the slot of its result and `type` the result's type.
class Party {
 public:
  using Numbers = std::initializer_list<int64_t>;

  struct State;
  explicit Party(State* state) : state_(state) {}

  Role role() const;
  const absl::Status& status() const;  // the first error

  //===-- Public part, which all three parties run alike ----------------------------------------------------------------===//

  // A public input, or what an owner publishes; `message` is its number among the owner's kPublic messages, `value` as in Kept.
  void PublicInput(uint32_t value, Slot& r, const Type& type, uint32_t message, absl::string_view name);
  void Published(uint32_t value, Slot& r, const Type& type, uint32_t message, absl::string_view owner);
  void Integers(uint32_t n, Slot& r, const Type& type, absl::Span<const int64_t> values);
  void Floats(uint32_t n, Slot& r, const Type& type, absl::Span<const float> values);
  void FillInteger(uint32_t n, Slot& r, const Type& type, int64_t value);
  void FillFloat(uint32_t n, Slot& r, const Type& type, float value);
  // A constant too large for the text: instruction n's elements from the container, whose digest was compared.
  void FromContainer(uint32_t n, Slot& r, const Type& type);
  // Any op of the mpc dialect on plain values. `node` is named by errors.
  void Clear(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
             std::initializer_list<Attribute> attributes, absl::string_view node);
  void Encode(uint32_t n, Slot& r, Use x, const Type& type, absl::string_view node);
  // Ends the public part: the parties compare a digest of what is kept, the rest is dropped.
  void Commit(std::initializer_list<Kept> kept);

  //===-- Owners' values, rounds, results -------------------------------------------------------------------------------===//

  // An owner's value, from its message and its masks, where it is first read.
  void Expand(Slot& r, const SharedValue& value);
  // Remasks of a round are queued; the exchange sends them in one message each way and makes their results.
  void Remask(uint32_t n, Slot& r, Use x, const Type& type, uint32_t address);
  void Exchange(int64_t round);
  // This evaluator's summand of a result goes to its owner.
  void Reveal(uint32_t n, Use x, const char* owner, uint32_t address);

  //===-- Gates: the ops of the share dialect (dialects/Share/ShareOps.td) ----------------------------------------------===//

  void Add(uint32_t n, Slot& r, Use x, Use y, const Type& type);
  void Sub(uint32_t n, Slot& r, Use x, Use y, const Type& type);
  void Neg(uint32_t n, Slot& r, Use x, const Type& type);
  void MulPublic(uint32_t n, Slot& r, Use x, Use y, const Type& type);
  void MatmulPublic(uint32_t n, Slot& r, Use x, Use y, const Type& type);
  void ReduceSum(uint32_t n, Slot& r, Use x, const Type& type, Numbers axes);
  void Shrink(uint32_t n, Slot& r, Use x, const Type& type);
  void Reinterpret(uint32_t n, Slot& r, Use x, const Type& type);
  void ToAdditive(uint32_t n, Slot& r, Use x, const Type& type);
  void Truncate(uint32_t n, Slot& r, Use x, const Type& type);
  void Join(uint32_t n, Slot& r, Use low, Use high, const Type& type);
  void Xor(uint32_t n, Slot& r, Use x, Use y, const Type& type);
  void Not(uint32_t n, Slot& r, Use x, const Type& type);
  void Mul(uint32_t n, Slot& r, Use x, Use y, const Type& type, Dealt dealt);
  void Matmul(uint32_t n, Slot& r, Use x, Use y, const Type& type, Dealt dealt);
  void ExtendHigh(uint32_t n, Slot& r, Use x, const Type& type, Dealt dealt);
  void CompareDigits(uint32_t n, Slot& r, Use x, const Type& type, Numbers thresholds, int64_t digit, Dealt dealt);
  void LexCombine(uint32_t n, Slot& r, Use x, const Type& type, Dealt dealt);
  void CompareFinish(uint32_t n, Slot& r, Use x, Use less, const Type& type, Numbers thresholds, Dealt dealt);
  void And(uint32_t n, Slot& r, Use x, Use y, const Type& type, Dealt dealt);
  void BitToArith(uint32_t n, Slot& r, Use x, const Type& type, Dealt dealt);
  void BitMul(uint32_t n, Slot& r, Use bit, Use x, const Type& type, Dealt dealt);
  // Any other gate, by the op's name.
  void Gate(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
            std::initializer_list<Attribute> attributes);
  void Gate(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
            std::initializer_list<Attribute> attributes, Dealt dealt);

  // Structure, of shares of any kind.
  void Reshape(uint32_t n, Slot& r, Use x, const Type& type);
  void Transpose(uint32_t n, Slot& r, Use x, const Type& type, Numbers permutation);
  void Slice(uint32_t n, Slot& r, Use x, const Type& type, Numbers offsets, Numbers strides);
  void Concat(uint32_t n, Slot& r, std::initializer_list<Use> parts, const Type& type, int64_t axis);
  void Broadcast(uint32_t n, Slot& r, Use x, const Type& type);
  void Gather(uint32_t n, Slot& r, Use x, Use indices, const Type& type, int64_t axis, absl::string_view node);

 private:
  void Run(uint32_t n, Slot& r, const char* op, absl::Span<const Use> operands, const Type& type, std::vector<Attribute> attributes,
           const Dealt* dealt = nullptr, absl::string_view node = "");
  void Constant(uint32_t n, Slot& r, const Type& type, std::vector<uint8_t> data);

  State* state_;
};

// One entry point. Functions are given the slots' array.
struct EntryCode {
  const char* name;
  uint32_t index;         // in the program
  uint32_t instructions;  // in the container; the highest number is one less
  uint32_t slots;
  absl::Span<const SharedValue> shared;
  absl::Span<const Material> material;  // what P0 deals, in order
  void (*preamble)(Party& p, Slot* s);
  void (*body)(Party& p, Slot* s);
};

// An emitted program. `digest` is the container's, in hexadecimal: parties of the two sorts meet under it.
struct ProgramCode {
  const char* digest;
  bool container;  // whether a constant is read from the container
  absl::Span<const EntryCode> entries;
};

// The digest's bytes; InvalidArgument for what is no digest.
absl::StatusOr<Digest> DigestOf(const ProgramCode& program);
// The entry of that name.
absl::StatusOr<const EntryCode*> FindEntry(const ProgramCode& program, absl::string_view name);
// A run of `entry` at party 0, 1 or 2, as PartyExecutor's constructor has it. `container` may be null where the program does not need it;
// both must outlive the run.
absl::StatusOr<std::unique_ptr<PartyRun>> MakeRun(const ProgramCode& program, const EntryCode& entry, int party, const PartySeeds& seeds,
                                                  const Links& links, const ExecutorOptions& options, const Program* container);

}  // namespace tacit::emitted

#endif
