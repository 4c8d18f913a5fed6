// What a program assumes of the values that an input brings, so that its owner can check them before anything is shared.
#ifndef MPC_ANALYSIS_INPUTRANGE_H
#define MPC_ANALYSIS_INPUTRANGE_H

#include "mpc/Analysis/Interval.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::mpc {

// The interval that every element of `argument` must be in: what the formats assume where the argument is shared as it is, and the rows
// that there are where it picks rows (of public inputs that alone: they are encoded by parties, who refuse what does not fit). Nullopt
// where any value will do, or where an owner's computation hides what would; the results of that have ranges of their own.
std::optional<Interval> getInputRange(BlockArgument argument, bool isPublic, IntervalAnalysis &analysis);

} // namespace mlir::mpc

#endif
