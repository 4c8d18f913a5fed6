// Shapes and constants as values.
#include "Node.h"
#include <array>
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static LogicalResult convertShape(Node &node) {
  int64_t rank = rankOf(node.in(0)), start = node.getInt("start", 0), end = node.getInt("end", rank);
  start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  end = std::clamp<int64_t>(end < 0 ? end + rank : end, 0, rank);
  return node.result(node.emit.ints(shapeOf(node.in(0)).slice(start, std::max<int64_t>(end - start, 0))));
}

static LogicalResult convertSize(Node &node) {
  return node.result(node.emit.intScalar(llvm::cast<RankedTensorType>(node.in(0).getType()).getNumElements()));
}

static LogicalResult convertConstant(Node &node) {
  Emitter &emit = node.emit;
  if (auto tensor = llvm::dyn_cast_or_null<DenseElementsAttr>(node.find("value"))) {
    DenseElementsAttr plain = toPlain(tensor);
    return plain ? node.result(emit.constant(plain))
                 : node.fail("the element type of its value is not supported, or a number is beyond int64");
  }
  if (node.find("value_int"))
    return node.result(emit.intScalar(node.getInt("value_int", 0)));
  if (node.find("value_float"))
    return node.result(emit.realScalar(node.getReal("value_float", 0)));
  if (std::optional<SmallVector<int64_t>> values = node.getInts("value_ints"))
    return node.result(emit.ints(*values));
  if (auto values = llvm::dyn_cast_or_null<DenseF32ArrayAttr>(node.find("value_floats")))
    return node.result(
        emit.constant(DenseElementsAttr::get(RankedTensorType::get(values.size(), emit.builder.getF32Type()), values.asArrayRef())));
  return node.fail("a constant that is no tensor of numbers");
}

static LogicalResult convertConstantOfShape(Node &node) {
  Emitter &emit = node.emit;
  std::optional<SmallVector<int64_t>> shape = node.constInts(0, "shape");
  if (!shape)
    return failure();
  int64_t count = 1;
  for (int64_t dim : *shape) {
    if (dim < 0 || (dim > 0 && count > (int64_t(1) << 32) / dim))
      return node.fail("a dimension of " + Twine(dim) + " makes no shape");
    count *= std::max<int64_t>(dim, 1);
  }
  auto value = llvm::dyn_cast_or_null<DenseElementsAttr>(node.find("value"));
  if (!value)
    return node.result(emit.splat(*shape, emit.builder.getF32Type(), 0));
  DenseElementsAttr plain = toPlain(value);
  if (!plain || plain.getNumElements() != 1)
    return node.fail("its value must be one number");
  auto type = RankedTensorType::get(*shape, plain.getElementType());
  return node.result(emit.constant(DenseElementsAttr::get(type, *plain.getValues<Attribute>().begin())));
}

static LogicalResult convertRange(Node &node) {
  Emitter &emit = node.emit;
  constexpr int64_t kMost = 1 << 24;
  std::array<std::optional<SmallVector<double>>, 3> bounds;
  for (size_t i = 0; i < 3; ++i) {
    bounds[i] = emit.getReals(node.in(i));
    if (!bounds[i] || bounds[i]->size() != 1)
      return node.fail("its bounds must be numbers known at compile time");
  }
  Type element = elementOf(node.in(0));
  if (isReal(node.in(0))) {
    double start = bounds[0]->front(), delta = bounds[2]->front();
    double count = std::ceil((bounds[1]->front() - start) / delta);
    if (!(count <= static_cast<double>(kMost)))
      return node.fail("the range is out of bounds");
    SmallVector<float> values;
    for (int64_t i = 0; i < static_cast<int64_t>(std::max(count, 0.0)); ++i)
      values.push_back(static_cast<float>(start + static_cast<double>(i) * delta));
    return node.result(emit.constant(DenseElementsAttr::get(RankedTensorType::get(values.size(), element), ArrayRef<float>(values))));
  }
  int64_t start = emit.getInts(node.in(0))->front(), delta = emit.getInts(node.in(2))->front();
  __int128 span = static_cast<__int128>(emit.getInts(node.in(1))->front()) - start, count = 0;
  if (delta == 0 || isBit(node.in(0)))
    return node.fail("its step is 0, or its elements are no numbers");
  count = delta > 0 ? (span + delta - 1) / delta : (-span + -static_cast<__int128>(delta) - 1) / -static_cast<__int128>(delta);
  if (count > kMost)
    return node.fail("the range is out of bounds");
  SmallVector<APInt> values;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
    values.push_back(
        APInt(element.getIntOrFloatBitWidth(), static_cast<uint64_t>(start) + static_cast<uint64_t>(i) * static_cast<uint64_t>(delta)));
  return node.result(emit.constant(DenseElementsAttr::get(RankedTensorType::get(values.size(), element), values)));
}

static LogicalResult convertEyeLike(Node &node) {
  Emitter &emit = node.emit;
  Type element = node.find("dtype") ? elementByNumber(emit.builder, node.getInt("dtype", 1)) : elementOf(node.in(0));
  if (rankOf(node.in(0)) != 2 || !element)
    return node.fail("takes two dimensions and a dtype of numbers or truth values, found " + describe(node.in(0)));
  int64_t rows = shapeOf(node.in(0))[0], columns = shapeOf(node.in(0))[1], diagonal = node.getInt("k", 0);
  if (rows * columns > (1 << 22))
    return node.fail("out of bounds");
  SmallVector<bool> bits;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      bits.push_back(c - r == diagonal);
  Value mask =
      emit.constant(DenseElementsAttr::get(RankedTensorType::get({rows, columns}, emit.builder.getI1Type()), ArrayRef<bool>(bits)));
  return node.result(emit.cast(mask, element));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::constantRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Constant", 1, kLast, 0, convertConstant, "no strings, no sparse tensors"},
      {"", "ConstantOfShape", 9, kLast, 1, convertConstantOfShape, "shape known at compile time"},
      {"", "EyeLike", 9, kLast, 1, convertEyeLike, ""},
      {"", "Range", 11, kLast, 3, convertRange, "bounds known at compile time"},
      {"", "Shape", 1, kLast, 1, convertShape, ""},
      {"", "Size", 1, kLast, 1, convertSize, ""},
  };
  return rules;
}
