// Whose values an expression depends on, and which parameters their owner publishes (decisions, 2).
#include "mpc/Analysis/OwnerAnalysis.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::mpc;

// Whether operand `index` of `op` can only be public: no gate takes a secret there, and what stands there is structure (positions).
static bool mustBePublic(Operation *op, unsigned index) {
  if (isa<SinOp, CosOp>(op))
    return true;
  if (isa<RotaryOp, GatherOp, GatherNdOp>(op))
    return index > 0;
  return isa<EmbeddingOp>(op) && index == 0;
}

// The owner of an argument of an entry; an argument without the attribute belongs to the client, who is harmed by a wrong guess.
static bool isPublicArgument(BlockArgument argument) {
  auto function = dyn_cast_if_present<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return false;
  auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
  return owner && owner.getValue() == "public";
}

OwnerAnalysis::OwnerAnalysis(func::FuncOp function, bool weightsPublic) : weightsPublic(weightsPublic) {
  findPublished(function);
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->getParentOp() == function) {
      Owners result = classify(op);
      for (Value value : op->getResults())
        owners[value] = result;
    }
    return isa<OwnedOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

void OwnerAnalysis::findPublished(func::FuncOp function) {
  if (function.isExternal())
    return;
  Block &body = function.getBody().front();
  // Values that need the client: forward, a definition stands before its uses.
  DenseSet<Value> client;
  for (BlockArgument argument : body.getArguments())
    if (!isPublicArgument(argument))
      client.insert(argument);
  auto needsClient = [&](Operation &op) { return llvm::any_of(op.getOperands(), [&](Value v) { return client.contains(v); }); };
  for (Operation &op : body) {
    auto owned = dyn_cast<OwnedOp>(op);
    if (needsClient(op) || (owned && owned.getOwner() == "client"))
      client.insert(op.result_begin(), op.result_end());
  }
  // Values all of whose uses end where only a public value can stand: backward.
  DenseSet<Value> structure;
  llvm::StringSet<> weights;
  for (Operation &op : llvm::reverse(body)) {
    for (Value value : op.getResults()) {
      bool all = !value.use_empty() && llvm::all_of(value.getUses(), [&](OpOperand &use) {
        Operation *user = use.getOwner();
        if (mustBePublic(user, use.getOperandNumber()))
          return true;
        return user->getNumResults() == 1 && !client.contains(user->getResult(0)) && structure.contains(user->getResult(0));
      });
      if (all)
        structure.insert(value);
    }
    auto weight = dyn_cast<WeightOp>(op);
    if (!weight)
      continue;
    auto type = cast<RankedTensorType>(weight.getType());
    bool small = type.getNumElements() == 1 || getPlainElementType(type.getElementType()).isInteger();
    if (small || structure.contains(weight.getResult()))
      published.insert(weight.getParam());
    else
      weights.insert(weight.getParam());
  }
  // One parameter, several uses: a weight anywhere is a weight.
  for (const auto &name : weights)
    published.erase(name.getKey());
}

bool OwnerAnalysis::isPublished(WeightOp weight) const { return weightsPublic || published.contains(weight.getParam()); }

Owners OwnerAnalysis::classify(Operation *op) {
  Owners result;
  if (auto weight = dyn_cast<WeightOp>(op)) {
    (isPublished(weight) ? result.published : result.model) = true;
    return result;
  }
  if (auto owned = dyn_cast<OwnedOp>(op)) {
    bool secret = llvm::any_of(owned.getResultTypes(), [](Type type) { return isSecret(type); });
    if (owned.getOwner() == "client")
      result.client = true;
    else
      (secret ? result.model : result.published) = true;
    return result;
  }
  for (Value operand : op->getOperands())
    result |= get(operand);
  return result;
}

Owners OwnerAnalysis::get(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Owners result;
    (isPublicArgument(argument) ? result.live : result.client) = true;
    return result;
  }
  auto found = owners.find(value);
  if (found != owners.end())
    return found->second;
  Owners result = classify(value.getDefiningOp());
  owners[value] = result;
  return result;
}

OwnerClass OwnerAnalysis::classOf(Value value) {
  Owners result = get(value);
  if (result.client)
    return result.model || result.published ? OwnerClass::Shared : OwnerClass::Client;
  if (result.model)
    return result.live ? OwnerClass::Shared : OwnerClass::Model;
  return OwnerClass::Public;
}

bool OwnerAnalysis::isPublic(Value value) {
  Owners result = get(value);
  return !result.client && !result.model;
}

void OwnerAnalysis::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  Owners result = classify(op);
  for (Value value : op->getResults())
    owners[value] = result;
}

void OwnerAnalysis::notifyOperationErased(Operation *op) {
  for (Value value : op->getResults())
    owners.erase(value);
}

std::string mlir::mpc::nodeName(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().getStringRef().str();
}

std::string mlir::mpc::clientInputsOf(Value value) {
  llvm::SetVector<Value> slice;
  slice.insert(value);
  std::string names;
  for (size_t i = 0; i < slice.size(); ++i) {
    auto argument = dyn_cast<BlockArgument>(slice[i]);
    if (!argument) {
      Operation *op = slice[i].getDefiningOp();
      slice.insert(op->operand_begin(), op->operand_end());
      continue;
    }
    auto function = dyn_cast_if_present<func::FuncOp>(argument.getOwner()->getParentOp());
    if (!function || isPublicArgument(argument))
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kNameAttr);
    names += (names.empty() ? "'" : ", '") + (name ? name.str() : "argument " + std::to_string(argument.getArgNumber())) + "'";
  }
  return names;
}
