// Inside the party library: one function a gate, a template over the role, so that what P0 deals and what the evaluators make of it stand
// together.
#ifndef TACIT_PARTY_GATE_FUNCTIONS_H
#define TACIT_PARTY_GATE_FUNCTIONS_H

#include <algorithm>
#include <utility>
#include <vector>

#include "tacit/gates.h"
#include "tacit/kernels.h"

namespace tacit::gates {

using kernels::Element;
using kernels::Operand;
using Shape = std::vector<int64_t>;

inline bool IsBit(Kind kind) { return kind == Kind::kMaskedBit || kind == Kind::kXorBit; }
inline bool IsMasked(Kind kind) { return kind == Kind::kMasked || kind == Kind::kMaskedBit; }
inline bool IsAdditive(Kind kind) { return kind == Kind::kAdditive || kind == Kind::kXorBit; }
inline Element ElementOf(Kind kind) { return IsBit(kind) ? Element::kBit : Element::k64; }
// Words that hold a value of a type.
inline int64_t StorageWords(const Type& type) { return IsBit(type.kind) ? BitWords(type.elements()) : type.elements(); }

inline Array Keep(Words words) { return std::make_shared<const Words>(std::move(words)); }

// Operand i's array a or b.
inline const Word* A(const GateCall& call, int i) { return call.values[i]->a->data(); }
inline const Word* B(const GateCall& call, int i) { return call.values[i]->b->data(); }
inline const Shape& ShapeOf(const GateCall& call, int i) { return call.types[i]->shape; }
inline Operand OperandA(const GateCall& call, int i) { return {A(call, i), &ShapeOf(call, i)}; }
inline Operand OperandB(const GateCall& call, int i) { return {B(call, i), &ShapeOf(call, i)}; }

constexpr bool IsHelper(Role role) { return role == Role::kHelper; }

// Elements of a parallel piece.
inline constexpr int64_t kGrain = 1 << 13;

// The result of a gate that makes one array.
inline absl::Status Give(Words words, Held* out) {
  out->a = Keep(std::move(words));
  return absl::OkStatus();
}

// Calls f(i) for i in [0, n), in parallel pieces.
template <class F>
void ForEach(int64_t n, F&& f) {
  kernels::ParallelFor(n, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i);
  });
}

// l = l1 + l2 of a masked operand, at P0.
Words MaskOf(const GateCall& call, int operand);
// l = l1 ^ l2 of masked bits, at P0.
Words BitMaskOf(const GateCall& call, int operand);

using GateFunction = absl::Status (*)(GateIo&, const GateCall&, Held*);

// gates_linear.cpp
template <Role R>
absl::Status Add(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Sub(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Neg(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status MulPublic(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status MatmulPublic(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status ReduceSum(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Shrink(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Coarsen(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Reinterpret(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status ToAdditive(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Truncate(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Structural(GateIo&, const GateCall&, Held*);  // gates_structure.cpp
// gates_product.cpp
template <Role R>
absl::Status Mul(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Matmul(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status ExtendHigh(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Join(GateIo&, const GateCall&, Held*);
// gates_compare.cpp
template <Role R>
absl::Status CompareDigits(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status LexCombine(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status CompareFinish(GateIo&, const GateCall&, Held*);
// gates_bits.cpp
template <Role R>
absl::Status Xor(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Not(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status And(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status BitToArith(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status BitMul(GateIo&, const GateCall&, Held*);
// gates_functions.cpp
template <Role R>
absl::Status Periodic(GateIo&, const GateCall&, Held*);
template <Role R>
absl::Status Exp(GateIo&, const GateCall&, Held*);

// At the end of each file: the three roles of a gate.
#define TACIT_GATE_ROLES(name)                                                \
  template absl::Status name<Role::kHelper>(GateIo&, const GateCall&, Held*); \
  template absl::Status name<Role::kFirst>(GateIo&, const GateCall&, Held*);  \
  template absl::Status name<Role::kSecond>(GateIo&, const GateCall&, Held*);

}  // namespace tacit::gates

#endif
