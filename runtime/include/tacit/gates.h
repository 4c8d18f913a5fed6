// The gates of the share dialect, one description each, over three roles: the helper P0 works on masks alone and deals, the evaluators P1
// and P2 compute on masked values and their half of the mask (protocol.md, "Gates"). Gates know no transport: what P0 deals is queued in
// the GateIo, what an evaluator was dealt is read from it. The online step (share.remask) and share.reveal belong to the executor.
#ifndef TACIT_GATES_H
#define TACIT_GATES_H

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tacit/prg.h"
#include "tacit/program.h"
#include "tacit/ring.h"
#include "tacit/tensor.h"
#include "tacit/transport.h"

namespace tacit {

enum class Role : uint8_t { kHelper = 0, kFirst = 1, kSecond = 2 };  // P0, P1, P2

// Arrays are shared: ops that change no element (reshape, reinterpret) cost nothing. Never written once a value is made.
using Array = std::shared_ptr<const Words>;

// A value as one party holds it. Words of the ring, or packed bits for the bit kinds (one flat array in C order).
//   Masked, MaskedBit   P0: a = l1, b = l2    P1: a = m, b = l1    P2: a = m, b = l2
//   Additive, XorBit    P0: nothing           P1: a = x1           P2: a = x2
//   Public              a = the ring elements, the same at all three
//   plain kinds         clear
struct Held {
  Array a, b;
  Tensor clear;
};

// One dealt array of a gate: `elements` values of `bits` bits, a byte-aligned stream on the wire. One half comes from a PRG, word
// by word (boolean arrays: in whole words of packed bits), the other travels to the instruction's `receiver`.
struct DealtArray {
  int64_t elements = 0;
  int bits = 0;
  bool boolean = false;
  int64_t wire_bytes() const { return PackedBytes(elements, bits); }
  int64_t prg_words() const { return boolean ? BitWords(elements) : elements; }
};

// What an instruction deals, in order; empty for an op that deals nothing. n = elements of the operand, r = of the result.
//   share.mul, matmul       {r, k'}: k' the result's width (G >> t, the bits that survive)
//   share.extend_high       {n, d}, {n, d}: for msb(m + 2^(k-2)) = 0, then for 1
//   share.compare_digits    per digit of w bits, most significant first: {(2^w - 1) n, 1}, entry by entry ([2^w - 1] + shape(x), C order)
//   share.lex_combine       per group of two or more digits, most significant first, per subset, ascending: {T n, 1}, [T] + s
//   share.compare_finish    {n, 1}          share.and   {r, 1}
//   share.bit_to_arith      {n, k'}         share.bit_mul   {r, k}, {r, k}: u, then u ly
//   share.periodic          per frequency: {n, K - max(digits) + digits[j]} twice, cosine then sine
//   share.exp               per case: {n, K}
std::vector<DealtArray> DealtArrays(const Program& program, const Entry& entry, const Instruction& instruction);
// The same of an instruction whose first operand has the type `x`, its result the type `r`.
std::vector<DealtArray> DealtArrays(const Instruction& instruction, const Type& x, const Type& r);

// Digits of a comparison of `bits` = k - 1 bits, most significant first: full digits, then the rest.
std::vector<int> ComparisonDigits(int bits, int digit);
// Groups of lex_combine: one up to 4 digits, else threes from the most significant.
std::vector<int> LexGroups(int digits);
// Masks' products that a group of n digits needs, as sets (bit i: lt_i, bit n + i: eq_i), ascending.
std::vector<uint32_t> LexSubsets(int digits, bool last);

// Seeds that one party holds. P0: s01, s02 and the owners' both; P1: s01, s12 and the owners' first; P2: s02, s12 and the owners' second.
// Those that a party does not hold stay zero and are never used.
struct OwnerSeeds {
  Seed first{};   // owner, P0, P1: the half l1 of the owner's masks
  Seed second{};  // owner, P0, P2: the half l2
};
struct PartySeeds {
  Seed s01{}, s02{}, s12{};
  OwnerSeeds client, model;
};

// A party's PRGs and, per instruction, its dealt material.
class GateIo {
 public:
  GateIo(Role role, const PartySeeds& seeds, uint16_t entry, uint32_t invocation);

  Role role() const { return role_; }

  // Starts an instruction that deals. P0: dealt halves are appended to `out`. Receiver: they are read from `in`, which must outlive
  // the gate. The other evaluator: both empty.
  void Begin(uint32_t address, int receiver, Bytes* out, absl::Span<const uint8_t> in);
  // Whether all of `in` was read.
  bool Consumed() const { return in_.empty(); }

  // This party's half of dealt array number `array`. P0 computes what is shared by `make` (reduced words; packed bits if boolean, tail
  // bits ignored) and queues it minus (boolean: xor) the PRG half; it gets an empty result. An evaluator never calls `make`.
  Words Deal(int array, const DealtArray& shape, absl::FunctionRef<void(absl::Span<Word>)> make);

  // Half of a fresh mask at `address`: half 1 from s01, 2 from s02. Of an owner's mask ("client" or "model"). Of a sharing of zero (s12).
  Words MaskHalf(int half, uint32_t address, const DealtArray& shape);
  Words OwnerMaskHalf(absl::string_view owner, int half, uint32_t address, const DealtArray& shape);
  Words ZeroHalf(uint32_t address, const DealtArray& shape);

  void CountMacs(uint64_t n) { ring_macs_ += n; }
  uint64_t ring_macs() const { return ring_macs_; }
  uint64_t prg_bytes() const { return prg_bytes_; }  // 8 per word asked for

 private:
  Words Expand(const Prg& prg, Purpose purpose, uint32_t address, int array, const DealtArray& shape);

  Role role_;
  uint16_t entry_;
  uint32_t invocation_;
  Prg s01_, s02_, s12_, client1_, client2_, model1_, model2_;
  uint32_t address_ = 0;
  int receiver_ = 0;
  Bytes* out_ = nullptr;
  absl::Span<const uint8_t> in_;
  uint64_t ring_macs_ = 0, prg_bytes_ = 0;
};

// An instruction with its operands as this party holds them. Types were checked when the program was loaded.
struct GateCall {
  const Instruction* instruction;
  std::vector<const Type*> types;   // of the operands
  std::vector<const Held*> values;  // of the operands
  const Type* result_type;
};

// Runs one local instruction: every share op but remask, reveal and encode, and the structural mpc ops on share kinds. Only share.encode's
// and gather's values can be wrong at this point; the error names them.
absl::Status RunGate(GateIo& io, const GateCall& call, Held* result);

// share.encode: public plain values to ring elements; round(x 2^f), ties to even. InvalidArgument for a value that is out of range or NaN.
absl::StatusOr<Words> EncodeRing(const Tensor& input, int width, int fraction, absl::string_view what);
// A tensor of i1 (or numbers 0 and 1) as packed bits.
absl::StatusOr<Words> EncodeBits(const Tensor& input, absl::string_view what);
// Ring elements to a tensor of `type`: floats x 2^-f, integers rounded to nearest (ties to even), i1 tests for not 0.
Tensor DecodeRing(const Words& words, int width, int fraction, const Type& type);
Tensor DecodeBits(const Words& bits, const Type& type);

}  // namespace tacit

#endif
