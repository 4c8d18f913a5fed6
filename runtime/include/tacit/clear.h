// The clear part of a program: mpc ops on plain tensors, in f32 and integers. Owners run it on their own values, parties on
// public values, the interpreter of `mpc` on everything (decisions, 1). One function an op, named as the op.
#ifndef TACIT_CLEAR_H
#define TACIT_CLEAR_H

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tacit/program.h"
#include "tacit/tensor.h"

namespace tacit {

// Runs one instruction of the mpc dialect ("mpc.add", "mpc.reshape", ...; all of MpcOps.td but param, weight, owned, yield) on
// clear operands. `result_type` gives the shape and kind of the one result. Broadcasting as numpy. InvalidArgument for a
// value outside an op's domain (an index out of range), Unimplemented for an unknown op; never a crash.
absl::StatusOr<Tensor> RunClear(const Instruction& instruction, absl::Span<const Tensor* const> operands, const Type& result_type);

// Whether RunClear knows an op of that name.
bool IsClearOp(absl::string_view op);

// Runs a clear function. arguments[i] is the value of Entry::inputs[function.arguments[i]]. The j-th mpc.weight instruction is `load`
// of function.params[j], an index into Program::params. Results in the order of function.results.
absl::StatusOr<std::vector<Tensor>> RunClearFunction(const Program& program, const ClearFunction& function,
                                                     absl::Span<const Tensor* const> arguments,
                                                     const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load);

}  // namespace tacit

#endif
