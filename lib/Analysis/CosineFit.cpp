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

// Frequencies as real numbers, all moved at once: Levenberg and Marquardt on coefficients and frequencies, with Lawson's weights in an
// outer loop. The best frequencies lie in narrow valleys (their terms cancel), which moves of one at a time do not find.
class FrequencyDescent {
public:
  FrequencyDescent(const FitProblem &problem, double tolerance, size_t terms)
      : problem(problem), even(problem.symmetry == Symmetry::Even), odd(problem.symmetry == Symmetry::Odd), terms(terms),
        linear(odd    ? terms
               : even ? terms + 1
                      : 2 * terms + 1),
        points(10 * terms + 24) {
    double low = fittedLow(problem);
    for (size_t i = 0; i < points; ++i) {
      xs.push_back((low + problem.high) / 2 +
                   (problem.high - low) / 2 * std::cos(kPi * static_cast<double>(i) / static_cast<double>(points - 1)));
      ys.push_back(target(problem, xs.back()));
    }
    damping = tolerance * std::sqrt(static_cast<double>(points)) / 30;
  }

  // Improves `frequencies` (cycles per period, real) and returns the largest error seen on the points.
  double run(std::vector<double> &frequencies) {
    std::vector<double> weights(points, 1), best = frequencies;
    double least = INFINITY;
    for (int outer = 0; outer < 7; ++outer) {
      std::vector<double> p = solveLinear(frequencies, weights);
      double value = cost(p, weights), lambda = 1e-3;
      for (int step = 0; step < 30 && lambda < 1e8; ++step) {
        std::vector<double> trial = stepFrom(p, weights, lambda);
        double next = admissible(trial) ? cost(trial, weights) : INFINITY;
        if (next < value) {
          bool done = next > value * (1 - 1e-5);
          p = trial;
          value = next;
          lambda = std::max(1e-12, lambda / 8);
          if (done)
            break;
        } else {
          lambda *= 6;
        }
      }
      frequencies.assign(p.begin() + static_cast<std::ptrdiff_t>(linear), p.end());
      double largest = 0, total = 0;
      std::vector<double> errors(points);
      for (size_t i = 0; i < points; ++i)
        largest = std::max(largest, errors[i] = std::abs(residual(p, i)));
      if (largest < least) {
        least = largest;
        best = frequencies;
      }
      for (size_t i = 0; i < points; ++i)
        total += weights[i] *= errors[i] + 1e-2 * largest + 1e-300;
      for (double &w : weights)
        w *= static_cast<double>(points) / total;
    }
    frequencies = best;
    return least;
  }

private:
  double angle(double frequency, size_t i) const { return 2 * kPi * frequency * xs[i] / problem.period; }

  // Values of the linear terms at point i.
  void row(const double *frequencies, size_t i, std::vector<double> &out) const {
    out.clear();
    if (!odd)
      out.push_back(1);
    for (size_t k = 0; k < terms; ++k) {
      if (!odd)
        out.push_back(std::cos(angle(frequencies[k], i)));
      if (!even)
        out.push_back(std::sin(angle(frequencies[k], i)));
    }
  }

  double residual(const std::vector<double> &p, size_t i) const {
    double y = -ys[i];
    size_t at = 0;
    if (!odd)
      y += p[at++];
    for (size_t k = 0; k < terms; ++k) {
      double w = angle(p[linear + k], i);
      if (!odd)
        y += p[at++] * std::cos(w);
      if (!even)
        y += p[at++] * std::sin(w);
    }
    return y;
  }

  double cost(const std::vector<double> &p, const std::vector<double> &weights) const {
    double sum = 0;
    for (size_t i = 0; i < points; ++i) {
      double e = residual(p, i);
      sum += weights[i] * e * e;
    }
    for (size_t j = 0; j < linear; ++j)
      sum += damping * damping * p[j] * p[j];
    return sum;
  }

  // Frequencies stay positive and a little apart.
  bool admissible(const std::vector<double> &p) const {
    double span = problem.symmetry == Symmetry::None ? problem.high - problem.low : 2 * problem.high, unit = problem.period / span;
    for (size_t j = 0; j < terms; ++j) {
      double f = p[linear + j];
      if (!(f > 0.02 * unit) || f > 40.0 * static_cast<double>(terms) * unit)
        return false;
      for (size_t k = 0; k < j; ++k)
        if (std::abs(f - p[linear + k]) < 0.05 * unit)
          return false;
    }
    return true;
  }

  std::vector<double> solveLinear(const std::vector<double> &frequencies, const std::vector<double> &weights) const {
    std::vector<long double> a((points + linear) * linear, 0), y(points + linear, 0);
    std::vector<double> r;
    for (size_t i = 0; i < points; ++i) {
      row(frequencies.data(), i, r);
      long double root = std::sqrt(weights[i]);
      for (size_t j = 0; j < linear; ++j)
        a[i * linear + j] = r[j] * root;
      y[i] = ys[i] * root;
    }
    for (size_t j = 0; j < linear; ++j)
      a[(points + j) * linear + j] = damping;
    std::vector<long double> c = leastSquares(a, y, points + linear, linear);
    std::vector<double> p(c.begin(), c.end());
    p.insert(p.end(), frequencies.begin(), frequencies.end());
    return p;
  }

  std::vector<double> stepFrom(const std::vector<double> &p, const std::vector<double> &weights, double lambda) const {
    const size_t n = linear + terms, rows = points + linear + n;
    std::vector<long double> a(rows * n, 0), y(rows, 0);
    std::vector<double> r, frequencies(p.begin() + static_cast<std::ptrdiff_t>(linear), p.end()), scale(n, 0);
    for (size_t i = 0; i < points; ++i) {
      row(frequencies.data(), i, r);
      double root = std::sqrt(weights[i]);
      for (size_t j = 0; j < linear; ++j)
        a[i * n + j] = r[j] * root;
      for (size_t k = 0; k < terms; ++k) {
        double slope = 0, w = angle(frequencies[k], i), dw = 2 * kPi * xs[i] / problem.period;
        size_t at = odd ? k : even ? k + 1 : 2 * k + 1;
        if (!odd)
          slope -= p[at] * std::sin(w) * dw;
        if (!even)
          slope += p[odd ? at : at + 1] * std::cos(w) * dw;
        a[i * n + linear + k] = slope * root;
      }
      y[i] = -residual(p, i) * root;
      for (size_t j = 0; j < n; ++j)
        scale[j] += static_cast<double>(a[i * n + j] * a[i * n + j]);
    }
    for (size_t j = 0; j < linear; ++j) {
      a[(points + j) * n + j] = damping;
      y[points + j] = -damping * p[j];
    }
    for (size_t j = 0; j < n; ++j)
      a[(points + linear + j) * n + j] = std::sqrt(lambda * scale[j]) + 1e-15;
    std::vector<long double> step = leastSquares(a, y, rows, n);
    std::vector<double> out(p);
    for (size_t j = 0; j < n; ++j)
      out[j] += static_cast<double>(step[j]);
    return out;
  }

  const FitProblem &problem;
  bool even, odd;
  size_t terms, linear, points;
  double damping;
  std::vector<double> xs, ys;
};

// Rounds frequencies to whole ones and moves each by a few units, while that helps.
double polish(const FitProblem &problem, const std::vector<double> &real, SmallVectorImpl<int64_t> &frequencies, double tolerance) {
  frequencies.clear();
  for (double f : real) {
    int64_t q = std::max<int64_t>(1, std::llround(f));
    while (llvm::is_contained(frequencies, q))
      ++q;
    frequencies.push_back(q);
  }
  double error = quickError(problem, frequencies, tolerance);
  bool better = true;
  for (int round = 0; better && round < 12 && error > 0.7 * tolerance; ++round) {
    better = false;
    for (size_t j = 0; j < frequencies.size(); ++j) {
      for (int64_t move : {-1, 1, -3, 3}) {
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

// searchTrigSum with coefficients held down as for an error of `tolerance`, which may be less than what is allowed.
static FailureOr<TrigSum> searchAt(const FitProblem &problem, double maxError, double tolerance, unsigned maxFrequencies) {
  const double width = problem.symmetry == Symmetry::None ? problem.high - problem.low : 2 * problem.high;
  struct Seed {
    double error;
    std::vector<double> frequencies;
  };
  auto byError = [](const Seed &a, const Seed &b) { return a.error < b.error || (a.error == b.error && a.frequencies < b.frequencies); };
  for (unsigned n = 1; n <= maxFrequencies; ++n) {
    // Seeds: multiples, whole or not, of the frequency of a period somewhat longer than the interval, and such of growing distance.
    SmallVector<Seed> seeds;
    for (double stretch = 1.04; stretch < 3.4; stretch *= 1.17) {
      for (double shift : {0.0, 0.25, 0.5}) {
        double unit = problem.period / (width * stretch);
        std::vector<double> q;
        for (unsigned j = 1; j <= n; ++j)
          q.push_back(unit * (j - shift));
        SmallVector<int64_t> whole;
        for (double f : q) {
          int64_t next = std::max<int64_t>(1, std::llround(f));
          whole.push_back(whole.empty() ? next : std::max(next, whole.back() + 1));
        }
        seeds.push_back({quickError(problem, whole, tolerance), q});
      }
    }
    llvm::sort(seeds, byError);
    if (seeds.front().error > 200 * tolerance * n)
      continue;
    seeds.truncate(std::min<size_t>(seeds.size(), 6));
    FrequencyDescent descent(problem, tolerance, n);
    for (Seed &seed : seeds)
      seed.error = descent.run(seed.frequencies);
    llvm::sort(seeds, byError);
    for (Seed &seed : ArrayRef(seeds).take_front(3).vec()) {
      if (seed.error > 1.2 * tolerance)
        break;
      SmallVector<int64_t> frequencies;
      if (polish(problem, seed.frequencies, frequencies, tolerance) > 1.05 * tolerance)
        continue;
      llvm::sort(frequencies);
      TrigSum sum = fitTrigSum(problem, frequencies, tolerance);
      if (sum.error <= maxError)
        return sum;
    }
  }
  return failure();
}

FailureOr<TrigSum> mlir::mpc::searchTrigSum(const FitProblem &problem, double maxError, unsigned maxFrequencies) {
  // The search is no bisection: where it misses the valley at one tolerance, it mostly finds it at a smaller one.
  for (double part : {1.0, 0.8, 0.6})
    if (FailureOr<TrigSum> sum = searchAt(problem, maxError, part * maxError, maxFrequencies); succeeded(sum))
      return sum;
  return failure();
}
