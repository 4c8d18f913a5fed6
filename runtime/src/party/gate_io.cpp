// A party's PRGs and dealt material. A PRG is addressed, never advanced: what two parties share they expand from the same address.
#include <bit>
#include <cstring>

#include "party/gate_functions.h"

namespace tacit {

// Packed bits go to the wire as they lie in memory.
static_assert(std::endian::native == std::endian::little, "packed words are little-endian on the wire");

GateIo::GateIo(Role role, const PartySeeds& seeds, uint16_t entry, uint32_t invocation)
    : role_(role),
      entry_(entry),
      invocation_(invocation),
      s01_(seeds.s01),
      s02_(seeds.s02),
      s12_(seeds.s12),
      client1_(seeds.client.first),
      client2_(seeds.client.second),
      model1_(seeds.model.first),
      model2_(seeds.model.second) {}

void GateIo::Begin(uint32_t address, int receiver, Bytes* out, absl::Span<const uint8_t> in) {
  address_ = address;
  receiver_ = receiver;
  out_ = out;
  in_ = in;
}

Words GateIo::Expand(const Prg& prg, Purpose purpose, uint32_t address, int array, const DealtArray& shape) {
  Words words(shape.prg_words());
  prg.Fill({entry_, invocation_, address, purpose, static_cast<uint8_t>(array)}, shape.boolean ? 64 : shape.bits, absl::MakeSpan(words));
  prg_bytes_ += 8 * words.size();
  if (shape.boolean && shape.elements % 64 != 0) words.back() &= LowMask(shape.elements % 64);
  return words;
}

Words GateIo::Deal(int array, const DealtArray& shape, absl::FunctionRef<void(absl::Span<Word>)> make) {
  // The receiver is sent a half; the other half is known to P0 and the other evaluator from their common seed.
  const Prg& prg = receiver_ == 1 ? s02_ : s01_;
  const size_t bytes = shape.wire_bytes();
  if (role_ == Role::kHelper) {
    Words value(shape.prg_words());
    make(absl::MakeSpan(value));
    const Words half = Expand(prg, Purpose::kDealt, address_, array, shape);
    const size_t at = out_->size();
    out_->resize(at + bytes);
    if (shape.boolean) {
      gates::ForEach(value.size(), [&](int64_t i) { value[i] ^= half[i]; });
      if (shape.elements % 64 != 0) value.back() &= LowMask(shape.elements % 64);
      if (bytes > 0) std::memcpy(out_->data() + at, value.data(), bytes);
    } else {
      const Word mask = LowMask(shape.bits);
      gates::ForEach(value.size(), [&](int64_t i) { value[i] = (value[i] - half[i]) & mask; });
      Pack(value, shape.bits, out_->data() + at);
    }
    return {};
  }
  if (static_cast<int>(role_) != receiver_) return Expand(prg, Purpose::kDealt, address_, array, shape);
  Words words(shape.prg_words());
  const absl::Span<const uint8_t> mine = in_.subspan(0, bytes);
  in_.remove_prefix(mine.size());
  if (mine.size() != bytes) return words;  // the executor has checked the message's length
  if (shape.boolean) {
    if (bytes > 0) std::memcpy(words.data(), mine.data(), bytes);
    if (shape.elements % 64 != 0) words.back() &= LowMask(shape.elements % 64);
  } else {
    Unpack(mine, shape.bits, absl::MakeSpan(words));
  }
  return words;
}

Words GateIo::MaskHalf(int half, uint32_t address, const DealtArray& shape) {
  return Expand(half == 1 ? s01_ : s02_, Purpose::kMask, address, 0, shape);
}

Words GateIo::OwnerMaskHalf(absl::string_view owner, int half, uint32_t address, const DealtArray& shape) {
  const Prg& prg = owner == "model" ? (half == 1 ? model1_ : model2_) : (half == 1 ? client1_ : client2_);
  return Expand(prg, Purpose::kOwner, address, 0, shape);
}

Words GateIo::ZeroHalf(uint32_t address, const DealtArray& shape) { return Expand(s12_, Purpose::kReveal, address, 0, shape); }

}  // namespace tacit
