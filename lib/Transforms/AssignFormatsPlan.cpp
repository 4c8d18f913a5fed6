// The decisions of mpc-assign-formats: fractions forward, widths backward.
#include "AssignFormatsPlan.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

// Free changes of fraction (products with whole multiples of 2^-n) stop here: further bits would only cost ring width.
static constexpr unsigned kMaxFreeFraction = 30;
static constexpr unsigned kMaxExactFraction = 12;
// Bits for which an extension is not worth its round.
static constexpr unsigned kSpareRound = 3;
// Fractional bits that a small weight may have beyond the preset's.
static constexpr unsigned kMaxWeightBits = 4;
// Below this, or the preset's where that is less, a public factor would be too coarse to stand for what it is.
static constexpr unsigned kMinPublicFraction = 10;

bool FormatPlan::isNumber(Value value) {
  auto type = llvm::dyn_cast<RankedTensorType>(value.getType());
  return type && isSecret(type) && getPlainElementType(type.getElementType()).isF32();
}

Interval FormatPlan::interval(Value value) {
  if (Operation *op = value.getDefiningOp(); op && op->getNumResults() == 1)
    if (auto stated = getRangeAttr(op))
      return *stated;
  return analysis.get(value);
}

// Least n with -2^(n-1) <= x 2^f <= 2^(n-1) for all x of the interval. Its upper end is in the ring's reach by the bit that leastWidth
// adds.
unsigned FormatPlan::signedBits(Value value, unsigned fraction) {
  double magnitude = std::ldexp(interval(value).magnitude(), static_cast<int>(fraction));
  return 1 + static_cast<unsigned>(std::max(0.0, std::ceil(std::log2(std::max(magnitude, 1.0)))));
}

static std::optional<unsigned> requestedFraction(Operation *op) {
  auto attr = op->getAttrOfType<IntegerAttr>(kFractionAttr);
  return attr ? std::optional(static_cast<unsigned>(attr.getInt())) : std::nullopt;
}

// Ops that only move or add elements: operands rest in the result's format.
static bool isLinear(Operation *op) {
  return llvm::isa<AddOp, SubOp, NegOp, ReduceOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp, SelectOp, RescaleOp>(
      op);
}
static bool isStructure(Operation *op) { return llvm::isa<ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp>(op); }
// Moves whose operand is best extended before them: no element is extended that would not be.
static bool isMove(Operation *op) {
  if (llvm::isa<AddOp, SubOp>(op)) { // of a value a row: the elements are extended while the row's value is still being computed
    auto size = [](Value v) { return llvm::cast<RankedTensorType>(v.getType()).getNumElements(); };
    int64_t all = size(op->getResult(0)), less = std::min(size(op->getOperand(0)), size(op->getOperand(1)));
    return all >= 8 * less && llvm::all_of(op->getOperandTypes(), isSecret);
  }
  return llvm::isa<ReshapeOp, TransposeOp, BroadcastOp, NegOp>(op);
}
static bool isProduct(Operation *op) { return llvm::isa<MulOp, MatmulOp, RotaryOp>(op); }

static unsigned exactLog2(double x) { return static_cast<unsigned>(std::lround(std::log2(x))); }

std::optional<unsigned> FormatPlan::publicFraction(Operation *op) const {
  auto found = publicFractions.find(op);
  return found == publicFractions.end() ? std::nullopt : std::optional(found->second);
}

//===-- Fractions --------------------------------------------------------------------------------------------------===//

// One fraction for values that are added: theirs if they agree, else the preset's if it lies between them.
unsigned FormatPlan::commonFraction(ArrayRef<Value> values) const {
  unsigned least = kMaxRing, most = 0;
  for (Value v : values) {
    if (!isNumber(v))
      continue;
    least = std::min(least, fraction(v));
    most = std::max(most, fraction(v));
  }
  if (least >= most)
    return most;
  return std::clamp(preset, least, most);
}

// Whether an owner's result is a whole number that only products read: then it needs no fraction, and they no truncation.
static bool isWholeFactor(OwnedOp op) {
  Value yielded = op.getBody().front().getTerminator()->getOperand(0);
  auto exact = getExactFraction(yielded, 0);
  return exact && llvm::all_of(op->getResult(0).getUses(), [](OpOperand &use) {
           return llvm::isa<MulOp, MatmulOp>(use.getOwner()) && llvm::all_of(use.getOwner()->getOperandTypes(), isSecret);
         });
}

// Fractional bits in which an owner shares a value. Of a model's matrix that is small, as weights are, more: as many significant bits as a
// value of about 1 has. That widens the ring of the products, and no result.
unsigned FormatPlan::ownersFraction(Operation *op) {
  auto owned = llvm::dyn_cast<OwnedOp>(op);
  if (auto requested = requestedFraction(op))
    return *requested;
  if (owned && isWholeFactor(owned))
    return 0;
  Value value = op->getResult(0);
  Interval range = interval(value);
  bool factor = llvm::all_of(value.getUses(), [](OpOperand &use) {
    auto matmul = llvm::dyn_cast<MatmulOp>(use.getOwner());
    return matmul && llvm::all_of(matmul->getOperandTypes(), isSecret) && !isOneHot(matmul.getLhs());
  });
  if (!factor || range.kind == RangeKind::Assumed || range.magnitude() >= 1 || range.magnitude() == 0)
    return preset;
  return preset + std::min(kMaxWeightBits, static_cast<unsigned>(-std::floor(std::log2(range.magnitude()))) - 1);
}

LogicalResult FormatPlan::assignProduct(Operation *op, Value a, Value b) {
  unsigned fa = fraction(a), fb = fraction(b);
  unsigned f = std::min(requestedFraction(op).value_or(preset), fa + fb);
  fractions[op->getResult(0)] = f;
  unsigned bits = leastWidth(op->getResult(0));
  // Too wide for one ring: the operand with the more fractional bits gives up some, down to the preset's.
  while (bits + fa + fb - f > kMaxRing && std::max(fa, fb) > preset && fa + fb > f)
    --(fa > fb ? fa : fb);
  if (bits + fa + fb - f > kMaxRing)
    return op->emitError() << "a product whose result lies in [" << interval(op->getResult(0)).low << ", "
                           << interval(op->getResult(0)).high << "] needs a ring of " << bits + fa + fb - f << " bits with " << fa
                           << " and " << fb << " fractional bits in its operands; 64 is the most. "
                           << "A tighter range (mpc.range) or a lower assumed bound would do";
  if (fa != fraction(a) || fb != fraction(b))
    productFractions[op] = {fa, fb};
  truncations[op] = fa + fb - f;
  return success();
}

LogicalResult FormatPlan::assignPublicProduct(Operation *op, Value secret, ArrayRef<Value> factors) {
  Value result = op->getResult(0);
  unsigned fa = fraction(secret);
  std::optional<unsigned> exact = 0u;
  double largest = 0;
  for (Value factor : factors) {
    auto e = getExactFraction(factor, kMaxExactFraction);
    exact = exact && e ? std::optional(std::max(*exact, *e)) : std::nullopt;
    largest = std::max(largest, analysis.get(factor).magnitude());
  }
  auto requested = requestedFraction(op);
  // A sum of exact products needs no rounding; keep all of its bits, and it is local.
  if (exact && !requested && (*exact == 0 || fa + *exact <= kMaxFreeFraction) && signedBits(result, 0) + fa + *exact + 1 <= kMaxRing) {
    fractions[result] = fa + *exact;
    publicFractions[op] = *exact;
    truncations[op] = 0;
    return success();
  }
  unsigned f = requested.value_or(preset), fp = preset;
  if (exact) {
    fp = *exact;
  } else if (largest > 0 && largest < 1) {
    fp += static_cast<unsigned>(-std::floor(std::log2(largest))); // as many significant bits as a factor of 1 has
  }
  f = std::min(f, fa + fp);
  fractions[result] = f;
  unsigned bits = leastWidth(result);
  // Where the ring has no room for the factor, bits beyond the preset's of the operand, which exact products left there, go first.
  auto roomBeside = [&](unsigned fraction) { return static_cast<int>(kMaxRing + f) - static_cast<int>(bits + fraction); };
  while (fa > preset && roomBeside(fa) < static_cast<int>(exact ? fp : std::min(fp, preset)))
    --fa;
  if (fa != fraction(secret))
    productFractions[op] = {fa, fa};
  int room = roomBeside(fa);
  if (!exact)
    fp = static_cast<unsigned>(std::clamp<int>(room, 0, static_cast<int>(fp)));
  if (fa + fp < f)
    fp = f - fa;
  if (static_cast<int>(fp) > room || (!exact && fp < std::min(kMinPublicFraction, preset)))
    return op->emitError() << "a product with public values, result in [" << interval(result).low << ", " << interval(result).high
                           << "], leaves " << room
                           << " bits of 64 for the public factor's fraction; a tighter range (mpc.range) or a lower assumed bound would do";
  publicFractions[op] = fp;
  truncations[op] = fa + fp - f;
  return success();
}

LogicalResult FormatPlan::assignFraction(Operation *op) {
  Value result = op->getResult(0);
  if (llvm::isa<OwnedOp, WeightOp>(op)) {
    fractions[result] = ownersFraction(op);
    anyWidth.insert(result);
    return success();
  }
  if (isProduct(op)) {
    if (llvm::isa<RotaryOp>(op)) {
      if (failed(assignPublicProduct(op, op->getOperand(0), {op->getOperand(1), op->getOperand(2)})))
        return failure();
    } else {
      Value a = op->getOperand(0), b = op->getOperand(1);
      LogicalResult done =
          isNumber(a) && isNumber(b) ? assignProduct(op, a, b) : assignPublicProduct(op, isNumber(a) ? a : b, isNumber(a) ? b : a);
      if (failed(done))
        return failure();
    }
    if (publicFraction(op) && truncation(op) == 0 &&
        llvm::all_of(op->getOperands(), [&](Value v) { return !isNumber(v) || anyWidth.contains(v); }))
      anyWidth.insert(result);
    return success();
  }
  if (isLinear(op)) {
    unsigned f = commonFraction(SmallVector<Value>(op->getOperands()));
    fractions[result] = requestedFraction(op).value_or(f);
    bool moves = isStructure(op) || llvm::isa<NegOp>(op);
    if (moves &&
        llvm::all_of(op->getOperands(), [&](Value v) { return !isNumber(v) || (anyWidth.contains(v) && fraction(v) == fraction(result)); }))
      anyWidth.insert(result);
    return success();
  }
  if (llvm::isa<NearOp>(op)) {
    fractions[result] = 0;
    return success();
  }
  if (llvm::isa<PeriodicOp, ExpNegativeOp>(op)) {
    fractions[result] = requestedFraction(op).value_or(preset);
    return success();
  }
  if (llvm::isa<BitSumOp>(op)) {
    fractions[result] = requestedFraction(op).value_or(preset);
    anyWidth.insert(result);
    return success();
  }
  return op->emitError() << "'" << op->getName() << "' has no fixed-point form; mpc-approximate turns it into ops that do";
}

//===-- Widths -----------------------------------------------------------------------------------------------------===//

std::optional<OperandNeed> FormatPlan::need(OpOperand &use) const {
  Operation *op = use.getOwner();
  Value value = use.get();
  if (op->getNumResults() != 1)
    return std::nullopt;
  Value result = op->getResult(0);
  if (isProduct(op)) {
    unsigned f = fraction(value);
    if (auto own = productFractions.find(op); own != productFractions.end())
      f = own->second[use.getOperandNumber()];
    return OperandNeed{f, width(result) + truncation(op), truncation(op) > 0 || !publicFraction(op)};
  }
  if (isLinear(op))
    return OperandNeed{fraction(result), width(result), forProducts.contains(result)};
  if (llvm::isa<NearOp>(op))
    return OperandNeed{fraction(value), width(result) + fraction(value), false};
  if (auto periodic = llvm::dyn_cast<PeriodicOp>(op))
    return OperandNeed{fraction(value), exactLog2(periodic.getPeriod().convertToDouble()) + fraction(value), false};
  if (auto exp = llvm::dyn_cast<ExpNegativeOp>(op))
    return OperandNeed{fraction(value), exactLog2(exp.getFloor().convertToDouble() + 16) + fraction(value), false};
  if (auto below = llvm::dyn_cast<BelowOp>(op)) {
    // x and x - T both in reach.
    double largest = 0;
    Interval x = const_cast<FormatPlan *>(this)->interval(value);
    for (double t : below.getThresholds())
      largest = std::max({largest, std::abs(x.low - t), std::abs(x.high - t), x.magnitude()});
    if (below.getTolerance())
      largest += below.getTolerance()->convertToDouble(); // the coarse value may be off by that much
    double units = std::ldexp(largest, static_cast<int>(fraction(value)));
    unsigned bits = 1 + static_cast<unsigned>(std::max(1.0, std::ceil(std::log2(std::max(units, 1.0) + 1))));
    return OperandNeed{fraction(value), bits, false};
  }
  return std::nullopt;
}

// Whether widening all of an op's operands and its result by some bits is cheaper than the round of an extension.
static bool isSmall(Operation *op, unsigned bits, int64_t roundBytes) {
  int64_t elements = 0;
  for (TypeRange types : {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types)
      elements += llvm::cast<RankedTensorType>(type).getNumElements();
  return elements * 4 * bits / 8 <= roundBytes;
}

LogicalResult FormatPlan::assignWidth(Operation *op) {
  Value result = op->getResult(0);
  unsigned least = leastWidth(result), sums = 0, products = 0, f = fraction(result);
  if (llvm::isa<ExpNegativeOp>(op))
    least = std::max(least, f + 3);
  for (OpOperand &use : result.getUses()) {
    auto n = need(use);
    if (!n)
      continue;
    unsigned bits = n->ringAt(f);
    (n->product && f == n->fraction ? products : sums) = std::max(n->product && f == n->fraction ? products : sums, bits);
  }
  unsigned k, wide = std::max({least, sums, products});
  if (anyWidth.contains(result) || (wide > least && isSmall(op, wide - least, roundBytes)))
    k = wide;
  else if (products > std::max(least, sums) && isMove(op)) {
    k = products;
    forProducts.insert(result);
  } else if (products > std::max(least, sums) || llvm::isa<PeriodicOp, ExpNegativeOp>(op))
    k = least; // extended for the product, or cheaper extended than made wide
  else if (llvm::isa<SelectOp>(op) && sums > least + kSpareRound)
    k = least; // a wider gate costs as much as an extension, and its operand an extension more
  else
    k = std::max(least, sums);
  unsigned most = isProduct(op) ? kMaxRing - truncation(op) : kMaxRing;
  if (llvm::isa<NearOp>(op))
    most = kMaxRing - fraction(op->getOperand(0));
  k = std::max(least, std::min(k, most));
  if (k > most || std::max(sums, products) > kMaxRing)
    return op->emitError() << "a value in [" << interval(result).low << ", " << interval(result).high << "] with " << f
                           << " fractional bits needs a ring of " << std::max({k, sums, products})
                           << " bits; 64 is the most. A tighter range (mpc.range) or a lower assumed bound would do";
  widths[result] = k;
  return success();
}

LogicalResult FormatPlan::build() {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    if (op.getNumResults() == 1 && isNumber(op.getResult(0)))
      ops.push_back(&op);
  for (Operation *op : ops)
    if (failed(assignFraction(op)))
      return failure();
  for (Operation *op : llvm::reverse(ops))
    if (failed(assignWidth(op)))
      return failure();
  return success();
}
