// mpc-raise: exporters' clusters become named ops. Families of patterns are in Raise*.cpp; this file runs them and holds the
// identities and normal forms around them.
#include "Raise.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_RAISE
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

//===-- Identities ---------------------------------------------------------------------------------------------------===//

// x * 1, x / 1, x + 0, x - 0, of x's own shape.
template <typename Op> struct NeutralOperand : OpRewritePattern<Op> {
  NeutralOperand(MLIRContext *context, double neutral, bool commutes)
      : OpRewritePattern<Op>(context, /*benefit=*/4), neutral(neutral), commutes(commutes) {}
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    auto replaceIf = [&](Value kept, Value other) {
      if (kept.getType() != op.getType() || scalarOf(other) != neutral)
        return failure();
      rewriter.replaceOp(op, kept);
      return success();
    };
    if (succeeded(replaceIf(op.getLhs(), op.getRhs())))
      return success();
    return commutes ? replaceIf(op.getRhs(), op.getLhs()) : failure();
  }
  double neutral;
  bool commutes;
};

struct CastToSameType : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    if (op.getInput().getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

// where(constant, x, y) of the result's shape.
struct WhereOnConstant : OpRewritePattern<WhereOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WhereOp op, PatternRewriter &rewriter) const override {
    auto condition = scalarOf(op.getCondition());
    if (!condition)
      return failure();
    Value chosen = *condition != 0 ? op.getLhs() : op.getRhs();
    if (chosen.getType() != op.getType()) {
      if (!sameShape(chosen, op.getResult()))
        chosen = rewriter.create<BroadcastOp>(op.getLoc(), op.getType(), chosen);
      if (chosen.getType() != op.getType())
        return failure();
    }
    rewriter.replaceOp(op, chosen);
    return success();
  }
};

} // namespace

void raise::addIdentityPatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<NeutralOperand<MulOp>>(context, 1.0, true);
  patterns.add<NeutralOperand<DivOp>>(context, 1.0, false);
  patterns.add<NeutralOperand<AddOp>>(context, 0.0, true);
  patterns.add<NeutralOperand<SubOp>>(context, 0.0, false);
  patterns.add<CastToSameType, WhereOnConstant>(context);
}

namespace {

//===-- Normal forms -------------------------------------------------------------------------------------------------===//

// A pattern on a value that parties compute on shares: clear arithmetic keeps the form its exporter gave it.
template <typename Op> struct OnSecret : OpRewritePattern<Op> {
  OnSecret(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern<Op>(context), owners(owners) {}
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (owners.isPublic(op.getResult()) || !cast<RankedTensorType>(op.getResult().getType()).getElementType().isF32())
      return failure();
    return normalise(op, rewriter);
  }
  virtual LogicalResult normalise(Op op, PatternRewriter &rewriter) const = 0;
  OwnerAnalysis &owners;
};

// x^n for n = 2, 3, 4 by products; x^(1/2), x^-1, x^(-1/2) by name.
struct PowerAsProducts : OnSecret<PowOp> {
  using OnSecret::OnSecret;
  LogicalResult normalise(PowOp op, PatternRewriter &rewriter) const override {
    auto exponent = scalarOf(op.getRhs());
    Value x = op.getLhs();
    if (!exponent || x.getType() != op.getType())
      return failure();
    Location loc = op.getLoc();
    if (*exponent == 1)
      rewriter.replaceOp(op, x);
    else if (*exponent == 2)
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), x, x);
    else if (*exponent == 3)
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), Value(rewriter.create<MulOp>(loc, op.getType(), x, x)), x);
    else if (*exponent == 4) {
      Value square = rewriter.create<MulOp>(loc, op.getType(), x, x);
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), square, square);
    } else if (*exponent == 0.5)
      rewriter.replaceOpWithNewOp<SqrtOp>(op, op.getType(), x);
    else if (*exponent == -0.5)
      rewriter.replaceOpWithNewOp<RsqrtOp>(op, op.getType(), x);
    else if (*exponent == -1)
      rewriter.replaceOpWithNewOp<ReciprocalOp>(op, op.getType(), x);
    else
      return failure();
    return success();
  }
};

// x / y = x * (1 / y): the reciprocal of a public y costs nothing.
struct DivisionAsReciprocal : OnSecret<DivOp> {
  using OnSecret::OnSecret;
  LogicalResult normalise(DivOp op, PatternRewriter &rewriter) const override {
    Value inverse = op.getRhs();
    if (auto scalar = scalarOf(inverse)) {
      if (*scalar == 0)
        return failure();
      inverse = splat(rewriter, op.getLoc(), shapeOf(inverse), 1 / *scalar);
    } else {
      inverse = rewriter.create<ReciprocalOp>(op.getLoc(), inverse.getType(), inverse);
    }
    if (isScalar(op.getLhs(), 1) && inverse.getType() == op.getType())
      rewriter.replaceOp(op, inverse);
    else
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), op.getLhs(), inverse);
    return success();
  }
};

struct ReciprocalOfRoot : OnSecret<ReciprocalOp> {
  using OnSecret::OnSecret;
  LogicalResult normalise(ReciprocalOp op, PatternRewriter &rewriter) const override {
    auto root = op.getInput().getDefiningOp<SqrtOp>();
    if (!root)
      return failure();
    rewriter.replaceOpWithNewOp<RsqrtOp>(op, op.getType(), root.getInput());
    return success();
  }
};

// A fixed-point number is never NaN.
struct SecretIsNumber : OpRewritePattern<IsNanOp> {
  SecretIsNumber(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(IsNanOp op, PatternRewriter &rewriter) const override {
    if (owners.isPublic(op.getInput()))
      return failure();
    auto type = cast<RankedTensorType>(op.getType());
    rewriter.replaceOpWithNewOp<ConstantOp>(op, type, DenseElementsAttr::get(type, false));
    return success();
  }
  OwnerAnalysis &owners;
};

// Nor is it infinite.
struct SecretIsFinite : OpRewritePattern<CompareOp> {
  SecretIsFinite(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(CompareOp op, PatternRewriter &rewriter) const override {
    auto limit = scalarOf(op.getRhs());
    if (!limit || !std::isinf(*limit) || op.getPredicate() != "eq" || owners.isPublic(op.getLhs()))
      return failure();
    auto type = cast<RankedTensorType>(op.getType());
    rewriter.replaceOpWithNewOp<ConstantOp>(op, type, DenseElementsAttr::get(type, false));
    return success();
  }
  OwnerAnalysis &owners;
};

} // namespace

void raise::addNormalFormPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<PowerAsProducts, DivisionAsReciprocal, ReciprocalOfRoot, SecretIsNumber, SecretIsFinite>(patterns.getContext(), owners);
}

//===-- The pass -----------------------------------------------------------------------------------------------------===//

namespace {

struct RaisePass : mpc::impl::RaiseBase<RaisePass> {
  // Equal subexpressions become one value: patterns compare values, and exporters write a subtraction twice.
  void mergeEqual() {
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }

  LogicalResult apply(llvm::function_ref<void(RewritePatternSet &, OwnerAnalysis &)> fill) {
    OwnerAnalysis owners(getOperation());
    RewritePatternSet patterns(&getContext());
    addIdentityPatterns(patterns);
    fill(patterns, owners);
    GreedyRewriteConfig config;
    config.listener = &owners;
    config.enableRegionSimplification = GreedySimplifyRegionLevel::Disabled;
    config.maxIterations = GreedyRewriteConfig::kNoLimit;
    return applyPatternsAndFoldGreedily(getOperation(), std::move(patterns), config);
  }

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    mergeEqual();
    LogicalResult named = apply([](RewritePatternSet &patterns, OwnerAnalysis &owners) {
      addNormPatterns(patterns, owners);
      addActivationPatterns(patterns);
      addSecretBiasPatterns(patterns, owners);
      addSoftmaxPatterns(patterns, owners);
      addRotaryPatterns(patterns, owners);
      addEmbeddingPatterns(patterns, owners);
    });
    mergeEqual();
    // Attention last: it takes over a softmax that has got its bias, and reads rotated keys through their layout.
    LogicalResult attention = apply(addAttentionPatterns);
    LogicalResult rest = apply(addNormalFormPatterns);
    mergeEqual();
    if (failed(named) || failed(attention) || failed(rest)) {
      getOperation().emitError("raising did not come to an end");
      signalPassFailure();
    }
  }
};

} // namespace
