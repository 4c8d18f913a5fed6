// The program container (runtime/schema/program.fbs) from a scheduled module, and back.
#ifndef MPC_TARGET_PROGRAM_H
#define MPC_TARGET_PROGRAM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tacit/program.h"

namespace mlir::mpc {

// The program of a module whose functions are scheduled (share-schedule) and verified (share-verify): one entry a function,
// in order. Its digest is not filled in: SerializeProgram does that. Diagnostics name what has no place in a program.
FailureOr<tacit::Program> emitProgram(ModuleOp module);

// The text twin: a module that emitProgram maps to the same program, to the byte. Null, with a diagnostic, for a program that
// names ops, attributes or types that the dialects refuse.
OwningOpRef<ModuleOp> importProgram(const tacit::Program &program, MLIRContext *context);

// Registers --mpc-to-program, --mpc-to-cpp, --program-to-mlir and --mpc-to-cost with mpc-translate.
void registerProgramTranslations();

} // namespace mlir::mpc

#endif
