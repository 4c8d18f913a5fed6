// Integer cosine, sine and exponential against long double over their whole ranges.
#include "tacit/fixed_math.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace tacit {
namespace {

constexpr long double kTwoPi = 6.283185307179586476925286766559005768L;

long double Radians(uint64_t angle) { return ldexpl(static_cast<long double>(static_cast<int64_t>(angle)), -64) * kTwoPi; }

TEST(FixedMathTest, TrigonometryIsWithinItsBound) {
  std::mt19937_64 gen(1);
  for (int bits : {0, 1, 8, 12, 20, 24, 30, 31, 36, 40}) {
    const long double bound = bits <= 30 ? 1 : ldexpl(1, bits - 30);
    long double worst = 0;
    for (int i = 0; i < 20000; ++i) {
      const uint64_t angle = i < 256 ? static_cast<uint64_t>(i) << 56 : i < 512 ? (static_cast<uint64_t>(i) << 56) - 1 : gen();
      worst = std::max(worst, fabsl(FixedCos(angle, bits) - ldexpl(cosl(Radians(angle)), bits)));
      worst = std::max(worst, fabsl(FixedSin(angle, bits) - ldexpl(sinl(Radians(angle)), bits)));
    }
    EXPECT_LE(worst, bound) << bits;
    EXPECT_LE(worst, 0.51L) << "rounds to nearest but for ties, bits " << bits;
  }
}

TEST(FixedMathTest, QuadrantsAreExact) {
  const int64_t one = int64_t{1} << 30;
  const int64_t cos[] = {one, 0, -one, 0}, sin[] = {0, one, 0, -one};
  for (uint64_t q = 0; q < 4; ++q) {
    EXPECT_EQ(FixedCos(q << 62, 30), cos[q]) << q;
    EXPECT_EQ(FixedSin(q << 62, 30), sin[q]) << q;
  }
}

void CheckExp(uint64_t x, int f, int bits) {
  const long double exact = ldexpl(expl(-ldexpl(static_cast<long double>(x), -f)), bits);
  const long double bound = std::max(1.0L, ldexpl(exact, -40));
  ASSERT_LE(fabsl(static_cast<long double>(FixedExp(x, f, bits)) - exact), bound) << "x " << x << " f " << f << " bits " << bits;
}

TEST(FixedMathTest, ExponentialIsWithinItsBound) {
  std::mt19937_64 gen(2);
  for (int f : {0, 1, 2, 3, 8, 12, 20, 40}) {
    for (int bits : {0, 1, 12, 21, 33, 48, 61, 62}) {
      CheckExp(0, f, bits);
      CheckExp((uint64_t{1} << 63) - 1, f, bits);
      for (int i = 0; i < 2000; ++i) {
        CheckExp(gen() >> (1 + i % 62), f, bits);
        const long double y = static_cast<long double>(gen() >> 11) * 0x1p-53L * 48;
        CheckExp(static_cast<uint64_t>(ldexpl(y, f)), f, bits);
      }
    }
  }
}

TEST(FixedMathTest, ExponentialOfZeroIsOne) {
  for (int bits = 0; bits <= 62; ++bits) EXPECT_EQ(FixedExp(0, 12, bits), int64_t{1} << bits);
}

TEST(FixedMathTest, ExponentialFalls) {
  int64_t last = FixedExp(0, 12, 40);
  for (uint64_t x = 1; x < (48u << 12); x += 7) {
    const int64_t now = FixedExp(x, 12, 40);
    ASSERT_LE(now, last) << x;
    last = now;
  }
}

// The values that two machines must agree on: any change of the tables shows here.
TEST(FixedMathTest, GoldenValues) {
  uint64_t hash = 1469598103934665603u;
  std::mt19937_64 gen(3);
  for (int i = 0; i < 10000; ++i) {
    const uint64_t x = gen();
    for (int64_t v : {FixedCos(x, 30), FixedSin(x, 40), FixedExp(x >> 20, 38, 60), FixedExp(x & 0xFFFF, 12, 21)}) {
      hash = (hash ^ static_cast<uint64_t>(v)) * 1099511628211u;
    }
  }
  EXPECT_EQ(hash, 18093147686303771276u);
}

}  // namespace
}  // namespace tacit
