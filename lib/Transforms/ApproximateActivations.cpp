// gelu, silu, tanh, sigmoid, erf: a trigonometric sum inside (-T, T), 0, a constant or x outside. Two thresholds share one comparison gate;
// the sum reads the masked value itself, so it costs no round before its own remask (protocol.md, "periodic function").
#include "ApproximateSupport.h"
#include "mpc/Analysis/GateCosts.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// What is taken off the budget for roundings of the fixed-point gates.
constexpr double kFitShare = 0.8;
constexpr double kTailShare = 0.7;

// The pieces agree from T on, so the thresholds may be off by this much; the comparison then reads a few bits only, units of 1/8.
constexpr double kFuzz = 0.1875;

// Least T, in eighths, from which the function's distance from its limit stays below the budget; `tail` falls from 1 on.
double findEdge(double maxError, double (*tail)(double)) {
  double edge = 1;
  while (edge < 64 && tail(edge) > kTailShare * maxError)
    edge += 0.125;
  return edge;
}

// The ring's period: 2T fits in it many times, so that frequencies need not be multiples of 1/2T; the best lie in narrow valleys. The
// gate's cost does not depend on it.
// An argument known to be small rests in a narrow ring, and that ring's period it is.
double findPeriod(double edge, std::optional<Interval> argument) {
  double least = std::exp2(std::ceil(std::log2(2 * edge)));
  if (argument && argument->kind != RangeKind::Assumed)
    return std::max(least, std::exp2(std::ceil(std::log2(std::max(argument->magnitude(), 1.0))) + 2));
  return least * 1024;
}

enum class Outside { ZeroOrInput, MinusOneOrOne, ZeroOrOne };

// A range a little wider, of few: layers of about the same range share a fit, and a fit takes seconds.
double roundedRange(double magnitude) {
  double step = std::exp2(std::floor(std::log2(std::max(magnitude, 0.125))) - 2);
  return std::ceil(std::max(magnitude, 0.125) / step) * step;
}

struct Activation {
  StringRef name;
  double (*function)(double);
  double (*fitted)(double); // the even part of x's activation, or the odd function
  double (*tail)(double);
  double secondDerivative;
  Outside outside;
};

double geluErf(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }
double geluTanh(double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x))); }
double silu(double x) { return x / (1 + std::exp(-x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

const Activation kGelu{
    "gelu", geluErf, [](double x) { return geluErf(x) - x / 2; }, [](double x) { return -geluErf(-x); }, 0.8, Outside::ZeroOrInput};
const Activation kGeluTanh{
    "gelu (tanh)",       geluTanh, [](double x) { return geluTanh(x) - x / 2; }, [](double x) { return -geluTanh(-x); }, 1.0,
    Outside::ZeroOrInput};
const Activation kSilu{
    "silu", silu, [](double x) { return silu(x) - x / 2; }, [](double x) { return -silu(-x); }, 0.5, Outside::ZeroOrInput};
const Activation kTanh{"tanh",
                       [](double x) { return std::tanh(x); },
                       [](double x) { return std::tanh(x); },
                       [](double x) { return 1 - std::tanh(x); },
                       0.8,
                       Outside::MinusOneOrOne};
const Activation kErf{"erf",
                      [](double x) { return std::erf(x); },
                      [](double x) { return std::erf(x); },
                      [](double x) { return std::erfc(x); },
                      1.0,
                      Outside::MinusOneOrOne};
const Activation kSigmoid{"sigmoid", sigmoid, sigmoid, [](double x) { return sigmoid(-x); }, 0.1, Outside::ZeroOrOne};

FitProblem problemOf(const Activation &activation, double edge, std::optional<Interval> argument) {
  FitProblem problem;
  problem.function = activation.fitted;
  problem.low = -edge;
  problem.high = edge;
  problem.period = findPeriod(edge, argument);
  problem.secondDerivative = activation.secondDerivative;
  problem.symmetry = activation.outside == Outside::ZeroOrInput ? Symmetry::Even : Symmetry::Odd;
  problem.centre = activation.outside == Outside::ZeroOrOne ? 0.5 : 0;
  return problem;
}

//===-- An argument of which nothing is known ----------------------------------------------------------------------===//

FailureOr<Value> emitActivation(Emit &emit, Operation *op, FitCache &fits, Value x, const Activation &activation) {
  double inside = findEdge(fits.getMaxError(), activation.tail), threshold = inside + kFuzz, edge = threshold + kFuzz;
  auto stated = statedRange(x);
  // An argument that is known to stay inside needs no comparison, and the sum holds where it is.
  bool always = stated && stated->magnitude() < edge && stated->kind != RangeKind::Assumed;
  if (always)
    edge = std::min(edge, roundedRange(stated->magnitude()));
  bool withInput = activation.outside == Outside::ZeroOrInput;
  FailureOr<TrigSum> sum = fits.get(op, activation.name, problemOf(activation, edge, stated), kFitShare);
  if (failed(sum))
    return failure();

  // Inside, x needs the few bits up to T only. What wraps there is outside, where the bit is 0.
  Value inner = emit.periodic(x, *sum, -edge, edge);
  if (withInput) {
    Value low = always ? x : emit.state(x, {-edge, edge, RangeKind::Proved}, /*wraps=*/true);
    inner = emit.add(inner, emit.mul(low, 0.5));
  }
  double slack = 2 * fits.getMaxError() + std::ldexp(1.0, 6 - static_cast<int>(fits.getFraction()));
  double lowest = withInput ? -0.3 : activation.outside == Outside::ZeroOrOne ? -slack : -1 - slack, highest = withInput ? edge : 1 + slack;
  if (always)
    return Emit::range(inner, lowest, highest);

  Value bits = emit.below(x, {-threshold, threshold}, kFuzz);
  Value underTop = emit.bit(bits, 1);
  Value within = emit.bitXor(emit.bit(bits, 0), underTop);
  Value selected = Emit::range(emit.select(within, inner), lowest, highest);
  if (withInput)
    return emit.add(selected, emit.select(emit.bitNot(underTop), x));
  // 1 above, and 0 or -1 below.
  double below = activation.outside == Outside::ZeroOrOne ? 0.0 : -1.0;
  return Emit::range(emit.add(selected, emit.bitSum(bits, {below, -1.0}, 1.0)), lowest, highest);
}

//===-- An argument of known range ---------------------------------------------------------------------------------===//

// Activations are of large tensors.
constexpr int64_t kManyElements = 1 << 20;

// Least period of a sum in edges: finer frequencies hardly help.
constexpr double kFinePeriod = 32;

// Pieces of which every rounding is within the error that is allowed: |x| < threshold - fuzz is inside, |x| > threshold + fuzz outside.
struct Pieces {
  double threshold, fuzz, rounding; // rounding: of the periodic gate
  double centre;                    // taken off the sum, so that its ring need not hold it
  TrigSum sum;
  int64_t bits;
};

// The even part of gelu and silu rises from 0 to about half the edge; the odd functions lie in [-1, 1].
double centreOf(const Activation &activation, double edge) {
  return activation.outside == Outside::ZeroOrInput ? std::nearbyint(edge * 4) / 16 : 0;
}
double largestOf(const Activation &activation, double edge, double centre, double error) {
  return activation.outside == Outside::ZeroOrInput ? std::max(centre, edge / 2 - centre) + error : 1 + error;
}

// The cheapest of a few widths of the thresholds' fuzz; nullopt where none leaves room for the roundings, or all of the
// argument is inside.
std::optional<Pieces> choosePieces(FitCache &fits, const Interval &argument, const Activation &activation) {
  const double most = fits.getMaxError();
  const int fraction = static_cast<int>(fits.getFraction());
  const bool withInput = activation.outside == Outside::ZeroOrInput;
  std::optional<Pieces> best;
  auto consider = [&](double unit, double share) {
    Pieces p;
    p.fuzz = unit;
    p.threshold = 1 + p.fuzz;
    while (activation.tail(p.threshold - p.fuzz) > most && p.threshold < 64)
      p.threshold += unit / 2;
    p.threshold = std::ceil(p.threshold / (unit / 2)) * (unit / 2);
    if (argument.magnitude() <= p.threshold) // the sum alone will do, or nearly
      return;
    double edge = p.threshold + p.fuzz;
    FitProblem problem = problemOf(activation, edge, argument);
    if (withInput) // x / 2 is read with a bit more than x has, and so may be the sum's argument
      problem.period *= 2;
    // Frequencies too coarse for the edge cost more dealt values than the argument's further bits cost where it is made.
    double fine = std::exp2(std::ceil(std::log2(kFinePeriod * edge))), wider = std::max(0.0, std::log2(fine / problem.period));
    problem.period = std::max(problem.period, fine);
    FailureOr<TrigSum> sum = fits.candidate(activation.name, problem, share);
    if (failed(sum))
      return;
    p.sum = *sum;
    // gelu and silu have one bit more inside, which a truncation drops behind the selection: half an ulp.
    p.rounding = most - sum->error - (withInput ? std::ldexp(1.0, -fraction - 1) : 0);
    p.centre = centreOf(activation, edge);
    SmallVector<double> amplitudes;
    for (auto [c, s] : llvm::zip_equal(sum->cosines, sum->sines))
      amplitudes.push_back(std::hypot(c, s));
    auto gate = periodicBits(amplitudes, p.rounding, static_cast<unsigned>(fraction + (withInput ? 1 : 0)));
    if (!gate)
      return;
    int whole = 2 + static_cast<int>(std::ceil(std::log2(largestOf(activation, edge, p.centre, most))));
    int width = 1 + static_cast<int>(std::ceil(std::log2((argument.magnitude() + edge) / unit + 1)));
    p.bits = 3 * static_cast<int64_t>(wider) + gate->sum + static_cast<int64_t>(amplitudes.size()) * 2 * whole +
             comparisonCost(width, 2, bestDigit(width, 2, kManyElements)).bits;
    if (!best || p.bits < best->bits)
      best = std::move(p);
  };
  // What the fit leaves of the error is for roundings: fewest frequencies first, then a better fit of the best width.
  for (double unit : {1.0 / 8, 1.0 / 4, 1.0 / 2})
    consider(unit, 0.8);
  consider(best ? best->fuzz : 1.0 / 4, 0.4);
  return best;
}

// As above, for an argument that lies on both sides of a threshold. The even part is made in a ring of its own and extended while the
// comparison goes on; x / 2 is exact with a bit more, and both pieces are remasked as one sum.
Value emitPieces(Emit &emit, FitCache &fits, Value x, const Interval &argument, const Activation &activation, const Pieces &p) {
  const double edge = p.threshold + p.fuzz, most = fits.getMaxError();
  const unsigned fraction = fits.getFraction();
  const bool withInput = activation.outside == Outside::ZeroOrInput;
  const double reach = largestOf(activation, edge, p.centre, most);
  TrigSum sum = p.sum;
  sum.constant -= p.centre;
  Value even = Emit::rounding(emit.periodic(x, sum, -edge, edge), p.rounding);
  Emit::fraction(Emit::range(even, -reach, reach), fraction + (withInput ? 1 : 0));
  even.getDefiningOp()->setAttr(kWrapsAttr, emit.builder.getUnitAttr()); // outside of the edges, where it is not selected
  Value bits = emit.below(x, {-p.threshold, p.threshold}, p.fuzz);
  Value underTop = emit.bit(bits, 1);
  Value within = emit.bitXor(emit.bit(bits, 0), underTop);
  if (!withInput) {
    double below = activation.outside == Outside::ZeroOrOne ? 0.0 : -1.0;
    Value selected = Emit::range(emit.select(within, even), -reach, reach);
    return Emit::range(emit.add(selected, emit.bitSum(bits, {below, -1.0}, 1.0)), below - most, 1 + most);
  }
  // In the ring of the whole result: what lies outside of the inner piece wraps there, and is not selected.
  const double high = std::max(argument.high, edge / 2) + most, width = std::max(argument.magnitude(), high);
  Value inner = emit.add(emit.add(even, emit.mul(x, 0.5)), p.centre);
  Emit::range(inner, -reach - argument.magnitude() / 2, reach + p.centre + argument.magnitude() / 2, argument.kind);
  Value selected = Emit::fraction(Emit::range(emit.select(within, inner), -width, width, argument.kind), fraction + 1);
  Value rounded = Emit::fraction(emit.state(selected, {-width, width, argument.kind}), fraction);
  Value outer = Emit::range(emit.select(emit.bitNot(underTop), x), -argument.magnitude(), argument.magnitude(), argument.kind);
  return Emit::range(emit.add(rounded, outer), -0.3, high, argument.kind);
}

FailureOr<Value> emitAny(Emit &emit, Operation *op, FitCache &fits, Value x, const Activation &activation) {
  auto stated = statedRange(x);
  if (stated && stated->kind == RangeKind::Calibrated)
    if (auto pieces = choosePieces(fits, *stated, activation))
      return emitPieces(emit, fits, x, *stated, activation, *pieces);
  return emitActivation(emit, op, fits, x, activation);
}

template <typename OpTy> struct ExpandActivation : OpRewritePattern<OpTy> {
  ExpandActivation(MLIRContext *context, FitCache &fits, const Activation &activation)
      : OpRewritePattern<OpTy>(context), fits(fits), activation(activation) {}
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    const Activation *chosen = &activation;
    if constexpr (std::is_same_v<OpTy, GeluOp>)
      chosen = op.getTanh() ? &kGeluTanh : &kGelu;
    Emit emit(rewriter, op.getLoc());
    FailureOr<Value> result = emitAny(emit, op, fits, op.getInput(), *chosen);
    if (failed(result))
      return failure();
    rewriter.replaceOp(op, *result);
    return success();
  }
  FitCache &fits;
  const Activation &activation;
};

} // namespace

void mlir::mpc::populateActivationPatterns(RewritePatternSet &patterns, FitCache &fits) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ExpandActivation<GeluOp>>(context, fits, kGelu);
  patterns.add<ExpandActivation<SiluOp>>(context, fits, kSilu);
  patterns.add<ExpandActivation<TanhOp>>(context, fits, kTanh);
  patterns.add<ExpandActivation<ErfOp>>(context, fits, kErf);
  patterns.add<ExpandActivation<SigmoidOp>>(context, fits, kSigmoid);
}
