// Ring elements to try things on.
#ifndef TEST_UNIT_RUNTIME_RANDOM_WORDS_H
#define TEST_UNIT_RUNTIME_RANDOM_WORDS_H

#include <random>

#include "tacit/ring.h"

namespace tacit {

// n words below 2^k, the same for the same seed.
inline Words RandomWords(int64_t n, int k, uint64_t seed) {
  std::mt19937_64 gen(seed);
  Words words(n);
  for (Word& w : words) w = gen() & LowMask(k);
  return words;
}

}  // namespace tacit

#endif
