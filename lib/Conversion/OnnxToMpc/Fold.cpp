// Evaluation of ops on constants by the runtime's clear kernels.
#include "Emitter.h"
#include "tacit/clear.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// Larger results stay ops, which the program computes: the IR and the container hold every constant. Truth values may be larger, as
// masks pass through large shapes before they become numbers; what is read may be larger, as tables are cut to size.
static constexpr int64_t kLargestNumbers = 1 << 18;
static constexpr int64_t kLargestBits = 1 << 22;
static constexpr int64_t kLargestRead = 1 << 22;

static tacit::Kind kindOf(Type element) {
  if (element.isF32())
    return tacit::Kind::kF32;
  if (element.isInteger(64))
    return tacit::Kind::kI64;
  return element.isInteger(32) ? tacit::Kind::kI32 : tacit::Kind::kI1;
}

// Copies the elements; a splat is repeated.
template <class T> static void copyElements(DenseElementsAttr from, T *to) {
  for (T x : from.getValues<T>())
    *to++ = x;
}

static tacit::Tensor toTensor(DenseElementsAttr elements) {
  auto type = llvm::cast<RankedTensorType>(elements.getType());
  tacit::Kind kind = kindOf(type.getElementType());
  tacit::Tensor tensor(kind, std::vector<int64_t>(type.getShape().begin(), type.getShape().end()));
  if (kind == tacit::Kind::kF32)
    copyElements(elements, tensor.f32());
  else if (kind == tacit::Kind::kI64)
    copyElements(elements, tensor.i64());
  else if (kind == tacit::Kind::kI32)
    copyElements(elements, tensor.i32());
  else
    for (auto [i, bit] : llvm::enumerate(elements.getValues<bool>()))
      tensor.i1()[i] = bit;
  return tensor;
}

static DenseElementsAttr toElements(const tacit::Tensor &tensor, RankedTensorType type) {
  size_t size = static_cast<size_t>(tensor.size());
  switch (tensor.kind()) {
  case tacit::Kind::kF32:
    return DenseElementsAttr::get(type, ArrayRef<float>(tensor.f32(), size));
  case tacit::Kind::kI64:
    return DenseElementsAttr::get(type, ArrayRef<int64_t>(tensor.i64(), size));
  case tacit::Kind::kI32:
    return DenseElementsAttr::get(type, ArrayRef<int32_t>(tensor.i32(), size));
  default:
    break;
  }
  SmallVector<bool> bits;
  for (size_t i = 0; i < size; ++i)
    bits.push_back(tensor.i1()[i] != 0);
  return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
}

// An op's attributes as the program container keeps them; false for a kind that it does not keep.
static bool toAttributes(Operation *op, std::vector<tacit::Attribute> &attributes) {
  for (NamedAttribute named : op->getAttrs()) {
    Attribute value = named.getValue();
    tacit::Attribute out{named.getName().str(), {}};
    if (auto flag = llvm::dyn_cast<BoolAttr>(value))
      out.value = flag.getValue();
    else if (auto number = llvm::dyn_cast<IntegerAttr>(value))
      out.value = number.getInt();
    else if (auto real = llvm::dyn_cast<FloatAttr>(value))
      out.value = real.getValueAsDouble();
    else if (auto text = llvm::dyn_cast<StringAttr>(value))
      out.value = text.getValue().str();
    else if (auto numbers = llvm::dyn_cast<DenseI64ArrayAttr>(value))
      out.value = std::vector<int64_t>(numbers.asArrayRef().begin(), numbers.asArrayRef().end());
    else if (auto reals = llvm::dyn_cast<DenseF64ArrayAttr>(value))
      out.value = std::vector<double>(reals.asArrayRef().begin(), reals.asArrayRef().end());
    else
      return false;
    attributes.push_back(std::move(out));
  }
  return true;
}

Value Emitter::fold(Operation *op) {
  auto type = llvm::dyn_cast<RankedTensorType>(op->getResult(0).getType());
  // A splat that is only moved stays one, at any size.
  if (llvm::isa<ReshapeOp, TransposeOp, SliceOp, BroadcastOp>(op))
    if (DenseElementsAttr elements = getConstant(op->getOperand(0)); elements && elements.isSplat())
      return constant(DenseElementsAttr::get(type, elements.getSplatValue<Attribute>()));
  if (!type || type.getNumElements() > (type.getElementType().isInteger(1) ? kLargestBits : kLargestNumbers) || op->getNumOperands() == 0)
    return {};
  SmallVector<DenseElementsAttr> constants;
  for (Value operand : op->getOperands()) {
    DenseElementsAttr elements = getConstant(operand);
    if (!elements || elements.getNumElements() > kLargestRead)
      return {};
    constants.push_back(elements);
  }
  tacit::Instruction instruction;
  instruction.op = op->getName().getStringRef().str();
  if (!tacit::IsClearOp(instruction.op) || !toAttributes(op, instruction.attributes))
    return {};
  std::vector<tacit::Tensor> tensors;
  for (DenseElementsAttr elements : constants)
    tensors.push_back(toTensor(elements));
  std::vector<const tacit::Tensor *> operands;
  for (const tacit::Tensor &tensor : tensors)
    operands.push_back(&tensor);
  tacit::Type resultType{kindOf(type.getElementType()), 0, 0, std::vector<int64_t>(type.getShape().begin(), type.getShape().end())};
  absl::StatusOr<tacit::Tensor> result = tacit::RunClear(instruction, operands, resultType);
  if (!result.ok()) {
    absl::string_view message = result.status().message();
    fail(Twine("its constants cannot be computed: ") + StringRef(message.data(), message.size()));
    return {};
  }
  if (result->shape() != resultType.shape || result->kind() != resultType.kind)
    return {};
  return constant(toElements(*result, type));
}

Value Emitter::finish(Operation *op) {
  Value folded = fold(op);
  if (!folded)
    return op->getResult(0);
  op->erase();
  return folded;
}
