// Containers whose digest fits: without it, no mutation would get past the digest.
#ifndef FUZZ_PROGRAM_MUTATOR_H
#define FUZZ_PROGRAM_MUTATOR_H

#include <string>
#include <string_view>

namespace tacit::fuzz {

// The container with its digest computed anew, or the bytes as they are where no digest can be found.
std::string WithDigest(std::string_view container);

} // namespace tacit::fuzz

#endif
