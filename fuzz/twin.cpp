// Containers as MLIR: what the runtime accepts, the dialects read, or refuse by a diagnostic; what they read is written as the same
// program.
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mpc/InitAll.h"
#include "mpc/Target/Program.h"
#include "program_mutator.h"
#include "support.h"

using namespace mlir;
using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<Program> program = ParseProgram({reinterpret_cast<const char *>(data), size});
  if (!program.ok())
    return 0;
  DialectRegistry registry;
  mpc::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  int errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  OwningOpRef<ModuleOp> module = mpc::importProgram(*program, &context);
  fuzz::Require(module || errors > 0, "a program that the dialects refuse has a diagnostic");
  if (!module || failed(verify(*module)))
    return 0;
  FailureOr<Program> emitted = mpc::emitProgram(*module);
  fuzz::Require(succeeded(emitted) || errors > 0, "a module that is no program has a diagnostic");
  return 0;
}
