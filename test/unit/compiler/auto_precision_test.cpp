// The cheaper forms that known ranges allow, through the gates: 12 fractional bits, rings just wide enough, fuzzy comparisons.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

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
  std::vector<float> x = ramp(-high, high, static_cast<int>(high * 128) + 1), near = ramp(-6, 6, 49153);
  x.insert(x.end(), near.begin(), near.end());
  return x;
}

void expectActivation(const std::string &op, const std::function<double(double)> &f, double high) {
  std::vector<float> x = wholeRange(high);
  std::string n = std::to_string(x.size()), t = secret(n);
  std::vector<double> y = evaluate({{"a", n, true, x}}, n, stated(n, -high, high) + "%r = mpc." + op + " %x : " + t + " -> " + t, kTwelve);
  ASSERT_EQ(y.size(), x.size());
  double worst = 0, where = 0;
  for (size_t i = 0; i < x.size(); ++i)
    if (double e = std::abs(y[i] - f(x[i])); e > worst)
      worst = e, where = x[i];
  // Three roundings of half an ulp and the argument's own beside what was approximated.
  EXPECT_LE(worst, kTwelve.maxError + 2 * kUlp) << op << " at " << where;
}

TEST(AutoPrecision, ActivationsOverTheirWholeRange) {
  for (double high : {63.0, 15.0}) {
    expectActivation(
        "gelu", [](double v) { return v / 2 * (1 + std::erf(v / std::sqrt(2.0))); }, high);
    expectActivation(
        "silu", [](double v) { return v / (1 + std::exp(-v)); }, high);
    expectActivation(
        "tanh", [](double v) { return std::tanh(v); }, high);
    expectActivation(
        "sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); }, high);
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
