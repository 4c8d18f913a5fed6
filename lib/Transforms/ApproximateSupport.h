// What the families of approximations share: an emitter of primitives with result types, and the pieces that more than one needs.
#ifndef LIB_TRANSFORMS_APPROXIMATESUPPORT_H
#define LIB_TRANSFORMS_APPROXIMATESUPPORT_H

#include "dialects/Mpc/MpcShapes.h"
#include "mlir/IR/PatternMatch.h"
#include "mpc/Analysis/CosineFit.h"
#include "mpc/Analysis/Interval.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::mpc {

// What the presets assume of values for which no bound can be proved; docs/spec/formats.md lists them.
inline constexpr double kScoreBound = 131072.0;    // 2^17: scores before a softmax
inline constexpr double kMaskedScore = -262144.0;  // -2^18: what masked scores become
inline constexpr double kMaskThreshold = -512.0;   // a bias at or below it masks (MpcOps.td, mpc.softmax)
inline constexpr double kSquareBound = 67108864.0; // 2^26: sum of squares of a row before a norm
inline constexpr double kVarianceFloor = 0x1p-18;  // variance below which a norm treats a row as if it had that much
inline constexpr double kPositiveFloor = 0x1p-18;  // least argument of reciprocal, rsqrt and log
inline constexpr double kValueBound = 67108864.0;  // 2^26: anything else

// Fits by name and error, computed once a process: candidates and the search for a fraction ask for them many times.
class FitCache {
public:
  FitCache(double maxError, unsigned fraction) : maxError(maxError), fraction(fraction) {}
  // Fit of `problem` within `share` of the pass's max-error; failure is reported at `op`.
  FailureOr<TrigSum> get(Operation *op, StringRef name, const FitProblem &problem, double share);
  // The same of a candidate: failure is none of an op's.
  FailureOr<TrigSum> candidate(StringRef name, const FitProblem &problem, double share);
  double getMaxError() const { return maxError; }
  // Fractional bits that values have where nothing else is asked for.
  unsigned getFraction() const { return fraction; }
  bool hasFailed() const { return !hopeless.empty(); }

private:
  double maxError;
  unsigned fraction;
  llvm::StringSet<> hopeless;
};

// Creates ops at one place, all at the location of the op that they replace. Result types follow numpy and secrecy.
class Emit {
public:
  Emit(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  Value constant(double value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value mul(Value a, double b) { return mul(a, constant(b)); }
  Value add(Value a, double b) { return add(a, constant(b)); }
  Value div(Value a, Value b); // public
  Value neg(Value a);
  Value matmul(Value a, Value b);
  Value sum(Value a, ArrayRef<int64_t> axes);

  Value reshape(Value a, ArrayRef<int64_t> shape);
  Value transpose(Value a, ArrayRef<int64_t> permutation);
  Value swapLast(Value a); // the last two dimensions
  Value slice(Value a, int64_t axis, int64_t offset, int64_t size);
  Value concat(ArrayRef<Value> parts, int64_t axis);

  // Bits [x < T] for each threshold, [T] + shape(x), and one of them as shape(x).
  // With a tolerance, bits may be wrong for x within it of their threshold.
  Value below(Value x, ArrayRef<double> thresholds, std::optional<double> tolerance = std::nullopt);
  Value bit(Value bits, int64_t index);
  Value isNegative(Value x) { return bit(below(x, {0.0}), 0); }
  Value bitSum(Value bits, ArrayRef<double> coefficients, double constant);
  Value bitNot(Value a);
  Value bitAnd(Value a, Value b);
  Value bitXor(Value a, Value b);
  Value select(Value bit, Value x);
  Value expNegative(Value x, double floor);
  Value periodic(Value x, const TrigSum &sum, double low, double high);
  // 0 or 1 of a bit.
  Value toNumber(Value bit);
  // The same value, of which a range is stated; with `wraps` elements outside of it may occur, and are never used.
  Value state(Value x, Interval interval, bool wraps = false);

  // Public: [x > threshold] as 0 or 1, and bit ? a : b.
  Value compare(Value a, Value b, StringRef predicate);
  Value where(Value condition, Value a, Value b);
  Value cast(Value a, Type element);

  static Value range(Value value, double low, double high, RangeKind kind = RangeKind::Proved);
  static Value fraction(Value value, int64_t bits);
  // What the roundings of a periodic or exponential gate may add (mpc.rounding).
  static Value rounding(Value value, double error);

  OpBuilder &builder;
  Location loc;

private:
  RankedTensorType resultType(ArrayRef<int64_t> shape, ArrayRef<Value> operands, Type element = {});
};

// Largest of the elements along the last dimension, which stays as 1, by a tournament of ceil(log2 n) levels.
Value emitMaxLast(Emit &emit, Value x);
// min or max of two.
Value emitMax(Emit &emit, Value a, Value b);
Value emitMin(Emit &emit, Value a, Value b);

enum class Power { Reciprocal, Rsqrt };
struct PowerSpec {
  Power power = Power::Reciprocal;
  double low = 1, high = 2; // of the argument
  double scale = 1;         // the result is scale * x^power
  bool perRow = false;      // one of many elements: rounds count, bytes do not
  bool clampLow = false;    // arguments below `low` count as about `low` (else they do not occur)
  unsigned fraction = 18;   // fractional bits of the result
  unsigned inputFraction = 18;
};
// The same, where [low, high] is narrow: see ApproximatePieces.cpp.
inline constexpr double kPiecesRatio = 65536;
FailureOr<Value> emitPowerPieces(Emit &emit, Operation *op, FitCache &fits, Value x, const PowerSpec &spec);
// scale * x^power for x in [low, high]: see ApproximateReciprocal.cpp.
FailureOr<Value> emitPower(Emit &emit, Operation *op, FitCache &fits, Value x, const PowerSpec &spec);

// The range of a softmax's or an attention's scores, bias included, where it is known and ApproximateSoftmaxCoarse.cpp can do with it.
std::optional<Interval> coarseScores(Operation *op, const FitCache &fits);
// e^(x - m) for a public-free m near the row's maximum, 0 where `keep` (public, may be null) is; a row's largest is at least `least`.
struct CoarseExponentials {
  Value weights;
  double least;
};
CoarseExponentials emitCoarseExponentials(Emit &emit, FitCache &fits, Value x, Interval scores, Value keep);

inline bool isReal(Value value) { return getPlainElementType(elementOf(value)).isF32(); }

// An op with a secret result becomes what `expand` makes of it at its place; failure means that the pattern has nothing to say of the
// op, or that a fit failed and was reported.
template <class Op> struct ExpandSecret : OpRewritePattern<Op> {
  ExpandSecret(MLIRContext *context, FitCache &fits, PatternBenefit benefit = 1) : OpRewritePattern<Op>(context, benefit), fits(fits) {}

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const final {
    if (!isSecret(op.getType()))
      return failure();
    Emit emit(rewriter, op.getLoc());
    FailureOr<Value> value = expand(op, emit);
    if (failed(value))
      return failure();
    rewriter.replaceOp(op, *value);
    return success();
  }

  virtual FailureOr<Value> expand(Op op, Emit &emit) const = 0;

  FitCache &fits;
};

// Whole numbers of a real, exact: ApproximateWhole.cpp. Towards 0; x mod a constant c other than 0, with `fmod` of the sign of x; the place
// of the first of the largest along the last dimension, which stays as 1.
Value emitFloor(Emit &emit, Value x);
Value emitCeil(Emit &emit, Value x);
Value emitTruncate(Emit &emit, Value x);
Value emitMod(Emit &emit, Value x, double c, bool fmod);
Value emitArgmaxLast(Emit &emit, Value x);

// Interval of a value as far as earlier passes stated it on its op.
std::optional<Interval> statedRange(Value value);

// Pattern sets, one family a file.
void populateActivationPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateSoftmaxPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateNormPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateReciprocalPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateComparisonPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateElementaryPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateExpPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateLogicPatterns(RewritePatternSet &patterns, FitCache &fits);
void populateWholePatterns(RewritePatternSet &patterns, FitCache &fits);

} // namespace mlir::mpc

#endif
