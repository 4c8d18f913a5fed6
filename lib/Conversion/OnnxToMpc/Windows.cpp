// Pooling by windows, and depth to space and back.
#include "Windows.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

std::optional<SmallVector<WindowAxis>> mlir::mpc::fromonnx::windowAxes(Node &node, ArrayRef<int64_t> kernel) {
  Value input = node.in(0);
  int64_t spatial = rankOf(input) - 2;
  if (spatial < 1 || spatial > 3 || static_cast<int64_t>(kernel.size()) != spatial || !isReal(input)) {
    node.emit.fail("takes reals of one to three spatial dimensions and a kernel_shape for each, found " + describe(input));
    return std::nullopt;
  }
  SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
  SmallVector<int64_t> strides = node.getInts("strides").value_or(ones), dilations = node.getInts("dilations").value_or(ones),
                       pads = node.getInts("pads").value_or(zeros);
  StringRef automatic = node.getText("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, automatic)) {
    node.emit.fail("attribute 'auto_pad': expected NOTSET, VALID, SAME_UPPER or SAME_LOWER, found '" + automatic + "'");
    return std::nullopt;
  }
  bool roundUp = node.getInt("ceil_mode", 0) != 0;
  auto sane = [&](ArrayRef<int64_t> values, int64_t count, int64_t least) {
    return static_cast<int64_t>(values.size()) == count && llvm::all_of(values, [&](int64_t v) { return v >= least && v <= (1 << 20); });
  };
  if (!sane(strides, spatial, 1) || !sane(dilations, spatial, 1) || !sane(pads, 2 * spatial, 0) || !sane(kernel, spatial, 1)) {
    node.emit.fail("its kernel_shape, strides, dilations or pads are out of bounds");
    return std::nullopt;
  }
  SmallVector<WindowAxis> axes;
  for (int64_t d = 0; d < spatial; ++d) {
    WindowAxis axis{shapeOf(input)[d + 2], kernel[d], strides[d], dilations[d], pads[d], pads[d + spatial], 0};
    int64_t reach = axis.dilation * (axis.window - 1) + 1;
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      int64_t wanted = (axis.size + axis.stride - 1) / axis.stride;
      int64_t total = std::max<int64_t>(0, (wanted - 1) * axis.stride + reach - axis.size);
      axis.before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      axis.after = total - axis.before;
    } else if (automatic == "VALID") {
      axis.before = axis.after = 0;
    }
    int64_t span = axis.size + axis.before + axis.after - reach;
    if (span < 0) {
      node.emit.fail("the window is larger than its input");
      return std::nullopt;
    }
    axis.count = (roundUp ? (span + axis.stride - 1) / axis.stride : span / axis.stride) + 1;
    // A window that would begin behind the input is left out.
    if (roundUp && (axis.count - 1) * axis.stride >= axis.size + axis.before)
      --axis.count;
    axes.push_back(axis);
  }
  return axes;
}

static std::optional<SmallVector<WindowAxis>> poolAxes(Node &node) {
  return windowAxes(node, node.getInts("kernel_shape").value_or(SmallVector<int64_t>()));
}

// Elements of every window as a new last dimension: [N, C, windows..., places]. A place outside the input repeats one of the same window,
// and `inside` (where asked for) says which are real: a maximum does not mind a repetition, a mean counts.
static Value gatherWindows(Node &node, ArrayRef<WindowAxis> axes, SmallVector<bool> *inside) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  int64_t places = 1, windows = 1, rows = shapeOf(input)[0] * shapeOf(input)[1], flat = 1;
  for (const WindowAxis &axis : axes) {
    places *= axis.window;
    windows *= axis.count;
    flat *= axis.size;
  }
  if (places > 4096 || windows * places > (1 << 22))
    return emit.fail("windows of " + Twine(places) + " places, " + Twine(windows) + " of them, are out of bounds");
  SmallVector<int64_t> indices;
  SmallVector<int64_t> at(axes.size()), in(axes.size());
  for (int64_t w = 0; w < windows; ++w) {
    int64_t rest = w;
    for (int64_t d = static_cast<int64_t>(axes.size()) - 1; d >= 0; --d) {
      at[d] = rest % axes[d].count;
      rest /= axes[d].count;
    }
    for (int64_t p = 0; p < places; ++p) {
      int64_t index = 0;
      bool real = true;
      rest = p;
      for (int64_t d = static_cast<int64_t>(axes.size()) - 1; d >= 0; --d) {
        in[d] = rest % axes[d].window;
        rest /= axes[d].window;
      }
      for (size_t d = 0; d < axes.size(); ++d) {
        int64_t j = in[d];
        if (!axes[d].inside(at[d], j)) {
          real = false;
          for (j = 0; j < axes[d].window && !axes[d].inside(at[d], j); ++j) {
          }
        }
        if (j == axes[d].window)
          return emit.fail("a window lies outside its input altogether");
        index = index * axes[d].size + axes[d].place(at[d], j);
      }
      indices.push_back(index);
      if (inside)
        inside->push_back(real);
    }
  }
  SmallVector<int64_t> shape{shapeOf(input)[0], shapeOf(input)[1]};
  for (const WindowAxis &axis : axes)
    shape.push_back(axis.count);
  shape.push_back(places);
  Value gathered = emit.gather(emit.reshape(input, {rows, flat}), emit.ints(indices), 1);
  return emit.reshape(gathered, shape);
}

static LogicalResult convertMaxPool(Node &node) {
  if (node.wants(1))
    return node.fail("its output of indices is not supported");
  std::optional<SmallVector<WindowAxis>> axes = poolAxes(node);
  if (!axes)
    return failure();
  Value windows = gatherWindows(node, *axes, nullptr);
  return node.result(windows ? node.emit.reduce("max", windows, {rankOf(windows) - 1}, false) : windows);
}

// Each place times 1 / (places that count): of those in the input, or with count_include_pad of all that the pads hold.
static LogicalResult convertAveragePool(Node &node) {
  Emitter &emit = node.emit;
  std::optional<SmallVector<WindowAxis>> axes = poolAxes(node);
  if (!axes)
    return failure();
  SmallVector<bool> inside;
  Value windows = gatherWindows(node, *axes, &inside);
  if (!windows)
    return failure();
  bool countPads = node.getInt("count_include_pad", 0) != 0;
  int64_t places = shapeOf(windows).back(), count = static_cast<int64_t>(inside.size()) / places;
  SmallVector<float> weights;
  SmallVector<int64_t> shape;
  for (const WindowAxis &axis : *axes)
    shape.push_back(axis.count);
  for (int64_t w = 0; w < count; ++w) {
    int64_t divisor = 0, rest = w, padded = 1;
    for (int64_t p = 0; p < places; ++p)
      divisor += inside[w * places + p];
    for (int64_t d = static_cast<int64_t>(axes->size()) - 1; d >= 0; --d) {
      const WindowAxis &axis = (*axes)[d];
      int64_t held = 0, i = rest % axis.count;
      for (int64_t j = 0; j < axis.window; ++j)
        held += axis.place(i, j) < axis.size + axis.after;
      padded *= held;
      rest /= axis.count;
    }
    for (int64_t p = 0; p < places; ++p)
      weights.push_back(inside[w * places + p] ? 1.0f / static_cast<float>(countPads ? padded : divisor) : 0.0f);
  }
  shape.push_back(places);
  Value factor = emit.constant(DenseElementsAttr::get(RankedTensorType::get(shape, emit.builder.getF32Type()), ArrayRef<float>(weights)));
  return node.result(emit.reduce("sum", emit.mul(windows, factor), {rankOf(windows) - 1}, false));
}

static LogicalResult convertGlobalMaxPool(Node &node) {
  if (rankOf(node.in(0)) < 3)
    return node.fail("needs at least 3 dimensions, found " + describe(node.in(0)));
  return node.result(node.emit.reduce("max", node.in(0), iota(2, rankOf(node.in(0))), true));
}

//===-- Depth to space ---------------------------------------------------------------------------------------------===//

static LogicalResult convertDepthToSpace(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  int64_t b = node.getInt("blocksize", 0);
  StringRef mode = node.getText("mode", "DCR");
  if (rankOf(input) != 4 || b < 1 || b > (1 << 15) || shapeOf(input)[1] % (b * b) != 0 || (mode != "DCR" && mode != "CRD"))
    return node.fail("takes 4 dimensions and channels in blocks, mode DCR or CRD; found " + describe(input));
  ArrayRef<int64_t> s = shapeOf(input);
  int64_t n = s[0], c = s[1] / (b * b), h = s[2], w = s[3];
  bool depthFirst = mode == "DCR";
  Value blocks = depthFirst ? emit.reshape(input, {n, b, b, c, h, w}) : emit.reshape(input, {n, c, b, b, h, w});
  Value spread = emit.transpose(blocks, depthFirst ? ArrayRef<int64_t>({0, 3, 4, 1, 5, 2}) : ArrayRef<int64_t>({0, 1, 4, 2, 5, 3}));
  return node.result(emit.reshape(spread, {n, c, h * b, w * b}));
}

static LogicalResult convertSpaceToDepth(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  int64_t b = node.getInt("blocksize", 0);
  if (rankOf(input) != 4 || b < 1 || b > (1 << 15) || shapeOf(input)[2] % b != 0 || shapeOf(input)[3] % b != 0)
    return node.fail("takes 4 dimensions, the last two in blocks; found " + describe(input));
  ArrayRef<int64_t> s = shapeOf(input);
  int64_t n = s[0], c = s[1], h = s[2] / b, w = s[3] / b;
  Value blocks = emit.transpose(emit.reshape(input, {n, c, h, b, w, b}), {0, 3, 5, 1, 2, 4});
  return node.result(emit.reshape(blocks, {n, c * b * b, h, w}));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::windowRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "AveragePool", 7, kLast, 1, convertAveragePool, "one to three spatial dimensions"},
      {"", "Conv", 1, kLast, 2, convertConv, "one to three spatial dimensions"},
      {"", "DepthToSpace", 11, kLast, 1, convertDepthToSpace, ""},
      {"", "GlobalMaxPool", 1, kLast, 1, convertGlobalMaxPool, ""},
      {"", "MaxPool", 8, kLast, 1, convertMaxPool, "one to three spatial dimensions, output 0"},
      {"", "Resize", 10, kLast, 1, convertResize, "sizes or scales known at compile time; no region of interest, no antialias"},
      {"", "SpaceToDepth", 1, kLast, 1, convertSpaceToDepth, ""},
  };
  return rules;
}
