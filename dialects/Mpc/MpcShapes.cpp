// Shapes of results, from those of operands.
#include "dialects/Mpc/MpcShapes.h"

using namespace mlir;
using namespace mlir::mpc;

FailureOr<SmallVector<int64_t>> mlir::mpc::broadcastShapes(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  SmallVector<int64_t> shape(std::max(lhs.size(), rhs.size()));
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t a = i < lhs.size() ? lhs[lhs.size() - 1 - i] : 1;
    int64_t b = i < rhs.size() ? rhs[rhs.size() - 1 - i] : 1;
    if (a != b && a != 1 && b != 1)
      return failure();
    shape[shape.size() - 1 - i] = a == 1 ? b : a;
  }
  return shape;
}

FailureOr<SmallVector<int64_t>> mlir::mpc::matmulShape(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  if (lhs.size() < 2 || rhs.size() < 2 || lhs.back() != rhs[rhs.size() - 2])
    return failure();
  auto shape = broadcastShapes(lhs.drop_back(2), rhs.drop_back(2));
  if (failed(shape))
    return failure();
  shape->push_back(lhs[lhs.size() - 2]);
  shape->push_back(rhs.back());
  return shape;
}

FailureOr<SmallVector<int64_t>> mlir::mpc::reducedShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> reduced(shape);
  int64_t previous = -1;
  for (int64_t axis : axes) {
    if (axis <= previous || axis >= static_cast<int64_t>(shape.size()))
      return failure();
    reduced[axis] = 1;
    previous = axis;
  }
  return reduced;
}

bool mlir::mpc::broadcastsTo(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  auto shape = broadcastShapes(from, to);
  return succeeded(shape) && ArrayRef<int64_t>(*shape) == to;
}

std::string mlir::mpc::describeShape(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(shape, stream, "x");
  return text;
}

LogicalResult mlir::mpc::violates(Operation *op, StringRef constraint, const Twine &what) {
  return op->emitOpError() << what << " (" << constraint << ")";
}

LogicalResult mlir::mpc::checkShape(Operation *op, StringRef constraint, Value value, ArrayRef<int64_t> expected) {
  if (shapeOf(value) == expected)
    return success();
  return violates(op, constraint, "shape must be " + describeShape(expected) + ", not " + describeShape(shapeOf(value)));
}
