// Sizes of the handshake's messages, fixed: the compiler adds them to `setup`, the links count them there.
#ifndef TACIT_SETUP_COST_H
#define TACIT_SETUP_COST_H

#include <cstdint>

namespace tacit {

inline constexpr int64_t kHelloBytes = 4 + 4 + 4 + 4 + 32 + 32;  // version, party, entry, invocation, program digest, X25519 public key
inline constexpr int64_t kOwnerHelloBytes = 4 + 4 + 4 + 4 + 32;  // the same without a key
inline constexpr int64_t kSeedBytes = 16;
inline constexpr int64_t kAgreeBytes = 32;                       // digest of the public values

// Payload bytes of one session's handshakes: each ordered pair of parties exchanges a hello and a digest of public values; each of the two
// owners gets a hello from each party, and sends two seeds to P0 and one each to P1 and P2.
constexpr int64_t HandshakeBytes() { return 6 * (kHelloBytes + kAgreeBytes) + 2 * (3 * kOwnerHelloBytes + 4 * kSeedBytes); }

}  // namespace tacit

#endif
