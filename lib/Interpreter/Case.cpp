// Cases by function.
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include "tacit/case.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace mlir::mpc;

std::optional<std::string> mlir::mpc::casePathFor(func::FuncOp function, StringRef name) {
  auto entry = function->getAttrOfType<StringAttr>(kEntryAttr);
  auto [prefix, path] = name.split('=');
  if (path.empty() || llvm::sys::fs::exists(name))
    return name.str();
  return prefix == (entry ? entry.getValue() : function.getName()) ? std::optional(path.str()) : std::nullopt;
}

FailureOr<tacit::NamedTensors> mlir::mpc::readCaseInputs(func::FuncOp function, const std::string &path) {
  tacit::Entry names; // all that reading a folder needs to know of an entry
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    names.inputs.emplace_back().name = argumentName(function, i);
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    names.outputs.emplace_back().name = resultName(function, i);
  absl::StatusOr<tacit::NamedTensors> arrays = tacit::ReadCase(path, names);
  if (!arrays.ok())
    return function.emitError() << path << ": " << std::string(arrays.status().message()), failure();
  bool prefixed = llvm::any_of(*arrays, [](const auto &array) { return StringRef(array.first).starts_with("in:"); });
  tacit::NamedTensors inputs;
  for (auto &[key, tensor] : *arrays) {
    StringRef name = key;
    if (!prefixed || name.consume_front("in:"))
      inputs.emplace_back(name.str(), std::move(tensor));
  }
  return inputs;
}
