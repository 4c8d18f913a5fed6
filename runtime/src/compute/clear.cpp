// Clear ops by name, and clear functions.
#include "tacit/clear.h"

#include "absl/container/flat_hash_map.h"
#include "compute/clear_ops.h"

namespace tacit {

namespace {

using clear::Op;

const Op* Find(absl::string_view name) {
  static const auto* const table = [] {
    auto* all = new absl::flat_hash_map<absl::string_view, const Op*>();
    for (absl::Span<const Op> family : {clear::ElementwiseOps(), clear::StructureOps(), clear::ReduceOps(), clear::NamedOps()}) {
      for (const Op& op : family) (*all)[op.name] = &op;
    }
    return all;
  }();
  const auto it = table->find(name);
  return it == table->end() ? nullptr : it->second;
}

// Far above any tensor of a model, far below what overflows an address.
constexpr int64_t kMostElements = int64_t{1} << 36;

}  // namespace

bool clear::SaneShape(const Shape& shape) {
  int64_t n = 1;
  for (int64_t d : shape) {
    if (d < 0 || (d > 0 && n > kMostElements / d)) return false;
    if (d > 0) n *= d;  // a dimension of 0 does not hide an overflow of the others
  }
  return true;
}

bool IsClearOp(absl::string_view op) { return Find(op) != nullptr; }

absl::StatusOr<Tensor> RunClear(const Instruction& instruction, absl::Span<const Tensor* const> operands, const Type& result_type) {
  const Op* op = Find(instruction.op);
  if (op == nullptr) return absl::UnimplementedError(absl::StrCat("no clear op is named '", instruction.op, "'"));
  const clear::Call call{instruction, operands, result_type};
  const auto count = static_cast<int>(operands.size());
  if (count < op->least || (op->most >= 0 && count > op->most)) {
    return clear::Bad(call, "takes ", op->least, op->most == op->least ? "" : " or more", " operands, got ", count);
  }
  for (const Tensor* t : operands) {
    if (t == nullptr) return clear::Bad(call, "an operand has no value");
  }
  if (!IsClear(result_type.kind)) return clear::Bad(call, "the result is not a clear tensor");
  if (!clear::SaneShape(result_type.shape)) return clear::Bad(call, "the result's shape is out of bounds");
  return op->run(call);
}

absl::StatusOr<std::vector<Tensor>> RunClearFunction(const Program& program, const ClearFunction& function,
                                                     absl::Span<const Tensor* const> arguments,
                                                     const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load) {
  const size_t count = function.values.size();
  const auto bad = [](absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat("clear function: ", what)); };
  if (arguments.size() != function.arguments.size()) {
    return bad(absl::StrCat("takes ", function.arguments.size(), " arguments, got ", arguments.size()));
  }
  if (arguments.size() > count) return bad("more arguments than values");
  for (const Value& v : function.values) {
    if (v.type >= program.types.size()) return bad("a value's type is out of range");
  }
  // A value is an argument, which the caller keeps, or one of these, which live until their last use.
  std::vector<Tensor> own(count);
  std::vector<const Tensor*> value(count, nullptr);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == nullptr) return bad(absl::StrCat("argument ", i, " has no value"));
    const Type& type = program.TypeOf(function, static_cast<ValueId>(i));
    if (arguments[i]->kind() != type.kind || arguments[i]->shape() != type.shape) {
      return bad(absl::StrCat("argument ", i, " is ", clear::Describe(*arguments[i]), ", expected ", Describe(type.kind, type.shape)));
    }
    value[i] = arguments[i];
  }
  std::vector<size_t> last_use(count, 0);
  for (size_t n = 0; n < function.instructions.size(); ++n) {
    for (ValueId v : function.instructions[n].operands) {
      if (v >= count) return bad("an operand is out of range");
      last_use[v] = n;
    }
  }
  for (ValueId v : function.results) {
    if (v >= count) return bad("a result is out of range");
    last_use[v] = function.instructions.size();
  }

  size_t next_param = 0;
  std::vector<const Tensor*> operands;
  for (size_t n = 0; n < function.instructions.size(); ++n) {
    const Instruction& instruction = function.instructions[n];
    if (instruction.results.size() != 1 || instruction.results[0] >= count)
      return bad(absl::StrCat(instruction.op, " must have one result"));
    const ValueId to = instruction.results[0];
    if (value[to] != nullptr) return bad("a value is defined twice");
    const Type& type = program.TypeOf(function, to);
    if (instruction.op == "mpc.weight") {
      if (next_param >= function.params.size()) return bad("more mpc.weight instructions than parameters");
      absl::StatusOr<Tensor> loaded = load(function.params[next_param++]);
      if (!loaded.ok()) return loaded.status();
      if (loaded->kind() != type.kind || loaded->shape() != type.shape) {
        return bad(absl::StrCat("a parameter is ", clear::Describe(*loaded), ", expected ", Describe(type.kind, type.shape)));
      }
      own[to] = *std::move(loaded);
    } else {
      operands.clear();
      for (ValueId v : instruction.operands) {
        if (value[v] == nullptr) return bad(absl::StrCat(instruction.op, " reads a value before it is defined"));
        operands.push_back(value[v]);
      }
      absl::StatusOr<Tensor> result = RunClear(instruction, operands, type);
      if (!result.ok()) return result.status();
      own[to] = *std::move(result);
    }
    value[to] = &own[to];
    for (ValueId v : instruction.operands) {
      if (last_use[v] == n && value[v] == &own[v]) own[v] = Tensor();
    }
  }
  std::vector<Tensor> results;
  for (ValueId v : function.results) {
    if (value[v] == nullptr) return bad("a result is never defined");
    results.push_back(*value[v]);  // copied: one value may be two results
  }
  return results;
}

}  // namespace tacit
