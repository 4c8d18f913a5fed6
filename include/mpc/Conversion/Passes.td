// Conversions between levels.
#ifndef MPC_CONVERSION_PASSES_TD
#define MPC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

//===-- onnx to mpc ----------------------------------------------------------------------------------------------===//

//===-- mpc to share ---------------------------------------------------------------------------------------------===//

#endif
