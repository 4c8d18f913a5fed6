// Operations of the mpc dialect: generated definitions, leaves, owners' regions, attributes of the dialect.
#include "dialects/Mpc/MpcShapes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

#define GET_OP_CLASSES
#include "dialects/Mpc/MpcOps.cpp.inc"

// f32, i64, i32, i1: what a plain tensor holds.
static bool isPlainElement(Type type) { return type.isF32() || type.isInteger(64) || type.isInteger(32) || type.isInteger(1); }

//===-- The dialect's own attributes and constants ------------------------------------------------------------------===//

Operation *MpcDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto elements = llvm::dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return builder.create<ConstantOp>(loc, type, elements);
}

static LogicalResult verifyRange(Operation *op, Attribute attribute) {
  auto range = llvm::dyn_cast<DenseF64ArrayAttr>(attribute);
  if (!range || range.size() != 2 || !(range[0] <= range[1]))
    return op->emitOpError() << kRangeAttr << " must be array<f64: lo, hi> with lo <= hi (MPC-C40)";
  return success();
}

LogicalResult MpcDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == kRangeAttr) {
    return verifyRange(op, attribute.getValue());
  } else if (name == kRangeKindAttr) {
    auto kind = llvm::dyn_cast<StringAttr>(attribute.getValue());
    if (!kind || !llvm::is_contained({"proved", "assumed", "calibrated"}, kind.getValue()))
      return op->emitOpError() << kRangeKindAttr << " must be \"proved\", \"assumed\" or \"calibrated\" (MPC-C40)";
  } else if (name == kFractionAttr || name == "mpc.public_fraction") {
    auto bits = llvm::dyn_cast<IntegerAttr>(attribute.getValue());
    if (!bits || bits.getValue().slt(0) || bits.getValue().sgt(63))
      return op->emitOpError() << name << " must be 0 to 63 (MPC-C40)";
  }
  return success();
}

// mpc.name, mpc.owner and mpc.range of an entry's argument or result.
static LogicalResult verifyPort(Operation *op, NamedAttribute attribute) {
  auto text = llvm::dyn_cast<StringAttr>(attribute.getValue());
  if (attribute.getName() == kRangeAttr)
    return verifyRange(op, attribute.getValue());
  if (attribute.getName() == kNameAttr && !text)
    return op->emitOpError() << kNameAttr << " must be a string (MPC-C41)";
  if (attribute.getName() == kOwnerAttr && (!text || !llvm::is_contained({"client", "model", "public"}, text.getValue())))
    return op->emitOpError() << kOwnerAttr << " must be \"client\", \"model\" or \"public\" (MPC-C41)";
  return success();
}

LogicalResult MpcDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned, NamedAttribute attribute) {
  return verifyPort(op, attribute);
}
LogicalResult MpcDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned, NamedAttribute attribute) {
  return verifyPort(op, attribute);
}

//===-- Leaves -----------------------------------------------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() {
  if (!llvm::isa<DenseElementsAttr>(getValue()) || !isPlainElement(getType().getElementType()))
    return violates(*this, "MPC-C1", "holds dense elements of f32, i64, i32 or i1");
  return success();
}

// Whether a side file's name stays inside the model's folder.
static bool staysInside(StringRef file) {
  if (file.empty() || file.starts_with("/") || file.contains('\\') || file.contains('\0'))
    return false;
  SmallVector<StringRef> parts;
  file.split(parts, '/');
  return llvm::none_of(parts, [](StringRef part) { return part == ".."; });
}

LogicalResult ParamOp::verify() {
  if (!staysInside(getFile()))
    return violates(*this, "MPC-C2", "file must be a relative path without '..'");
  auto type = llvm::dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape() || !isPlainElement(type.getElementType()))
    return violates(*this, "MPC-C2", "type must be a statically shaped tensor of f32, i64, i32 or i1");
  unsigned bytes = type.getElementType().isInteger(1) ? 1 : type.getElementTypeBitWidth() / 8;
  int64_t offset = getOffset(), length = getLength();
  if (offset < 0 || length != type.getNumElements() * bytes)
    return violates(*this, "MPC-C2", "needs an offset >= 0 and a length of " + Twine(type.getNumElements() * bytes) + " bytes");
  return success();
}

LogicalResult WeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto param = symbols.lookupNearestSymbolFrom<ParamOp>(*this, getParamAttr());
  if (!param)
    return emitOpError() << "'" << getParam() << "' is no mpc.param (MPC-C3)";
  auto type = llvm::dyn_cast<RankedTensorType>(param.getType());
  if (!type) // mpc.param's own verifier reports it
    return success();
  Type plain = getPlainElementType(getType().getElementType());
  if (type.getShape() != getType().getShape() || (plain != type.getElementType() && !llvm::isa<FxpType>(plain)))
    return emitOpError() << "is of type " << getType() << ", its parameter of type " << type << " (MPC-C3)";
  return success();
}

//===-- Owners' regions --------------------------------------------------------------------------------------------===//

// The plain type that an owner computes with in place of `type`.
static RankedTensorType plainTypeOf(Type type) {
  auto plain = makePlain(llvm::cast<RankedTensorType>(type));
  if (llvm::isa<FxpType>(plain.getElementType()))
    return RankedTensorType::get(plain.getShape(), Float32Type::get(type.getContext()));
  return plain;
}

// A result is what the region yields, published, or its secret in whatever format.
static bool yieldsTo(RankedTensorType yielded, RankedTensorType result) {
  if (yielded == result)
    return isPlainElement(yielded.getElementType());
  auto secret = llvm::dyn_cast<SecretType>(result.getElementType());
  if (!secret || yielded.getShape() != result.getShape())
    return false;
  Type element = yielded.getElementType();
  return element == secret.getValue() || (llvm::isa<FxpType>(secret.getValue()) && isPlainElement(element) && !element.isInteger(1));
}

// A secret operand must be an argument of the function, and not another owner's.
static LogicalResult verifyOwnedOperand(OwnedOp op, Value input) {
  auto argument = llvm::dyn_cast<BlockArgument>(input);
  if (!argument)
    return isSecret(input.getType())
               ? violates(op, "MPC-C5", "a secret operand must be an argument of the function: an owner computes on what it provides")
               : success();
  auto function = llvm::dyn_cast_if_present<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function)
    return success();
  auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
  if (owner && owner.getValue() != "public" && owner.getValue() != op.getOwner())
    return violates(op, "MPC-C5",
                    "argument " + Twine(argument.getArgNumber()) + " belongs to \"" + owner.getValue() + "\", the region to \"" +
                        op.getOwner() + "\"");
  return success();
}

LogicalResult OwnedOp::verify() {
  if (getOwner() != "client" && getOwner() != "model")
    return violates(*this, "MPC-C4", "owner must be \"client\" or \"model\", not \"" + getOwner() + "\"");
  Block &block = getBody().front();
  if (block.getNumArguments() != getInputs().size())
    return violates(*this, "MPC-C6", "needs a block argument for each of " + Twine(getInputs().size()) + " operands");
  for (auto [input, argument] : llvm::zip_equal(getInputs(), block.getArguments())) {
    if (failed(verifyOwnedOperand(*this, input)))
      return failure();
    if (!isElementType(elementOf(input)) || argument.getType() != plainTypeOf(input.getType()))
      return emitOpError() << "block argument of type " << argument.getType() << " does not stand for an operand of type "
                           << input.getType() << " (MPC-C6)";
  }
  for (Operation &op : block.without_terminator()) {
    if (op.getName().getDialectNamespace() != "mpc" || llvm::isa<OwnedOp>(op))
      return violates(*this, "MPC-C7",
                      "region holds " + op.getName().getStringRef() + ": an owner runs mpc ops in clear, and no region of its own");
    if (llvm::isa<WeightOp>(op) && getOwner() != "model")
      return violates(*this, "MPC-C7", "weights belong to \"model\"");
    for (Type type : op.getResultTypes())
      if (!isPlainElement(llvm::cast<RankedTensorType>(type).getElementType()))
        return violates(*this, "MPC-C7", "region computes a value that is not plain, by " + op.getName().getStringRef());
  }
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != getNumResults())
    return violates(*this, "MPC-C8", "yields " + Twine(yield->getNumOperands()) + " values for " + Twine(getNumResults()) + " results");
  for (auto [value, result] : llvm::zip_equal(yield->getOperands(), getResults()))
    if (!yieldsTo(llvm::cast<RankedTensorType>(value.getType()), llvm::cast<RankedTensorType>(result.getType())))
      return emitOpError() << "yields " << value.getType() << " for a result of type " << result.getType() << " (MPC-C8)";
  return success();
}
