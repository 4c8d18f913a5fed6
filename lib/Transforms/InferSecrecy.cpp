// mpc-infer-secrecy: secrecy becomes part of the types. What would have to open a secret is refused here, by the name of its node.
#include "SecretLookups.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Analysis/OwnerAnalysis.h"
#include "mpc/Transforms/Passes.h"
#include <cmath>

namespace mlir::mpc {
#define GEN_PASS_DEF_INFERSECRECY
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// A constant beyond this stands for "masked out"; no fixed-point format holds it beside a secret.
constexpr double kLargest = 1e9;

bool holdsMaskConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue()) : DenseFPElementsAttr();
  if (!elements)
    return false;
  auto large = [](const APFloat &number) { return !(std::abs(number.convertToDouble()) <= kLargest); };
  if (elements.isSplat())
    return large(elements.getSplatValue<APFloat>());
  return llvm::any_of(elements.getValues<APFloat>(), large);
}

// min(x, inf) and max(x, -inf) are x: the precision phase drops a limit that no value reaches.
bool isIdleLimit(Operation *op, Value limit) {
  auto splat = getConstantSplat(limit);
  return splat && ((isa<MaxOp>(op) && *splat < -kLargest) || (isa<MinOp>(op) && *splat > kLargest));
}

// Ops that have no form on shares: a value of the client alone may pass through them, as the client computes it.
bool hasNoSecretForm(Operation *op) {
  if (auto mod = dyn_cast<ModOp>(op))
    return !mod.getRhs().getDefiningOp<ConstantOp>();
  return isa<IsNanOp>(op);
}

// Operands of `op` that must be public for it to mean anything, with what they are called in messages.
SmallVector<std::pair<Value, StringRef>> publicOperands(Operation *op) {
  if (auto softmax = dyn_cast<SoftmaxOp>(op))
    return softmax.getBias() ? SmallVector<std::pair<Value, StringRef>>{{softmax.getBias(), "mask"}}
                             : SmallVector<std::pair<Value, StringRef>>{};
  if (auto attention = dyn_cast<AttentionOp>(op))
    return attention.getBias() ? SmallVector<std::pair<Value, StringRef>>{{attention.getBias(), "mask"}}
                               : SmallVector<std::pair<Value, StringRef>>{};
  if (auto rotary = dyn_cast<RotaryOp>(op))
    return {{rotary.getCos(), "table of positions"}, {rotary.getSin(), "table of positions"}};
  return {};
}

// How to get around a value of the client that should be public.
std::string adviceFor(Value value) {
  std::string inputs = clientInputsOf(value);
  if (inputs.empty())
    return "it depends on weights: compile with --weights public, or export the model with this part as a constant";
  return "it depends on " + inputs + ": declare that input with --public-input NAME if it may be known to the parties";
}

struct InferSecrecyPass : mpc::impl::InferSecrecyBase<InferSecrecyPass> {
  using InferSecrecyBase::InferSecrecyBase;

  LogicalResult check(Operation *op, OwnerAnalysis &owners) {
    for (auto [operand, what] : publicOperands(op))
      if (!owners.isPublic(operand))
        return op->emitError() << "node '" << nodeName(op) << "': its " << what << " is secret, and would have to be opened; "
                               << adviceFor(operand);
    if (op->getNumResults() == 0)
      return success();
    OwnerClass owner = owners.classOf(op->getResult(0));
    if (owner == OwnerClass::Public)
      return success();
    for (Value operand : op->getOperands())
      if (holdsMaskConstant(operand) && !isa<SoftmaxOp, AttentionOp>(op) && !isIdleLimit(op, operand))
        return op->emitError() << "node '" << nodeName(op)
                               << "': a mask constant such as -inf or -3.4e38 meets a secret, which no fixed-point number can follow; "
                               << adviceFor(op->getResult(0));
    if (owner != OwnerClass::Shared)
      return success();
    if (hasNoSecretForm(op))
      return op->emitError() << "node '" << nodeName(op) << "': " << op->getName() << " has no form on secret values; "
                             << adviceFor(op->getResult(0));
    return success();
  }

  // Types of one function, top to bottom.
  LogicalResult infer(func::FuncOp function, OwnerAnalysis &owners) {
    Block &body = function.getBody().front();
    bool failedAny = false;
    for (Operation &op : body)
      failedAny |= failed(check(&op, owners));
    Operation *terminator = body.getTerminator();
    for (OpOperand &result : terminator->getOpOperands()) {
      unsigned index = result.getOperandNumber();
      auto owner = function.getResultAttrOfType<StringAttr>(index, kOwnerAttr);
      if (owner && owner.getValue() == "public" && !owners.isPublic(result.get())) {
        auto name = function.getResultAttrOfType<StringAttr>(index, kNameAttr);
        failedAny = true;
        function.emitError() << "result '" << (name ? name.getValue() : StringRef("?"))
                             << "' is declared public and is computed from secrets, so it would be opened; give it to the client";
      }
    }
    if (failedAny)
      return failure();

    auto hide = [](Value value) { value.setType(makeSecret(cast<RankedTensorType>(value.getType()))); };
    auto isHidden = [](Value value) { return isSecret(value.getType()); };
    for (BlockArgument argument : body.getArguments())
      if (!owners.isPublic(argument))
        hide(argument);
    for (Operation &op : body) {
      auto weight = dyn_cast<WeightOp>(op);
      bool secret = weight ? !owners.isPublished(weight) : llvm::any_of(op.getOperands(), isHidden);
      if (secret)
        for (Value result : op.getResults())
          hide(result);
    }
    function.setType(FunctionType::get(&getContext(), body.getArgumentTypes(), terminator->getOperandTypes()));
    return success();
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (weights != "secret" && weights != "public") {
      function.emitError() << "weights must be \"secret\" or \"public\", not \"" << weights << "\"";
      return signalPassFailure();
    }
    if (function.isExternal())
      return;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (!function.getArgAttrOfType<StringAttr>(i, kOwnerAttr)) {
        function.emitError() << "argument " << i << " has no owner: expected mpc.owner = \"client\" or \"public\"";
        return signalPassFailure();
      }
    bool changed = false;
    {
      OwnerAnalysis owners(function, weights == "public");
      if (failed(rewriteSecretLookups(function, owners, changed)))
        return signalPassFailure();
      if (!changed && failed(infer(function, owners)))
        return signalPassFailure();
    }
    if (changed) {
      OwnerAnalysis owners(function, weights == "public");
      if (failed(infer(function, owners)))
        signalPassFailure();
    }
  }
};

} // namespace
