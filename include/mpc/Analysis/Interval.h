// Intervals of values: what is proved from ops, what is assumed by a preset, what was measured.
#ifndef MPC_ANALYSIS_INTERVAL_H
#define MPC_ANALYSIS_INTERVAL_H

#include "dialects/Mpc/Mpc.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::mpc {

// Attributes of the precision phase beside those of Mpc.h.
// Fractional bits with which the public operands of a product are encoded (i64).
inline constexpr llvm::StringLiteral kEncodedFractionAttr = "mpc.public_fraction";
// Unit, on mpc.rescale: elements outside mpc.range may occur and wrap; whatever is computed of them meets a secret bit of 0 later.
inline constexpr llvm::StringLiteral kWrapsAttr = "mpc.wraps";

// Two f64, on attention, layer_norm and rms_norm: what calibration saw inside, of the scores or of the rows' sums of squares.
inline constexpr llvm::StringLiteral kInnerRangeAttr = "mpc.inner_range";

// From the strongest statement to the weakest; an interval computed of several is as weak as the weakest.
enum class RangeKind { Proved, Calibrated, Assumed };
StringRef stringifyRangeKind(RangeKind kind);

struct Interval {
  double low = 0;
  double high = 0;
  RangeKind kind = RangeKind::Proved;

  double magnitude() const;
  bool contains(double x) const { return low <= x && x <= high; }
};

// mpc.range and mpc.range_kind of an op (kind "proved" where only the range is there).
std::optional<Interval> getRangeAttr(Operation *op);
void setRangeAttr(Operation *op, const Interval &interval);

struct IntervalBounds {
  double value = 67108864.0; // 2^26: numbers of which nothing better is known
  double weight = 1024.0;    // weights; their owner sees to it
};

// Intervals on demand: interval arithmetic, cut at the assumed bound, and what an op's mpc.range says beside it.
class IntervalAnalysis {
public:
  explicit IntervalAnalysis(IntervalBounds bounds = {}) : bounds(bounds) {}
  Interval get(Value value);
  double bound() const { return bounds.value; }

private:
  Interval compute(Value value);
  Interval computeOp(Operation *op, Value value);
  IntervalBounds bounds;
  llvm::DenseMap<Value, Interval> known;
};

// The least number of fractional bits (up to `limit`) with which every element of a public value is exact: 0 for masks of 0 and 1; nullopt
// where none is known to do.
std::optional<unsigned> getExactFraction(Value value, unsigned limit);

// The splat or scalar value of a public constant.
std::optional<double> getConstantSplat(Value value);

// Whether `value` is an owner's one-hot along its last dimension: a product with it picks rows.
bool isOneHot(Value value);

} // namespace mlir::mpc

#endif
