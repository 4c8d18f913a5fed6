// Shapes of results, from those of operands: one place for the verifiers of mpc and share.
#ifndef DIALECTS_MPC_MPCSHAPES_H
#define DIALECTS_MPC_MPCSHAPES_H

#include "dialects/Mpc/Mpc.h"

namespace mlir::mpc {

// [..., m, n] x [..., n, p] -> [..., m, p], leading dimensions broadcast; failure where they do not fit or a rank is below 2.
FailureOr<SmallVector<int64_t>> matmulShape(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs);

// `shape` with 1 at each of `axes`; failure unless they are sorted, distinct and in [0, rank).
FailureOr<SmallVector<int64_t>> reducedShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes);

// Whether numpy's broadcast_to takes `from` to `to`.
bool broadcastsTo(ArrayRef<int64_t> from, ArrayRef<int64_t> to);

// "2x3", "scalar": for error texts.
std::string describeShape(ArrayRef<int64_t> shape);

inline ArrayRef<int64_t> shapeOf(Value value) { return llvm::cast<RankedTensorType>(value.getType()).getShape(); }
inline Type elementOf(Value value) { return llvm::cast<RankedTensorType>(value.getType()).getElementType(); }

// An error at `op` unless `value`'s shape is `expected`; `constraint` is the number in the dialect's README.
LogicalResult checkShape(Operation *op, StringRef constraint, Value value, ArrayRef<int64_t> expected);

// An error at `op` that ends with the number of the violated constraint.
LogicalResult violates(Operation *op, StringRef constraint, const Twine &what);

} // namespace mlir::mpc

#endif
