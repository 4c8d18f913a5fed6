// The type map and short forms for share ops.
#include "ShareBuilder.h"

using namespace mlir;
using namespace mlir::mpc;

ShareTypeConverter::ShareTypeConverter() {
  addConversion([](Type) -> std::optional<Type> { return Type(); });
  addConversion([](RankedTensorType type) -> std::optional<Type> {
    MLIRContext *context = type.getContext();
    Type element = type.getElementType();
    if (llvm::isa<share::ShareDialect>(element.getDialect()) || element.isIntOrFloat())
      return type;
    auto secret = llvm::dyn_cast<SecretType>(element);
    if (!secret)
      return Type();
    if (auto fxp = llvm::dyn_cast<FxpType>(secret.getValue()))
      return RankedTensorType::get(type.getShape(), share::MaskedType::get(context, fxp.getWidth(), fxp.getFraction()));
    if (secret.getValue().isInteger(1))
      return RankedTensorType::get(type.getShape(), share::MaskedBitType::get(context));
    return Type();
  });
}

FailureOr<share::RingFormat> mlir::mpc::resultFormat(Operation *op) {
  auto type = llvm::cast<RankedTensorType>(op->getResult(0).getType());
  if (auto fxp = llvm::dyn_cast<FxpType>(getPlainElementType(type.getElementType())))
    return share::RingFormat{fxp.getWidth(), fxp.getFraction()};
  op->emitOpError("needs a fixed-point result (!mpc.fxp), not ") << type;
  return failure();
}

FailureOr<Value> mlir::mpc::fit(ShareBuilder &s, Operation *op, Value v, share::RingFormat to) {
  auto [k, f] = ShareBuilder::formatOf(v);
  if (k == 0) {
    op->emitOpError("needs fixed-point operands, not ") << v.getType();
    return failure();
  }
  if (f != to.fraction || k < to.width) {
    op->emitOpError("operand of ") << k << " bits, " << f << " fractional, does not fit a result of " << to.width << " bits, "
                                   << to.fraction << " fractional (docs/spec/formats.md)";
    return failure();
  }
  return s.shrink(v, to.width);
}

share::RingFormat ShareBuilder::formatOf(Value v) {
  return share::getRingFormat(typeOf(v).getElementType()).value_or(share::RingFormat{0, 0});
}

RankedTensorType ShareBuilder::masked(ArrayRef<int64_t> shape, unsigned width, unsigned fraction) {
  return RankedTensorType::get(shape, share::MaskedType::get(b.getContext(), width, fraction));
}
RankedTensorType ShareBuilder::additive(ArrayRef<int64_t> shape, unsigned width, unsigned fraction) {
  return RankedTensorType::get(shape, share::AdditiveType::get(b.getContext(), width, fraction));
}
RankedTensorType ShareBuilder::maskedBit(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, share::MaskedBitType::get(b.getContext()));
}
RankedTensorType ShareBuilder::xorBit(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, share::XorBitType::get(b.getContext()));
}

// The kind of `type` over another shape, width and fraction.
RankedTensorType ShareBuilder::withFormat(RankedTensorType type, ArrayRef<int64_t> shape, unsigned width, unsigned fraction) {
  Type element = type.getElementType();
  if (llvm::isa<share::MaskedType>(element))
    return masked(shape, width, fraction);
  if (llvm::isa<share::AdditiveType>(element))
    return additive(shape, width, fraction);
  if (llvm::isa<share::PublicType>(element))
    return RankedTensorType::get(shape, share::PublicType::get(b.getContext(), width, fraction));
  return RankedTensorType::get(shape, element);
}

Value ShareBuilder::shrink(Value v, unsigned width) {
  auto [k, f] = formatOf(v);
  if (k == 0 || k == width)
    return v;
  return b.create<share::ShrinkOp>(loc, withFormat(typeOf(v), shapeOf(v), width, f), v);
}
Value ShareBuilder::coarsen(Value v, unsigned drop) {
  auto [k, f] = formatOf(v);
  return b.create<share::CoarsenOp>(loc, masked(shapeOf(v), k - drop, f > drop ? f - drop : 0), v);
}
Value ShareBuilder::reinterpret(Value v, unsigned fraction) {
  auto [k, f] = formatOf(v);
  if (f == fraction)
    return v;
  return b.create<share::ReinterpretOp>(loc, withFormat(typeOf(v), shapeOf(v), k, fraction), v);
}
Value ShareBuilder::encode(Value plain, unsigned width, unsigned fraction) {
  auto type = RankedTensorType::get(shapeOf(plain), share::PublicType::get(b.getContext(), width, fraction));
  return b.create<share::EncodeOp>(loc, type, plain);
}
Value ShareBuilder::toAdditive(Value v) {
  auto [k, f] = formatOf(v);
  RankedTensorType type = k == 0 ? xorBit(shapeOf(v)) : additive(shapeOf(v), k, f);
  return b.create<share::ToAdditiveOp>(loc, type, v);
}
Value ShareBuilder::truncate(Value v, unsigned width, unsigned fraction) {
  return b.create<share::TruncateOp>(loc, additive(shapeOf(v), width, fraction), v);
}
Value ShareBuilder::remask(Value v) {
  auto [k, f] = formatOf(v);
  RankedTensorType type = k == 0 ? maskedBit(shapeOf(v)) : masked(shapeOf(v), k, f);
  return b.create<share::RemaskOp>(loc, type, v, IntegerAttr(), IntegerAttr());
}
Value ShareBuilder::extend(Value v, unsigned width) {
  auto [k, f] = formatOf(v);
  Value high = b.create<share::ExtendHighOp>(loc, additive(shapeOf(v), width - k, 0), v, IntegerAttr(), IntegerAttr());
  return b.create<share::JoinOp>(loc, masked(shapeOf(v), width, f), v, remask(high));
}

// The result of an elementwise op: broadcast shape, kind of the secret operand.
static SmallVector<int64_t> broadcastOf(Value lhs, Value rhs) {
  auto shape = broadcastShapes(ShareBuilder::shapeOf(lhs), ShareBuilder::shapeOf(rhs));
  return failed(shape) ? llvm::to_vector(ShareBuilder::shapeOf(lhs)) : *shape;
}
Value ShareBuilder::add(Value lhs, Value rhs) {
  Value secret = llvm::isa<share::PublicType>(typeOf(lhs).getElementType()) ? rhs : lhs;
  auto [k, f] = formatOf(secret);
  return b.create<share::AddOp>(loc, withFormat(typeOf(secret), broadcastOf(lhs, rhs), k, f), lhs, rhs);
}
Value ShareBuilder::sub(Value lhs, Value rhs) {
  Value secret = llvm::isa<share::PublicType>(typeOf(lhs).getElementType()) ? rhs : lhs;
  auto [k, f] = formatOf(secret);
  return b.create<share::SubOp>(loc, withFormat(typeOf(secret), broadcastOf(lhs, rhs), k, f), lhs, rhs);
}
Value ShareBuilder::neg(Value v) { return b.create<share::NegOp>(loc, v.getType(), v); }
Value ShareBuilder::mulPublic(Value secret, Value encoded) {
  auto [k, f] = formatOf(secret);
  unsigned sum = f + formatOf(encoded).fraction;
  return b.create<share::MulPublicOp>(loc, withFormat(typeOf(secret), broadcastOf(secret, encoded), k, sum), secret, encoded);
}
Value ShareBuilder::notBit(Value v) { return b.create<share::NotOp>(loc, v.getType(), v); }
Value ShareBuilder::reduceSum(Value v, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(shapeOf(v));
  for (int64_t axis : axes)
    shape[axis] = 1;
  auto [k, f] = formatOf(v);
  return b.create<share::ReduceSumOp>(loc, withFormat(typeOf(v), shape, k, f), v, axes);
}

Value ShareBuilder::reshape(Value v, ArrayRef<int64_t> shape) {
  if (shapeOf(v) == shape)
    return v;
  return b.create<ReshapeOp>(loc, RankedTensorType::get(shape, typeOf(v).getElementType()), v);
}
Value ShareBuilder::concat(ValueRange values, int64_t axis) {
  SmallVector<int64_t> shape(shapeOf(values.front()));
  shape[axis] = 0;
  for (Value v : values)
    shape[axis] += shapeOf(v)[axis];
  return b.create<ConcatOp>(loc, RankedTensorType::get(shape, typeOf(values.front()).getElementType()), values, axis);
}
Value ShareBuilder::slice(Value v, int64_t axis, int64_t offset, int64_t size) {
  SmallVector<int64_t> shape(shapeOf(v)), offsets(shape.size(), 0), strides(shape.size(), 1);
  shape[axis] = size;
  offsets[axis] = offset;
  return b.create<SliceOp>(loc, RankedTensorType::get(shape, typeOf(v).getElementType()), v, offsets, strides);
}

Value ShareBuilder::ringConstant(ArrayRef<int64_t> elements, ArrayRef<int64_t> shape, unsigned width, unsigned fraction) {
  auto type = RankedTensorType::get(shape, b.getI64Type());
  auto value = DenseElementsAttr::get(type, elements);
  Value constant = b.create<ConstantOp>(loc, type, value);
  return reinterpret(encode(constant, width, 0), fraction);
}

Value ShareBuilder::lift(Value encoded, Value secret) {
  auto [k, f] = formatOf(encoded);
  SmallVector<int64_t> ones(shapeOf(secret).size(), 1), zeros(ones.size(), 0);
  Value one = b.create<SliceOp>(loc, RankedTensorType::get(ones, typeOf(secret).getElementType()), secret, zeros, ones);
  one = reinterpret(reshape(shrink(one, k), {}), 0);
  int64_t size = 1;
  for (int64_t dim : shapeOf(encoded))
    size *= dim;
  Value nothing = mulPublic(one, ringConstant(SmallVector<int64_t>(size, 0), shapeOf(encoded), k, f));
  return add(nothing, encoded);
}
