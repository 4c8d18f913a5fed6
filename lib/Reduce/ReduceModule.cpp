// mpc-reduce-module: delta debugging with the reductions of the dialects. For each reduction the places are tried in halves, quarters, and
// so on; what keeps the module interesting is kept. Rounds go on until one changes nothing.
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Reducer/Tester.h"
#include "mpc/Reduce/Reduce.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct ReduceModule : public PassWrapper<ReduceModule, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReduceModule)
  ReduceModule() = default;
  ReduceModule(const ReduceModule &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "mpc-reduce-module"; }
  StringRef getDescription() const override {
    return "Reduces a module with the reductions of mpc and share as long as the test calls it interesting (exit status 1)";
  }

  void runOnOperation() override {
    std::vector<std::string> arguments(testArguments.begin(), testArguments.end());
    std::string script = test;
    Tester tester(script, arguments);
    if (script.empty() || tester.isInteresting(getOperation()).first != Tester::Interestingness::True) {
      getOperation().emitError() << "the test '" << script << "' does not call the module interesting: it must exit with status 1 on it";
      return signalPassFailure();
    }
    bool changed = true;
    while (changed) {
      changed = false;
      for (const Reduction &reduction : getReductions())
        changed |= reduce(reduction, tester);
    }
  }

private:
  // One reduction on the module as far as it goes; whether anything was kept.
  bool reduce(const Reduction &reduction, const Tester &tester) {
    bool any = false;
    for (size_t chunk = std::max<size_t>(reduction.count(getOperation()), 1); chunk > 0; chunk /= 2) {
      for (size_t at = 0;;) {
        size_t places = reduction.count(getOperation());
        if (at >= places)
          break;
        if (attempt(reduction, at, at + chunk, tester)) {
          any = true;
          if (reduction.count(getOperation()) < places) // else the places are still there, and this one is done
            continue;
        }
        at += chunk;
      }
    }
    return any;
  }

  bool attempt(const Reduction &reduction, size_t from, size_t to, const Tester &tester) {
    OwningOpRef<ModuleOp> candidate = getOperation().clone();
    reduction.apply(*candidate, [&](size_t place) { return place >= from && place < to; });
    if (OperationEquivalence::isEquivalentTo(getOperation(), *candidate, OperationEquivalence::None))
      return false;
    {
      ScopedDiagnosticHandler silent(&getContext(), [](Diagnostic &) { return success(); });
      if (failed(verify(*candidate)))
        return false;
    }
    if (tester.isInteresting(*candidate).first != Tester::Interestingness::True)
      return false;
    getOperation().getBodyRegion().takeBody(candidate->getBodyRegion());
    return true;
  }

  Option<std::string> test{*this, "test",
                           llvm::cl::desc("Script that exits with status 1 on an interesting module, whose path is its last argument")};
  ListOption<std::string> testArguments{*this, "test-arg", llvm::cl::desc("Arguments of the script, before the path")};
};

} // namespace

void mlir::mpc::registerReduceModulePass() { PassRegistration<ReduceModule>(); }
