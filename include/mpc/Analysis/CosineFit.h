// Fits of real functions by a constant and a few cosines and sines of whole frequencies: what share.periodic computes from
// the ring's own characters (protocol.md, "periodic function").
#ifndef MPC_ANALYSIS_COSINEFIT_H
#define MPC_ANALYSIS_COSINEFIT_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"

#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <functional>

namespace mlir::mpc {

// constant + sum_j cosines[j] cos(2 pi q_j x / period) + sines[j] sin(2 pi q_j x / period), q = frequencies.
struct TrigSum {
  double period = 1;
  double constant = 0;
  llvm::SmallVector<int64_t> frequencies;
  llvm::SmallVector<double> cosines;
  llvm::SmallVector<double> sines;
  // An upper bound of |sum - function| on all of the fitted interval, not only on a grid: see FitProblem::secondDerivative.
  double error = 0;

  double evaluate(double x) const;
  // |evaluate(x)| <= bound() for every real x.
  double bound() const;
};

enum class Symmetry { None, Even, Odd };

// What is to be fitted. An even function gets cosines only, an odd one (about `centre`: f(-x) - centre = -(f(x) - centre)) sines
// only and `centre` for its constant; both are fitted on [0, high] and low must be -high.
struct FitProblem {
  std::function<double(double)> function;
  double low = 0;
  double high = 1;
  double period = 4;           // a power of two, at least high - low
  double secondDerivative = 1; // a bound of |f''| on the interval: what the grid may miss is at most h^2 / 8 (|f''| + |sum''|)
  Symmetry symmetry = Symmetry::None;
  double centre = 0;
};

// The minimax fit on given frequencies (positive, distinct), by Lawson's reweighted least squares. The coefficients are held
// down by a regularisation that costs a small part of `tolerance`, the error one hopes for: the functions on a part of a period
// (a Fourier extension) are nearly dependent, and large coefficients would cost the gate its precision.
TrigSum fitTrigSum(const FitProblem &problem, llvm::ArrayRef<int64_t> frequencies, double tolerance);

// The fewest frequencies whose fit has error <= maxError, and for their number good ones, found by a deterministic search.
// Failure if `maxFrequencies` do not do.
llvm::FailureOr<TrigSum> searchTrigSum(const FitProblem &problem, double maxError, unsigned maxFrequencies = 14);

} // namespace mlir::mpc

#endif
