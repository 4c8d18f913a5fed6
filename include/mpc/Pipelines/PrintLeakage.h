// mpc-print-leakage for mpc-opt.
#ifndef MPC_PIPELINES_PRINTLEAKAGE_H
#define MPC_PIPELINES_PRINTLEAKAGE_H

namespace mlir::mpc {

// Registers mpc-print-leakage{summary=true|false}: the leakage statement of a module, on standard error; the module is left as it is.
void registerPrintLeakagePass();

} // namespace mlir::mpc

#endif
