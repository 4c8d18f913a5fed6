// What the interpreters have in common: values by SSA name, freed after their last use; clear ops by the runtime's RunClear.
#ifndef LIB_INTERPRETER_EVALUATOR_H
#define LIB_INTERPRETER_EVALUATOR_H

#include "mpc/Interpreter/Interpreter.h"
#include "tacit/clear.h"

#include <memory>

namespace mlir::mpc {

class Evaluator {
public:
  using TensorPtr = std::shared_ptr<const tacit::Tensor>;
  using Operands = ArrayRef<TensorPtr>;

  explicit Evaluator(const InterpreterOptions &options) : options(options) {}
  virtual ~Evaluator() = default;

  // Runs a function of one block.
  FailureOr<tacit::NamedTensors> runFunction(func::FuncOp function, const tacit::NamedTensors &inputs);

protected:
  // Computes the results of `op`; a diagnostic at the op otherwise.
  virtual FailureOr<SmallVector<TensorPtr>> runOp(Operation *op, Operands operands) = 0;

  // The tensor that stands for a value of `type` here; failure without a diagnostic where there is none.
  virtual FailureOr<tacit::Type> clearType(Type type) const = 0;

  // A value as the probe sees it.
  virtual tacit::Tensor view(const tacit::Tensor &value, Type) const { return value; }

  // Runs the ops of a block up to its terminator, whose operands it returns.
  FailureOr<SmallVector<TensorPtr>> runBlock(Block &block, Operands arguments);

  // A mpc op in clear.
  FailureOr<TensorPtr> runClear(Operation *op, Operands operands);
  FailureOr<TensorPtr> loadWeight(WeightOp op);

  InterpreterOptions options;
};

// An error of the runtime as a diagnostic at `op`.
LogicalResult report(Operation *op, const absl::Status &status);

} // namespace mlir::mpc

#endif
