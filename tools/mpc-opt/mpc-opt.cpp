// mpc-opt: reads MLIR of the project's dialects, runs passes, prints the result. For tests and for looking at phases.
//
//   mpc-opt model.mlir --pass-pipeline='builtin.module(func.func(mpc-raise),canonicalize)' -o raised.mlir
//   mpc-opt raised.mlir --phase-secrecy -o secrecy.mlir
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mpc/InitAll.h"
#ifdef TACIT_HAS_PIPELINES
#include "mpc/Pipelines/Phases.h"
#endif

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::mpc::registerAllDialects(registry);
  mlir::mpc::registerAllPasses();
#ifdef TACIT_HAS_PIPELINES
  mlir::mpc::registerPhasePipelines();
#endif
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Tacit's modular optimizer driver\n", registry));
}
