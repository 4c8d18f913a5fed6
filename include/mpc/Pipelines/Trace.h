// What each pass did and chose: the output of --mpc-debug. Names, types, counts, ranges and formats are printed, elements of constants and
// weights never are.
#ifndef MPC_PIPELINES_TRACE_H
#define MPC_PIPELINES_TRACE_H

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace mlir::mpc {

// Adds an instrumentation that prints to `out`, after each pass named in `passes` (every pass where that is empty): seconds, ops before and
// after, what became of the ops of each ONNX node, and for some passes what was chosen and why (formats by ranges, approximations by
// errors, owners, rounds). The module must not be processed by several threads.
void enableTrace(PassManager &manager, std::vector<std::string> passes, llvm::raw_ostream &out);

// "a,b" as {"a", "b"}; empty for "" and "all".
std::vector<std::string> parseTracedPasses(StringRef text);

} // namespace mlir::mpc

#endif
