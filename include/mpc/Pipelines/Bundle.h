// The folder that a compilation ends in: program, manifest, cost, inline weights (interfaces.md, "Bundle").
#ifndef MPC_PIPELINES_BUNDLE_H
#define MPC_PIPELINES_BUNDLE_H

#include "mpc/Pipelines/Graphs.h"

namespace mlir::mpc {

// Writes program.mpcb, manifest.json, cost.json and leakage.md of a scheduled share module into `staging` (which may hold
// inline.safetensors), then moves it to options.bundle, replacing a bundle that is there; a folder that is not a bundle is left alone and
// an error. Prints the policy in force, the declassifications and the cost to `out`.
LogicalResult writeBundle(ModuleOp module, const CompileOptions &options, const WeightFiles &files, StringRef staging,
                          llvm::raw_ostream &out);

} // namespace mlir::mpc

#endif
