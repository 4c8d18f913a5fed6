// One party of a run: preamble, dealing, offline, online (protocol.md; the messages are listed in executor.h).
#include "tacit/executor.h"

#include "absl/strings/str_cat.h"
#include "party/machine.h"
#include "party/plan.h"

namespace tacit {

OpCounters Counters::Sum() const {
  OpCounters sum;
  for (const OpCounters& op : ops) {
    sum.online_sent += op.online_sent;
    sum.online_received += op.online_received;
    sum.offline_to_p1 += op.offline_to_p1;
    sum.offline_to_p2 += op.offline_to_p2;
    sum.io_sent += op.io_sent;
    sum.prg_bytes += op.prg_bytes;
    sum.ring_macs += op.ring_macs;
    sum.offline_seconds += op.offline_seconds;
    sum.online_seconds += op.online_seconds;
  }
  return sum;
}

uint64_t Counters::PrgBytes() const { return Sum().prg_bytes + owner_prg_bytes; }

struct PartyExecutor::State {
  State(const Program& p, const Entry& e, int party, const PartySeeds& seeds, const Links& l, const ExecutorOptions& o)
      : program(p),
        entry(e),
        options(o),
        plan(p, e),
        machine(party, seeds, l, plan.entry_index, o.invocation, e.instructions.size(), plan.shared.size()),
        values(e.values.size()),
        expanded(e.values.size()) {}

  const Program& program;
  const Entry& entry;
  const ExecutorOptions options;
  const Plan plan;
  Machine machine;
  std::vector<Held> values;
  std::vector<bool> expanded;  // by value: owned and made
  Digest digest{};

  const Type& TypeOf(ValueId v) const { return program.TypeOf(entry, v); }
  bool helper() const { return machine.helper(); }
  OwnedValue Owned(const SharedResult& s) const { return {s.function->owner, s.number, s.address, &TypeOf(s.value)}; }
  absl::Status At(size_t i, const absl::Status& status) const { return AtInstruction(program, entry, i, status); }

  absl::Status ReceiveMasked(absl::string_view owner, MessageKind kind);
  absl::Status RunPublic(size_t i);
  GateCall MakeCall(size_t i);
  absl::Status Run(size_t i);
  void Remask(size_t i);
  absl::StatusOr<size_t> RunRound(size_t first);
  void Release(size_t i);
  void Progress(size_t done) const {
    if (options.progress) options.progress(done, entry.instructions.size());
  }
};

// An instruction with its operands; an owner's value is made when it is first read.
GateCall PartyExecutor::State::MakeCall(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  GateCall call{&instruction, {}, {}, &TypeOf(instruction.results[0])};
  for (ValueId v : instruction.operands) {
    if (plan.source[v] >= 0 && !expanded[v] && !plan.shared[plan.source[v]].published) {
      values[v] = machine.ExpandOwned(Owned(plan.shared[plan.source[v]]));
      expanded[v] = true;
    }
    call.types.push_back(&TypeOf(v));
    call.values.push_back(&values[v]);
  }
  return call;
}

void PartyExecutor::State::Release(size_t i) {
  for (ValueId v : plan.dies[i]) values[v] = Held();
}

//===-- Public part ----------------------------------------------------------------------------------------------------===//

absl::Status PartyExecutor::State::RunPublic(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  absl::string_view origin;
  if (instruction.origin < program.origins.size()) origin = program.origins[instruction.origin].name;
  return At(i, machine.RunPublic(MakeCall(i), origin, &values[instruction.results[0]]));
}

absl::Status PartyExecutor::ReceivePublicAndPreamble() {
  State& s = *state_;
  const Stopwatch watch;
  PublicDigest digest;
  digest.Add(s.plan.entry_index, s.program.digest.data(), s.program.digest.size());
  const auto receive = [&](absl::string_view owner, uint32_t round, ValueId v, const std::string& what) {
    absl::StatusOr<Held> held = s.machine.ReceivePublic(owner, round, s.TypeOf(v));
    if (!held.ok()) return absl::Status(held.status().code(), absl::StrCat(what, ": ", held.status().message()));
    s.values[v] = *std::move(held);
    digest.Add(v, s.values[v]);
    return absl::OkStatus();
  };
  for (size_t i = 0; i < s.entry.inputs.size(); ++i) {
    const Port& port = s.entry.inputs[i];
    if (port.owner != "public") continue;
    if (absl::Status status = receive("client", i, port.value, absl::StrCat("public input '", port.name, "'")); !status.ok()) return status;
  }
  for (const SharedResult& shared : s.plan.shared) {
    if (!shared.published) continue;
    const uint32_t round = static_cast<uint32_t>(s.entry.inputs.size()) + shared.number;
    const std::string& owner = shared.function->owner;
    if (absl::Status status = receive(owner, round, shared.value, absl::StrCat("value published by the ", owner)); !status.ok())
      return status;
  }
  for (size_t i = 0; i < s.entry.instructions.size(); ++i) {
    if (!s.plan.is_public[i]) continue;
    if (absl::Status status = s.RunPublic(i); !status.ok()) return status;
  }
  // Everything that secret values will meet.
  for (ValueId v = 0; v < s.values.size(); ++v) {
    if (s.plan.kept[v]) {
      digest.Add(v, s.values[v]);
    } else {
      s.values[v] = Held();
    }
  }
  s.digest = digest.Finish();
  s.machine.counters().preamble_seconds = watch.Seconds();
  return absl::OkStatus();
}

//===-- Owners' values -------------------------------------------------------------------------------------------------===//

absl::Status PartyExecutor::State::ReceiveMasked(absl::string_view owner, MessageKind kind) {
  for (const SharedResult& shared : plan.shared) {
    if (shared.published || shared.function->owner != owner) continue;
    if (absl::Status status = machine.ReceiveMasked(Owned(shared), kind); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PartyExecutor::ReceiveWeights() {
  const Stopwatch watch;
  absl::Status status = state_->ReceiveMasked("model", MessageKind::kWeights);
  state_->machine.counters().weights_seconds = watch.Seconds();
  return status;
}

//===-- Instructions ---------------------------------------------------------------------------------------------------===//

// Any instruction but remask.
absl::Status PartyExecutor::State::Run(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  if (instruction.op == "share.reveal") {
    const ValueId x = instruction.operands[0];
    return machine.Reveal(i, static_cast<uint32_t>(instruction.Int("address")), instruction.Text("owner"), values[x], TypeOf(x));
  }
  const int64_t dealt = plan.dealt[i].empty() ? -1 : static_cast<int64_t>(plan.dealt_bytes[i]);
  return machine.RunLocal(i, MakeCall(i), dealt, &values[instruction.results[0]]);
}

void PartyExecutor::State::Remask(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  const ValueId r = instruction.results[0];
  machine.Remask(i, static_cast<uint32_t>(instruction.Int("address")), values[instruction.operands[0]], TypeOf(r), &values[r]);
}

absl::Status PartyExecutor::Offline() {
  State& s = *state_;
  const Stopwatch watch;
  for (size_t i = 0; i < s.entry.instructions.size(); ++i) {
    const Instruction& instruction = s.entry.instructions[i];
    const Stopwatch op_watch;
    if (s.helper()) {
      if (!s.plan.is_public[i]) {
        if (instruction.op == "share.remask") {
          s.Remask(i);
        } else if (absl::Status status = s.Run(i); !status.ok()) {
          return s.At(i, status);
        }
        s.Release(i);
      }
    } else if (!s.plan.dealt[i].empty() && instruction.Int("receiver") == static_cast<int>(s.machine.role())) {
      if (absl::Status status = s.machine.ReceiveDealt(i, s.plan.dealt_bytes[i]); !status.ok()) return status;
    }
    s.machine.counters().ops[i].offline_seconds += op_watch.Seconds();
    if (s.helper()) s.Progress(i + 1);
  }
  s.machine.counters().offline_seconds = watch.Seconds();
  return absl::OkStatus();
}

// The remasks from `first` on that share its round: one message each way. Returns the index after them.
absl::StatusOr<size_t> PartyExecutor::State::RunRound(size_t first) {
  const int64_t round = entry.instructions[first].Int("round");
  size_t end = first;
  for (; end < entry.instructions.size(); ++end) {
    if (entry.instructions[end].op != "share.remask" || entry.instructions[end].Int("round") != round) break;
    Remask(end);
  }
  if (absl::Status status = machine.Exchange(round); !status.ok()) return status;
  for (size_t i = first; i < end; ++i) Release(i);
  return end;
}

absl::Status PartyExecutor::Online() {
  State& s = *state_;
  if (s.helper()) return absl::OkStatus();
  const Stopwatch watch;
  if (absl::Status status = s.ReceiveMasked("client", MessageKind::kInput); !status.ok()) return status;
  for (size_t i = 0; i < s.entry.instructions.size();) {
    if (s.plan.is_public[i]) {
      ++i;
      continue;
    }
    if (s.entry.instructions[i].op == "share.remask") {
      absl::StatusOr<size_t> next = s.RunRound(i);
      if (!next.ok()) return next.status();
      i = *next;
    } else {
      const Stopwatch op_watch;
      if (absl::Status status = s.Run(i); !status.ok()) return s.At(i, status);
      s.machine.counters().ops[i].online_seconds += op_watch.Seconds();
      s.Release(i);
      ++i;
    }
    s.Progress(i);
  }
  s.machine.counters().online_seconds = watch.Seconds();
  return absl::OkStatus();
}

PartyExecutor::PartyExecutor(const Program& program, const Entry& entry, int party, const PartySeeds& seeds, const Links& links,
                             const ExecutorOptions& options)
    : state_(std::make_unique<State>(program, entry, party, seeds, links, options)) {}
PartyExecutor::~PartyExecutor() = default;

Digest PartyExecutor::public_digest() const { return state_->digest; }

const Counters& PartyExecutor::counters() const { return state_->machine.counters(); }

}  // namespace tacit
