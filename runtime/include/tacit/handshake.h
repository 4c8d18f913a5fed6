// The start of a session: who is there, that all run the same program, and the seeds they share (protocol.md, security rules 1 and 5).
#ifndef TACIT_HANDSHAKE_H
#define TACIT_HANDSHAKE_H

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tacit/executor.h"

namespace tacit {

// What every end of a session must agree on.
struct SessionParameters {
  uint64_t session = 0;
  Digest program{};
  uint32_t entry = 0;  // index in the program
  uint32_t invocation = 0;
};

// A party's side: exchanges hellos with both other parties (X25519, fresh keys; the seed of a pair is HKDF-SHA256 of the shared secret,
// bound to session, program, entry and pair), says hello to the owners and receives their seeds. FailedPrecondition names the parameter
// in which a peer differs. Rounds of messages: one.
absl::StatusOr<PartySeeds> PartyHandshake(int party, const SessionParameters& parameters, const Links& links);

// All parties derived the same public values: 32 bytes each way per pair.
absl::Status AgreeOnPublic(int party, const Digest& digest, const Links& links);

// An owner's side, `links` to the three parties: checks their hellos, then sends fresh seeds from the system's generator.
absl::StatusOr<OwnerSeeds> OwnerHandshake(const SessionParameters& parameters, const Links& links);

}  // namespace tacit

#endif
