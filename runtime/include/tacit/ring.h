// Words of a ring Z_2^k, k = 1..64: one uint64_t an element, always reduced (bits k.. are 0). Bits: packed, 64 an uint64_t,
// element i is bit i % 64 of word i / 64; bits past the end are 0.
#ifndef TACIT_RING_H
#define TACIT_RING_H

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace tacit {

using Word = uint64_t;
using Words = std::vector<Word>;

// The low k bits set, k = 0..64.
constexpr Word LowMask(int k) { return k >= 64 ? ~Word{0} : (Word{1} << k) - 1; }

// Two's complement value of a reduced word.
constexpr int64_t Signed(Word x, int k) { return k >= 64 ? static_cast<int64_t>(x) : static_cast<int64_t>(x << (64 - k)) >> (64 - k); }

// Words of n packed bits.
constexpr int64_t BitWords(int64_t n) { return (n + 63) / 64; }

// Bytes of n elements of k bits on the wire: ceil(n k / 8).
constexpr int64_t PackedBytes(int64_t n, int k) { return (n * k + 7) / 8; }

// Packs n reduced words to k bits each, little-endian bit order, into PackedBytes(n, k) bytes.
void Pack(absl::Span<const Word> words, int k, uint8_t* out);
// The reverse. `bytes` holds exactly PackedBytes(n, k) bytes; bits past the last element are ignored.
void Unpack(absl::Span<const uint8_t> bytes, int k, absl::Span<Word> words);

// Bit plane j of n words to packed bits, for j < k: planes[j * BitWords(n) + i / 64].
void BitPlanes(absl::Span<const Word> words, int k, Word* planes);
// Packed bits to words 0 or 1.
void ExpandBits(absl::Span<const Word> bits, int64_t n, Word* words);

}  // namespace tacit

#endif
