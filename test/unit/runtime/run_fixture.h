// What tests of whole runs share: a small program, and links that are listened to or tampered with.
#ifndef TEST_UNIT_RUNTIME_RUN_FIXTURE_H
#define TEST_UNIT_RUNTIME_RUN_FIXTURE_H

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "runtime/program_builder.h"
#include "tacit/forwarding_link.h"

namespace tacit::testing {

// What one end of a run receives, message by message.
struct Received {
  int end, from;
  MessageKind kind;
  uint32_t round;
  Bytes payload;
};

// A link that reports what it receives and may change it.
class SpyLink : public ForwardingLink<> {
 public:
  using Hook = std::function<absl::Status(MessageKind kind, uint32_t round, Bytes* payload)>;
  SpyLink(std::unique_ptr<Link> link, Hook hook) : ForwardingLink(std::move(link)), hook_(std::move(hook)) {}
  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override {
    absl::StatusOr<Bytes> bytes = link_->Receive(kind, round, -1);
    if (!bytes.ok()) return bytes;
    if (absl::Status status = hook_(kind, round, &*bytes); !status.ok()) return status;
    if (size >= 0 && static_cast<int64_t>(bytes->size()) != size) return absl::DataLossError("a message of the wrong length");
    return bytes;
  }

 private:
  Hook hook_;
};

class Recorder {
 public:
  InProcessOptions Options() {
    InProcessOptions options;
    options.wrap = [this](int end, int peer, std::unique_ptr<Link> link) -> std::unique_ptr<Link> {
      return std::make_unique<SpyLink>(std::move(link), [this, end, peer](MessageKind kind, uint32_t round, Bytes* payload) {
        std::lock_guard<std::mutex> lock(mutex_);
        messages.push_back({end, peer, kind, round, *payload});
        return absl::OkStatus();
      });
    };
    return options;
  }
  std::vector<Received> messages;
  const Bytes* Find(int end, MessageKind kind, uint32_t round) const {
    for (const Received& m : messages)
      if (m.end == end && m.kind == kind && m.round == round) return &m.payload;
    return nullptr;
  }

 private:
  std::mutex mutex_;
};

// relu(x w + b) with w of the model, x of the client, b public.
struct Layer {
  static constexpr int64_t kRows = 5, kIn = 16, kOut = 24;
  std::vector<float> x, w;
  Ints bias;
  ProgramBuilder b;
  Layer() {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> real(-1, 1);
    for (int64_t i = 0; i < kRows * kIn; ++i) x.push_back(real(random));
    for (int64_t i = 0; i < kIn * kOut; ++i) w.push_back(real(random));
    for (int64_t i = 0; i < kOut; ++i) bias.push_back(i % 3 - 1);
    const ValueId xs = b.InputF32(Masked(52, {kRows, kIn}, 16), x), ws = b.Weight(Masked(52, {kIn, kOut}, 16), w);
    const ValueId bs = b.Op("share.encode", {b.PublicInput({kOut}, bias)}, Public(32, {kOut}, 16));
    const Type sum = Additive(32, {kRows, kOut}, 16);
    const ValueId y = b.Remask(b.Op("share.add", {b.Op("share.matmul", {xs, ws}, sum), bs}, sum));
    const ValueId negative = b.Below(y, {0}, 3);
    const ValueId bits = b.Op("mpc.reshape", {negative}, XorBit({kRows, kOut}));
    const ValueId positive = b.Remask(b.Op("share.not", {bits}, XorBit({kRows, kOut})));
    b.Reveal("z", b.Op("share.bit_mul", {positive, y}, sum), F32({kRows, kOut}));
  }
};

}  // namespace tacit::testing

#endif
