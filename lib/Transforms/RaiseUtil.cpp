// Helpers of the raising patterns.
#include "Raise.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

Value raise::skipCasts(Value value) {
  while (auto cast = value.getDefiningOp<CastOp>()) {
    if (cast.getInput().getType() != cast.getType())
      break;
    value = cast.getInput();
  }
  return value;
}

Value raise::skipLayout(Value value) {
  while (true) {
    Value next = skipCasts(value);
    if (auto reshape = next.getDefiningOp<ReshapeOp>())
      next = reshape.getInput();
    else if (auto broadcast = next.getDefiningOp<BroadcastOp>())
      next = broadcast.getInput();
    if (next == value)
      return value;
    value = next;
  }
}

std::optional<double> raise::scalarOf(Value value) {
  value = skipLayout(value);
  if (auto cast = value.getDefiningOp<CastOp>()) {
    // An integer made a float is the same number; the other way truncates, and is left to the folder.
    if (!cast.getType().getElementType().isF32())
      return std::nullopt;
    return scalarOf(cast.getInput());
  }
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
  if (!elements || elements.empty() || !(elements.isSplat() || elements.getNumElements() == 1))
    return std::nullopt;
  Attribute element = *elements.getValues<Attribute>().begin();
  if (auto number = dyn_cast<FloatAttr>(element))
    return number.getValueAsDouble();
  if (auto number = dyn_cast<IntegerAttr>(element))
    return number.getType().isInteger(1) ? double(!number.getValue().isZero()) : double(number.getInt());
  return std::nullopt;
}

bool raise::isScalar(Value value, double expected, double relative) {
  auto scalar = scalarOf(value);
  return scalar && std::abs(*scalar - expected) <= relative * std::max(std::abs(expected), 1e-30);
}

std::optional<Scaled> raise::matchScaled(Value value) {
  if (auto mul = matchWithScalar<MulOp>(value))
    return Scaled{mul->first, mul->second};
  if (auto div = matchWithScalar<DivOp>(value))
    if (div->second != 0 && typeOf(value).getElementType().isF32())
      return Scaled{div->first, 1 / div->second};
  return std::nullopt;
}

Value raise::splat(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, double number) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return builder.create<ConstantOp>(loc, type, DenseElementsAttr::get(type, static_cast<float>(number)));
}

Value raise::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  if (shapeOf(value) == shape)
    return value;
  // Only the first and the last shape matter.
  while (auto reshape = value.getDefiningOp<ReshapeOp>()) {
    value = reshape.getInput();
    if (shapeOf(value) == shape)
      return value;
  }
  return builder.create<ReshapeOp>(loc, RankedTensorType::get(shape, typeOf(value).getElementType()), value);
}

Value raise::transposeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> total(permutation);
  while (auto inner = value.getDefiningOp<TransposeOp>()) {
    for (int64_t &axis : total)
      axis = inner.getPermutation()[axis];
    value = inner.getInput();
  }
  bool identity = true;
  SmallVector<int64_t> shape;
  for (auto [index, axis] : llvm::enumerate(total)) {
    identity &= static_cast<int64_t>(index) == axis;
    shape.push_back(shapeOf(value)[axis]);
  }
  if (identity)
    return value;
  return builder.create<TransposeOp>(loc, RankedTensorType::get(shape, typeOf(value).getElementType()), value, total);
}
