// The pass: every node by its rule, forward, with static shapes. Nodes that have no rule, or whose rule refuses them, are collected, and
// the pass fails with one list of them.
#include "Node.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Conversion/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_CONVERTONNXTOMPC
#include "mpc/Conversion/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

namespace {

std::string nameOf(Location loc) {
  if (auto name = llvm::dyn_cast<NameLoc>(loc))
    return name.getName().str();
  auto place = llvm::dyn_cast<FileLineColLoc>(loc);
  return place ? "line " + std::to_string(place.getLine()) : std::string("?");
}

// What cannot be converted, grouped by op and reason.
class Problems {
public:
  void add(mlir::onnx::NodeOp op, StringRef reason) {
    std::string what = op.getOpType().str();
    what += " (" + (op.getDomain().empty() ? std::string() : "domain " + op.getDomain().str() + ", ") + "opset " +
            std::to_string(op.getOpset()) + ")";
    found[{what, reason.str()}].push_back(nameOf(op.getLoc()));
    ++count;
  }
  bool empty() const { return found.empty(); }
  std::string text() const {
    std::string result = std::to_string(count) + (count == 1 ? " node cannot be converted: " : " nodes cannot be converted: ");
    bool first = true;
    for (const auto &[key, names] : found) {
      result += first ? "" : "; ";
      first = false;
      result += key.first + " " + key.second + ", at ";
      constexpr size_t kShown = 5;
      for (size_t i = 0; i < std::min(names.size(), kShown); ++i)
        result += (i ? ", '" : "'") + names[i] + "'";
      if (names.size() > kShown)
        result += " and " + std::to_string(names.size() - kShown) + " more";
    }
    return result;
  }

private:
  llvm::MapVector<std::pair<std::string, std::string>, std::vector<std::string>, std::map<std::pair<std::string, std::string>, unsigned>>
      found;
  size_t count = 0;
};

class FunctionConverter {
public:
  FunctionConverter(func::FuncOp function) : function(function), emit(function.getContext()) {}

  LogicalResult run();

private:
  LogicalResult convertSignature();
  void convertBlock(Block &block);
  void convertNode(mlir::onnx::NodeOp op);
  void convertIf(mlir::onnx::NodeOp op);
  void refuse(mlir::onnx::NodeOp op, StringRef reason) { problems.add(op, reason); }
  LogicalResult finish();

  func::FuncOp function;
  Emitter emit;
  DenseMap<Value, Value> values; // onnx to mpc; absent where conversion failed, null where an input is left out
  Problems problems;
  LogicalResult status = success();
};

} // namespace

// Arguments get the element types that the program holds, and an owner where none is given.
LogicalResult FunctionConverter::convertSignature() {
  Builder builder(function.getContext());
  Block &block = function.getBody().front();
  SmallVector<Type> types;
  for (BlockArgument argument : block.getArguments()) {
    unsigned i = argument.getArgNumber();
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    std::string label = name ? name.str() : std::to_string(i);
    auto type = llvm::dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return mlir::emitError(function.getLoc())
             << "input '" << label << "' is of type " << argument.getType() << "; expected a tensor of known rank";
    auto dims = function.getArgAttrOfType<ArrayAttr>(i, mlir::onnx::kDimsAttr);
    int64_t count = 1;
    for (auto [d, dim] : llvm::enumerate(type.getShape())) {
      auto symbol = dims && d < dims.size() ? llvm::dyn_cast<StringAttr>(dims[d]) : StringAttr();
      if (ShapedType::isDynamic(dim)) {
        InFlightDiagnostic error = mlir::emitError(function.getLoc())
                                   << "no size is bound to dimension " << d << " of input '" << label << "'";
        return symbol && !symbol.empty() ? error << " ('" << symbol.getValue() << "'): give --bind " << symbol.getValue() << "=N"
                                         : error << ": give a case by --calibrate CASE.npz";
      }
      if (dim > 0 && count > (int64_t(1) << 32) / dim)
        return mlir::emitError(function.getLoc())
               << "input '" << label << "' of type " << type << " is out of bounds; up to 2^32 elements are supported";
      count *= std::max<int64_t>(dim, 1);
    }
    Type element = plainElement(type.getElementType());
    if (!element)
      return mlir::emitError(function.getLoc())
             << "input '" << label << "' has elements of type " << type.getElementType() << "; not supported";
    types.push_back(RankedTensorType::get(type.getShape(), element));
  }
  for (auto [argument, type] : llvm::zip_equal(block.getArguments(), types)) {
    unsigned i = argument.getArgNumber();
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    if (!name)
      function.setArgAttr(i, kNameAttr, builder.getStringAttr("input" + std::to_string(i)));
    if (!function.getArgAttr(i, kOwnerAttr))
      function.setArgAttr(i, kOwnerAttr,
                          builder.getStringAttr(name && mlir::onnx::isPublicByDefault(name.getValue()) ? "public" : "client"));
    function.removeArgAttr(i, mlir::onnx::kDimsAttr);
    argument.setType(type);
    values[argument] = argument;
  }
  return success();
}

void FunctionConverter::convertIf(mlir::onnx::NodeOp op) {
  Value condition = op.getInputs().empty() ? Value() : values.lookup(op.getInputs()[0]);
  if (!op.getInputs().empty() && !values.count(op.getInputs()[0]))
    return; // what it reads could not be converted
  std::optional<SmallVector<int64_t>> known = condition ? emit.getInts(condition) : std::nullopt;
  if (!known || known->size() != 1) {
    refuse(op, "has a condition that is not known at compile time");
    return;
  }
  StringRef taken = known->front() != 0 ? "then_branch" : "else_branch";
  for (auto [name, body] : llvm::zip_equal(*op.getGraphs(), op.getBodies())) {
    if (llvm::cast<StringAttr>(name).getValue() != taken)
      continue;
    convertBlock(body.front());
    for (auto [result, value] : llvm::zip(op.getOutputs(), body.front().back().getOperands()))
      if (auto found = values.find(value); found != values.end())
        values[result] = found->second;
    return;
  }
  refuse(op, "has no " + taken.str());
}

void FunctionConverter::convertNode(mlir::onnx::NodeOp op) {
  if (op.getDomain().empty() && op.getOpType() == "If" && op.getGraphs())
    return convertIf(op);
  std::string reason;
  const OnnxRule *rule = findRule(op.getDomain(), op.getOpType(), op.getOpset(), reason);
  if (!op.getBodies().empty())
    return refuse(op, "has a graph of its own, which is not supported");
  if (!rule)
    return refuse(op, reason);
  emit.error.clear();
  Node node{emit, op, static_cast<int64_t>(op.getOpset()), {}, SmallVector<Value>(op.getNumResults())};
  for (Value input : op.getInputs()) {
    auto found = values.find(input);
    if (found == values.end())
      return; // what it reads could not be converted, and is in the list
    node.inputs.push_back(found->second);
  }
  for (unsigned i = 0; i < rule->required; ++i)
    if (!node.has(i))
      return refuse(op, "needs " + std::to_string(rule->required) + " inputs, input " + std::to_string(i) + " is left out");
  if (std::string wrong = checkFacts(*rule, node); !wrong.empty())
    return refuse(op, wrong);
  bool converted = succeeded(rule->convert(node));
  if (!converted || !emit.error.empty())
    return refuse(op, emit.error.empty() ? "has a form that is not supported" : emit.error);
  for (auto [i, value] : llvm::enumerate(node.outputs)) {
    if (value)
      values[op.getResult(i)] = value;
    else if (node.wants(i))
      refuse(op, "has an output " + std::to_string(i) + " that is not supported");
  }
}

void FunctionConverter::convertBlock(Block &block) {
  for (Operation &op : block) {
    emit.loc = op.getLoc();
    if (auto node = llvm::dyn_cast<mlir::onnx::NodeOp>(op)) {
      convertNode(node);
    } else if (auto none = llvm::dyn_cast<mlir::onnx::NoneOp>(op)) {
      values[none.getResult()] = Value();
    } else if (auto constant = llvm::dyn_cast<mlir::onnx::ConstantOp>(op)) {
      DenseElementsAttr plain = toPlain(llvm::cast<DenseElementsAttr>(constant.getValue()));
      if (plain)
        values[constant.getResult()] = emit.constant(plain);
      else
        status = op.emitError() << "elements of type " << constant.getValue().getElementType() << " are not supported, or are beyond int64";
    } else if (auto param = llvm::dyn_cast<mlir::onnx::ParamOp>(op)) {
      auto symbol = SymbolTable::lookupNearestSymbolFrom<mpc::ParamOp>(op.getParentOp(), param.getParamAttr());
      if (symbol)
        values[param.getResult()] = emit.builder.create<WeightOp>(op.getLoc(), symbol.getType(), param.getParamAttr());
      else
        status = op.emitError() << "'" << param.getParam() << "' is no mpc.param";
    }
  }
}

// The results, and the old ops away; new ones that nothing reads too.
LogicalResult FunctionConverter::finish() {
  Block &block = function.getBody().front();
  auto ret = llvm::dyn_cast<func::ReturnOp>(block.getTerminator());
  if (!ret)
    return mlir::emitError(function.getLoc()) << "does not end in func.return";
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (auto [i, operand] : llvm::enumerate(ret.getOperands())) {
    Value value = values.lookup(operand);
    if (!value)
      return mlir::emitError(function.getLoc()) << "output " << i << " has no value";
    // The file's own statement, where it is a number, is a check on what was inferred.
    if (auto stated = llvm::dyn_cast<RankedTensorType>(operand.getType())) {
      bool fits = stated.getRank() == rankOf(value);
      for (int64_t d = 0; fits && d < stated.getRank(); ++d)
        fits = stated.isDynamicDim(d) || stated.getDimSize(d) == shapeOf(value)[d];
      auto name = function.getResultAttrOfType<StringAttr>(i, kNameAttr);
      if (!fits)
        return mlir::emitError(function.getLoc())
               << "output '" << (name ? name.getValue() : "") << "' is " << describe(value) << ", the file states " << stated;
    }
    results.push_back(value);
    types.push_back(value.getType());
  }
  OpBuilder(ret).create<func::ReturnOp>(ret.getLoc(), results);
  ret.erase();
  function.setType(FunctionType::get(function.getContext(), block.getArgumentTypes(), types));
  Builder builder(function.getContext());
  for (unsigned i = 0; i < results.size(); ++i) {
    if (!function.getResultAttr(i, kNameAttr))
      function.setResultAttr(i, kNameAttr, builder.getStringAttr("output" + std::to_string(i)));
    if (!function.getResultAttr(i, kOwnerAttr))
      function.setResultAttr(i, kOwnerAttr, builder.getStringAttr("client"));
    function.removeResultAttr(i, builder.getStringAttr(mlir::onnx::kDimsAttr));
  }
  if (!function->hasAttr(kEntryAttr))
    function->setAttr(kEntryAttr, builder.getStringAttr(function.getName()));
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (op.getDialect() && op.getDialect()->getNamespace() == mlir::onnx::OnnxDialect::getDialectNamespace()) {
      op.dropAllUses();
      op.erase();
    } else if (isOpTriviallyDead(&op)) {
      op.erase();
    }
  }
  return success();
}

LogicalResult FunctionConverter::run() {
  if (function.isExternal() || !llvm::hasSingleElement(function.getBody()))
    return mlir::emitError(function.getLoc()) << "expected a function of one block";
  if (failed(convertSignature()))
    return failure();
  Block &block = function.getBody().front();
  emit.builder.setInsertionPoint(block.getTerminator());
  convertBlock(block);
  if (!problems.empty())
    return mlir::emitError(function.getLoc()) << problems.text();
  return failed(status) ? failure() : finish();
}

namespace {
struct ConvertOnnxToMpc : mlir::mpc::impl::ConvertOnnxToMpcBase<ConvertOnnxToMpc> {
  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      bool imported = false;
      function.walk([&](Operation *op) { imported |= op->getDialect() && op->getDialect()->getNamespace() == "onnx"; });
      if (imported && failed(FunctionConverter(function).run()))
        return signalPassFailure();
    }
    // Weights that nothing reads any more: tables of which only the shape mattered, branches not taken.
    DenseSet<StringAttr> used;
    getOperation().walk([&](WeightOp op) { used.insert(op.getParamAttr().getAttr()); });
    getOperation().walk([&](mlir::onnx::ParamOp op) { used.insert(op.getParamAttr().getAttr()); });
    for (ParamOp param : llvm::make_early_inc_range(getOperation().getOps<ParamOp>()))
      if (!used.contains(param.getSymNameAttr()))
        param.erase();
  }
};
} // namespace
