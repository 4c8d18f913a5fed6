#include "tacit/fault.h"

#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tacit {
namespace {

constexpr std::pair<const char*, Fault::Kind> kKinds[] = {
    {"kill", Fault::Kind::kKill}, {"garbage", Fault::Kind::kGarbage}, {"length", Fault::Kind::kLength}, {"round", Fault::Kind::kRound},
    {"kind", Fault::Kind::kKind}, {"digest", Fault::Kind::kDigest},   {"hang", Fault::Kind::kHang},
};

class FaultyLink : public Link {
 public:
  FaultyLink(std::unique_ptr<SocketLink> link, int fd, const Fault& fault, int* sent)
      : link_(std::move(link)), fd_(fd), fault_(fault), sent_(sent) {}

  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    if ((*sent_)++ != fault_.point) return link_->Send(kind, round, section, std::move(payload));
    switch (fault_.kind) {
      case Fault::Kind::kKill:
        (void)link_->Flush();
        std::raise(SIGKILL);
        break;
      case Fault::Kind::kGarbage: {
        (void)link_->Flush();
        const Bytes noise(64, 0x5A);
        (void)!send(fd_, noise.data(), noise.size(), MSG_NOSIGNAL);
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
      case Fault::Kind::kNone:
        break;
    }
    return link_->Send(kind, round, section, std::move(payload));
  }
  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override { return link_->Receive(kind, round, size); }
  void Close(const absl::Status& why) override { link_->Close(why); }
  uint64_t sent(Section section) const override { return link_->sent(section); }
  uint64_t framing_sent() const override { return link_->framing_sent(); }

 private:
  std::unique_ptr<SocketLink> link_;
  int fd_;
  Fault fault_;
  int* sent_;
};

}  // namespace

absl::StatusOr<Fault> ParseFault(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  Fault fault;
  if (parts.size() == 3 && absl::SimpleAtoi(parts[0], &fault.party) && absl::SimpleAtoi(parts[2], &fault.point) && fault.party >= 0 &&
      fault.party <= 2 && fault.point >= 0) {
    for (const auto& [name, kind] : kKinds) {
      if (parts[1] == name) {
        fault.kind = kind;
        return fault;
      }
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no fault: expected PARTY:KIND:POINT, KIND one of kill, garbage, length, round, kind, digest, hang"));
}

std::unique_ptr<Link> MakeFaulty(std::unique_ptr<SocketLink> link, int fd, const Fault& fault, int* sent) {
  return std::make_unique<FaultyLink>(std::move(link), fd, fault, sent);
}

}  // namespace tacit
