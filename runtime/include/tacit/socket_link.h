// Links over connected stream sockets (Unix or TCP), with bounded waits and an emulated network.
#ifndef TACIT_SOCKET_LINK_H
#define TACIT_SOCKET_LINK_H

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tacit/transport.h"

namespace tacit {

// Delay and rate that the sender adds to each message; zero for none.
struct Network {
  double round_trip_ms = 0;
  double megabit_per_s = 0;
};

// "lan" (1 ms, 5000 Mbit/s, the setting of PUMA), "wan" (40 ms, 100 Mbit/s), or "RTT_MS:MBIT".
absl::StatusOr<Network> ParseNetwork(absl::string_view text);

struct SocketLinkOptions {
  std::string peer;        // for error texts: "P1", "client"
  uint64_t session = 0;    // a message of another session is an error
  double deadline_s = 60;  // longest wait for a message that does not advance; an alive frame counts as advance
  Network network{};
  int record_fd = -1;                  // testing: payloads of both directions are copied there
  std::function<void()> on_receive{};  // after each message, and while a send waits for room: a place to tell others that one is alive
  uint64_t queue_bytes = 32u << 20;    // payloads that wait to be sent; a message waits for room, one that is larger for an empty queue
};

// A link over `fd`, which it owns. The frame: 32 bytes of header (magic, kind, session, round, sequence number, length), then the payload.
class SocketLink : public Link {
 public:
  static std::unique_ptr<SocketLink> Make(int fd, const SocketLinkOptions& options);
  // While one of these links waits, the end of another ends the wait: a party that dies is noticed by all, whomever they wait for.
  static void Watch(const std::vector<SocketLink*>& links);
  // Waits until everything queued was handed to the socket.
  virtual absl::Status Flush() = 0;
  // Sends an empty frame when nothing was sent for a quarter of the deadline: this end computes, or waits for somebody else who does.
  // Called by the thread that makes progress, so that one that hangs falls silent.
  virtual void Alive() = 0;
  // The most payload bytes that waited to be sent at any time.
  virtual uint64_t peak_queued() const = 0;
  // The longest wait of this end from now on.
  virtual void SetDeadline(double seconds) = 0;
};

// A connected pair of Unix sockets, close-on-exec.
absl::StatusOr<std::pair<int, int>> SocketPair();

}  // namespace tacit

#endif
