// Gates on one value: periodic, exp, comparison, bits (docs/spec/formats.md; protocol.md, "Gates").
#include "ShareBuilder.h"
#include "mpc/Analysis/GateCosts.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// Smallest n with 2^n >= x, for x > 0.
int ceilLog2(double x) { return static_cast<int>(std::ceil(std::log2(x))); }

// A real as an integer in units of 2^-bits, ties to even; failure where 62 bits do not hold it.
FailureOr<int64_t> toUnits(Operation *op, double x, int bits) {
  double scaled = std::nearbyint(std::ldexp(x, bits));
  if (!(std::abs(scaled) < 0x1p62)) {
    op->emitOpError("coefficient ") << x << " does not fit 62 bits with " << bits << " fractional";
    return failure();
  }
  return static_cast<int64_t>(scaled);
}

// What the op's roundings may add, where that is stated.
std::optional<double> statedRounding(Operation *op) {
  auto attr = op->getAttrOfType<FloatAttr>(kRoundingAttr);
  return attr ? std::optional(attr.getValueAsDouble()) : std::nullopt;
}

// The power of two that a range of the argument spans, in bits: log2(x) for a power of two, failure otherwise.
FailureOr<unsigned> exactLog2(Operation *op, StringRef what, double x) {
  int exponent = 0;
  if (x >= 1 && std::frexp(x, &exponent) == 0.5)
    return static_cast<unsigned>(exponent - 1);
  op->emitOpError(what) << " must be a power of two and at least 1, not " << x;
  return failure();
}

// The ring in which a gate with `tables` bits of dealt and public fraction computes a result: the result's own where
// K = k + tables - f <= 64, else one with `above` bits above the fraction (the sign and, for the extension, one to spare).
unsigned gateWidth(share::RingFormat to, int tables, int above) {
  int narrow = static_cast<int>(to.fraction) + above;
  bool fits = static_cast<int>(to.width) + tables - static_cast<int>(to.fraction) <= 64;
  return fits || narrow >= static_cast<int>(to.width) ? to.width : static_cast<unsigned>(narrow);
}

Value widen(ShareBuilder &s, Value v, unsigned width) { return ShareBuilder::formatOf(v).width < width ? s.extend(v, width) : v; }

//===-- periodic and exponential -----------------------------------------------------------------------------------===//

struct PeriodicPattern : LowerToRing<PeriodicOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(PeriodicOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    auto period = exactLog2(op, "period", op.getPeriod().convertToDouble());
    if (failed(period))
      return failure();
    auto [ka, fa] = ShareBuilder::formatOf(adaptor.getInput());
    unsigned ring = *period + fa;
    if (ka == 0 || ring > ka)
      return op.emitOpError("reads ") << ring << " bits of its operand, which has " << ka;

    // Drop frequencies that contribute nothing; a frequency costs two dealt arrays whatever its coefficients are.
    SmallVector<int64_t> frequencies;
    SmallVector<std::pair<double, double>> amplitudes;
    double largest = 0;
    for (auto [q, c, n] : llvm::zip_equal(op.getFrequencies(), op.getCosines(), op.getSines())) {
      if (c == 0 && n == 0)
        continue;
      frequencies.push_back(q);
      amplitudes.push_back({c, n});
      largest = std::max(largest, std::hypot(c, n));
    }
    if (frequencies.empty())
      return op.emitOpError("has no frequency with a coefficient that is not 0");

    // A dealt value of D fractional bits is off by 2^-D times its coefficient, a public one of G bits by 2^-G: two bits below
    // the result's ulp each, as far as K = k + D + G - f <= 64 allows; where that leaves less than an ulp, a ring that just
    // holds the sum's bound will do, and is extended.
    int wantDealt = std::min<int>(30, std::max<int>(4, to.fraction + 2 + ceilLog2(largest)));
    int wantPublic = std::min<int>(30, to.fraction + 2 + ceilLog2(frequencies.size()));
    double bound = std::abs(op.getConstant().convertToDouble());
    for (auto [c, n] : amplitudes)
      bound += std::hypot(c, n);
    unsigned width = gateWidth(to, wantDealt + wantPublic - 4, std::max(3, 3 + ceilLog2(bound)));
    int dealt = wantDealt, publicBits = wantPublic, room = 64 - static_cast<int>(width) + static_cast<int>(to.fraction);
    while (dealt + publicBits > room)
      --(dealt > publicBits ? dealt : publicBits);
    if (dealt + 6 < wantDealt || publicBits + 6 < wantPublic)
      return op.emitOpError("result of ") << to.width << " bits, " << to.fraction
                                          << " fractional, leaves no room for the gate's product in 64 bits";
    // A small coefficient lets its dealt value drop as many bits.
    SmallVector<int64_t> cosines, sines, digits;
    for (auto [c, n] : amplitudes)
      digits.push_back(std::max<int64_t>(1, dealt - static_cast<int64_t>(std::floor(std::log2(largest / std::hypot(c, n))))));
    if (auto rounding = statedRounding(op)) {
      SmallVector<double> sizes;
      for (auto [c, n] : amplitudes)
        sizes.push_back(std::hypot(c, n));
      auto bits = periodicBits(sizes, *rounding, to.fraction);
      if (bits && *llvm::max_element(bits->digits) + bits->publicBits <= room)
        digits = bits->digits, publicBits = bits->publicBits;
    }

    int coefficientBits = std::min(32, 50 - std::max(0, ceilLog2(std::max(largest, std::abs(op.getConstant().convertToDouble()) + 1))));
    if (coefficientBits < 4)
      return op.emitOpError("has coefficients too large for the gate");
    for (auto [c, n] : amplitudes) {
      auto ci = toUnits(op, c, coefficientBits), ni = toUnits(op, n, coefficientBits);
      if (failed(ci) || failed(ni))
        return failure();
      cosines.push_back(*ci);
      sines.push_back(*ni);
    }
    auto constant = toUnits(op, op.getConstant().convertToDouble(), coefficientBits);
    if (failed(constant))
      return failure();
    Value input = s.shrink(adaptor.getInput(), ring);
    RankedTensorType type = s.additive(ShareBuilder::shapeOf(input), width, to.fraction);
    Value sum = s.b.create<share::PeriodicOp>(s.loc, type, input, s.b.getDenseI64ArrayAttr(frequencies), s.b.getI64IntegerAttr(*constant),
                                              s.b.getDenseI64ArrayAttr(cosines), s.b.getDenseI64ArrayAttr(sines),
                                              s.b.getDenseI64ArrayAttr(digits), s.b.getI64IntegerAttr(coefficientBits),
                                              s.b.getI64IntegerAttr(publicBits), IntegerAttr(), IntegerAttr());
    return widen(s, s.remask(sum), to.width);
  }
};

struct ExpPattern : LowerToRing<ExpNegativeOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(ExpNegativeOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    auto span = exactLog2(op, "floor + 16", op.getFloor().convertToDouble() + 16);
    if (failed(span))
      return failure();
    auto [ka, fa] = ShareBuilder::formatOf(adaptor.getInput());
    unsigned ring = *span + fa;
    if (ka == 0 || ring > ka || *span < 5)
      return op.emitOpError("reads ") << ring << " bits of its operand, which has " << ka;
    if (to.width < to.fraction + 3)
      return op.emitOpError("result of ") << to.width << " bits cannot hold 1 with " << to.fraction
                                          << " fractional bits: 3 bits above them are needed";
    // e^8 and e^-8 meet in the product: 12 bits above the result's fraction keep its error near an ulp, as far as
    // K = k + 2 bits - f <= 64 allows. A wide result is computed in a ring that just holds 1, and extended.
    int want = std::min<int>(to.fraction + 13, 40);
    if (auto rounding = statedRounding(op))
      want = std::min(want, exponentialBits(*rounding, to.fraction).value_or(want));
    unsigned width = gateWidth(to, 2 * want - 4, 3);
    int bits = std::min<int>(want, (64 - static_cast<int>(width) + static_cast<int>(to.fraction)) / 2);
    if (bits + 7 < want)
      return op.emitOpError("result of ") << to.width << " bits leaves no room for the gate's product in 64 bits";
    Value input = s.shrink(adaptor.getInput(), ring);
    Value power = s.b.create<share::ExpOp>(s.loc, s.additive(ShareBuilder::shapeOf(input), width, to.fraction), input,
                                           s.b.getI64IntegerAttr(bits), s.b.getI64IntegerAttr(bits), IntegerAttr(), IntegerAttr());
    return widen(s, s.remask(power), to.width);
  }
};

//===-- comparison ---------------------------------------------------------------------------------------------------===//

struct BelowPattern : OpConversionPattern<BelowOp> {
  BelowPattern(const TypeConverter &types, MLIRContext *context, int64_t digit) : OpConversionPattern(types, context), digit(digit) {}

  LogicalResult matchAndRewrite(BelowOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    ShareBuilder s(rewriter, getOriginLoc(op));
    Value x = adaptor.getInput();
    auto [k, f] = ShareBuilder::formatOf(x);
    if (k < 2)
      return op.emitOpError("needs a fixed-point operand of at least 2 bits");
    unsigned drop = op.getTolerance() ? coarseBits(op.getThresholds(), op.getTolerance()->convertToDouble(), k, f) : 0;
    double residue = 0;
    if (drop > 0) {
      // The coarse value is within a unit of x; moved by what thresholds are beyond whole units.
      residue = std::ldexp(coarseResidue(op.getThresholds(), drop, f), static_cast<int>(f));
      if (residue != 0)
        x = s.add(x, s.ringConstant({-static_cast<int64_t>(residue)}, {}, k, f));
      x = s.coarsen(x, drop);
      k -= drop;
    }
    SmallVector<int64_t> thresholds;
    for (double t : op.getThresholds()) {
      double exact = std::ldexp(std::ldexp(t, static_cast<int>(f)) - residue, -static_cast<int>(drop));
      double units = drop > 0 ? std::nearbyint(exact) : std::ceil(exact); // x < t exactly if the integer is below the ceiling
      if (!(units >= -std::ldexp(1, k - 1) && units <= std::ldexp(1, k - 1)))
        return op.emitOpError("threshold ") << t << " lies outside the operand's ring of " << k << " bits";
      thresholds.push_back(static_cast<int64_t>(std::min(units, 0x1p63 - 1024)));
    }
    int64_t T = thresholds.size(), d = digit ? digit : bestDigit(k, T, ShareBuilder::typeOf(x).getNumElements());
    SmallVector<int64_t> shape(ShareBuilder::shapeOf(x)), planes{T, 0};
    llvm::append_range(planes, shape);
    int64_t digits = share::comparisonDigits(k, d).size();
    planes[1] = 2 * digits - 1;
    Value less = rewriter.create<share::CompareDigitsOp>(s.loc, s.xorBit(planes), x, rewriter.getDenseI64ArrayAttr(thresholds),
                                                         rewriter.getI64IntegerAttr(d), IntegerAttr(), IntegerAttr());
    while (digits > 1) {
      digits = share::lexGroups(digits).size();
      planes[1] = 2 * digits - 1;
      less = rewriter.create<share::LexCombineOp>(s.loc, s.xorBit(planes), s.remask(less), IntegerAttr(), IntegerAttr());
    }
    SmallVector<int64_t> result{T};
    llvm::append_range(result, shape);
    Value bits = rewriter.create<share::CompareFinishOp>(s.loc, s.xorBit(result), x, less, rewriter.getDenseI64ArrayAttr(thresholds),
                                                         IntegerAttr(), IntegerAttr());
    rewriter.replaceOp(op, s.remask(bits));
    return success();
  }

private:
  int64_t digit; // 0: chosen here
};

//===-- bits ---------------------------------------------------------------------------------------------------------===//

// sum_t coefficients[t] * bit[t] + constant as additive (k, f), bits [T] + s -> s.
FailureOr<Value> weighBits(ShareBuilder &s, Operation *op, Value bits, ArrayRef<double> coefficients, double constant,
                           share::RingFormat to) {
  SmallVector<int64_t> units;
  for (double c : coefficients) {
    auto u = toUnits(op, c, to.fraction);
    if (failed(u))
      return failure();
    units.push_back(*u);
  }
  auto offset = toUnits(op, constant, to.fraction);
  if (failed(offset))
    return failure();
  ArrayRef<int64_t> shape = ShareBuilder::shapeOf(bits);
  SmallVector<int64_t> column(shape.size(), 1);
  column[0] = shape[0];
  Value arith = s.b.create<share::BitToArithOp>(s.loc, s.additive(shape, to.width, 0), bits, IntegerAttr(), IntegerAttr());
  Value sum = s.mulPublic(arith, s.ringConstant(units, column, to.width, to.fraction));
  if (shape[0] != 1)
    sum = s.reduceSum(sum, {0});
  sum = s.reshape(sum, shape.drop_front());
  if (*offset != 0)
    sum = s.add(sum, s.ringConstant({*offset}, {}, to.width, to.fraction));
  return sum;
}

struct BitSumPattern : LowerToRing<BitSumOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(BitSumOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    auto sum = weighBits(s, op, adaptor.getInput(), op.getCoefficients(), op.getConstant().convertToDouble(), to);
    if (failed(sum))
      return failure();
    return s.remask(*sum);
  }
};

// A bit as the number 0 or 1.
struct CastPattern : LowerToRing<CastOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(CastOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    if (adaptor.getInput().getType() == getTypeConverter()->convertType(op.getType()))
      return adaptor.getInput();
    if (!llvm::isa<share::MaskedBitType>(ShareBuilder::typeOf(adaptor.getInput()).getElementType()))
      return op.emitOpError("of secrets converts bits to numbers only; a change of format is mpc.rescale");
    SmallVector<int64_t> shape{1};
    llvm::append_range(shape, ShareBuilder::shapeOf(adaptor.getInput()));
    auto number = weighBits(s, op, s.reshape(adaptor.getInput(), shape), {1.0}, 0.0, to);
    if (failed(number))
      return failure();
    return s.remask(*number);
  }
};

struct SelectPattern : LowerToRing<SelectOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(SelectOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    if (!isSecret(op.getBit().getType()) || !isSecret(op.getInput().getType()))
      return op.emitOpError("needs a secret bit and a secret number");
    auto v = fit(s, op, adaptor.getInput(), to);
    if (failed(v))
      return failure();
    RankedTensorType type = s.additive(ShareBuilder::shapeOf(op.getResult()), to.width, to.fraction);
    return s.remask(s.b.create<share::BitMulOp>(s.loc, type, adaptor.getBit(), *v, IntegerAttr(), IntegerAttr()));
  }
};

// and: one gate; or by De Morgan; xor and not are local.
template <class Op> struct LogicPattern : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    ShareBuilder s(rewriter, getOriginLoc(op));
    if (!isSecret(op.getLhs().getType()) || !isSecret(op.getRhs().getType()))
      return op.emitOpError("of a secret and a public bit has no gate; the public one must be folded first");
    ArrayRef<int64_t> shape = ShareBuilder::shapeOf(op.getResult());
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    if constexpr (std::is_same_v<Op, XorOp>) {
      rewriter.replaceOp(op, rewriter.create<share::XorOp>(s.loc, s.maskedBit(shape), lhs, rhs).getResult());
      return success();
    }
    constexpr bool isOr = std::is_same_v<Op, OrOp>;
    if (isOr)
      lhs = s.notBit(lhs), rhs = s.notBit(rhs);
    Value both = rewriter.create<share::AndOp>(s.loc, s.xorBit(shape), lhs, rhs, IntegerAttr(), IntegerAttr());
    rewriter.replaceOp(op, s.remask(isOr ? s.notBit(both) : both));
    return success();
  }
};

struct NotPattern : OpConversionPattern<NotOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(NotOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, ShareBuilder(rewriter, getOriginLoc(op)).notBit(adaptor.getInput()));
    return success();
  }
};

} // namespace

void mlir::mpc::populateGatePatterns(const TypeConverter &types, RewritePatternSet &patterns, int64_t digit) {
  patterns.add<PeriodicPattern, ExpPattern, BitSumPattern, CastPattern, SelectPattern, LogicPattern<AndOp>, LogicPattern<OrOp>,
               LogicPattern<XorOp>, NotPattern>(types, patterns.getContext());
  patterns.add<BelowPattern>(types, patterns.getContext(), digit);
}
