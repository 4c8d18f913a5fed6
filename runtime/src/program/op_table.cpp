// The table of ops.
#include "program/op_table.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tacit {

namespace {

constexpr KindSet kU = Only(Kind::kPublic), kM = Only(Kind::kMasked), kA = Only(Kind::kAdditive), kB = Only(Kind::kMaskedBit),
                  kX = Only(Kind::kXorBit);
constexpr int kMany = 1 << 20;

// "axis:i axes:is? epsilon:f": names, kinds (i, f, b, t, is, fs), a question mark for those that may be absent.
std::vector<AttributeSpec> Attributes(absl::string_view text) {
  std::vector<AttributeSpec> specs;
  for (absl::string_view item : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    std::vector<absl::string_view> parts = absl::StrSplit(item, ':');
    absl::string_view kind = parts[1];
    const bool required = kind.back() != '?';
    if (!required) kind.remove_suffix(1);
    const AttributeKind k = kind == "i"    ? AttributeKind::kInt
                            : kind == "f"  ? AttributeKind::kReal
                            : kind == "b"  ? AttributeKind::kBool
                            : kind == "t"  ? AttributeKind::kText
                            : kind == "is" ? AttributeKind::kInts
                                           : AttributeKind::kReals;
    specs.push_back({std::string(parts[0]), k, required});
  }
  return specs;
}

std::map<std::string, OpInfo, std::less<>> MakeTable() {
  std::map<std::string, OpInfo, std::less<>> table;
  auto add = [&](std::string name, OpClass c, std::vector<KindSet> operands, int low, int high, KindSet result, bool deals,
                 absl::string_view attributes) {
    OpInfo info{name, c, std::move(operands), low, high, result, deals, Attributes(attributes)};
    table.emplace(std::move(name), std::move(info));
  };
  auto clear = [&](const char* name, int low, int high, absl::string_view attributes = "") {
    add(absl::StrCat("mpc.", name), OpClass::kClear, {kPlain}, low, high, kPlain, false, attributes);
  };
  auto elementwise = [&](const char* name, int operands, absl::string_view attributes = "") {
    add(absl::StrCat("mpc.", name), OpClass::kElementwise, {kPlain}, operands, operands, kPlain, false, attributes);
  };
  auto structural = [&](const char* name, int low, int high, absl::string_view attributes = "") {
    add(absl::StrCat("mpc.", name), OpClass::kStructural, {kAnyKind}, low, high, kAnyKind, false, attributes);
  };
  auto local = [&](const char* name, std::vector<KindSet> operands, KindSet result, absl::string_view attributes = "") {
    const int n = static_cast<int>(operands.size());
    add(absl::StrCat("share.", name), OpClass::kShare, std::move(operands), n, n, result, false, attributes);
  };
  auto gate = [&](const char* name, std::vector<KindSet> operands, KindSet result, absl::string_view attributes = "") {
    const int n = static_cast<int>(operands.size());
    add(absl::StrCat("share.", name), OpClass::kShare, std::move(operands), n, n, result, true,
        absl::StrCat("address:i receiver:i ", attributes));
  };

  clear("constant", 0, 0);
  clear("weight", 0, 0, "param:t?");
  structural("reshape", 1, 1);
  structural("transpose", 1, 1, "permutation:is");
  structural("slice", 1, 1, "offsets:is strides:is");
  structural("concat", 1, kMany, "axis:i");
  structural("broadcast", 1, 1);
  structural("gather", 2, 2, "axis:i");
  for (const char* name : {"neg", "abs", "exp", "log",   "sqrt", "rsqrt", "reciprocal", "tanh", "sigmoid", "silu", "relu",
                           "erf", "sin", "cos", "floor", "ceil", "round", "sign",       "not",  "is_nan",  "cast", "rescale"})
    elementwise(name, 1);
  elementwise("gelu", 1, "tanh:b?");
  for (const char* name : {"add", "sub", "mul", "div", "pow", "min", "max", "and", "or", "xor"}) elementwise(name, 2);
  elementwise("mod", 2, "fmod:b?");
  elementwise("compare", 2, "predicate:t");
  elementwise("where", 3);
  elementwise("periodic", 1, "period:f frequencies:is constant:f cosines:fs sines:fs low:f high:f error:f");
  elementwise("exp_negative", 1, "floor:f");
  elementwise("select", 2);
  elementwise("cumsum", 1, "axis:i exclusive:b? reverse:b?");
  clear("reduce", 1, 1, "kind:t axes:is");
  clear("matmul", 2, 2);
  clear("argmax", 1, 1, "axis:i");
  clear("one_hot", 1, 1, "depth:i");
  clear("gather_nd", 2, 2, "batch_dims:i");
  clear("embedding", 2, 2);
  clear("softmax", 1, 2, "zero_masked_rows:b?");
  clear("attention", 3, 4, "scale:f zero_masked_rows:b?");
  clear("layer_norm", 2, 3, "epsilon:f");
  clear("rms_norm", 2, 2, "epsilon:f");
  clear("rotary", 3, 3, "interleaved:b?");
  clear("below", 1, 1, "thresholds:fs tolerance:f?");
  clear("bit_sum", 1, 1, "coefficients:fs constant:f");

  local("encode", {kPlain}, kU);
  local("reveal", {KindSet(kA | kX)}, kPlain, "owner:t address:i");
  local("remask", {KindSet(kA | kX)}, KindSet(kM | kB), "round:i address:i");
  local("add", {KindSet(kM | kA | kU), KindSet(kM | kA | kU)}, KindSet(kM | kA));
  local("sub", {KindSet(kM | kA | kU), KindSet(kM | kA | kU)}, KindSet(kM | kA));
  local("neg", {KindSet(kM | kA)}, KindSet(kM | kA));
  local("mul_public", {KindSet(kM | kA), kU}, KindSet(kM | kA));
  local("matmul_public", {KindSet(kM | kA | kU), KindSet(kM | kA | kU)}, KindSet(kM | kA));
  local("reduce_sum", {KindSet(kM | kA)}, KindSet(kM | kA), "axes:is");
  local("shrink", {KindSet(kM | kA | kU)}, KindSet(kM | kA | kU));
  local("coarsen", {kM}, kM);
  local("reinterpret", {KindSet(kM | kA | kU)}, KindSet(kM | kA | kU));
  local("to_additive", {KindSet(kM | kB)}, KindSet(kA | kX));
  local("truncate", {kA}, kA);
  local("join", {kM, kM}, kM);
  local("xor", {KindSet(kB | kX), KindSet(kB | kX)}, KindSet(kB | kX));
  local("not", {KindSet(kB | kX)}, KindSet(kB | kX));
  gate("mul", {kM, kM}, kA);
  gate("matmul", {kM, kM}, kA);
  gate("extend_high", {kM}, kA);
  gate("compare_digits", {kM}, kX, "thresholds:is digit:i");
  gate("lex_combine", {kB}, kX);
  gate("compare_finish", {kM, kX}, kX, "thresholds:is");
  gate("and", {kB, kB}, kX);
  gate("bit_to_arith", {kB}, kA);
  gate("bit_mul", {kB, kM}, kA);
  gate("periodic", {kM}, kA, "frequencies:is constant:i cosines:is sines:is digits:is coefficient_bits:i public_bits:i");
  gate("exp", {kM}, kA, "dealt_bits:i public_bits:i");
  return table;
}

}  // namespace

const OpInfo* FindOp(absl::string_view name) {
  static const auto* const table = new std::map<std::string, OpInfo, std::less<>>(MakeTable());
  const auto found = table->find(std::string(name));
  return found == table->end() ? nullptr : &found->second;
}

const char* KindName(Kind kind) {
  static const char* const names[] = {"f32", "i64", "i32", "i1", "public", "masked", "additive", "masked_bit", "xor_bit"};
  return static_cast<size_t>(kind) < 9 ? names[static_cast<size_t>(kind)] : "unknown kind";
}

std::string DescribeType(const Type& type) {
  const std::string shape = absl::StrCat("[", absl::StrJoin(type.shape, ","), "]");
  if (type.width == 0) return absl::StrCat(KindName(type.kind), shape);
  return absl::StrCat(KindName(type.kind), "<", type.width, ",", type.fraction, ">", shape);
}

}  // namespace tacit
