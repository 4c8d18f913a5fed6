// Checks that the verifiers of the share dialect have in common.
#ifndef DIALECTS_SHARE_SHAREVERIFY_H
#define DIALECTS_SHARE_SHAREVERIFY_H

#include "dialects/Mpc/MpcShapes.h"
#include "dialects/Share/Share.h"

namespace mlir::share {

// Width and fraction of a value's elements; nullopt for bits and plain elements.
std::optional<RingFormat> formatOf(Value value);

// Masked and masked, additive and additive, public and public.
bool sameKind(Type a, Type b);

// SHARE-C1: `address` is not negative, `round` at least 1, `receiver` 1 or 2, where they are there.
LogicalResult checkAddress(Operation *op);

// The result has the broadcast shape of both operands.
LogicalResult checkBroadcast(Operation *op, StringRef constraint, Value lhs, Value rhs);

// SHARE-C14: the result has the shape of the matrix product of operands 0 and 1.
LogicalResult checkMatmulShape(Operation *op);

} // namespace mlir::share

#endif
