// gelu, silu, tanh, sigmoid, erf: a trigonometric sum inside (-T, T), 0, a constant or x outside. Two thresholds share one comparison gate;
// the sum reads the masked value itself, so it costs no round before its own remask (protocol.md, "periodic function").
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// What is taken off the budget for roundings of the fixed-point gates.
constexpr double kFitShare = 0.8;
constexpr double kTailShare = 0.7;

// The pieces agree from T on, so the thresholds may be off by this much; the comparison then reads a few bits only. 1.5 units of 1/8.
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

FailureOr<Value> emitActivation(Emit &emit, Operation *op, FitCache &fits, Value x, const Activation &activation) {
  double inside = findEdge(fits.getMaxError(), activation.tail), threshold = inside + kFuzz, edge = threshold + kFuzz;
  auto stated = statedRange(x);
  // An argument that is known to stay inside needs no comparison, and the sum holds where it is.
  bool always = stated && stated->magnitude() < edge && stated->kind != RangeKind::Assumed;
  if (always)
    edge = std::max(stated->magnitude(), 0.125);
  bool withInput = activation.outside == Outside::ZeroOrInput;
  FitProblem problem;
  problem.function = activation.fitted;
  problem.low = -edge;
  problem.high = edge;
  problem.period = findPeriod(edge, stated);
  problem.secondDerivative = activation.secondDerivative;
  problem.symmetry = withInput ? Symmetry::Even : Symmetry::Odd;
  problem.centre = activation.outside == Outside::ZeroOrOne ? 0.5 : 0;
  FailureOr<TrigSum> sum = fits.get(op, activation.name, problem, kFitShare);
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
    FailureOr<Value> result = emitActivation(emit, op, fits, op.getInput(), *chosen);
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
