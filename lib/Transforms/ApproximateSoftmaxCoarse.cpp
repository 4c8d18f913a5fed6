// softmax of scores of a known, narrow range: no tournament.
//
// A softmax does not change when its scores are shifted, so what is taken off need only be near the maximum. The scores' range is cut into
// kSteps steps. The bits [x < step] of one comparison gate, on a few high bits of x (one table look-up, no tree), are joined along the row
// by AND: the steps that some score reaches. Their number is the maximum, to a step or two, for about as many bits an element as one exact
// comparison costs, and in 3 + log2 n rounds instead of 4 log2 n. Masked scores, which are public, are put at the low end of the range and
// their weights become 0, both locally.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kSteps = 16;
// The widest range: steps of 2 cost 7 bits of the exponentials' fraction.
static constexpr double kMaxRange = 32;

// Fractional bits that the exponential's gate gives at most.
static constexpr unsigned kMaxFraction = 22;

// What follows from a range: steps of the maximum, how far comparisons may be off, and what the largest weight of a row is at least.
struct Steps {
  double step, tolerance, above, least;
  explicit Steps(const Interval &scores)
      : step(std::exp2(std::ceil(std::log2(std::max(scores.high - scores.low, 1.0) / kSteps)))), tolerance(0.5 * step),
        above(step + tolerance), least(std::exp(-above - tolerance)) {}
  unsigned fraction(const FitCache &fits) const { return fits.getFraction() + static_cast<unsigned>(std::ceil(-std::log2(least))); }
};

std::optional<Interval> mlir::mpc::coarseScores(Operation *op, const FitCache &fits) {
  auto inner = op->getAttrOfType<DenseF64ArrayAttr>(kInnerRangeAttr);
  if (!inner || inner.size() != 2 || !(inner[1] - inner[0] <= kMaxRange))
    return std::nullopt;
  Interval scores{inner[0], inner[1], RangeKind::Calibrated};
  return Steps(scores).fraction(fits) <= kMaxFraction ? std::optional(scores) : std::nullopt;
}

// AND along the last dimension, which stays as 1.
static Value allOfLast(Emit &emit, Value bits) {
  int64_t last = static_cast<int64_t>(shapeOf(bits).size()) - 1;
  while (shapeOf(bits)[last] > 1) {
    int64_t n = shapeOf(bits)[last], half = n / 2;
    Value joined = emit.bitAnd(emit.slice(bits, last, 0, half), emit.slice(bits, last, half, half));
    bits = n % 2 ? emit.concat({joined, emit.slice(bits, last, n - 1, 1)}, last) : joined;
  }
  return bits;
}

CoarseExponentials mlir::mpc::emitCoarseExponentials(Emit &emit, FitCache &fits, Value x, Interval scores, Value keep) {
  Steps s(scores);
  double step = s.step, tolerance = s.tolerance, above = s.above;
  double first = std::floor(scores.low / step) * step + step;
  SmallVector<double> thresholds;
  for (double t = first; t < scores.high; t += step)
    thresholds.push_back(t);
  // What is not above the maximum's step by more than the tolerance: x - m lies in [-range - tolerance, step + tolerance].
  double lowest = scores.low - scores.high - tolerance - above;
  double top = first - step + above;
  Value shift;
  if (thresholds.empty()) {
    shift = emit.constant(top);
  } else {
    Value unreached = allOfLast(emit, emit.below(x, thresholds, tolerance));
    SmallVector<double> coefficients(thresholds.size(), -step);
    shift = emit.bitSum(unreached, coefficients, top + step * static_cast<double>(thresholds.size()));
  }
  Value d = Emit::range(emit.sub(x, shift), lowest, 0, scores.kind);
  double floor = 16;
  while (-lowest >= floor)
    floor = 2 * floor + 16; // 16, 48, 112: what the gate's 2, 4, 8 cases reach
  Value e = Emit::fraction(emit.expNegative(d, floor), s.fraction(fits));
  // As much again as its truncation may be off by: finer tables would not help.
  Emit::rounding(e, std::ldexp(2.0, -static_cast<int>(s.fraction(fits))));
  if (keep)
    e = emit.mul(e, keep);
  return {e, s.least * 0.97};
}
