// Faults on purpose, for tests of what the others do: a party that dies, or sends what no party would.
#ifndef TACIT_FAULT_H
#define TACIT_FAULT_H

#include <memory>
#include <string>

#include "tacit/socket_link.h"

namespace tacit {

struct Fault {
  enum class Kind { kNone, kKill, kGarbage, kLength, kRound, kKind, kSession, kSequence, kDigest, kCut, kHang, kStop };
  Kind kind = Kind::kNone;
  int party = -1;  // 3: the data owner, 4: the model's owner
  int point = 0;   // how many messages this party sends before
};

// "PARTY:KIND:POINT", PARTY one of 0, 1, 2, data, model; KIND one of
//   kill       the process kills itself
//   garbage    bytes that are no frame
//   length, round, kind, session, sequence   a frame in which that is wrong
//   digest     the first byte of the payload is changed
//   cut        half of a frame, and then nothing more, though the process lives
//   hang       the thread of the protocol sleeps; stop: the whole process stops
absl::StatusOr<Fault> ParseFault(absl::string_view text);

// A link of a party that has this fault; messages of all its links are counted together. `link` is owned, `session` its session. Says on
// stderr when the fault happens, in seconds of the monotonic clock: "fault: 12345.678901".
std::unique_ptr<Link> MakeFaulty(std::unique_ptr<SocketLink> link, int fd, uint64_t session, const Fault& fault, int* sent);

}  // namespace tacit

#endif
