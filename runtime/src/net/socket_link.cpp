// One I/O thread per link sends; the protocol's thread receives with poll, watching its other links for a peer that is gone.
#include "tacit/socket_link.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "net/frame.h"

namespace tacit {
namespace {

using Clock = std::chrono::steady_clock;

using Header = FrameHeader;

constexpr uint64_t kMaxPayload = 1ull << 36;  // no message of a program is larger
constexpr uint64_t kMaxUnsized = 1ull << 26;  // of a message whose length the receiver does not know
constexpr uint64_t kMaxAbortText = 512;
// What is queued when a link closes has this long to leave: after a good end, and after an error, when a party closes four links and all must
// be over in two seconds.
constexpr std::chrono::milliseconds kLastWrites{1000}, kLastWritesOfAnError{250};

absl::Status Gone(absl::string_view peer) { return absl::UnavailableError(absl::StrCat(peer, " is gone: its link is closed")); }

// What a peer gave as its reason, on one line: it is somebody else's text.
absl::Status AbortStatus(absl::string_view peer, const Bytes& payload) {
  if (payload.empty()) return absl::AbortedError(absl::StrCat(peer, " ended the session"));
  std::string text(payload.begin() + 1, payload.end());
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return absl::AbortedError(absl::StrCat(peer, " ended the session: ", text));
}

class Socket : public SocketLink {
 public:
  Socket(int fd, const SocketLinkOptions& options) : fd_(fd), options_(options), receive_deadline_s_(options.deadline_s) {
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // refused by Unix sockets, which do not wait anyway
    free_at_ = last_queued_ = Clock::now();
    writer_ = std::thread([this] { WriteLoop(); });
  }

  ~Socket() override {
    Stop(kLastWritesOfAnError);
    close(fd_);
  }

  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    absl::Status status = WaitForRoom(payload.size());
    if (status.ok()) {
      std::lock_guard<std::mutex> lock(mutex_);
      status = Queue(kind, round, section, std::move(payload));
    }
    // A peer that closed its end may have said why before. Sender and receiver are one thread.
    return absl::IsUnavailable(status) ? Farewell() : status;
  }

  void Alive() override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!queue_.empty() || writing_ || std::chrono::duration<double>(Clock::now() - last_queued_).count() < options_.deadline_s / 4) return;
    (void)Queue(MessageKind::kAlive, 0, Section::kControl, {});
  }

  void SetDeadline(double seconds) override { receive_deadline_s_ = seconds; }

  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override {
    Header header;
    do {
      if (auto status = Read(&header, sizeof header); !status.ok()) return status;
      if (header.magic != kFrameMagic || header.length > kMaxPayload || Take24(header.reserved) != 0)
        return Wrong("is not a message of this protocol");
      if (header.session != options_.session) return Wrong("belongs to another session");
      if (header.sequence != received_++) return Wrong("is out of sequence");
    } while (header.kind == static_cast<uint8_t>(MessageKind::kAlive) && header.length == 0);
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
    if (size < 0 && header.length > kMaxUnsized) return Wrong(absl::StrCat("has ", header.length, " bytes, too many"));
    Bytes payload(header.length);
    if (auto status = Read(payload.data(), payload.size()); !status.ok()) return status;
    Record(payload);
    if (options_.on_receive) options_.on_receive();
    return payload;
  }

  void Close(const absl::Status& why) override {
    if (!why.ok()) {
      const std::string text(why.message().substr(0, kMaxAbortText - 1));
      Bytes payload(1, static_cast<uint8_t>(why.code()));
      payload.insert(payload.end(), text.begin(), text.end());
      std::lock_guard<std::mutex> lock(mutex_);
      sequence_ -= static_cast<uint32_t>(queue_.size());  // what is still queued has no reader any more
      DropQueue();
      (void)Queue(MessageKind::kAbort, 0, Section::kControl, std::move(payload));
    }
    Stop(why.ok() ? kLastWrites : kLastWritesOfAnError);
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

  uint64_t peak_queued() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return peak_queued_;
  }

  void set_others(std::vector<Socket*> others) { others_ = std::move(others); }

 private:
  struct Outgoing {
    Header header;
    Bytes payload;
    Clock::time_point begin;  // on the emulated network
  };

  static uint32_t Take24(const uint8_t* at) { return at[0] | at[1] << 8 | at[2] << 16; }

  // With the mutex held.
  void DropQueue() {
    for (const Outgoing& message : queue_) queued_ -= message.payload.size();
    queue_.clear();
  }

  // Back-pressure: returns when the queue has room for `bytes`, or is empty. While it waits, this end tells its other peers that it lives,
  // hears whether this one does, and notices when any of them is gone. There is no cycle of such waits: an evaluator that reads nothing
  // here has sent what its peer waits for (rounds go one for one), P0 waits for nobody, and owners read in the order of the program.
  absl::Status WaitForRoom(uint64_t bytes) {
    const auto room = [&] { return queued_ == 0 || queued_ + bytes <= options_.queue_bytes || !write_error_.ok() || stopping_; };
    std::unique_lock<std::mutex> lock(mutex_);
    while (!idle_.wait_for(lock, std::chrono::milliseconds(50), room)) {
      lock.unlock();
      if (options_.on_receive) options_.on_receive();
      if (auto status = HearAlive(); !status.ok()) return status;
      if (auto status = LookAtOthers(0); !status.ok()) return status;
      lock.lock();
    }
    return absl::OkStatus();
  }

  // Takes alive frames that have arrived; everything else stays for Receive.
  absl::Status HearAlive() {
    for (;;) {
      Header header;
      if (recv(fd_, &header, sizeof header, MSG_PEEK | MSG_DONTWAIT) != static_cast<ssize_t>(sizeof header)) return absl::OkStatus();
      const bool alive = header.magic == kFrameMagic && header.kind == static_cast<uint8_t>(MessageKind::kAlive) && header.length == 0 &&
                         header.session == options_.session && header.sequence == received_;
      if (!alive) return absl::OkStatus();
      ++received_;
      if (!Left(&header, sizeof header)) return Gone(options_.peer);
      heard_ = Clock::now();
    }
  }

  // With the mutex held.
  absl::Status Queue(MessageKind kind, uint32_t round, Section section, Bytes payload) {
    if (!write_error_.ok()) return write_error_;
    if (stopping_) return absl::FailedPreconditionError(absl::StrCat("the link to ", options_.peer, " is closed"));
    Header header;
    header.kind = static_cast<uint8_t>(kind);
    header.session = options_.session;
    header.round = round;
    header.sequence = sequence_++;
    header.length = payload.size();
    Record(payload);
    sent_[static_cast<int>(section)] += payload.size();
    framing_ += sizeof header;
    last_queued_ = Clock::now();
    queued_ += header.length;
    peak_queued_ = std::max(peak_queued_, queued_);
    queue_.push_back({header, std::move(payload), Begin(sizeof header + header.length)});
    wake_.notify_all();
    return absl::OkStatus();
  }

  absl::Status Wrong(absl::string_view what) { return absl::DataLossError(absl::StrCat("a message from ", options_.peer, " ", what)); }

  void Record(const Bytes& payload) {
    if (options_.record_fd < 0) return;
    for (size_t done = 0; done < payload.size();) {
      const ssize_t n = write(options_.record_fd, payload.data() + done, payload.size() - done);
      if (n <= 0) return;
      done += n;
    }
  }

  static Clock::duration Milliseconds(double ms) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
  }
  Clock::duration Transmission(uint64_t bytes) const {
    return options_.network.megabit_per_s > 0 ? Milliseconds(bytes * 8e-3 / options_.network.megabit_per_s) : Clock::duration::zero();
  }

  // When a message that is queued now begins to leave: after those before it.
  Clock::time_point Begin(uint64_t bytes) {
    const auto begin = std::max(free_at_, Clock::now());
    free_at_ = begin + Transmission(bytes);
    return begin;
  }

  void WriteLoop() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      // A message that has not begun leaves the queue when the session is aborted meanwhile.
      if (Later(lock, queue_.front().begin, sizeof(Header))) continue;
      absl::Status status;
      {
        Outgoing message = std::move(queue_.front());
        queue_.pop_front();
        writing_ = true;
        status = Transmit(lock, message);
        writing_ = false;
        queued_ -= message.payload.size();
        if (message.header.kind == static_cast<uint8_t>(MessageKind::kSeed)) explicit_bzero(message.payload.data(), message.payload.size());
      }
      if (!status.ok()) {
        write_error_ = status;
        DropQueue();
      }
      idle_.notify_all();
      if (!status.ok()) return;
    }
  }

  // Waits until `bytes` of a message whose first byte left at `begin` have crossed the emulated network. True when the queue was emptied.
  bool Later(std::unique_lock<std::mutex>& lock, Clock::time_point begin, uint64_t bytes) {
    const Network& n = options_.network;
    if (n.round_trip_ms > 0 || n.megabit_per_s > 0) {
      wake_.wait_until(lock, begin + Transmission(bytes) + Milliseconds(n.round_trip_ms / 2),
                       [this] { return stopping_ || queue_.empty(); });
    }
    return queue_.empty();
  }

  // Header and payload; over an emulated network in pieces, as they would come.
  absl::Status Transmit(std::unique_lock<std::mutex>& lock, const Outgoing& message) {
    constexpr size_t kPiece = 1 << 20;
    for (size_t done = 0;;) {
      const size_t piece = std::min(kPiece, message.payload.size() - done);
      if (options_.network.megabit_per_s > 0) {
        const auto at = message.begin + Transmission(sizeof(Header) + done + piece) + Milliseconds(options_.network.round_trip_ms / 2);
        wake_.wait_until(lock, at, [this] { return stopping_; });
      }
      lock.unlock();
      absl::Status status = done == 0 ? Write(&message.header, sizeof message.header) : absl::OkStatus();
      if (status.ok()) status = Write(message.payload.data() + done, piece);
      lock.lock();
      done += piece;
      if (!status.ok() || done == message.payload.size()) return status;
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
      last = std::max(last, heard_.load());
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
      if (std::chrono::duration<double>(Clock::now() - last).count() > receive_deadline_s_) {
        return absl::DeadlineExceededError(absl::StrCat("nothing from ", options_.peer, " for ", receive_deadline_s_, " s"));
      }
    }
    return absl::OkStatus();
  }

  // Until there is something to read, a watched peer is gone, or a tenth of a second passed.
  absl::Status WaitToRead() { return LookAtOthers(100); }

  absl::Status LookAtOthers(int milliseconds) {
    std::vector<pollfd> polled{{fd_, POLLIN, 0}};
    for (Socket* other : others_) polled.push_back({other->fd_, POLLRDHUP, 0});
    poll(polled.data(), polled.size(), milliseconds);
    if (milliseconds > 0 && polled[0].revents) return absl::OkStatus();
    for (size_t i = 1; i < polled.size(); ++i) {
      if (polled[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) return others_[i - 1]->Farewell();
    }
    return absl::OkStatus();
  }

  // What the peer of a closed link said last: its reason, after whatever else it sent that nobody will read, or that it is gone.
  absl::Status Farewell() {
    Header header;
    while (Left(&header, sizeof header) && header.magic == kFrameMagic) {
      if (header.kind == static_cast<uint8_t>(MessageKind::kAbort)) {
        Bytes text(std::min<uint64_t>(header.length, kMaxAbortText));
        return Left(text.data(), text.size()) ? AbortStatus(options_.peer, text) : Gone(options_.peer);
      }
      std::array<char, 65536> unread;
      for (uint64_t rest = header.length; rest > 0;) {
        const uint64_t piece = std::min<uint64_t>(rest, unread.size());
        if (!Left(unread.data(), piece)) return Gone(options_.peer);
        rest -= piece;
      }
    }
    return Gone(options_.peer);
  }

  // Takes `size` bytes that have arrived; false where there are fewer.
  bool Left(void* data, size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
      const ssize_t n = recv(fd_, at, size, MSG_DONTWAIT);
      if (n <= 0) return false;
      at += n;
      size -= n;
    }
    return true;
  }

  void Stop(std::chrono::milliseconds last_writes) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    // A peer that does not read keeps nobody here.
    {
      std::unique_lock<std::mutex> lock(mutex_);
      idle_.wait_for(lock, last_writes, [this] { return (queue_.empty() && !writing_) || !write_error_.ok(); });
    }
    stop_now_ = true;
    if (writer_.joinable()) writer_.join();
  }

  int fd_;
  SocketLinkOptions options_;
  std::vector<Socket*> others_;
  uint32_t received_ = 0;
  double receive_deadline_s_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Outgoing> queue_;
  bool stopping_ = false, writing_ = false;
  std::atomic<bool> stop_now_{false};
  absl::Status write_error_;
  uint32_t sequence_ = 0;
  uint64_t queued_ = 0, peak_queued_ = 0;       // payload bytes that were not handed to the socket yet
  std::atomic<Clock::time_point> heard_{Clock::time_point{}};  // the last alive frame that came while this end waited to send
  uint64_t sent_[5] = {}, framing_ = 0;
  Clock::time_point free_at_, last_queued_;
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
