// mpc-infer-ranges: writes what the interval analysis finds of each secret number.
#include "mpc/Analysis/InputRange.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Analysis/WeightBounds.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCINFERRANGES
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct InferRanges : public mlir::mpc::impl::MpcInferRangesBase<InferRanges> {
  using MpcInferRangesBase::MpcInferRangesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!(assumedBound > 0 && assumedBound <= 0x1p62 && weightBound > 0 && weightBound <= assumedBound)) {
      function.emitError("assumed-bound must be positive and at most 2^62, weight-bound positive and no larger than it");
      return signalPassFailure();
    }
    SmallVector<std::string> folders(weightsDirs.begin(), weightsDirs.end());
    if (!folders.empty() && failed(checkWeightBounds(function, folders, weightBound)))
      return signalPassFailure();
    IntervalAnalysis analysis({assumedBound, weightBound});
    // In order of the program: the analysis remembers, so its recursion stays flat.
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op->getNumResults() == 1 && llvm::isa_and_nonnull<MpcDialect>(op->getDialect())) {
        Interval interval = analysis.get(op->getResult(0));
        auto type = llvm::cast<RankedTensorType>(op->getResult(0).getType());
        if (isSecret(type) && getPlainElementType(type.getElementType()).isF32())
          setRangeAttr(op, interval);
      }
      return llvm::isa<OwnedOp>(op) ? WalkResult::skip() : WalkResult::advance();
    });
    // What owners must check before they share.
    for (BlockArgument argument : function.getArguments()) {
      auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
      if (auto range = getInputRange(argument, owner && owner.getValue() == "public", analysis))
        function.setArgAttr(argument.getArgNumber(), kRangeAttr, DenseF64ArrayAttr::get(&getContext(), {range->low, range->high}));
    }
  }
};

} // namespace
