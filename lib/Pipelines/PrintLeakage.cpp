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
    return "prints what running the program reveals, and to whom, on standard error\n\n"
           "    Precondition: mpc-infer-secrecy; the rounding bits are counted from share-schedule on.\n"
           "    Effect: none on the program. Prints the leakage statement: public inputs, what owners publish, constants, outputs by "
           "owner, local\n"
           "    truncations; with summary=true the lines that mpc-compile prints.\n"
           "    Example:\n"
           "    ```\n"
           "    mpc-opt scheduled.mlir --mpc-print-leakage=summary=true -o /dev/null\n"
           "    leakage of main:\n"
           "      every party: the program, shapes and lengths; inputs position_ids; 13 constants of the graph\n"
           "      P0: nothing else\n"
           "      P1, P2: 4041672 uniformly random values, the rounding bits of 440928 local truncations\n"
           "      data owner: outputs logits, with rounding noise\n"
           "    ```\n";
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
