// The converter of Resize, whose rule stands with those of pooling.
#ifndef LIB_CONVERSION_ONNXTOMPC_RESIZE_H
#define LIB_CONVERSION_ONNXTOMPC_RESIZE_H

#include "Node.h"

namespace mlir::mpc::fromonnx {

LogicalResult convertResize(Node &node);

} // namespace mlir::mpc::fromonnx

#endif
