// ONNX TensorProto messages, as the ONNX backend tests store them, without libprotobuf.
#ifndef RUNTIME_SRC_NET_TENSOR_PROTO_H
#define RUNTIME_SRC_NET_TENSOR_PROTO_H

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tacit/tensor.h"

namespace tacit {

// The tensor and its name ("" where it has none) of a serialised TensorProto: floats, integers and booleans, raw or typed, elements inside.
// InvalidArgument for anything else. Sizes are those of `bytes`: nothing larger is allocated.
absl::StatusOr<std::pair<std::string, Tensor>> ParseTensorProto(absl::string_view bytes);

}  // namespace tacit

#endif
