// The run of an emitted entry, and what is looked up in an emitted program.
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "party/emitted_state.h"

namespace tacit::emitted {

namespace {

class EmittedRun : public PartyRun {
 public:
  explicit EmittedRun(std::unique_ptr<Party::State> state) : state_(std::move(state)), party_(state_.get()) {}

  absl::Status ReceivePublicAndPreamble() override {
    const Stopwatch watch;
    state_->entry.preamble(party_, state_->slots.data());
    state_->preamble = false;
    machine().counters().preamble_seconds = watch.Seconds();
    return state_->status;
  }
  Digest public_digest() const override { return state_->digest; }

  absl::Status ReceiveWeights() override {
    const Stopwatch watch;
    absl::Status status = ReceiveMasked("model", MessageKind::kWeights);
    machine().counters().weights_seconds = watch.Seconds();
    return status;
  }

  absl::Status Offline() override {
    const Stopwatch watch;
    if (machine().helper()) {
      state_->entry.body(party_, state_->slots.data());
    } else {
      for (const Material& material : state_->entry.material) {
        if (material.receiver != static_cast<int>(machine().role())) continue;
        const Stopwatch op_watch;
        if (absl::Status status = machine().ReceiveDealt(material.instruction, material.bytes); !status.ok()) return status;
        machine().counters().ops[material.instruction].offline_seconds += op_watch.Seconds();
      }
    }
    machine().counters().offline_seconds = watch.Seconds();
    return state_->status;
  }

  absl::Status Online() override {
    if (machine().helper()) return absl::OkStatus();
    const Stopwatch watch;
    if (absl::Status status = ReceiveMasked("client", MessageKind::kInput); !status.ok()) return status;
    state_->entry.body(party_, state_->slots.data());
    machine().counters().online_seconds = watch.Seconds();
    return state_->status;
  }

  const Counters& counters() const override { return state_->machine.counters(); }

 private:
  Machine& machine() { return state_->machine; }

  absl::Status ReceiveMasked(absl::string_view owner, MessageKind kind) {
    for (const SharedValue& value : state_->entry.shared) {
      if (value.owner != owner) continue;
      if (absl::Status status = machine().ReceiveMasked(Owned(value), kind); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::unique_ptr<Party::State> state_;
  Party party_;
};

}  // namespace

absl::StatusOr<Digest> DigestOf(const ProgramCode& program) {
  const absl::string_view text = program.digest;
  const std::string bytes = absl::HexStringToBytes(text);
  Digest digest;
  if (text.size() != 2 * digest.size() || absl::BytesToHexString(bytes) != text)
    return absl::InvalidArgumentError("the emitted program's digest is not 64 hexadecimal digits");
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

absl::StatusOr<const EntryCode*> FindEntry(const ProgramCode& program, absl::string_view name) {
  std::string known;
  for (const EntryCode& entry : program.entries) {
    if (entry.name == (name.empty() ? absl::string_view("main") : name)) return &entry;
    absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
  }
  if (name.empty() && program.entries.size() == 1) return &program.entries[0];
  return absl::NotFoundError(absl::StrCat("the program has no entry '", name, "', it has: ", known));
}

absl::StatusOr<std::unique_ptr<PartyRun>> MakeRun(const ProgramCode& program, const EntryCode& entry, int party, const PartySeeds& seeds,
                                                  const Links& links, const ExecutorOptions& options, const Program* container) {
  absl::StatusOr<Digest> digest = DigestOf(program);
  if (!digest.ok()) return digest.status();
  const Entry* source = nullptr;
  if (container != nullptr) {
    if (container->digest != *digest)
      return absl::FailedPreconditionError("the container is not the one that this C++ was emitted from; emit and compile it again");
    source = &container->entries[entry.index];
  } else if (program.container) {
    return absl::FailedPreconditionError("a constant of this program is in its container, which is not here");
  }
  return std::make_unique<EmittedRun>(std::make_unique<Party::State>(entry, *digest, party, seeds, links, options, source));
}

}  // namespace tacit::emitted
