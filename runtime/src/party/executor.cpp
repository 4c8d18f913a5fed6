// One party of a run: preamble, dealing, offline, online (protocol.md; the messages are listed in executor.h).
#include "tacit/executor.h"

#include <openssl/evp.h>

#include <chrono>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"
#include "party/plan.h"
#include "tacit/clear.h"

namespace tacit {

namespace {

class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// SHA-256 over tagged pieces, each with its value's number and its length.
class PieceDigest {
 public:
  PieceDigest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~PieceDigest() { EVP_MD_CTX_free(context_); }
  PieceDigest(const PieceDigest&) = delete;
  PieceDigest& operator=(const PieceDigest&) = delete;

  void Add(uint64_t number, const void* data, uint64_t bytes) {
    const uint64_t header[2] = {number, bytes};
    EVP_DigestUpdate(context_, header, sizeof header);
    if (bytes > 0) EVP_DigestUpdate(context_, data, bytes);
  }
  Digest Finish() {
    Digest digest{};
    EVP_DigestFinal_ex(context_, digest.data(), nullptr);
    return digest;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

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
        role(static_cast<Role>(party)),
        links(l),
        options(o),
        plan(p, e),
        io(role, seeds, plan.entry_index, o.invocation),
        values(e.values.size()),
        arrived(plan.shared.size()),
        dealt(e.instructions.size()) {
    counters.ops.resize(e.instructions.size());
  }

  const Program& program;
  const Entry& entry;
  const Role role;
  const Links links;
  const ExecutorOptions options;
  const Plan plan;
  GateIo io;
  std::vector<Held> values;
  std::vector<Bytes> arrived;  // masked inputs by share number, packed until they are first read
  std::vector<Bytes> dealt;    // by instruction: what P0 sent here
  std::vector<bool> expanded = std::vector<bool>(values.size());
  Digest digest{};
  Counters counters;

  const Type& TypeOf(ValueId v) const { return program.TypeOf(entry, v); }
  bool helper() const { return role == Role::kHelper; }
  // The half of every mask that this evaluator holds.
  int half() const { return static_cast<int>(role); }
  Link* peer() const { return role == Role::kFirst ? links.p2 : links.p1; }
  absl::StatusOr<Link*> OwnerLink(absl::string_view owner) const;

  absl::Status ReceivePublic(absl::string_view owner, uint32_t round, ValueId v);
  absl::Status ReceiveMasked(absl::string_view owner, MessageKind kind);
  absl::Status RunPublic(size_t i);
  void ExpandOwned(ValueId v);
  GateCall MakeCall(size_t i);
  absl::Status RunLocal(size_t i, Bytes* out);
  absl::Status HelperInstruction(size_t i);
  absl::StatusOr<size_t> RunRound(size_t first);
  absl::Status Reveal(size_t i);
  void Release(size_t i);
  void Progress(size_t done) const {
    if (options.progress) options.progress(done, entry.instructions.size());
  }
};

absl::StatusOr<Link*> PartyExecutor::State::OwnerLink(absl::string_view owner) const {
  Link* link = owner == "model" ? links.model : links.client;
  if (link == nullptr) return absl::FailedPreconditionError(absl::StrCat("no link to the ", owner));
  return link;
}

//===-- Public part ----------------------------------------------------------------------------------------------------===//

absl::Status PartyExecutor::State::ReceivePublic(absl::string_view owner, uint32_t round, ValueId v) {
  const Type& type = TypeOf(v);
  absl::StatusOr<Link*> link = OwnerLink(owner);
  if (!link.ok()) return link.status();
  const bool clear = IsClear(type.kind);
  const int64_t size = clear ? type.elements() * static_cast<int64_t>(ElementBytes(type.kind)) : StreamOf(type).wire_bytes();
  absl::StatusOr<Bytes> bytes = (*link)->Receive(MessageKind::kPublic, round, size);
  if (!bytes.ok()) return bytes.status();
  if (!clear) {
    values[v].a = gates::Keep(FromPacked(*bytes, type));
    return absl::OkStatus();
  }
  absl::StatusOr<Tensor> tensor = PublicTensor(*bytes, type);
  if (!tensor.ok()) return tensor.status();
  values[v].clear = *std::move(tensor);
  return absl::OkStatus();
}

// One instruction on public values: clear ops by the clear kernels, ring elements as every role holds them.
absl::Status PartyExecutor::State::RunPublic(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  const ValueId r = instruction.results[0];
  const Type& type = TypeOf(r);
  if (instruction.op == "share.encode") {
    const std::string name = instruction.origin < program.origins.size() ? program.origins[instruction.origin].name : "public value";
    absl::StatusOr<Words> words =
        EncodeRing(values[instruction.operands[0]].clear, type.width, type.fraction, absl::StrCat("public value of '", name, "'"));
    if (!words.ok()) return words.status();
    values[r].a = gates::Keep(*std::move(words));
    return absl::OkStatus();
  }
  if (IsClear(type.kind)) {
    std::vector<const Tensor*> operands;
    for (ValueId v : instruction.operands) operands.push_back(&values[v].clear);
    absl::StatusOr<Tensor> result = RunClear(instruction, operands, type);
    if (!result.ok()) return result.status();
    values[r].clear = *std::move(result);
    return absl::OkStatus();
  }
  return RunGate(io, MakeCall(i), &values[r]);
}

absl::Status PartyExecutor::ReceivePublicAndPreamble() {
  State& s = *state_;
  const Stopwatch watch;
  PieceDigest digest;
  digest.Add(s.plan.entry_index, s.program.digest.data(), s.program.digest.size());
  const auto add = [&](ValueId v) {
    const Held& held = s.values[v];
    if (held.a != nullptr) {
      digest.Add(v, held.a->data(), 8 * held.a->size());
    } else {
      digest.Add(v, held.clear.data<uint8_t>(), held.clear.bytes());
    }
  };
  for (size_t i = 0; i < s.entry.inputs.size(); ++i) {
    const Port& port = s.entry.inputs[i];
    if (port.owner != "public") continue;
    if (absl::Status status = s.ReceivePublic("client", i, port.value); !status.ok())
      return absl::Status(status.code(), absl::StrCat("public input '", port.name, "': ", status.message()));
    add(port.value);
  }
  for (const SharedResult& shared : s.plan.shared) {
    if (!shared.published) continue;
    const uint32_t round = static_cast<uint32_t>(s.entry.inputs.size()) + shared.number;
    if (absl::Status status = s.ReceivePublic(shared.function->owner, round, shared.value); !status.ok())
      return absl::Status(status.code(), absl::StrCat("value published by the ", shared.function->owner, ": ", status.message()));
    add(shared.value);
  }
  for (size_t i = 0; i < s.entry.instructions.size(); ++i) {
    if (!s.plan.is_public[i]) continue;
    if (absl::Status status = s.RunPublic(i); !status.ok()) return AtInstruction(s.program, s.entry, i, status);
  }
  // Everything that secret values will meet.
  for (ValueId v = 0; v < s.values.size(); ++v) {
    if (s.plan.kept[v]) {
      add(v);
    } else {
      s.values[v] = Held();
    }
  }
  s.digest = digest.Finish();
  s.counters.preamble_seconds = watch.Seconds();
  return absl::OkStatus();
}

//===-- Owners' values -------------------------------------------------------------------------------------------------===//

absl::Status PartyExecutor::State::ReceiveMasked(absl::string_view owner, MessageKind kind) {
  if (helper()) return absl::OkStatus();
  for (const SharedResult& shared : plan.shared) {
    if (shared.published || shared.function->owner != owner) continue;
    absl::StatusOr<Link*> link = OwnerLink(owner);
    if (!link.ok()) return link.status();
    absl::StatusOr<Bytes> bytes = (*link)->Receive(kind, shared.number, StreamOf(TypeOf(shared.value)).wire_bytes());
    if (!bytes.ok()) return bytes.status();
    arrived[shared.number] = *std::move(bytes);
  }
  return absl::OkStatus();
}

// Makes a shared input's words when they are first read: masks from the owner's seeds, m from its message.
void PartyExecutor::State::ExpandOwned(ValueId v) {
  if (plan.source[v] < 0 || expanded[v]) return;
  const SharedResult& shared = plan.shared[plan.source[v]];
  if (shared.published) return;
  expanded[v] = true;
  const uint64_t before = io.prg_bytes();
  const DealtArray stream = StreamOf(TypeOf(v));
  const std::string& owner = shared.function->owner;
  if (helper()) {
    values[v].a = gates::Keep(io.OwnerMaskHalf(owner, 1, shared.address, stream));
    values[v].b = gates::Keep(io.OwnerMaskHalf(owner, 2, shared.address, stream));
  } else {
    values[v].a = gates::Keep(FromPacked(arrived[shared.number], TypeOf(v)));
    values[v].b = gates::Keep(io.OwnerMaskHalf(owner, half(), shared.address, stream));
    Bytes().swap(arrived[shared.number]);
  }
  counters.owner_prg_bytes += io.prg_bytes() - before;
}

absl::Status PartyExecutor::ReceiveWeights() {
  const Stopwatch watch;
  absl::Status status = state_->ReceiveMasked("model", MessageKind::kWeights);
  state_->counters.weights_seconds = watch.Seconds();
  return status;
}

//===-- Instructions ---------------------------------------------------------------------------------------------------===//

GateCall PartyExecutor::State::MakeCall(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  GateCall call{&program, &entry, &instruction, {}, {}, &TypeOf(instruction.results[0])};
  for (ValueId v : instruction.operands) {
    ExpandOwned(v);
    call.types.push_back(&TypeOf(v));
    call.values.push_back(&values[v]);
  }
  return call;
}

void PartyExecutor::State::Release(size_t i) {
  for (ValueId v : plan.dies[i]) values[v] = Held();
}

// Any instruction but remask and reveal; `out` takes what P0 deals.
absl::Status PartyExecutor::State::RunLocal(size_t i, Bytes* out) {
  const Instruction& instruction = entry.instructions[i];
  const GateCall call = MakeCall(i);
  const uint64_t prg = io.prg_bytes(), macs = io.ring_macs();
  if (!plan.dealt[i].empty()) {
    io.Begin(static_cast<uint32_t>(instruction.Int("address")), static_cast<int>(instruction.Int("receiver")), out, dealt[i]);
  }
  Held result;
  if (absl::Status status = RunGate(io, call, &result); !status.ok()) return status;
  values[instruction.results[0]] = std::move(result);
  if (!io.Consumed()) return absl::InternalError("the gate did not read all that was dealt");
  counters.ops[i].prg_bytes += io.prg_bytes() - prg;
  counters.ops[i].ring_macs += io.ring_macs() - macs;
  Bytes().swap(dealt[i]);
  return absl::OkStatus();
}

absl::Status PartyExecutor::State::HelperInstruction(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  OpCounters& count = counters.ops[i];
  if (instruction.op == "share.reveal") return absl::OkStatus();
  if (instruction.op == "share.remask") {
    const uint64_t prg = io.prg_bytes();
    const ValueId r = instruction.results[0];
    const uint32_t address = static_cast<uint32_t>(instruction.Int("address"));
    values[r].a = gates::Keep(io.MaskHalf(1, address, StreamOf(TypeOf(r))));
    values[r].b = gates::Keep(io.MaskHalf(2, address, StreamOf(TypeOf(r))));
    count.prg_bytes += io.prg_bytes() - prg;
    return absl::OkStatus();
  }
  Bytes out;
  out.reserve(plan.dealt_bytes[i]);
  if (absl::Status status = RunLocal(i, &out); !status.ok()) return status;
  if (plan.dealt[i].empty()) return absl::OkStatus();
  if (out.size() != plan.dealt_bytes[i])
    return absl::InternalError(absl::StrCat("dealt ", out.size(), " bytes, its formula says ", plan.dealt_bytes[i]));
  const bool to_first = instruction.Int("receiver") == 1;
  Link* link = to_first ? links.p1 : links.p2;
  if (link == nullptr) return absl::FailedPreconditionError("no link to an evaluator");
  (to_first ? count.offline_to_p1 : count.offline_to_p2) += out.size();
  ++counters.deal_messages;
  return link->Send(MessageKind::kDeal, i, Section::kOffline, std::move(out));
}

absl::Status PartyExecutor::Offline() {
  State& s = *state_;
  const Stopwatch watch;
  for (size_t i = 0; i < s.entry.instructions.size(); ++i) {
    const Stopwatch op_watch;
    if (s.helper()) {
      if (!s.plan.is_public[i]) {
        if (absl::Status status = s.HelperInstruction(i); !status.ok()) return AtInstruction(s.program, s.entry, i, status);
        s.Release(i);
      }
    } else if (!s.plan.dealt[i].empty() && s.entry.instructions[i].Int("receiver") == static_cast<int>(s.role)) {
      if (s.links.p0 == nullptr) return absl::FailedPreconditionError("no link to the helper");
      absl::StatusOr<Bytes> bytes = s.links.p0->Receive(MessageKind::kDeal, i, s.plan.dealt_bytes[i]);
      if (!bytes.ok()) return bytes.status();
      OpCounters& count = s.counters.ops[i];
      (s.role == Role::kFirst ? count.offline_to_p1 : count.offline_to_p2) += bytes->size();
      ++s.counters.deal_messages;
      s.dealt[i] = *std::move(bytes);
    }
    s.counters.ops[i].offline_seconds += op_watch.Seconds();
    if (s.helper()) s.Progress(i + 1);
  }
  s.counters.offline_seconds = watch.Seconds();
  return absl::OkStatus();
}

// The remasks from `first` on that share its round: one message each way. Returns the index after them.
absl::StatusOr<size_t> PartyExecutor::State::RunRound(size_t first) {
  const int64_t round = entry.instructions[first].Int("round");
  struct Opening {
    Words own, mask;  // this evaluator's half of the masked value, and of the mask
  };
  std::vector<Opening> openings;
  Bytes out;
  size_t end = first;
  for (; end < entry.instructions.size(); ++end) {
    const Instruction& instruction = entry.instructions[end];
    if (instruction.op != "share.remask" || instruction.Int("round") != round) break;
    const Stopwatch watch;
    const ValueId x = instruction.operands[0];
    const Type& type = TypeOf(instruction.results[0]);
    const uint64_t prg = io.prg_bytes();
    Opening opening;
    opening.mask = io.MaskHalf(half(), static_cast<uint32_t>(instruction.Int("address")), StreamOf(type));
    counters.ops[end].prg_bytes += io.prg_bytes() - prg;
    opening.own.resize(opening.mask.size());
    if (gates::IsBit(type.kind)) {
      gates::ForEach(opening.own.size(), [&](int64_t i) { opening.own[i] = (*values[x].a)[i] ^ opening.mask[i]; });
    } else {
      kernels::Add(type.width, type.shape, {values[x].a->data(), &type.shape}, {opening.mask.data(), &type.shape}, opening.own.data());
    }
    AppendPacked(opening.own, type, &out);
    openings.push_back(std::move(opening));
    counters.ops[end].online_seconds += watch.Seconds();
  }
  if (peer() == nullptr) return absl::FailedPreconditionError("no link to the other evaluator");
  const Stopwatch exchange;
  const int64_t bytes = out.size();
  if (absl::Status status = peer()->Send(MessageKind::kRound, round, Section::kOnline, std::move(out)); !status.ok()) return status;
  absl::StatusOr<Bytes> in = peer()->Receive(MessageKind::kRound, round, bytes);
  if (!in.ok()) return in.status();
  const double waited = exchange.Seconds();
  ++counters.rounds;
  absl::Span<const uint8_t> rest = *in;
  for (size_t i = first; i < end; ++i) {
    const Stopwatch watch;
    const Instruction& instruction = entry.instructions[i];
    const ValueId r = instruction.results[0];
    const Type& type = TypeOf(r);
    Opening& opening = openings[i - first];
    const size_t own_bytes = StreamOf(type).wire_bytes();
    Words m = FromPacked(rest.subspan(0, own_bytes), type);
    rest.remove_prefix(own_bytes);
    if (gates::IsBit(type.kind)) {
      gates::ForEach(m.size(), [&](int64_t j) { m[j] ^= opening.own[j]; });
    } else {
      kernels::Add(type.width, type.shape, {m.data(), &type.shape}, {opening.own.data(), &type.shape}, m.data());
    }
    values[r].a = gates::Keep(std::move(m));
    values[r].b = gates::Keep(std::move(opening.mask));
    OpCounters& count = counters.ops[i];
    count.online_sent += own_bytes;
    count.online_received += own_bytes;
    count.online_seconds += watch.Seconds() + (bytes == 0 ? 0 : waited * own_bytes / bytes);
  }
  for (size_t i = first; i < end; ++i) Release(i);
  return end;
}

// Each evaluator's summand under a fresh sharing of zero (protocol.md, "reveal to an owner").
absl::Status PartyExecutor::State::Reveal(size_t i) {
  const Instruction& instruction = entry.instructions[i];
  absl::StatusOr<Link*> link = OwnerLink(instruction.Text("owner"));
  if (!link.ok()) return link.status();
  const ValueId x = instruction.operands[0];
  const Type& type = TypeOf(x);
  const uint64_t prg = io.prg_bytes();
  Words zero = io.ZeroHalf(static_cast<uint32_t>(instruction.Int("address")), StreamOf(type));
  counters.ops[i].prg_bytes += io.prg_bytes() - prg;
  const Words& own = *values[x].a;
  const Word mask = LowMask(type.width);
  if (gates::IsBit(type.kind)) {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] ^= own[j]; });
  } else if (role == Role::kFirst) {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] = (own[j] + zero[j]) & mask; });
  } else {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] = (own[j] - zero[j]) & mask; });
  }
  Bytes out;
  AppendPacked(zero, type, &out);
  counters.ops[i].io_sent += out.size();
  return (*link)->Send(MessageKind::kReveal, i, Section::kIo, std::move(out));
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
    const std::string& op = s.entry.instructions[i].op;
    if (op == "share.remask") {
      absl::StatusOr<size_t> next = s.RunRound(i);
      if (!next.ok()) return next.status();
      i = *next;
    } else {
      const Stopwatch op_watch;
      absl::Status status = op == "share.reveal" ? s.Reveal(i) : s.RunLocal(i, nullptr);
      if (!status.ok()) return AtInstruction(s.program, s.entry, i, status);
      s.counters.ops[i].online_seconds += op_watch.Seconds();
      s.Release(i);
      ++i;
    }
    s.Progress(i);
  }
  s.counters.online_seconds = watch.Seconds();
  return absl::OkStatus();
}

PartyExecutor::PartyExecutor(const Program& program, const Entry& entry, int party, const PartySeeds& seeds, const Links& links,
                             const ExecutorOptions& options)
    : state_(std::make_unique<State>(program, entry, party, seeds, links, options)) {}
PartyExecutor::~PartyExecutor() = default;

Digest PartyExecutor::public_digest() const { return state_->digest; }

const Counters& PartyExecutor::counters() const { return state_->counters; }

}  // namespace tacit
