// Whether the weights are what the precision phase assumes of them: their owner would otherwise share values that overflow later,
// unnoticed.
#ifndef MPC_ANALYSIS_WEIGHTBOUNDS_H
#define MPC_ANALYSIS_WEIGHTBOUNDS_H

#include "dialects/Mpc/Mpc.h"
#include <map>
#include <string>

namespace mlir::mpc {

// Reads the f32 parameters that mpc.weight ops under `root` name, each from the first of `folders` that has its file, and reports, at the
// weight's op, every one with an element that is no finite number or not below `bound` in magnitude. A file that none of the folders has is
// an error, too. Only whether the bound holds is found out: no property of the weights gets into the program.
LogicalResult checkWeightBounds(Operation *root, ArrayRef<std::string> folders, double bound);

// The same where it is known of each file's name where it is.
LogicalResult checkWeightBounds(Operation *root, const std::map<std::string, std::string> &files, double bound);

} // namespace mlir::mpc

#endif
