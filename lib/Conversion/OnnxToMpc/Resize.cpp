// Resize: along each dimension whose size changes, elements are chosen (nearest) or multiplied by a public matrix (linear, cubic).
// Coordinates follow ONNX's definition in f32, as ONNX Runtime computes them, so that ties fall to the same side.
#include "Windows.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

namespace {

// One dimension of `in` elements that becomes `out` elements.
struct Stretch {
  int64_t in, out;
  float scale;
};

} // namespace

// The place in the input of element `x` of the result; nullopt for a mode that is not supported.
static std::optional<float> placeOf(StringRef mode, const Stretch &s, int64_t x) {
  float at = static_cast<float>(x), in = static_cast<float>(s.in), out = static_cast<float>(s.out);
  if (mode == "half_pixel" || (mode == "pytorch_half_pixel" && s.out > 1))
    return (at + 0.5f) / s.scale - 0.5f;
  if (mode == "pytorch_half_pixel")
    return 0.0f;
  if (mode == "align_corners")
    return s.out == 1 ? 0.0f : at * (in - 1) / (out - 1);
  if (mode == "asymmetric")
    return at / s.scale;
  if (mode == "tf_half_pixel_for_nn")
    return (at + 0.5f) / s.scale;
  if (mode == "half_pixel_symmetric")
    return in / 2 * (1 - out / (s.scale * in)) + (at + 0.5f) / s.scale - 0.5f;
  return std::nullopt;
}

// The element that stands for a place between two; nullopt for an unknown rule.
static std::optional<int64_t> nearestTo(StringRef rule, float place, int64_t in) {
  float chosen;
  if (rule == "round_prefer_floor")
    chosen = place == std::floor(place) + 0.5f ? std::floor(place) : std::round(place);
  else if (rule == "round_prefer_ceil")
    chosen = std::floor(place + 0.5f);
  else if (rule == "floor")
    chosen = std::floor(place);
  else if (rule == "ceil")
    chosen = std::ceil(place);
  else
    return std::nullopt;
  return std::clamp<int64_t>(static_cast<int64_t>(chosen), 0, in - 1);
}

// Adds the weights of the input's elements at `place` to a row of `in` numbers; elements beyond the border are those at it.
static void linearWeights(MutableArrayRef<float> row, float place) {
  int64_t last = static_cast<int64_t>(row.size()) - 1;
  place = std::clamp(place, 0.0f, static_cast<float>(last));
  auto first = static_cast<int64_t>(std::floor(place));
  float rest = place - static_cast<float>(first);
  row[first] += 1 - rest;
  row[std::min(first + 1, last)] += rest;
}

// Keys' cubic convolution with parameter `a`, whose four weights are those of the elements around. `cut`: elements beyond the border count
// as absent, and the rest is scaled to a sum of 1.
static void cubicWeights(MutableArrayRef<float> row, float place, float a, bool cut) {
  int64_t last = static_cast<int64_t>(row.size()) - 1, first = static_cast<int64_t>(std::floor(place)) - 1;
  float rest = place - std::floor(place), total = 0;
  std::array<float, 4> weights;
  for (int64_t k = 0; k < 4; ++k) {
    float d = std::abs(rest - static_cast<float>(k - 1));
    weights[k] = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    if (cut && (first + k < 0 || first + k > last))
      weights[k] = 0;
    total += weights[k];
  }
  for (int64_t k = 0; k < 4; ++k)
    row[std::clamp<int64_t>(first + k, 0, last)] += cut ? weights[k] / total : weights[k];
}

static Value resizeAxis(Node &node, Value input, int64_t axis, const Stretch &s) {
  Emitter &emit = node.emit;
  StringRef mode = node.getText("mode", "nearest"), where = node.getText("coordinate_transformation_mode", "half_pixel"),
            rule = node.getText("nearest_mode", "round_prefer_floor");
  if (mode != "nearest" && mode != "linear" && mode != "cubic")
    return emit.fail("mode '" + mode + "' is not supported; nearest, linear and cubic are");
  if (s.in * s.out > (1 << 22))
    return emit.fail("a dimension of " + Twine(s.in) + " that becomes " + Twine(s.out) + " is out of bounds");
  float a = static_cast<float>(node.getReal("cubic_coeff_a", -0.75));
  bool cut = node.getInt("exclude_outside", 0) != 0;
  SmallVector<int64_t> chosen;
  std::vector<float> weights(mode == "nearest" ? 0 : s.in * s.out, 0.0f);
  for (int64_t x = 0; x < s.out; ++x) {
    std::optional<float> place = placeOf(where, s, x);
    if (!place || !std::isfinite(*place))
      return emit.fail("coordinate_transformation_mode '" + where + "' is not supported with these sizes");
    if (mode == "nearest") {
      std::optional<int64_t> element = nearestTo(rule, *place, s.in);
      if (!element)
        return emit.fail("nearest_mode '" + rule + "' is not supported");
      chosen.push_back(*element);
      continue;
    }
    MutableArrayRef<float> row = MutableArrayRef(weights).slice(x * s.in, s.in);
    if (mode == "linear")
      linearWeights(row, *place);
    else
      cubicWeights(row, *place, a, cut);
  }
  if (mode == "nearest")
    return emit.gather(input, emit.ints(chosen), axis);
  if (!isReal(input))
    return emit.fail("mode '" + mode + "' takes reals, not " + describe(input));
  Value matrix =
      emit.constant(DenseElementsAttr::get(RankedTensorType::get({s.out, s.in}, emit.builder.getF32Type()), ArrayRef<float>(weights)));
  SmallVector<int64_t> order = iota(rankOf(input));
  std::swap(order[axis], order.back());
  Value moved = emit.transpose(input, order);
  return emit.transpose(emit.matmul(moved, emit.swapLast(matrix)), order);
}

LogicalResult mlir::mpc::fromonnx::convertResize(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  int64_t rank = rankOf(input);
  std::optional<SmallVector<int64_t>> listed = node.getInts("axes");
  SmallVector<int64_t> axes = listed ? *listed : iota(rank);
  auto given = [&](size_t i) { return node.has(i) && (shapeOf(node.in(i)).empty() || shapeOf(node.in(i))[0] > 0); };
  size_t scalesAt = node.opset < 11 ? 1 : 2, sizesAt = 3;
  bool bySizes = node.opset >= 11 && given(sizesAt);
  std::optional<SmallVector<double>> values;
  if (bySizes || given(scalesAt))
    values = emit.getReals(node.in(bySizes ? sizesAt : scalesAt));
  if (!values || values->size() != axes.size())
    return node.fail("needs one size or scale known at compile time for each of " + Twine(axes.size()) + " dimensions");
  if (bySizes && node.getText("keep_aspect_ratio_policy", "stretch") != "stretch")
    return node.fail("keep_aspect_ratio_policy is supported as stretch alone");
  for (auto [given, value] : llvm::zip_equal(axes, *values)) {
    std::optional<int64_t> axis = node.axisOf(given, rank);
    if (!axis || !input)
      return failure();
    Stretch s{shapeOf(input)[*axis], 0, static_cast<float>(value)};
    if (!(value > 0 && value <= (1 << 24)) || s.in == 0)
      return node.fail("a size or scale of " + llvm::Twine(std::to_string(value)) + " for dimension " + Twine(*axis) + " is out of bounds");
    if (bySizes) {
      s.out = static_cast<int64_t>(value);
      s.scale = static_cast<float>(s.out) / static_cast<float>(s.in);
    } else {
      s.out = static_cast<int64_t>(std::floor(static_cast<float>(s.in) * s.scale));
    }
    // All modes but the one with a region of interest leave a dimension of the same size and scale 1 as it is.
    if (node.getText("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
      return node.fail("coordinate_transformation_mode 'tf_crop_and_resize' is not supported");
    if (s.out == s.in && s.scale == 1.0f)
      continue;
    if (node.getInt("antialias", 0) != 0)
      return node.fail("antialias is not supported");
    if (s.out == 0)
      return node.fail("dimension " + Twine(*axis) + " would become empty");
    input = resizeAxis(node, input, *axis, s);
  }
  return node.result(input);
}
