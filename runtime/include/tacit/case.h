// Cases: inputs by ONNX name out of an archive, and the comparison of outputs with expected ones (interfaces.md, "Cases").
#ifndef TACIT_CASE_H
#define TACIT_CASE_H

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tacit/program.h"
#include "tacit/tensor.h"

namespace tacit {

// A case: an .npz archive, or a folder in the layout of the ONNX backend tests, input_K.pb and output_K.pb, each a TensorProto. A file of
// the folder is the input (output) of its name, or the K-th where it has none; its key is then "in:NAME" ("out:NAME").
absl::StatusOr<NamedTensors> ReadCase(const std::string& path, const Entry& entry);

// The inputs of `entry` in a case: keys are value names or "in:NAME"; keys with another prefix are left out. InvalidArgument names a key that
// is no input, an input that is missing, and one of another shape or element type than the program has (i64 and i32 convert).
absl::StatusOr<NamedTensors> SelectInputs(const Program& program, const Entry& entry, const NamedTensors& tensors);

struct Comparison {
  std::string name;
  double max_abs_error = 0;
  double cosine = 0;  // of the outputs as vectors; 1 where both are zero
};

// The outputs of `entry` for which the case has "out:NAME" (or NAME). InvalidArgument where it has none, or one of another shape.
absl::StatusOr<std::vector<Comparison>> CompareOutputs(const NamedTensors& outputs, const NamedTensors& expected);

}  // namespace tacit

#endif
