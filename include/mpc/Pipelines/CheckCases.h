// Whether the formats of proved ranges hold what the given cases show.
#ifndef MPC_PIPELINES_CHECKCASES_H
#define MPC_PIPELINES_CHECKCASES_H

#include "mlir/IR/BuiltinOps.h"
#include "mpc/Pipelines/Phases.h"

namespace mlir::mpc {

// Runs a module, which is before its precision phase, in f32 on `cases`. An error names each op that makes a finite secret number beyond
// 2^26, the assumed bound, from numbers within it: it would wrap, and the outputs be wrong without a sign of it. Masks of large negative
// numbers make no such op.
LogicalResult checkCases(ModuleOp module, const PhaseOptions &options, ArrayRef<std::string> cases);

} // namespace mlir::mpc

#endif
