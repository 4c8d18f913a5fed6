// From a program's tables back to a module: the text twin of a container.
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mpc/Support/Attributes.h"
#include "mpc/Target/Program.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

class Importer {
public:
  Importer(const tacit::Program &program, MLIRContext *context) : program(program), b(context), context(context) {}

  OwningOpRef<ModuleOp> run() {
    Location loc = UnknownLoc::get(context);
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    (*module)->setAttr("mpc.tool", b.getStringAttr(program.tool));
    b.setInsertionPointToEnd(module->getBody());
    for (const tacit::Param &param : program.params)
      b.create<ParamOp>(loc, b.getStringAttr(param.name), b.getStringAttr(param.file), b.getI64IntegerAttr(param.offset),
                        b.getI64IntegerAttr(param.length), TypeAttr::get(typeOf(param.type)));
    for (const tacit::Entry &entry : program.entries) {
      b.setInsertionPointToEnd(module->getBody());
      if (failed(importEntry(entry)))
        return nullptr;
    }
    if (failed(verify(*module)))
      return nullptr;
    return module;
  }

private:
  RankedTensorType typeOf(uint32_t index) { return fromProgramType(context, program.types[index]); }

  Location locationOf(const tacit::Instruction &instruction) {
    const tacit::Origin &origin = program.origins[instruction.origin];
    Location name = UnknownLoc::get(context);
    if (!origin.name.empty())
      name = NameLoc::get(b.getStringAttr(origin.name));
    if (origin.kind == instruction.op) // the default: no kind was given
      return name;
    return FusedLoc::get({name}, b.getStringAttr(origin.kind), context);
  }

  // Elements of an mpc.constant.
  FailureOr<ElementsAttr> elementsOf(const tacit::Instruction &instruction, RankedTensorType type, Location loc) {
    ArrayRef<char> raw(reinterpret_cast<const char *>(instruction.data.data()), instruction.data.size());
    Type element = type.getElementType();
    size_t bytes = element.isInteger(1) ? 1 : element.isIntOrFloat() ? element.getIntOrFloatBitWidth() / 8 : 0;
    if (bytes == 0 || raw.size() != static_cast<size_t>(type.getNumElements()) * bytes)
      return emitError(loc) << "mpc.constant has " << raw.size() << " bytes for a " << type, failure();
    if (element.isInteger(1))
      return llvm::cast<ElementsAttr>(DenseElementsAttr::get(type, SmallVector<bool>(raw.begin(), raw.end())));
    return llvm::cast<ElementsAttr>(DenseElementsAttr::getFromRawBuffer(type, raw));
  }

  LogicalResult importInstruction(const tacit::Instruction &instruction, ArrayRef<tacit::Value> valueTable, SmallVectorImpl<Value> &values,
                                  FlatSymbolRefAttr param = {}) {
    Location loc = locationOf(instruction);
    auto name = RegisteredOperationName::lookup(instruction.op, context);
    if (!name || !llvm::isa<MpcDialect, share::ShareDialect>(name->getDialect()))
      return emitError(loc) << "'" << instruction.op << "' is no op of the dialects";
    OperationState state(loc, *name);
    for (uint32_t operand : instruction.operands) {
      if (!values[operand])
        return emitError(loc) << "'" << instruction.op << "' reads value " << operand << " before it is made";
      state.addOperands(values[operand]);
    }
    for (uint32_t result : instruction.results)
      state.addTypes(typeOf(valueTable[result].type));
    for (const tacit::Attribute &attribute : instruction.attributes)
      state.addAttribute(attribute.name, fromProgramAttribute(context, attribute.value));
    if (param)
      state.addAttribute("param", param);
    if (instruction.op == ConstantOp::getOperationName()) {
      auto elements = elementsOf(instruction, typeOf(valueTable[instruction.results.front()].type), loc);
      if (failed(elements))
        return failure();
      state.addAttribute("value", *elements);
    }
    Operation *op = b.create(state);
    for (auto [id, result] : llvm::zip_equal(instruction.results, op->getResults()))
      values[id] = result;
    return success();
  }

  LogicalResult importClear(const tacit::Entry &entry, const tacit::ClearFunction &clear, ValueRange arguments,
                            SmallVectorImpl<Value> &values) {
    Location loc = UnknownLoc::get(context);
    SmallVector<Value> inputs;
    SmallVector<Type> types;
    for (uint32_t argument : clear.arguments)
      inputs.push_back(arguments[argument]);
    for (uint32_t v : clear.shares)
      types.push_back(typeOf(entry.values[v].type));
    auto input = b.create<share::InputOp>(loc, types, clear.owner, inputs, b.getI64IntegerAttr(clear.address));
    if (clear.ranges.size() == 1 && clear.ranges[0].bounded())
      input->setAttr(kRangeAttr, b.getDenseF64ArrayAttr({clear.ranges[0].low, clear.ranges[0].high}));
    OpBuilder::InsertionGuard guard(b);
    Block *body = b.createBlock(&input.getBody());
    SmallVector<Value> local(clear.values.size());
    for (auto [i, argument] : llvm::enumerate(clear.arguments))
      local[i] = body->addArgument(typeOf(entry.inputs[argument].type), loc);
    size_t weights = 0;
    for (const tacit::Instruction &instruction : clear.instructions) {
      FlatSymbolRefAttr param;
      if (instruction.op == WeightOp::getOperationName()) {
        if (weights == clear.params.size())
          return emitError(loc) << "a clear function loads more weights than it names";
        param = FlatSymbolRefAttr::get(context, program.params[clear.params[weights++]].name);
      }
      if (failed(importInstruction(instruction, clear.values, local, param)))
        return failure();
    }
    SmallVector<Value> results;
    for (uint32_t v : clear.results) {
      if (!local[v])
        return emitError(loc) << "a clear function returns value " << v << ", which it does not make";
      results.push_back(local[v]);
    }
    b.create<share::YieldOp>(loc, results);
    for (auto [id, result] : llvm::zip_equal(clear.shares, input.getResults()))
      values[id] = result;
    return success();
  }

  DictionaryAttr portAttributes(const tacit::Port &port) {
    SmallVector<NamedAttribute> attributes = {b.getNamedAttr(kNameAttr, b.getStringAttr(port.name)),
                                              b.getNamedAttr(kOwnerAttr, b.getStringAttr(port.owner))};
    if (port.range.bounded())
      attributes.push_back(b.getNamedAttr(kRangeAttr, b.getDenseF64ArrayAttr({port.range.low, port.range.high})));
    return b.getDictionaryAttr(attributes);
  }

  LogicalResult importEntry(const tacit::Entry &entry) {
    Location loc = UnknownLoc::get(context);
    SmallVector<Type> inputs, outputs;
    SmallVector<DictionaryAttr> inputAttributes;
    for (const tacit::Port &port : entry.inputs) {
      inputs.push_back(typeOf(port.type));
      inputAttributes.push_back(portAttributes(port));
    }
    for (const tacit::Port &port : entry.outputs)
      outputs.push_back(typeOf(port.type));
    auto function = b.create<func::FuncOp>(loc, entry.name, b.getFunctionType(inputs, outputs));
    function->setAttr(kEntryAttr, b.getStringAttr(entry.name));
    function.setAllArgAttrs(inputAttributes);
    for (auto [i, port] : llvm::enumerate(entry.outputs))
      function.setResultAttrs(i, portAttributes(port));
    Block *body = function.addEntryBlock();
    b.setInsertionPointToEnd(body);
    SmallVector<Value> values(entry.values.size());
    for (auto [port, argument] : llvm::zip_equal(entry.inputs, body->getArguments()))
      if (port.value != tacit::kNoValue)
        values[port.value] = argument;
    for (const tacit::ClearFunction &clear : entry.clear)
      if (failed(importClear(entry, clear, body->getArguments(), values)))
        return failure();
    for (const tacit::Instruction &instruction : entry.instructions)
      if (failed(importInstruction(instruction, entry.values, values)))
        return failure();
    SmallVector<Value> results;
    for (const tacit::Port &port : entry.outputs) {
      if (!values[port.value])
        return emitError(loc) << "output '" << port.name << "' is a value that is not made";
      results.push_back(values[port.value]);
    }
    b.create<func::ReturnOp>(loc, results);
    return success();
  }

  const tacit::Program &program;
  OpBuilder b;
  MLIRContext *context;
};

} // namespace

OwningOpRef<ModuleOp> mlir::mpc::importProgram(const tacit::Program &program, MLIRContext *context) {
  return Importer(program, context).run();
}
