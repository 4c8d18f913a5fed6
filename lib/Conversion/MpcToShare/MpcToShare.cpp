// mpc to share: how each op on secrets is computed. The conversion chooses nothing but the digits of a comparison and the
// bits of a gate's tables; formats come from the types that the precision phase wrote (docs/spec/formats.md).
#include "ShareBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Conversion/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_CONVERTMPCTOSHARE
#include "mpc/Conversion/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// The plain type that the owner of an argument sees.
RankedTensorType plainArgumentType(RankedTensorType type) {
  Type element = getPlainElementType(type.getElementType());
  if (llvm::isa<FxpType>(element))
    element = Float32Type::get(type.getContext());
  return RankedTensorType::get(type.getShape(), element);
}

// Gives secret arguments the plain types that their owners see. An argument in a format of its own right that is used
// beside mpc.owned gets an owner's computation that only shares it.
LogicalResult preparePlainArguments(func::FuncOp function) {
  OpBuilder b = OpBuilder::atBlockBegin(&function.getBody().front());
  for (BlockArgument argument : function.getArguments()) {
    auto type = llvm::dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !isSecret(type))
      continue;
    RankedTensorType plain = plainArgumentType(type);
    Type element = getPlainElementType(type.getElementType());
    SmallVector<OpOperand *> others;
    for (OpOperand &use : argument.getUses())
      if (!llvm::isa<OwnedOp>(use.getOwner()))
        others.push_back(&use);
    if (!others.empty()) {
      if (!llvm::isa<FxpType>(element) && !element.isInteger(1))
        return others.front()->getOwner()->emitOpError("uses argument ")
               << argument.getArgNumber() << " of type " << type << " outside its owner's clear computation (mpc.owned)";
      auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
      Location loc = argument.getLoc();
      auto owned = b.create<OwnedOp>(loc, TypeRange(type), owner ? owner.getValue() : "client", ValueRange(argument));
      OpBuilder::InsertionGuard guard(b);
      Block *body = b.createBlock(&owned.getBody(), {}, TypeRange(plain), {loc});
      b.create<YieldOp>(loc, body->getArguments());
      for (OpOperand *use : others)
        use->set(owned.getResult(0));
    }
    argument.setType(plain);
  }
  return success();
}

// Every type that a function still mentions must be plain or of the share level.
LogicalResult checkNoSecretLeft(func::FuncOp function) {
  WalkResult result = function.walk([](Operation *op) {
    for (TypeRange types : {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
      for (Type type : types)
        if (auto tensor = llvm::dyn_cast<RankedTensorType>(type); tensor && llvm::isa<MpcDialect>(tensor.getElementType().getDialect())) {
          op->emitOpError("still has a value of type ") << type << " after the conversion to share";
          return WalkResult::interrupt();
        }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

struct ConvertMpcToShare : public mlir::mpc::impl::ConvertMpcToShareBase<ConvertMpcToShare> {
  using ConvertMpcToShareBase::ConvertMpcToShareBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (digit != 0 && (digit < 1 || digit > 5)) {
      module.emitError("digit must be 0 (chosen by cost) or 1 to 5 bits, not ") << digit;
      return signalPassFailure();
    }
    for (auto function : module.getOps<func::FuncOp>()) {
      if (function.isExternal() || !function.getBody().hasOneBlock()) {
        function.emitOpError("must have a body of one block");
        return signalPassFailure();
      }
      if (failed(preparePlainArguments(function)))
        return signalPassFailure();
    }

    ShareTypeConverter types;
    ConversionTarget target(getContext());
    target.addLegalDialect<share::ShareDialect>();
    target.addLegalOp<ModuleOp, func::FuncOp, ParamOp>();
    auto isPlain = [](Operation *op) {
      return llvm::none_of(op->getOperandTypes(), isSecret) && llvm::none_of(op->getResultTypes(), isSecret);
    };
    // Clear ops stay as they are, and so does structure once it moves shares.
    target.addDynamicallyLegalDialect<MpcDialect>(isPlain);
    target.addDynamicallyLegalOp<func::ReturnOp>(isPlain);
    target.addIllegalOp<OwnedOp>();
    target.addDynamicallyLegalOp<YieldOp>([](YieldOp op) { return llvm::isa<OwnedOp>(op->getParentOp()); });
    target.addDynamicallyLegalOp<WeightOp>([](WeightOp op) { return llvm::isa<OwnedOp, share::InputOp>(op->getParentOp()); });
    RewritePatternSet patterns(&getContext());
    populateLinearPatterns(types, patterns);
    populateGatePatterns(types, patterns, digit);
    populateEdgePatterns(types, patterns);
    populateNearPatterns(types, patterns);
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      return signalPassFailure();

    for (auto function : module.getOps<func::FuncOp>()) {
      Block &body = function.getBody().front();
      function.setType(FunctionType::get(&getContext(), body.getArgumentTypes(), body.getTerminator()->getOperandTypes()));
      if (failed(checkNoSecretLeft(function)))
        return signalPassFailure();
    }
  }
};

} // namespace
