// Passes on mpc and share.
#ifndef MPC_TRANSFORMS_PASSES_H
#define MPC_TRANSFORMS_PASSES_H

#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Pass/Pass.h"

namespace mlir::mpc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "mpc/Transforms/Passes.h.inc"

} // namespace mlir::mpc

#endif
