// Convolutions, as in the stems of vision and speech models: patches are slices, one a place of the kernel, and a matrix product sums them.
#include "Windows.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// Zeros around the input's spatial dimensions.
static Value padWithZeros(Emitter &emit, Value input, ArrayRef<WindowAxis> axes) {
  for (size_t d = 0; d < axes.size() && input; ++d) {
    SmallVector<Value> parts;
    auto pad = [&](int64_t size) {
      SmallVector<int64_t> shape(shapeOf(input));
      shape[d + 2] = size;
      if (size > 0)
        parts.push_back(emit.splat(shape, elementOf(input), 0));
    };
    pad(axes[d].before);
    parts.push_back(input);
    pad(axes[d].after);
    input = emit.concat(parts, static_cast<int64_t>(d) + 2);
  }
  return input;
}

LogicalResult mlir::mpc::fromonnx::convertConv(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), kernel = node.in(1);
  int64_t groups = node.getInt("group", 1);
  if (rankOf(input) < 3 || rankOf(kernel) != rankOf(input) || groups < 1 || shapeOf(input)[1] % groups != 0 ||
      shapeOf(kernel)[0] % groups != 0 || shapeOf(kernel)[1] != shapeOf(input)[1] / groups || !isReal(kernel))
    return node.fail("takes one to three spatial dimensions and groups of channels, found " + describe(input) + " and " + describe(kernel));
  SmallVector<int64_t> window(shapeOf(kernel).drop_front(2));
  if (node.getInts("kernel_shape").value_or(window) != window)
    return node.fail("attribute 'kernel_shape' does not fit " + describe(kernel));
  std::optional<SmallVector<WindowAxis>> axes = windowAxes(node, window);
  if (!axes)
    return failure();
  int64_t batch = shapeOf(input)[0], channels = shapeOf(input)[1], filters = shapeOf(kernel)[0], places = countOf(window), positions = 1;
  if (places > 4096)
    return node.fail("a kernel of " + Twine(places) + " places is not supported; up to 4096 are");
  SmallVector<int64_t> shape{batch, filters};
  for (const WindowAxis &axis : *axes) {
    shape.push_back(axis.count);
    positions *= axis.count;
  }
  input = padWithZeros(emit, input, *axes);
  if (!input)
    return failure();
  // Patches [N, C, places, positions], in the kernel's order (channel, place).
  SmallVector<Value> patches;
  for (int64_t place = 0; place < places; ++place) {
    SmallVector<int64_t> offsets{0, 0}, sizes{batch, channels}, steps{1, 1};
    int64_t rest = place, below = places;
    for (const WindowAxis &axis : *axes) {
      below /= axis.window;
      offsets.push_back(rest / below * axis.dilation);
      sizes.push_back(axis.count);
      steps.push_back(axis.stride);
      rest %= below;
    }
    patches.push_back(emit.reshape(emit.slice(input, offsets, sizes, steps), {batch, channels, 1, positions}));
  }
  Value columns = emit.concat(patches, 2), sums;
  if (groups == 1) {
    sums = emit.matmul(emit.reshape(kernel, {filters, channels * places}), emit.reshape(columns, {batch, channels * places, positions}));
  } else { // a product for each group
    int64_t inner = channels / groups * places;
    sums = emit.matmul(emit.reshape(kernel, {groups, filters / groups, inner}), emit.reshape(columns, {batch, groups, inner, positions}));
    sums = emit.reshape(sums, {batch, filters, positions});
  }
  if (node.has(2) && sums)
    sums = emit.add(sums, emit.reshape(node.in(2), {filters, 1}));
  return node.result(emit.reshape(sums, shape));
}
