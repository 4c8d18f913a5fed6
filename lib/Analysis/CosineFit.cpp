// Trigonometric fits: Lawson's algorithm over Householder QR in extended precision, and a search for few frequencies.
#include "mpc/Analysis/CosineFit.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <vector>

using namespace mlir;
using namespace mlir::mpc;

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kGridPoints = 24001;

// The columns of a fit: how many, and their values at a point.
struct Basis {
  const FitProblem &problem;
  ArrayRef<int64_t> frequencies;

  size_t size() const {
    switch (problem.symmetry) {
    case Symmetry::Even:
      return frequencies.size() + 1;
    case Symmetry::Odd:
      return frequencies.size();
    case Symmetry::None:
      break;
    }
    return 2 * frequencies.size() + 1;
  }

  void row(double x, long double *out) const {
    if (problem.symmetry != Symmetry::Odd)
      *out++ = 1;
    for (int64_t q : frequencies) {
      double angle = 2 * kPi * static_cast<double>(q) * x / problem.period;
      if (problem.symmetry != Symmetry::Odd)
        *out++ = std::cos(angle);
      if (problem.symmetry != Symmetry::Even)
        *out++ = std::sin(angle);
    }
  }
};

double fittedLow(const FitProblem &problem) { return problem.symmetry == Symmetry::None ? problem.low : 0.0; }

double target(const FitProblem &problem, double x) {
  return problem.function(x) - (problem.symmetry == Symmetry::Odd ? problem.centre : 0.0);
}

// Least squares min |A c - y| for a row-major A of `rows` x `columns`, rows >= columns; A and y are overwritten.
std::vector<long double> leastSquares(std::vector<long double> &a, std::vector<long double> &y, size_t rows, size_t columns) {
  for (size_t j = 0; j < columns; ++j) {
    long double norm = 0;
    for (size_t i = j; i < rows; ++i)
      norm += a[i * columns + j] * a[i * columns + j];
    norm = std::sqrt(norm);
    if (norm == 0)
      continue;
    long double alpha = a[j * columns + j] > 0 ? -norm : norm;
    std::vector<long double> v(rows - j);
    for (size_t i = j; i < rows; ++i)
      v[i - j] = a[i * columns + j];
    v[0] -= alpha;
    long double square = 0;
    for (long double e : v)
      square += e * e;
    if (square == 0)
      continue;
    for (size_t c = j; c < columns; ++c) {
      long double dot = 0;
      for (size_t i = j; i < rows; ++i)
        dot += v[i - j] * a[i * columns + c];
      dot = 2 * dot / square;
      for (size_t i = j; i < rows; ++i)
        a[i * columns + c] -= dot * v[i - j];
    }
    long double dot = 0;
    for (size_t i = j; i < rows; ++i)
      dot += v[i - j] * y[i];
    dot = 2 * dot / square;
    for (size_t i = j; i < rows; ++i)
      y[i] -= dot * v[i - j];
  }
  std::vector<long double> c(columns, 0);
  for (size_t j = columns; j-- > 0;) {
    long double sum = y[j];
    for (size_t i = j + 1; i < columns; ++i)
      sum -= a[j * columns + i] * c[i];
    long double pivot = a[j * columns + j];
    c[j] = std::abs(pivot) < 1e-15L ? 0 : sum / pivot;
  }
  return c;
}

// Lawson's iteration on Chebyshev points: weights follow the error until it is level. Returns the coefficients with the least
// largest error seen, and that error.
std::pair<std::vector<long double>, double> lawson(const Basis &basis, size_t points, int iterations, double tolerance) {
  const FitProblem &problem = basis.problem;
  const size_t n = basis.size(), rows = points + n;
  const double low = fittedLow(problem), high = problem.high;
  std::vector<long double> matrix(points * n), values(points), weights(points, 1), best;
  for (size_t i = 0; i < points; ++i) {
    double x = (low + high) / 2 + (high - low) / 2 * std::cos(kPi * static_cast<double>(i) / static_cast<double>(points - 1));
    basis.row(x, &matrix[i * n]);
    values[i] = target(problem, x);
  }
  // Coefficients of about 1 may add a thirtieth of what an error of `tolerance` everywhere adds.
  const long double damping = tolerance * std::sqrt(static_cast<long double>(points)) / 30;
  double least = INFINITY;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    std::vector<long double> a(rows * n, 0), y(rows, 0);
    for (size_t i = 0; i < points; ++i) {
      long double root = std::sqrt(weights[i]);
      for (size_t j = 0; j < n; ++j)
        a[i * n + j] = matrix[i * n + j] * root;
      y[i] = values[i] * root;
    }
    for (size_t j = 0; j < n; ++j)
      a[(points + j) * n + j] = damping;
    std::vector<long double> c = leastSquares(a, y, rows, n);
    long double largest = 0, total = 0;
    std::vector<long double> errors(points);
    for (size_t i = 0; i < points; ++i) {
      long double e = -values[i];
      for (size_t j = 0; j < n; ++j)
        e += matrix[i * n + j] * c[j];
      errors[i] = std::abs(e);
      largest = std::max(largest, errors[i]);
    }
    if (largest < least) {
      least = static_cast<double>(largest);
      best = c;
    }
    for (size_t i = 0; i < points; ++i)
      total += weights[i] *= errors[i] + 1e-4L * largest + 1e-18L;
    for (long double &w : weights)
      w *= static_cast<long double>(points) / total;
  }
  return {best, least};
}

TrigSum toSum(const Basis &basis, ArrayRef<long double> c) {
  const FitProblem &problem = basis.problem;
  TrigSum sum;
  sum.period = problem.period;
  sum.constant = problem.centre;
  size_t at = 0;
  if (problem.symmetry != Symmetry::Odd)
    sum.constant = static_cast<double>(c[at++]);
  for (int64_t q : basis.frequencies) {
    sum.frequencies.push_back(q);
    sum.cosines.push_back(problem.symmetry == Symmetry::Odd ? 0.0 : static_cast<double>(c[at++]));
    sum.sines.push_back(problem.symmetry == Symmetry::Even ? 0.0 : static_cast<double>(c[at++]));
  }
  return sum;
}

// Largest error on a grid of step h, plus what a twice differentiable function may rise between two points of it: for e with
// |e| <= E at both ends of a step, |e| <= E + h^2 / 8 max |e''| inside.
double boundError(const FitProblem &problem, const TrigSum &sum) {
  const double low = fittedLow(problem), step = (problem.high - low) / (kGridPoints - 1);
  double largest = 0, curvature = problem.secondDerivative;
  for (int i = 0; i < kGridPoints; ++i) {
    double x = low + step * i;
    largest = std::max(largest, std::abs(sum.evaluate(x) - problem.function(x)));
  }
  for (size_t j = 0; j < sum.frequencies.size(); ++j) {
    double w = 2 * kPi * static_cast<double>(sum.frequencies[j]) / problem.period;
    curvature += w * w * std::hypot(sum.cosines[j], sum.sines[j]);
  }
  return largest + step * step / 8 * curvature + 1e-13;
}

double quickError(const FitProblem &problem, ArrayRef<int64_t> frequencies, double tolerance) {
  Basis basis{problem, frequencies};
  return lawson(basis, 8 * basis.size() + 16, 14, tolerance).second;
}

// One after the other, each frequency is moved by a step that halves when nothing helps.
double descend(const FitProblem &problem, SmallVectorImpl<int64_t> &frequencies, double error, double tolerance) {
  for (int64_t step = std::max<int64_t>(1, frequencies.front() / 3); step >= 1; step /= 2) {
    bool better = true;
    for (int round = 0; better && round < 6; ++round) {
      better = false;
      for (size_t j = 0; j < frequencies.size(); ++j) {
        for (int64_t move : {-step, step}) {
          SmallVector<int64_t> trial(frequencies.begin(), frequencies.end());
          trial[j] += move;
          if (trial[j] < 1 || llvm::count(trial, trial[j]) > 1)
            continue;
          double e = quickError(problem, trial, tolerance);
          if (e < error * 0.999) {
            error = e;
            frequencies.assign(trial.begin(), trial.end());
            better = true;
          }
        }
      }
      if (error < 0.7 * tolerance)
        return error;
    }
  }
  return error;
}

} // namespace

double TrigSum::evaluate(double x) const {
  double y = constant;
  for (size_t j = 0; j < frequencies.size(); ++j) {
    double angle = 2 * kPi * static_cast<double>(frequencies[j]) * x / period;
    y += cosines[j] * std::cos(angle) + sines[j] * std::sin(angle);
  }
  return y;
}

double TrigSum::bound() const {
  double b = std::abs(constant);
  for (size_t j = 0; j < frequencies.size(); ++j)
    b += std::hypot(cosines[j], sines[j]);
  return b;
}

TrigSum mlir::mpc::fitTrigSum(const FitProblem &problem, ArrayRef<int64_t> frequencies, double tolerance) {
  Basis basis{problem, frequencies};
  TrigSum sum = toSum(basis, lawson(basis, 24 * basis.size() + 80, 90, tolerance).first);
  sum.error = boundError(problem, sum);
  return sum;
}

FailureOr<TrigSum> mlir::mpc::searchTrigSum(const FitProblem &problem, double maxError, unsigned maxFrequencies) {
  const double width = problem.symmetry == Symmetry::None ? problem.high - problem.low : 2 * problem.high;
  for (unsigned n = 1; n <= maxFrequencies; ++n) {
    // Seeds: whole and half-odd multiples of the frequency of a period somewhat longer than the interval.
    struct Seed {
      double error;
      SmallVector<int64_t> frequencies;
    };
    SmallVector<Seed> seeds;
    for (double stretch = 1.04; stretch < 3.4; stretch *= 1.13) {
      for (double shift : {0.0, 0.5}) {
        double unit = problem.period / (width * stretch);
        SmallVector<int64_t> q;
        for (unsigned j = 1; j <= n; ++j) {
          int64_t next = std::max<int64_t>(1, std::llround(unit * (j - shift)));
          q.push_back(q.empty() ? next : std::max(next, q.back() + 1));
        }
        seeds.push_back({quickError(problem, q, maxError), q});
      }
    }
    llvm::sort(seeds, [](const Seed &a, const Seed &b) {
      return std::make_pair(a.error, a.frequencies.front()) < std::make_pair(b.error, b.frequencies.front());
    });
    if (seeds.front().error > 60 * maxError)
      continue;
    for (Seed &seed : ArrayRef(seeds).take_front(3).vec()) {
      double error = descend(problem, seed.frequencies, seed.error, maxError);
      if (error > 1.05 * maxError)
        continue;
      llvm::sort(seed.frequencies);
      TrigSum sum = fitTrigSum(problem, seed.frequencies, maxError);
      if (sum.error <= maxError)
        return sum;
    }
  }
  return failure();
}
