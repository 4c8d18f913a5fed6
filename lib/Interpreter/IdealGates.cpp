// The gates' ideal functionalities on integers.
#include "IdealGates.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

int64_t ideal::wrap(__int128 x, unsigned k) {
  uint64_t low = static_cast<uint64_t>(x);
  return k >= 64 ? static_cast<int64_t>(low) : static_cast<int64_t>(low << (64 - k)) >> (64 - k);
}

// t uniform bits: splitmix64 (Steele, Lea, Flood 2014).
uint64_t ideal::Rounding::bits(unsigned t) {
  if (t == 0)
    return 0;
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  z ^= z >> 31;
  if (state == 0) // 0 means nearest
    state = 1;
  return z >> (64 - t);
}

__int128 ideal::Rounding::truncate(__int128 x, unsigned t) {
  if (t == 0)
    return x;
  __int128 one = 1;
  if (state == 0)
    return (x + (one << (t - 1))) >> t;
  // P1's share plus 2^t - 1 and P2's share, each floored: the low bits of P2's share are uniform.
  return (x + (one << t) - 1 - bits(t)) >> t;
}

__int128 ideal::Rounding::truncateProduct(__int128 x, unsigned t) {
  if (t == 0)
    return x;
  __int128 one = 1;
  if (state == 0)
    return (x + (one << (t - 1))) >> t;
  // The dealt product loses its low bits, then each evaluator's share; P1 has added 3 * 2^(t-1).
  return (x + 3 * (one << (t - 1)) - bits(t) - bits(t)) >> t;
}

int64_t ideal::Rounding::coarsen(int64_t x, unsigned s) {
  if (state == 0)
    return static_cast<int64_t>((static_cast<__int128>(x) + (__int128{1} << (s - 1))) >> s);
  __int128 low = x & ((__int128{1} << s) - 1);
  return (x >> s) + static_cast<int64_t>((low + bits(s)) >> s);
}

//===-- Shapes -------------------------------------------------------------------------------------------------------===//

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t d : shape)
    n *= d;
  return n;
}

// Strides with which an operand of `from` is read along each dimension of `to`: 0 where it repeats.
static SmallVector<int64_t> broadcastStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<int64_t> strides(to.size(), 0);
  int64_t stride = 1;
  for (size_t i = 0; i < from.size(); ++i) {
    int64_t dim = from[from.size() - 1 - i];
    strides[to.size() - 1 - i] = dim == 1 ? 0 : stride;
    stride *= dim;
  }
  return strides;
}

// Calls body(i, offset) for each element i of `shape`, the operand's offset beside it.
template <class Body> static void forEach(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides, Body body) {
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t offset = 0;
  for (int64_t i = 0, n = count(shape); i < n; ++i) {
    body(i, offset);
    for (int64_t d = static_cast<int64_t>(shape.size()) - 1; d >= 0; --d) {
      offset += strides[d];
      if (++index[d] < shape[d])
        break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

ideal::Integers ideal::broadcast(ArrayRef<int64_t> from, const Integers &input, ArrayRef<int64_t> shape) {
  if (from == shape)
    return input;
  Integers out(count(shape));
  forEach(shape, broadcastStrides(from, shape), [&](int64_t i, int64_t at) { out[i] = input[at]; });
  return out;
}

ideal::Integers ideal::reduceSum(ArrayRef<int64_t> shape, const Integers &input, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept(shape);
  for (int64_t axis : axes)
    kept[axis] = 1;
  Integers out(count(kept), 0);
  forEach(shape, broadcastStrides(kept, shape),
          [&](int64_t i, int64_t at) { out[at] = static_cast<int64_t>(static_cast<uint64_t>(out[at]) + static_cast<uint64_t>(input[i])); });
  return out;
}

ideal::Integers ideal::matmul(ArrayRef<int64_t> lhsShape, const Integers &lhs, ArrayRef<int64_t> rhsShape, const Integers &rhs,
                              ArrayRef<int64_t> shape) {
  int64_t m = lhsShape[lhsShape.size() - 2], n = lhsShape.back(), p = rhsShape.back();
  ArrayRef<int64_t> batch = shape.drop_back(2);
  // Offsets of the matrices of each batch index.
  Integers left(count(batch)), right(count(batch));
  forEach(batch, broadcastStrides(lhsShape.drop_back(2), batch), [&](int64_t i, int64_t at) { left[i] = at * m * n; });
  forEach(batch, broadcastStrides(rhsShape.drop_back(2), batch), [&](int64_t i, int64_t at) { right[i] = at * n * p; });
  std::vector<uint64_t> sum(p);
  Integers out(count(shape));
  for (size_t b = 0; b < left.size(); ++b)
    for (int64_t i = 0; i < m; ++i) {
      std::fill(sum.begin(), sum.end(), 0);
      for (int64_t j = 0; j < n; ++j) {
        uint64_t x = static_cast<uint64_t>(lhs[left[b] + i * n + j]);
        const int64_t *row = rhs.data() + right[b] + j * p;
        for (int64_t c = 0; c < p; ++c)
          sum[c] += x * static_cast<uint64_t>(row[c]);
      }
      std::copy(sum.begin(), sum.end(), out.begin() + (static_cast<int64_t>(b) * m + i) * p);
    }
  return out;
}

//===-- Functions ----------------------------------------------------------------------------------------------------===//

double ideal::periodic(int64_t x, unsigned k, ArrayRef<int64_t> frequencies, int64_t constant, ArrayRef<int64_t> cosines,
                       ArrayRef<int64_t> sines, unsigned coefficientBits, unsigned fraction) {
  double sum = static_cast<double>(constant);
  for (auto [q, c, s] : llvm::zip_equal(frequencies, cosines, sines)) {
    // q x mod 2^k exactly, so that the angle is in half a turn around 0.
    double angle = 2 * M_PI * std::ldexp(static_cast<double>(wrap(static_cast<__int128>(q) * x, k)), -static_cast<int>(k));
    sum += static_cast<double>(c) * std::cos(angle) + static_cast<double>(s) * std::sin(angle);
  }
  return std::ldexp(sum, static_cast<int>(fraction) - static_cast<int>(coefficientBits));
}

double ideal::exponential(int64_t x, unsigned k, unsigned f, unsigned fraction) {
  double real = std::ldexp(static_cast<double>(x), -static_cast<int>(f));
  if (x > 0)
    real -= std::ldexp(1.0, static_cast<int>(k) - static_cast<int>(f));
  return std::ldexp(std::exp(real), static_cast<int>(fraction));
}

//===-- Comparison ---------------------------------------------------------------------------------------------------===//

static uint64_t lowBits(uint64_t x, unsigned k) { return k >= 64 ? x : x & ((uint64_t{1} << k) - 1); }

// The masked value of x - T.
static uint64_t maskedDifference(int64_t x, int64_t threshold, uint64_t mask, unsigned k) {
  return lowBits(static_cast<uint64_t>(x) - static_cast<uint64_t>(threshold) + mask, k);
}

ideal::Integers ideal::compareDigits(const Integers &input, unsigned k, ArrayRef<int64_t> thresholds, int digit, uint64_t mask) {
  auto digits = share::comparisonDigits(static_cast<int>(k), digit);
  size_t n = input.size(), planes = 2 * digits.size() - 1;
  Integers out(thresholds.size() * planes * n);
  for (size_t t = 0; t < thresholds.size(); ++t) {
    int at = static_cast<int>(k) - 1;
    for (size_t d = 0; d < digits.size(); ++d) {
      at -= digits[d];
      uint64_t l = lowBits(mask >> at, digits[d]);
      for (size_t i = 0; i < n; ++i) {
        uint64_t m = lowBits(maskedDifference(input[i], thresholds[t], mask, k) >> at, digits[d]);
        out[(t * planes + 2 * d) * n + i] = m < l;
        if (d + 1 < digits.size())
          out[(t * planes + 2 * d + 1) * n + i] = m == l;
      }
    }
  }
  return out;
}

ideal::Integers ideal::lexCombine(const Integers &input, int64_t thresholds, int64_t planes) {
  auto groups = share::lexGroups(static_cast<int>((planes + 1) / 2));
  int64_t planesOut = 2 * static_cast<int64_t>(groups.size()) - 1, n = static_cast<int64_t>(input.size()) / (thresholds * planes);
  Integers out(thresholds * planesOut * n);
  for (int64_t t = 0; t < thresholds; ++t)
    for (int64_t i = 0; i < n; ++i) {
      int64_t digit = 0;
      for (size_t g = 0; g < groups.size(); ++g) {
        int64_t less = 0, equal = 1;
        for (int j = 0; j < groups[g]; ++j, ++digit) {
          less |= equal & input[(t * planes + 2 * digit) * n + i];
          if (2 * digit + 1 < planes)
            equal &= input[(t * planes + 2 * digit + 1) * n + i];
        }
        out[(t * planesOut + 2 * static_cast<int64_t>(g)) * n + i] = less;
        if (g + 1 < groups.size())
          out[(t * planesOut + 2 * static_cast<int64_t>(g) + 1) * n + i] = equal;
      }
    }
  return out;
}

ideal::Integers ideal::compareFinish(const Integers &input, const Integers &less, unsigned k, ArrayRef<int64_t> thresholds, uint64_t mask) {
  size_t n = input.size();
  Integers out(thresholds.size() * n);
  for (size_t t = 0; t < thresholds.size(); ++t)
    for (size_t i = 0; i < n; ++i) {
      uint64_t m = maskedDifference(input[i], thresholds[t], mask, k);
      out[t * n + i] = static_cast<int64_t>(((m ^ mask) >> (k - 1)) & 1) ^ less[t * n + i];
    }
  return out;
}
