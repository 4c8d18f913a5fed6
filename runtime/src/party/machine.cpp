// Steps of a party: messages, gates, rounds (protocol.md; the messages are listed in executor.h).
#include "party/machine.h"

#include <openssl/evp.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"
#include "party/plan.h"
#include "tacit/clear.h"

namespace tacit {

PublicDigest::PublicDigest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
PublicDigest::~PublicDigest() { EVP_MD_CTX_free(context_); }

void PublicDigest::Add(uint64_t number, const void* data, uint64_t bytes) {
  const uint64_t header[2] = {number, bytes};
  EVP_DigestUpdate(context_, header, sizeof header);
  if (bytes > 0) EVP_DigestUpdate(context_, data, bytes);
}

void PublicDigest::Add(uint64_t number, const Held& held) {
  if (held.a != nullptr) {
    Add(number, held.a->data(), 8 * held.a->size());
  } else {
    Add(number, held.clear.data<uint8_t>(), held.clear.bytes());
  }
}

Digest PublicDigest::Finish() {
  Digest digest{};
  EVP_DigestFinal_ex(context_, digest.data(), nullptr);
  return digest;
}

Machine::Machine(int party, const PartySeeds& seeds, const Links& links, uint16_t entry, uint32_t invocation, size_t instructions,
                 size_t shares)
    : role_(static_cast<Role>(party)), links_(links), io_(role_, seeds, entry, invocation), arrived_(shares), dealt_(instructions) {
  counters_.ops.resize(instructions);
}

absl::StatusOr<Link*> Machine::OwnerLink(absl::string_view owner) const {
  Link* link = owner == "model" ? links_.model : links_.client;
  if (link == nullptr) return absl::FailedPreconditionError(absl::StrCat("no link to the ", owner));
  return link;
}

//===-- Public part ----------------------------------------------------------------------------------------------------===//

absl::StatusOr<Held> Machine::ReceivePublic(absl::string_view owner, uint32_t round, const Type& type) {
  absl::StatusOr<Link*> link = OwnerLink(owner);
  if (!link.ok()) return link.status();
  const bool clear = IsClear(type.kind);
  const int64_t size = clear ? type.elements() * static_cast<int64_t>(ElementBytes(type.kind)) : StreamOf(type).wire_bytes();
  absl::StatusOr<Bytes> bytes = (*link)->Receive(MessageKind::kPublic, round, size);
  if (!bytes.ok()) return bytes.status();
  Held held;
  if (!clear) {
    held.a = gates::Keep(FromPacked(*bytes, type));
    return held;
  }
  absl::StatusOr<Tensor> tensor = PublicTensor(*bytes, type);
  if (!tensor.ok()) return tensor.status();
  held.clear = *std::move(tensor);
  return held;
}

absl::Status Machine::RunPublic(const GateCall& call, absl::string_view origin, Held* result) {
  const Instruction& instruction = *call.instruction;
  const Type& type = *call.result_type;
  if (instruction.op == "share.encode") {
    const std::string name = origin.empty() ? "public value" : absl::StrCat("public value of '", origin, "'");
    absl::StatusOr<Words> words = EncodeRing(call.values[0]->clear, type.width, type.fraction, name);
    if (!words.ok()) return words.status();
    result->a = gates::Keep(*std::move(words));
    return absl::OkStatus();
  }
  if (IsClear(type.kind)) {
    std::vector<const Tensor*> operands;
    for (const Held* value : call.values) operands.push_back(&value->clear);
    absl::StatusOr<Tensor> tensor = RunClear(instruction, operands, type);
    if (!tensor.ok()) return tensor.status();
    result->clear = *std::move(tensor);
    return absl::OkStatus();
  }
  return RunGate(io_, call, result);
}

//===-- Owners' values -------------------------------------------------------------------------------------------------===//

absl::Status Machine::ReceiveMasked(const OwnedValue& value, MessageKind kind) {
  if (helper()) return absl::OkStatus();
  absl::StatusOr<Link*> link = OwnerLink(value.owner);
  if (!link.ok()) return link.status();
  absl::StatusOr<Bytes> bytes = (*link)->Receive(kind, value.number, StreamOf(*value.type).wire_bytes());
  if (!bytes.ok()) return bytes.status();
  arrived_[value.number] = *std::move(bytes);
  return absl::OkStatus();
}

Held Machine::ExpandOwned(const OwnedValue& value) {
  const uint64_t before = io_.prg_bytes();
  const DealtArray stream = StreamOf(*value.type);
  Held held;
  if (helper()) {
    held.a = gates::Keep(io_.OwnerMaskHalf(value.owner, 1, value.address, stream));
    held.b = gates::Keep(io_.OwnerMaskHalf(value.owner, 2, value.address, stream));
  } else {
    held.a = gates::Keep(FromPacked(arrived_[value.number], *value.type));
    held.b = gates::Keep(io_.OwnerMaskHalf(value.owner, half(), value.address, stream));
    Bytes().swap(arrived_[value.number]);
  }
  counters_.owner_prg_bytes += io_.prg_bytes() - before;
  return held;
}

//===-- Instructions ---------------------------------------------------------------------------------------------------===//

absl::Status Machine::ReceiveDealt(size_t i, uint64_t bytes) {
  if (links_.p0 == nullptr) return absl::FailedPreconditionError("no link to the helper");
  absl::StatusOr<Bytes> dealt = links_.p0->Receive(MessageKind::kDeal, i, bytes);
  if (!dealt.ok()) return dealt.status();
  OpCounters& count = counters_.ops[i];
  (role_ == Role::kFirst ? count.offline_to_p1 : count.offline_to_p2) += dealt->size();
  ++counters_.deal_messages;
  dealt_[i] = *std::move(dealt);
  return absl::OkStatus();
}

absl::Status Machine::RunLocal(size_t i, const GateCall& call, int64_t dealt_bytes, Held* result) {
  const Instruction& instruction = *call.instruction;
  const uint64_t prg = io_.prg_bytes(), macs = io_.ring_macs();
  const int receiver = static_cast<int>(instruction.Int("receiver"));
  OpCounters& count = counters_.ops[i];
  Bytes out;
  const bool deals = dealt_bytes >= 0;
  if (deals) {
    if (helper()) out.reserve(dealt_bytes);
    io_.Begin(static_cast<uint32_t>(instruction.Int("address")), receiver, helper() ? &out : nullptr, dealt_[i]);
  }
  Held made;
  if (absl::Status status = RunGate(io_, call, &made); !status.ok()) return status;
  *result = std::move(made);
  if (!io_.Consumed()) return absl::InternalError("the gate did not read all that was dealt");
  count.prg_bytes += io_.prg_bytes() - prg;
  count.ring_macs += io_.ring_macs() - macs;
  Bytes().swap(dealt_[i]);
  if (!helper() || !deals) return absl::OkStatus();
  if (static_cast<int64_t>(out.size()) != dealt_bytes)
    return absl::InternalError(absl::StrCat("dealt ", out.size(), " bytes, its formula says ", dealt_bytes));
  const bool to_first = receiver == 1;
  Link* link = to_first ? links_.p1 : links_.p2;
  if (link == nullptr) return absl::FailedPreconditionError("no link to an evaluator");
  (to_first ? count.offline_to_p1 : count.offline_to_p2) += out.size();
  ++counters_.deal_messages;
  return link->Send(MessageKind::kDeal, i, Section::kOffline, std::move(out));
}

void Machine::Remask(size_t i, uint32_t address, const Held& x, const Type& type, Held* result) {
  const Stopwatch watch;
  const uint64_t prg = io_.prg_bytes();
  OpCounters& count = counters_.ops[i];
  if (helper()) {
    result->a = gates::Keep(io_.MaskHalf(1, address, StreamOf(type)));
    result->b = gates::Keep(io_.MaskHalf(2, address, StreamOf(type)));
    count.prg_bytes += io_.prg_bytes() - prg;
    return;
  }
  Opening opening{i, &type, {}, io_.MaskHalf(half(), address, StreamOf(type)), result};
  count.prg_bytes += io_.prg_bytes() - prg;
  opening.own.resize(opening.mask.size());
  if (gates::IsBit(type.kind)) {
    gates::ForEach(opening.own.size(), [&](int64_t j) { opening.own[j] = (*x.a)[j] ^ opening.mask[j]; });
  } else {
    kernels::Add(type.width, type.shape, {x.a->data(), &type.shape}, {opening.mask.data(), &type.shape}, opening.own.data());
  }
  AppendPacked(opening.own, type, &round_);
  openings_.push_back(std::move(opening));
  count.online_seconds += watch.Seconds();
}

absl::Status Machine::Exchange(int64_t round) {
  if (helper()) return absl::OkStatus();
  if (peer() == nullptr) return absl::FailedPreconditionError("no link to the other evaluator");
  const Stopwatch exchange;
  const int64_t bytes = round_.size();
  if (absl::Status status = peer()->Send(MessageKind::kRound, round, Section::kOnline, std::exchange(round_, Bytes())); !status.ok())
    return status;
  absl::StatusOr<Bytes> in = peer()->Receive(MessageKind::kRound, round, bytes);
  if (!in.ok()) return in.status();
  const double waited = exchange.Seconds();
  ++counters_.rounds;
  absl::Span<const uint8_t> rest = *in;
  for (Opening& opening : openings_) {
    const Stopwatch watch;
    const Type& type = *opening.type;
    const size_t own_bytes = StreamOf(type).wire_bytes();
    Words m = FromPacked(rest.subspan(0, own_bytes), type);
    rest.remove_prefix(own_bytes);
    if (gates::IsBit(type.kind)) {
      gates::ForEach(m.size(), [&](int64_t j) { m[j] ^= opening.own[j]; });
    } else {
      kernels::Add(type.width, type.shape, {m.data(), &type.shape}, {opening.own.data(), &type.shape}, m.data());
    }
    opening.result->a = gates::Keep(std::move(m));
    opening.result->b = gates::Keep(std::move(opening.mask));
    Words().swap(opening.own);
    OpCounters& count = counters_.ops[opening.instruction];
    count.online_sent += own_bytes;
    count.online_received += own_bytes;
    count.online_seconds += watch.Seconds() + (bytes == 0 ? 0 : waited * own_bytes / bytes);
  }
  openings_.clear();
  return absl::OkStatus();
}

absl::Status Machine::Reveal(size_t i, uint32_t address, absl::string_view owner, const Held& x, const Type& type) {
  if (helper()) return absl::OkStatus();
  absl::StatusOr<Link*> link = OwnerLink(owner);
  if (!link.ok()) return link.status();
  const uint64_t prg = io_.prg_bytes();
  Words zero = io_.ZeroHalf(address, StreamOf(type));
  counters_.ops[i].prg_bytes += io_.prg_bytes() - prg;
  const Words& own = *x.a;
  const Word mask = LowMask(type.width);
  if (gates::IsBit(type.kind)) {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] ^= own[j]; });
  } else if (role_ == Role::kFirst) {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] = (own[j] + zero[j]) & mask; });
  } else {
    gates::ForEach(zero.size(), [&](int64_t j) { zero[j] = (own[j] - zero[j]) & mask; });
  }
  Bytes out;
  AppendPacked(zero, type, &out);
  counters_.ops[i].io_sent += out.size();
  return (*link)->Send(MessageKind::kReveal, i, Section::kIo, std::move(out));
}

}  // namespace tacit
