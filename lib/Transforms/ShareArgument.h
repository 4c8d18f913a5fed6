// Arguments that computations read as they are.
#ifndef LIB_TRANSFORMS_SHAREARGUMENT_H
#define LIB_TRANSFORMS_SHAREARGUMENT_H

#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::mpc {

// Has the argument's owner share it first: uses outside of mpc.owned regions read the result of an mpc.owned that yields the argument as
// it is. Nothing changes where there are no such uses.
void shareArgument(func::FuncOp function, BlockArgument argument);

} // namespace mlir::mpc

#endif
