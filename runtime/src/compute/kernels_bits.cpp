// Packed bits: copies at any position, conversions, logic with broadcasting.
#include <algorithm>
#include <cstring>

#include "tacit/kernels.h"

namespace tacit::kernels {

namespace {

// 64 bits from position `at`, of which `n` lie inside the array.
Word ReadBits(const Word* in, int64_t at, int64_t n) {
  const int64_t word = at / 64, shift = at % 64;
  Word x = in[word] >> shift;
  if (shift != 0 && shift + n > 64) x |= in[word + 1] << (64 - shift);
  return x & LowMask(static_cast<int>(n));
}

enum class Logic { kXor, kAnd };

void Combine(Logic logic, const Shape& shape, Operand x, Operand y, Word* z) {
  const int64_t n = Elements(shape), words = BitWords(n);
  // An operand of another shape is repeated into an array of its own, but for a single bit.
  Words repeated[2];
  const Word* data[2];
  bool one[2];
  for (int j = 0; j < 2; ++j) {
    const Operand& o = j == 0 ? x : y;
    const int64_t size = Elements(*o.shape);
    data[j] = o.data;
    one[j] = size == 1 && n != 1;
    if (size != n && !one[j]) {
      repeated[j].resize(words);
      Broadcast(Element::kBit, *o.shape, o.data, shape, repeated[j].data());
      data[j] = repeated[j].data();
    }
  }
  const auto value = [&](int j, int64_t i) { return one[j] ? Word{0} - (data[j][0] & 1) : data[j][i]; };
  if (logic == Logic::kXor) {
    for (int64_t i = 0; i < words; ++i) z[i] = value(0, i) ^ value(1, i);
  } else {
    for (int64_t i = 0; i < words; ++i) z[i] = value(0, i) & value(1, i);
  }
  if (n % 64 != 0) z[words - 1] &= LowMask(static_cast<int>(n % 64));
}

}  // namespace

void CopyBits(const Word* in, int64_t from, Word* out, int64_t to, int64_t n) {
  while (n > 0) {
    const int64_t shift = to % 64, count = std::min<int64_t>(n, 64 - shift);
    const Word mask = LowMask(static_cast<int>(count)) << shift;
    Word& word = out[to / 64];
    word = (word & ~mask) | (ReadBits(in, from, count) << shift);
    from += count;
    to += count;
    n -= count;
  }
}

void PackBits(const Word* words, int64_t n, Word* bits) {
  for (int64_t i = 0; i < n; i += 64) {
    Word x = 0;
    const int count = static_cast<int>(std::min<int64_t>(64, n - i));
    for (int j = 0; j < count; ++j) x |= (words[i + j] & 1) << j;
    bits[i / 64] = x;
  }
}

void PackBytes(const uint8_t* bytes, int64_t n, Word* bits) {
  for (int64_t i = 0; i < n; i += 64) {
    Word x = 0;
    const int64_t count = std::min<int64_t>(64, n - i);
    int64_t j = 0;
    for (; j + 8 <= count; j += 8) {
      Word eight;
      std::memcpy(&eight, bytes + i + j, 8);
      // The product moves byte b's lowest bit to bit 56 + b.
      x |= (((eight & 0x0101010101010101) * 0x0102040810204080) >> 56) << j;
    }
    for (; j < count; ++j) x |= Word{bytes[i + j] & 1u} << j;
    bits[i / 64] = x;
  }
}

void UnpackBytes(const Word* bits, int64_t n, uint8_t* bytes) {
  for (int64_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>((bits[i / 64] >> (i % 64)) & 1);
}

void BitsXor(const Shape& shape, Operand x, Operand y, Word* z) { Combine(Logic::kXor, shape, x, y, z); }
void BitsAnd(const Shape& shape, Operand x, Operand y, Word* z) { Combine(Logic::kAnd, shape, x, y, z); }

void BitsNot(int64_t n, const Word* x, Word* z) {
  const int64_t words = BitWords(n);
  for (int64_t i = 0; i < words; ++i) z[i] = ~x[i];
  if (n % 64 != 0) z[words - 1] &= LowMask(static_cast<int>(n % 64));
}

}  // namespace tacit::kernels
