// The cheaper forms that known ranges allow, through the gates: 12 fractional bits, rings just wide enough, fuzzy comparisons.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <tuple>

#include "evaluate_text.h"

namespace {

constexpr Precision kTwelve{12, 1.0 / 512};
constexpr double kUlp = 1.0 / (1 << 12);

// %x of `shape`, of which a range is stated as calibration does.
std::string stated(const std::string &shape, double low, double high) {
  return "%x = mpc.rescale %a {mpc.range = array<f64: " + std::to_string(low) + ", " + std::to_string(high) +
         ">, mpc.range_kind = \"calibrated\"} : " + secret(shape) + " -> " + secret(shape) + "\n";
}

// The whole of a range in steps of 2^-6, and where the pieces meet in steps of 2^-12.
std::vector<float> wholeRange(double high) {
  double inner = std::min(high, 12.0);
  std::vector<float> x = ramp(-high, high, static_cast<int>(high * 128) + 1),
                     near = ramp(-inner, inner, static_cast<int>(inner * 8192) + 1);
  x.insert(x.end(), near.begin(), near.end());
  return x;
}

// Largest and mean difference of `y` to f, where x rests in whole ulps.
struct Difference {
  double largest = 0, where = 0, mean = 0;
};
Difference differenceOf(const std::vector<float> &x, const std::vector<double> &y, const std::function<double(double)> &f) {
  Difference d;
  for (size_t i = 0; i < x.size(); ++i) {
    double e = y[i] - f(x[i]);
    d.mean += e / static_cast<double>(x.size());
    if (std::abs(e) > d.largest)
      d.largest = std::abs(e), d.where = x[i];
  }
  return d;
}

void expectActivation(const std::string &op, const std::function<double(double)> &f, double high, const Precision &precision,
                      double tolerance) {
  std::vector<float> x = wholeRange(high);
  std::string n = std::to_string(x.size()), t = secret(n);
  std::vector<double> y =
      evaluate({{"a", n, true, x}}, n, stated(n, -high, high) + "%r = mpc." + op + " %x : " + t + " -> " + t, precision);
  ASSERT_EQ(y.size(), x.size());
  Difference d = differenceOf(x, y, f);
  EXPECT_LE(d.largest, tolerance) << op << " at " << d.where << " of " << high;
  EXPECT_LE(std::abs(d.mean), tolerance / 2) << op;
}

double gelu(double v) { return v / 2 * (1 + std::erf(v / std::sqrt(2.0))); }
double silu(double v) { return v / (1 + std::exp(-v)); }
double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

// Where an argument lies on both sides of the pieces' edge, every rounding is within the error that was asked for.
TEST(AutoPrecision, ActivationsOverTheirWholeRange) {
  for (const Precision &precision : {kTwelve, Precision{12, 0.0012}, Precision{14, 1.0 / 2048}, Precision{10, 1.0 / 64}})
    for (double high : {63.9, 15.0}) {
      expectActivation("gelu", gelu, high, precision, precision.maxError);
      expectActivation("silu", silu, high, precision, precision.maxError);
      expectActivation(
          "tanh", [](double v) { return std::tanh(v); }, high, precision, precision.maxError);
      expectActivation("sigmoid", sigmoid, high, precision, precision.maxError);
    }
}

// Elsewhere there is one piece, and three roundings of half an ulp beside what was approximated.
TEST(AutoPrecision, ActivationsOfSmallArguments) {
  for (double high : {3.0, 0.4}) {
    expectActivation("gelu", gelu, high, kTwelve, kTwelve.maxError + 2 * kUlp);
    expectActivation("silu", silu, high, kTwelve, kTwelve.maxError + 2 * kUlp);
    expectActivation("sigmoid", sigmoid, high, kTwelve, kTwelve.maxError + 2 * kUlp);
  }
}

// Every argument there is, behind a factor too.
TEST(AutoPrecision, ExponentialsOverTheirWholeRange) {
  for (auto [low, high, precision] :
       {std::tuple{-16.0, 0.0, Precision{12, 1.0 / 1024}}, std::tuple{-48.0, 0.0, Precision{12, 1.0 / 1024}},
        std::tuple{-16.0, 0.0, Precision{16, 1.0 / 8192}}, std::tuple{-20.0, -1.5, Precision{12, 1.0 / 1024}}}) {
    std::vector<float> x = ramp(low, high, static_cast<int>((high - low) * 4096) + 1);
    std::string n = std::to_string(x.size()), t = secret(n);
    std::vector<double> y = evaluate({{"a", n, true, x}}, n, stated(n, low, high) + "%r = mpc.exp %x : " + t + " -> " + t, precision);
    ASSERT_EQ(y.size(), x.size());
    Difference d = differenceOf(x, y, [](double v) { return std::exp(v); });
    EXPECT_LE(d.largest, precision.maxError) << "at " << d.where;
    EXPECT_LE(std::abs(d.mean), 0x1p-16) << low;
  }
}

// Rows of every kind a range of scores allows: random, all at one end, one high among low ones, masked in part and as a whole.
TEST(AutoPrecision, SoftmaxOfKnownScores) {
  for (double high : {8.0, 3.0, 15.9}) {
    const int rows = 6, n = 96;
    std::vector<float> x, bias;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < n; ++j) {
        double v = i == 1 ? high : i == 2 ? -high : i == 3 ? (j == 17 ? high : -high) : high * std::sin(7.0 * j + i);
        x.push_back(static_cast<float>(v));
        bias.push_back(i == 5 || (i == 4 && j % 3 == 0) ? -INFINITY : 0.0f);
      }
    std::string t = "6x96", s = secret(t), range = std::to_string(-high) + ", " + std::to_string(high);
    std::vector<double> y =
        evaluate({{"a", t, true, x}, {"b", t, false, bias}}, t,
                 stated(t, -high, high) + "%r = mpc.softmax %x, %b {zero_masked_rows = true, mpc.inner_range = array<f64: " + range +
                     ">} : (" + s + ", tensor<6x96xf32>) -> " + s,
                 kTwelve);
    ASSERT_EQ(y.size(), x.size());
    for (int i = 0; i < rows; ++i) {
      double sum = 0, total = 0;
      auto weight = [&](int j) { return std::isfinite(bias[i * n + j]) ? std::exp(double{x[i * n + j]}) : 0; };
      for (int j = 0; j < n; ++j)
        sum += weight(j);
      for (int j = 0; j < n; ++j) {
        EXPECT_NEAR(y[i * n + j], sum > 0 ? weight(j) / sum : 0, 1.0 / 512) << high << ": row " << i << ", column " << j;
        total += y[i * n + j];
      }
      EXPECT_NEAR(total, sum > 0 ? 1 : 0, 0.01) << high << ": row " << i;
    }
  }
}

TEST(AutoPrecision, NormsOfKnownSquares) {
  const int rows = 8, n = 64;
  for (bool centred : {true, false}) {
    std::vector<float> x, gain(n), bias(n);
    double low = INFINITY, high = 0;
    for (int j = 0; j < n; ++j)
      gain[j] = 1 + 0.25f * std::sin(j), bias[j] = 0.1f * j / n;
    std::vector<double> want;
    for (int i = 0; i < rows; ++i) {
      double mean = 0, squares = 0, size = 0.5 * (i + 1);
      for (int j = 0; j < n; ++j)
        x.push_back(static_cast<float>(size * std::sin(3.0 * j + i) + 0.2)), mean += x.back() / n;
      for (int j = 0; j < n; ++j)
        squares += std::pow(x[i * n + j] - (centred ? mean : 0), 2);
      low = std::min(low, squares), high = std::max(high, squares);
      for (int j = 0; j < n; ++j)
        want.push_back((x[i * n + j] - (centred ? mean : 0)) / std::sqrt(squares / n + 1e-5) * gain[j] + (centred ? bias[j] : 0));
    }
    std::string t = "8x64", s = secret(t), g = secret("64");
    std::string inner =
        "mpc.inner_range = array<f64: " + std::to_string(low / 4) + ", " + std::to_string(4 * high) + ">, epsilon = 1.0e-5 : f64";
    std::string op = centred ? "%r = mpc.layer_norm %x, %g, %b {" + inner + "} : (" + s + ", " + g + ", " + g + ") -> " + s
                             : "%r = mpc.rms_norm %x, %g {" + inner + "} : (" + s + ", " + g + ") -> " + s;
    std::string gains =
        "%g = mpc.rescale %c {mpc.range = array<f64: -2.0, 2.0>, mpc.range_kind = \"calibrated\"} : " + g + " -> " + g + "\n";
    std::vector<double> y =
        evaluate({{"a", t, true, x}, {"c", "64", true, gain}, {"b", "64", true, bias}}, t, stated(t, -8, 8) + gains + op, kTwelve);
    ASSERT_EQ(y.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i)
      EXPECT_NEAR(y[i], want[i], 0.004) << (centred ? "layer_norm" : "rms_norm") << " at " << i;
  }
}

} // namespace
