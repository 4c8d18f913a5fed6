// mpc-reduce: makes a module that shows a failure small. A test script exits with status 1 as long as the failure is there.
//
//   mpc-reduce big.mlir --mpc-reduce-module='test=still-fails.sh' -o small.mlir
//   mpc-reduce big.mlir --reduction-tree='traversal-mode=0 test=still-fails.sh' -o small.mlir
//
// with, for instance, still-fails.sh: `! mpc-opt --phase-precision "$1" 2>&1 | grep -q "expected text"`. The second is MLIR's own reducer
// with the patterns of the dialects; version 19 of it aborts where it drops an op that others still use, so the first is the one to take.
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mpc/InitAll.h"
#include "mpc/Reduce/Reduce.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::mpc::registerAllDialects(registry);
  mlir::mpc::registerAllPasses();
  mlir::mpc::registerReductionPatterns(registry);
  mlir::mpc::registerReduceModulePass();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  return failed(mlir::mlirReduceMain(argc, argv, context));
}
