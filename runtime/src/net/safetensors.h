// The header of a safetensors file (https://github.com/huggingface/safetensors): which bytes are which tensor's.
#ifndef RUNTIME_SRC_NET_SAFETENSORS_H
#define RUNTIME_SRC_NET_SAFETENSORS_H

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace tacit {

// One tensor of the file, its elements at bytes begin to end of the whole file.
struct StoredTensor {
  std::string name;
  std::string dtype;  // "F32", "I64", ...
  uint64_t begin = 0, end = 0;
};

// The header's tensors by their place. InvalidArgument for a header that is cut, larger than 100 MB or no JSON of the format, for a tensor
// whose bytes lie outside of the file, overlap another's, or are not as many as its shape and element type say.
absl::StatusOr<std::vector<StoredTensor>> ReadSafetensorsHeader(absl::Span<const uint8_t> file);

// Whether bytes `offset` to `offset + length` lie within one tensor of elements of `dtype`, not across two or in the header.
// InvalidArgument says what is there.
absl::Status CheckStoredRange(const std::vector<StoredTensor>& tensors, uint64_t offset, uint64_t length, const std::string& dtype);

}  // namespace tacit

#endif
