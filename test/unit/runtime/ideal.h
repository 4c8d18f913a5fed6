// What gates mean, on plain integers: the judge of the gate tests. Knows
// nothing of shares and uses none of the runtime's code.
#ifndef TEST_UNIT_RUNTIME_IDEAL_H
#define TEST_UNIT_RUNTIME_IDEAL_H

#include <cstdint>
#include <random>
#include <vector>

namespace tacit::ideal {

using Wide = __int128;

// x mod 2^k as a signed number of k bits.
inline int64_t Wrap(Wide x, int k) {
  const Wide modulus = Wide{1} << k;
  Wide r = x % modulus;
  if (r < 0) r += modulus;
  if (r >= modulus / 2) r -= modulus;
  return static_cast<int64_t>(r);
}

inline int64_t Lowest(int k) { return static_cast<int64_t>(-(Wide{1} << (k - 1))); }
inline int64_t Highest(int k) { return static_cast<int64_t>((Wide{1} << (k - 1)) - 1); }

// n values in [low, high], first the edges: low, high, 0, -1, 1 where they fit.
inline std::vector<int64_t> Samples(std::mt19937_64& random, int64_t low, int64_t high, size_t n) {
  std::vector<int64_t> values;
  for (Wide edge : {Wide{low}, Wide{high}, Wide{0}, Wide{-1}, Wide{1}, Wide{low} + 1, Wide{high} - 1})
    if (edge >= low && edge <= high && values.size() < n) values.push_back(static_cast<int64_t>(edge));
  std::uniform_int_distribution<int64_t> any(low, high);
  while (values.size() < n) values.push_back(any(random));
  return values;
}

}  // namespace tacit::ideal

#endif
