// C++ of a program (mpc-translate --mpc-to-cpp; docs/howto/emitted-cpp.md): straight lines of calls of the runtime's public functions, one a
// private instruction, over the container's slots. What it does at run time, to the message, is what the container does.
#ifndef MPC_TARGET_EMITCPP_H
#define MPC_TARGET_EMITCPP_H

#include "tacit/program.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::mpc {

// Writes one source file. `program` was parsed from its container: its digest is filled in and its indices are checked.
void emitCpp(const tacit::Program &program, llvm::raw_ostream &os);

} // namespace mlir::mpc

#endif
