// Tensors of a case's folder (input_0.pb), read without libprotobuf.
#include "net/tensor_proto.h"
#include "support.h"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto tensor = ParseTensorProto({reinterpret_cast<const char *>(data), size});
  // A varint of one byte becomes an int64 at most.
  if (tensor.ok())
    fuzz::Require(tensor->second.bytes() <= 8 * size, "a tensor is no larger than what its message can hold");
  return 0;
}
