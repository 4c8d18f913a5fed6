// Attributes and types between MLIR and the program container.
#include "mpc/Support/Attributes.h"
#include "dialects/Share/Share.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace mlir::mpc;

FailureOr<tacit::AttributeValue> mlir::mpc::toProgramAttribute(Attribute attribute) {
  using Value = tacit::AttributeValue;
  using Result = FailureOr<Value>;
  return llvm::TypeSwitch<Attribute, Result>(attribute)
      .Case<BoolAttr>([](BoolAttr a) { return Value(a.getValue()); }) // before IntegerAttr: it is one
      .Case<IntegerAttr>([](IntegerAttr a) -> Result {
        if (a.getValue().getSignificantBits() > 64)
          return failure();
        return Value(a.getValue().getSExtValue());
      })
      .Case<FloatAttr>([](FloatAttr a) { return Value(a.getValueAsDouble()); })
      .Case<StringAttr>([](StringAttr a) { return Value(a.getValue().str()); })
      .Case<DenseI64ArrayAttr>(
          [](DenseI64ArrayAttr a) { return Value(std::vector<int64_t>(a.asArrayRef().begin(), a.asArrayRef().end())); })
      .Case<DenseF64ArrayAttr>([](DenseF64ArrayAttr a) { return Value(std::vector<double>(a.asArrayRef().begin(), a.asArrayRef().end())); })
      .Default([](Attribute) -> Result { return failure(); });
}

namespace {
struct AttributeBuilder {
  Builder builder;
  Attribute operator()(int64_t v) { return builder.getI64IntegerAttr(v); }
  Attribute operator()(double v) { return builder.getF64FloatAttr(v); }
  Attribute operator()(bool v) { return builder.getBoolAttr(v); }
  Attribute operator()(const std::string &v) { return builder.getStringAttr(v); }
  Attribute operator()(const std::vector<int64_t> &v) { return builder.getDenseI64ArrayAttr(v); }
  Attribute operator()(const std::vector<double> &v) { return builder.getDenseF64ArrayAttr(v); }
};
} // namespace

Attribute mlir::mpc::fromProgramAttribute(MLIRContext *context, const tacit::AttributeValue &value) {
  return std::visit(AttributeBuilder{Builder(context)}, value);
}

FailureOr<std::vector<tacit::Attribute>> mlir::mpc::toProgramAttributes(Operation *op) {
  std::vector<tacit::Attribute> attributes;
  auto own = llvm::dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute());
  if (!own)
    return attributes;
  for (NamedAttribute named : own) {
    if (llvm::isa<SymbolRefAttr, TypeAttr, ElementsAttr>(named.getValue()))
      continue;
    FailureOr<tacit::AttributeValue> value = toProgramAttribute(named.getValue());
    if (failed(value)) {
      op->emitError() << "attribute '" << named.getName() << "' has a kind that a program cannot store: " << named.getValue();
      return failure();
    }
    attributes.push_back({named.getName().str(), std::move(*value)});
  }
  return attributes;
}

FailureOr<tacit::Type> mlir::mpc::toProgramType(Type type) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return failure();
  tacit::Type result;
  result.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
  Type element = tensor.getElementType();
  if (auto format = share::getRingFormat(element)) {
    result.width = format->width;
    result.fraction = format->fraction;
  }
  std::optional<tacit::Kind> kind;
  if (element.isF32())
    kind = tacit::Kind::kF32;
  else if (element.isInteger(64))
    kind = tacit::Kind::kI64;
  else if (element.isInteger(32))
    kind = tacit::Kind::kI32;
  else if (element.isInteger(1))
    kind = tacit::Kind::kI1;
  else if (llvm::isa<share::PublicType>(element))
    kind = tacit::Kind::kPublic;
  else if (llvm::isa<share::MaskedType>(element))
    kind = tacit::Kind::kMasked;
  else if (llvm::isa<share::AdditiveType>(element))
    kind = tacit::Kind::kAdditive;
  else if (llvm::isa<share::MaskedBitType>(element))
    kind = tacit::Kind::kMaskedBit;
  else if (llvm::isa<share::XorBitType>(element))
    kind = tacit::Kind::kXorBit;
  if (!kind)
    return failure();
  result.kind = *kind;
  return result;
}

// The element type of a kind.
static Type elementType(MLIRContext *context, const tacit::Type &type) {
  switch (type.kind) {
  case tacit::Kind::kF32:
    return Float32Type::get(context);
  case tacit::Kind::kI64:
    return IntegerType::get(context, 64);
  case tacit::Kind::kI32:
    return IntegerType::get(context, 32);
  case tacit::Kind::kI1:
    return IntegerType::get(context, 1);
  case tacit::Kind::kPublic:
    return share::PublicType::get(context, type.width, type.fraction);
  case tacit::Kind::kMasked:
    return share::MaskedType::get(context, type.width, type.fraction);
  case tacit::Kind::kAdditive:
    return share::AdditiveType::get(context, type.width, type.fraction);
  case tacit::Kind::kMaskedBit:
    return share::MaskedBitType::get(context);
  case tacit::Kind::kXorBit:
    return share::XorBitType::get(context);
  }
  return Type();
}

RankedTensorType mlir::mpc::fromProgramType(MLIRContext *context, const tacit::Type &type) {
  return RankedTensorType::get(type.shape, elementType(context, type));
}

// Appends the low `bytes` bytes of a value, least significant first.
static void append(std::vector<uint8_t> &out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

FailureOr<std::vector<uint8_t>> mlir::mpc::toProgramData(ElementsAttr elements) {
  std::vector<uint8_t> out;
  Type element = elements.getElementType();
  if (element.isF32()) {
    auto values = elements.tryGetValues<float>();
    if (!values)
      return failure();
    for (float v : *values) {
      uint32_t bits;
      std::memcpy(&bits, &v, sizeof bits);
      append(out, bits, 4);
    }
    return out;
  }
  if (!element.isInteger(64) && !element.isInteger(32) && !element.isInteger(1))
    return failure();
  auto values = elements.tryGetValues<APInt>();
  if (!values)
    return failure();
  int bytes = element.isInteger(1) ? 1 : element.getIntOrFloatBitWidth() / 8;
  for (const APInt &v : *values)
    append(out, v.getZExtValue(), bytes);
  return out;
}
