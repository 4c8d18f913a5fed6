// Faults on purpose, for tests of what the others do: a party that dies, or sends what no party would.
#ifndef TACIT_FAULT_H
#define TACIT_FAULT_H

#include <memory>
#include <string>

#include "tacit/socket_link.h"

namespace tacit {

struct Fault {
  enum class Kind { kNone, kKill, kGarbage, kLength, kRound, kKind, kDigest, kHang };
  Kind kind = Kind::kNone;
  int party = -1;
  int point = 0;  // how many messages this party sends before
};

// "PARTY:KIND:POINT", KIND one of kill, garbage, length, round, kind, digest (first byte of the payload changed), hang.
absl::StatusOr<Fault> ParseFault(absl::string_view text);

// A link of a party that has this fault; messages of all its links are counted together. `link` is owned.
std::unique_ptr<Link> MakeFaulty(std::unique_ptr<SocketLink> link, int fd, const Fault& fault, int* sent);

}  // namespace tacit

#endif
