// exp, sin, cos, casts of bits, cumulative sums and look-ups at public indices.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// e^x for a stated range [lo, hi] of at most 40: e^hi e^(x - hi).
struct ExpandExp : OpRewritePattern<ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpOp op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    auto stated = statedRange(op.getInput());
    if (!stated || stated->high - stated->low > 40 || std::abs(stated->high) > 16)
      return failure();
    Emit emit(rewriter, op.getLoc());
    Value shifted = Emit::range(emit.add(op.getInput(), -stated->high), stated->low - stated->high, 0, stated->kind);
    // Relative accuracy: e^hi multiplies the gate's error.
    Value e = Emit::fraction(emit.expNegative(shifted, 48), stated->high > 0 ? 24 : 18);
    Value y = emit.mul(e, std::exp(stated->high));
    rewriter.replaceOp(op, Emit::range(y, 0, std::exp(stated->high) * 1.01, stated->kind));
    return success();
  }
};

// sin x and cos x are the ring's own, once 2 pi is a power of two: one public factor.
template <typename OpTy> struct ExpandWave : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    Emit emit(rewriter, op.getLoc());
    TrigSum sum;
    sum.period = 8;
    sum.frequencies = {1};
    sum.cosines = {std::is_same_v<OpTy, CosOp> ? 1.0 : 0.0};
    sum.sines = {std::is_same_v<OpTy, CosOp> ? 0.0 : 1.0};
    Value turns = emit.mul(op.getInput(), 4 / 3.14159265358979323846);
    rewriter.replaceOp(op, emit.periodic(turns, sum, -4, 4));
    return success();
  }
};

struct ExpandCast : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    Emit emit(rewriter, op.getLoc());
    Type from = getPlainElementType(elementOf(op.getInput())), to = getPlainElementType(elementOf(op));
    if (from == to) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    // The owner of a bit casts it, as its consumers are numbers: a one-hot becomes the left operand of a product.
    auto owned = op.getInput().getDefiningOp<OwnedOp>();
    if (owned && owned->getNumResults() == 1 && to.isF32()) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(owned);
      auto clone = llvm::cast<OwnedOp>(rewriter.clone(*owned));
      Operation *yield = clone.getBody().front().getTerminator();
      rewriter.setInsertionPoint(yield);
      Emit inside(rewriter, op.getLoc());
      yield->setOperand(0, inside.cast(yield->getOperand(0), to));
      clone->getResult(0).setType(op.getType());
      rewriter.replaceOp(op, clone->getResult(0));
      return success();
    }
    if (from.isInteger(1) && to.isF32()) {
      rewriter.replaceOp(op, emit.toNumber(op.getInput()));
      return success();
    }
    if (from.isF32() && to.isInteger(1)) {
      rewriter.replaceOp(op, emit.compare(op.getInput(), emit.constant(0), "ne"));
      return success();
    }
    return failure();
  }
};

// A product with a triangle of ones, which is local.
struct ExpandCumsum : OpRewritePattern<CumsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CumsumOp op, PatternRewriter &rewriter) const override {
    Value x = op.getInput();
    if (!isSecret(op.getType()) || !getPlainElementType(elementOf(x)).isF32())
      return failure();
    Emit emit(rewriter, op.getLoc());
    SmallVector<int64_t> shape(shapeOf(x)), order = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(shape.size())));
    std::swap(order[op.getAxis()], order.back());
    int64_t n = shape[op.getAxis()];
    SmallVector<float> ones;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        ones.push_back(op.getReverse() ? (op.getExclusive() ? i > j : i >= j) : (op.getExclusive() ? i < j : i <= j));
    auto type = RankedTensorType::get({n, n}, rewriter.getF32Type());
    Value triangle = rewriter.create<ConstantOp>(op.getLoc(), type, DenseElementsAttr::get(type, ArrayRef(ones)));
    Value moved = llvm::is_sorted(order) ? x : emit.transpose(x, order);
    SmallVector<int64_t> movedShape(shapeOf(moved)),
        flat{type.getNumElements() ? moved.getType().cast<RankedTensorType>().getNumElements() / n : 0, n};
    Value sums = emit.reshape(emit.matmul(emit.reshape(moved, flat), triangle), movedShape);
    rewriter.replaceOp(op, llvm::is_sorted(order) ? sums : emit.transpose(sums, order));
    return success();
  }
};

// Rows at public ids are structure.
struct ExpandEmbedding : OpRewritePattern<EmbeddingOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EmbeddingOp op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()) || isSecret(op.getIds().getType()))
      return failure();
    rewriter.replaceOpWithNewOp<GatherOp>(op, op.getType(), op.getTable(), op.getIds(), rewriter.getI64IntegerAttr(0));
    return success();
  }
};

} // namespace

void mlir::mpc::populateElementaryPatterns(RewritePatternSet &patterns, FitCache &) {
  patterns.add<ExpandExp, ExpandWave<SinOp>, ExpandWave<CosOp>, ExpandCast, ExpandCumsum, ExpandEmbedding>(patterns.getContext());
}
