// The importer's entry: reads the file, makes the module, writes the weights that have no place in another file.
#include "mpc/Import/Import.h"
#include "GraphImporter.h"
#include "ReadModel.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::mpc;

// Weights whose bytes are nowhere as the program wants them go to the inline file.
static LogicalResult writeInline(GraphImporter &importer, ModuleOp module, const ImportOptions &options) {
  InlineFile file;
  for (ParamOp param : module.getOps<ParamOp>()) {
    const TensorData &data = importer.getWeights()[param.getSymName()].data;
    if (!data.external() || !storedAsIs(*data.element))
      file.add(param, data);
  }
  if (file.empty())
    return success();
  for (ParamOp param : module.getOps<ParamOp>())
    if (importer.getWeights()[param.getSymName()].data.file == options.inlineFile)
      return module.emitError() << "external data lies in '" << options.inlineFile
                                << "', the name of the file for the weights that lie in the model; give the model's file another name";
  if (options.inlineDir.empty())
    return module.emitError() << "the model holds weights that lie in it or are of another element type; give a folder for "
                              << options.inlineFile << " by --inline-dir=FOLDER";
  std::string error;
  if (failed(file.write(options.inlineDir, options.inlineFile, importer.getReader(), error)))
    return module.emitError() << error;
  return success();
}

OwningOpRef<ModuleOp> mlir::mpc::importOnnx(StringRef path, MLIRContext *context, const ImportOptions &options) {
  context->loadDialect<onnx::OnnxDialect, MpcDialect, func::FuncDialect>();
  // Locations name the file without its folder: a bundle says nothing of the machine that it was made on.
  Location loc = NameLoc::get(StringAttr::get(context, llvm::sys::path::filename(path)));
  std::string error;
  std::unique_ptr<::onnx::ModelProto> model = tacit_import::readModel(path.str(), error);
  if (!model) {
    emitError(loc) << "'" << path << "' " << error;
    return nullptr;
  }
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  StringRef folder = llvm::sys::path::parent_path(path);
  GraphImporter importer(*model, folder.empty() ? "." : folder.str(), *module, options);
  if (failed(importer.run()) || failed(writeInline(importer, *module, options)) || failed(verify(*module)))
    return nullptr;
  return module;
}
