// Raising: layer_norm and rms_norm from their pieces. The core x / sqrt(f sum x^2 + e) becomes an rms_norm with a constant gain;
// an rms_norm of x - mean(x) is a layer_norm; gains and biases that follow are taken in. So the order in which an exporter
// multiplies does not matter.
#include "Raise.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

// factor * sum(value^2) + epsilon over the last dimension.
struct SumOfSquares {
  Value value;
  double factor;
  double epsilon;
};

// A clamp max(v, c) guards against 0 as v + c does, and stands for it where c is too small to matter otherwise.
constexpr double kLargestGuard = 1e-6;

// factor * sum(value) over the last dimension.
std::optional<Scaled> matchSum(Value sum) {
  sum = skipLayout(sum);
  if (auto scaled = matchScaled(sum)) {
    auto inner = matchSum(scaled->value);
    return inner ? std::optional<Scaled>({inner->value, inner->factor * scaled->factor}) : std::nullopt;
  }
  auto reduce = sum.getDefiningOp<ReduceOp>();
  if (!reduce || (reduce.getKind() != "mean" && reduce.getKind() != "sum"))
    return std::nullopt;
  int64_t last = typeOf(reduce.getInput()).getRank() - 1;
  if (last < 0 || reduce.getAxes().size() != 1 || reduce.getAxes()[0] != last)
    return std::nullopt;
  double count = shapeOf(reduce.getInput())[last];
  return Scaled{reduce.getInput(), reduce.getKind() == "mean" ? 1 / count : 1};
}

Value matchSquare(Value square) {
  square = skipCasts(square);
  if (auto power = matchWithScalar<PowOp>(square))
    return power->second == 2 ? power->first : Value();
  auto mul = square.getDefiningOp<MulOp>();
  return mul && mul.getLhs() == mul.getRhs() ? Value(mul.getLhs()) : Value();
}

std::optional<SumOfSquares> matchSumOfSquares(Value value) {
  value = skipLayout(value);
  double epsilon = 0;
  if (auto add = matchWithScalar<AddOp>(value)) {
    value = add->first;
    epsilon = add->second;
  } else if (auto max = matchWithScalar<MaxOp>(value)) {
    if (max->second > kLargestGuard)
      return std::nullopt;
    value = max->first;
    epsilon = max->second;
  }
  auto sum = matchSum(value);
  Value squared = sum ? matchSquare(sum->value) : Value();
  if (!squared || epsilon < 0 || sum->factor <= 0)
    return std::nullopt;
  return SumOfSquares{squared, sum->factor, epsilon};
}

// sqrt(f sum x^2 + e).
std::optional<SumOfSquares> matchRoot(Value value) {
  value = skipLayout(value);
  double clamp = 0;
  if (auto max = matchWithScalar<MaxOp>(value)) {
    value = skipLayout(max->first);
    clamp = max->second;
    if (clamp < 0 || clamp * clamp > kLargestGuard)
      return std::nullopt;
  }
  Value square;
  if (auto root = value.getDefiningOp<SqrtOp>())
    square = root.getInput();
  else if (auto power = matchWithScalar<PowOp>(value))
    square = power->second == 0.5 ? power->first : Value();
  auto sum = square ? matchSumOfSquares(square) : std::nullopt;
  if (sum)
    sum->epsilon += clamp * clamp;
  return sum;
}

// 1 / sqrt(f sum x^2 + e).
std::optional<SumOfSquares> matchInverseRoot(Value value) {
  value = skipLayout(value);
  if (auto rsqrt = value.getDefiningOp<RsqrtOp>())
    return matchSumOfSquares(rsqrt.getInput());
  if (auto reciprocal = value.getDefiningOp<ReciprocalOp>())
    return matchRoot(reciprocal.getInput());
  if (auto div = value.getDefiningOp<DivOp>())
    return isScalar(div.getLhs(), 1) ? matchRoot(div.getRhs()) : std::nullopt;
  if (auto power = matchWithScalar<PowOp>(value))
    return power->second == -0.5 ? matchSumOfSquares(power->first) : std::nullopt;
  return std::nullopt;
}

// Whether `value` has one number per row of x (or is that, repeated): the layout between the reduction and its use is harmless then.
bool isPerRow(Value value, Value x) {
  SmallVector<int64_t> perRow(shapeOf(x));
  perRow.back() = 1;
  auto fits = [&](Value v) { return shapeOf(v) == ArrayRef<int64_t>(perRow); };
  if (fits(value))
    return true;
  auto broadcast = skipCasts(value).getDefiningOp<BroadcastOp>();
  return broadcast && fits(broadcast.getInput());
}

template <typename Op> LogicalResult raiseCore(Op op, Value x, Value scale, std::optional<SumOfSquares> sum, PatternRewriter &rewriter) {
  if (!sum || skipCasts(sum->value) != skipCasts(x) || x.getType() != op.getType() || typeOf(x).getRank() == 0 || !isPerRow(scale, x))
    return failure();
  int64_t size = shapeOf(x).back();
  // f sum x^2 + e = f D (mean x^2 + e / (f D))
  double ratio = sum->factor * size;
  double gain = std::abs(ratio - 1) < 1e-6 ? 1 : 1 / std::sqrt(ratio);
  Value gains = splat(rewriter, op.getLoc(), {size}, gain);
  rewriter.replaceOpWithNewOp<RmsNormOp>(op, op.getType(), x, gains, rewriter.getF64FloatAttr(sum->epsilon / ratio));
  return success();
}

struct RmsNormByMul : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    if (succeeded(raiseCore(op, op.getLhs(), op.getRhs(), matchInverseRoot(op.getRhs()), rewriter)))
      return success();
    return raiseCore(op, op.getRhs(), op.getLhs(), matchInverseRoot(op.getLhs()), rewriter);
  }
};

struct RmsNormByDiv : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    return raiseCore(op, op.getLhs(), op.getRhs(), matchRoot(op.getRhs()), rewriter);
  }
};

// rms_norm(x - mean(x)) = layer_norm(x)
struct LayerNormOfCentred : OpRewritePattern<RmsNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RmsNormOp op, PatternRewriter &rewriter) const override {
    auto sub = skipCasts(op.getInput()).getDefiningOp<SubOp>();
    auto mean = sub ? matchSum(sub.getRhs()) : std::nullopt;
    if (!mean || skipCasts(mean->value) != skipCasts(sub.getLhs()) || sub.getLhs().getType() != op.getType() ||
        !isPerRow(sub.getRhs(), sub.getLhs()))
      return failure();
    if (std::abs(mean->factor * shapeOf(sub.getLhs()).back() - 1) > 1e-6)
      return failure();
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), sub.getLhs(), op.getGain(), Value(), op.getEpsilonAttr());
    return success();
  }
};

// A vector of the last dimension that the model's owner or everyone knows at the start: what may become a gain or a bias.
Value matchVector(Value value, int64_t size, OwnerAnalysis &owners, OpBuilder &builder, Location loc) {
  Owners of = owners.get(value);
  if (of.client || of.live)
    return Value();
  RankedTensorType type = typeOf(value);
  if (type.getNumElements() == 1)
    return builder.create<BroadcastOp>(loc, RankedTensorType::get({size}, type.getElementType()), reshapeTo(builder, loc, value, {1}));
  if (type.getNumElements() != size || type.getShape().back() != size)
    return Value();
  return reshapeTo(builder, loc, value, {size});
}

// Whether a norm's gain or bias is by the last dimension alone: files may have one by more dimensions.
bool isVector(Value value, int64_t size) { return shapeOf(value) == ArrayRef<int64_t>({size}); }

// norm(x) * g
template <typename Norm> struct TakeGain : OpRewritePattern<MulOp> {
  TakeGain(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    return success(succeeded(take(op, op.getLhs(), op.getRhs(), rewriter)) || succeeded(take(op, op.getRhs(), op.getLhs(), rewriter)));
  }
  LogicalResult take(MulOp op, Value normalised, Value factor, PatternRewriter &rewriter) const {
    auto norm = skipCasts(normalised).getDefiningOp<Norm>();
    int64_t size = norm ? shapeOf(normalised).back() : 0;
    if (!norm || !norm->hasOneUse() || norm.getType() != op.getType() || !isVector(norm.getGain(), size))
      return failure();
    if constexpr (std::is_same_v<Norm, LayerNormOp>)
      if (norm.getBias() && !isVector(norm.getBias(), size))
        return failure();
    Value vector = matchVector(factor, size, owners, rewriter, op.getLoc());
    if (!vector)
      return failure();
    auto times = [&](Value value) -> Value {
      return isScalar(value, 1, 0) ? vector : Value(rewriter.create<MulOp>(op.getLoc(), vector.getType(), value, vector));
    };
    if constexpr (std::is_same_v<Norm, LayerNormOp>) {
      Value bias = norm.getBias() ? Value(rewriter.create<MulOp>(op.getLoc(), vector.getType(), norm.getBias(), vector)) : Value();
      rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), norm.getInput(), times(norm.getGain()), bias, norm.getEpsilonAttr());
    } else {
      rewriter.replaceOpWithNewOp<RmsNormOp>(op, op.getType(), norm.getInput(), times(norm.getGain()), norm.getEpsilonAttr());
    }
    return success();
  }
  OwnerAnalysis &owners;
};

// layer_norm(x) + b
struct TakeBias : OpRewritePattern<AddOp> {
  TakeBias(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    return success(succeeded(take(op, op.getLhs(), op.getRhs(), rewriter)) || succeeded(take(op, op.getRhs(), op.getLhs(), rewriter)));
  }
  LogicalResult take(AddOp op, Value normalised, Value addend, PatternRewriter &rewriter) const {
    auto norm = skipCasts(normalised).getDefiningOp<LayerNormOp>();
    int64_t size = norm ? shapeOf(normalised).back() : 0;
    if (!norm || !norm->hasOneUse() || norm.getType() != op.getType() || (norm.getBias() && !isVector(norm.getBias(), size)))
      return failure();
    Value vector = matchVector(addend, size, owners, rewriter, op.getLoc());
    if (!vector)
      return failure();
    if (norm.getBias())
      vector = rewriter.create<AddOp>(op.getLoc(), vector.getType(), norm.getBias(), vector);
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, op.getType(), norm.getInput(), norm.getGain(), vector, norm.getEpsilonAttr());
    return success();
  }
  OwnerAnalysis &owners;
};

} // namespace

void raise::addNormPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<RmsNormByMul, RmsNormByDiv, LayerNormOfCentred>(patterns.getContext(), /*benefit=*/3);
  patterns.add<TakeGain<RmsNormOp>, TakeGain<LayerNormOp>, TakeBias>(patterns.getContext(), owners);
}
