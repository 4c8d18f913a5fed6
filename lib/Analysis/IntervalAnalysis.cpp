// Interval arithmetic over the mpc dialect, one rule an op.
#include "mpc/Analysis/Interval.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

// What a truncated product may be off by, generously: a proved interval has to hold for the fixed-point value as well.
static constexpr double kRounding = 0x1p-12;

static RangeKind weaker(RangeKind a, RangeKind b) { return std::max(a, b); }

static Interval hull(Interval a, Interval b) { return {std::min(a.low, b.low), std::max(a.high, b.high), weaker(a.kind, b.kind)}; }

static Interval addIntervals(Interval a, Interval b) { return {a.low + b.low, a.high + b.high, weaker(a.kind, b.kind)}; }

static Interval negate(Interval a) { return {-a.high, -a.low, a.kind}; }

// 0 * inf is 0 here: public masks hold -inf where a factor is 0.
static double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

static Interval multiply(Interval a, Interval b) {
  double p[] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)};
  return {*std::min_element(p, p + 4), *std::max_element(p, p + 4), weaker(a.kind, b.kind)};
}

static Interval scale(Interval a, double n) { return {a.low * n, a.high * n, a.kind}; }

static Interval widen(Interval a) {
  if (a.kind != RangeKind::Proved)
    return a;
  return {a.low - kRounding, a.high + kRounding, a.kind};
}

static Interval monotone(Interval a, double (*f)(double)) { return {f(a.low), f(a.high), a.kind}; }

static int64_t reducedCount(ReduceOp op) {
  int64_t n = 1;
  for (int64_t axis : op.getAxes())
    n *= op.getInput().getType().getShape()[axis];
  return n;
}

// b of select(bit, b - a) or select(bit, -(a - b)): a plus this is one of a and b.
static Value selectedOther(Value a, Value selected) {
  auto select = selected.getDefiningOp<SelectOp>();
  if (!select)
    return {};
  Value difference = select.getInput();
  while (auto broadcast = difference.getDefiningOp<BroadcastOp>())
    difference = broadcast.getInput();
  if (auto sub = difference.getDefiningOp<SubOp>(); sub && sub.getRhs() == a)
    return sub.getLhs();
  if (auto neg = difference.getDefiningOp<NegOp>())
    if (auto sub = neg.getInput().getDefiningOp<SubOp>(); sub && sub.getLhs() == a)
      return sub.getRhs();
  return {};
}

static std::optional<Interval> constantInterval(ConstantOp op) {
  auto dense = llvm::dyn_cast<DenseElementsAttr>(op.getValue());
  if (!dense || dense.getNumElements() == 0)
    return std::nullopt;
  Interval interval{INFINITY, -INFINITY, RangeKind::Proved};
  bool numbers = true;
  auto include = [&](double x) {
    numbers &= !std::isnan(x);
    interval = {std::min(interval.low, x), std::max(interval.high, x), RangeKind::Proved};
  };
  if (dense.getElementType().isF32()) {
    for (float x : dense.getValues<float>())
      include(x);
  } else if (dense.getElementType().isInteger(1)) {
    for (bool x : dense.getValues<bool>())
      include(x);
  } else {
    for (APInt x : dense.getValues<APInt>())
      include(static_cast<double>(x.getSExtValue()));
  }
  if (!numbers) // std::min and std::max pass over NaN
    return std::nullopt;
  return interval;
}

// What a value depends on is known before it is computed: a chain of a hundred thousand ops would be as deep a recursion.
Interval IntervalAnalysis::get(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  SmallVector<Value> pending{value};
  auto need = [&](Value operand) {
    if (llvm::isa<RankedTensorType>(operand.getType()) && !known.count(operand))
      pending.push_back(operand);
  };
  while (!pending.empty()) {
    Value next = pending.back();
    size_t before = pending.size();
    if (Operation *op = next.getDefiningOp(); op && !known.count(next)) {
      llvm::for_each(op->getOperands(), need);
      if (auto owned = llvm::dyn_cast<OwnedOp>(op))
        need(owned.getBody().front().getTerminator()->getOperand(llvm::cast<OpResult>(next).getResultNumber()));
    }
    if (pending.size() != before)
      continue;
    pending.pop_back();
    if (!known.count(next)) {
      Interval interval = compute(next);
      known[next] = interval;
    }
  }
  return known.lookup(value);
}

Interval IntervalAnalysis::compute(Value value) {
  Interval unknown{-bounds.value, bounds.value, RangeKind::Assumed};
  Type element = getPlainElementType(llvm::cast<RankedTensorType>(value.getType()).getElementType());
  if (element.isInteger(1))
    return {0, 1, RangeKind::Proved};
  Operation *op = value.getDefiningOp();
  if (!op)
    return unknown;
  Interval interval = computeOp(op, value);
  if (std::isnan(interval.low) || std::isnan(interval.high) || interval.low > interval.high)
    interval = unknown;
  if (auto stated = getRangeAttr(op); stated && op->getNumResults() == 1) {
    // An end that was only assumed says nothing against what a case showed.
    if (interval.kind == RangeKind::Assumed && stated->kind == RangeKind::Calibrated) {
      interval.low = interval.low <= -bounds.value ? -INFINITY : interval.low;
      interval.high = interval.high >= bounds.value ? INFINITY : interval.high;
    }
    bool lowStated = stated->low > interval.low, highStated = stated->high < interval.high;
    Interval both{std::max(interval.low, stated->low), std::min(interval.high, stated->high), interval.kind};
    if (lowStated && highStated)
      both.kind = stated->kind;
    else if (lowStated || highStated)
      both.kind = weaker(interval.kind, stated->kind);
    interval = both.low <= both.high ? both : *stated;
  }
  // Public values are encoded as they are, and refused there if they do not fit; secret ones rest on the assumption, unless a case showed
  // larger ones: assigning formats then finds them a ring, or says that there is none.
  bool measured = interval.kind == RangeKind::Calibrated && std::isfinite(interval.magnitude());
  if (interval.magnitude() > bounds.value && !measured)
    interval = {std::max(interval.low, -bounds.value), std::min(interval.high, bounds.value), RangeKind::Assumed};
  if (interval.low > interval.high)
    interval = unknown;
  return interval;
}

Interval IntervalAnalysis::computeOp(Operation *op, Value value) {
  const Interval unknown{-INFINITY, INFINITY, RangeKind::Proved};
  auto of = [&](unsigned index) { return get(op->getOperand(index)); };
  return llvm::TypeSwitch<Operation *, Interval>(op)
      .Case<ConstantOp>([&](ConstantOp constant) { return constantInterval(constant).value_or(unknown); })
      .Case<WeightOp>([&](WeightOp) {
        return Interval{-bounds.weight, bounds.weight, RangeKind::Assumed};
      })
      .Case<OwnedOp>([&](OwnedOp owned) {
        return get(owned.getBody().front().getTerminator()->getOperand(llvm::cast<OpResult>(value).getResultNumber()));
      })
      .Case<ReshapeOp, TransposeOp, SliceOp, BroadcastOp, GatherOp, GatherNdOp, RescaleOp, CastOp>(
          [&](auto) { return of(0); })
      .Case<FloorOp, CeilOp, RoundOp, NearOp>([&](auto) {
        return Interval{std::floor(of(0).low), std::ceil(of(0).high), of(0).kind};
      })
      .Case<EmbeddingOp>([&](EmbeddingOp) { return of(1); })
      .Case<ConcatOp>([&](ConcatOp concat) {
        Interval all = of(0);
        for (Value input : concat.getInputs())
          all = hull(all, get(input));
        return all;
      })
      .Case<WhereOp>([&](WhereOp) { return hull(of(1), of(2)); })
      .Case<NegOp>([&](NegOp) { return negate(of(0)); })
      .Case<AbsOp>([&](AbsOp) {
        Interval a = of(0);
        double low = a.contains(0) ? 0 : std::min(std::abs(a.low), std::abs(a.high));
        return Interval{low, a.magnitude(), a.kind};
      })
      .Case<ReluOp>([&](ReluOp) {
        return Interval{std::max(0.0, of(0).low), std::max(0.0, of(0).high), of(0).kind};
      })
      .Case<SignOp, TanhOp, ErfOp, SinOp, CosOp>([&](auto) {
        return Interval{-1, 1, RangeKind::Proved};
      })
      .Case<SigmoidOp, SoftmaxOp>([&](auto) {
        return Interval{0, 1, RangeKind::Proved};
      })
      .Case<ExpOp>([&](ExpOp) { return monotone(of(0), [](double x) { return std::exp(x); }); })
      .Case<SqrtOp>([&](SqrtOp) { return monotone(of(0), [](double x) { return std::sqrt(std::max(x, 0.0)); }); })
      .Case<ReciprocalOp, RsqrtOp>([&](auto) {
        Interval a = of(0);
        if (a.low <= 0)
          return unknown;
        bool root = llvm::isa<RsqrtOp>(op);
        auto f = [&](double x) { return root ? 1 / std::sqrt(x) : 1 / x; };
        return Interval{f(a.high), f(a.low), a.kind};
      })
      .Case<AddOp>([&](AddOp add) {
        if (Value other = selectedOther(add.getLhs(), add.getRhs()))
          return hull(of(0), get(other));
        return addIntervals(of(0), of(1));
      })
      .Case<SubOp>([&](SubOp) { return addIntervals(of(0), negate(of(1))); })
      .Case<MulOp>([&](MulOp mul) {
        Interval product = multiply(of(0), of(1));
        if (mul.getLhs() == mul.getRhs())
          product.low = std::max(product.low, 0.0);
        bool exact = llvm::any_of(op->getOperands(), [](Value v) { return !isSecret(v.getType()) && getExactFraction(v, 16); });
        return exact ? product : widen(product);
      })
      .Case<DivOp>([&](DivOp) {
        Interval b = of(1);
        if (b.contains(0))
          return unknown;
        return multiply(of(0), {1 / b.high, 1 / b.low, b.kind});
      })
      .Case<MinOp>([&](MinOp) {
        return Interval{std::min(of(0).low, of(1).low), std::min(of(0).high, of(1).high), weaker(of(0).kind, of(1).kind)};
      })
      .Case<MaxOp>([&](MaxOp) {
        return Interval{std::max(of(0).low, of(1).low), std::max(of(0).high, of(1).high), weaker(of(0).kind, of(1).kind)};
      })
      .Case<ReduceOp>([&](ReduceOp reduce) {
        if (reduce.getKind() == "sum")
          return scale(of(0), static_cast<double>(reducedCount(reduce)));
        return reduce.getKind() == "prod" ? unknown : of(0);
      })
      .Case<CumsumOp>([&](CumsumOp cumsum) {
        Interval a = of(0);
        double n = static_cast<double>(cumsum.getInput().getType().getShape()[cumsum.getAxis()]);
        return hull(a, scale(a, n));
      })
      .Case<MatmulOp>([&](MatmulOp matmul) {
        if (isOneHot(matmul.getLhs()))
          return of(1);
        double n = static_cast<double>(matmul.getLhs().getType().getShape().back());
        return widen(scale(multiply(of(0), of(1)), n));
      })
      .Case<RotaryOp>([&](RotaryOp) {
        double m = of(0).magnitude() * (of(1).magnitude() + of(2).magnitude());
        return Interval{-m, m, weaker(of(0).kind, weaker(of(1).kind, of(2).kind))};
      })
      .Case<PeriodicOp>([&](PeriodicOp periodic) {
        double c = periodic.getConstant().convertToDouble(), r = 0;
        for (auto [cosine, sine] : llvm::zip_equal(periodic.getCosines(), periodic.getSines()))
          r += std::hypot(cosine, sine);
        return widen(Interval{c - r, c + r, RangeKind::Proved});
      })
      .Case<ExpNegativeOp>([&](ExpNegativeOp) {
        return Interval{-kRounding, 1 + kRounding, RangeKind::Proved};
      })
      .Case<BitSumOp>([&](BitSumOp sum) {
        Interval total{sum.getConstant().convertToDouble(), sum.getConstant().convertToDouble(), RangeKind::Proved};
        for (double c : sum.getCoefficients())
          total = {total.low + std::min(c, 0.0), total.high + std::max(c, 0.0), RangeKind::Proved};
        return total;
      })
      .Case<SelectOp>([&](SelectOp) {
        return hull(get(op->getOperand(1)), {0, 0, RangeKind::Proved});
      })
      .Default([&](Operation *) { return unknown; });
}
