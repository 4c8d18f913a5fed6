// Constants that exporters store like weights although every model of the architecture shares them: the frequencies of rotary
// positions, tables of their cosines and sines, attention masks, the short vectors that a program's text holds. As weights they would be
// shared, and what multiplies them would be a gate, or could not be computed at all; they are public here. Every other initialiser of
// more than one number stays a weight.
#include "GraphImporter.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::mpc;

// Nothing larger becomes a constant of the IR.
static constexpr int64_t kLargestPublic = 1 << 22;

static bool isNode(Operation *op, std::initializer_list<StringRef> types) {
  auto node = llvm::dyn_cast<mlir::onnx::NodeOp>(op);
  return node && llvm::is_contained(types, node.getOpType());
}

// Whether all that is made of `value` by moving and scaling ends in a sine or cosine: angles.
static bool endsInAngles(Value value) {
  llvm::SetVector<Value> reached;
  reached.insert(value);
  bool any = false;
  for (size_t i = 0; i < reached.size(); ++i)
    for (OpOperand &use : reached[i].getUses()) {
      Operation *op = use.getOwner();
      if (isNode(op, {"Cos", "Sin"})) {
        any = true;
        continue;
      }
      if (isNode(op, {"Shape", "Size"}))
        continue;
      if (!isNode(op, {"Mul", "Div", "MatMul", "Cast", "CastLike", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Expand", "Transpose",
                       "Concat", "Slice", "Identity", "Reciprocal", "Einsum", "Gather", "Tile"}) ||
          reached.size() > 64)
        return false;
      reached.insert(op->result_begin(), op->result_end());
    }
  return any;
}

// Whether each use of `value` is the table of cosines or sines of a fused rotary op.
static bool isRotaryTable(Value value) {
  return !value.use_empty() && llvm::all_of(value.getUses(), [](OpOperand &use) {
    auto node = llvm::dyn_cast<mlir::onnx::NodeOp>(use.getOwner());
    if (!node)
      return false;
    unsigned at = use.getOperandNumber();
    if (node.getOpType() == "RotaryEmbedding")
      return node.getDomain().empty() ? at == 1 || at == 2 : at == 2 || at == 3;
    return node.getOpType() == "GroupQueryAttention" && (at == 7 || at == 8);
  });
}

// Whether each use of `value` gives a Resize its region or its scales: they decide shapes, and shapes are public.
static bool isGeometry(Value value) {
  return !value.use_empty() &&
         llvm::all_of(value.getUses(), [](OpOperand &use) { return isNode(use.getOwner(), {"Resize"}) && use.getOperandNumber() > 0; });
}

// Whether a Constant node is part of the program's text: short, and no operand that only parameters are. Exporters write parameters as
// initialisers; tools that turn those into nodes must not make them public.
static bool isProgramText(const GraphImporter::Weight &weight, Value value) {
  if (!weight.fromNode || weight.data.elements > 64)
    return false;
  return llvm::none_of(value.getUsers(), [](Operation *op) {
    auto node = llvm::dyn_cast<mlir::onnx::NodeOp>(op);
    return !node || !node.getDomain().empty() || node.getOpType().contains("Normalization") ||
           isNode(op, {"MatMul", "Gemm", "Conv", "Einsum", "Gather", "PRelu", "Transpose", "Identity"});
  });
}

// Names that Hugging Face's modules give to buffers of rotary positions.
static bool isRotaryName(StringRef name) {
  StringRef last = name.substr(name.rfind('.') + 1); // rfind's npos + 1 is 0
  return last == "inv_freq" || last == "cos_cached" || last == "sin_cached" || last == "cos_cache" || last == "sin_cache";
}

// Whether every element is 0 or so low that it masks: no parameter is, as formats hold weights below 1024. Exporters fold masks that a
// batch and its lengths give, so any shape of two or more dimensions occurs.
static FailureOr<bool> isMask(const GraphImporter::Weight &weight, TensorReader &reader, std::string &error) {
  if (weight.data.element->kind != ElementInfo::Real || weight.data.shape.size() < 2)
    return false;
  FailureOr<std::vector<char>> bytes = reader.readStored(weight.data, error);
  if (failed(bytes))
    return failure();
  ArrayRef<float> values(reinterpret_cast<const float *>(bytes->data()), bytes->size() / sizeof(float));
  bool any = false;
  for (float x : values) {
    if (x != 0 && !(x <= -10000))
      return false;
    any |= x != 0;
  }
  return any;
}

LogicalResult mlir::mpc::publishConstants(func::FuncOp function, GraphImporter &importer) {
  SmallVector<onnx::ParamOp> params;
  function.walk([&](onnx::ParamOp op) { params.push_back(op); });
  for (onnx::ParamOp op : params) {
    auto &weight = importer.getWeights()[op.getParam()];
    if (weight.data.elements > kLargestPublic)
      continue;
    std::string error;
    bool isPublic = isRotaryName(op.getParam()) || isRotaryTable(op.getResult()) || endsInAngles(op.getResult()) ||
                    isGeometry(op.getResult()) || isProgramText(weight, op.getResult());
    if (!isPublic) {
      FailureOr<bool> mask = isMask(weight, importer.getReader(), error);
      if (failed(mask))
        return emitError(op.getLoc()) << "tensor '" << op.getParam() << "': " << error;
      isPublic = *mask;
    }
    if (!isPublic)
      continue;
    FailureOr<std::vector<char>> raw = importer.getReader().readRaw(weight.data, error);
    if (failed(raw))
      return emitError(op.getLoc()) << "tensor '" << op.getParam() << "': " << error;
    OpBuilder builder(op);
    auto constant =
        builder.create<onnx::ConstantOp>(op.getLoc(), op.getResult().getType(), makeElements(weight.data, *raw, builder.getContext()));
    op.getResult().replaceAllUsesWith(constant.getResult());
    weight.param.erase();
    importer.getWeights().erase(op.getParam());
    op.erase();
  }
  return success();
}
