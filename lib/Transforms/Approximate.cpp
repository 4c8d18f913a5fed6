// mpc-approximate: every function of a secret becomes primitives that gates compute. The families of patterns are in the files
// Approximate*.cpp beside this one.
#include "ApproximateSupport.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCAPPROXIMATE
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

bool touchesSecret(Operation *op) { return llvm::any_of(op->getOperandTypes(), isSecret) || llvm::any_of(op->getResultTypes(), isSecret); }

bool isPrimitive(Operation *op) {
  if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
    return reduce.getKind() == "sum";
  return llvm::isa<ConstantOp, ParamOp, WeightOp, OwnedOp, YieldOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp, NegOp,
                   NotOp, RescaleOp, AddOp, SubOp, MulOp, AndOp, OrOp, XorOp, MatmulOp, RotaryOp, PeriodicOp, ExpNegativeOp, BelowOp,
                   BitSumOp, SelectOp, NearOp>(op);
}

bool isArithmetic(Operation *op) {
  return llvm::isa<AddOp, SubOp, MulOp, NegOp, MatmulOp, ReduceOp, RotaryOp, PeriodicOp, ExpNegativeOp, BelowOp, RescaleOp>(op);
}

// What is missing, in words that tell the reader what to do.
std::string explain(Operation *op) {
  auto integer = [](Value v) {
    Type element = getPlainElementType(elementOf(v));
    return element.isInteger(64) || element.isInteger(32);
  };
  if (llvm::any_of(op->getOperands(), [&](Value v) { return isSecret(v.getType()) && integer(v); }))
    return "computes on secret integers; only their owner can, before sharing (mpc.owned), or they must be public";
  if (llvm::isa<ExpOp>(op))
    return "takes reals";
  if (llvm::isa<PowOp>(op))
    return "takes reals";
  if (llvm::isa<ModOp>(op))
    return "needs one constant divisor other than 0: the quotient by a secret one is not exact";
  if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
    return "reduces a dimension of size 0, of which no number is the " + reduce.getKind().str();
  if (llvm::isa<DivOp>(op))
    return "divides by 0 or on other than f32";
  if (llvm::isa<EmbeddingOp, OneHotOp>(op))
    return "has secret ids outside of their owner's computation; the secrecy phase makes a one-hot of them";
  return "has no approximation on secret values yet";
}

struct Approximate : public mlir::mpc::impl::MpcApproximateBase<Approximate> {
  using MpcApproximateBase::MpcApproximateBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!(maxError >= 1e-7 && maxError <= 0.5)) {
      function.emitError("max-error must be between 1e-7 and 0.5, not ") << maxError;
      return signalPassFailure();
    }
    FitCache fits(maxError, fraction);
    RewritePatternSet patterns(&getContext());
    populateActivationPatterns(patterns, fits);
    populateSoftmaxPatterns(patterns, fits);
    populateNormPatterns(patterns, fits);
    populateReciprocalPatterns(patterns, fits);
    populateComparisonPatterns(patterns, fits);
    populateElementaryPatterns(patterns, fits);
    populateExpPatterns(patterns, fits);
    populateLogicPatterns(patterns, fits);
    populateWholePatterns(patterns, fits);
    GreedyRewriteConfig config;
    config.maxIterations = 32;
    if (failed(applyPatternsAndFoldGreedily(function, std::move(patterns), config))) {
      function.emitError("approximations did not settle");
      return signalPassFailure();
    }
    // A fit that failed was reported, at an op that is left over for that.
    if (fits.hasFailed() || failed(checkAllPrimitive(function)))
      signalPassFailure();
  }

  // Everything that is left and has no gate, in one list.
  LogicalResult checkAllPrimitive(func::FuncOp function) {
    LogicalResult result = success();
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (llvm::isa<OwnedOp>(op))
        return WalkResult::skip();
      if (!llvm::isa_and_nonnull<MpcDialect>(op->getDialect()) || !touchesSecret(op))
        return WalkResult::advance();
      bool integers = isArithmetic(op) && llvm::any_of(op->getOperands(), [](Value v) {
                        return isSecret(v.getType()) && getPlainElementType(elementOf(v)).isSignlessInteger();
                      });
      bool mixedBits = llvm::isa<AndOp, OrOp, XorOp>(op) && !llvm::all_of(op->getOperandTypes(), isSecret);
      if (isPrimitive(op) && !integers && !mixedBits)
        return WalkResult::advance();
      op->emitError() << "'" << op->getName() << "' " << explain(op);
      result = failure();
      return WalkResult::advance();
    });
    return result;
  }
};

} // namespace
