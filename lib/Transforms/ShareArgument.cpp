#include "ShareArgument.h"

using namespace mlir;
using namespace mlir::mpc;

void mlir::mpc::shareArgument(func::FuncOp function, BlockArgument argument) {
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : argument.getUses())
    if (!llvm::isa<OwnedOp>(use.getOwner()))
      uses.push_back(&use);
  if (uses.empty())
    return;
  OpBuilder b = OpBuilder::atBlockBegin(argument.getOwner());
  auto type = llvm::cast<RankedTensorType>(argument.getType());
  auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
  auto owned = b.create<OwnedOp>(argument.getLoc(), TypeRange(type), owner ? owner.getValue() : "client", ValueRange(argument));
  Block *inside = b.createBlock(&owned.getBody(), {}, TypeRange(makePlain(type)), {argument.getLoc()});
  b.create<YieldOp>(argument.getLoc(), inside->getArguments());
  for (OpOperand *use : uses)
    use->set(owned->getResult(0));
}
