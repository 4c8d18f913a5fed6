#include "mpc/Pipelines/CheckCases.h"
#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static double magnitudeOf(const tacit::Tensor &tensor) {
  double most = 0;
  for (int64_t i = 0; tensor.kind() == tacit::Kind::kF32 && i < tensor.size(); ++i) {
    double x = std::abs(tensor.f32()[i]);
    most = std::isnan(x) ? INFINITY : std::max(most, x);
  }
  return most;
}

static LogicalResult checkCase(func::FuncOp function, const std::string &path, const PhaseOptions &options) {
  FailureOr<tacit::NamedTensors> inputs = readCaseInputs(function, path);
  if (failed(inputs))
    return failure();
  const double bound = IntervalBounds().value;
  llvm::DenseMap<Value, double> seen;
  for (BlockArgument argument : function.getArguments())
    for (const auto &[name, tensor] : *inputs)
      if (name == argumentName(function, argument.getArgNumber()))
        seen[argument] = magnitudeOf(tensor);
  SmallVector<Operation *> beyond;
  InterpreterOptions interpreter;
  interpreter.load = loadParamsFrom(options.weightsDirs);
  interpreter.probe = [&](Operation *op, unsigned index, const tacit::Tensor &value) {
    double magnitude = magnitudeOf(value);
    seen[op->getResult(index)] = magnitude;
    if (!isSecret(op->getResult(index).getType()) || llvm::isa<OwnedOp, WeightOp>(op) || op->getParentOp() != function.getOperation())
      return; // owners check what they share
    if (magnitude > bound && std::isfinite(magnitude) && llvm::all_of(op->getOperands(), [&](Value v) { return seen.lookup(v) <= bound; }))
      beyond.push_back(op);
  };
  if (failed(interpretF32(function, *inputs, interpreter)))
    return failure();
  for (Operation *op : beyond)
    op->emitError() << "in the case " << path << " a number reaches " << seen.lookup(op->getResult(0))
                    << "; programs of proved ranges hold numbers below 2^26. --ranges calibrated makes room for what cases show";
  return success(beyond.empty());
}

LogicalResult mlir::mpc::checkCases(ModuleOp module, const PhaseOptions &options, ArrayRef<std::string> cases) {
  LogicalResult result = success();
  for (auto function : module.getOps<func::FuncOp>())
    for (const std::string &name : cases)
      if (auto path = casePathFor(function, name); !function.isExternal() && path && failed(checkCase(function, *path, options)))
        result = failure();
  return result;
}
