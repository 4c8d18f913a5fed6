// What pools and convolutions share: windows over the spatial dimensions of input 0.
#ifndef LIB_CONVERSION_ONNXTOMPC_WINDOWS_H
#define LIB_CONVERSION_ONNXTOMPC_WINDOWS_H

#include "Node.h"

namespace mlir::mpc::fromonnx {

// Windows along one spatial dimension: where each begins (pads before the input count as negative places), and the input's size.
struct WindowAxis {
  int64_t size = 0, window = 1, stride = 1, dilation = 1, before = 0, after = 0, count = 0;

  // Place in the input of element `j` of window `i`.
  int64_t place(int64_t i, int64_t j) const { return i * stride - before + j * dilation; }
  bool inside(int64_t i, int64_t j) const { return place(i, j) >= 0 && place(i, j) < size; }
};

// One for each spatial dimension, by the attributes strides, dilations, pads, auto_pad and ceil_mode; an error where they do not fit.
std::optional<SmallVector<WindowAxis>> windowAxes(Node &node, ArrayRef<int64_t> kernel);

LogicalResult convertConv(Node &node);
LogicalResult convertResize(Node &node);

} // namespace mlir::mpc::fromonnx

#endif
