// Look-ups at secret indices, before types say what is secret.
#ifndef LIB_TRANSFORMS_SECRETLOOKUPS_H
#define LIB_TRANSFORMS_SECRETLOOKUPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/OwnerAnalysis.h"

namespace mlir::mpc {

// mpc.gather and mpc.gather_nd whose indices are not public become embeddings between moves; where one did, `changed` and the analysis is
// of another function. Fails, with an error at the op, where the one-hot vectors would be out of bounds.
LogicalResult rewriteSecretLookups(func::FuncOp function, OwnerAnalysis &owners, bool &changed);

} // namespace mlir::mpc

#endif
