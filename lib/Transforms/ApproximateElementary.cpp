// exp, sin, cos, casts of bits, cumulative sums and look-ups at public indices.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// e^x for a stated range [lo, hi] of at most 48, hi at most 0: e^hi e^(x - hi). Wider ones are in ApproximateExp.cpp.
struct ExpandExp : ExpandSecret<ExpOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(ExpOp op, Emit &emit) const override {
    auto stated = statedRange(op.getInput());
    if (!stated || stated->high - stated->low > 48 || stated->high > 0)
      return failure();
    Value x = op.getInput();
    if (stated->high < 0)
      x = Emit::range(emit.add(x, -stated->high), stated->low - stated->high, 0, stated->kind);
    Value e = emit.expNegative(x, stated->high - stated->low <= 16 ? 16 : 48);
    double factor = std::exp(stated->high), ulp = std::ldexp(1.0, -static_cast<int>(fits.getFraction()));
    if (stated->kind == RangeKind::Calibrated) // behind a factor, the product's own rounding of 1.5 ulp is taken off
      Emit::rounding(e, stated->high < 0 ? (fits.getMaxError() - 1.5 * ulp) / factor : fits.getMaxError());
    Value y = stated->high < 0 ? emit.mul(e, factor) : e;
    return Emit::range(y, 0, factor * 1.01, stated->kind);
  }
};

// sin x and cos x are the ring's own, once 2 pi is a power of two: one public factor.
template <typename OpTy> struct ExpandWave : ExpandSecret<OpTy> {
  using ExpandSecret<OpTy>::ExpandSecret;
  FailureOr<Value> expand(OpTy op, Emit &emit) const override {
    TrigSum sum;
    sum.period = 8;
    sum.frequencies = {1};
    sum.cosines = {std::is_same_v<OpTy, CosOp> ? 1.0 : 0.0};
    sum.sines = {std::is_same_v<OpTy, CosOp> ? 0.0 : 1.0};
    Value turns = emit.mul(op.getInput(), 4 / 3.14159265358979323846);
    return emit.periodic(turns, sum, -4, 4);
  }
};

struct ExpandCast : ExpandSecret<CastOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(CastOp op, Emit &emit) const override {
    Type from = getPlainElementType(elementOf(op.getInput())), to = getPlainElementType(elementOf(op));
    if (from == to) {
      return op.getInput();
    }
    // The owner of a bit casts it, as its consumers are numbers: a one-hot becomes the left operand of a product.
    auto owned = op.getInput().getDefiningOp<OwnedOp>();
    if (owned && owned->getNumResults() == 1 && to.isF32()) {
      OpBuilder::InsertionGuard guard(emit.builder);
      emit.builder.setInsertionPoint(owned);
      auto clone = llvm::cast<OwnedOp>(emit.builder.clone(*owned));
      Operation *yield = clone.getBody().front().getTerminator();
      emit.builder.setInsertionPoint(yield);
      Emit inside(emit.builder, op.getLoc());
      yield->setOperand(0, inside.cast(yield->getOperand(0), to));
      clone->getResult(0).setType(op.getType());
      return clone->getResult(0);
    }
    if (from.isInteger(1) && to.isF32()) {
      return emit.toNumber(op.getInput());
    }
    if (from.isF32() && to.isInteger(1)) {
      return emit.compare(op.getInput(), emit.constant(0), "ne");
    }
    return failure();
  }
};

// A product with a triangle of ones, which is local.
struct ExpandCumsum : ExpandSecret<CumsumOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(CumsumOp op, Emit &emit) const override {
    Value x = op.getInput();
    if (!isReal(x))
      return failure();
    SmallVector<int64_t> shape(shapeOf(x)), order = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(shape.size())));
    std::swap(order[op.getAxis()], order.back());
    int64_t n = shape[op.getAxis()];
    SmallVector<float> ones;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        ones.push_back(op.getReverse() ? (op.getExclusive() ? i > j : i >= j) : (op.getExclusive() ? i < j : i <= j));
    auto type = RankedTensorType::get({n, n}, emit.builder.getF32Type());
    Value triangle = emit.builder.create<ConstantOp>(op.getLoc(), type, DenseElementsAttr::get(type, ArrayRef(ones)));
    Value moved = llvm::is_sorted(order) ? x : emit.transpose(x, order);
    SmallVector<int64_t> movedShape(shapeOf(moved)),
        flat{type.getNumElements() ? moved.getType().cast<RankedTensorType>().getNumElements() / n : 0, n};
    Value sums = emit.reshape(emit.matmul(emit.reshape(moved, flat), triangle), movedShape);
    return llvm::is_sorted(order) ? sums : emit.transpose(sums, order);
  }
};

// Rows at public ids are structure.
struct ExpandEmbedding : ExpandSecret<EmbeddingOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(EmbeddingOp op, Emit &emit) const override {
    if (isSecret(op.getIds().getType()))
      return failure();
    return emit.builder.create<GatherOp>(op.getLoc(), op.getType(), op.getTable(), op.getIds(), emit.builder.getI64IntegerAttr(0))
        .getResult();
  }
};

} // namespace

void mlir::mpc::populateElementaryPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<ExpandExp, ExpandWave<SinOp>, ExpandWave<CosOp>, ExpandCast, ExpandCumsum, ExpandEmbedding>(patterns.getContext(), fits);
}
