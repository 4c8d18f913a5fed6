// What each gate deals and multiplies: the formulas of protocol.md, "Gates", one function a gate. The compiler's cost report sums
// them and the runtime's counters must equal the sum.
#include "dialects/Share/Share.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::share;

// Elements of a statically shaped tensor value.
static int64_t count(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

// Ring width of a value's elements; 1 for bits.
static unsigned width(Value value) {
  auto format = getRingFormat(cast<RankedTensorType>(value.getType()).getElementType());
  return format ? format->width : 1;
}
static unsigned fraction(Value value) {
  auto format = getRingFormat(cast<RankedTensorType>(value.getType()).getElementType());
  return format ? format->fraction : 0;
}

SmallVector<int> mlir::share::comparisonDigits(int width, int digit) {
  SmallVector<int> digits;
  // Taken from the top: what is left over is the least significant digit.
  for (int at = width - 1; at > 0 && digit > 0; at -= digit)
    digits.push_back(std::min(digit, at));
  return digits;
}

SmallVector<int> mlir::share::lexGroups(int digits) {
  if (digits <= 4)
    return digits > 0 ? SmallVector<int>{digits} : SmallVector<int>{};
  SmallVector<int> groups(digits / 3, 3);
  if (digits % 3)
    groups.push_back(digits % 3);
  return groups;
}

// Adds every subset of `term` with two or more elements.
static void addSubsets(uint32_t term, llvm::SmallSetVector<uint32_t, 16> &subsets) {
  for (uint32_t s = term; s; s = (s - 1) & term)
    if (s & (s - 1))
      subsets.insert(s);
}

SmallVector<uint32_t> mlir::share::lexSubsets(int digits, bool last) {
  llvm::SmallSetVector<uint32_t, 16> subsets;
  // A group of one digit passes its bits on: nothing is opened or dealt.
  if (digits > 1) {
    // lt = xor_j lt_j and eq_0 and ... and eq_(j-1); eq = eq_0 and ... and eq_(n-1).
    for (int j = 0; j < digits; ++j)
      addSubsets((uint32_t{1} << j) | (((uint32_t{1} << j) - 1) << digits), subsets);
    if (!last)
      addSubsets(((uint32_t{1} << digits) - 1) << digits, subsets);
  }
  SmallVector<uint32_t> sorted(subsets.begin(), subsets.end());
  llvm::sort(sorted);
  return sorted;
}

//===-- Products -------------------------------------------------------------------------------------------------===//

// Of G, or of G >> t, the bits that reach the result.
SmallVector<DealtArray> MulOp::getDealt() { return {{count(getResult()), width(getResult())}}; }
// P0: lx ly. An evaluator: mx (my - ly1) and lx1 my, or mx ly2 and lx2 my.
RingMacs MulOp::getRingMacs() { return {count(getResult()), 2 * count(getResult())}; }

SmallVector<DealtArray> MatmulOp::getDealt() { return {{count(getResult()), width(getResult())}}; }
RingMacs MatmulOp::getRingMacs() {
  int64_t macs = count(getResult()) * cast<RankedTensorType>(getLhs().getType()).getShape().back();
  return {macs, 2 * macs};
}

//===-- Extension ------------------------------------------------------------------------------------------------===//

// The high bits for msb(m) = 0 and for msb(m) = 1.
SmallVector<DealtArray> ExtendHighOp::getDealt() {
  unsigned d = width(getResult());
  return {{count(getInput()), d}, {count(getInput()), d}};
}
RingMacs ExtendHighOp::getRingMacs() { return {}; }

//===-- Comparison -----------------------------------------------------------------------------------------------===//

// One array a digit: the one-hot vector of the digit of l without its last entry.
SmallVector<DealtArray> CompareDigitsOp::getDealt() {
  SmallVector<DealtArray> dealt;
  for (int w : comparisonDigits(width(getInput()), getDigit()))
    dealt.push_back({((int64_t{1} << w) - 1) * count(getInput()), 1, true});
  return dealt;
}
RingMacs CompareDigitsOp::getRingMacs() { return {}; }

// One array a subset, group after group; an array holds [T] + s bits.
SmallVector<DealtArray> LexCombineOp::getDealt() {
  auto shape = cast<RankedTensorType>(getInput().getType()).getShape();
  int64_t planes = shape[1];
  int64_t elements = planes ? count(getInput()) / planes : 0;
  SmallVector<DealtArray> dealt;
  SmallVector<int> groups = lexGroups((planes + 1) / 2);
  for (size_t g = 0; g < groups.size(); ++g)
    dealt.append(lexSubsets(groups[g], g + 1 == groups.size()).size(), DealtArray{elements, 1, true});
  return dealt;
}
RingMacs LexCombineOp::getRingMacs() { return {}; }

// msb(l), the same for all thresholds.
SmallVector<DealtArray> CompareFinishOp::getDealt() { return {{count(getInput()), 1, true}}; }
RingMacs CompareFinishOp::getRingMacs() { return {}; }

//===-- Bits -----------------------------------------------------------------------------------------------------===//

SmallVector<DealtArray> AndOp::getDealt() { return {{count(getResult()), 1, true}}; }
RingMacs AndOp::getRingMacs() { return {}; }

SmallVector<DealtArray> BitToArithOp::getDealt() { return {{count(getResult()), width(getResult())}}; }
RingMacs BitToArithOp::getRingMacs() { return {0, count(getResult())}; }

// u and u ly, each k bits a result.
SmallVector<DealtArray> BitMulOp::getDealt() {
  int64_t n = count(getResult());
  unsigned k = width(getResult());
  return {{n, k}, {n, k}};
}
RingMacs BitMulOp::getRingMacs() { return {count(getResult()), 3 * count(getResult())}; }

//===-- Functions ------------------------------------------------------------------------------------------------===//

// Two arrays a frequency, cos then sin of the mask's angle; K = k' + t, less what a frequency has fewer digits.
SmallVector<DealtArray> PeriodicOp::getDealt() {
  int64_t n = count(getInput());
  int64_t top = getDigits().empty() ? 0 : *llvm::max_element(getDigits());
  int64_t ring = width(getResult()) + top + int64_t(getPublicBits()) - fraction(getResult());
  SmallVector<DealtArray> dealt;
  for (int64_t digits : getDigits())
    dealt.append(2, DealtArray{n, unsigned(ring - (top - digits))});
  return dealt;
}
RingMacs PeriodicOp::getRingMacs() { return {0, int64_t(2 * getDigits().size()) * count(getInput())}; }

// One array a case of the mask's wrap, K = k' + t bits.
SmallVector<DealtArray> ExpOp::getDealt() {
  int64_t ring = width(getResult()) + int64_t(getDealtBits()) + int64_t(getPublicBits()) - fraction(getResult());
  int64_t cases = int64_t{1} << (width(getInput()) - fraction(getInput()) - 4);
  return SmallVector<DealtArray>(cases, DealtArray{count(getInput()), unsigned(ring)});
}
RingMacs ExpOp::getRingMacs() { return {0, count(getInput())}; }
