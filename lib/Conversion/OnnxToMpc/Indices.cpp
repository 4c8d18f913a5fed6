// Ops that read at indices or make them.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// A lookup in a table of two dimensions by indices that depend on the inputs is an embedding: a secret index makes it a gate. All other
// lookups need public indices.
static LogicalResult convertGather(Node &node) {
  Emitter &emit = node.emit;
  Value data = node.in(0), indices = node.in(1);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(data));
  if (!axis)
    return failure();
  if (!isInt(indices))
    return node.fail("indices must be integers, not " + describe(indices));
  if (*axis == 0 && isReal(data) && rankOf(data) == 2 && !emit.getConstant(indices)) {
    SmallVector<int64_t> shape(shapeOf(indices));
    shape.push_back(shapeOf(data)[1]);
    return node.result(
        emit.finish(emit.builder.create<EmbeddingOp>(emit.loc, RankedTensorType::get(shape, elementOf(data)), indices, data)));
  }
  // One element, known: a slice says so, and has an axis less.
  if (std::optional<SmallVector<int64_t>> known = emit.getInts(indices); known && known->size() == 1 && !emit.getConstant(data)) {
    int64_t dim = shapeOf(data)[*axis], at = known->front() < 0 ? known->front() + dim : known->front();
    if (at < 0 || at >= dim)
      return node.fail("index " + Twine(known->front()) + " is outside dimension " + Twine(*axis) + " of " + describe(data));
    SmallVector<int64_t> shape(shapeOf(data).take_front(*axis));
    llvm::append_range(shape, shapeOf(indices));
    llvm::append_range(shape, shapeOf(data).drop_front(*axis + 1));
    return node.result(emit.reshape(emit.sliceAxis(data, *axis, at, 1), shape));
  }
  return node.result(emit.gather(data, indices, *axis));
}

static LogicalResult convertGatherNd(Node &node) {
  Emitter &emit = node.emit;
  Value data = node.in(0), indices = node.in(1);
  int64_t batch = node.getInt("batch_dims", 0);
  ArrayRef<int64_t> in = shapeOf(data), at = shapeOf(indices);
  int64_t depth = at.empty() ? 0 : at.back();
  if (!isInt(indices) || batch < 0 || batch >= rankOf(indices) || depth < 1 || batch + depth > rankOf(data) ||
      in.take_front(batch) != at.take_front(batch))
    return node.fail("indices " + describe(indices) + " do not fit " + describe(data) + " with " + Twine(batch) + " batch dimensions");
  SmallVector<int64_t> shape(at.drop_back());
  llvm::append_range(shape, in.drop_front(batch + depth));
  return node.result(
      emit.finish(emit.builder.create<GatherNdOp>(emit.loc, RankedTensorType::get(shape, elementOf(data)), data, indices, batch)));
}

// out[i, j] = data[i, index[i, j]] for the last of two axes: a gather_nd at indices completed by positions. Where all elements are equal,
// as in a buffer of segment ids, the indices do not matter, and may be secret.
static LogicalResult convertGatherElements(Node &node) {
  Emitter &emit = node.emit;
  Value data = node.in(0), indices = node.in(1);
  int64_t rank = rankOf(data);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rank);
  if (!axis)
    return failure();
  SmallVector<int64_t> shape(shapeOf(indices)), single(shape);
  bool fits = isInt(indices) && rankOf(indices) == rank;
  for (int64_t d = 0; fits && d < rank; ++d)
    fits = d == *axis || shape[d] <= shapeOf(data)[d];
  if (!fits)
    return node.fail("indices " + describe(indices) + " do not fit " + describe(data));
  if (DenseElementsAttr known = emit.getConstant(data); known && known.isSplat())
    return node.result(
        emit.constant(DenseElementsAttr::get(RankedTensorType::get(shape, elementOf(data)), known.getSplatValue<Attribute>())));
  single.push_back(1);
  SmallVector<Value> places;
  for (int64_t d = 0; d < rank; ++d) {
    Value place = emit.cast(indices, emit.builder.getI64Type());
    if (d != *axis) {
      SmallVector<int64_t> along(rank, 1);
      along[d] = shape[d];
      place = emit.broadcast(emit.reshape(emit.ints(iota(shape[d])), along), shape);
    }
    places.push_back(emit.reshape(place, single));
  }
  Value completed = emit.concat(places, rank);
  if (!completed)
    return failure();
  return node.result(
      emit.finish(emit.builder.create<GatherNdOp>(emit.loc, RankedTensorType::get(shape, elementOf(data)), data, completed, int64_t(0))));
}

static LogicalResult convertArg(Node &node, bool largest) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(input));
  if (!axis)
    return failure();
  if (!largest)
    input = emit.unary<NegOp>(input);
  SmallVector<int64_t> shape(shapeOf(input)), dropped(shape);
  // The last of equals is the first from behind.
  bool last = node.getInt("select_last_index", 0) != 0;
  int64_t n = shape[*axis];
  if (n == 0 || isBit(input))
    return node.fail("takes numbers, and not none: found " + describe(input));
  if (last) {
    SmallVector<int64_t> offsets(shape.size(), 0), strides(shape.size(), 1);
    offsets[*axis] = n - 1;
    strides[*axis] = -1;
    input = emit.finish(emit.builder.create<SliceOp>(emit.loc, input.getType(), input, offsets, strides));
  }
  shape[*axis] = 1;
  dropped.erase(dropped.begin() + *axis);
  Value index = emit.finish(emit.builder.create<ArgmaxOp>(emit.loc, RankedTensorType::get(shape, emit.builder.getI64Type()), input, *axis));
  if (last)
    index = emit.sub(emit.intScalar(n - 1), index);
  return node.result(node.getInt("keepdims", 1) != 0 ? index : emit.reshape(index, dropped));
}
static LogicalResult convertArgMax(Node &node) { return convertArg(node, true); }
static LogicalResult convertArgMin(Node &node) { return convertArg(node, false); }

static LogicalResult convertCumSum(Node &node) {
  Emitter &emit = node.emit;
  std::optional<SmallVector<int64_t>> given = node.constInts(1, "axis");
  if (!given)
    return failure();
  std::optional<int64_t> axis = given->size() == 1 ? node.axisOf(given->front(), rankOf(node.in(0))) : std::nullopt;
  if (!axis)
    return node.fail("needs one axis");
  return node.result(emit.finish(emit.builder.create<CumsumOp>(emit.loc, node.in(0).getType(), node.in(0), *axis,
                                                               node.getInt("exclusive", 0) != 0, node.getInt("reverse", 0) != 0)));
}

// off + (on - off) * one_hot, with the new axis moved to its place.
static LogicalResult convertOneHot(Node &node) {
  Emitter &emit = node.emit;
  Value indices = emit.cast(node.in(0), emit.builder.getI64Type());
  std::optional<SmallVector<int64_t>> depth = node.constInts(1, "depth");
  if (std::optional<SmallVector<double>> real = depth ? std::nullopt : emit.getReals(node.in(1))) {
    emit.error.clear();
    depth.emplace(real->begin(), real->end());
  }
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", -1), rankOf(indices) + 1);
  if (!depth || !axis)
    return failure();
  Value values = node.in(2);
  if (depth->size() != 1 || depth->front() < 1 || depth->front() > (1 << 24) || shapeOf(values) != ArrayRef<int64_t>({2}))
    return node.fail("needs one depth of at least 1 and two values, found " + describe(values));
  // Negative indices count from the end.
  indices = emit.where(emit.compare(indices, emit.intScalar(0), "lt"), emit.add(indices, emit.intScalar(depth->front())), indices);
  SmallVector<int64_t> shape(shapeOf(indices)), permutation = iota(rankOf(indices));
  shape.push_back(depth->front());
  permutation.insert(permutation.begin() + *axis, rankOf(indices));
  Value hot =
      emit.finish(emit.builder.create<OneHotOp>(emit.loc, RankedTensorType::get(shape, emit.builder.getI1Type()), indices, depth->front()));
  hot = emit.transpose(hot, permutation);
  std::optional<SmallVector<double>> known = emit.getReals(values);
  if (known && (*known)[0] == 0 && (*known)[1] == 1)
    return node.result(emit.cast(hot, elementOf(values)));
  Value off = emit.reshape(emit.sliceAxis(values, 0, 0, 1), {}), on = emit.reshape(emit.sliceAxis(values, 0, 1, 1), {});
  return node.result(emit.where(hot, on, off));
}

// Positions of what is not 0, of a constant alone: its shape depends on the values.
static LogicalResult convertNonZero(Node &node) {
  Emitter &emit = node.emit;
  std::optional<SmallVector<double>> values = emit.getReals(node.in(0));
  if (!values)
    return node.fail("the shape of its result depends on the inputs");
  // A number without dimensions counts as one with a dimension of 1.
  SmallVector<int64_t> shape(shapeOf(node.in(0)));
  if (shape.empty())
    shape.push_back(1);
  int64_t rank = static_cast<int64_t>(shape.size());
  SmallVector<SmallVector<int64_t>> found(rank);
  SmallVector<int64_t> at(rank, 0);
  for (double value : *values) {
    for (int64_t d = 0; value != 0 && d < rank; ++d)
      found[d].push_back(at[d]);
    for (int64_t d = rank - 1; d >= 0 && ++at[d] == shape[d]; --d)
      at[d] = 0;
  }
  SmallVector<int64_t> flat;
  for (ArrayRef<int64_t> row : found)
    llvm::append_range(flat, row);
  int64_t count = static_cast<int64_t>(found.front().size());
  return node.result(
      emit.constant(DenseElementsAttr::get(RankedTensorType::get({rank, count}, emit.builder.getI64Type()), ArrayRef<int64_t>(flat))));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::indexRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "ArgMax", 1, kLast, 1, convertArgMax, ""},
      {"", "ArgMin", 1, kLast, 1, convertArgMin, ""},
      {"", "CumSum", 11, kLast, 2, convertCumSum, "axis known at compile time"},
      {"", "Gather", 1, kLast, 2, convertGather, "ids of a table of two dimensions, where they are secret: not negative"},
      {"", "GatherElements", 11, kLast, 2, convertGatherElements, ""},
      {"", "GatherND", 11, kLast, 2, convertGatherNd, ""},
      {"", "NonZero", 9, kLast, 1, convertNonZero, "of what is known at compile time"},
      {"", "OneHot", 9, kLast, 3, convertOneHot, "depth known at compile time; indices from -depth to depth - 1"},
  };
  return rules;
}
