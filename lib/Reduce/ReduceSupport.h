// Steps that the reductions and the reduction patterns share.
#ifndef LIB_REDUCE_REDUCESUPPORT_H
#define LIB_REDUCE_REDUCESUPPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace mlir::mpc {

// An operand of the op with the type of its only result; null where there is none.
Value findBypass(Operation *op);

// Zeros of a plain tensor type; null for any other type, and for what is a constant of zeros already (never: callers ask of results).
DenseElementsAttr zeroOf(Type type);

// Every use of the op's results becomes an argument of the function: the client's, but for plain values of a function that has secret ones.
void cutToArguments(Operation *op);

// The result of a plain op becomes an mpc.constant of zeros; nothing where it is one.
void replaceByZero(Operation *op);

} // namespace mlir::mpc

#endif
