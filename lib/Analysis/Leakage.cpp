// The leakage statement of a program, collected.
#include "mpc/Analysis/Leakage.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/OwnerAnalysis.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mpc;

// "1x24 i64", "scalar f32": what a reader needs of a type; formats of shares are left out.
static std::string describe(Type type) {
  auto tensor = llvm::cast<RankedTensorType>(type);
  std::string text;
  llvm::raw_string_ostream out(text);
  if (tensor.getRank() == 0)
    out << "scalar";
  llvm::interleave(
      tensor.getShape(), out, [&](int64_t dim) { out << dim; }, "x");
  Type element = getPlainElementType(tensor.getElementType());
  if (element.isIntOrFloat())
    out << " " << element;
  else if (llvm::isa<share::MaskedBitType, share::XorBitType>(element))
    out << " bits";
  else
    out << " numbers";
  return text;
}

static bool isPlain(Type type) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(type);
  return tensor && (tensor.getElementType().isIntOrFloat() || llvm::isa<share::PublicType>(tensor.getElementType()));
}

// Low bits that a gate's result loses where it lies.
static int64_t truncatedBits(Operation *op) {
  auto fraction = [](Value value) -> int64_t {
    auto format = share::getRingFormat(llvm::cast<RankedTensorType>(value.getType()).getElementType());
    return format ? format->fraction : 0;
  };
  int64_t result = op->getNumResults() == 1 ? fraction(op->getResult(0)) : 0;
  if (auto truncate = llvm::dyn_cast<share::TruncateOp>(op))
    return fraction(truncate.getInput()) - result;
  if (llvm::isa<share::MulOp, share::MatmulOp>(op))
    return fraction(op->getOperand(0)) + fraction(op->getOperand(1)) - result;
  if (auto periodic = llvm::dyn_cast<share::PeriodicOp>(op)) {
    int64_t digits = 0;
    for (int64_t d : periodic.getDigits())
      digits = std::max(digits, d);
    return digits + static_cast<int64_t>(periodic.getPublicBits()) - result;
  }
  if (auto exp = llvm::dyn_cast<share::ExpOp>(op))
    return static_cast<int64_t>(exp.getDealtBits() + exp.getPublicBits()) - result;
  return 0;
}

namespace {

class Collector {
public:
  explicit Collector(func::FuncOp function) : function(function) {}

  FailureOr<Leakage> run() {
    if (!function.getBody().hasOneBlock())
      return function.emitOpError("must have one block for its leakage to be stated");
    auto entry = function->getAttrOfType<StringAttr>(kEntryAttr);
    leakage.entry = (entry ? entry.getValue() : function.getSymName()).str();
    for (BlockArgument argument : function.getArguments())
      if (failed(addInput(argument)))
        return failure();
    for (Operation &op : function.getBody().front())
      addOp(&op);
    for (auto &[name, rounding] : roundings)
      leakage.rounding.push_back(rounding);
    leakage.sharedWeights = static_cast<int64_t>(secretParams.size());
    return std::move(leakage);
  }

private:
  static std::string nameOf(DictionaryAttr attributes, StringRef otherwise) {
    auto name = attributes ? attributes.getAs<StringAttr>(kNameAttr) : StringAttr();
    return (name ? name.getValue() : otherwise).str();
  }

  LogicalResult addInput(BlockArgument argument) {
    unsigned i = argument.getArgNumber();
    auto owner = function.getArgAttrOfType<StringAttr>(i, kOwnerAttr);
    if (!owner)
      return function.emitOpError("argument ") << i << " has no mpc.owner: run the secrecy phase first";
    SeenValue value{nameOf(function.getArgAttrDict(i), "argument " + std::to_string(i)), describe(argument.getType()), owner.str()};
    (owner.getValue() == "public" ? leakage.publicInputs : leakage.secretInputs).push_back(value);
    return success();
  }

  void addOp(Operation *op) {
    if (llvm::isa<OwnedOp, share::InputOp>(op))
      return addOwned(op);
    if (auto constant = llvm::dyn_cast<ConstantOp>(op))
      return addConstant(constant);
    if (auto weight = llvm::dyn_cast<WeightOp>(op)) { // of a module whose owners are not placed
      if (isPlain(weight.getType()))
        leakage.published.push_back({weight.getParam().str(), describe(weight.getType()), "parameter of the model"});
      else
        secretParams.insert(weight.getParam());
      return;
    }
    if (auto remask = llvm::dyn_cast<share::RemaskOp>(op))
      leakage.remaskedValues += llvm::cast<RankedTensorType>(remask.getType()).getNumElements();
    if (auto ret = llvm::dyn_cast<func::ReturnOp>(op))
      return addOutputs(ret);
    if (truncatedBits(op) > 0) {
      LocalRounding &rounding = roundings[op->getName().getStringRef()];
      rounding.op = op->getName().getStringRef().str();
      ++rounding.ops;
      rounding.values += llvm::cast<RankedTensorType>(op->getResult(0).getType()).getNumElements();
    }
  }

  // What an owner computes alone: published where a result is plain, else shared.
  void addOwned(Operation *op) {
    StringRef owner = llvm::isa<OwnedOp>(op) ? llvm::cast<OwnedOp>(op).getOwner() : llvm::cast<share::InputOp>(op).getOwner();
    llvm::SetVector<StringRef> sources, ops;
    for (Value operand : op->getOperands())
      if (auto argument = llvm::dyn_cast<BlockArgument>(operand))
        sources.insert(
            names.insert(nameOf(function.getArgAttrDict(argument.getArgNumber()), "argument " + std::to_string(argument.getArgNumber())))
                .first->getKey());
    llvm::SetVector<StringRef> params;
    op->walk([&](Operation *inner) {
      if (auto weight = llvm::dyn_cast<WeightOp>(inner))
        params.insert(weight.getParam());
      else if (auto constant = llvm::dyn_cast<ConstantOp>(inner))
        addConstant(constant); // every party holds the program, owners' computations with it
      else if (inner != op && !inner->hasTrait<OpTrait::IsTerminator>())
        ops.insert(inner->getName().getStringRef());
    });
    sources.insert(params.begin(), params.end());
    std::string how = (owner == "client" ? "data owner: " : "model owner: ") + llvm::join(sources, ", ");
    if (sources.empty())
      how += "constants";
    if (!ops.empty())
      how += " by " + llvm::join(ops, ", ");
    for (Value result : op->getResults()) {
      bool plain = isPlain(result.getType());
      std::string name = sources.size() == 1 ? sources.front().str() : nodeName(op);
      (plain ? leakage.published : leakage.shared).push_back({name, describe(result.getType()), how});
      if (!plain)
        secretParams.insert(params.begin(), params.end());
    }
  }

  void addConstant(ConstantOp constant) {
    SeenValue value{nodeName(constant), describe(constant.getType()), ""};
    if (auto elements = llvm::dyn_cast<DenseElementsAttr>(constant.getValue()); elements && elements.isSplat()) {
      llvm::raw_string_ostream out(value.note);
      Attribute element = elements.getSplatValue<Attribute>();
      if (auto real = llvm::dyn_cast<FloatAttr>(element))
        out << llvm::formatv("{0:g}", real.getValueAsDouble());
      else if (auto integer = llvm::dyn_cast<IntegerAttr>(element))
        out << (integer.getType().isInteger(1) ? static_cast<int64_t>(integer.getValue().getZExtValue())
                                               : integer.getValue().getSExtValue());
    }
    leakage.constants.push_back(std::move(value));
  }

  void addOutputs(func::ReturnOp ret) {
    for (OpOperand &operand : ret->getOpOperands()) {
      unsigned i = operand.getOperandNumber();
      auto reveal = operand.get().getDefiningOp<share::RevealOp>();
      auto owner = function.getResultAttrOfType<StringAttr>(i, kOwnerAttr);
      bool isPublic = !reveal && isPlain(operand.get().getType());
      StringRef to = reveal ? reveal.getOwner() : owner ? owner.getValue() : "client";
      leakage.outputs.push_back({nameOf(function.getResultAttrDict(i), "result " + std::to_string(i)), describe(operand.get().getType()),
                                 isPublic         ? "every party"
                                 : to == "client" ? "data owner"
                                                  : (to + " owner").str()});
    }
  }

  func::FuncOp function;
  Leakage leakage;
  llvm::StringSet<> names; // keeps texts of `sources` alive
  llvm::SetVector<StringRef> secretParams;
  llvm::MapVector<StringRef, LocalRounding> roundings;
};

} // namespace

FailureOr<std::vector<Leakage>> mlir::mpc::analyzeLeakage(ModuleOp module) {
  std::vector<Leakage> entries;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    FailureOr<Leakage> leakage = Collector(function).run();
    if (failed(leakage))
      return failure();
    entries.push_back(std::move(*leakage));
  }
  return std::move(entries);
}
