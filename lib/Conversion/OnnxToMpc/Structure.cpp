// Ops that move elements.
#include "Node.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static LogicalResult convertReshape(Node &node) {
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> shape = node.constInts(1, "shape");
  if (!shape)
    return failure();
  bool allowZero = node.getInt("allowzero", 0) != 0;
  int64_t count = 1, unknown = -1, total = 1;
  for (int64_t dim : shapeOf(input))
    total *= dim;
  for (auto [d, dim] : llvm::enumerate(*shape)) {
    if (dim == 0 && !allowZero) {
      if (static_cast<int64_t>(d) >= rankOf(input))
        return node.fail("dimension " + Twine(d) + " of the shape is 0, and " + describe(input) + " has none to copy");
      dim = shapeOf(input)[d];
    }
    if (dim < -1 || (dim == -1 && unknown >= 0))
      return node.fail("the shape has a dimension of " + Twine(dim) + (dim == -1 ? ", twice" : ""));
    if (dim == -1)
      unknown = static_cast<int64_t>(d);
    else if (dim != 0 && count > (int64_t(1) << 40) / dim)
      return node.fail("the shape is out of bounds");
    else
      count *= dim;
  }
  if (unknown >= 0) {
    // Where the rest is empty, -1 could be anything; 0 is what keeps the count.
    if (count != 0 && total % count != 0)
      return node.fail("no size of dimension " + Twine(unknown) + " makes room for " + describe(input));
    (*shape)[unknown] = count == 0 ? 0 : total / count;
  }
  return node.result(node.emit.reshape(input, *shape));
}

static LogicalResult convertTranspose(Node &node) {
  SmallVector<int64_t> reversed = iota(rankOf(node.in(0)));
  std::reverse(reversed.begin(), reversed.end());
  return node.result(node.emit.transpose(node.in(0), node.getInts("perm").value_or(reversed)));
}

static LogicalResult convertFlatten(Node &node) {
  Value input = node.in(0);
  int64_t axis = node.getInt("axis", 1), rank = rankOf(input);
  if (axis < -rank || axis > rank)
    return node.fail("axis " + Twine(axis) + " does not fit " + describe(input));
  int64_t rows = 1, columns = 1;
  for (auto [d, dim] : llvm::enumerate(shapeOf(input)))
    (static_cast<int64_t>(d) < (axis < 0 ? axis + rank : axis) ? rows : columns) *= dim;
  return node.result(node.emit.reshape(input, {rows, columns}));
}

static LogicalResult convertSqueeze(Node &node) {
  Value input = node.in(0);
  bool given = node.find("axes") || node.has(1);
  std::optional<SmallVector<int64_t>> listed = node.intsFrom("axes", 1);
  std::optional<SmallVector<int64_t>> axes = listed ? node.axesOf(*listed, rankOf(input)) : std::nullopt;
  if (!axes)
    return failure();
  SmallVector<int64_t> shape;
  for (auto [d, dim] : llvm::enumerate(shapeOf(input))) {
    bool drop = given ? llvm::is_contained(*axes, static_cast<int64_t>(d)) : dim == 1;
    if (drop && dim != 1)
      return node.fail("dimension " + Twine(d) + " of " + describe(input) + " is not 1");
    if (!drop)
      shape.push_back(dim);
  }
  return node.result(node.emit.reshape(input, shape));
}

static LogicalResult convertUnsqueeze(Node &node) {
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> listed = node.intsFrom("axes", 1);
  std::optional<SmallVector<int64_t>> axes =
      listed ? node.axesOf(*listed, rankOf(input) + static_cast<int64_t>(listed->size())) : std::nullopt;
  return axes ? node.result(node.emit.insertAxes(input, *axes)) : failure();
}

static LogicalResult convertConcat(Node &node) {
  for (Value input : node.inputs)
    if (!input)
      return node.fail("an input is left out");
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(node.in(0)));
  return axis ? node.result(node.emit.concat(node.inputs, *axis)) : failure();
}

static LogicalResult convertSlice(Node &node) {
  Value input = node.in(0);
  int64_t rank = rankOf(input);
  std::optional<SmallVector<int64_t>> starts = node.constInts(1, "starts"), ends = node.constInts(2, "ends");
  if (!starts || !ends)
    return failure();
  SmallVector<int64_t> all = iota(static_cast<int64_t>(starts->size())), ones(starts->size(), 1);
  std::optional<SmallVector<int64_t>> axes = node.has(3) ? node.constInts(3, "axes") : all,
                                      steps = node.has(4) ? node.constInts(4, "steps") : ones;
  if (!axes || !steps)
    return failure();
  if (ends->size() != starts->size() || axes->size() != starts->size() || steps->size() != starts->size())
    return node.fail("starts, ends, axes and steps differ in length");
  SmallVector<int64_t> offsets(rank, 0), sizes(shapeOf(input)), strides(rank, 1);
  SmallVector<bool> seen(rank, false);
  for (size_t i = 0; i < starts->size(); ++i) {
    std::optional<int64_t> axis = node.axisOf((*axes)[i], rank);
    if (!axis)
      return failure();
    int64_t dim = sizes[*axis], step = (*steps)[i], start = (*starts)[i], end = (*ends)[i];
    if (step == 0 || seen[*axis])
      return node.fail(step == 0 ? Twine("a step is 0") : "axis " + Twine(*axis) + " is given twice");
    seen[*axis] = true;
    // Bounds count from the end where negative, and are cut to what exists: INT64_MIN and INT64_MAX occur.
    start = start < 0 ? start + dim : start;
    end = end < 0 ? end + dim : end;
    if (step > 0) {
      start = std::clamp<int64_t>(start, 0, dim);
      end = std::clamp<int64_t>(end, 0, dim);
    } else if (dim > 0) {
      start = std::clamp<int64_t>(start, 0, dim - 1);
      end = std::clamp<int64_t>(end, -1, dim - 1);
    }
    __int128 span = step > 0 ? static_cast<__int128>(end) - start : static_cast<__int128>(start) - end;
    __int128 stride = step > 0 ? static_cast<__int128>(step) : -static_cast<__int128>(step);
    sizes[*axis] = dim == 0 || span <= 0 ? 0 : static_cast<int64_t>((span + stride - 1) / stride);
    offsets[*axis] = start;
    strides[*axis] = step;
  }
  return node.result(node.emit.slice(input, offsets, sizes, strides));
}

static LogicalResult convertSplit(Node &node) {
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(input));
  std::optional<SmallVector<int64_t>> sizes =
      node.opset < 13 ? node.getInts("split").value_or(SmallVector<int64_t>()) : node.intsFrom("split", 1);
  if (!axis || !sizes)
    return failure();
  int64_t dim = shapeOf(input)[*axis], parts = static_cast<int64_t>(node.outputs.size());
  if (sizes->empty()) {
    int64_t count = node.getInt("num_outputs", parts);
    if (count != parts || parts == 0)
      return node.fail("num_outputs is " + Twine(count) + ", the node has " + Twine(parts));
    if (node.opset < 18 && dim % parts != 0)
      return node.fail("dimension " + Twine(*axis) + " of " + describe(input) + " has no " + Twine(parts) + " equal parts");
    int64_t chunk = (dim + parts - 1) / parts;
    for (int64_t i = 0, left = dim; i < parts; ++i, left -= sizes->back())
      sizes->push_back(std::min(chunk, left));
  }
  if (static_cast<int64_t>(sizes->size()) != parts)
    return node.fail("has " + Twine(sizes->size()) + " sizes for " + Twine(parts) + " outputs");
  int64_t at = 0;
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    Value part = node.emit.sliceAxis(input, *axis, at, size);
    if (!part)
      return failure();
    node.set(i, part);
    at += size;
  }
  return at == dim ? success() : node.fail("sizes add up to " + Twine(at) + ", not " + Twine(dim));
}

static LogicalResult convertExpand(Node &node) {
  std::optional<SmallVector<int64_t>> shape = node.constInts(1, "shape");
  if (!shape)
    return failure();
  FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(node.in(0)), *shape);
  return node.result(node.emit.broadcast(node.in(0), failed(joined) ? *shape : *joined));
}

// [a, b] tiled (r, s) times is [1, a, 1, b] broadcast to [r, a, s, b].
static LogicalResult convertTile(Node &node) {
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> repeats = node.constInts(1, "repeats");
  if (!repeats)
    return failure();
  if (static_cast<int64_t>(repeats->size()) != rankOf(input))
    return node.fail(Twine(repeats->size()) + " repeats do not fit " + describe(input));
  SmallVector<int64_t> single, many, flat;
  for (auto [dim, count] : llvm::zip_equal(shapeOf(input), *repeats)) {
    if (count < 0 || count > (1 << 24))
      return node.fail("a dimension cannot repeat " + Twine(count) + " times");
    single.append({1, dim});
    many.append({count, dim});
    flat.push_back(count * dim);
  }
  if (ArrayRef<int64_t>(flat) == shapeOf(input))
    return node.result(input);
  return node.result(node.emit.reshape(node.emit.broadcast(node.emit.reshape(input, single), many), flat));
}

// Pads that repeat elements: the last one (edge), mirrored without it (reflect), or from the other end (wrap).
static Value padByCopies(Node &node, Value input, int64_t axis, int64_t before, int64_t after, StringRef mode) {
  int64_t n = shapeOf(input)[axis], period = mode == "reflect" ? 2 * n - 2 : n;
  if (n == 0 || before > (1 << 20) || after > (1 << 20))
    return node.emit.fail("cannot pad " + describe(input) + " by copies");
  SmallVector<int64_t> from;
  for (int64_t i = -before; i < n + after; ++i) {
    int64_t at = period == 0 ? 0 : ((i % period) + period) % period;
    from.push_back(mode == "edge" ? std::clamp<int64_t>(i, 0, n - 1) : at < n ? at : period - at);
  }
  return node.emit.gather(input, node.emit.ints(from), axis);
}

static LogicalResult convertPad(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  int64_t rank = rankOf(input);
  StringRef mode = node.getText("mode", "constant");
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, mode))
    return node.fail("attribute 'mode': expected constant, reflect, edge or wrap, found '" + mode + "'");
  std::optional<SmallVector<int64_t>> pads = node.constInts(1, "pads");
  SmallVector<int64_t> all = iota(rank);
  std::optional<SmallVector<int64_t>> axes = node.has(3) ? node.constInts(3, "axes") : all;
  Value value = node.has(2) && mode == "constant" ? node.in(2) : emit.scalarLike(input, 0);
  if (!pads || !axes)
    return failure();
  if (elementOf(value) != elementOf(input) || llvm::cast<RankedTensorType>(value.getType()).getNumElements() != 1)
    return node.fail("constant_value must be one number, found " + describe(value));
  value = emit.reshape(value, SmallVector<int64_t>(rank, 1));
  if (pads->size() != 2 * axes->size())
    return node.fail(Twine(pads->size()) + " pads for " + Twine(axes->size()) + " axes");
  for (size_t i = 0; i < axes->size() && input; ++i) {
    std::optional<int64_t> axis = node.axisOf((*axes)[i], rank);
    if (!axis)
      return failure();
    int64_t before = (*pads)[i], after = (*pads)[i + axes->size()];
    auto isSmall = [](int64_t pad) { return pad >= -(1 << 30) && pad <= 1 << 30; };
    if (!isSmall(before) || !isSmall(after))
      return node.fail("a pad is out of bounds");
    int64_t cutFront = std::max<int64_t>(-before, 0), cutBack = std::max<int64_t>(-after, 0);
    input = emit.sliceAxis(input, *axis, cutFront, shapeOf(input)[*axis] - cutFront - cutBack);
    if (!input)
      return failure();
    if (mode != "constant") {
      input = padByCopies(node, input, *axis, std::max<int64_t>(before, 0), std::max<int64_t>(after, 0), mode);
      continue;
    }
    SmallVector<Value> parts;
    auto fill = [&](int64_t size) {
      SmallVector<int64_t> shape(shapeOf(input));
      shape[*axis] = size;
      if (size > 0)
        parts.push_back(emit.broadcast(value, shape));
    };
    fill(before);
    parts.push_back(input);
    fill(after);
    input = emit.concat(parts, *axis);
  }
  return node.result(input);
}

// The other triangle becomes 0 by a public choice.
static LogicalResult convertTrilu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> diagonal = node.has(1) ? node.constInts(1, "k") : SmallVector<int64_t>{0};
  if (!diagonal)
    return failure();
  if (diagonal->size() != 1 || rankOf(input) < 2)
    return node.fail("needs one diagonal and at least 2 dimensions, found " + describe(input));
  bool upper = node.getInt("upper", 1) != 0;
  int64_t rows = shapeOf(input)[rankOf(input) - 2], columns = shapeOf(input).back();
  if (rows * columns > (1 << 22))
    return node.fail("a triangle of " + Twine(rows) + " by " + Twine(columns) + " is out of bounds");
  SmallVector<bool> keep;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      keep.push_back(upper ? static_cast<__int128>(c) - r >= diagonal->front() : static_cast<__int128>(c) - r <= diagonal->front());
  Value mask =
      emit.constant(DenseElementsAttr::get(RankedTensorType::get({rows, columns}, emit.builder.getI1Type()), ArrayRef<bool>(keep)));
  return node.result(emit.where(mask, input, emit.scalarLike(input, 0)));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::structureRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Concat", 4, kLast, 1, convertConcat, ""},
      {"", "Expand", 8, kLast, 2, convertExpand, "shape known at compile time"},
      {"", "Flatten", 9, kLast, 1, convertFlatten, ""},
      {"", "Pad", 11, kLast, 2, convertPad, "pads known at compile time"},
      {"", "Reshape", 5, kLast, 2, convertReshape, "shape known at compile time"},
      {"", "Slice", 10, kLast, 3, convertSlice, "bounds known at compile time"},
      {"", "Split", 2, kLast, 1, convertSplit, "sizes known at compile time"},
      {"", "Squeeze", 1, kLast, 1, convertSqueeze, ""},
      {"", "Tile", 6, kLast, 2, convertTile, "repeats known at compile time"},
      {"", "Transpose", 1, kLast, 1, convertTranspose, ""},
      {"", "Trilu", 14, kLast, 1, convertTrilu, "diagonal known at compile time"},
      {"", "Unsqueeze", 1, kLast, 1, convertUnsqueeze, ""},
  };
  return rules;
}
