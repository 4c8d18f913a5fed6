// The safetensors file for weights that lie inside the model file, or are of an element type that is converted.
#ifndef LIB_IMPORT_INLINEFILE_H
#define LIB_IMPORT_INLINEFILE_H

#include "TensorData.h"
#include "dialects/Mpc/Mpc.h"

namespace mlir::mpc {

// Collects weights; their elements are read and converted one at a time, when the file is written.
class InlineFile {
public:
  // `param` gets its offset when the file is written.
  void add(ParamOp param, const TensorData &data) { entries.push_back({param, data}); }

  bool empty() const { return entries.empty(); }

  // Writes folder/name, through a temporary file beside it, and sets the offsets of the params. Nothing is left behind on failure.
  LogicalResult write(StringRef folder, StringRef name, TensorReader &reader, std::string &error);

  // Forgets the params that are in `dropped`: nothing refers to them.
  void drop(llvm::function_ref<bool(ParamOp)> dropped) {
    llvm::erase_if(entries, [&](const Entry &entry) { return dropped(entry.param); });
  }

private:
  struct Entry {
    ParamOp param;
    TensorData data;
  };
  std::vector<Entry> entries;
};

} // namespace mlir::mpc

#endif
