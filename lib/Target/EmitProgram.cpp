// From a scheduled module to the program's tables. Values are numbered in the order in which they appear: public inputs, what
// owners share, results of instructions; types, origins and parameters by first use. The order depends on nothing else, so
// that the text twin gives the same bytes.
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Support/Attributes.h"
#include "mpc/Target/Origin.h"
#include "mpc/Target/Program.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

constexpr llvm::StringLiteral kToolAttr = "mpc.tool"; // on a module read from a program: the compiler that wrote it
constexpr llvm::StringLiteral kTool = "tacit 0.1.0";
constexpr int64_t kMostElements = int64_t(1) << 31; // the container's limit (runtime/src/program/check.cpp)

// Dimensions of 0 do not hide that the others are too many.
bool isTooLarge(Type type) {
  int64_t elements = 1;
  if (auto shaped = llvm::dyn_cast<RankedTensorType>(type))
    for (int64_t d : shaped.getShape()) {
      if (std::max<int64_t>(d, 1) > kMostElements / elements)
        return true;
      elements *= std::max<int64_t>(d, 1);
    }
  return false;
}

class Emitter {
public:
  explicit Emitter(ModuleOp module) : module(module) {}

  FailureOr<tacit::Program> run() {
    auto tool = module->getAttrOfType<StringAttr>(kToolAttr);
    program.tool = (tool ? tool.getValue() : StringRef(kTool)).str();
    for (auto function : module.getOps<func::FuncOp>())
      if (!function.isExternal() && failed(emitEntry(function)))
        return failure();
    if (program.entries.empty())
      return module.emitError("has no function to make a program of"), failure();
    return std::move(program);
  }

private:
  //===-- Tables -----------------------------------------------------------------------------------------------------===//

  FailureOr<uint32_t> typeIndex(Operation *op, Type type) {
    auto [it, fresh] = types.try_emplace(type, program.types.size());
    if (fresh) {
      if (isTooLarge(type))
        return op->emitOpError("has a value of type ") << type << ", more than the 2^31 elements of a program's largest tensor";
      auto converted = toProgramType(type);
      if (failed(converted))
        return op->emitOpError("has a value of type ") << type << ", which a program does not store";
      program.types.push_back(std::move(*converted));
    }
    return it->second;
  }

  uint32_t originIndex(Operation *op) {
    OpOrigin origin = getOrigin(op);
    auto [it, fresh] = origins.try_emplace({origin.name.str(), origin.kind.str()}, program.origins.size());
    if (fresh)
      program.origins.push_back({origin.name.str(), origin.kind.str()});
    return it->second;
  }

  FailureOr<uint32_t> paramIndex(WeightOp weight) {
    auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(weight, weight.getParamAttr());
    if (!param)
      return weight.emitOpError("names no mpc.param: ") << weight.getParam();
    auto [it, fresh] = params.try_emplace(param, program.params.size());
    if (fresh) {
      auto type = typeIndex(param, param.getType());
      if (failed(type))
        return failure();
      program.params.push_back({param.getSymName().str(), param.getFile().str(), static_cast<uint64_t>(param.getOffset()),
                                static_cast<uint64_t>(param.getLength()), *type});
    }
    return it->second;
  }

  // Adds a value to a table of values and remembers its number.
  LogicalResult addValue(Operation *op, Value value, std::vector<tacit::Value> &values, llvm::DenseMap<Value, uint32_t> &ids) {
    auto type = typeIndex(op, value.getType());
    if (failed(type))
      return failure();
    ids[value] = values.size();
    values.push_back({*type, 0});
    return success();
  }

  //===-- Instructions -----------------------------------------------------------------------------------------------===//

  FailureOr<tacit::Instruction> emitInstruction(Operation *op, std::vector<tacit::Value> &values, llvm::DenseMap<Value, uint32_t> &ids) {
    if (!llvm::isa_and_nonnull<MpcDialect, share::ShareDialect>(op->getDialect()) || op->getNumRegions() != 0)
      return op->emitOpError("is no instruction of a program");
    tacit::Instruction instruction;
    instruction.op = op->getName().getStringRef().str();
    for (Value operand : op->getOperands()) {
      auto id = ids.find(operand);
      if (id == ids.end())
        return op->emitOpError("reads an owner's argument outside its clear computation");
      instruction.operands.push_back(id->second);
    }
    for (Value result : op->getResults()) {
      if (failed(addValue(op, result, values, ids)))
        return failure();
      instruction.results.push_back(ids[result]);
    }
    auto attributes = toProgramAttributes(op);
    if (failed(attributes))
      return failure();
    instruction.attributes = std::move(*attributes);
    instruction.origin = originIndex(op);
    if (auto constant = llvm::dyn_cast<ConstantOp>(op)) {
      // Before they are made: a splat of a billion elements is a few bytes until here.
      Type element = constant.getValue().getElementType();
      unsigned width = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64;
      constantBytes += constant.getValue().getNumElements() * llvm::divideCeil(width, 8);
      if (constantBytes > kMostConstantBytes)
        return op->emitOpError("brings the program's constants above 1 GiB; a program holds less, so give the model smaller tables or pads");
      auto data = toProgramData(constant.getValue());
      if (failed(data))
        return op->emitOpError("has elements that a program does not store");
      instruction.data = std::move(*data);
    }
    return instruction;
  }

  // mpc.range, or the range of which nothing is known.
  static tacit::Range rangeOf(Attribute attribute) {
    auto ends = llvm::dyn_cast_or_null<DenseF64ArrayAttr>(attribute);
    return ends && ends.size() == 2 ? tacit::Range{ends[0], ends[1]} : tacit::Range{};
  }

  LogicalResult emitClear(share::InputOp input, tacit::Entry &entry, llvm::DenseMap<Value, uint32_t> &entryIds) {
    tacit::ClearFunction clear;
    clear.owner = input.getOwner().str();
    if (!input.getAddress())
      return input.emitOpError("has no address (run share-schedule)");
    clear.address = *input.getAddress();
    llvm::DenseMap<Value, uint32_t> ids;
    for (auto [operand, argument] : llvm::zip_equal(input.getInputs(), input.getBody().getArguments())) {
      auto source = llvm::dyn_cast<BlockArgument>(operand);
      if (!source)
        return input.emitOpError("has an operand that is no argument of the function");
      clear.arguments.push_back(source.getArgNumber());
      if (failed(addValue(input, argument, clear.values, ids)))
        return failure();
    }
    Block &body = input.getBody().front();
    for (Operation &op : body.without_terminator()) {
      if (auto weight = llvm::dyn_cast<WeightOp>(op)) {
        auto param = paramIndex(weight);
        if (failed(param))
          return failure();
        clear.params.push_back(*param);
      }
      auto instruction = emitInstruction(&op, clear.values, ids);
      if (failed(instruction))
        return failure();
      clear.instructions.push_back(std::move(*instruction));
    }
    for (auto [i, value] : llvm::enumerate(clear.values))
      value.slot = i;
    for (auto [yielded, result] : llvm::zip_equal(body.getTerminator()->getOperands(), input.getResults())) {
      if (!ids.contains(yielded))
        return input.emitOpError("yields a value from outside");
      clear.results.push_back(ids[yielded]);
      if (failed(addValue(input, result, entry.values, entryIds)))
        return failure();
      clear.shares.push_back(entryIds[result]);
    }
    if (tacit::Range range = rangeOf(input->getAttr(kRangeAttr)); range.bounded() && clear.results.size() == 1)
      clear.ranges = {range};
    entry.clear.push_back(std::move(clear));
    return success();
  }

  //===-- Entries ----------------------------------------------------------------------------------------------------===//

  static std::string textOf(Attribute attribute, const std::string &absent) {
    auto text = llvm::dyn_cast_or_null<StringAttr>(attribute);
    return text ? text.getValue().str() : absent;
  }

  LogicalResult emitEntry(func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return function.emitOpError("must have one block");
    tacit::Entry entry;
    entry.name = textOf(function->getAttr(kEntryAttr), function.getSymName().str());
    llvm::DenseMap<Value, uint32_t> ids;
    for (BlockArgument argument : function.getArguments()) {
      unsigned i = argument.getArgNumber();
      auto type = typeIndex(function, argument.getType());
      if (failed(type))
        return failure();
      tacit::Port port{textOf(function.getArgAttr(i, kNameAttr), "input" + std::to_string(i)),
                       textOf(function.getArgAttr(i, kOwnerAttr), "client"), tacit::kNoValue, *type,
                       rangeOf(function.getArgAttr(i, kRangeAttr))};
      if (port.owner == "public") {
        if (failed(addValue(function, argument, entry.values, ids)))
          return failure();
        port.value = ids[argument];
      }
      entry.inputs.push_back(std::move(port));
    }
    Block &body = function.getBody().front();
    for (auto input : body.getOps<share::InputOp>())
      if (failed(emitClear(input, entry, ids)))
        return failure();
    for (Operation &op : body.without_terminator()) {
      if (llvm::isa<share::InputOp>(op))
        continue;
      auto instruction = emitInstruction(&op, entry.values, ids);
      if (failed(instruction))
        return failure();
      entry.rounds = std::max<uint32_t>(entry.rounds, instruction->Int("round"));
      entry.instructions.push_back(std::move(*instruction));
    }
    for (OpOperand &result : body.getTerminator()->getOpOperands()) {
      unsigned i = result.getOperandNumber();
      auto id = ids.find(result.get());
      if (id == ids.end())
        return function.emitOpError("returns an argument of an owner as result ") << i;
      if (!result.get().getDefiningOp<share::RevealOp>())
        return function.emitOpError("result ") << i << " is public: a program's results are what it reveals to an owner";
      entry.outputs.push_back({textOf(function.getResultAttr(i, kNameAttr), "output" + std::to_string(i)),
                               textOf(function.getResultAttr(i, kOwnerAttr), "client"), id->second, entry.values[id->second].type, {}});
    }
    assignSlots(entry);
    program.entries.push_back(std::move(entry));
    return success();
  }

  // Linear scan. Clear and public values keep a slot of their own: parties make them before everything else. Of the freed
  // slots the last is taken first, so that few hold memory of values that are dead.
  void assignSlots(tacit::Entry &entry) {
    auto isPublic = [&](uint32_t value) { return program.types[entry.values[value].type].kind <= tacit::Kind::kPublic; };
    std::vector<size_t> lastUse(entry.values.size(), 0);
    for (auto [i, instruction] : llvm::enumerate(entry.instructions)) {
      for (uint32_t v : instruction.operands)
        lastUse[v] = i;
      for (uint32_t v : instruction.results)
        lastUse[v] = std::max(lastUse[v], i);
    }
    for (const tacit::Port &port : entry.outputs)
      lastUse[port.value] = entry.instructions.size();
    std::vector<uint32_t> free;
    auto take = [&](uint32_t value) {
      if (isPublic(value) || free.empty()) {
        entry.values[value].slot = entry.slots++;
        return;
      }
      entry.values[value].slot = free.back();
      free.pop_back();
    };
    for (const tacit::Port &port : entry.inputs)
      if (port.value != tacit::kNoValue)
        take(port.value);
    for (const tacit::ClearFunction &clear : entry.clear)
      for (uint32_t v : clear.shares)
        take(v);
    for (auto [i, instruction] : llvm::enumerate(entry.instructions)) {
      for (uint32_t v : instruction.results)
        take(v);
      llvm::SmallSetVector<uint32_t, 8> touched(instruction.operands.begin(), instruction.operands.end());
      touched.insert(instruction.results.begin(), instruction.results.end());
      for (uint32_t v : touched)
        if (lastUse[v] == i && !isPublic(v))
          free.push_back(entry.values[v].slot);
    }
  }

  ModuleOp module;
  tacit::Program program;
  static constexpr int64_t kMostConstantBytes = int64_t(1) << 30;
  int64_t constantBytes = 0;
  llvm::DenseMap<Type, uint32_t> types;
  llvm::DenseMap<Operation *, uint32_t> params;
  std::map<std::pair<std::string, std::string>, uint32_t> origins;
};

} // namespace

FailureOr<tacit::Program> mlir::mpc::emitProgram(ModuleOp module) { return Emitter(module).run(); }
