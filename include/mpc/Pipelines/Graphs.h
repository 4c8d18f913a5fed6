// The graphs of a bundle in one module: imported on their own, then joined, with weights that are the same held once.
#ifndef MPC_PIPELINES_GRAPHS_H
#define MPC_PIPELINES_GRAPHS_H

#include "mlir/IR/OwningOpRef.h"
#include "mpc/Pipelines/Compile.h"

namespace mlir::mpc {

// Where the files are that mpc.param ops name: absolute, or inside the staged bundle.
using WeightFiles = std::map<std::string, std::string>;

// Imports options.graphs: a module with one function for each entry. Shapes come from --bind and from the entry's first case. Two
// parameters of one type and the same bytes become one, whichever their names are; other parameters of one name get the entry's name
// before theirs. `files` gets every file that a parameter names; weights without a file of their own are written to `staging`. Null, with a
// diagnostic, for a graph that does not import, an option that no graph knows, and for bytes that are a weight in one graph and
// a public constant in another.
OwningOpRef<ModuleOp> importGraphs(const CompileOptions &options, MLIRContext &context, StringRef staging, WeightFiles &files);

} // namespace mlir::mpc

#endif
