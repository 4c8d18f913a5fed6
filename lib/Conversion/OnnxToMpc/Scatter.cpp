// Ops that write at indices or choose rows: scatters are gathers from the data beside the updates, at places that are known.
#include "Node.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// `updates` (flat) written into `data` (flat) at `places`, one place for each update, by the reduction's name. Updates of one place
// are applied in order: a pass for each repetition.
static Value scatterFlat(Emitter &emit, Value data, Value updates, ArrayRef<int64_t> places, StringRef reduction) {
  int64_t n = shapeOf(data)[0];
  bool replaces = reduction == "none";
  SmallVector<SmallVector<int64_t>> passes; // by pass and place: the update, or -1
  SmallVector<int64_t> seen(n, 0);
  for (auto [i, place] : llvm::enumerate(places)) {
    if (place < 0 || place >= n)
      return emit.fail("an index lies outside the data");
    size_t pass = replaces ? 0 : seen[place]++;
    if (pass >= passes.size())
      passes.push_back(SmallVector<int64_t>(n, -1));
    passes[pass][place] = static_cast<int64_t>(i);
    if (passes.size() > 64)
      return emit.fail("more than 64 updates of one place are out of bounds");
  }
  for (ArrayRef<int64_t> pass : passes) {
    SmallVector<int64_t> from;
    for (int64_t place = 0; place < n; ++place)
      from.push_back(pass[place] < 0 ? place : n + pass[place]);
    if (replaces) {
      data = emit.gather(emit.concat({data, updates}, 0), emit.ints(from), 0);
      continue;
    }
    // What is not updated meets what changes nothing: 0, 1, or itself.
    bool add = reduction == "add", mul = reduction == "mul";
    Value neutral = add || mul ? emit.splat({n}, elementOf(data), mul ? 1 : 0) : data;
    Value other = emit.gather(emit.concat({neutral, updates}, 0), emit.ints(from), 0);
    data = add                  ? emit.add(data, other)
           : mul                ? emit.mul(data, other)
           : reduction == "max" ? emit.binary<MaxOp>(data, other)
                                : emit.binary<MinOp>(data, other);
  }
  return data;
}

// Bounds and kinds that both scatters share; the name of the reduction.
static std::optional<StringRef> scatterReduction(Node &node) {
  StringRef reduction = node.getText("reduction", "none");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction)) {
    node.emit.fail("attribute 'reduction': expected none, add, mul, max or min, found '" + reduction + "'");
    return std::nullopt;
  }
  if (elementOf(node.in(0)) != elementOf(node.in(2)) || countOf(shapeOf(node.in(0))) + countOf(shapeOf(node.in(2))) > (1 << 22) ||
      (isBit(node.in(0)) && reduction != "none")) {
    node.emit.fail("updates " + describe(node.in(2)) + " do not fit " + describe(node.in(0)));
    return std::nullopt;
  }
  return reduction;
}

// data[indices[i, ...]] = updates[i, ...]
static LogicalResult convertScatterNd(Node &node) {
  Emitter &emit = node.emit;
  Value data = node.in(0), updates = node.in(2);
  std::optional<SmallVector<int64_t>> indices = node.constInts(1, "indices");
  std::optional<StringRef> reduction = indices ? scatterReduction(node) : std::nullopt;
  if (!reduction)
    return failure();
  ArrayRef<int64_t> shape = shapeOf(data), at = shapeOf(node.in(1));
  int64_t depth = at.empty() ? 0 : at.back();
  SmallVector<int64_t> wanted(at.empty() ? at : at.drop_back());
  if (depth < 1 || depth > rankOf(data))
    return node.fail("indices " + describe(node.in(1)) + " do not fit " + describe(data));
  llvm::append_range(wanted, shape.drop_front(depth));
  if (shapeOf(updates) != ArrayRef<int64_t>(wanted))
    return node.fail("updates " + describe(updates) + " do not fit indices " + describe(node.in(1)) + " and " + describe(data));
  int64_t row = countOf(shape.drop_front(depth));
  SmallVector<int64_t> places;
  for (size_t i = 0; i + depth <= indices->size(); i += depth) {
    int64_t base = 0;
    for (int64_t d = 0; d < depth; ++d) {
      int64_t index = (*indices)[i + d];
      if (index < -shape[d] || index >= shape[d])
        return node.fail("index " + Twine(index) + " is outside dimension " + Twine(d) + " of " + describe(data));
      base = base * shape[d] + (index < 0 ? index + shape[d] : index);
    }
    for (int64_t j = 0; j < row; ++j)
      places.push_back(base * row + j);
  }
  Value flat = scatterFlat(emit, emit.reshape(data, {countOf(shape)}), emit.reshape(updates, {countOf(wanted)}), places, *reduction);
  return node.result(emit.reshape(flat, shape));
}

// data[.., indices[i], ..] = updates[i] along one axis
static LogicalResult convertScatterElements(Node &node) {
  Emitter &emit = node.emit;
  Value data = node.in(0), updates = node.in(2);
  ArrayRef<int64_t> shape = shapeOf(data), given = shapeOf(updates);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(data));
  std::optional<SmallVector<int64_t>> indices = axis ? node.constInts(1, "indices") : std::nullopt;
  std::optional<StringRef> reduction = indices ? scatterReduction(node) : std::nullopt;
  if (!reduction)
    return failure();
  if (given != shapeOf(node.in(1)) || given.size() != shape.size())
    return node.fail("updates " + describe(updates) + " do not fit indices " + describe(node.in(1)));
  SmallVector<int64_t> places, at(shape.size(), 0);
  for (int64_t index : *indices) {
    int64_t place = 0;
    for (size_t d = 0; d < shape.size(); ++d) {
      bool here = static_cast<int64_t>(d) == *axis;
      int64_t i = here ? (index < 0 ? index + shape[d] : index) : at[d];
      if (i < 0 || i >= shape[d])
        return node.fail("index " + Twine(here ? index : i) + " is outside dimension " + Twine(d) + " of " + describe(data));
      place = place * shape[d] + i;
    }
    places.push_back(place);
    for (int64_t d = static_cast<int64_t>(given.size()) - 1; d >= 0 && ++at[d] == given[d]; --d)
      at[d] = 0;
  }
  Value flat = scatterFlat(emit, emit.reshape(data, {countOf(shape)}), emit.reshape(updates, {countOf(given)}), places, *reduction);
  return node.result(emit.reshape(flat, shape));
}

// Rows whose condition, known at compile time, holds; without an axis, of the flattened input.
static LogicalResult convertCompress(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> condition = node.constInts(1, "condition");
  if (!condition)
    return failure();
  std::optional<int64_t> axis = 0;
  if (!node.find("axis"))
    input = emit.reshape(input, {countOf(shapeOf(input))});
  else
    axis = node.axisOf(node.getInt("axis", 0), rankOf(input));
  if (!axis || !input)
    return failure();
  SmallVector<int64_t> kept;
  for (auto [i, keep] : llvm::enumerate(*condition)) {
    if (keep == 0)
      continue;
    if (static_cast<int64_t>(i) >= shapeOf(input)[*axis])
      return node.fail("the condition is longer than dimension " + Twine(*axis) + " of " + describe(input));
    kept.push_back(static_cast<int64_t>(i));
  }
  return node.result(emit.gather(input, emit.ints(kept), *axis));
}

// The same of rows that are known, of any size and range: `better` orders two elements by their places in all rows.
static LogicalResult takeKnownTop(Node &node, Value rows, int64_t k, ArrayRef<int64_t> permutation,
                                  llvm::function_ref<bool(int64_t, int64_t)> better) {
  Emitter &emit = node.emit;
  int64_t n = shapeOf(rows).back(), count = countOf(shapeOf(rows));
  SmallVector<int64_t> places, indices, shape(shapeOf(rows));
  shape.back() = k;
  for (int64_t start = 0; start < count; start += n) {
    SmallVector<int64_t> order = iota(start, start + n);
    llvm::stable_sort(order, better);
    for (int64_t place : ArrayRef<int64_t>(order).take_front(k)) {
      places.push_back(place);
      indices.push_back(place - start);
    }
  }
  node.set(1, emit.transpose(emit.reshape(emit.ints(indices), shape), permutation));
  Value values = emit.gather(emit.reshape(rows, {count}), emit.ints(places), 0);
  return node.result(emit.transpose(emit.reshape(values, shape), permutation));
}

// The k largest (or smallest) in order, one after the other: the place of the largest, its value by a product with its one-hot vector,
// and a step down that takes it out of the next search.
static LogicalResult convertTopK(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", -1), rankOf(input));
  std::optional<SmallVector<int64_t>> count = axis ? node.constInts(1, "k") : std::nullopt;
  if (!count)
    return failure();
  constexpr int64_t kMost = 16;
  int64_t n = shapeOf(input)[*axis], k = count->size() == 1 ? count->front() : -1;
  bool largest = node.getInt("largest", 1) != 0;
  if (k < 1 || k > n || (k > kMost && !emit.getConstant(input)) || isBit(input))
    return node.fail("takes numbers and a k of 1 to " + Twine(std::min(n, kMost)) + ", found " + Twine(k) + " of " + describe(input));
  SmallVector<int64_t> permutation = iota(rankOf(input));
  std::swap(permutation[*axis], permutation.back());
  Value rows = emit.transpose(input, permutation);
  if (!rows)
    return failure();
  if (std::optional<SmallVector<int64_t>> known = emit.getInts(rows))
    return takeKnownTop(node, rows, k, permutation,
                        [&](int64_t a, int64_t b) { return largest ? (*known)[a] > (*known)[b] : (*known)[a] < (*known)[b]; });
  if (std::optional<SmallVector<double>> known = emit.getReals(rows)) {
    if (llvm::any_of(*known, [](double x) { return std::isnan(x); }))
      return node.fail("orders what is not a number");
    return takeKnownTop(node, rows, k, permutation,
                        [&](int64_t a, int64_t b) { return largest ? (*known)[a] > (*known)[b] : (*known)[a] < (*known)[b]; });
  }
  // What is left to search: reals, where what was taken lies below all else.
  Value left = emit.cast(largest ? rows : emit.unary<NegOp>(rows), emit.builder.getF32Type());
  int64_t last = rankOf(rows) - 1;
  SmallVector<Value> values, indices;
  SmallVector<int64_t> outer(shapeOf(rows).drop_back()), one(shapeOf(rows));
  one.back() = 1;
  for (int64_t i = 0; i < k; ++i) {
    Value at = emit.finish(emit.builder.create<ArgmaxOp>(emit.loc, RankedTensorType::get(one, emit.builder.getI64Type()), left, last));
    SmallVector<int64_t> hotShape(outer);
    hotShape.push_back(n);
    Value flat = emit.reshape(at, outer);
    if (!flat)
      return failure();
    Value hot = emit.finish(emit.builder.create<OneHotOp>(emit.loc, RankedTensorType::get(hotShape, emit.builder.getI1Type()), flat, n));
    values.push_back(emit.reduce("sum", emit.mul(rows, emit.cast(hot, elementOf(rows))), {last}, true));
    indices.push_back(at);
    if (i + 1 < k)
      left = emit.sub(left, emit.mul(emit.cast(hot, emit.builder.getF32Type()), emit.realScalar(1 << 22)));
  }
  node.set(1, emit.transpose(emit.concat(indices, last), permutation));
  return node.result(emit.transpose(emit.concat(values, last), permutation));
}

// 1 at the first of the largest, else 0.
static LogicalResult convertHardmax(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", node.opset < 13 ? 1 : -1), rankOf(input));
  if (!axis || !isReal(input))
    return axis ? node.fail("takes reals, not " + describe(input)) : failure();
  SmallVector<int64_t> shape(shapeOf(input)), rows = shape, permutation = iota(rankOf(input));
  if (node.opset < 13) { // all dimensions from `axis` on are one
    rows = {countOf(ArrayRef<int64_t>(shape).take_front(*axis)), countOf(ArrayRef<int64_t>(shape).drop_front(*axis))};
    permutation = {0, 1};
    input = emit.reshape(input, rows);
  } else {
    std::swap(permutation[*axis], permutation.back());
    input = emit.transpose(input, permutation);
  }
  if (!input)
    return failure();
  if (countOf(shape) == 0)
    return node.result(node.in(0));
  int64_t last = rankOf(input) - 1, n = shapeOf(input).back();
  SmallVector<int64_t> one(shapeOf(input)), outer(shapeOf(input).drop_back()), full(shapeOf(input));
  one.back() = 1;
  Value at = emit.finish(emit.builder.create<ArgmaxOp>(emit.loc, RankedTensorType::get(one, emit.builder.getI64Type()), input, last));
  Value hot = emit.finish(
      emit.builder.create<OneHotOp>(emit.loc, RankedTensorType::get(full, emit.builder.getI1Type()), emit.reshape(at, outer), n));
  return node.result(emit.reshape(emit.transpose(emit.cast(hot, emit.builder.getF32Type()), permutation), shape));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::scatterRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Compress", 9, kLast, 2, convertCompress, "condition known at compile time"},
      {"", "Hardmax", 1, kLast, 1, convertHardmax, ""},
      {"", "ScatterElements", 11, kLast, 3, convertScatterElements, "indices known at compile time"},
      {"", "ScatterND", 11, kLast, 3, convertScatterNd, "indices known at compile time"},
      {"", "TopK", 11, kLast, 2, convertTopK, "k known at compile time, up to 16 of what is not; abs < 2^21"},
  };
  return rules;
}
