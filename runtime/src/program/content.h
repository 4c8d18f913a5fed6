// How much a container makes of its bytes.
#ifndef TACIT_PROGRAM_CONTENT_H
#define TACIT_PROGRAM_CONTENT_H

#include <cstddef>

#include "absl/status/status.h"
#include "tacit/schema/program_generated.h"

namespace tacit {

// FlatBuffers lets tables and vectors share their parts: a file of a hundred kilobytes could ask for a terabyte by one long vector that is
// an instruction's data a million times. A compiler's container shares nothing but the names of ops. InvalidArgument unless all vectors and
// strings together, each counted as often as it is referred to, fit a file of `bytes`, and names of ops are short. The container has passed
// FlatBuffers' verifier with at most one table per kLeastTableBytes.
absl::Status CheckContent(const fb::Program& program, size_t bytes);

// Of a table with its place in a vector: offsets to its layout and to itself.
inline constexpr size_t kLeastTableBytes = 8;

}  // namespace tacit

#endif
