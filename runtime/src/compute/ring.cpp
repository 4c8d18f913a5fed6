// Packing of ring elements to k bits each, and bit planes.
#include "tacit/ring.h"

#include <array>
#include <cstring>
#include <utility>

namespace tacit {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are copied to the wire as they lie in memory");

// 64 elements of k bits are exactly k words, so a group starts at a word and every shift in it is known when compiling.
template <int k>
void PackGroup(const Word* in, Word* out) {
  Word word = 0;
  int used = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < 64; ++i) {
    const Word x = in[i];
    word |= x << used;
    used += k;
    if (used >= 64) {
      *out++ = word;
      used -= 64;
      word = used == 0 ? 0 : x >> (k - used);
    }
  }
}

template <int k>
void UnpackGroup(const Word* in, Word* out) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 64; ++i) {
    const int at = i * k, word = at / 64, shift = at % 64;
    Word x = in[word] >> shift;
    if (shift + k > 64) x |= in[word + 1] << (64 - shift);
    out[i] = x & LowMask(k);
  }
}

using GroupFunction = void (*)(const Word*, Word*);

template <int... k>
constexpr std::array<GroupFunction, 64> PackTable(std::integer_sequence<int, k...>) {
  return {PackGroup<k + 1>...};
}
template <int... k>
constexpr std::array<GroupFunction, 64> UnpackTable(std::integer_sequence<int, k...>) {
  return {UnpackGroup<k + 1>...};
}
constexpr auto kPack = PackTable(std::make_integer_sequence<int, 64>());
constexpr auto kUnpack = UnpackTable(std::make_integer_sequence<int, 64>());

// Swaps blocks across the diagonal, halving their size each time: row i's bit j becomes row j's bit i.
void Transpose64(Word* a) {
  Word mask = 0x00000000FFFFFFFF;
  for (int half = 32; half != 0; half >>= 1, mask ^= mask << half) {
    for (int block = 0; block < 64; block += 2 * half) {
      for (int i = block; i < block + half; ++i) {
        const Word moved = ((a[i] >> half) ^ a[i + half]) & mask;
        a[i] ^= moved << half;
        a[i + half] ^= moved;
      }
    }
  }
}

}  // namespace

void Pack(absl::Span<const Word> words, int k, uint8_t* out) {
  const int64_t n = static_cast<int64_t>(words.size());
  if (k == 64) {
    if (n > 0) std::memcpy(out, words.data(), n * sizeof(Word));
    return;
  }
  const GroupFunction group = kPack[k - 1];
  Word packed[64];
  int64_t i = 0;
  for (; i + 64 <= n; i += 64, out += 8 * k) {
    group(words.data() + i, packed);
    std::memcpy(out, packed, 8 * k);
  }
  if (i < n) {
    Word rest[64] = {};
    std::memcpy(rest, words.data() + i, (n - i) * sizeof(Word));
    group(rest, packed);
    std::memcpy(out, packed, PackedBytes(n - i, k));
  }
}

void Unpack(absl::Span<const uint8_t> bytes, int k, absl::Span<Word> words) {
  const int64_t n = static_cast<int64_t>(words.size());
  if (k == 64) {
    if (n > 0) std::memcpy(words.data(), bytes.data(), n * sizeof(Word));
    return;
  }
  const GroupFunction group = kUnpack[k - 1];
  const uint8_t* in = bytes.data();
  Word packed[64];
  int64_t i = 0;
  for (; i + 64 <= n; i += 64, in += 8 * k) {
    std::memcpy(packed, in, 8 * k);
    group(packed, words.data() + i);
  }
  if (i < n) {
    Word rest[64];
    std::memset(packed, 0, sizeof(packed));
    std::memcpy(packed, in, PackedBytes(n - i, k));
    group(packed, rest);
    std::memcpy(words.data() + i, rest, (n - i) * sizeof(Word));
  }
}

void BitPlanes(absl::Span<const Word> words, int k, Word* planes) {
  const int64_t n = static_cast<int64_t>(words.size()), stride = BitWords(n);
  Word block[64];
  for (int64_t i = 0; i < n; i += 64) {
    const int64_t count = n - i < 64 ? n - i : 64;
    std::memcpy(block, words.data() + i, count * sizeof(Word));
    if (count < 64) std::memset(block + count, 0, (64 - count) * sizeof(Word));
    Transpose64(block);
    for (int j = 0; j < k; ++j) planes[j * stride + i / 64] = block[j];
  }
}

void ExpandBits(absl::Span<const Word> bits, int64_t n, Word* words) {
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    const Word word = bits[i / 64];
    for (int j = 0; j < 64; ++j) words[i + j] = (word >> j) & 1;
  }
  for (; i < n; ++i) words[i] = (bits[i / 64] >> (i % 64)) & 1;
}

}  // namespace tacit
