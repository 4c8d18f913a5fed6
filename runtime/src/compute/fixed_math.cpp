// Cosine, sine and exponential in integers: two tables of 1024 entries and a polynomial of degree two for the last digit, whose
// third term is below 2^-52. Tables come from Taylor series in 128-bit integers.
#include "tacit/fixed_math.h"

namespace tacit {

namespace {

using Wide = __int128;

constexpr int kIndexBits = 10;
constexpr int kEntries = 1 << kIndexBits;
constexpr int64_t kPi61 = 0x6487ED5110B4611A;   // pi 2^61
constexpr int64_t kLn2 = 0x2C5C85FDF473DE6B;    // ln 2, in units of 2^-62
constexpr int64_t kLog2E = 0x5C551D94AE0BF85E;  // 1 / ln 2, in units of 2^-62
constexpr int kTrigBits = 60;
constexpr int kExpBits = 62;

// x y 2^-bits, to the nearest.
constexpr int64_t MulShift(int64_t x, int64_t y, int bits) {
  return static_cast<int64_t>((static_cast<Wide>(x) * y + (Wide{1} << (bits - 1))) >> bits);
}

struct Turn {
  int64_t cos, sin;
};

// Of t radians in units of 2^-60, 0 <= t <= pi / 2.
Turn TurnOf(int64_t t) {
  Turn r{int64_t{1} << kTrigBits, t};
  int64_t term = t;  // t^i / i!
  for (int i = 2; term != 0; ++i) {
    term = MulShift(term, t, kTrigBits) / i;
    int64_t& sum = i % 2 == 0 ? r.cos : r.sin;
    sum += i % 4 < 2 ? term : -term;
  }
  return r;
}

struct TrigTables {
  Turn coarse[kEntries];  // at multiples of 2^-10 of a turn
  Turn fine[kEntries];    // of 2^-20

  TrigTables() {
    for (int i = 0; i < kEntries; ++i) {
      const int quadrant = i / (kEntries / 4), rest = i % (kEntries / 4);
      Turn t = TurnOf(MulShift(rest, kPi61, kIndexBits));
      for (int q = 0; q < quadrant; ++q) t = {-t.sin, t.cos};
      coarse[i] = t;
      fine[i] = TurnOf(MulShift(i, kPi61, 2 * kIndexBits));
    }
  }
};

struct ExpTables {
  int64_t coarse[kEntries];  // 2^(-i / 2^10), in units of 2^-62
  int64_t fine[kEntries];    // 2^(-i / 2^20)

  // e^-t, t in units of 2^-62, 0 <= t < ln 2.
  static int64_t Series(int64_t t) {
    int64_t sum = int64_t{1} << kExpBits, term = sum;
    for (int i = 1; term != 0; ++i) {
      term = MulShift(term, t, kExpBits) / i;
      sum += i % 2 == 0 ? term : -term;
    }
    return sum;
  }

  ExpTables() {
    for (int i = 0; i < kEntries; ++i) {
      coarse[i] = Series(MulShift(i, kLn2, kIndexBits));
      fine[i] = Series(MulShift(i, kLn2, 2 * kIndexBits));
    }
  }
};

const TrigTables& Trig() {
  static const TrigTables tables;
  return tables;
}
const ExpTables& Exp() {
  static const ExpTables tables;
  return tables;
}

}  // namespace

int64_t FixedCos(uint64_t angle, int bits) {
  const TrigTables& tables = Trig();
  const Turn a = tables.coarse[angle >> 54], b = tables.fine[(angle >> 44) & (kEntries - 1)];
  // The rest c of the angle is below 6e-6 radians: cos(s + c) = cos s (1 - c^2 / 2) - c sin s.
  const auto c = static_cast<int64_t>((static_cast<Wide>(angle & ((uint64_t{1} << 44) - 1)) * kPi61) >> 64);
  const int64_t cos = MulShift(a.cos, b.cos, kTrigBits) - MulShift(a.sin, b.sin, kTrigBits);
  const int64_t sin = MulShift(a.sin, b.cos, kTrigBits) + MulShift(a.cos, b.sin, kTrigBits);
  const int64_t half_square = MulShift(c, c, kTrigBits + 1);
  const int64_t value = cos - MulShift(cos, half_square, kTrigBits) - MulShift(sin, c, kTrigBits);
  const int drop = kTrigBits - bits;
  return (value + (int64_t{1} << (drop - 1))) >> drop;
}

int64_t FixedSin(uint64_t angle, int bits) { return FixedCos(angle - (uint64_t{1} << 62), bits); }

int64_t FixedExp(uint64_t x, int f, int bits) {
  const ExpTables& tables = Exp();
  // e^-y = 2^-(n + r), n whole and r of 64 bits.
  const auto exponent = static_cast<unsigned __int128>(x) * static_cast<uint64_t>(kLog2E);  // units of 2^-(62 + f)
  const auto whole = static_cast<uint64_t>(exponent >> (kExpBits + f));
  if (whole > 63) return 0;
  const unsigned __int128 fraction = exponent & ((static_cast<unsigned __int128>(1) << (kExpBits + f)) - 1);
  const auto r = static_cast<uint64_t>(f >= 2 ? fraction >> (f - 2) : fraction << (2 - f));
  // The rest c = r mod 2^-20, times ln 2, in units of 2^-62.
  const auto c = static_cast<int64_t>((static_cast<Wide>(r & ((uint64_t{1} << 44) - 1)) * kLn2) >> 64);
  int64_t value = MulShift(tables.coarse[r >> 54], tables.fine[(r >> 44) & (kEntries - 1)], kExpBits);
  value -= MulShift(value, c - MulShift(c, c, kExpBits + 1), kExpBits);
  const int drop = kExpBits - bits + static_cast<int>(whole);
  if (drop == 0) return value;
  if (drop > 63) return 0;
  return static_cast<int64_t>((static_cast<uint64_t>(value) + (uint64_t{1} << (drop - 1))) >> drop);
}

}  // namespace tacit
