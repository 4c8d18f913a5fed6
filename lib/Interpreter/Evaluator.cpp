// Values, blocks and functions of the interpreters.
#include "Evaluator.h"
#include "mpc/Support/Attributes.h"

using namespace mlir;
using namespace mlir::mpc;

LogicalResult mlir::mpc::report(Operation *op, const absl::Status &status) { return op->emitError() << std::string(status.message()); }

FailureOr<func::FuncOp> mlir::mpc::findEntry(ModuleOp module, StringRef entry) {
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal())
      functions.push_back(function);
  for (func::FuncOp function : functions) {
    auto name = function->getAttrOfType<StringAttr>(kEntryAttr);
    if (!entry.empty() && ((name && name.getValue() == entry) || function.getName() == entry))
      return function;
  }
  if (entry.empty() && functions.size() == 1)
    return functions.front();
  module.emitError() << (entry.empty() ? "has no or several functions; name the entry" : "has no entry '" + entry.str() + "'");
  return failure();
}

std::string mlir::mpc::argumentName(func::FuncOp function, unsigned index) {
  auto name = function.getArgAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue().str() : "arg" + std::to_string(index);
}

std::string mlir::mpc::resultName(func::FuncOp function, unsigned index) {
  auto name = function.getResultAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue().str() : "result" + std::to_string(index);
}

FailureOr<SmallVector<Evaluator::TensorPtr>> Evaluator::runBlock(Block &block, Operands arguments) {
  DenseMap<Value, TensorPtr> values;
  DenseMap<Value, unsigned> left; // uses that are still to come
  auto define = [&](Value value, TensorPtr tensor) {
    unsigned uses = std::distance(value.use_begin(), value.use_end());
    if (uses == 0)
      return;
    left[value] = uses;
    values[value] = std::move(tensor);
  };
  auto take = [&](Operation *op) {
    SmallVector<TensorPtr> taken;
    for (Value operand : op->getOperands()) {
      taken.push_back(values.lookup(operand));
      if (auto it = left.find(operand); it != left.end() && --it->second == 0)
        values.erase(operand);
    }
    return taken;
  };
  for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    define(argument, tensor);
  for (Operation &op : block.without_terminator()) {
    SmallVector<TensorPtr> operands = take(&op);
    if (llvm::is_contained(operands, nullptr))
      return op.emitError("reads a value that has not been computed"), failure();
    auto results = runOp(&op, operands);
    if (failed(results))
      return failure();
    for (auto [i, result, tensor] : llvm::enumerate(op.getResults(), *results)) {
      if (options.probe)
        options.probe(&op, i, view(*tensor, result.getType()));
      define(result, tensor);
    }
  }
  return take(block.getTerminator());
}

FailureOr<Evaluator::TensorPtr> Evaluator::runClear(Operation *op, Operands operands) {
  tacit::Instruction instruction;
  instruction.op = op->getName().getStringRef().str();
  auto attributes = toProgramAttributes(op);
  if (failed(attributes))
    return failure();
  instruction.attributes = std::move(*attributes);
  if (auto constant = llvm::dyn_cast<ConstantOp>(op)) {
    auto data = toProgramData(constant.getValue());
    if (failed(data))
      return op->emitError("holds elements that a program cannot store"), failure();
    instruction.data = std::move(*data);
  }
  auto type = clearType(op->getResult(0).getType());
  if (failed(type))
    return op->emitError("makes a value of type ") << op->getResult(0).getType() << ", which this interpreter does not know", failure();
  SmallVector<const tacit::Tensor *> raw;
  for (const TensorPtr &operand : operands)
    raw.push_back(operand.get());
  auto result = tacit::RunClear(instruction, absl::MakeConstSpan(raw.data(), raw.size()), *type);
  if (!result.ok())
    return LogicalResult(report(op, result.status()));
  return TensorPtr(std::make_shared<tacit::Tensor>(*std::move(result)));
}

FailureOr<Evaluator::TensorPtr> Evaluator::loadWeight(WeightOp op) {
  auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(op, op.getParamAttr());
  if (!param)
    return op.emitError("names no mpc.param"), failure();
  if (!options.load)
    return op.emitError("needs a parameter, and no folder of parameters was given"), failure();
  auto tensor = options.load(param);
  if (!tensor.ok())
    return LogicalResult(report(op, tensor.status()));
  return TensorPtr(std::make_shared<tacit::Tensor>(*std::move(tensor)));
}

// An input must have the shape and kind that the function declares.
static LogicalResult checkInput(func::FuncOp function, StringRef name, const tacit::Tensor &tensor, const tacit::Type &type) {
  if (tensor.kind() == type.kind && tensor.shape() == type.shape)
    return success();
  return function.emitError() << "input '" << name << "' is " << tacit::Describe(tensor.kind(), tensor.shape()) << ", the function takes "
                              << tacit::Describe(type.kind, type.shape);
}

FailureOr<tacit::NamedTensors> Evaluator::runFunction(func::FuncOp function, const tacit::NamedTensors &inputs) {
  if (!function.getBody().hasOneBlock())
    return function.emitError("must have a body of one block"), failure();
  SmallVector<TensorPtr> arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    std::string name = argumentName(function, i);
    auto found = llvm::find_if(inputs, [&](const auto &input) { return input.first == name; });
    if (found == inputs.end())
      return function.emitError("has no input '") << name << "'", failure();
    auto type = clearType(function.getArgument(i).getType());
    if (failed(type))
      return function.emitError("argument '") << name << "' has type " << function.getArgument(i).getType()
                                              << ", which this interpreter does not know",
             failure();
    if (failed(checkInput(function, name, found->second, *type)))
      return failure();
    arguments.push_back(std::make_shared<tacit::Tensor>(found->second));
  }
  auto results = runBlock(function.getBody().front(), arguments);
  if (failed(results))
    return failure();
  tacit::NamedTensors outputs;
  for (auto [i, result] : llvm::enumerate(*results)) {
    if (!result)
      return function.emitError("returns a value that was not computed"), failure();
    outputs.emplace_back(resultName(function, i), *result);
  }
  return outputs;
}
