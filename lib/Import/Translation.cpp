// mpc-translate --import-onnx.
#include "mlir/Tools/mlir-translate/Translation.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Onnx/Onnx.h"
#include "mpc/Import/Import.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlir::mpc;
namespace cl = llvm::cl;

namespace {
struct Options {
  cl::list<std::string> bindings{"bind", cl::desc("--import-onnx: size of a symbolic dimension, by its ONNX name"),
                                 cl::value_desc("NAME=N")};
  cl::opt<std::string> inlineDir{"inline-dir", cl::desc("--import-onnx: folder for inline.safetensors"), cl::value_desc("FOLDER")};
  cl::opt<std::string> entry{"entry-name", cl::desc("--import-onnx: name of the entry point"), cl::init("main")};
  cl::list<std::string> publicInputs{"public-input", cl::desc("--import-onnx: an input that every party may see"), cl::value_desc("NAME")};
  cl::list<std::string> secretInputs{"secret-input", cl::desc("--import-onnx: an input that is secret"), cl::value_desc("NAME")};
  cl::opt<bool> allowUnbound{"allow-unbound", cl::desc("--import-onnx: leave dimensions without a size unknown")};
};
} // namespace

void mlir::mpc::registerOnnxTranslations() {
  static Options flags;
  static TranslateToMLIRRegistration import(
      "import-onnx", "reads an ONNX model into the onnx dialect",
      [](llvm::SourceMgr &sources, MLIRContext *context) -> OwningOpRef<Operation *> {
        ImportOptions options;
        // External data is looked for beside the file, so its name is needed: standard input has none.
        StringRef path = sources.getMemoryBuffer(sources.getMainFileID())->getBufferIdentifier();
        for (const std::string &binding : flags.bindings) {
          auto [name, text] = StringRef(binding).rsplit('=');
          int64_t size = 0;
          if (name.empty() || text.getAsInteger(10, size)) {
            emitError(UnknownLoc::get(context)) << "--bind " << binding << ": expected NAME=N with N a number";
            return nullptr;
          }
          options.bindings[name.str()] = size;
        }
        options.inlineDir = flags.inlineDir;
        options.entry = flags.entry;
        options.publicInputs = flags.publicInputs;
        options.secretInputs = flags.secretInputs;
        options.allowUnbound = flags.allowUnbound;
        return importOnnx(path, context, options);
      },
      [](DialectRegistry &registry) { registry.insert<onnx::OnnxDialect, MpcDialect, func::FuncDialect>(); });
}
