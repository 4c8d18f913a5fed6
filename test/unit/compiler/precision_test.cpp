// Functions of secrets from their names to numbers: precision phase, protocol phase, three executors in one process. Each activation stays
// within the pass's max-error on its whole range, roundings included; inverses, norms and softmax relative to their results.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "evaluate_text.h"

namespace {

constexpr double kMaxError = 1.0 / 8192;
constexpr double kUlp = 1.0 / (1 << 18);

// One op on a vector against `f`, to `tolerance` times max(1, |f|) where `relative`.
void expectUnary(const std::string &op, const std::vector<float> &x, const std::function<double(double)> &f, double tolerance,
                 bool relative = false) {
  std::string n = std::to_string(x.size()), t = secret(n);
  std::vector<double> y = evaluate({{"a", n, true, x}}, n, "%r = mpc." + op + " : " + t + " -> " + t);
  ASSERT_EQ(y.size(), x.size());
  double worst = 0, where = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double e = std::abs(y[i] - f(x[i])) / (relative ? std::max(1.0, std::abs(f(x[i]))) : 1.0);
    if (e > worst)
      worst = e, where = x[i];
  }
  EXPECT_LE(worst, tolerance) << op << " at " << where;
}

// Fine within what is approximated, coarse and far outside of it.
std::vector<float> activationInputs() {
  std::vector<float> x = ramp(-16, 16, 6001);
  for (float far : {64.0f, 8191.5f, 1048576.0f})
    x.insert(x.end(), {far, -far});
  return x;
}

TEST(Precision, Activations) {
  std::vector<float> x = activationInputs();
  expectUnary(
      "gelu %a", x, [](double v) { return v / 2 * (1 + std::erf(v / std::sqrt(2.0))); }, kMaxError);
  expectUnary(
      "gelu %a {tanh = true}", x, [](double v) { return v / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))); },
      kMaxError);
  expectUnary(
      "silu %a", x, [](double v) { return v / (1 + std::exp(-v)); }, kMaxError);
  expectUnary(
      "tanh %a", x, [](double v) { return std::tanh(v); }, kMaxError);
  expectUnary(
      "sigmoid %a", x, [](double v) { return 1 / (1 + std::exp(-v)); }, kMaxError);
  expectUnary(
      "erf %a", x, [](double v) { return std::erf(v); }, kMaxError);
}

TEST(Precision, Exact) {
  std::vector<float> x = activationInputs();
  expectUnary(
      "relu %a", x, [](double v) { return std::max(v, 0.0); }, 2 * kUlp);
  expectUnary(
      "abs %a", x, [](double v) { return std::abs(v); }, 4 * kUlp);
  expectUnary(
      "sign %a", {-3, -1.0f / 65536, 0, 1.0f / 65536, 5}, [](double v) { return (v > 0) - (v < 0); }, 0);
}

TEST(Precision, Inverses) {
  std::vector<float> x;
  for (double e = -4; e < 9; e += 0.01)
    x.push_back(static_cast<float>(std::exp(e)));
  // The argument's own last place, times the slope at e^-4, is what limits the small end.
  expectUnary(
      "rsqrt %a", x, [](double v) { return 1 / std::sqrt(v); }, kMaxError, true);
  expectUnary(
      "log %a", x, [](double v) { return std::log(v); }, 3 * kMaxError);
  std::vector<float> both = x;
  for (float v : x)
    both.push_back(-v);
  expectUnary(
      "reciprocal %a", both, [](double v) { return 1 / v; }, 2 * kMaxError, true);
  x.push_back(0);
  expectUnary(
      "sqrt %a", x, [](double v) { return std::sqrt(v); }, kMaxError, true);
}

// Rows at once in range, with large differences, and masked; the last is masked as a whole.
TEST(Precision, Softmax) {
  const int rows = 5, n = 33;
  std::vector<float> x, bias;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < n; ++j) {
      double scale = i == 1 ? 400 : 4;
      x.push_back(static_cast<float>(scale * std::sin(7.0 * j + i)));
      bias.push_back(i == 4 ? -INFINITY : i >= 2 && (j * 5 + i) % 3 == 0 ? -3.4028235e38f : i == 3 ? 0.25f * j : 0.0f);
    }
  std::string t = "5x33", s = secret(t);
  std::vector<double> y = evaluate({{"a", t, true, x}, {"b", t, false, bias}}, t,
                                   "%r = mpc.softmax %a, %b {zero_masked_rows = true} : (" + s + ", tensor<5x33xf32>) -> " + s);
  ASSERT_EQ(y.size(), x.size());
  for (int i = 0; i < rows; ++i) {
    double largest = -INFINITY, sum = 0, total = 0;
    auto score = [&](int j) { return bias[i * n + j] <= -512 ? -INFINITY : double{x[i * n + j]} + bias[i * n + j]; };
    for (int j = 0; j < n; ++j)
      largest = std::max(largest, score(j));
    for (int j = 0; j < n; ++j)
      sum += i == 4 ? 1 : std::exp(score(j) - largest);
    for (int j = 0; j < n; ++j) {
      double expected = i == 4 ? 0 : std::exp(score(j) - largest) / sum;
      EXPECT_NEAR(y[i * n + j], expected, 8 * kUlp) << "row " << i << ", column " << j;
      total += y[i * n + j];
    }
    EXPECT_NEAR(total, i == 4 ? 0 : 1, 40 * kUlp) << "row " << i;
  }
}

// Rows of very different size, and one of equal elements (0 for rms_norm).
TEST(Precision, Norms) {
  const int rows = 4, n = 48;
  const double size[rows] = {1, 300, 0.02, 0};
  std::vector<float> x, gain;
  for (int j = 0; j < n; ++j)
    gain.push_back(static_cast<float>(1 + 0.5 * std::cos(j)));
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < n; ++j)
      x.push_back(static_cast<float>(size[i] * std::sin(3.0 * j * j + i)));
  std::string s = secret("4x48"), g = secret("48");
  for (bool center : {false, true}) {
    for (double epsilon : {1e-5, 1e-12}) {
      std::string e = "{epsilon = " + std::string(epsilon == 1e-5 ? "1.0e-5" : "1.0e-12") + "} : (" + s + ", " + g;
      std::vector<double> y =
          evaluate({{"a", "4x48", true, x}, {"g", "48", true, gain}}, "4x48",
                   center ? "%r = mpc.layer_norm %a, %g, %g " + e + ", " + g + ") -> " + s : "%r = mpc.rms_norm %a, %g " + e + ") -> " + s);
      ASSERT_EQ(y.size(), x.size());
      for (int i = 0; i < rows; ++i) {
        double mean = 0, square = 0;
        for (int j = 0; j < n; ++j)
          mean += center ? double{x[i * n + j]} / n : 0;
        for (int j = 0; j < n; ++j)
          square += std::pow(x[i * n + j] - mean, 2) / n;
        for (int j = 0; j < n; ++j) {
          double expected = (size[i] == 0 ? 0 : (x[i * n + j] - mean) / std::sqrt(square + epsilon) * gain[j]) + (center ? gain[j] : 0);
          // A row of 0.02 has 13 significant bits.
          EXPECT_NEAR(y[i * n + j], expected, (size[i] < 1 ? 4 : 1) * kMaxError) << "row " << i << ", epsilon " << epsilon;
        }
      }
    }
  }
}

// Grouped queries, rotary positions whose public cosines take a scale that is no power of two, a causal mask.
TEST(Precision, Attention) {
  const int heads = 4, shared = 2, s = 5, d = 4;
  auto wave = [](int n, double a, double b) {
    std::vector<float> x;
    for (int i = 0; i < n; ++i)
      x.push_back(static_cast<float>(2 * std::sin(a * i * i + b)));
    return x;
  };
  std::vector<float> q = wave(heads * s * d, 0.37, 1), k = wave(shared * s * d, 0.53, 2), v = wave(shared * s * d, 0.71, 3),
                     angle = wave(s * d, 0.2, 0), bias;
  for (int i = 0; i < s; ++i)
    for (int j = 0; j < s; ++j)
      bias.push_back(j > i ? -3.4028235e38f : 0.0f);
  std::string tq = secret("4x5x4"), tk = secret("2x5x4"), p = "tensor<5x4xf32>";
  std::vector<double> y = evaluate(
      {{"q", "4x5x4", true, q}, {"k", "2x5x4", true, k}, {"v", "2x5x4", true, v}, {"w", "5x4", false, angle}, {"b", "5x5", false, bias}},
      "4x5x4",
      "%c = mpc.cos %w : " + p + " -> " + p + "\n%s = mpc.sin %w : " + p + " -> " + p + "\n%0 = mpc.rotary %q, %c, %s : (" + tq + ", " + p +
          ", " + p + ") -> " + tq + "\n%r = mpc.attention %0, %k, %v, %b {scale = 0.3} : (" + tq + ", " + tk + ", " + tk +
          ", tensor<5x5xf32>) -> " + tq);
  ASSERT_EQ(y.size(), q.size());
  for (int h = 0; h < heads; ++h)
    for (int i = 0; i < s; ++i) {
      double weights[s], sum = 0;
      const float *row = &q[(h * s + i) * d];
      for (int j = 0; j <= i; ++j) {
        double dot = 0;
        for (int e = 0; e < d; ++e) {
          double turned = e < d / 2 ? -row[e + d / 2] : row[e - d / 2];
          dot += (row[e] * std::cos(angle[i * d + e]) + turned * std::sin(angle[i * d + e])) * k[((h / 2) * s + j) * d + e];
        }
        sum += weights[j] = std::exp(0.3 * dot);
      }
      for (int e = 0; e < d; ++e) {
        double expected = 0;
        for (int j = 0; j <= i; ++j)
          expected += weights[j] / sum * v[((h / 2) * s + j) * d + e];
        EXPECT_NEAR(y[(h * s + i) * d + e], expected, kMaxError) << "head " << h << ", row " << i;
      }
    }
}

// Multiples of a quarter circle and of more than one.
TEST(Precision, Waves) {
  std::vector<float> x = ramp(-20, 20, 801);
  expectUnary(
      "sin %a", x, [](double v) { return std::sin(v); }, kMaxError);
  expectUnary(
      "cos %a", x, [](double v) { return std::cos(v); }, kMaxError);
}

// A public factor of a whole 2^-n leaves more fractional bits than the ring of a product has room for: they go before it widens.
TEST(Precision, ProductOfScaledOperands) {
  std::vector<float> x = {1.5f, -200.25f, 0.0f, 31.0f}, y = {-4.0f, 2.5f, 8.0f, 77.125f};
  std::string t = secret("4");
  std::vector<double> z = evaluate({{"a", "4", true, x}, {"b", "4", true, y}}, "4",
                                   "%c = mpc.constant dense<0.125> : tensor<f32>\n%0 = mpc.mul %a, %c : (" + t + ", tensor<f32>) -> " + t +
                                       "\n%r = mpc.mul %0, %b : (" + t + ", " + t + ") -> " + t);
  ASSERT_EQ(z.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(z[i], 0.125 * x[i] * y[i], 128 * kUlp) << i;
}

// Not-a-number is a matter of public values alone, and looked at there.
TEST(Precision, WhereIsNan) {
  std::vector<float> x = {1.5f, -2.0f, 0.25f, 31.0f}, zeroes = {0.0f, 1.0f, 0.0f, 2.0f};
  std::string t = secret("4"), p = "tensor<4xf32>", b = "tensor<4xi1>";
  std::vector<double> z =
      evaluate({{"a", "4", true, x}, {"p", "4", false, zeroes}}, "4",
               "%q = mpc.div %p, %p : (" + p + ", " + p + ") -> " + p + "\n%n = mpc.is_nan %q : " + p + " -> " + b +
                   "\n%k = mpc.constant dense<7.0> : tensor<f32>\n%r = mpc.where %n, %k, %a : (" + b + ", tensor<f32>, " + t + ") -> " + t);
  ASSERT_EQ(z.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(z[i], zeroes[i] == 0 ? 7.0 : x[i], 2 * kUlp) << i;
}

// A mask without dimensions that hides all there is.
TEST(Precision, SoftmaxUnderAScalarMask) {
  std::vector<float> x = {1.5f, -2.0f, 0.25f, 31.0f};
  std::string t = secret("1x4");
  std::vector<double> z =
      evaluate({{"a", "1x4", true, x}}, "1x4",
               "%b = mpc.constant dense<0xFF800000> : tensor<f32>\n%r = mpc.softmax %a, %b {zero_masked_rows = true} : (" + t +
                   ", tensor<f32>) -> " + t);
  ASSERT_EQ(z.size(), x.size());
  for (double v : z)
    EXPECT_NEAR(v, 0, 2 * kUlp);
}

} // namespace
