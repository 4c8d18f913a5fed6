// The table of ONNX ops that the conversion to mpc knows.
#ifndef MPC_CONVERSION_ONNXOPS_H
#define MPC_CONVERSION_ONNXOPS_H

#include "llvm/Support/raw_ostream.h"

namespace mlir::mpc {

// The table as Markdown: docs/generated/onnx-ops.md.
void printOnnxOps(llvm::raw_ostream &out);

} // namespace mlir::mpc

#endif
