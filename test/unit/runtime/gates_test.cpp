// Every gate against plain integers (ideal.h), over widths 1 to 64 and edge values, run by the three executors in one process.
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/ideal.h"
#include "runtime/program_builder.h"

namespace tacit {
namespace {

using ideal::Highest;
using ideal::Lowest;
using ideal::Samples;
using ideal::Wide;
using ideal::Wrap;
using namespace testing;

constexpr int64_t kCount = 203;  // no multiple of a word's bits

// f(x_i, y_i) reduced to k bits.
template <class F>
Ints Model(const Ints& x, const Ints& y, int k, F f) {
  Ints out;
  for (size_t i = 0; i < x.size(); ++i) out.push_back(Wrap(f(Wide{x[i]}, Wide{y[i]}), k));
  return out;
}

class AllWidths : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Widths, AllWidths, ::testing::Range(1, 65));

TEST_P(AllWidths, LinearOpsAndProducts) {
  const int k = GetParam();
  std::mt19937_64 random(k);
  const Ints xs = Samples(random, Lowest(k), Highest(k), kCount);
  Ints ys = Samples(random, Lowest(k), Highest(k), kCount);
  std::shuffle(ys.begin(), ys.end(), random);
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(k, {kCount}), xs), y = b.Input(Masked(k, {kCount}), ys), c = b.PublicRing(Public(k, {kCount}), ys);
  const Type masked = Masked(k, {kCount}), additive = Additive(k, {kCount});
  b.Output("x", x);
  b.Output("add", b.Op("share.add", {x, y}, masked));
  b.Output("sub", b.Op("share.sub", {x, y}, masked));
  b.Output("neg", b.Op("share.neg", {x}, masked));
  b.Output("add public", b.Op("share.add", {x, c}, masked));
  b.Output("public minus", b.Op("share.sub", {c, x}, masked));
  b.Output("minus public", b.Op("share.sub", {x, c}, masked));
  b.Output("mul public", b.Op("share.mul_public", {x, c}, masked));
  const ValueId xa = b.Op("share.to_additive", {x}, additive), ya = b.Op("share.to_additive", {y}, additive);
  b.Output("additive add", b.Op("share.add", {xa, ya}, additive));
  b.Output("additive sub", b.Op("share.sub", {xa, ya}, additive));
  b.Output("additive neg", b.Op("share.neg", {xa}, additive));
  b.Output("additive add public", b.Op("share.add", {c, xa}, additive));
  b.Output("additive public minus", b.Op("share.sub", {c, xa}, additive));
  b.Output("additive minus public", b.Op("share.sub", {xa, c}, additive));
  b.Output("additive mul public", b.Op("share.mul_public", {xa, c}, additive));
  b.Output("remask", b.Remask(xa));
  b.Output("mul", b.Op("share.mul", {x, y}, additive));
  b.Output("mul again", b.Op("share.mul", {x, y}, additive));  // the other receiver
  b.Output("mul of remasked", b.Op("share.mul", {b.Remask(ya), x}, additive));
  const int small = std::max(1, k / 2);
  b.Output("shrink", b.Op("share.shrink", {x}, Masked(small, {kCount})));
  b.Output("shrink additive", b.Op("share.shrink", {xa}, Additive(small, {kCount})));
  b.Output("reduce", b.Op("share.reduce_sum", {xa}, Additive(k, {1}), {{"axes", Ints{0}}}));
  auto out = b.Run(k);
  const auto add = Model(xs, ys, k, [](Wide x, Wide y) { return x + y; }), sub = Model(xs, ys, k, [](Wide x, Wide y) { return x - y; }),
             mul = Model(xs, ys, k, [](Wide x, Wide y) { return x * y; }), neg = Model(xs, ys, k, [](Wide x, Wide) { return -x; }),
             minus = Model(ys, xs, k, [](Wide y, Wide x) { return y - x; }), shrunk = Model(xs, ys, small, [](Wide x, Wide) { return x; });
  EXPECT_EQ(out["x"], xs);
  EXPECT_EQ(out["remask"], xs);
  for (const char* name : {"add", "add public", "additive add", "additive add public"}) EXPECT_EQ(out[name], add) << name;
  for (const char* name : {"sub", "minus public", "additive sub", "additive minus public"}) EXPECT_EQ(out[name], sub) << name;
  for (const char* name : {"public minus", "additive public minus"}) EXPECT_EQ(out[name], minus) << name;
  for (const char* name : {"neg", "additive neg"}) EXPECT_EQ(out[name], neg) << name;
  for (const char* name : {"mul public", "additive mul public", "mul", "mul again", "mul of remasked"}) EXPECT_EQ(out[name], mul) << name;
  for (const char* name : {"shrink", "shrink additive"}) EXPECT_EQ(out[name], shrunk) << name;
  Wide sum = 0;
  for (int64_t v : xs) sum += v;
  EXPECT_EQ(out["reduce"], Ints{Wrap(sum, k)});
}

TEST_P(AllWidths, Comparison) {
  const int k = GetParam();
  if (k < 2) return;
  std::mt19937_64 random(100 + k);
  for (int64_t digit : {1, 2, 3, 4, 6}) {
    // x - T stays in the ring for T in [-2^(k-3), 2^(k-3)] and x in [-2^(k-2), 2^(k-2)].
    const Ints whole = Samples(random, Lowest(k), Highest(k), kCount);
    const int64_t bound = k >= 4 ? int64_t{1} << (k - 3) : 0;
    const Ints thresholds = k >= 4 ? Ints{-bound, 0, 1, bound} : Ints{0};
    const Ints half = Samples(random, Lowest(k) / 2, Highest(k) / 2, kCount);
    ProgramBuilder b;
    b.Output("sign", b.Below(b.Input(Masked(k, {kCount}), whole), {0}, digit));
    b.Output("below", b.Below(b.Input(Masked(k, {kCount}), half), thresholds, digit));
    auto out = b.Run(k);
    Ints sign, below;
    for (int64_t x : whole) sign.push_back(x < 0);
    for (int64_t t : thresholds)
      for (int64_t x : half) below.push_back(x < t);
    EXPECT_EQ(out["sign"], sign) << "digits of " << digit;
    EXPECT_EQ(out["below"], below) << "digits of " << digit;
  }
}

TEST_P(AllWidths, Extension) {
  const int k = GetParam();
  if (k < 2 || k > 63) return;
  std::mt19937_64 random(200 + k);
  for (int d : {1, 2, 7, 64 - k}) {
    if (k + d > 64) continue;
    const Ints xs = Samples(random, Lowest(k) / 2, Highest(k) / 2, kCount);
    ProgramBuilder b;
    const ValueId x = b.Input(Masked(k, {kCount}), xs);
    for (int receiver : {1, 2}) {
      b.receiver = receiver;
      const ValueId high = b.Remask(b.Op("share.extend_high", {x}, Additive(d, {kCount})));
      const ValueId wide = b.Op("share.join", {x, high}, Masked(k + d, {kCount}));
      b.Output("extended" + std::to_string(receiver), wide);
      // Mask and masked value of the result serve further gates.
      b.Output("square" + std::to_string(receiver), b.Op("share.mul", {wide, wide}, Additive(k + d, {kCount})));
    }
    auto out = b.Run(k);
    const Ints square = Model(xs, xs, k + d, [](Wide x, Wide y) { return x * y; });
    EXPECT_EQ(out["extended1"], xs) << "by " << d;
    EXPECT_EQ(out["extended2"], xs) << "by " << d;
    EXPECT_EQ(out["square1"], square) << "by " << d;
    EXPECT_EQ(out["square2"], square) << "by " << d;
  }
}

TEST_P(AllWidths, BitsAndArithmetic) {
  const int k = GetParam();
  std::mt19937_64 random(300 + k);
  const Ints bits = Samples(random, 0, 1, kCount), others = Samples(random, 0, 1, kCount),
             ys = Samples(random, Lowest(k), Highest(k), kCount);
  ProgramBuilder b;
  const ValueId s = b.Input(MaskedBit({kCount}), bits), y = b.Input(Masked(k, {kCount}), ys);
  for (int receiver : {1, 2}) {
    b.receiver = receiver;
    b.Output("arith" + std::to_string(receiver), b.Op("share.bit_to_arith", {s}, Additive(k, {kCount})));
    b.Output("mul" + std::to_string(receiver), b.Op("share.bit_mul", {s, y}, Additive(k, {kCount})));
  }
  auto out = b.Run(k);
  const Ints arith = Model(bits, bits, k, [](Wide b, Wide) { return b; }), mul = Model(bits, ys, k, [](Wide b, Wide y) { return b * y; });
  for (const char* r : {"1", "2"}) {
    EXPECT_EQ(out[std::string("arith") + r], arith);
    EXPECT_EQ(out[std::string("mul") + r], mul);
  }
}

TEST(Bits, LogicWithBroadcasting) {
  std::mt19937_64 random(4);
  const int64_t rows = 5, columns = 67;
  Ints xs, ys;
  for (int64_t i = 0; i < rows * columns; ++i) xs.push_back(random() & 1);
  for (int64_t i = 0; i < columns; ++i) ys.push_back(random() & 1);
  ProgramBuilder b;
  const ValueId x = b.Input(MaskedBit({rows, columns}), xs), y = b.Input(MaskedBit({1, columns}), ys);
  b.receiver = 1;
  b.Output("and 1", b.Op("share.and", {x, y}, XorBit({rows, columns})));
  b.receiver = 2;
  const ValueId conjunction = b.Op("share.and", {y, x}, XorBit({rows, columns}));
  b.Output("and 2", b.Remask(conjunction));
  b.Output("xor", b.Op("share.xor", {x, y}, MaskedBit({rows, columns})));
  b.Output("xor of shares",
           b.Op("share.xor", {conjunction, b.Op("share.to_additive", {y}, XorBit({1, columns}))}, XorBit({rows, columns})));
  b.Output("not", b.Op("share.not", {x}, MaskedBit({rows, columns})));
  b.Output("not of shares", b.Op("share.not", {conjunction}, XorBit({rows, columns})));
  auto out = b.Run();
  Ints both, either, neither, negated, mixed;
  for (int64_t i = 0; i < rows * columns; ++i) {
    const int64_t p = xs[i], q = ys[i % columns];
    both.push_back(p & q);
    either.push_back(p ^ q);
    negated.push_back(1 - p);
    neither.push_back(1 - (p & q));
    mixed.push_back((p & q) ^ q);
  }
  EXPECT_EQ(out["and 1"], both);
  EXPECT_EQ(out["and 2"], both);
  EXPECT_EQ(out["xor"], either);
  EXPECT_EQ(out["xor of shares"], mixed);
  EXPECT_EQ(out["not"], negated);
  EXPECT_EQ(out["not of shares"], neither);
}

TEST(Products, BroadcastBitSelectsRows) {
  std::mt19937_64 random(5);
  const Ints bits = {1, 0, 1}, ys = Samples(random, Lowest(20), Highest(20), 3 * 70);
  ProgramBuilder b;
  b.Output("z", b.Op("share.bit_mul", {b.Input(MaskedBit({3, 1}), bits), b.Input(Masked(20, {3, 70}), ys)}, Additive(20, {3, 70})));
  Ints want;
  for (int i = 0; i < 3 * 70; ++i) want.push_back(bits[i / 70] * ys[i]);
  EXPECT_EQ(b.Run()["z"], want);
}

// What comparisons read, m and P0's l without their low bits, is the value over 2^s to less than a unit.
TEST(Coarsen, ComparisonsAreWithinAUnit) {
  constexpr int64_t n = 20000;
  std::mt19937_64 random(18);
  for (const auto& [k, s] : std::vector<std::array<int, 2>>{{20, 9}, {64, 1}, {64, 50}, {33, 20}, {12, 6}}) {
    const Ints xs = Samples(random, Lowest(k) / 2, Highest(k) / 2, n), thresholds = {-3, 0, 5};
    ProgramBuilder b;
    const ValueId coarse = b.Op("share.coarsen", {b.Input(Masked(k, {n}), xs)}, Masked(k - s, {n}));
    b.Output("below", b.Below(coarse, thresholds, 3));
    const Ints got = b.Run(k)["below"];
    int64_t up = 0, down = 0;
    for (size_t t = 0; t < thresholds.size(); ++t)
      for (int64_t i = 0; i < n; ++i) {
        const Wide distance = Wide{xs[i]} - (Wide{thresholds[t]} << s), unit = Wide{1} << s;
        const bool below = got[t * n + i] != 0;
        if (distance <= -unit) EXPECT_TRUE(below) << xs[i] << " of " << k << " bits, " << s << " dropped";
        if (distance >= unit) EXPECT_FALSE(below) << xs[i] << " of " << k << " bits, " << s << " dropped";
        up += below && distance >= 0, down += !below && distance < 0;
      }
    if (k - s == 11) EXPECT_TRUE(up + down > 0);  // fuzzy indeed
  }
}

// m and both halves of the mask lose their low bits: the value over 2^s, by (-1, 2), in a ring that wraps where the old one did.
TEST(Coarsen, HalvesAreWithinTwoUnits) {
  constexpr int64_t n = 20000;
  std::mt19937_64 random(17);
  for (const auto& [k, s] : std::vector<std::array<int, 2>>{{20, 10}, {64, 1}, {64, 63}, {33, 20}, {2, 1}, {12, 11}}) {
    const Ints xs = Samples(random, Lowest(k), Highest(k), n);
    ProgramBuilder b;
    const ValueId x = b.Input(Masked(k, {n}, 6), xs);
    b.Output("z", b.Op("share.coarsen", {x}, Masked(k - s, {n}, std::max(0, 6 - s))));
    const Ints got = b.Run()["z"];
    int64_t least = 9, most = -9;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t carry = Wrap(got[i] - (xs[i] >> s), k - s);
      least = std::min(least, carry), most = std::max(most, carry);
    }
    if (k - s < 3) continue;  // three carries need a ring of three bits to be told apart
    EXPECT_EQ(least, 0) << k << " " << s;
    EXPECT_EQ(most, s == 1 ? 1 : 2) << k << " " << s;
  }
}

struct ErrorInUlp {
  double mean, lowest, highest;
};
// Of `got` against numerators / 2^t.
ErrorInUlp Errors(const Ints& got, const std::vector<Wide>& numerators, int t) {
  ErrorInUlp e{0, 1e9, -1e9};
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = static_cast<double>((Wide{got[i]} << t) - numerators[i]) / std::ldexp(1.0, t);
    e.mean += error / got.size();
    e.lowest = std::min(e.lowest, error);
    e.highest = std::max(e.highest, error);
  }
  return e;
}

TEST(Truncation, ErrorsAreBoundedAndCentred) {
  constexpr int64_t n = 60000;
  std::mt19937_64 random(6);
  for (const auto& [k, t, kept] :
       std::vector<std::array<int, 3>>{{40, 12, 28}, {64, 18, 46}, {64, 31, 33}, {33, 1, 32}, {24, 12, 12}, {20, 3, 9}, {64, 63, 1}}) {
    const int64_t bound = std::min(Highest(k), static_cast<int64_t>(((Wide{1} << (kept - 1)) - 2) * (Wide{1} << t)));
    const Ints xs = bound > 0 ? Samples(random, -bound, bound, n) : Ints(n, 0);
    Ints multiples;
    for (int64_t x : xs) multiples.push_back((x >> t) * (int64_t{1} << (t == 63 ? 0 : t)));
    ProgramBuilder b;
    const auto truncated = [&](const Ints& values) {
      const ValueId x = b.Input(Masked(k, {n}, t), values);
      return b.Op("share.truncate", {b.Op("share.to_additive", {x}, Additive(k, {n}, t))}, Additive(kept, {n}, 0));
    };
    b.Output("z", truncated(xs));
    b.Output("exact", truncated(multiples));
    auto out = b.Run(k + t);
    const ErrorInUlp e = Errors(out["z"], std::vector<Wide>(xs.begin(), xs.end()), t);
    EXPECT_GT(e.lowest, -1.0) << k << " " << t;
    EXPECT_LT(e.highest, 1.0) << k << " " << t;
    // A single error has a standard deviation below 0.5 ulp: six of the mean's.
    EXPECT_LT(std::abs(e.mean), 3.0 / std::sqrt(n)) << k << " " << t;
    if (t == 63) continue;
    Ints want;
    for (int64_t x : multiples) want.push_back(Wrap(x >> t, kept));
    EXPECT_EQ(out["exact"], want) << "integers are exact: " << k << " " << t;
  }
}

TEST(Truncation, FusedWithAProduct) {
  constexpr int64_t n = 60000;
  std::mt19937_64 random(7);
  for (const auto& [k, f, kept, bits] :
       std::vector<std::array<int, 4>>{{40, 12, 28, 18}, {64, 18, 46, 28}, {64, 16, 20, 17}, {31, 8, 23, 14}, {64, 1, 63, 31}}) {
    const int64_t bound = int64_t{1} << bits;
    const Ints xs = Samples(random, -bound, bound, n);
    Ints ys = Samples(random, -bound, bound, n);
    if (kept == 20)
      for (int64_t& y : ys) y >>= 13;
    std::shuffle(ys.begin(), ys.end(), random);
    ProgramBuilder b;
    const ValueId x = b.Input(Masked(k, {n}, f), xs), y = b.Input(Masked(k, {n}, f), ys);
    b.Output("z", b.Remask(b.Op("share.mul", {x, y}, Additive(kept, {n}, f))));
    auto out = b.Run(k);
    std::vector<Wide> exact;
    for (int64_t i = 0; i < n; ++i) exact.push_back(Wide{xs[i]} * ys[i]);
    const ErrorInUlp e = Errors(out["z"], exact, f);
    EXPECT_GE(e.lowest, -1.5) << k;
    EXPECT_LE(e.highest, 1.5) << k;
    // Floors of two uniform values and of a product of two, against the constant 3 * 2^(t-1): what is left of the mean is below 0.01 ulp
    // from t = 9 on. The error's standard deviation is 0.5 ulp: five of the mean's.
    const double left = (1.5 + f / 4.0) * std::ldexp(1.0, -f);
    EXPECT_LT(std::abs(e.mean - left), 2.5 / std::sqrt(n)) << k;
  }
}

TEST(Products, MatricesWithLeadingDimensions) {
  std::mt19937_64 random(8);
  const int64_t batch = 3, m = 5, inner = 7, p = 9;
  for (int k : {1, 13, 32, 48, 64}) {
    const Ints xs = Samples(random, Lowest(k), Highest(k), batch * m * inner), ys = Samples(random, Lowest(k), Highest(k), inner * p);
    ProgramBuilder b;
    const ValueId x = b.Input(Masked(k, {batch, m, inner}), xs), y = b.Input(Masked(k, {inner, p}), ys),
                  c = b.PublicRing(Public(k, {inner, p}), ys);
    const Type result = Additive(k, {batch, m, p});
    b.receiver = 1;
    b.Output("1", b.Op("share.matmul", {x, y}, result));
    b.receiver = 2;
    b.Output("2", b.Remask(b.Op("share.matmul", {x, y}, result)));
    b.Output("public", b.Op("share.matmul_public", {x, c}, Masked(k, {batch, m, p})));
    const ValueId xa = b.Op("share.to_additive", {x}, Additive(k, {batch, m, inner}));
    b.Output("additive public", b.Op("share.matmul_public", {xa, c}, result));
    auto out = b.Run(k);
    Ints want;
    for (int64_t i = 0; i < batch * m; ++i) {
      for (int64_t j = 0; j < p; ++j) {
        int64_t sum = 0;
        for (int64_t q = 0; q < inner; ++q) sum = Wrap(Wide{sum} + Wide{xs[i * inner + q]} * ys[q * p + j], k);
        want.push_back(sum);
      }
    }
    for (const char* name : {"1", "2", "public", "additive public"}) EXPECT_EQ(out[name], want) << name << " at " << k;
    EXPECT_EQ(b.counters[0].Sum().ring_macs, 2u * batch * m * inner * p);
    EXPECT_EQ(b.counters[1].Sum().ring_macs, 4u * batch * m * inner * p);
  }
}

TEST(Products, MatrixWithTruncation) {
  std::mt19937_64 random(9);
  const int64_t m = 40, inner = 33, p = 50;
  const Ints xs = Samples(random, -(1 << 18), 1 << 18, m * inner), ys = Samples(random, -(1 << 18), 1 << 18, inner * p);
  ProgramBuilder b;
  b.Output("z", b.Op("share.matmul", {b.Input(Masked(50, {m, inner}, 12), xs), b.Input(Masked(50, {inner, p}, 12), ys)},
                     Additive(36, {m, p}, 12)));
  const Ints out = b.Run()["z"];
  std::vector<Wide> exact;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < p; ++j) {
      Wide sum = 0;
      for (int64_t q = 0; q < inner; ++q) sum += Wide{xs[i * inner + q]} * ys[q * p + j];
      exact.push_back(sum);
    }
  const ErrorInUlp e = Errors(out, exact, 12);
  EXPECT_GE(e.lowest, -1.5);
  EXPECT_LE(e.highest, 1.5);
  EXPECT_LT(std::abs(e.mean), 0.1);
}

TEST(Functions, PeriodicSumsOnTheRingsOwnFrequencies) {
  constexpr int64_t n = 20000;
  std::mt19937_64 random(10);
  for (int k : {1, 8, 20, 33, 64}) {
    const Ints xs = Samples(random, Lowest(k), Highest(k), n);
    // 0.75 + sum in units of 2^-20; each frequency's coefficients small enough for its digits.
    const Ints frequencies = {1, 23, -104}, cosines = {700000, -90000, 5000}, sines = {-300000, 0, 20000}, digits = {14, 11, 8};
    const int64_t constant = 786432;
    ProgramBuilder b;
    const std::vector<Attribute> attributes = {
        {"frequencies", frequencies},      {"constant", constant},      {"cosines", cosines}, {"sines", sines}, {"digits", digits},
        {"coefficient_bits", int64_t{20}}, {"public_bits", int64_t{13}}};
    const ValueId x = b.Input(Masked(k, {n}), xs);
    b.receiver = 1;
    b.Output("1", b.Op("share.periodic", {x}, Additive(20, {n}, 13), attributes));
    b.receiver = 2;
    b.Output("2", b.Op("share.periodic", {x}, Additive(20, {n}, 13), attributes));
    auto out = b.Run(k);
    for (const char* name : {"1", "2"}) {
      double worst = 0, mean = 0;
      for (int64_t i = 0; i < n; ++i) {
        double want = constant;
        for (size_t j = 0; j < frequencies.size(); ++j) {
          const double angle = 2 * M_PI * std::remainder(static_cast<double>(Wrap(Wide{frequencies[j]} * xs[i], k)), std::ldexp(1.0, k)) /
                               std::ldexp(1.0, k);
          want += cosines[j] * std::cos(angle) + sines[j] * std::sin(angle);
        }
        const double error = out[name][i] - want * std::ldexp(1.0, 13 - 20);
        worst = std::max(worst, std::abs(error));
        mean += error / n;
      }
      // Truncation 1 ulp; roundings of dealt cosines |c| 2^(13 - digits - 1) times two, of public factors half a unit times at most 2^0
      // each.
      EXPECT_LT(worst, 4.0) << name << " at " << k;
      EXPECT_LT(std::abs(mean), 0.2) << name << " at " << k;
    }
  }
}

TEST(Functions, Exponential) {
  constexpr int64_t n = 20000;
  std::mt19937_64 random(11);
  for (const auto& [k, f] : std::vector<std::array<int, 2>>{{17, 12}, {18, 12}, {23, 18}, {19, 12}, {6, 1}}) {
    const int64_t lowest = -((int64_t{1} << k) - (int64_t{1} << (f + 4))) + 1;
    const Ints xs = Samples(random, lowest, 0, n);
    ProgramBuilder b;
    const ValueId x = b.Input(Masked(k, {n}, f), std::vector<int64_t>(n, 0));
    (void)x;
    // Values are taken as unsigned distances below 0: they need not fit the ring's signed range.
    Ints raw;
    for (int64_t v : xs) raw.push_back(Wrap(v, k));
    const ValueId y = b.Input(Masked(k, {n}, f), raw);
    const std::vector<Attribute> attributes = {{"dealt_bits", int64_t{24}}, {"public_bits", int64_t{24}}};
    b.receiver = 1;
    b.Output("1", b.Op("share.exp", {y}, Additive(17, {n}, 13), attributes));
    b.receiver = 2;
    b.Output("2", b.Op("share.exp", {y}, Additive(17, {n}, 13), attributes));
    auto out = b.Run(k);
    for (const char* name : {"1", "2"}) {
      double worst = 0, mean = 0;
      for (int64_t i = 0; i < n; ++i) {
        const double error = std::ldexp(out[name][i], -13) - std::exp(std::ldexp(xs[i], -f));
        worst = std::max(worst, std::abs(error));
        mean += error / n;
      }
      EXPECT_LT(std::abs(mean), std::ldexp(0.1, -13)) << name << " at " << k;
      // Truncation 2^-13; the factors' relative error is that of e^-8 in 24 bits, 1.2e-4 twice at worst.
      EXPECT_LT(worst, 3.0e-4) << name << " at " << k;
    }
  }
}

TEST(Structure, MovesEveryKindAlike) {
  std::mt19937_64 random(12);
  const int64_t h = 3, w = 37;
  const Ints xs = Samples(random, Lowest(23), Highest(23), h * w);
  Ints bits;
  for (int64_t i = 0; i < h * w; ++i) bits.push_back(random() & 1);
  ProgramBuilder b;
  const ValueId index = b.PublicInput({4}, {2, 0, -1, 1});
  struct Kind {
    std::string name;
    ValueId value;
    Ints values;
  };
  std::vector<Kind> kinds;
  const ValueId masked = b.Input(Masked(23, {h, w}), xs), bit = b.Input(MaskedBit({h, w}), bits);
  kinds.push_back({"masked", masked, xs});
  kinds.push_back({"additive", b.Op("share.to_additive", {masked}, Additive(23, {h, w})), xs});
  kinds.push_back({"masked bit", bit, bits});
  kinds.push_back({"xor bit", b.Op("share.to_additive", {bit}, XorBit({h, w})), bits});
  const auto shaped = [&](const Type& type, testing::Shape shape) {
    Type t = type;
    t.shape = std::move(shape);
    return t;
  };
  for (const Kind& kind : kinds) {
    const Type type = b.TypeOf(kind.value);
    b.Output(kind.name + " reshape", b.Op("mpc.reshape", {kind.value}, shaped(type, {w, h})));
    b.Output(kind.name + " transpose", b.Op("mpc.transpose", {kind.value}, shaped(type, {w, h}), {{"permutation", Ints{1, 0}}}));
    b.Output(kind.name + " slice",
             b.Op("mpc.slice", {kind.value}, shaped(type, {2, 12}), {{"offsets", Ints{2, 35}}, {"strides", Ints{-2, -3}}}));
    b.Output(kind.name + " concat", b.Op("mpc.concat", {kind.value, kind.value}, shaped(type, {h, 2 * w}), {{"axis", int64_t{1}}}));
    b.Output(kind.name + " broadcast", b.Op("mpc.broadcast", {kind.value}, shaped(type, {2, h, w})));
    b.Output(kind.name + " gather", b.Op("mpc.gather", {kind.value, index}, shaped(type, {4, w}), {{"axis", int64_t{0}}}));
  }
  auto out = b.Run();
  for (const Kind& kind : kinds) {
    const auto at = [&](int64_t i, int64_t j) { return kind.values[i * w + j]; };
    Ints transposed, sliced, concatenated, broadcast, gathered;
    for (int64_t j = 0; j < w; ++j)
      for (int64_t i = 0; i < h; ++i) transposed.push_back(at(i, j));
    for (int64_t i : {2, 0})
      for (int64_t j = 0; j < 12; ++j) sliced.push_back(at(i, 35 - 3 * j));
    for (int64_t i = 0; i < h; ++i)
      for (int64_t j = 0; j < 2 * w; ++j) concatenated.push_back(at(i, j % w));
    for (int64_t i = 0; i < 2 * h * w; ++i) broadcast.push_back(kind.values[i % (h * w)]);
    for (int64_t i : {2, 0, 2, 1})
      for (int64_t j = 0; j < w; ++j) gathered.push_back(at(i, j));
    EXPECT_EQ(out[kind.name + " reshape"], kind.values);
    EXPECT_EQ(out[kind.name + " transpose"], transposed) << kind.name;
    EXPECT_EQ(out[kind.name + " slice"], sliced) << kind.name;
    EXPECT_EQ(out[kind.name + " concat"], concatenated) << kind.name;
    EXPECT_EQ(out[kind.name + " broadcast"], broadcast) << kind.name;
    EXPECT_EQ(out[kind.name + " gather"], gathered) << kind.name;
  }
}

TEST(Structure, AnIndexOutOfRangeIsAnError) {
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(8, {3}), {1, 2, 3});
  b.Output("z", b.Op("mpc.gather", {x, b.PublicInput({1}, {3})}, Masked(8, {1}), {{"axis", int64_t{0}}}));
  const absl::Status status = b.TryRun().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

TEST(Linear, BroadcastsSecretAndPublicOperands) {
  std::mt19937_64 random(13);
  const Ints xs = Samples(random, Lowest(30), Highest(30), 4), ys = Samples(random, Lowest(30), Highest(30), 5 * 4),
             column = Samples(random, Lowest(30), Highest(30), 5);
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(30, {4}), xs), y = b.Input(Masked(30, {5, 4}), ys), c = b.PublicRing(Public(30, {5, 1}), column);
  const ValueId xa = b.Op("share.to_additive", {x}, Additive(30, {4}));
  const Type masked = Masked(30, {5, 4}), additive = Additive(30, {5, 4});
  b.Output("add", b.Op("share.add", {x, y}, masked));
  b.Output("public", b.Op("share.sub", {c, x}, masked));
  b.Output("additive public", b.Op("share.sub", {c, xa}, additive));
  b.Output("mul", b.Op("share.mul", {x, y}, additive));
  b.Output("mul public", b.Op("share.mul_public", {x, c}, masked));
  b.Output("sums", b.Op("share.reduce_sum", {y}, Masked(30, {5, 1}), {{"axes", Ints{1}}}));
  auto out = b.Run();
  Ints add, minus, mul, times, sums;
  for (int i = 0; i < 5; ++i) {
    Wide sum = 0;
    for (int j = 0; j < 4; ++j) {
      add.push_back(Wrap(Wide{xs[j]} + ys[i * 4 + j], 30));
      minus.push_back(Wrap(Wide{column[i]} - xs[j], 30));
      mul.push_back(Wrap(Wide{xs[j]} * ys[i * 4 + j], 30));
      times.push_back(Wrap(Wide{xs[j]} * column[i], 30));
      sum += ys[i * 4 + j];
    }
    sums.push_back(Wrap(sum, 30));
  }
  EXPECT_EQ(out["add"], add);
  EXPECT_EQ(out["public"], minus);
  EXPECT_EQ(out["additive public"], minus);
  EXPECT_EQ(out["mul"], mul);
  EXPECT_EQ(out["mul public"], times);
  EXPECT_EQ(out["sums"], sums);
}

}  // namespace
}  // namespace tacit
