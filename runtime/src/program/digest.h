// SHA-256, for containers and for the comparison of public values.
#ifndef TACIT_PROGRAM_DIGEST_H
#define TACIT_PROGRAM_DIGEST_H

#include <cstdint>

#include "absl/types/span.h"
#include "tacit/program.h"

namespace tacit {

Digest Sha256(absl::Span<const uint8_t> bytes);

}  // namespace tacit

#endif
