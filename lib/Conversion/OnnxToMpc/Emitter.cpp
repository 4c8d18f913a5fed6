// Construction of mpc ops with shapes inferred.
#include "Emitter.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

Type mlir::mpc::fromonnx::plainElement(Type type) {
  Builder builder(type.getContext());
  if (llvm::isa<FloatType>(type))
    return type.getIntOrFloatBitWidth() >= 16 ? builder.getF32Type() : Type();
  auto integer = llvm::dyn_cast<IntegerType>(type);
  if (!integer)
    return {};
  unsigned width = integer.getWidth();
  if (width == 1)
    return builder.getI1Type();
  if (width > 32 || (width == 32 && integer.isUnsigned()))
    return builder.getI64Type();
  return builder.getI32Type();
}

DenseElementsAttr mlir::mpc::fromonnx::toPlain(DenseElementsAttr elements) {
  Type from = elements.getElementType(), to = plainElement(from);
  auto type = llvm::cast<RankedTensorType>(elements.getType());
  if (!to || from == to)
    return to ? elements : DenseElementsAttr();
  auto result = RankedTensorType::get(type.getShape(), to);
  if (to.isF32())
    return elements.mapValues(to, [](const APFloat &x) {
      bool lost = false;
      APFloat single = x;
      single.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &lost);
      return single.bitcastToAPInt();
    });
  bool isUnsigned = llvm::cast<IntegerType>(from).isUnsigned();
  SmallVector<APInt> values;
  for (const APInt &x : elements.getValues<APInt>()) {
    if (isUnsigned && x.getActiveBits() > 63)
      return {};
    values.push_back(isUnsigned ? x.zextOrTrunc(to.getIntOrFloatBitWidth()) : x.sext(to.getIntOrFloatBitWidth()));
  }
  return DenseElementsAttr::get(result, values);
}

ArrayRef<int64_t> mlir::mpc::fromonnx::shapeOf(Value value) {
  auto type = value ? llvm::dyn_cast<RankedTensorType>(value.getType()) : RankedTensorType();
  return type ? type.getShape() : ArrayRef<int64_t>();
}

Type mlir::mpc::fromonnx::elementOf(Value value) {
  auto type = value ? llvm::dyn_cast<RankedTensorType>(value.getType()) : RankedTensorType();
  return type ? type.getElementType() : Type();
}

int64_t mlir::mpc::fromonnx::countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

SmallVector<int64_t> mlir::mpc::fromonnx::iota(int64_t count) { return iota(0, count); }

SmallVector<int64_t> mlir::mpc::fromonnx::iota(int64_t first, int64_t last) {
  SmallVector<int64_t> values;
  for (int64_t i = first; i < last; ++i)
    values.push_back(i);
  return values;
}

static std::string describeShape(ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }), ",") + "]";
}

std::string mlir::mpc::fromonnx::describe(Value value) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (value)
    stream << elementOf(value) << describeShape(shapeOf(value));
  return text;
}

Value Emitter::fail(const Twine &text) {
  if (error.empty())
    error = text.str();
  return {};
}

//===-- Constants --------------------------------------------------------------------------------------------------===//

Value Emitter::constant(DenseElementsAttr value) { return builder.create<ConstantOp>(loc, value); }

Value Emitter::splat(ArrayRef<int64_t> shape, Type element, double value) {
  auto type = RankedTensorType::get(shape, element);
  Attribute one = element.isF32() ? Attribute(builder.getF32FloatAttr(static_cast<float>(value)))
                                  : Attribute(builder.getIntegerAttr(element, static_cast<int64_t>(value)));
  return constant(DenseElementsAttr::get(type, one));
}

Value Emitter::realScalar(double value) { return splat({}, builder.getF32Type(), value); }
Value Emitter::intScalar(int64_t value) { return constant(DenseElementsAttr::get(RankedTensorType::get({}, builder.getI64Type()), value)); }
Value Emitter::scalarLike(Value like, double value) { return like ? splat({}, elementOf(like), value) : Value(); }

Value Emitter::ints(ArrayRef<int64_t> values) {
  return constant(DenseElementsAttr::get(RankedTensorType::get(values.size(), builder.getI64Type()), values));
}

DenseElementsAttr Emitter::getConstant(Value value) {
  auto op = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  return op ? llvm::dyn_cast<DenseElementsAttr>(op.getValue()) : DenseElementsAttr();
}

std::optional<SmallVector<int64_t>> Emitter::getInts(Value value) {
  DenseElementsAttr elements = getConstant(value);
  if (!elements || !llvm::isa<IntegerType>(elements.getElementType()))
    return std::nullopt;
  bool bit = elements.getElementType().isInteger(1);
  SmallVector<int64_t> result;
  for (const APInt &x : elements.getValues<APInt>())
    result.push_back(bit ? x.getZExtValue() : x.getSExtValue());
  return result;
}

std::optional<SmallVector<double>> Emitter::getReals(Value value) {
  DenseElementsAttr elements = getConstant(value);
  if (!elements)
    return std::nullopt;
  if (!elements.getElementType().isF32()) {
    auto whole = getInts(value);
    return SmallVector<double>(whole->begin(), whole->end());
  }
  SmallVector<double> result;
  for (float x : elements.getValues<float>())
    result.push_back(x);
  return result;
}

//===-- Structure --------------------------------------------------------------------------------------------------===//

// Shapes of results are made of shapes of operands and constants of the file: nothing says that their product fits.
static bool isSane(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0 || (dim > 0 && count > (int64_t(1) << 36) / dim))
      return false;
    count *= std::max<int64_t>(dim, 1);
  }
  return shape.size() <= 64;
}

Value Emitter::reshape(Value input, ArrayRef<int64_t> shape) {
  if (!input || shapeOf(input) == shape)
    return input;
  if (!isSane(shape) || countOf(shape) != countOf(shapeOf(input)))
    return fail("cannot reshape " + describe(input) + " to " + describeShape(shape));
  return finish(builder.create<ReshapeOp>(loc, RankedTensorType::get(shape, elementOf(input)), input));
}

Value Emitter::transpose(Value input, ArrayRef<int64_t> permutation) {
  if (!input)
    return {};
  ArrayRef<int64_t> shape = shapeOf(input);
  SmallVector<int64_t> result;
  SmallVector<bool> seen(shape.size(), false);
  bool identity = true;
  for (auto [i, p] : llvm::enumerate(permutation)) {
    if (p < 0 || p >= rankOf(input) || seen[p])
      return fail("permutation " + describeShape(permutation) + " does not fit " + describe(input));
    seen[p] = true;
    identity &= static_cast<int64_t>(i) == p;
    result.push_back(shape[p]);
  }
  if (permutation.size() != shape.size())
    return fail("permutation " + describeShape(permutation) + " does not fit " + describe(input));
  if (identity)
    return input;
  return finish(
      builder.create<TransposeOp>(loc, RankedTensorType::get(result, elementOf(input)), input, builder.getDenseI64ArrayAttr(permutation)));
}

Value Emitter::swapLast(Value input) {
  if (!input)
    return {};
  if (rankOf(input) < 2)
    return fail("needs 2 dimensions, found " + describe(input));
  SmallVector<int64_t> permutation = iota(rankOf(input));
  std::swap(permutation.back(), permutation[permutation.size() - 2]);
  return transpose(input, permutation);
}

Value Emitter::slice(Value input, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  if (!input)
    return {};
  ArrayRef<int64_t> shape = shapeOf(input);
  if (sizes == shape && llvm::all_of(strides, [](int64_t s) { return s == 1; }))
    return input;
  // Canonical where nothing, or one element, is read.
  SmallVector<int64_t> from(offsets), step(strides);
  for (size_t d = 0; d < shape.size(); ++d) {
    if (sizes[d] == 0)
      from[d] = 0;
    if (sizes[d] <= 1)
      step[d] = 1;
    if (sizes[d] < 0 || (sizes[d] > 0 && (from[d] < 0 || from[d] >= shape[d])))
      return fail("slice reads outside " + describe(input));
  }
  return finish(builder.create<SliceOp>(loc, RankedTensorType::get(sizes, elementOf(input)), input, builder.getDenseI64ArrayAttr(from),
                                        builder.getDenseI64ArrayAttr(step)));
}

Value Emitter::sliceAxis(Value input, int64_t axis, int64_t offset, int64_t size) {
  SmallVector<int64_t> offsets(rankOf(input), 0), sizes(shapeOf(input)), strides(rankOf(input), 1);
  if (!input || axis < 0 || axis >= rankOf(input))
    return input ? fail("axis " + Twine(axis) + " does not fit " + describe(input)) : Value();
  if (offset < 0 || size < 0 || offset > sizes[axis] || size > sizes[axis] - offset)
    return fail("slice reads outside " + describe(input));
  offsets[axis] = offset;
  sizes[axis] = size;
  return slice(input, offsets, sizes, strides);
}

Value Emitter::concat(ArrayRef<Value> inputs, int64_t axis) {
  SmallVector<int64_t> shape;
  SmallVector<Value> parts;
  for (Value input : inputs) {
    if (!input)
      return {};
    ArrayRef<int64_t> part = shapeOf(input);
    if (axis < 0 || axis >= rankOf(input))
      return fail("axis " + Twine(axis) + " does not fit " + describe(input));
    bool fits = elementOf(input) == elementOf(inputs.front()) && (shape.empty() || shape.size() == part.size());
    for (size_t d = 0; fits && !shape.empty() && d < part.size(); ++d)
      fits = static_cast<int64_t>(d) == axis || part[d] == shape[d];
    if (!fits)
      return fail("cannot concatenate " + describe(inputs.front()) + " and " + describe(input) + " along dimension " + Twine(axis));
    if (shape.empty())
      shape.assign(part.begin(), part.end());
    else
      shape[axis] += part[axis];
    if (part[axis] != 0) // a past of length 0
      parts.push_back(input);
  }
  if (inputs.empty())
    return fail("nothing to concatenate");
  if (parts.empty())
    return inputs.front();
  if (parts.size() == 1)
    return parts.front();
  if (!isSane(shape))
    return fail("the shape " + describeShape(shape) + " is out of bounds");
  return finish(builder.create<ConcatOp>(loc, RankedTensorType::get(shape, elementOf(inputs.front())), parts, axis));
}

Value Emitter::broadcast(Value input, ArrayRef<int64_t> shape) {
  if (!input || shapeOf(input) == shape)
    return input;
  FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(input), shape);
  if (!isSane(shape) || failed(joined) || ArrayRef<int64_t>(*joined) != shape)
    return fail("cannot broadcast " + describe(input) + " to " + describeShape(shape));
  return finish(builder.create<BroadcastOp>(loc, RankedTensorType::get(shape, elementOf(input)), input));
}

Value Emitter::gather(Value input, Value indices, int64_t axis) {
  if (!input || !indices)
    return {};
  if (axis < 0 || axis >= rankOf(input) || !isInt(indices))
    return fail("cannot gather from " + describe(input) + " by " + describe(indices) + " along dimension " + Twine(axis));
  ArrayRef<int64_t> in = shapeOf(input);
  SmallVector<int64_t> shape(in.take_front(axis));
  llvm::append_range(shape, shapeOf(indices));
  llvm::append_range(shape, in.drop_front(axis + 1));
  if (!isSane(shape))
    return fail("the shape " + describeShape(shape) + " is out of bounds");
  return finish(builder.create<GatherOp>(loc, RankedTensorType::get(shape, elementOf(input)), input, indices, axis));
}

Value Emitter::insertAxes(Value input, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(shapeOf(input));
  for (int64_t axis : axes) {
    if (axis < 0 || axis > static_cast<int64_t>(shape.size()))
      return fail("axis " + Twine(axis) + " does not fit " + describe(input));
    shape.insert(shape.begin() + axis, 1);
  }
  return reshape(input, shape);
}

//===-- Elementwise ------------------------------------------------------------------------------------------------===//

RankedTensorType Emitter::joinedType(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(shapeOf(lhs), shapeOf(rhs));
  if (failed(shape) || elementOf(lhs) != elementOf(rhs) || !isSane(*shape)) {
    fail("operands " + describe(lhs) + " and " + describe(rhs) + " do not fit each other");
    return {};
  }
  return RankedTensorType::get(*shape, elementOf(lhs));
}

Value Emitter::cast(Value input, Type element) {
  if (!input || elementOf(input) == element)
    return input;
  return finish(builder.create<CastOp>(loc, RankedTensorType::get(shapeOf(input), element), input));
}

Value Emitter::scale(Value input, double factor) {
  if (!input || factor == 1)
    return input;
  if (!isReal(input) && !(factor == std::floor(factor) && std::abs(factor) < 0x1p31))
    return fail("multiplies integers " + describe(input) + " by " + std::to_string(factor) + "; whole factors are supported");
  return mul(input, scalarLike(input, factor));
}

Value Emitter::compare(Value lhs, Value rhs, StringRef predicate) {
  RankedTensorType type = joinedType(lhs, rhs);
  if (!type)
    return {};
  return finish(builder.create<CompareOp>(loc, RankedTensorType::get(type.getShape(), builder.getI1Type()), lhs, rhs, predicate));
}

Value Emitter::where(Value condition, Value lhs, Value rhs) {
  RankedTensorType type = joinedType(lhs, rhs);
  if (!type || !condition)
    return {};
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(shapeOf(condition), type.getShape());
  if (failed(shape) || !isBit(condition) || !isSane(*shape))
    return fail("condition " + describe(condition) + " does not fit " + describe(lhs) + " and " + describe(rhs));
  return finish(builder.create<WhereOp>(loc, RankedTensorType::get(*shape, type.getElementType()), condition, lhs, rhs));
}

//===-- Reductions and products ------------------------------------------------------------------------------------===//

Value Emitter::reduce(StringRef kind, Value input, ArrayRef<int64_t> axes, bool keepDims) {
  if (!input || axes.empty())
    return input;
  SmallVector<int64_t> kept(shapeOf(input)), dropped;
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= rankOf(input))
      return fail("axis " + Twine(axis) + " does not fit " + describe(input));
    kept[axis] = 1;
  }
  for (auto [d, dim] : llvm::enumerate(kept))
    if (!llvm::is_contained(axes, static_cast<int64_t>(d)))
      dropped.push_back(dim);
  // A sum or product of nothing is 0 or 1.
  if (llvm::any_of(axes, [&](int64_t axis) { return shapeOf(input)[axis] == 0; }) && (kind == "sum" || kind == "prod"))
    return splat(keepDims ? ArrayRef<int64_t>(kept) : ArrayRef<int64_t>(dropped), elementOf(input), kind == "prod" ? 1 : 0);
  Value reduced = finish(builder.create<ReduceOp>(loc, RankedTensorType::get(kept, elementOf(input)), input, kind, axes));
  return keepDims ? reduced : reshape(reduced, dropped);
}

Value Emitter::matmul(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
  if (rankOf(lhs) == 0 || rankOf(rhs) == 0 || elementOf(lhs) != elementOf(rhs))
    return fail("cannot multiply " + describe(lhs) + " by " + describe(rhs));
  bool row = rankOf(lhs) == 1, column = rankOf(rhs) == 1;
  Value a = row ? reshape(lhs, {1, shapeOf(lhs)[0]}) : lhs, b = column ? reshape(rhs, {shapeOf(rhs)[0], 1}) : rhs;
  if (!a || !b)
    return {};
  ArrayRef<int64_t> left = shapeOf(a), right = shapeOf(b);
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(left.drop_back(2), right.drop_back(2));
  if (failed(shape) || left.back() != right[right.size() - 2])
    return fail("cannot multiply " + describe(lhs) + " by " + describe(rhs));
  SmallVector<int64_t> final(*shape);
  shape->append({left[left.size() - 2], right.back()});
  if (!row)
    final.push_back(left[left.size() - 2]);
  if (!column)
    final.push_back(right.back());
  if (!isSane(*shape))
    return fail("the shape " + describeShape(*shape) + " is out of bounds");
  return reshape(finish(builder.create<MatmulOp>(loc, RankedTensorType::get(*shape, elementOf(a)), a, b)), final);
}

Value Emitter::softmax(Value input, int64_t axis) {
  if (!input)
    return {};
  int64_t last = rankOf(input) - 1;
  if (axis < 0 || axis > last || !isReal(input))
    return fail("softmax along dimension " + Twine(axis) + " does not fit " + describe(input));
  SmallVector<int64_t> permutation = iota(last + 1);
  std::swap(permutation[axis], permutation[last]);
  Value moved = transpose(input, permutation);
  return transpose(finish(builder.create<SoftmaxOp>(loc, moved.getType(), moved, Value())), permutation);
}
