// Reference interpreters: what a program means, before and after it is made of shares. Nothing here is private or fast.
//
//   f32    mpc ops in clear, secret or not, in any phase before protocol: reals as f32, by the clear ops of the runtime
//   ideal  share ops on unmasked integers: rings, truncations and functions as protocol.md defines them, independent of the runtime's gates
//   exact  the emitted program by the runtime's own gates, three parties in one process
#ifndef MPC_INTERPRETER_INTERPRETER_H
#define MPC_INTERPRETER_INTERPRETER_H

#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/tensor.h"

#include <functional>
#include <string>

namespace mlir::mpc {

// Fetches a parameter's elements.
using ParamLoader = std::function<absl::StatusOr<tacit::Tensor>(ParamOp)>;

// Called with each value as it is computed: the op, the number of its result, and the value (ring elements as real numbers).
using Probe = std::function<void(Operation *, unsigned, const tacit::Tensor &)>;

struct InterpreterOptions {
  ParamLoader load;
  Probe probe;
  // ideal: 0 rounds truncations to nearest; any other number seeds the coins of the gates' own rounding, and what a gate makes of values for
  // which it is not defined.
  uint64_t seed = 0;
};

// Loads parameters from the first of `folders` that has the file. InvalidArgument for a name that leaves the folder, a file that is too
// short.
ParamLoader loadParamsFrom(std::vector<std::string> folders);

// The function whose mpc.entry, or whose name, is `entry`; the module's only function for an empty name. Error at the module.
FailureOr<func::FuncOp> findEntry(ModuleOp module, StringRef entry);

// Name of an argument or result: its mpc.name, else "arg0", "result0".
std::string argumentName(func::FuncOp function, unsigned index);
std::string resultName(func::FuncOp function, unsigned index);

// Runs `function` on inputs by name; outputs by name. Errors are diagnostics at the op concerned.
FailureOr<tacit::NamedTensors> interpretF32(func::FuncOp function, const tacit::NamedTensors &inputs, const InterpreterOptions &options);
FailureOr<tacit::NamedTensors> interpretIdeal(func::FuncOp function, const tacit::NamedTensors &inputs, const InterpreterOptions &options);
// The function must be scheduled; its module is emitted whole. `seed` seeds the parties. No probe: the parties hold shares.
FailureOr<tacit::NamedTensors> interpretExact(func::FuncOp function, const tacit::NamedTensors &inputs, const InterpreterOptions &options);

} // namespace mlir::mpc

#endif
