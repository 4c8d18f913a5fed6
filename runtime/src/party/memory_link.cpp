// Links inside one process: two queues under a lock.
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "tacit/transport.h"

namespace tacit {

namespace {

// A run inside one process ends by an error or by itself; this only bounds a test that hangs.
constexpr std::chrono::minutes kDeadline{30};

struct Message {
  MessageKind kind;
  uint32_t round;
  Bytes payload;
};

// What both ends share: queue i holds what end i receives.
struct Pipe {
  std::mutex mutex;
  std::condition_variable changed;
  std::array<std::deque<Message>, 2> queue;
  std::array<bool, 2> closed{};
  std::array<absl::Status, 2> why;  // of the end that closed
};

class MemoryLink : public Link {
 public:
  MemoryLink(std::shared_ptr<Pipe> pipe, int end) : pipe_(std::move(pipe)), end_(end) {}
  ~MemoryLink() override { Close(absl::OkStatus()); }

  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    std::lock_guard<std::mutex> lock(pipe_->mutex);
    if (pipe_->closed[end_] || pipe_->closed[1 - end_]) return Closed();
    sent_[static_cast<size_t>(section)] += payload.size();
    pipe_->queue[1 - end_].push_back({kind, round, std::move(payload)});
    pipe_->changed.notify_all();
    return absl::OkStatus();
  }

  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override {
    std::unique_lock<std::mutex> lock(pipe_->mutex);
    auto& queue = pipe_->queue[end_];
    const bool ready =
        pipe_->changed.wait_for(lock, kDeadline, [&] { return !queue.empty() || pipe_->closed[end_] || pipe_->closed[1 - end_]; });
    if (!ready) return absl::DeadlineExceededError("nothing received in time");
    // What was sent before the peer closed is still read.
    if (queue.empty()) return Closed();
    Message message = std::move(queue.front());
    queue.pop_front();
    const int64_t bytes = message.payload.size();
    if (message.kind != kind || message.round != round || (size >= 0 && bytes != size)) {
      return absl::DataLossError(absl::StrCat("expected message ", static_cast<int>(kind), " of round ", round, " with ", size,
                                              " bytes, found message ", static_cast<int>(message.kind), " of round ", message.round,
                                              " with ", bytes, " bytes"));
    }
    return std::move(message.payload);
  }

  void Close(const absl::Status& why) override {
    std::lock_guard<std::mutex> lock(pipe_->mutex);
    if (pipe_->closed[end_]) return;
    pipe_->closed[end_] = true;
    pipe_->why[end_] = why;
    pipe_->changed.notify_all();
  }

  uint64_t sent(Section section) const override {
    std::lock_guard<std::mutex> lock(pipe_->mutex);
    return sent_[static_cast<size_t>(section)];
  }
  uint64_t framing_sent() const override { return 0; }

 private:
  // Called under the lock.
  absl::Status Closed() const {
    const absl::Status& why = pipe_->why[1 - end_];
    if (pipe_->closed[1 - end_] && !why.ok()) return absl::AbortedError(absl::StrCat("the peer ended the session: ", why.message()));
    return absl::UnavailableError("the link is closed");
  }

  const std::shared_ptr<Pipe> pipe_;
  const int end_;
  std::array<uint64_t, 5> sent_{};
};

}  // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> MakeMemoryLink() {
  auto pipe = std::make_shared<Pipe>();
  return {std::make_unique<MemoryLink>(pipe, 0), std::make_unique<MemoryLink>(pipe, 1)};
}

}  // namespace tacit
