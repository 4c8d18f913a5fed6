// Whole numbers of reals: floor, ceil, round, mod, the place of the largest.
//
// A truncation gives one of the two whole numbers t around x, which one is a coin's choice; the sign of x - t, in a ring of 20 bits, says
// which it was. So floor costs a truncation and one short comparison, and is exact.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kUlp = 0x1p-18; // least positive value of the f18 preset

namespace {

// t and the bits [x - t < threshold] for each threshold.
struct Near {
  Value whole, bits;
};

Near emitNear(Emit &emit, Value x, ArrayRef<double> thresholds) {
  Value t = emit.builder.create<NearOp>(emit.loc, x.getType(), x);
  Value rest = Emit::range(emit.sub(x, t), -1, 1);
  return {t, emit.below(rest, thresholds)};
}

// sum coefficients[t] bits[t] + constant, a whole number.
Value wholeSum(Emit &emit, Value bits, ArrayRef<double> coefficients, double constant) {
  return Emit::fraction(emit.bitSum(bits, coefficients, constant), 0);
}

} // namespace

Value mlir::mpc::emitFloor(Emit &emit, Value x) {
  Near n = emitNear(emit, x, {0.0});
  return emit.add(n.whole, wholeSum(emit, n.bits, {-1.0}, 0.0));
}

Value mlir::mpc::emitCeil(Emit &emit, Value x) {
  Near n = emitNear(emit, x, {kUlp});
  return emit.add(n.whole, wholeSum(emit, n.bits, {-1.0}, 1.0));
}

// Towards 0: down from above 0, up from below.
Value mlir::mpc::emitTruncate(Emit &emit, Value x) {
  auto stated = statedRange(x);
  if (stated && stated->low >= 0)
    return emitFloor(emit, x);
  Near n = emitNear(emit, x, {0.0, kUlp});
  Value negative = emit.isNegative(x), down = emit.bit(n.bits, 0), up = emit.bitNot(emit.bit(n.bits, 1));
  Value less = emit.bitAnd(emit.bitNot(negative), down), more = emit.bitAnd(negative, up);
  return emit.add(n.whole, emit.sub(Emit::fraction(emit.toNumber(more), 0), Emit::fraction(emit.toNumber(less), 0)));
}

// floor(x + 1/2), less 1 where x + 1/2 is whole and that is odd: ties to even.
static Value emitRound(Emit &emit, Value x) {
  Near n = emitNear(emit, emit.add(x, 0.5), {0.0, kUlp});
  Value up = emit.add(n.whole, wholeSum(emit, n.bits, {-1.0, 0.0}, 0.0));
  Value tie = emit.bitXor(emit.bit(n.bits, 0), emit.bit(n.bits, 1));
  Near half = emitNear(emit, emit.mul(up, 0.5), {0.0, kUlp});
  Value even = emit.bitXor(emit.bit(half.bits, 0), emit.bit(half.bits, 1));
  return emit.sub(up, Emit::fraction(emit.toNumber(emit.bitAnd(tie, emit.bitNot(even))), 0));
}

// x mod c in [0, c), c > 0: the quotient may be one off on either side, which two thresholds tell.
static Value emitModPositive(Emit &emit, Value x, double c) {
  Value quotient = emit.builder.create<NearOp>(emit.loc, x.getType(), emit.mul(x, 1 / c));
  Value rest = Emit::range(emit.sub(x, emit.mul(quotient, c)), -1.5 * c, 1.5 * c);
  Value bits = emit.below(rest, {0.0, c});
  return Emit::range(emit.add(rest, emit.bitSum(bits, {c, c}, -c)), 0, c);
}

// The remainder with the sign of the divisor, or with `fmod` of the dividend.
Value mlir::mpc::emitMod(Emit &emit, Value x, double c, bool fmod) {
  double magnitude = std::abs(c);
  if (!fmod)
    return c > 0 ? emitModPositive(emit, x, magnitude) : emit.neg(emitModPositive(emit, emit.neg(x), magnitude));
  Value m = emitModPositive(emit, x, magnitude);
  auto stated = statedRange(x);
  if (stated && stated->low >= 0)
    return m;
  Value nonzero = emit.bitNot(emit.bit(emit.below(m, {kUlp}), 0));
  Value correction = emit.bitSum(emit.reshape(emit.bitAnd(emit.isNegative(x), nonzero),
                                              [&] {
                                                SmallVector<int64_t> shape{1};
                                                llvm::append_range(shape, shapeOf(x));
                                                return shape;
                                              }()),
                                 {-magnitude}, 0.0);
  return Emit::range(emit.add(m, correction), -magnitude, magnitude);
}

// Every second element of the last dimension, from `offset` on.
static Value everySecond(Emit &emit, Value v, int64_t offset, int64_t count) {
  SmallVector<int64_t> shape(shapeOf(v)), offsets(shape.size(), 0), strides(shape.size(), 1);
  shape.back() = count;
  offsets.back() = offset;
  strides.back() = 2;
  auto type = RankedTensorType::get(shape, elementOf(v));
  return emit.builder.create<SliceOp>(emit.loc, type, v, offsets, strides);
}

// A tournament between neighbours, so that of equals the first wins; places are selected along.
Value mlir::mpc::emitArgmaxLast(Emit &emit, Value x) {
  int64_t last = static_cast<int64_t>(shapeOf(x).size()) - 1, n = shapeOf(x)[last];
  SmallVector<int64_t> line(last + 1, 1);
  line[last] = n;
  SmallVector<float> numbers;
  for (int64_t i = 0; i < n; ++i)
    numbers.push_back(static_cast<float>(i));
  auto type = RankedTensorType::get(line, emit.builder.getF32Type());
  Value place = emit.builder.create<ConstantOp>(emit.loc, type, DenseElementsAttr::get(type, ArrayRef<float>(numbers)));
  while (n > 1) {
    int64_t half = n / 2;
    Value a = everySecond(emit, x, 0, half), b = everySecond(emit, x, 1, half);
    Value pa = everySecond(emit, place, 0, half), pb = everySecond(emit, place, 1, half);
    Value difference = emit.sub(a, b), later = emit.isNegative(difference), step = emit.sub(pb, pa);
    Value moved = isSecret(step.getType()) ? emit.select(later, step) : emit.mul(Emit::fraction(emit.toNumber(later), 0), step);
    Value winner = emit.add(a, emit.select(later, emit.neg(difference)));
    Value at = Emit::range(emit.add(pa, moved), 0, static_cast<double>(numbers.size()));
    if (n % 2) {
      winner = emit.concat({winner, emit.slice(x, last, n - 1, 1)}, last);
      Value odd = emit.slice(place, last, n - 1, 1);
      if (shapeOf(odd) != shapeOf(emit.slice(at, last, 0, 1))) {
        SmallVector<int64_t> shape(shapeOf(at));
        shape[last] = 1;
        odd = emit.builder.create<BroadcastOp>(emit.loc, RankedTensorType::get(shape, elementOf(odd)), odd);
      }
      at = emit.concat({at, odd}, last);
    }
    x = winner;
    place = at;
    n = half + n % 2;
  }
  if (isSecret(place.getType()))
    return place;
  // A single element: place 0, as a secret.
  return emit.mul(x, emit.constant(0));
}

namespace {

template <typename OpTy, Value (*emitWhole)(Emit &, Value)> struct ExpandWhole : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    Emit emit(rewriter, op.getLoc());
    rewriter.replaceOp(op, emitWhole(emit, op.getInput()));
    return success();
  }
};

// By a constant: a secret divisor would need an exact quotient.
struct ExpandMod : OpRewritePattern<ModOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ModOp op, PatternRewriter &rewriter) const override {
    auto divisor = getConstantSplat(op.getRhs());
    if (!isSecret(op.getLhs().getType()) || !divisor || *divisor == 0 || op.getType() != op.getLhs().getType() ||
        !getPlainElementType(elementOf(op)).isF32())
      return failure();
    Emit emit(rewriter, op.getLoc());
    rewriter.replaceOp(op, emitMod(emit, op.getLhs(), *divisor, op.getFmod()));
    return success();
  }
};

} // namespace

void mlir::mpc::populateWholePatterns(RewritePatternSet &patterns, FitCache &) {
  patterns.add<ExpandWhole<FloorOp, emitFloor>, ExpandWhole<CeilOp, emitCeil>, ExpandWhole<RoundOp, emitRound>, ExpandMod>(
      patterns.getContext());
}
