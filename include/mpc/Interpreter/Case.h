// Cases for functions: which of several is for which entry, and its inputs.
#ifndef MPC_INTERPRETER_CASE_H
#define MPC_INTERPRETER_CASE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/tensor.h"
#include <optional>
#include <string>

namespace mlir::mpc {

// The path of a case that is for this function: `name` itself, or of ENTRY=CASE the part behind the entry's name; nullopt where it is
// another entry's.
std::optional<std::string> casePathFor(func::FuncOp function, llvm::StringRef name);

// The inputs of a case, .npz or a folder of input_K.pb, by name, "in:" taken off. Error at the function where it cannot be read.
FailureOr<tacit::NamedTensors> readCaseInputs(func::FuncOp function, const std::string &path);

} // namespace mlir::mpc

#endif
