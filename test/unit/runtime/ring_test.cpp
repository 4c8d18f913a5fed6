// Words and bits of the ring: packing at every width, bit planes.
#include "tacit/ring.h"

#include <random>

#include "gtest/gtest.h"
#include "runtime/random_words.h"

namespace tacit {
namespace {

TEST(RingTest, MaskAndSign) {
  EXPECT_EQ(LowMask(0), 0u);
  EXPECT_EQ(LowMask(64), ~Word{0});
  for (int k = 1; k <= 64; ++k) {
    EXPECT_EQ(Signed(LowMask(k), k), -1) << k;
    EXPECT_EQ(Signed(Word{1} << (k - 1), k), k == 64 ? INT64_MIN : -(int64_t{1} << (k - 1))) << k;
    if (k > 1) {
      EXPECT_EQ(Signed(LowMask(k - 1), k), static_cast<int64_t>(LowMask(k - 1))) << k;
    }
  }
}

// The definition: bit b of element i is bit i k + b of the bytes.
TEST(RingTest, PackIsTheDefinition) {
  for (int k = 1; k <= 64; ++k) {
    for (int64_t n : {0, 1, 2, 7, 63, 64, 65, 129}) {
      const Words words = RandomWords(n, k, 100 * k + n);
      std::vector<uint8_t> expected(PackedBytes(n, k), 0), packed(PackedBytes(n, k) + 1, 0xA5);
      for (int64_t i = 0; i < n; ++i) {
        for (int b = 0; b < k; ++b) expected[(i * k + b) / 8] |= static_cast<uint8_t>(((words[i] >> b) & 1) << ((i * k + b) % 8));
      }
      Pack(words, k, packed.data());
      EXPECT_EQ(packed.back(), 0xA5) << "a byte past the end was written, k " << k << " n " << n;
      packed.pop_back();
      ASSERT_EQ(packed, expected) << "k " << k << " n " << n;
      Words back(n + 1, 0xDEAD);
      Unpack(packed, k, absl::MakeSpan(back.data(), n));
      EXPECT_EQ(back.back(), 0xDEADu);
      back.pop_back();
      ASSERT_EQ(back, words) << "k " << k << " n " << n;
    }
  }
}

TEST(RingTest, UnpackIgnoresBitsPastTheEnd) {
  const std::vector<uint8_t> bytes = {0xFF, 0xFF};
  Words words(3);
  Unpack(bytes, 5, absl::MakeSpan(words));
  EXPECT_EQ(words, (Words{31, 31, 31}));
}

TEST(RingTest, EdgeValues) {
  for (int k = 1; k <= 64; ++k) {
    Words words(130, LowMask(k));
    words[64] = 0;
    std::vector<uint8_t> packed(PackedBytes(130, k));
    Pack(words, k, packed.data());
    Words back(130);
    Unpack(packed, k, absl::MakeSpan(back));
    ASSERT_EQ(back, words) << k;
  }
}

TEST(RingTest, BitPlanes) {
  for (int k : {1, 2, 5, 31, 32, 33, 63, 64}) {
    for (int64_t n : {1, 63, 64, 65, 200}) {
      const Words words = RandomWords(n, k, k + n);
      const int64_t stride = BitWords(n);
      Words planes(k * stride, ~Word{0});
      BitPlanes(words, k, planes.data());
      for (int j = 0; j < k; ++j) {
        for (int64_t i = 0; i < 64 * stride; ++i) {
          const Word bit = (planes[j * stride + i / 64] >> (i % 64)) & 1;
          ASSERT_EQ(bit, i < n ? (words[i] >> j) & 1 : 0) << "k " << k << " n " << n << " plane " << j << " element " << i;
        }
      }
      Words low(n);
      ExpandBits(absl::MakeSpan(planes.data(), stride), n, low.data());
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(low[i], words[i] & 1);
    }
  }
}

}  // namespace
}  // namespace tacit
