// Verifiers of the gates (protocol.md, "Gates"). Constraints by number: README.md.
#include "ShareVerify.h"

#include <cstdlib>

using namespace mlir;
using namespace mlir::share;
using mlir::mpc::checkShape;
using mlir::mpc::elementOf;
using mlir::mpc::shapeOf;
using mlir::mpc::violates;

// Fractional bits that dealt and public values may have: what the integer tables of the runtime give (fixed_math.h).
static constexpr int64_t kMostBits = 62;

//===-- Products -----------------------------------------------------------------------------------------------------===//

// SHARE-C21: one ring, t = fx + fy - f' >= 0, k' <= k - t.
static LogicalResult checkProduct(Operation *op) {
  auto a = formatOf(op->getOperand(0)), b = formatOf(op->getOperand(1)), to = formatOf(op->getResult(0));
  if (a->width != b->width)
    return violates(op, "SHARE-C21", "operands must have one width");
  unsigned fraction = a->fraction + b->fraction;
  if (fraction < to->fraction || to->width + (fraction - to->fraction) > a->width)
    return violates(op, "SHARE-C21", "t = fx + fy - f' >= 0 and k' <= k - t are needed");
  return success();
}

LogicalResult MulOp::verify() {
  return failed(checkAddress(*this)) || failed(checkProduct(*this)) ? failure() : checkBroadcast(*this, "SHARE-C21", getLhs(), getRhs());
}

LogicalResult MatmulOp::verify() {
  return failed(checkAddress(*this)) || failed(checkProduct(*this)) ? failure() : checkMatmulShape(*this);
}

//===-- Extension ----------------------------------------------------------------------------------------------------===//

LogicalResult ExtendHighOp::verify() {
  unsigned k = formatOf(getInput())->width, d = formatOf(getResult())->width;
  if (failed(checkAddress(*this)))
    return failure();
  if (k < 2 || k + d > 64)
    return violates(*this, "SHARE-C19", "needs a ring of at least 2 bits, and of at most 64 with the " + Twine(d) + " bits above it");
  return checkShape(*this, "SHARE-C19", getResult(), shapeOf(getInput()));
}

//===-- Comparison ---------------------------------------------------------------------------------------------------===//

// SHARE-C22: thresholds of a comparison, at least one, each in [-2^(k-1), 2^(k-1)].
static LogicalResult checkThresholds(Operation *op, Value input, ArrayRef<int64_t> thresholds) {
  unsigned k = formatOf(input)->width;
  if (k < 2)
    return violates(op, "SHARE-C22", "compares rings of at least 2 bits");
  if (thresholds.empty())
    return violates(op, "SHARE-C22", "needs at least one threshold");
  if (k < 64)
    for (int64_t t : thresholds)
      if (t < -(int64_t{1} << (k - 1)) || t > int64_t{1} << (k - 1))
        return violates(op, "SHARE-C22", "threshold " + Twine(t) + " lies outside the ring of " + Twine(k) + " bits");
  return success();
}

LogicalResult CompareDigitsOp::verify() {
  if (failed(checkAddress(*this)) || failed(checkThresholds(*this, getInput(), getThresholds())))
    return failure();
  int64_t digit = getDigit();
  if (digit < 1 || digit > 6)
    return violates(*this, "SHARE-C22", "digit must be 1 to 6 bits, not " + Twine(digit));
  int64_t digits = comparisonDigits(formatOf(getInput())->width, digit).size();
  SmallVector<int64_t> shape{static_cast<int64_t>(getThresholds().size()), 2 * digits - 1};
  llvm::append_range(shape, shapeOf(getInput()));
  return checkShape(*this, "SHARE-C22", getResult(), shape);
}

LogicalResult LexCombineOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  ArrayRef<int64_t> in = shapeOf(getInput());
  if (in.size() < 2 || in[1] < 3 || in[1] % 2 == 0)
    return violates(*this, "SHARE-C23", "needs [T, P] + s with P = 2 * digits - 1 planes of at least 2 digits");
  SmallVector<int64_t> shape(in);
  shape[1] = 2 * static_cast<int64_t>(lexGroups((in[1] + 1) / 2).size()) - 1;
  return checkShape(*this, "SHARE-C23", getResult(), shape);
}

LogicalResult CompareFinishOp::verify() {
  if (failed(checkAddress(*this)) || failed(checkThresholds(*this, getInput(), getThresholds())))
    return failure();
  SmallVector<int64_t> less{static_cast<int64_t>(getThresholds().size()), 1}, shape{less.front()};
  llvm::append_range(less, shapeOf(getInput()));
  llvm::append_range(shape, shapeOf(getInput()));
  if (failed(checkShape(*this, "SHARE-C25", getLess(), less)))
    return failure();
  return checkShape(*this, "SHARE-C25", getResult(), shape);
}

//===-- Bits ---------------------------------------------------------------------------------------------------------===//

LogicalResult AndOp::verify() { return failed(checkAddress(*this)) ? failure() : checkBroadcast(*this, "SHARE-C26", getLhs(), getRhs()); }

LogicalResult BitToArithOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  if (formatOf(getResult())->fraction != 0)
    return violates(*this, "SHARE-C27", "result is 0 or 1, of fraction 0");
  return checkShape(*this, "SHARE-C27", getResult(), shapeOf(getInput()));
}

LogicalResult BitMulOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  if (formatOf(getInput()) != formatOf(getResult()))
    return violates(*this, "SHARE-C28", "result must have the format of the operand");
  if (!mlir::mpc::broadcastsTo(shapeOf(getBit()), shapeOf(getInput())))
    return violates(*this, "SHARE-C28", "the bit must broadcast to " + mlir::mpc::describeShape(shapeOf(getInput())));
  return checkShape(*this, "SHARE-C28", getResult(), shapeOf(getInput()));
}

//===-- Functions ----------------------------------------------------------------------------------------------------===//

// The gate's ring K = k' + t of at most 64 bits, t >= 0; 0 with a diagnostic otherwise.
static int64_t checkRing(Operation *op, StringRef constraint, int64_t dealt, int64_t open) {
  auto to = formatOf(op->getResult(0));
  if (dealt < 1 || dealt > kMostBits || open < 1 || open > kMostBits) {
    (void)violates(op, constraint, "dealt and public values have 1 to " + Twine(kMostBits) + " fractional bits");
    return 0;
  }
  int64_t t = dealt + open - static_cast<int64_t>(to->fraction), ring = to->width + t;
  if (t < 0 || ring > 64) {
    (void)violates(op, constraint, "needs t >= 0 and K = k' + t <= 64 bits, not t = " + Twine(t) + ", K = " + Twine(ring));
    return 0;
  }
  return ring;
}

LogicalResult PeriodicOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  size_t terms = getFrequencies().size();
  if (terms == 0 || getCosines().size() != terms || getSines().size() != terms || getDigits().size() != terms)
    return violates(*this, "SHARE-C29", "needs at least one frequency, and a cosine, a sine and a number of digits for each");
  if (static_cast<int64_t>(getCoefficientBits()) < 0 || static_cast<int64_t>(getCoefficientBits()) > kMostBits)
    return violates(*this, "SHARE-C29", "coefficient_bits must be 0 to " + Twine(kMostBits));
  int64_t top = *llvm::max_element(getDigits()), least = *llvm::min_element(getDigits());
  int64_t ring = checkRing(*this, "SHARE-C29", top, static_cast<int64_t>(getPublicBits()));
  if (ring == 0)
    return failure();
  if (least < 1 || ring - (top - least) < 1)
    return violates(*this, "SHARE-C29", "digits must be at least 1 and leave each frequency a ring of at least 1 bit");
  return checkShape(*this, "SHARE-C29", getResult(), shapeOf(getInput()));
}

LogicalResult ExpOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  auto from = formatOf(getInput()), to = formatOf(getResult());
  if (from->width <= from->fraction + 4 || from->width > from->fraction + 10)
    return violates(*this, "SHARE-C30", "needs f + 4 < k <= f + 10: one case of the mask's wrap for each value of the bits above");
  if (to->width < to->fraction + 3)
    return violates(*this, "SHARE-C30", "result needs 3 bits above its fraction");
  if (checkRing(*this, "SHARE-C30", static_cast<int64_t>(getDealtBits()), static_cast<int64_t>(getPublicBits())) == 0)
    return failure();
  return checkShape(*this, "SHARE-C30", getResult(), shapeOf(getInput()));
}
