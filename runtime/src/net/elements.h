// Elements as files have them, to the kinds of tensor.h.
#ifndef RUNTIME_SRC_NET_ELEMENTS_H
#define RUNTIME_SRC_NET_ELEMENTS_H

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tacit/tensor.h"

namespace tacit {

// Little-endian elements of a family ('f' floats of 2, 4, 8 bytes; 'i' and 'u' integers of 1, 2, 4, 8; 'b' booleans of 1) in C order,
// exactly as many as `shape` has. Floats become f32, i4 i32, booleans i1, other integers i64; InvalidArgument for one above 2^63 - 1.
absl::StatusOr<Tensor> FromElements(char family, int bytes, const std::vector<int64_t>& shape, absl::string_view elements);

}  // namespace tacit

#endif
