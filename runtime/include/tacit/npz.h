// Cases: .npz archives as numpy writes them (stored or deflated, C order).
#ifndef TACIT_NPZ_H
#define TACIT_NPZ_H

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tacit/tensor.h"

namespace tacit {

// The arrays of an archive in its order, names without ".npy". f2, f4, f8 become f32; i8 i64; other integers that fit i64 (u8, i16, ...) i64,
// i4 i32; b1 i1. InvalidArgument names the file and the array: not an archive, a header that numpy does not write, Fortran order, an
// element type of another family, a size that the data does not have or above 2 GiB (checked before anything is allocated).
absl::StatusOr<NamedTensors> ReadNpz(const std::string& path);

// Writes an archive (deflated) to a file beside `path` and renames it there; on failure nothing is left.
absl::Status WriteNpz(const std::string& path, const NamedTensors& tensors);

}  // namespace tacit

#endif
