// Analysis of an entry, and the forms in which its values travel.
#include "party/plan.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"

namespace tacit {

namespace {

bool IsPublicKind(Kind kind) { return IsClear(kind) || kind == Kind::kPublic; }

}  // namespace

Plan::Plan(const Program& program, const Entry& entry)
    : source(entry.values.size(), -1),
      is_public(entry.instructions.size()),
      kept(entry.values.size()),
      dies(entry.instructions.size()),
      dealt(entry.instructions.size()),
      dealt_bytes(entry.instructions.size()) {
  for (size_t i = 0; i < program.entries.size(); ++i)
    if (&program.entries[i] == &entry) entry_index = static_cast<uint16_t>(i);
  for (const ClearFunction& f : entry.clear) {
    for (size_t i = 0; i < f.results.size(); ++i) {
      source[f.shares[i]] = shared.size();
      shared.push_back({&f, i, f.shares[i], static_cast<uint32_t>(shared.size()), static_cast<uint32_t>(f.address + i),
                        IsPublicKind(program.TypeOf(entry, f.shares[i]).kind)});
    }
  }
  for (size_t i = 0; i < entry.instructions.size(); ++i) {
    const Instruction& instruction = entry.instructions[i];
    bool all = instruction.op != "share.reveal" && IsPublicKind(program.TypeOf(entry, instruction.results[0]).kind);
    for (ValueId v : instruction.operands) all = all && IsPublicKind(program.TypeOf(entry, v).kind);
    is_public[i] = all;
    dealt[i] = DealtArrays(program, entry, instruction);
    for (const DealtArray& array : dealt[i]) dealt_bytes[i] += array.wire_bytes();
  }
  // Backwards: the first instruction met that reads a value is the last that does.
  std::vector<bool> read(entry.values.size());
  for (size_t i = entry.instructions.size(); i-- > 0;) {
    if (is_public[i]) continue;
    const Instruction& instruction = entry.instructions[i];
    const auto last = [&](ValueId v) {
      if (!read[v]) dies[i].push_back(v);
      read[v] = true;
    };
    for (ValueId v : instruction.results) last(v);
    for (ValueId v : instruction.operands) {
      last(v);
      kept[v] = kept[v] || IsPublicKind(program.TypeOf(entry, v).kind);
    }
  }
}

DealtArray StreamOf(const Type& type) {
  const bool bits = gates::IsBit(type.kind);
  return {type.elements(), bits ? 1 : type.width, bits};
}

void AppendPacked(const Words& words, const Type& type, Bytes* out) {
  const size_t at = out->size(), bytes = StreamOf(type).wire_bytes();
  out->resize(at + bytes);
  if (bytes == 0) return;
  if (gates::IsBit(type.kind)) {
    std::memcpy(out->data() + at, words.data(), bytes);
  } else {
    Pack(words, type.width, out->data() + at);
  }
}

Words FromPacked(absl::Span<const uint8_t> bytes, const Type& type) {
  Words words(gates::StorageWords(type));
  if (bytes.empty()) return words;
  if (gates::IsBit(type.kind)) {
    std::memcpy(words.data(), bytes.data(), bytes.size());
    // What a peer sends past the last bit is no part of the value.
    if (type.elements() % 64 != 0) words.back() &= LowMask(type.elements() % 64);
  } else {
    Unpack(bytes, type.width, absl::MakeSpan(words));
  }
  return words;
}

absl::Status AtInstruction(const Program& program, const Entry& entry, size_t index, const absl::Status& status) {
  if (status.ok()) return status;
  const Instruction& instruction = entry.instructions[index];
  const std::string origin =
      instruction.origin < program.origins.size() ? absl::StrCat(" of '", program.origins[instruction.origin].name, "'") : "";
  return absl::Status(status.code(), absl::StrCat("instruction ", index, " (", instruction.op, origin, "): ", status.message()));
}

Bytes PublicBytes(const Tensor& tensor) {
  const uint8_t* data = tensor.data<uint8_t>();
  return Bytes(data, data + tensor.bytes());
}

absl::StatusOr<Tensor> PublicTensor(absl::Span<const uint8_t> bytes, const Type& type) {
  Tensor tensor(type.kind, type.shape);
  if (bytes.size() != tensor.bytes())
    return absl::DataLossError(absl::StrCat("a public value of ", bytes.size(), " bytes, not ", tensor.bytes()));
  if (!bytes.empty()) std::memcpy(tensor.data<uint8_t>(), bytes.data(), bytes.size());
  if (type.kind == Kind::kI1) {
    for (int64_t i = 0; i < tensor.size(); ++i)
      if (tensor.i1()[i] > 1) return absl::DataLossError("a public bit that is neither 0 nor 1");
  }
  return tensor;
}

}  // namespace tacit
