// Conversions between levels: onnx to mpc, mpc to share.
#ifndef MPC_CONVERSION_PASSES_H
#define MPC_CONVERSION_PASSES_H

#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Pass/Pass.h"

namespace mlir::mpc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "mpc/Conversion/Passes.h.inc"

} // namespace mlir::mpc

#endif
