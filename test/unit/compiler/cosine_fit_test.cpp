// Trigonometric fits: the stated error is an upper bound, met between grid points too; symmetry, determinism, few frequencies.
#include <gtest/gtest.h>

#include <cmath>

#include "mpc/Analysis/CosineFit.h"

namespace {

using namespace mlir;
using mpc::FitProblem;
using mpc::Symmetry;
using mpc::TrigSum;

constexpr double kTwoPi = 6.28318530717958647692;

double geluEven(double x) { return x / 2 * std::erf(x / std::sqrt(2.0)); }

FitProblem even() {
  FitProblem p;
  p.function = geluEven;
  p.low = -4.125;
  p.high = 4.125;
  p.period = 16384;
  p.secondDerivative = 0.8;
  p.symmetry = Symmetry::Even;
  return p;
}

// The sum written out, apart from TrigSum::evaluate.
double at(const TrigSum &s, double x) {
  double y = s.constant;
  for (size_t j = 0; j < s.frequencies.size(); ++j)
    y +=
        s.cosines[j] * std::cos(kTwoPi * s.frequencies[j] * x / s.period) + s.sines[j] * std::sin(kTwoPi * s.frequencies[j] * x / s.period);
  return y;
}

// Largest error on a grid that is none of the fit's own.
double seen(const TrigSum &s, const FitProblem &p) {
  double worst = 0;
  const int n = 77777;
  for (int i = 0; i <= n; ++i) {
    double x = p.low + (p.high - p.low) * i / n;
    worst = std::max(worst, std::abs(at(s, x) - p.function(x)));
  }
  return worst;
}

void expectBound(const FitProblem &p, double maxError, size_t mostFrequencies) {
  auto sum = mpc::searchTrigSum(p, maxError);
  ASSERT_TRUE(succeeded(sum));
  EXPECT_LE(sum->error, maxError);
  double worst = seen(*sum, p);
  EXPECT_LE(worst, sum->error);
  EXPECT_GE(worst, 0.9 * sum->error) << "the bound says far more than what happens";
  EXPECT_LE(sum->frequencies.size(), mostFrequencies);
  EXPECT_EQ(sum->frequencies.size(), sum->cosines.size());
  EXPECT_EQ(sum->frequencies.size(), sum->sines.size());
  for (int64_t q : sum->frequencies)
    EXPECT_GT(q, 0);
  for (int i = -3000; i < 3000; ++i) {
    EXPECT_LE(std::abs(at(*sum, i * 0.37)), sum->bound() + 1e-9);
    EXPECT_NEAR(at(*sum, i * 0.37), sum->evaluate(i * 0.37), 1e-9);
  }
}

TEST(CosineFit, Gelu) {
  expectBound(even(), 1e-4, 4);
  expectBound(even(), 1e-3, 3);
  expectBound(even(), 1e-6, 8);
}

TEST(CosineFit, EvenHasCosinesOnly) {
  auto sum = mpc::searchTrigSum(even(), 1e-3);
  ASSERT_TRUE(succeeded(sum));
  for (double s : sum->sines)
    EXPECT_EQ(s, 0);
}

TEST(CosineFit, OddHasSinesOnlyAboutItsCentre) {
  FitProblem p;
  p.function = [](double x) { return 1 / (1 + std::exp(-x)); };
  p.low = -9.25;
  p.high = 9.25;
  p.period = 32768;
  p.secondDerivative = 0.1;
  p.symmetry = Symmetry::Odd;
  p.centre = 0.5;
  expectBound(p, 1e-4, 6);
  auto sum = mpc::searchTrigSum(p, 1e-3);
  ASSERT_TRUE(succeeded(sum));
  EXPECT_EQ(sum->constant, 0.5);
  for (double c : sum->cosines)
    EXPECT_EQ(c, 0);
}

// A part of a period, both kinds of terms.
TEST(CosineFit, InverseOnABinade) {
  FitProblem p;
  p.function = [](double x) { return 1 / x; };
  p.low = 0.5;
  p.high = 1;
  p.period = 8;
  p.secondDerivative = 16;
  expectBound(p, 1e-5, 5);
}

// What is a trigonometric sum is found as it is.
TEST(CosineFit, GivenFrequencies) {
  FitProblem p;
  p.function = [](double x) { return 0.5 - 2 * std::cos(kTwoPi * 3 * x / 16) + 0.25 * std::sin(kTwoPi * 5 * x / 16); };
  p.low = -8;
  p.high = 8;
  p.period = 16;
  p.secondDerivative = 4;
  TrigSum sum = mpc::fitTrigSum(p, {3, 5}, 1e-9);
  EXPECT_LT(seen(sum, p), 1e-6);
  EXPECT_NEAR(sum.constant, 0.5, 1e-6);
  EXPECT_NEAR(sum.cosines[0], -2, 1e-6);
  EXPECT_NEAR(sum.sines[0], 0, 1e-6);
  EXPECT_NEAR(sum.cosines[1], 0, 1e-6);
  EXPECT_NEAR(sum.sines[1], 0.25, 1e-6);
}

// The margin of the grid is there: a larger bound of f'' states a larger error.
TEST(CosineFit, MarginFollowsCurvature) {
  FitProblem p = even();
  double error = mpc::fitTrigSum(p, {979, 2900, 4800}, 1e-3).error;
  p.secondDerivative = 1e6;
  EXPECT_GT(mpc::fitTrigSum(p, {979, 2900, 4800}, 1e-3).error, error + 1e-3);
}

TEST(CosineFit, Deterministic) {
  auto a = mpc::searchTrigSum(even(), 1e-4), b = mpc::searchTrigSum(even(), 1e-4);
  ASSERT_TRUE(succeeded(a) && succeeded(b));
  EXPECT_EQ(a->frequencies, b->frequencies);
  EXPECT_EQ(a->cosines, b->cosines);
  EXPECT_EQ(a->error, b->error);
}

TEST(CosineFit, RefusesWhatFewFrequenciesCannotDo) {
  EXPECT_TRUE(failed(mpc::searchTrigSum(even(), 1e-6, 2)));
  EXPECT_TRUE(failed(mpc::searchTrigSum(even(), 1e-17, 6)));
}

} // namespace
