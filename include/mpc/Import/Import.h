// ONNX files to the onnx dialect.
#ifndef MPC_IMPORT_IMPORT_H
#define MPC_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mlir::mpc {

struct ImportOptions {
  // Sizes of symbolic dimensions by their ONNX names (--bind); a whole expression such as "past + 1" is a name too.
  std::map<std::string, int64_t> bindings;
  // Size of the symbols that neither bindings nor a case give, 1 for those named after batches; 0: such a symbol is an error (--max-length).
  int64_t maxLength = 0;
  // Shapes of inputs by their ONNX names, from a case. They bind the symbols that `bindings` does not, and must agree with those it does.
  std::map<std::string, std::vector<int64_t>> inputShapes;
  // Called once the names of the graph's inputs and outputs are known, in their order; adds to `inputShapes`. A case whose files are numbered needs
  // the names.
  std::function<LogicalResult(ArrayRef<std::string> inputs, ArrayRef<std::string> outputs, std::map<std::string, std::vector<int64_t>> &shapes)> readCase;
  // Where set, the options are those of several graphs: names in `bindings`, `publicInputs` and `secretInputs` that this graph lacks are passed
  // over, those that it has are added here.
  std::set<std::string> *usedNames = nullptr;
  // Folder for `inlineFile`, which holds the weights that have no place of their own in a file or are of another element type than the
  // program's. Made only where such a weight exists, which is an error while `inlineDir` is empty.
  std::string inlineDir;
  std::string inlineFile = "inline.safetensors";
  // Name of the entry point, and of its function.
  std::string entry = "main";
  // Inputs by name whose secrecy differs from the default (attention_mask, position_ids and cache_position are public, all else secret).
  std::vector<std::string> publicInputs;
  std::vector<std::string> secretInputs;
  // Leave a dimension that nothing binds unknown, in place of an error; for looking at a graph.
  bool allowUnbound = false;
};

// Reads the model at `path`: a module with one function in the onnx dialect, and an mpc.param for each weight. External data and the
// file itself are only read here by header and range; weights never enter the IR. Any broken input ends in a diagnostic and null.
OwningOpRef<ModuleOp> importOnnx(StringRef path, MLIRContext *context, const ImportOptions &options);

// Registers mpc-translate --import-onnx.
void registerOnnxTranslations();

} // namespace mlir::mpc

#endif
