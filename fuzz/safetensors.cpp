// The header of a safetensors file.
#include "net/safetensors.h"
#include "support.h"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<std::vector<StoredTensor>> tensors = ReadSafetensorsHeader({data, size});
  if (!tensors.ok())
    return 0;
  uint64_t before = 0;
  for (const StoredTensor &tensor : *tensors) {
    fuzz::Require(tensor.begin >= before && tensor.begin <= tensor.end && tensor.end <= size,
                  "tensors lie in the file, one after the other");
    before = tensor.end;
    const uint64_t length = tensor.end - tensor.begin;
    fuzz::Require(CheckStoredRange(*tensors, tensor.begin, length, tensor.dtype).ok(), "a tensor is within itself");
    fuzz::Require(length == 0 || !CheckStoredRange(*tensors, tensor.begin, length + 1, tensor.dtype).ok(),
                  "a tensor is no longer than it is");
    fuzz::Require(length == 0 || !CheckStoredRange(*tensors, tensor.begin, length, "").ok(), "a tensor has one element type");
  }
  fuzz::Require(!CheckStoredRange(*tensors, 0, 1, "F32").ok(), "the header is no tensor");
  return 0;
}
