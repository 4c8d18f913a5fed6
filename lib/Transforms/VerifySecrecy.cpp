// mpc-verify-secrecy: after owners are placed, every value that leaves a phase of secrecy does so where it is declared.
#include "mpc/Analysis/OwnerAnalysis.h"
#include "mpc/Transforms/Passes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_VERIFYSECRECY
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// An argument or result against its declaration; `what` is "argument" or "result".
LogicalResult checkPort(func::FuncOp function, StringRef what, unsigned index, Type type, StringAttr owner) {
  if (!owner)
    return function.emitError() << what << " " << index << " has no mpc.owner: say who sees it";
  if (owner.getValue() == "public" && isSecret(type))
    return function.emitError() << what << " " << index << " is declared public and is secret: it would be opened";
  if (owner.getValue() != "public" && !isSecret(type) && what == "argument")
    return function.emitError() << what << " " << index << " belongs to the " << owner.getValue()
                                << " and is plain: every party would see it";
  if (owner.getValue() == "model")
    return function.emitError() << what << " " << index
                                << " belongs to the model's owner, whose values are mpc.param, and who gets no results";
  return success();
}

LogicalResult checkOwned(OwnedOp owned) {
  if (owned.getNumResults() != 1)
    return owned.emitError() << "node '" << nodeName(owned) << "': a region has one result, not " << owned.getNumResults();
  if (owned.getOwner() == "client" && !isSecret(owned.getResult(0).getType()))
    return owned.emitError() << "node '" << nodeName(owned) << "': a value of the client is published, and nothing declares that";
  auto function = owned->getParentOfType<func::FuncOp>();
  for (Value input : owned.getInputs()) {
    auto argument = dyn_cast<BlockArgument>(input);
    auto owner = argument ? function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr) : StringAttr();
    if (isSecret(input.getType()) && (!owner || owner.getValue() != owned.getOwner()))
      return owned.emitError() << "node '" << nodeName(owned) << "': the region of the " << owned.getOwner()
                               << " reads a secret that is not its own";
  }
  return success();
}

// Secret elements that parties can hold shares of.
bool isShareable(Type type) {
  Type element = getPlainElementType(cast<RankedTensorType>(type).getElementType());
  return element.isF32() || element.isInteger(1) || isa<FxpType>(element);
}

LogicalResult checkOp(Operation *op) {
  if (auto owned = dyn_cast<OwnedOp>(op); owned && failed(checkOwned(owned)))
    return failure();
  if (isa<WeightOp>(op))
    return op->emitError() << "node '" << nodeName(op) << "': mpc.weight outside of a region of the model; run mpc-place-owners";
  bool secretOperand = llvm::any_of(op->getOperandTypes(), [](Type type) { return isSecret(type); });
  for (Type type : op->getResultTypes()) {
    if (!isa<OwnedOp>(op) && secretOperand && !isSecret(type))
      return op->emitError() << "node '" << nodeName(op) << "': a plain value is computed from a secret, which would open it";
    if (isSecret(type) && !isShareable(type))
      return op->emitError() << "node '" << nodeName(op) << "': a secret of type " << type
                             << " has no shares; only its owner can compute it";
  }
  if (!isa<OwnedOp>(op))
    for (Value operand : op->getOperands())
      if (isSecret(operand.getType()) && !isShareable(operand.getType()))
        return op->emitError() << "node '" << nodeName(op) << "': uses a secret of type " << operand.getType() << ", which has no shares";
  return success();
}

LogicalResult checkFunction(func::FuncOp function) {
  if (function.isExternal())
    return success();
  bool failedAny = false;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    failedAny |= failed(checkPort(function, "argument", i, type, function.getArgAttrOfType<StringAttr>(i, kOwnerAttr)));
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    failedAny |= failed(checkPort(function, "result", i, type, function.getResultAttrOfType<StringAttr>(i, kOwnerAttr)));
  for (Operation &op : function.getBody().front())
    failedAny |= failed(checkOp(&op));
  return failure(failedAny);
}

// A parameter that one entry publishes and another one keeps secret would be known after all.
LogicalResult checkEntriesAgree(ModuleOp module) {
  llvm::StringMap<func::FuncOp> publishedBy, hiddenBy;
  for (auto function : module.getOps<func::FuncOp>()) {
    llvm::StringSet<> published, hidden;
    function.walk([&](WeightOp weight) {
      auto owned = weight->getParentOfType<OwnedOp>();
      auto type = cast<RankedTensorType>(weight.getType());
      if (!owned || type.getNumElements() == 1 || !type.getElementType().isF32())
        return;
      (isSecret(owned.getResult(0).getType()) ? hidden : published).insert(weight.getParam());
    });
    for (const auto &name : published)
      publishedBy.try_emplace(name.getKey(), function);
    for (const auto &name : hidden)
      if (!published.contains(name.getKey()))
        hiddenBy.try_emplace(name.getKey(), function);
  }
  for (auto &entry : publishedBy) {
    auto other = hiddenBy.find(entry.getKey());
    if (other != hiddenBy.end())
      return module.emitError() << "parameter '" << entry.getKey() << "' is a weight in '" << other->second.getName()
                                << "' and would be published for '" << entry.second.getName()
                                << "'; compile the entries into bundles of their own, or with --weights public";
  }
  return success();
}

struct VerifySecrecyPass : mpc::impl::VerifySecrecyBase<VerifySecrecyPass> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (auto function = dyn_cast<func::FuncOp>(getOperation())) {
      if (failed(checkFunction(function)))
        signalPassFailure();
      return;
    }
    bool failedAny = false;
    getOperation()->walk([&](func::FuncOp function) { failedAny |= failed(checkFunction(function)); });
    if (auto module = dyn_cast<ModuleOp>(getOperation()))
      failedAny |= failed(checkEntriesAgree(module));
    if (failedAny)
      signalPassFailure();
  }
};

} // namespace
