// Ranges of inputs: the uses of an argument, followed through structure into owners' computations.
#include "mpc/Analysis/InputRange.h"
#include "llvm/ADT/SetVector.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

class InputRange {
public:
  InputRange(bool isPublic, IntervalAnalysis &analysis) : isPublic(isPublic), analysis(analysis) {}

  Interval of(BlockArgument argument) {
    // Every use refuses what is outside of its range, so the argument must be inside of all of them. Only ops that pass all elements on
    // are followed: of what a slice leaves out nothing is assumed.
    pending.insert(argument);
    for (size_t i = 0; i < pending.size(); ++i)
      for (OpOperand &use : pending[i].getUses())
        follow(use);
    return range;
  }

private:
  static bool isWhole(Value value) {
    return getPlainElementType(llvm::cast<RankedTensorType>(value.getType()).getElementType()).isSignlessInteger();
  }

  void restrict(double low, double high) {
    range.low = std::max(range.low, low);
    range.high = std::min(range.high, high);
  }

  // Rows -d to d - 1 of a table of d, counted from its end below 0 (ONNX Gather).
  void pickRows(Value table, int64_t axis) {
    double rows = llvm::cast<RankedTensorType>(table.getType()).getDimSize(axis);
    restrict(-rows, rows - 1);
  }

  void follow(OpOperand &use) {
    Operation *op = use.getOwner();
    if (auto owned = llvm::dyn_cast<OwnedOp>(op)) {
      pending.insert(owned.getBody().front().getArgument(use.getOperandNumber()));
    } else if (auto yield = llvm::dyn_cast<YieldOp>(op)) {
      auto owned = llvm::dyn_cast<OwnedOp>(op->getParentOp());
      if (owned && isSecret(owned.getResult(use.getOperandNumber()).getType()))
        restrictTo(owned.getResult(use.getOperandNumber()));
    } else if (llvm::isa<ReshapeOp, TransposeOp, BroadcastOp, ConcatOp>(op) || (llvm::isa<CastOp>(op) && isWhole(use.get()))) {
      pending.insert(op->getResult(0));
    } else if (auto hot = llvm::dyn_cast<OneHotOp>(op)) {
      restrict(0, static_cast<double>(hot.getDepth()) - 1);
    } else if (auto embedding = llvm::dyn_cast<EmbeddingOp>(op)) {
      if (embedding.getIds() == use.get())
        pickRows(embedding.getTable(), 0);
    } else if (auto gather = llvm::dyn_cast<GatherOp>(op)) {
      if (gather.getIndices() == use.get())
        pickRows(gather.getInput(), gather.getAxis());
    } else if (!isPublic && isSecret(use.get().getType())) {
      restrictTo(use.get()); // a secret number that a computation reads as it is
    }
  }

  void restrictTo(Value value) {
    Interval interval = analysis.get(value);
    restrict(interval.low, interval.high);
  }

  bool isPublic;
  IntervalAnalysis &analysis;
  llvm::SetVector<Value> pending;
  Interval range{-INFINITY, INFINITY, RangeKind::Assumed};
};

} // namespace

std::optional<Interval> mlir::mpc::getInputRange(BlockArgument argument, bool isPublic, IntervalAnalysis &analysis) {
  Type element = getPlainElementType(llvm::cast<RankedTensorType>(argument.getType()).getElementType());
  if (element.isInteger(1) || (isPublic && element.isF32()))
    return std::nullopt;
  Interval range = InputRange(isPublic, analysis).of(argument);
  if ((std::isinf(range.low) && std::isinf(range.high)) || range.low > range.high)
    return std::nullopt;
  return range;
}
