// reciprocal, rsqrt and what is made of them: div, sqrt, pow, log.
//
// x is brought into one binade (or two) by a power of the base that comparisons find: u = b^-e for b^(e-1) <= x < b^e is a sum over
// the bits [x < b^j], which one mpc.below gives; y = x u lies in [1/b, 1), where few frequencies approximate y^-1 (b = 2) or
// y^-1/2 (b = 4), and both are multiplied by v = scale 2^-e, a second sum over the same bits. The formats: u and v have whole powers of
// two for coefficients, so a fraction of log2(b) e_max bits makes u exact; y has at most 3 bits above its fraction.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kEdge = 1.0 / 256; // what roundings may carry y over the ends of its interval

static FitProblem powerProblem(Power power) {
  FitProblem problem;
  problem.period = 8; // 3 bits above y's fraction, which y has
  problem.high = 1 + kEdge;
  if (power == Power::Reciprocal) {
    problem.function = [](double y) { return 1 / y; };
    problem.low = 0.5 - kEdge;
    problem.secondDerivative = 2 / std::pow(problem.low, 3);
  } else {
    problem.function = [](double y) { return 1 / std::sqrt(y); };
    problem.low = 0.25 - kEdge / 2;
    problem.secondDerivative = 0.75 / std::pow(problem.low, 2.5);
  }
  return problem;
}

// The binades of [low, high] in powers of 2^step: x in [2^(step (e-1)), 2^(step e)) for e in (first, last].
struct Binades {
  int step, first, last;
  Binades(double low, double high, int step) : step(step) {
    first = static_cast<int>(std::floor(std::log2(low) / step));
    last = std::max(first + 1, static_cast<int>(std::ceil(std::log2(high) / step)));
  }
  double power(int e) const { return std::ldexp(1.0, step * e); }
};

static unsigned integerBits(double magnitude) { return static_cast<unsigned>(std::max(0.0, std::ceil(std::log2(magnitude)))); }

// y = x 2^-(step e) in [2^-step, 1), and the bits that say which e it is.
struct Normalised {
  Value y, u, bits;
  SmallVector<int> exponents; // threshold t is 2^(step exponents[t])
};

static Normalised normalise(Emit &emit, Value x, const Binades &b, bool clampLow, unsigned inputFraction) {
  Normalised out;
  SmallVector<double> thresholds, coefficients;
  for (int e = clampLow ? b.first : b.first + 1; e < b.last; ++e) {
    out.exponents.push_back(e);
    thresholds.push_back(b.power(e));
    // Below the lowest threshold u is 0, and y a constant of its own.
    coefficients.push_back(e == b.first ? -b.power(-(b.first + 1)) : b.power(-e) - b.power(-(e + 1)));
  }
  unsigned exact = static_cast<unsigned>(std::max(0, b.step * b.last));
  if (thresholds.empty()) {
    out.y = emit.mul(x, b.power(-b.last));
  } else {
    out.bits = emit.below(x, thresholds);
    out.u = Emit::fraction(emit.bitSum(out.bits, coefficients, b.power(-b.last)), exact);
    Emit::range(out.u, 0, b.power(-(b.first + 1)));
    out.y = emit.mul(x, out.u);
  }
  unsigned fraction = std::min(24u, inputFraction + exact);
  if (!thresholds.empty())
    Emit::fraction(out.y, fraction);
  Emit::range(out.y, 0, 1 + kEdge);
  if (clampLow) {
    Value lowest = shapeOf(out.bits).front() == 1 ? out.bits : emit.slice(out.bits, 0, 0, 1);
    Value edge = Emit::fraction(emit.bitSum(lowest, {b.power(-1)}, 0), fraction);
    out.y = Emit::fraction(Emit::range(emit.add(out.y, edge), 0, 1 + kEdge), fraction);
  }
  return out;
}

FailureOr<Value> mlir::mpc::emitPower(Emit &emit, Operation *op, FitCache &fits, Value x, const PowerSpec &spec) {
  bool reciprocal = spec.power == Power::Reciprocal;
  if (spec.perRow && !spec.clampLow && spec.high / spec.low <= kPiecesRatio)
    return emitPowerPieces(emit, op, fits, x, spec);
  // The results are products of two values or more: an eighth of the budget is theirs, and per row it costs next to nothing.
  FitProblem problem = powerProblem(spec.power);
  FailureOr<TrigSum> sum = fits.get(op, reciprocal ? "1/x" : "1/sqrt(x)", problem, 1.0 / 8);
  if (failed(sum))
    return failure();

  Binades b(spec.low, spec.high, reciprocal ? 1 : 2);
  Normalised n = normalise(emit, x, b, spec.clampLow, spec.inputFraction);
  Value g = Emit::range(emit.periodic(n.y, *sum, problem.low, problem.high), 0.9, 2.1);

  // v = scale 2^-e, exact for scale 1, else with 16 bits for its least value.
  double largest = spec.scale * std::ldexp(1.0, -b.first) * (1 + kEdge), least = spec.scale * std::ldexp(1.0, -b.last);
  unsigned vFraction =
      spec.scale == 1 ? static_cast<unsigned>(std::max(0, b.last)) : static_cast<unsigned>(std::clamp(16 - std::ilogb(least), 0, 40));
  // The product g v needs k_r + f_g + f_v - f_r <= 64 bits.
  int room = 64 - static_cast<int>(integerBits(largest) + 3 + vFraction);
  unsigned gFraction = static_cast<unsigned>(std::clamp(room, 14, 26));
  Emit::fraction(g, gFraction);
  unsigned fraction = std::min(spec.fraction, gFraction + vFraction);
  if (!n.bits) {
    Value r = emit.mul(g, spec.scale * std::ldexp(1.0, -b.last));
    return Emit::range(r, 0, largest);
  }
  Value v = n.u; // the same power, unless it is a root, scaled, or has to be something where u is 0
  if (!reciprocal || spec.scale != 1 || spec.clampLow) {
    SmallVector<double> coefficients;
    for (int e : n.exponents)
      coefficients.push_back(e == b.first ? 0.0 : spec.scale * std::ldexp(1.0, -(e + 1)));
    v = Emit::fraction(emit.bitSum(n.bits, coefficients, least), vFraction);
  }
  return Emit::fraction(Emit::range(emit.mul(g, v), 0, largest), fraction);
}

namespace {

// The interval on which a positive argument is taken: what was stated of it, else all that the preset can hold.
struct Domain {
  double low, high;
  bool clampLow;
};
Domain positiveDomain(Value x) {
  Domain domain{kPositiveFloor, kValueBound, true};
  if (auto stated = statedRange(x)) {
    if (stated->low >= kPositiveFloor)
      domain = {stated->low, domain.high, false};
    if (stated->high > domain.low)
      domain.high = std::min(domain.high, stated->high);
  }
  return domain;
}

FailureOr<Value> emitRsqrt(Emit &emit, Operation *op, FitCache &fits, Value x, unsigned fraction = 18) {
  Domain domain = positiveDomain(x);
  PowerSpec spec;
  spec.power = Power::Rsqrt;
  spec.low = domain.low;
  spec.high = domain.high;
  spec.clampLow = domain.clampLow;
  spec.fraction = fraction;
  return emitPower(emit, op, fits, x, spec);
}

// 1/x of either sign: that of |x| with the sign put back, where the sign is not known.
FailureOr<Value> emitReciprocal(Emit &emit, Operation *op, FitCache &fits, Value x) {
  auto stated = statedRange(x);
  bool positive = stated && stated->low >= 0, negative = stated && stated->high <= 0;
  Value sign, magnitude = x;
  if (negative) {
    magnitude = emit.neg(x);
    Emit::range(magnitude, -stated->high, -stated->low, stated->kind);
  } else if (!positive) {
    sign = emit.isNegative(x);
    magnitude = emit.add(x, emit.select(sign, emit.mul(x, -2.0)));
    Emit::range(magnitude, 0, stated ? stated->magnitude() : kValueBound, stated ? stated->kind : RangeKind::Assumed);
  }
  Domain domain = positiveDomain(magnitude);
  PowerSpec spec;
  spec.low = domain.low;
  spec.high = domain.high;
  spec.clampLow = domain.clampLow;
  FailureOr<Value> r = emitPower(emit, op, fits, magnitude, spec);
  if (failed(r))
    return failure();
  if (negative)
    return emit.neg(*r);
  if (!positive) {
    double largest = statedRange(*r)->high;
    Value signedResult = emit.add(*r, emit.select(sign, emit.mul(*r, -2.0)));
    return Emit::range(signedResult, -largest, largest);
  }
  return *r;
}

struct ExpandReciprocal : ExpandSecret<ReciprocalOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(ReciprocalOp op, Emit &emit) const override { return emitReciprocal(emit, op, fits, op.getInput()); }
};

struct ExpandRsqrt : ExpandSecret<RsqrtOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(RsqrtOp op, Emit &emit) const override { return emitRsqrt(emit, op, fits, op.getInput()); }
};

// sqrt(x) = x x^-1/2, 0 for 0 and below. The root keeps more bits: x multiplies its error.
struct ExpandSqrt : ExpandSecret<SqrtOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(SqrtOp op, Emit &emit) const override {
    FailureOr<Value> r = emitRsqrt(emit, op, fits, op.getInput(), 28);
    if (failed(r))
      return failure();
    auto stated = statedRange(op.getInput());
    Value x = op.getInput();
    if (!stated || stated->low < 0) { // while the inverse root is computed
      x = emit.select(emit.bitNot(emit.isNegative(x)), x);
      Emit::range(x, 0, stated ? std::max(stated->high, 0.0) : kValueBound, stated ? stated->kind : RangeKind::Assumed);
    }
    Value root = emit.mul(x, *r);
    Emit::range(root, 0, std::sqrt(stated ? std::max(stated->high, 0.0) : kValueBound) * (1 + kEdge) + kEdge,
                stated ? stated->kind : RangeKind::Assumed);
    return root;
  }
};

// x / y: by a public y a multiplication, by a secret one 1/y.
struct ExpandDiv : ExpandSecret<DivOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(DivOp op, Emit &emit) const override {
    if (!isReal(op))
      return failure();
    if (!isSecret(op.getRhs().getType())) {
      auto splat = getConstantSplat(op.getRhs());
      if (splat && *splat == 0)
        return failure(); // reported with what is left over
      Value inverse = splat ? emit.constant(1 / *splat) : emit.div(emit.constant(1), op.getRhs());
      Value product = emit.mul(op.getLhs(), inverse);
      if (product.getType() != op.getType())
        product = emit.builder.create<BroadcastOp>(op.getLoc(), op.getType(), product);
      return product;
    }
    // x / sqrt(z) is one step: no root that is inverted again.
    if (auto root = op.getRhs().getDefiningOp<SqrtOp>()) {
      return emit.mul(op.getLhs(), emit.builder.create<RsqrtOp>(op.getLoc(), root.getType(), root.getInput()));
    }
    FailureOr<Value> r = emitReciprocal(emit, op, fits, op.getRhs());
    if (failed(r))
      return failure();
    return emit.mul(op.getLhs(), *r);
  }
};

// Whole powers up to 16 by squaring; -1, 1/2 and -1/2 by name.
struct ExpandPow : ExpandSecret<PowOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(PowOp op, Emit &emit) const override {
    auto exponent = getConstantSplat(op.getRhs());
    Value x = op.getLhs();
    if (!isSecret(x.getType()) || isSecret(op.getRhs().getType()) || !exponent || op.getType() != x.getType())
      return failure();
    if (*exponent == 0.5) {
      return emit.builder.create<SqrtOp>(op.getLoc(), op.getType(), x).getResult();
    }
    if (*exponent == -0.5) {
      return emit.builder.create<RsqrtOp>(op.getLoc(), op.getType(), x).getResult();
    }
    if (*exponent == -1) {
      return emit.builder.create<ReciprocalOp>(op.getLoc(), op.getType(), x).getResult();
    }
    if (!(*exponent >= 0 && *exponent <= 16) || *exponent != std::floor(*exponent))
      return failure();
    if (*exponent == 0)
      return emit.add(emit.mul(x, 0.0), 1.0);
    int n = static_cast<int>(*exponent);
    Value square = x, result;
    for (; n > 0; n /= 2) {
      if (n % 2)
        result = result ? emit.mul(result, square) : square;
      if (n > 1)
        square = emit.mul(square, square);
    }
    return result;
  }
};

// log x = log y + e log 2: a second sum over the same bits in place of the product.
struct ExpandLog : ExpandSecret<LogOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(LogOp op, Emit &emit) const override {
    FitProblem problem;
    problem.function = [](double y) { return std::log(y); };
    problem.low = 0.5 - kEdge;
    problem.high = 1 + kEdge;
    problem.period = 8;
    problem.secondDerivative = 1 / (problem.low * problem.low);
    FailureOr<TrigSum> sum = fits.get(op, "log(x)", problem, 0.7);
    if (failed(sum))
      return failure();
    Domain domain = positiveDomain(op.getInput());
    Binades b(domain.low, domain.high, 1);
    Normalised n = normalise(emit, op.getInput(), b, domain.clampLow, 18);
    Value y = Emit::fraction(Emit::range(emit.periodic(n.y, *sum, problem.low, problem.high), -0.8, 0.1), 18);
    SmallVector<double> coefficients;
    for (int e : n.exponents)
      coefficients.push_back(e == b.first ? 0.0 : -std::log(2.0));
    Value whole = n.bits ? emit.bitSum(n.bits, coefficients, b.last * std::log(2.0)) : emit.constant(b.last * std::log(2.0));
    return emit.add(y, whole);
  }
};

} // namespace

void mlir::mpc::populateReciprocalPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<ExpandReciprocal, ExpandRsqrt, ExpandSqrt, ExpandDiv, ExpandPow, ExpandLog>(patterns.getContext(), fits);
}
