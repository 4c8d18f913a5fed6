// mpc-translate --mpc-to-program, --mpc-to-cpp, --program-to-mlir and --mpc-to-cost.
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "mpc/Target/Cost.h"
#include "mpc/Target/EmitCpp.h"
#include "mpc/Target/Program.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlir::mpc;

static void registerDialects(DialectRegistry &registry) { registry.insert<func::FuncDialect, MpcDialect, share::ShareDialect>(); }

// mpc-translate --NAME on a module of the compiler's dialects.
template <typename Write> static void registerOfModule(StringRef name, StringRef description, Write write) {
  TranslateFromMLIRRegistration registration(
      name, description,
      [write](Operation *op, llvm::raw_ostream &output) -> LogicalResult {
        if (auto module = llvm::dyn_cast<ModuleOp>(op))
          return write(module, output);
        return op->emitError("expected a module");
      },
      registerDialects);
}

static LogicalResult writeCost(ModuleOp module, llvm::raw_ostream &output) {
  auto cost = computeCost(module);
  if (failed(cost))
    return failure();
  output << llvm::formatv("{0:2}\n", toJson(*cost));
  return success();
}

static LogicalResult writeProgram(ModuleOp module, llvm::raw_ostream &output) {
  FailureOr<tacit::Program> program = emitProgram(module);
  if (failed(program))
    return failure();
  output << tacit::SerializeProgram(*program);
  return success();
}

static LogicalResult writeCpp(ModuleOp module, llvm::raw_ostream &output) {
  FailureOr<tacit::Program> program = emitProgram(module);
  if (failed(program))
    return failure();
  // The container's checks and its digest: parties that run it and parties that run this C++ meet under one name.
  absl::StatusOr<tacit::Program> parsed = tacit::ParseProgram(tacit::SerializeProgram(*program));
  if (!parsed.ok()) {
    absl::string_view message = parsed.status().message();
    return module.emitError("the program does not load: ") << StringRef(message.data(), message.size());
  }
  emitCpp(*parsed, output);
  return success();
}

void mlir::mpc::registerProgramTranslations() {
  registerOfModule("mpc-to-cost", "prints the cost of a scheduled module as cost.json", writeCost);
  registerOfModule("mpc-to-cpp", "writes a scheduled module as C++ over the runtime's headers, to be compiled as a party", writeCpp);
  registerOfModule("mpc-to-program", "writes the program container of a scheduled module", writeProgram);
  // Prints with locations: they are the program's origins.
  static TranslateRegistration fromProgram(
      "program-to-mlir", "prints a program container as MLIR",
      [](const std::shared_ptr<llvm::SourceMgr> &sources, llvm::raw_ostream &output, MLIRContext *context) -> LogicalResult {
        DialectRegistry registry;
        registerDialects(registry);
        context->appendDialectRegistry(registry);
        context->loadAllAvailableDialects();
        StringRef bytes = sources->getMemoryBuffer(sources->getMainFileID())->getBuffer();
        absl::StatusOr<tacit::Program> program = tacit::ParseProgram(absl::string_view(bytes.data(), bytes.size()));
        if (!program.ok()) {
          absl::string_view message = program.status().message();
          return emitError(UnknownLoc::get(context)) << StringRef(message.data(), message.size());
        }
        OwningOpRef<ModuleOp> module = importProgram(*program, context);
        if (!module)
          return failure();
        module->print(output, OpPrintingFlags().enableDebugInfo(/*enable=*/true, /*prettyForm=*/false));
        return success();
      });
}
