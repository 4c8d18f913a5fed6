// Gates on bits: and, bit to arithmetic, bit times arithmetic (protocol.md, "bit to arithmetic", "bit times arithmetic").
#include "party/gate_functions.h"

namespace tacit::gates {

namespace {

Array BroadcastBits(const Array& in, const Shape& from, const Type& type) {
  if (from == type.shape) return in;
  Words out(BitWords(type.elements()));
  kernels::Broadcast(Element::kBit, from, in->data(), type.shape, out.data());
  return Keep(std::move(out));
}

Array Flip(const Array& in, int64_t n) {
  Words out(in->size());
  kernels::BitsNot(n, in->data(), out.data());
  return Keep(std::move(out));
}

}  // namespace

template <Role R>
absl::Status Xor(GateIo&, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  if (IsHelper(R) && IsAdditive(r.kind)) return absl::OkStatus();
  Words a(BitWords(r.elements()));
  kernels::BitsXor(r.shape, OperandA(call, 0), OperandA(call, 1), a.data());
  out->a = Keep(std::move(a));
  if (!IsMasked(r.kind)) return absl::OkStatus();
  Words b(BitWords(r.elements()));
  kernels::BitsXor(r.shape, OperandB(call, 0), OperandB(call, 1), b.data());
  out->b = Keep(std::move(b));
  return absl::OkStatus();
}

template <Role R>
absl::Status Not(GateIo&, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  *out = *call.values[0];
  // The public 1 goes into m, or into P1's summand.
  if (IsMasked(r.kind) ? !IsHelper(R) : R == Role::kFirst) out->a = Flip(out->a, r.elements());
  return absl::OkStatus();
}

// mx my ^ mx ly ^ lx my ^ lx ly, the last dealt.
template <Role R>
absl::Status And(GateIo& io, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  const int64_t n = r.elements(), words = BitWords(n);
  const Array xa = BroadcastBits(call.values[0]->a, ShapeOf(call, 0), r), xb = BroadcastBits(call.values[0]->b, ShapeOf(call, 0), r);
  const Array ya = BroadcastBits(call.values[1]->a, ShapeOf(call, 1), r), yb = BroadcastBits(call.values[1]->b, ShapeOf(call, 1), r);
  const Words g = io.Deal(0, {n, 1, true}, [&](absl::Span<Word> product) {
    ForEach(words, [&](int64_t i) { product[i] = ((*xa)[i] ^ (*xb)[i]) & ((*ya)[i] ^ (*yb)[i]); });
  });
  if (IsHelper(R)) return absl::OkStatus();
  const Word *mx = xa->data(), *lx = xb->data(), *my = ya->data(), *ly = yb->data();
  Words z(words);
  ForEach(words, [&](int64_t i) {
    z[i] = (mx[i] & ly[i]) ^ (lx[i] & my[i]) ^ g[i];
    if (R == Role::kFirst) z[i] ^= mx[i] & my[i];
  });
  return Give(std::move(z), out);
}

// b = b' + (1 - 2b')u, u = the mask bit as a number, dealt.
template <Role R>
absl::Status BitToArith(GateIo& io, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  const int64_t n = r.elements();
  if (!IsHelper(R)) io.CountMacs(n);
  const Words u = io.Deal(0, {n, r.width}, [&](absl::Span<Word> value) { ExpandBits(BitMaskOf(call, 0), n, value.data()); });
  if (IsHelper(R)) return absl::OkStatus();
  Words z(n);
  ExpandBits({A(call, 0), static_cast<size_t>(BitWords(n))}, n, z.data());
  const Word mask = LowMask(r.width);
  ForEach(n, [&](int64_t i) { z[i] = ((R == Role::kFirst ? z[i] : 0) + (z[i] ? 0 - u[i] : u[i])) & mask; });
  return Give(std::move(z), out);
}

// b y = b'y + (1 - 2b')(u my - u ly); u and u ly dealt, for each element of the result.
template <Role R>
absl::Status BitMul(GateIo& io, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  const int64_t n = r.elements(), bits = call.types[0]->elements();
  const Word mask = LowMask(r.width);
  io.CountMacs(IsHelper(R) ? n : 3 * n);
  Words bit(bits);
  if (IsHelper(R)) {
    ExpandBits(BitMaskOf(call, 0), bits, bit.data());
  } else {
    ExpandBits({A(call, 0), static_cast<size_t>(BitWords(bits))}, bits, bit.data());
  }
  const Operand b{bit.data(), &ShapeOf(call, 0)};
  const Words u = io.Deal(0, {n, r.width}, [&](absl::Span<Word> value) {
    kernels::Broadcast(Element::k64, ShapeOf(call, 0), bit.data(), r.shape, value.data());
  });
  const Words ul = io.Deal(1, {n, r.width}, [&](absl::Span<Word> value) {
    kernels::Map(
        r.shape, value.data(), [=](Word u, Word l1, Word l2) { return (u * (l1 + l2)) & mask; }, b, OperandA(call, 1), OperandB(call, 1));
  });
  if (IsHelper(R)) return absl::OkStatus();
  Words z(n);
  kernels::Map(
      r.shape, z.data(),
      [=](Word b, Word m, Word l, Word u, Word p) {
        const Word own = R == Role::kFirst ? m - l : 0 - l, turn = u * m - p;
        return (b ? own - turn : turn) & mask;
      },
      b, OperandA(call, 1), OperandB(call, 1), Operand{u.data(), &r.shape}, Operand{ul.data(), &r.shape});
  return Give(std::move(z), out);
}

TACIT_GATE_ROLES(Xor)
TACIT_GATE_ROLES(Not)
TACIT_GATE_ROLES(And)
TACIT_GATE_ROLES(BitToArith)
TACIT_GATE_ROLES(BitMul)

}  // namespace tacit::gates
