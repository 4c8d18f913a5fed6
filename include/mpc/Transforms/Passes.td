// Passes on mpc and share, in the order of the phases. Each says its precondition, its effect and an example.
#ifndef MPC_TRANSFORMS_PASSES_TD
#define MPC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===-- import: raising ------------------------------------------------------------------------------------------===//

//===-- secrecy --------------------------------------------------------------------------------------------------===//

//===-- precision ------------------------------------------------------------------------------------------------===//

//===-- schedule (share) -----------------------------------------------------------------------------------------===//

#endif
