// The onnx dialect: types, ops, verifiers. Constraints by number: README.md.
#include "dialects/Onnx/Onnx.h"
#include "dialects/Mpc/Mpc.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::onnx;

#include "dialects/Onnx/OnnxDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Onnx/OnnxTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.cpp.inc"

void OnnxDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Onnx/OnnxTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Onnx/OnnxOps.cpp.inc"
      >();
}

LogicalResult NodeOp::verify() {
  if (getOpType().empty())
    return emitOpError() << "needs an op type (ONNX-C1)";
  if (getOpset() < 1)
    return emitOpError() << "needs an opset of at least 1, not " << static_cast<int64_t>(getOpset()) << " (ONNX-C2)";
  size_t named = getGraphs() ? getGraphs()->size() : 0;
  if (named != getBodies().size())
    return emitOpError() << "has " << getBodies().size() << " regions and names for " << named << " (ONNX-C3)";
  for (Region &body : getBodies()) {
    if (body.empty() || body.front().empty() || !llvm::isa<YieldOp>(body.front().back()))
      return emitOpError() << "each region must be one block that ends in onnx.yield (ONNX-C3)";
  }
  for (Value output : getOutputs())
    if (llvm::isa<AbsentType>(output.getType()))
      return emitOpError() << "an output cannot be left out by type; leave it unused (ONNX-C4)";
  return success();
}

LogicalResult onnx::ConstantOp::verify() {
  if (!llvm::isa<DenseElementsAttr>(getValue()))
    return emitOpError() << "holds dense elements alone (ONNX-C5)";
  return success();
}

LogicalResult onnx::ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto param = symbols.lookupNearestSymbolFrom<mpc::ParamOp>(*this, getParamAttr());
  if (!param)
    return emitOpError() << "'" << getParam() << "' is no mpc.param (ONNX-C6)";
  auto type = llvm::dyn_cast<RankedTensorType>(getResult().getType()), stored = llvm::dyn_cast<RankedTensorType>(param.getType());
  if (stored && (!type || type.getShape() != stored.getShape()))
    return emitOpError() << "is of type " << getResult().getType() << ", its parameter of type " << stored << " (ONNX-C6)";
  return success();
}
