// Everything that a tool needs to read, print and transform the compiler's IR.
#ifndef MPC_INITALL_H
#define MPC_INITALL_H

namespace mlir {
class DialectRegistry;
}

namespace mlir::mpc {

// builtin (always there), func, mpc, share, onnx.
void registerAllDialects(DialectRegistry &registry);

// The project's passes, and of MLIR's: canonicalize, cse, inline, symbol-dce, strip-debuginfo, print-op-stats, location-snapshot.
void registerAllPasses();

} // namespace mlir::mpc

#endif
