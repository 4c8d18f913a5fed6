#include "tacit/fault.h"

#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "net/frame.h"
#include "tacit/forwarding_link.h"

namespace tacit {
namespace {

constexpr std::pair<const char*, Fault::Kind> kKinds[] = {
    {"kill", Fault::Kind::kKill},       {"garbage", Fault::Kind::kGarbage},   {"length", Fault::Kind::kLength}, {"round", Fault::Kind::kRound},
    {"kind", Fault::Kind::kKind},       {"session", Fault::Kind::kSession},   {"sequence", Fault::Kind::kSequence},
    {"digest", Fault::Kind::kDigest},   {"cut", Fault::Kind::kCut},           {"hang", Fault::Kind::kHang},     {"stop", Fault::Kind::kStop},
};
constexpr const char* kParties[] = {"0", "1", "2", "data", "model"};

// A frame as a peer that breaks one rule would send it. Sequence and session are checked before the rest.
Bytes Frame(MessageKind kind, uint64_t session, uint32_t round, uint32_t sequence, const Bytes& payload) {
  FrameHeader header;
  header.kind = static_cast<uint8_t>(kind);
  header.session = session;
  header.round = round;
  header.sequence = sequence;
  header.length = payload.size();
  Bytes frame(sizeof header);
  std::memcpy(frame.data(), &header, sizeof header);
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

class FaultyLink : public ForwardingLink<SocketLink> {
 public:
  FaultyLink(std::unique_ptr<SocketLink> link, int fd, uint64_t session, const Fault& fault, int* sent)
      : ForwardingLink(std::move(link)), fd_(fd), session_(session), fault_(fault), sent_(sent) {}

  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    if ((*sent_)++ != fault_.point) return link_->Send(kind, round, section, std::move(payload));
    // What was sent before is on its way, then the clock of the others starts.
    (void)link_->Flush();
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    std::fprintf(stderr, "fault: %.6f\n", std::chrono::duration<double>(now).count());
    switch (fault_.kind) {
      case Fault::Kind::kKill:
        std::raise(SIGKILL);
        break;
      case Fault::Kind::kGarbage:
        Raw(Bytes(64, 0x5A));
        break;
      case Fault::Kind::kSession:
        Raw(Frame(kind, session_ ^ 1, round, 0, payload));
        break;
      case Fault::Kind::kSequence:
        Raw(Frame(kind, session_, round, 0xFFFFFFF0, payload));
        break;
      case Fault::Kind::kCut: {
        payload.resize(payload.size() + 2);
        Bytes frame = Frame(kind, session_, round, 0, payload);
        frame.resize(sizeof(FrameHeader) / 2);
        Raw(frame);
        std::this_thread::sleep_for(std::chrono::hours(1));
        break;
      }
      case Fault::Kind::kLength:
        payload.push_back(0x5A);
        break;
      case Fault::Kind::kRound:
        ++round;
        break;
      case Fault::Kind::kKind:
        kind = kind == MessageKind::kRound ? MessageKind::kDeal : MessageKind::kRound;
        break;
      case Fault::Kind::kDigest:
        if (!payload.empty()) payload[0] ^= 1;
        break;
      case Fault::Kind::kHang:
        std::this_thread::sleep_for(std::chrono::hours(1));
        break;
      case Fault::Kind::kStop:
        std::raise(SIGSTOP);
        break;
      case Fault::Kind::kNone:
        break;
    }
    return link_->Send(kind, round, section, std::move(payload));
  }

 private:
  // Past the link's own thread, whose queue is empty.
  void Raw(const Bytes& bytes) {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t n = send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (n > 0) {
        done += n;
        continue;
      }
      pollfd room{fd_, POLLOUT, 0};
      if (n < 0 && errno == EAGAIN && poll(&room, 1, 1000) == 1) continue;
      return;
    }
  }

  int fd_;
  uint64_t session_;
  Fault fault_;
  int* sent_;
};

}  // namespace

absl::StatusOr<Fault> ParseFault(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  Fault fault;
  if (parts.size() == 3 && absl::SimpleAtoi(parts[2], &fault.point) && fault.point >= 0) {
    for (int party = 0; party < 5; ++party) {
      if (parts[0] == kParties[party]) fault.party = party;
    }
    for (const auto& [name, kind] : kKinds) {
      if (parts[1] == name) fault.kind = kind;
    }
    if (fault.party >= 0 && fault.kind != Fault::Kind::kNone) return fault;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text,
                   "' is no fault: expected PARTY:KIND:POINT, PARTY one of 0, 1, 2, data, model, KIND one of kill, garbage, length, round, "
                   "kind, session, sequence, digest, cut, hang, stop"));
}

std::unique_ptr<Link> MakeFaulty(std::unique_ptr<SocketLink> link, int fd, uint64_t session, const Fault& fault, int* sent) {
  return std::make_unique<FaultyLink>(std::move(link), fd, session, fault, sent);
}

}  // namespace tacit
