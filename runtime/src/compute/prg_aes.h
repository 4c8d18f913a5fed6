// AES-128 in counter mode, three implementations of one function.
#ifndef TACIT_SRC_COMPUTE_PRG_AES_H
#define TACIT_SRC_COMPUTE_PRG_AES_H

#include <cstdint>

namespace tacit {

// The 11 round keys of AES-128, as bytes in the standard's order.
struct AesKey {
  alignas(16) uint8_t round[11][16];
};

AesKey ExpandKey(const uint8_t key[16]);

// A counter block: 16 bytes, low half first, each half little-endian.
struct CounterBlock {
  uint64_t low = 0;
  uint64_t high = 0;
};

// Writes 16 * blocks bytes: the encryptions of (low, high), (low + 1, high), ... The caller keeps low from overflowing.
using CounterFunction = void (*)(const AesKey& key, CounterBlock first, int64_t blocks, uint8_t* out);

void CounterPortable(const AesKey& key, CounterBlock first, int64_t blocks, uint8_t* out);
// The fastest that this processor runs.
CounterFunction BestCounter();
// Each implementation that this processor runs by its name; ends with a null function.
struct NamedCounter {
  const char* name;
  CounterFunction function;
};
const NamedCounter* AvailableCounters();

}  // namespace tacit

#endif
