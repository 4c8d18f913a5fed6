// e^x of an x of which nothing is known, general powers, and products along dimensions.
//
// e^x = e^c e^(x - c) with c the least of 0, 4, ..., 16 that is not below x: one comparison gate finds c, the exponential gate sees an
// argument in (-4, 0] wherever the result is large, and so its relative error stays that of e^-4. Below -40 the result is 0, from 16 on
// e^16: fixed point holds no more.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kExpLow = -40, kExpHigh = 16, kExpStep = 4, kExpFloor = 48;
static constexpr int64_t kPowerFraction = 21; // the most that the gate has room for

namespace {

struct ExpandWideExp : ExpandSecret<ExpOp> {
  ExpandWideExp(MLIRContext *context, FitCache &fits) : ExpandSecret(context, fits, /*benefit=*/0) {}
  FailureOr<Value> expand(ExpOp op, Emit &emit) const override {
    Value x = op.getInput();
    auto stated = statedRange(x);
    double most = stated ? std::min(stated->high, kExpHigh) : kExpHigh;
    SmallVector<double> thresholds{kExpLow}, steps{0}, factors{0};
    double top = std::min(most, 0.0); // c below all thresholds
    double c = top;
    for (; c < most; c += kExpStep) {
      thresholds.push_back(c);
      steps.push_back(-kExpStep);
      factors.push_back(std::exp(c) - std::exp(c + kExpStep));
    }
    bool clamps = !stated || stated->high > kExpHigh;
    if (clamps) { // the last threshold is c itself
      thresholds.push_back(c);
      steps.push_back(0);
      factors.push_back(0);
    }
    Value bits = emit.below(x, thresholds);
    Value shift = emit.constant(top);
    if (thresholds.size() > 1)
      shift = Emit::fraction(emit.bitSum(bits, steps, c), 0);
    // Outside it wraps, and the bits say so.
    Value rest = emit.state(emit.sub(x, shift), {-kExpFloor, 0, RangeKind::Proved}, /*wraps=*/true);
    Value power = Emit::fraction(emit.expNegative(rest, kExpFloor), kPowerFraction);
    Value lowest = emit.bit(bits, 0), inside = emit.bitNot(lowest);
    if (clamps)
      inside = emit.bitXor(lowest, emit.bit(bits, static_cast<int64_t>(thresholds.size()) - 1));
    power = Emit::fraction(emit.select(inside, power), kPowerFraction);
    if (clamps) // 1 from the last threshold on
      power =
          Emit::fraction(emit.add(power, Emit::fraction(emit.bitSum(lastBit(emit, bits), {-1.0}, 1.0), kPowerFraction)), kPowerFraction);
    Emit::range(power, -0x1p-12, 1 + 0x1p-12);
    double largest = std::exp(c) * 1.01;
    if (thresholds.size() == 1u)
      return Emit::range(emit.mul(power, std::exp(top)), 0, largest);
    Value scale = Emit::range(Emit::fraction(emit.bitSum(bits, factors, std::exp(c)), 14), std::exp(top) * 0.99, largest);
    return Emit::range(emit.mul(power, scale), -0x1p-12, largest);
  }
  static Value lastBit(Emit &emit, Value bits) { return emit.slice(bits, 0, shapeOf(bits).front() - 1, 1); }
};

// Exponents that are whole, at least 0 and public but differ: each power where it is asked for. All others by e^(y log x), of a positive x.
struct ExpandGeneralPow : ExpandSecret<PowOp> {
  ExpandGeneralPow(MLIRContext *context, FitCache &fits) : ExpandSecret(context, fits, /*benefit=*/0) {}
  FailureOr<Value> expand(PowOp op, Emit &emit) const override {
    Value x = op.getLhs(), y = op.getRhs();
    if (!isReal(op) || !isReal(y))
      return failure();
    if (auto constant = y.getDefiningOp<ConstantOp>(); constant && isSecret(x.getType())) {
      SmallVector<float> wanted = distinct(constant);
      if (!wanted.empty())
        return chosenPowers(op, emit, wanted);
    }
    Value log = emit.builder.create<LogOp>(op.getLoc(), x.getType(), x);
    Value exponent = emit.mul(log, y);
    return emit.builder.create<ExpOp>(op.getLoc(), exponent.getType(), exponent).getResult();
  }

  // The exponents, if they are up to 8 whole ones from 0 to 16; else none.
  static SmallVector<float> distinct(ConstantOp op) {
    SmallVector<float> found;
    auto elements = llvm::dyn_cast<DenseFPElementsAttr>(op.getValue());
    if (!elements)
      return found;
    for (float e : elements.getValues<float>()) {
      if (llvm::is_contained(found, e))
        continue;
      if (e != std::floor(e) || e < 0 || e > 16 || found.size() == 8)
        return {};
      found.push_back(e);
    }
    return found;
  }

  static Value chosenPowers(PowOp op, Emit &emit, ArrayRef<float> exponents) {
    Value total;
    for (float e : exponents) {
      Value here = emit.cast(emit.compare(op.getRhs(), emit.constant(e), "eq"), emit.builder.getF32Type()), term;
      if (e == 0) {
        term = emit.add(emit.mul(op.getLhs(), emit.constant(0)), here);
      } else {
        Value power = op.getLhs();
        if (e != 1) {
          Value one = emit.constant(e);
          power = emit.builder.create<PowOp>(op.getLoc(), power.getType(), power, one);
        }
        term = emit.mul(power, here);
      }
      total = total ? emit.add(total, term) : term;
    }
    return total;
  }
};

// The product along dimensions, in a tree.
struct ExpandProduct : ExpandSecret<ReduceOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(ReduceOp op, Emit &emit) const override {
    if (op.getKind() != "prod" || !isReal(op))
      return failure();
    Value x = op.getInput();
    for (int64_t axis : op.getAxes()) {
      while (shapeOf(x)[axis] > 1) {
        int64_t n = shapeOf(x)[axis], half = n / 2;
        Value pairs = emit.mul(emit.slice(x, axis, 0, half), emit.slice(x, axis, half, half));
        x = n % 2 ? emit.concat({pairs, emit.slice(x, axis, n - 1, 1)}, axis) : pairs;
      }
      if (shapeOf(x)[axis] == 0)
        return failure();
    }
    return x;
  }
};

} // namespace

void mlir::mpc::populateExpPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<ExpandProduct, ExpandWideExp, ExpandGeneralPow>(patterns.getContext(), fits);
}
