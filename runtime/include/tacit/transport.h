// Links between parties and owners. A message carries kind, session, round and length; a receiver states what it expects and
// anything else ends the session with an error (protocol.md, security rule 6).
#ifndef TACIT_TRANSPORT_H
#define TACIT_TRANSPORT_H

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace tacit {

enum class MessageKind : uint8_t { kHello = 1, kKey = 2, kSeed = 3, kWeights = 4, kPublic = 5, kDeal = 6, kInput = 7, kRound = 8, kReveal = 9, kAgree = 10, kReport = 11, kAbort = 12, kDone = 13, kAlive = 14 };

// Which section of the report a payload counts under (decisions, 14).
enum class Section : uint8_t { kSetup, kIo, kOffline, kOnline, kControl };

using Bytes = std::vector<uint8_t>;

// One end of an ordered, reliable link. An I/O thread drains a queue of what is sent; Send waits where that queue is full, Receive for the
// message, both at most the link's deadline without any progress. Payload bytes are counted by section when handed to the socket; headers are framing.
class Link {
 public:
  virtual ~Link() = default;
  virtual absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) = 0;
  // The next message, which must be of this kind, this round and, unless `size` < 0, of `size` bytes. Errors: Aborted (the peer said
  // why), DataLoss (wrong kind, session, round or length), DeadlineExceeded, Unavailable (closed).
  virtual absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) = 0;
  virtual void Close(const absl::Status& why) = 0;  // sends kAbort with the reason's code unless `why` is ok

  virtual uint64_t sent(Section section) const = 0;  // payload bytes sent by this end
  virtual uint64_t framing_sent() const = 0;
};

// Two ends of a link inside one process (tests and the `exact` interpreter).
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> MakeMemoryLink();

}  // namespace tacit

#endif
