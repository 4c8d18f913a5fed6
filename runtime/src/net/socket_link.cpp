// One I/O thread per link sends; the protocol's thread receives with poll, watching its other links for a peer that is gone.
#include "tacit/socket_link.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tacit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kMagic = 0x31544354;       // "TCT1"
constexpr uint64_t kMaxPayload = 1ull << 36;  // no message of a program is larger
constexpr uint64_t kMaxAbortText = 512;

struct Header {
  uint32_t magic = kMagic;
  uint8_t kind = 0;
  uint8_t reserved[3] = {};
  uint64_t session = 0;
  uint32_t round = 0;
  uint32_t sequence = 0;
  uint64_t length = 0;
};
static_assert(sizeof(Header) == 32);

absl::Status Gone(absl::string_view peer) { return absl::UnavailableError(absl::StrCat(peer, " is gone: its link is closed")); }

// A code that a peer sent, kept to those that absl knows.
absl::Status AbortStatus(absl::string_view peer, const Bytes& payload) {
  if (payload.empty()) return absl::AbortedError(absl::StrCat(peer, " ended the session"));
  return absl::AbortedError(absl::StrCat(peer, " ended the session: ", std::string(payload.begin() + 1, payload.end())));
}

class Socket : public SocketLink {
 public:
  Socket(int fd, const SocketLinkOptions& options) : fd_(fd), options_(options) {
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
    free_at_ = Clock::now();
    writer_ = std::thread([this] { WriteLoop(); });
  }

  ~Socket() override {
    Stop();
    close(fd_);
  }

  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    Header header;
    header.kind = static_cast<uint8_t>(kind);
    header.session = options_.session;
    header.round = round;
    header.length = payload.size();
    std::lock_guard<std::mutex> lock(mutex_);
    if (!write_error_.ok()) return write_error_;
    if (stopping_) return absl::FailedPreconditionError(absl::StrCat("the link to ", options_.peer, " is closed"));
    header.sequence = sequence_++;
    Record(payload);
    sent_[static_cast<int>(section)] += payload.size();
    framing_ += sizeof header;
    queue_.push_back({header, std::move(payload), Arrival(sizeof header + header.length)});
    wake_.notify_all();
    return absl::OkStatus();
  }

  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override {
    Header header;
    if (auto status = Read(&header, sizeof header); !status.ok()) return status;
    if (header.magic != kMagic || header.length > kMaxPayload) return Wrong("is not a message of this protocol");
    if (header.session != options_.session) return Wrong("belongs to another session");
    if (header.sequence != received_++) return Wrong("is out of sequence");
    if (header.kind == static_cast<uint8_t>(MessageKind::kAbort)) {
      Bytes text(std::min<uint64_t>(header.length, kMaxAbortText));
      if (auto status = Read(text.data(), text.size()); !status.ok()) return status;
      return AbortStatus(options_.peer, text);
    }
    if (header.kind != static_cast<uint8_t>(kind)) {
      return Wrong(absl::StrCat("is of kind ", header.kind, ", expected ", static_cast<int>(kind)));
    }
    if (header.round != round) return Wrong(absl::StrCat("is of round ", header.round, ", expected ", round));
    if (size >= 0 && header.length != static_cast<uint64_t>(size)) {
      return Wrong(absl::StrCat("has ", header.length, " bytes, expected ", size));
    }
    if (size < 0 && header.length > (1u << 26)) return Wrong(absl::StrCat("has ", header.length, " bytes, too many"));
    Bytes payload(header.length);
    if (auto status = Read(payload.data(), payload.size()); !status.ok()) return status;
    Record(payload);
    return payload;
  }

  void Close(const absl::Status& why) override {
    if (!why.ok()) {
      const std::string text(why.message().substr(0, kMaxAbortText - 1));
      Bytes payload(1, static_cast<uint8_t>(why.code()));
      payload.insert(payload.end(), text.begin(), text.end());
      {
        // What is still queued has no reader any more.
        std::lock_guard<std::mutex> lock(mutex_);
        queue_.clear();
      }
      (void)Send(MessageKind::kAbort, 0, Section::kControl, std::move(payload));
    }
    Stop();
    shutdown(fd_, SHUT_RDWR);
  }

  absl::Status Flush() override {
    std::unique_lock<std::mutex> lock(mutex_);
    idle_.wait(lock, [this] { return (queue_.empty() && !writing_) || !write_error_.ok(); });
    return write_error_;
  }

  uint64_t sent(Section section) const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return sent_[static_cast<int>(section)];
  }
  uint64_t framing_sent() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return framing_;
  }

  void set_others(std::vector<Socket*> others) { others_ = std::move(others); }

 private:
  struct Outgoing {
    Header header;
    Bytes payload;
    Clock::time_point at;  // not written before
  };

  absl::Status Wrong(absl::string_view what) { return absl::DataLossError(absl::StrCat("a message from ", options_.peer, " ", what)); }

  void Record(const Bytes& payload) {
    if (options_.record_fd < 0) return;
    for (size_t done = 0; done < payload.size();) {
      const ssize_t n = write(options_.record_fd, payload.data() + done, payload.size() - done);
      if (n <= 0) return;
      done += n;
    }
  }

  // When a message that is queued now would arrive over the emulated network.
  Clock::time_point Arrival(uint64_t bytes) {
    const Network& n = options_.network;
    const auto now = Clock::now();
    if (n.round_trip_ms <= 0 && n.megabit_per_s <= 0) return now;
    const double seconds = n.megabit_per_s > 0 ? bytes * 8e-6 / n.megabit_per_s : 0;
    free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    return free_at_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(n.round_trip_ms / 2));
  }

  void WriteLoop() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      if (wake_.wait_until(lock, queue_.front().at, [this] { return stopping_; }) && queue_.empty()) return;
      Outgoing message = std::move(queue_.front());
      queue_.pop_front();
      writing_ = true;
      lock.unlock();
      absl::Status status = Write(&message.header, sizeof message.header);
      if (status.ok()) status = Write(message.payload.data(), message.payload.size());
      lock.lock();
      writing_ = false;
      if (!status.ok()) {
        write_error_ = status;
        queue_.clear();
      }
      idle_.notify_all();
      if (!status.ok()) return;
    }
  }

  absl::Status Write(const void* data, size_t size) {
    const char* at = static_cast<const char*>(data);
    auto last = Clock::now();
    while (size > 0) {
      const ssize_t n = send(fd_, at, size, MSG_NOSIGNAL);
      if (n > 0) {
        at += n;
        size -= n;
        last = Clock::now();
        continue;
      }
      if (n < 0 && errno != EAGAIN && errno != EINTR) return Gone(options_.peer);
      pollfd p{fd_, POLLOUT, 0};
      poll(&p, 1, 100);
      if (stop_now_ || std::chrono::duration<double>(Clock::now() - last).count() > options_.deadline_s) {
        return absl::DeadlineExceededError(absl::StrCat(options_.peer, " does not read its link"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Read(void* data, size_t size) {
    char* at = static_cast<char*>(data);
    auto last = Clock::now();
    while (size > 0) {
      const ssize_t n = recv(fd_, at, size, 0);
      if (n > 0) {
        at += n;
        size -= n;
        last = Clock::now();
        continue;
      }
      if (n == 0 || (errno != EAGAIN && errno != EINTR)) return Gone(options_.peer);
      if (auto status = WaitToRead(); !status.ok()) return status;
      if (std::chrono::duration<double>(Clock::now() - last).count() > options_.deadline_s) {
        return absl::DeadlineExceededError(absl::StrCat("nothing from ", options_.peer, " for ", options_.deadline_s, " s"));
      }
    }
    return absl::OkStatus();
  }

  // Until there is something to read, a watched peer is gone, or a tenth of a second passed.
  absl::Status WaitToRead() {
    std::vector<pollfd> polled{{fd_, POLLIN, 0}};
    for (Socket* other : others_) polled.push_back({other->fd_, POLLRDHUP, 0});
    poll(polled.data(), polled.size(), 100);
    if (polled[0].revents) return absl::OkStatus();
    for (size_t i = 1; i < polled.size(); ++i) {
      if (polled[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) return others_[i - 1]->Farewell();
    }
    return absl::OkStatus();
  }

  // What the peer of a closed link said last: its reason where the next message is one, else that it is gone.
  absl::Status Farewell() {
    Header header;
    if (recv(fd_, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT) == sizeof header && header.magic == kMagic &&
        header.kind == static_cast<uint8_t>(MessageKind::kAbort)) {
      auto said = Receive(MessageKind::kAbort, 0, -1);
      if (!said.ok()) return said.status();
    }
    return Gone(options_.peer);
  }

  void Stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    // A peer that does not read keeps nobody here: what is queued has a second to leave.
    for (int i = 0; i < 100 && writer_.joinable(); ++i) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if ((queue_.empty() && !writing_) || !write_error_.ok()) break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    stop_now_ = true;
    if (writer_.joinable()) writer_.join();
  }

  int fd_;
  SocketLinkOptions options_;
  std::vector<Socket*> others_;
  uint32_t received_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Outgoing> queue_;
  bool stopping_ = false, writing_ = false;
  std::atomic<bool> stop_now_{false};
  absl::Status write_error_;
  uint32_t sequence_ = 0;
  uint64_t sent_[5] = {}, framing_ = 0;
  Clock::time_point free_at_;
  std::thread writer_;
};

}  // namespace

std::unique_ptr<SocketLink> SocketLink::Make(int fd, const SocketLinkOptions& options) { return std::make_unique<Socket>(fd, options); }

void SocketLink::Watch(const std::vector<SocketLink*>& links) {
  for (SocketLink* link : links) {
    std::vector<Socket*> others;
    for (SocketLink* other : links) {
      if (other != link) others.push_back(static_cast<Socket*>(other));
    }
    static_cast<Socket*>(link)->set_others(std::move(others));
  }
}

absl::StatusOr<Network> ParseNetwork(absl::string_view text) {
  if (text == "lan") return Network{1, 5000};
  if (text == "wan") return Network{40, 100};
  Network network;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || !absl::SimpleAtod(text.substr(0, colon), &network.round_trip_ms) ||
      !absl::SimpleAtod(text.substr(colon + 1), &network.megabit_per_s) || !(network.round_trip_ms >= 0) || !(network.megabit_per_s > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no network: expected lan, wan or RTT_MS:MBIT, for example 40:100"));
  }
  return network;
}

absl::StatusOr<std::pair<int, int>> SocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot make a pair of sockets: ", strerror(errno)));
  }
  for (int end : ends) {
    const int bytes = 4 << 20;
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  return std::make_pair(ends[0], ends[1]);
}

}  // namespace tacit
