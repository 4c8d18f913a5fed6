// Joining imported graphs into one module.
#ifndef LIB_PIPELINES_JOINGRAPHS_H
#define LIB_PIPELINES_JOINGRAPHS_H

#include "dialects/Mpc/Mpc.h"
#include "mpc/Pipelines/Graphs.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::mpc {

// One graph after its import.
struct ImportedGraph {
  std::string entry;
  std::string folder; // of the model, absolute
  std::string inlineFile;
  OwningOpRef<ModuleOp> module;
};

// Takes graphs into one module, the first as it is. See importGraphs.
class GraphJoiner {
public:
  // `several`: whether more than one graph will be added; the bytes of weights are read only then.
  GraphJoiner(StringRef staging, WeightFiles &files, bool several) : staging(staging.str()), files(files), several(several) {}

  LogicalResult add(ImportedGraph &graph);

  // Rewrites the inline files of which not every parameter is left, and hands over the module.
  FailureOr<OwningOpRef<ModuleOp>> finish();

private:
  LogicalResult placeFile(ParamOp param, const ImportedGraph &graph);
  FailureOr<std::string> contentOf(ParamOp param);
  LogicalResult joinParams(ImportedGraph &graph);
  LogicalResult checkConstants(const ImportedGraph &graph);
  LogicalResult compact(const std::string &inlineFile);

  std::string staging;
  WeightFiles &files;
  bool several;
  OwningOpRef<ModuleOp> joined;
  llvm::StringMap<StringAttr> paramOf;     // by type and digest: the parameter that holds this content
  llvm::StringMap<std::string> constantOf; // by the same: an entry in which it is a public constant
  llvm::StringMap<std::string> weightOf;   // and one in which it is a weight
  std::vector<std::string> inlineFiles;    // of all graphs but the first
};

} // namespace mlir::mpc

#endif
