// Every op that a program may hold: how many operands of which kinds, which attributes (dialects/Mpc/MpcOps.td,
// dialects/Share/ShareOps.td).
#ifndef TACIT_PROGRAM_OP_TABLE_H
#define TACIT_PROGRAM_OP_TABLE_H

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tacit/program.h"

namespace tacit {

// Sets of kinds, a bit each.
using KindSet = uint16_t;
constexpr KindSet Only(Kind kind) { return KindSet(1u << static_cast<int>(kind)); }
constexpr bool Has(KindSet set, Kind kind) { return (set >> static_cast<int>(kind)) & 1; }
inline constexpr KindSet kPlain = Only(Kind::kF32) | Only(Kind::kI64) | Only(Kind::kI32) | Only(Kind::kI1);
inline constexpr KindSet kAnyKind = 0x1FF;

enum class AttributeKind : uint8_t {
  kInt,
  kReal,
  kBool,
  kText,
  kInts,
  kReals
};  // the order of AttributeValue's alternatives and of the schema

struct AttributeSpec {
  std::string name;
  AttributeKind kind;
  bool required;
};

enum class OpClass : uint8_t {
  kClear,        // mpc: clear operands and result only
  kElementwise,  // the same, and the result's shape is the operands' broadcast
  kStructural,   // mpc: any kind
  kShare,
};

struct OpInfo {
  std::string name;
  OpClass op_class;
  std::vector<KindSet> operands;  // the last one serves all further operands
  int min_operands, max_operands;
  KindSet result;
  bool deals;  // needs `receiver` and has dealt arrays
  std::vector<AttributeSpec> attributes;
};

// Null for an unknown op.
const OpInfo* FindOp(absl::string_view name);

// "Masked", for texts.
const char* KindName(Kind kind);
// "masked<40,12>[1,7]".
std::string DescribeType(const Type& type);

}  // namespace tacit

#endif
