// mpc-opt: reads MLIR of the project's dialects, runs passes, prints the result. For tests and for looking at phases.
//
//   mpc-opt model.mlir --pass-pipeline='builtin.module(func.func(mpc-raise),canonicalize)' -o raised.mlir
//   mpc-opt raised.mlir --phase-secrecy=weights=public -o secrecy.mlir
//   mpc-opt scheduled.mlir --mpc-print-leakage -o /dev/null
//   mpc-opt imported.mlir --phases --mpc-debug=mpc-approximate,mpc-assign-formats -o scheduled.mlir
//   mpc-opt wrong.mlir --phase-precision --mlir-pass-pipeline-crash-reproducer=reproducer.mlir; mpc-opt --run-reproducer reproducer.mlir
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mpc/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"
#ifdef TACIT_HAS_PIPELINES
#include "mpc/Pipelines/Phases.h"
#include "mpc/Pipelines/PrintLeakage.h"
#include "mpc/Pipelines/Trace.h"
#endif

using namespace mlir;

#ifdef TACIT_HAS_PIPELINES
static llvm::cl::opt<std::string> debug("mpc-debug",
                                        llvm::cl::desc("Print what each pass (or those named) did and chose, on standard error"),
                                        llvm::cl::value_desc("PASS,PASS"), llvm::cl::ValueOptional);

// As MlirOptMain, with --mpc-debug. Exit status.
static int runTraced(llvm::StringRef input, llvm::StringRef output, DialectRegistry &registry) {
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions(), plain = config;
  config.setPassPipelineSetupFn([plain](PassManager &manager) {
    manager.getContext()->disableMultithreading();
    mpc::enableTrace(manager, mpc::parseTracedPasses(debug), llvm::errs());
    return plain.setupPassPipeline(manager);
  });
  std::string problem;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(input, &problem);
  std::unique_ptr<llvm::ToolOutputFile> out = file ? openOutputFile(output, &problem) : nullptr;
  if (!out) {
    llvm::errs() << "error: " << problem << "\n";
    return 1;
  }
  if (failed(MlirOptMain(out->os(), std::move(file), registry, config)))
    return 1;
  out->keep();
  return 0;
}
#endif

int main(int argc, char **argv) {
  DialectRegistry registry;
  mpc::registerAllDialects(registry);
  mpc::registerAllPasses();
#ifdef TACIT_HAS_PIPELINES
  mpc::registerPhasePipelines();
  mpc::registerPrintLeakagePass();
#endif
  llvm::InitLLVM init(argc, argv);
  auto [input, output] = registerAndParseCLIOptions(argc, argv, "Runs passes of Tacit on MLIR\n", registry);
#ifdef TACIT_HAS_PIPELINES
  if (debug.getNumOccurrences())
    return runTraced(input, output, registry);
#endif
  return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
}
