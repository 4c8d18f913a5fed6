// Which function runs an op, and what it deals.
#include "tacit/gates.h"

#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"

namespace tacit {

namespace {

using gates::GateFunction;

struct RoleFunctions {
  std::array<GateFunction, 3> of;
};

#define TACIT_ROLES(name)                                                                 \
  RoleFunctions {                                                                         \
    { gates::name<Role::kHelper>, gates::name<Role::kFirst>, gates::name<Role::kSecond> } \
  }

const absl::flat_hash_map<std::string, RoleFunctions>& Functions() {
  static const auto* const functions = new absl::flat_hash_map<std::string, RoleFunctions>{
      {"share.add", TACIT_ROLES(Add)},
      {"share.sub", TACIT_ROLES(Sub)},
      {"share.neg", TACIT_ROLES(Neg)},
      {"share.mul_public", TACIT_ROLES(MulPublic)},
      {"share.matmul_public", TACIT_ROLES(MatmulPublic)},
      {"share.reduce_sum", TACIT_ROLES(ReduceSum)},
      {"share.shrink", TACIT_ROLES(Shrink)},
      {"share.coarsen", TACIT_ROLES(Coarsen)},
      {"share.reinterpret", TACIT_ROLES(Reinterpret)},
      {"share.to_additive", TACIT_ROLES(ToAdditive)},
      {"share.truncate", TACIT_ROLES(Truncate)},
      {"share.mul", TACIT_ROLES(Mul)},
      {"share.matmul", TACIT_ROLES(Matmul)},
      {"share.extend_high", TACIT_ROLES(ExtendHigh)},
      {"share.join", TACIT_ROLES(Join)},
      {"share.compare_digits", TACIT_ROLES(CompareDigits)},
      {"share.lex_combine", TACIT_ROLES(LexCombine)},
      {"share.compare_finish", TACIT_ROLES(CompareFinish)},
      {"share.xor", TACIT_ROLES(Xor)},
      {"share.not", TACIT_ROLES(Not)},
      {"share.and", TACIT_ROLES(And)},
      {"share.bit_to_arith", TACIT_ROLES(BitToArith)},
      {"share.bit_mul", TACIT_ROLES(BitMul)},
      {"share.periodic", TACIT_ROLES(Periodic)},
      {"share.exp", TACIT_ROLES(Exp)},
      {"mpc.reshape", TACIT_ROLES(Structural)},
      {"mpc.transpose", TACIT_ROLES(Structural)},
      {"mpc.slice", TACIT_ROLES(Structural)},
      {"mpc.concat", TACIT_ROLES(Structural)},
      {"mpc.broadcast", TACIT_ROLES(Structural)},
      {"mpc.gather", TACIT_ROLES(Structural)},
  };
  return *functions;
}

}  // namespace

absl::Status RunGate(GateIo& io, const GateCall& call, Held* result) {
  const auto found = Functions().find(call.instruction->op);
  if (found == Functions().end()) return absl::UnimplementedError(absl::StrCat("no gate for ", call.instruction->op));
  return found->second.of[static_cast<int>(io.role())](io, call, result);
}

std::vector<DealtArray> DealtArrays(const Program& program, const Entry& entry, const Instruction& instruction) {
  if (instruction.operands.empty() || instruction.results.empty()) return {};
  return DealtArrays(instruction, program.TypeOf(entry, instruction.operands[0]), program.TypeOf(entry, instruction.results[0]));
}

std::vector<DealtArray> DealtArrays(const Instruction& instruction, const Type& x, const Type& r) {
  const std::string& op = instruction.op;
  const int64_t n = x.elements(), results = r.elements();
  std::vector<DealtArray> dealt;
  if (op == "share.mul" || op == "share.matmul") return {{results, r.width}};
  if (op == "share.extend_high") return {{n, r.width}, {n, r.width}};
  if (op == "share.compare_finish") return {{n, 1, true}};
  if (op == "share.and") return {{results, 1, true}};
  if (op == "share.bit_to_arith") return {{results, r.width}};
  if (op == "share.bit_mul") return {{results, r.width}, {results, r.width}};
  if (op == "share.compare_digits") {
    for (int w : ComparisonDigits(x.width - 1, static_cast<int>(instruction.Int("digit"))))
      dealt.push_back({((int64_t{1} << w) - 1) * n, 1, true});
  } else if (op == "share.lex_combine") {
    const int64_t planes = x.shape[1];
    const std::vector<int> groups = LexGroups(static_cast<int>((planes + 1) / 2));
    for (size_t g = 0; g < groups.size(); ++g)
      dealt.insert(dealt.end(), LexSubsets(groups[g], g + 1 == groups.size()).size(), DealtArray{n / planes, 1, true});
  } else if (op == "share.periodic") {
    const std::vector<int64_t>& digits = instruction.Ints("digits");
    int64_t top = 0;
    for (int64_t d : digits) top = std::max(top, d);
    const int64_t ring = r.width + top + instruction.Int("public_bits") - r.fraction;
    for (int64_t d : digits) dealt.insert(dealt.end(), 2, DealtArray{n, static_cast<int>(ring - top + d)});
  } else if (op == "share.exp") {
    const int64_t ring = r.width + instruction.Int("dealt_bits") + instruction.Int("public_bits") - r.fraction;
    dealt.assign(size_t{1} << (x.width - x.fraction - 4), DealtArray{n, static_cast<int>(ring)});
  }
  return dealt;
}

}  // namespace tacit
