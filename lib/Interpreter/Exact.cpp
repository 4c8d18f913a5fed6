// exact: the emitted program by the runtime's own gates, three parties and the owners in one process.
#include "mpc/Interpreter/Interpreter.h"
#ifdef TACIT_HAS_EXACT
#include "mpc/Target/Program.h"
#include "tacit/in_process.h"
#endif

using namespace mlir;
using namespace mlir::mpc;

#ifdef TACIT_HAS_EXACT

FailureOr<tacit::NamedTensors> mlir::mpc::interpretExact(func::FuncOp function, const tacit::NamedTensors &inputs,
                                                         const InterpreterOptions &options) {
  auto module = function->getParentOfType<ModuleOp>();
  auto program = emitProgram(module);
  if (failed(program))
    return failure();
  auto name = function->getAttrOfType<StringAttr>(kEntryAttr);
  auto entry = program->FindEntry(name ? name.getValue().str() : function.getName().str());
  if (!entry.ok())
    return function.emitError() << std::string(entry.status().message()), failure();
  // The program names parameters by symbol.
  auto load = [&](uint32_t param) -> absl::StatusOr<tacit::Tensor> {
    auto op = module.lookupSymbol<ParamOp>(program->params[param].name);
    if (!op || !options.load)
      return absl::NotFoundError("parameter '" + program->params[param].name + "' cannot be loaded");
    return options.load(op);
  };
  auto result = tacit::RunInProcess(*program, **entry, inputs, load, tacit::InProcessSeeds::FromNumber(options.seed));
  if (!result.ok())
    return function.emitError() << std::string(result.status().message()), failure();
  return std::move(result->outputs);
}

#else

FailureOr<tacit::NamedTensors> mlir::mpc::interpretExact(func::FuncOp function, const tacit::NamedTensors &, const InterpreterOptions &) {
  return function.emitError("exact needs the runtime's gates, which this build does not have"), failure();
}

#endif
