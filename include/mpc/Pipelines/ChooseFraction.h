// The preset auto: as few fractional bits as keep the outputs within a budget.
#ifndef MPC_PIPELINES_CHOOSEFRACTION_H
#define MPC_PIPELINES_CHOOSEFRACTION_H

#include "mlir/IR/BuiltinOps.h"
#include "mpc/Pipelines/Phases.h"

namespace mlir::mpc {

// The fewest and the most that are tried.
inline constexpr unsigned kLeastFraction = 12, kMostFraction = 18;
// Absolute error of an output that is allowed where nobody said otherwise: half of what mpc-run --compare tolerates.
inline constexpr double kOutputError = 5e-3;
// What of a budget the measured error may take: it is that of one session, and the roundings of the next fall otherwise.
inline constexpr double kMeasuredShare = 0.75;

// The error that functions are approximated with at a fraction: 8 ulp, and no less than 2^-14.
double functionErrorAt(unsigned fraction);

struct FractionChoice {
  unsigned fraction = kMostFraction;
  double error = 0; // largest absolute error of an output on the cases, against f32
};

// Compiles copies of `module`, which is before its precision phase, with growing fractions; runs each by the runtime's gates, all parties
// in this process, on options.cases; compares with f32. The first within kMeasuredShare of `budget` is taken; where none is, the one with
// the least error, which says so. A fraction for which no ring has room ends the search there. Cases and weights are the caller's own:
// nothing here is private. Failure, with a diagnostic, where a copy does not compile or run.
FailureOr<FractionChoice> chooseFraction(ModuleOp module, const PhaseOptions &options, double budget);

} // namespace mlir::mpc

#endif
