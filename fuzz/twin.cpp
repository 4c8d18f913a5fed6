// Containers as MLIR: what the runtime accepts, the dialects read, or refuse by a diagnostic; what they read is written as the same
// program.
#include "context.h"
#include "mlir/IR/Verifier.h"
#include "mpc/Target/Program.h"
#include "program_mutator.h"

using namespace mlir;
using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<Program> program = ParseProgram({reinterpret_cast<const char *>(data), size});
  if (!program.ok())
    return 0;
  fuzz::Context context;
  OwningOpRef<ModuleOp> module = mpc::importProgram(*program, context.get());
  context.RequireSaid(bool(module), "a program that the dialects refuse has a diagnostic");
  if (!module || failed(verify(*module)))
    return 0;
  FailureOr<Program> emitted = mpc::emitProgram(*module);
  context.RequireSaid(succeeded(emitted), "a module that is no program has a diagnostic");
  return 0;
}
