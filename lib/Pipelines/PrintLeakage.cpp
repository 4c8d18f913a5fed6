// mpc-print-leakage: the leakage statement of the module at hand.
#include "mpc/Pipelines/PrintLeakage.h"
#include "mlir/Pass/Pass.h"
#include "mpc/Analysis/Leakage.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct PrintLeakage : public PassWrapper<PrintLeakage, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PrintLeakage)
  PrintLeakage() = default;
  PrintLeakage(const PrintLeakage &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "mpc-print-leakage"; }
  StringRef getDescription() const override {
    return "Print what running the program reveals, and to whom, on standard error (after the secrecy phase)";
  }

  void runOnOperation() override {
    markAllAnalysesPreserved();
    FailureOr<std::vector<Leakage>> leakage = analyzeLeakage(getOperation());
    if (failed(leakage))
      return signalPassFailure();
    (summary ? printLeakageSummary : printLeakageStatement)(*leakage, llvm::errs());
  }

  Option<bool> summary{*this, "summary", llvm::cl::desc("The few lines that mpc-compile prints"), llvm::cl::init(false)};
};

} // namespace

void mlir::mpc::registerPrintLeakagePass() { PassRegistration<PrintLeakage>(); }
