// What a party works out from an entry before it runs: which instructions are public, which values come from owners, when a value dies.
#ifndef TACIT_PARTY_PLAN_H
#define TACIT_PARTY_PLAN_H

#include <cstdint>
#include <vector>

#include "tacit/gates.h"
#include "tacit/program.h"

namespace tacit {

// One result of a clear function: the value it becomes, and how its masks and messages are named.
struct SharedResult {
  const ClearFunction* function;
  size_t result;     // index into function->results
  ValueId value;     // into Entry::values
  uint32_t number;   // share number: over all clear functions, in order
  uint32_t address;  // of its masks
  bool published;    // of plain or public type: to all parties, as it is
};

struct Plan {
  uint16_t entry_index = 0;
  std::vector<SharedResult> shared;
  std::vector<int64_t> source;                 // by value: index into `shared`, or -1
  std::vector<bool> is_public;                 // by instruction: runs in the preamble
  std::vector<bool> kept;                      // by value: public and read after the preamble
  std::vector<std::vector<ValueId>> dies;      // by instruction: values that no later private instruction reads
  std::vector<std::vector<DealtArray>> dealt;  // by instruction
  std::vector<uint64_t> dealt_bytes;           // by instruction

  Plan(const Program& program, const Entry& entry);
};

// The stream of one value of a type: its elements of k bits, or its bits.
DealtArray StreamOf(const Type& type);

// Packs a masked or additive array as it travels, at the end of `out`; and back.
void AppendPacked(const Words& words, const Type& type, Bytes* out);
Words FromPacked(absl::Span<const uint8_t> bytes, const Type& type);

// "instruction 7 (share.mul of 'node'): ..."
absl::Status AtInstruction(const Program& program, const Entry& entry, size_t index, const absl::Status& status);

// Bytes of a tensor as a kPublic message carries it; and back, DataLoss for an i1 that is neither 0 nor 1.
Bytes PublicBytes(const Tensor& tensor);
absl::StatusOr<Tensor> PublicTensor(absl::Span<const uint8_t> bytes, const Type& type);

}  // namespace tacit

#endif
