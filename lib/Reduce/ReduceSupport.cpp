// Steps that the reductions and the reduction patterns share.
#include "ReduceSupport.h"
#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace mlir::mpc;

Value mlir::mpc::findBypass(Operation *op) {
  if (op->getNumResults() != 1)
    return {};
  for (Value operand : op->getOperands())
    if (operand && operand.getType() == op->getResult(0).getType())
      return operand;
  return {};
}

DenseElementsAttr mlir::mpc::zeroOf(Type type) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !tensor.getElementType().isIntOrFloat())
    return {};
  return llvm::cast<DenseElementsAttr>(Builder(type.getContext()).getZeroAttr(tensor));
}

// Before the secrecy phase no type says who may see a value; afterwards a plain one is public.
static bool hasSecretTypes(Operation *function) {
  return function
      ->walk([](Operation *op) {
        bool secret = llvm::any_of(op->getResultTypes(), [](Type type) {
          auto tensor = llvm::dyn_cast<RankedTensorType>(type);
          return tensor && !tensor.getElementType().isIntOrFloat();
        });
        return secret ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

void mlir::mpc::cutToArguments(Operation *op) {
  auto function = llvm::dyn_cast_or_null<func::FuncOp>(op->getParentOp());
  if (!function)
    return;
  Builder builder(op->getContext());
  bool typed = hasSecretTypes(function);
  for (Value result : op->getResults()) {
    if (result.use_empty())
      continue;
    unsigned index = function.getNumArguments();
    auto tensor = llvm::dyn_cast<RankedTensorType>(result.getType());
    bool isPublic = typed && tensor && tensor.getElementType().isIntOrFloat();
    auto attributes = builder.getDictionaryAttr({builder.getNamedAttr(kNameAttr, builder.getStringAttr("cut" + std::to_string(index))),
                                                 builder.getNamedAttr(kOwnerAttr, builder.getStringAttr(isPublic ? "public" : "client"))});
    function.insertArgument(index, result.getType(), attributes, result.getLoc());
    result.replaceAllUsesWith(function.getArgument(index));
  }
}

void mlir::mpc::replaceByZero(Operation *op) {
  DenseElementsAttr zero = zeroOf(op->getResult(0).getType());
  if (!zero)
    return;
  if (auto constant = llvm::dyn_cast<ConstantOp>(op)) {
    constant.setValueAttr(zero);
    return;
  }
  OpBuilder builder(op);
  op->getResult(0).replaceAllUsesWith(builder.create<ConstantOp>(op->getLoc(), zero).getResult());
}
