// Where ring width is bought: by values that are made wide at once, or by extensions, which cost a round each.
#ifndef MPC_PIPELINES_CHOOSEWIDTHS_H
#define MPC_PIPELINES_CHOOSEWIDTHS_H

#include "mlir/IR/BuiltinOps.h"
#include "mpc/Pipelines/Phases.h"

namespace mlir::mpc {

struct WidthChoice {
  int64_t roundBytes = 0; // for mpc-assign-formats
  int64_t rounds = 0;     // of the programs that it makes
  int64_t bytes = 0;      // online and offline
};

// mpc-assign-formats decides value by value, by what a round is worth there; what is best for a program as a whole can be another number
// than the network's own. Compiles copies of `module`, which is before its precision phase, with several such numbers, and returns the one
// whose programs have the least bytes + rounds * networkRound by the compiler's cost, which is exact. Failure, with a diagnostic, where no
// copy compiles.
FailureOr<WidthChoice> chooseWidths(ModuleOp module, const PhaseOptions &options, int64_t networkRound);

} // namespace mlir::mpc

#endif
