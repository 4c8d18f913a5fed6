// The gates' ideal functionalities on integers: what a gate computes, whatever the masks are (protocol.md, "Gates").
#ifndef LIB_INTERPRETER_IDEALGATES_H
#define LIB_INTERPRETER_IDEALGATES_H

#include "dialects/Share/Share.h"

#include <cstdint>
#include <vector>

namespace mlir::mpc::ideal {

using Integers = std::vector<int64_t>; // ring elements as two's complement values, bits as 0 and 1

// x mod 2^k as a value in [-2^(k-1), 2^(k-1)).
int64_t wrap(__int128 x, unsigned k);

// How the gates' truncations round: to nearest, ties up; or as the shares' low bits fall, uniform bits from a seed.
class Rounding {
public:
  explicit Rounding(uint64_t seed) : state(seed) {}
  // x >> t of one additive share pair: an error in (-1, 1) ulp of mean 0, integers exact (protocol.md, "truncate").
  __int128 truncate(__int128 x, unsigned t);
  // x >> t at the end of a product of which the surviving bits alone are dealt: three floors, within 1.5 ulp.
  __int128 truncateProduct(__int128 x, unsigned t);
  // x >> s of a masked value whose m and mask are shifted each: floor(x / 2^s) and a carry or none.
  int64_t coarsen(int64_t x, unsigned s);
  // t uniform bits.
  uint64_t bits(unsigned t);

private:
  uint64_t state; // 0: to nearest
};

// [..., m, n] x [..., n, p] mod 2^64, leading dimensions broadcast to those of the result.
Integers matmul(ArrayRef<int64_t> lhsShape, const Integers &lhs, ArrayRef<int64_t> rhsShape, const Integers &rhs, ArrayRef<int64_t> shape);

// Sums over `axes`, mod 2^64.
Integers reduceSum(ArrayRef<int64_t> shape, const Integers &input, ArrayRef<int64_t> axes);

// x broadcast to `shape`.
Integers broadcast(ArrayRef<int64_t> from, const Integers &input, ArrayRef<int64_t> shape);

// share.periodic of one element: coefficients as the op holds them, result in units of 2^-fraction, not wrapped.
double periodic(int64_t x, unsigned k, ArrayRef<int64_t> frequencies, int64_t constant, ArrayRef<int64_t> cosines, ArrayRef<int64_t> sines,
                unsigned coefficientBits, unsigned fraction);

// share.exp of one element; the ring element stands for the real in (-2^(k-f), 0] that is congruent to it.
double exponential(int64_t x, unsigned k, unsigned f, unsigned fraction);

// Planes of [m < l] as share.compare_digits lays them out, for m = x - T + l mod 2^k; `mask` is l.
Integers compareDigits(const Integers &input, unsigned k, ArrayRef<int64_t> thresholds, int digit, uint64_t mask);
// Combines the planes of [T, planes] + s.
Integers lexCombine(const Integers &input, int64_t thresholds, int64_t planes);
Integers compareFinish(const Integers &input, const Integers &less, unsigned k, ArrayRef<int64_t> thresholds, uint64_t mask);

} // namespace mlir::mpc::ideal

#endif
