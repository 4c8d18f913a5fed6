#include "mpc/Pipelines/CheckCases.h"
#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// What a case makes of a value: the largest magnitude, infinite where one is no number, and of its rows the largest sum of squares, as they
// are and about their mean.
struct Seen {
  double magnitude = 0, squares = 0, centred = 0;
};

Seen look(const tacit::Tensor &tensor) {
  Seen seen;
  if (tensor.kind() != tacit::Kind::kF32 || tensor.size() == 0)
    return seen;
  int64_t row = tensor.shape().empty() ? 1 : tensor.shape().back();
  for (int64_t begin = 0; begin < tensor.size(); begin += row) {
    double sum = 0, squares = 0;
    for (int64_t i = begin; i < begin + row; ++i) {
      double x = tensor.f32()[i];
      seen.magnitude = std::isnan(x) ? INFINITY : std::max(seen.magnitude, std::abs(x));
      sum += x, squares += x * x;
    }
    seen.squares = std::max(seen.squares, squares);
    seen.centred = std::max(seen.centred, squares - sum * sum / static_cast<double>(row));
  }
  return seen;
}

} // namespace

static LogicalResult checkCase(func::FuncOp function, const std::string &path, const PhaseOptions &options) {
  FailureOr<tacit::NamedTensors> inputs = readCaseInputs(function, path);
  if (failed(inputs))
    return failure();
  const double bound = IntervalBounds().value; // of numbers, and of a norm's sums of squares
  llvm::DenseMap<Value, Seen> seen;
  for (BlockArgument argument : function.getArguments())
    for (const auto &[name, tensor] : *inputs)
      if (name == argumentName(function, argument.getArgNumber()))
        seen[argument] = look(tensor);
  SmallVector<std::pair<Operation *, double>> beyond, rows;
  InterpreterOptions interpreter;
  interpreter.load = loadParamsFrom(options.weightsDirs);
  interpreter.probe = [&](Operation *op, unsigned index, const tacit::Tensor &value) {
    double magnitude = (seen[op->getResult(index)] = look(value)).magnitude;
    if (!isSecret(op->getResult(index).getType()) || llvm::isa<OwnedOp, WeightOp>(op) || op->getParentOp() != function.getOperation())
      return; // owners check what they share
    if (magnitude > bound && std::isfinite(magnitude) &&
        llvm::all_of(op->getOperands(), [&](Value v) { return seen.lookup(v).magnitude <= bound; }))
      beyond.emplace_back(op, magnitude);
    if (!llvm::isa<LayerNormOp, RmsNormOp>(op) || !isSecret(op->getOperand(0).getType()))
      return;
    Seen input = seen.lookup(op->getOperand(0));
    double sum = llvm::isa<LayerNormOp>(op) ? input.centred : input.squares;
    if (sum > bound && input.magnitude <= bound) // else what made it is named
      rows.emplace_back(op, sum);
  };
  if (failed(interpretF32(function, *inputs, interpreter)))
    return failure();
  for (auto [op, magnitude] : beyond)
    op->emitError() << "in the case " << path << " a number reaches " << magnitude
                    << "; programs of proved ranges hold numbers below 2^26. --ranges calibrated makes room for what cases show";
  for (auto [op, sum] : rows)
    op->emitError() << "in the case " << path << " a row's sum of squares reaches " << sum
                    << "; programs of proved ranges hold sums below 2^26. --ranges calibrated makes room for what cases show";
  return success(beyond.empty() && rows.empty());
}

LogicalResult mlir::mpc::checkCases(ModuleOp module, const PhaseOptions &options, ArrayRef<std::string> cases) {
  LogicalResult result = success();
  for (auto function : module.getOps<func::FuncOp>())
    for (const std::string &name : cases)
      if (auto path = casePathFor(function, name); !function.isExternal() && path && failed(checkCase(function, *path, options)))
        result = failure();
  return result;
}
