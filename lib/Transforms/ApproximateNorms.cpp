// layer_norm and rms_norm.
//
// The sum of squares S of a row is one product of the row with itself (one G is dealt a row, not one an element), kept with 26
// fractional bits; 1/n never multiplies it: 1/sqrt(S/n + epsilon) = sqrt(n) (S + n epsilon)^-1/2, and sqrt(n) goes into public
// coefficients. No element of the normalised row is larger than sqrt(n), which bounds the rings of what follows.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr unsigned kSquareFraction = 26;

// What the formats of a row's sum of squares rest on.
struct Squares {
  double low, high; // epsilon n included
  bool clampLow;
  unsigned fraction;
  RangeKind kind;
};

// By calibration the least row has two bits more than the preset's fraction; without, everything that the preset can hold is allowed for.
static Squares squaresOf(Operation *op, FitCache &fits, double n, double epsilon) {
  if (auto inner = op->getAttrOfType<DenseF64ArrayAttr>(kInnerRangeAttr); inner && inner.size() == 2 && inner[0] + epsilon * n > 0) {
    double low = inner[0] + epsilon * n, high = inner[1] + epsilon * n;
    int bits = static_cast<int>(fits.getFraction()) + 2 - std::ilogb(low);
    return {low, high, false, static_cast<unsigned>(std::clamp(bits, 0, static_cast<int>(std::min(2 * fits.getFraction(), 30u)))),
            RangeKind::Calibrated};
  }
  return {std::max(epsilon, kVarianceFloor) * n, kSquareBound, epsilon < kVarianceFloor, kSquareFraction, RangeKind::Assumed};
}

// c with as many fractional bits as a ring of 64 has room for in its square: two each, the bits of the sum, a sign and one to spare. A row
// of which a few numbers are thousands, as some models have, loses nothing by it: the sum's own fraction is what its least value needs.
static Value coarseEnough(Emit &emit, const FitCache &fits, Value c, Squares &s) {
  int room = std::max(0, (62 - static_cast<int>(std::ceil(std::log2(s.high)))) / 2);
  if (room >= static_cast<int>(fits.getFraction()))
    return c;
  s.fraction = std::min(s.fraction, 2 * static_cast<unsigned>(room));
  double largest = std::sqrt(s.high);
  return Emit::fraction(emit.state(c, {-largest, largest, s.kind}), room);
}

// c / sqrt(mean(c^2) + epsilon) along the last dimension.
static FailureOr<Value> emitNormalised(Emit &emit, Operation *op, FitCache &fits, Value c, double epsilon) {
  SmallVector<int64_t> row(shapeOf(c)), column(row), one(row);
  double n = static_cast<double>(row.back());
  column.push_back(1);
  row.insert(row.end() - 1, 1);
  one.back() = 1;
  Squares s = squaresOf(op, fits, n, epsilon);
  Value factor = coarseEnough(emit, fits, c, s);
  Value square = emit.matmul(emit.reshape(factor, row), emit.reshape(factor, column));
  Emit::fraction(Emit::range(square, 0, s.high, s.kind), s.fraction);
  square = emit.reshape(square, one);
  // Less than an ulp would be lost in the rounding: such an epsilon only says that 0 is no divisor, and the clamp sees to that.
  if (epsilon * n >= std::ldexp(1.0, -static_cast<int>(s.fraction))) {
    square = emit.add(square, epsilon * n);
    Emit::range(square, 0, s.high, s.kind);
  }
  PowerSpec spec;
  spec.power = Power::Rsqrt;
  spec.perRow = true;
  spec.clampLow = s.clampLow;
  spec.low = s.low;
  spec.high = s.high;
  spec.scale = std::sqrt(n);
  spec.inputFraction = s.fraction;
  // The least inverse has nearly as many significant bits as the preset's 1.
  int least = static_cast<int>(fits.getFraction()), bits = least - 2 - std::ilogb(std::sqrt(n / s.high));
  spec.fraction = static_cast<unsigned>(std::clamp(bits, s.kind == RangeKind::Assumed ? least : 0, 30));
  FailureOr<Value> inverse = emitPower(emit, op, fits, square, spec);
  if (failed(inverse))
    return failure();
  double largest = std::sqrt(n) * 1.01;
  return Emit::range(emit.mul(c, *inverse), -largest, largest);
}

namespace {

// The norm of a public row is public arithmetic; only gain and bias are secret.
template <typename OpTy, typename... Extra> Value normalisePublic(Emit &emit, OpTy op, Extra... extra) {
  Value one = emit.constant(1);
  return emit.builder.create<OpTy>(op.getLoc(), op.getInput().getType(), op.getInput(), one, extra..., op.getEpsilonAttr());
}

struct ExpandLayerNorm : ExpandSecret<LayerNormOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(LayerNormOp op, Emit &emit) const override {
    Value x = op.getInput();
    if (!isSecret(x.getType()))
      return scaled(emit, normalisePublic(emit, op, Value()), op.getGain(), op.getBias());
    int64_t last = static_cast<int64_t>(shapeOf(x).size()) - 1;
    Value mean = emit.mul(emit.sum(x, {last}), 1.0 / static_cast<double>(shapeOf(x)[last]));
    FailureOr<Value> y = emitNormalised(emit, op, fits, emit.sub(x, mean), op.getEpsilon().convertToDouble());
    if (failed(y))
      return failure();
    return scaled(emit, *y, op.getGain(), op.getBias());
  }
  static Value scaled(Emit &emit, Value y, Value gain, Value bias) {
    Value result = emit.mul(y, gain);
    return bias ? emit.add(result, bias) : result;
  }
};

struct ExpandRmsNorm : ExpandSecret<RmsNormOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(RmsNormOp op, Emit &emit) const override {
    if (!isSecret(op.getInput().getType()))
      return emit.mul(normalisePublic(emit, op), op.getGain());
    FailureOr<Value> y = emitNormalised(emit, op, fits, op.getInput(), op.getEpsilon().convertToDouble());
    if (failed(y))
      return failure();
    return emit.mul(*y, op.getGain());
  }
};

} // namespace

void mlir::mpc::populateNormPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<ExpandLayerNorm, ExpandRmsNorm>(patterns.getContext(), fits);
}
