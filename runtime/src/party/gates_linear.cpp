// Local ops: linear ones act on m and on each half of the mask alike, on a public summand only where it is counted once; truncation
// acts on additive shares (protocol.md, "add ... public matmul", "truncate", "shrink the ring").
#include "party/gate_functions.h"

namespace tacit::gates {

Words MaskOf(const GateCall& call, int operand) {
  const Word *l1 = A(call, operand), *l2 = B(call, operand), mask = LowMask(call.types[operand]->width);
  Words l(call.types[operand]->elements());
  ForEach(l.size(), [&](int64_t i) { l[i] = (l1[i] + l2[i]) & mask; });
  return l;
}

Words BitMaskOf(const GateCall& call, int operand) {
  const Word *l1 = A(call, operand), *l2 = B(call, operand);
  Words l(BitWords(call.types[operand]->elements()));
  ForEach(l.size(), [&](int64_t i) { l[i] = l1[i] ^ l2[i]; });
  return l;
}

namespace {

// Applies a linear map to each array that this role holds of operand `i`: f(in) -> words.
template <Role R, class F>
void EachArray(const GateCall& call, int i, Held* out, F&& f) {
  const Kind kind = call.types[i]->kind;
  if (IsHelper(R) && IsAdditive(kind)) return;
  out->a = f(call.values[i]->a);
  if (IsMasked(kind)) out->b = f(call.values[i]->b);
}

Array BroadcastTo(const Array& in, const Shape& from, const Type& type) {
  if (from == type.shape) return in;
  Words out(type.elements());
  kernels::Broadcast(Element::k64, from, in->data(), type.shape, out.data());
  return Keep(std::move(out));
}

Array Negated(const Array& in, int k) {
  Words out(in->size());
  kernels::Neg(k, out.size(), in->data(), out.data());
  return Keep(std::move(out));
}

using Binary = void (*)(int k, const Shape& shape, Operand x, Operand y, Word* z);

Array Combine(Binary f, const GateCall& call, const Array& x, const Array& y) {
  const Type& r = *call.result_type;
  Words out(r.elements());
  f(r.width, r.shape, {x->data(), &ShapeOf(call, 0)}, {y->data(), &ShapeOf(call, 1)}, out.data());
  return Keep(std::move(out));
}

template <Role R>
void Sum(Binary f, bool subtract, const GateCall& call, Held* out) {
  const bool first_public = call.types[0]->kind == Kind::kPublic, second_public = call.types[1]->kind == Kind::kPublic;
  const Held &x = *call.values[0], &y = *call.values[1];
  const Type& r = *call.result_type;
  if (!first_public && !second_public) {
    if (IsHelper(R) && IsAdditive(r.kind)) return;
    out->a = Combine(f, call, x.a, y.a);
    if (IsMasked(r.kind)) out->b = Combine(f, call, x.b, y.b);
    return;
  }
  // m, or P1's summand, takes the public operand in; everything else is only turned round where the secret is subtracted.
  const int secret = first_public ? 1 : 0;
  const auto rest = [&](const Array& in) {
    const Array wide = BroadcastTo(in, ShapeOf(call, secret), r);
    return subtract && first_public ? Negated(wide, r.width) : wide;
  };
  if (IsMasked(r.kind)) {
    out->a = IsHelper(R) ? rest(call.values[secret]->a) : Combine(f, call, x.a, y.a);
    out->b = rest(call.values[secret]->b);
  } else if (R == Role::kFirst) {
    out->a = Combine(f, call, x.a, y.a);
  } else if (R == Role::kSecond) {
    out->a = rest(call.values[secret]->a);
  }
}

}  // namespace

template <Role R>
absl::Status Add(GateIo&, const GateCall& call, Held* out) {
  Sum<R>(kernels::Add, false, call, out);
  return absl::OkStatus();
}

template <Role R>
absl::Status Sub(GateIo&, const GateCall& call, Held* out) {
  Sum<R>(kernels::Sub, true, call, out);
  return absl::OkStatus();
}

template <Role R>
absl::Status Neg(GateIo&, const GateCall& call, Held* out) {
  EachArray<R>(call, 0, out, [&](const Array& in) { return Negated(in, call.result_type->width); });
  return absl::OkStatus();
}

template <Role R>
absl::Status MulPublic(GateIo&, const GateCall& call, Held* out) {
  EachArray<R>(call, 0, out, [&](const Array& in) { return Combine(kernels::Mul, call, in, call.values[1]->a); });
  return absl::OkStatus();
}

template <Role R>
absl::Status MatmulPublic(GateIo&, const GateCall& call, Held* out) {
  const int secret = call.types[0]->kind == Kind::kPublic ? 1 : 0;
  EachArray<R>(call, secret, out, [&](const Array& in) {
    const Word* x = secret == 0 ? in->data() : A(call, 0);
    const Word* y = secret == 1 ? in->data() : A(call, 1);
    Words z(call.result_type->elements());
    kernels::Matmul(call.result_type->width, ShapeOf(call, 0), {x}, ShapeOf(call, 1), {y}, kernels::Update::kSet, z.data());
    return Keep(std::move(z));
  });
  return absl::OkStatus();
}

template <Role R>
absl::Status ReduceSum(GateIo&, const GateCall& call, Held* out) {
  EachArray<R>(call, 0, out, [&](const Array& in) {
    Words z(call.result_type->elements());
    kernels::ReduceSum(call.result_type->width, ShapeOf(call, 0), in->data(), call.instruction->Ints("axes"), z.data());
    return Keep(std::move(z));
  });
  return absl::OkStatus();
}

template <Role R>
absl::Status Shrink(GateIo&, const GateCall& call, Held* out) {
  EachArray<R>(call, 0, out, [&](const Array& in) {
    if (call.types[0]->width == call.result_type->width) return in;
    Words z(in->size());
    kernels::Reduce(call.result_type->width, z.size(), in->data(), z.data());
    return Keep(std::move(z));
  });
  return absl::OkStatus();
}

// m, l1 and l2 lose their low bits each; the wrap of their ring is a multiple of the new ring's. What reads the result are comparisons,
// which use m and P0's l alone: P0's second half takes the carry of both, so that its l is the old one without its low bits.
template <Role R>
absl::Status Coarsen(GateIo&, const GateCall& call, Held* out) {
  const int dropped = call.types[0]->width - call.result_type->width;
  if (IsHelper(R)) {
    const Words l = MaskOf(call, 0);
    const Word *l1 = A(call, 0), kept = LowMask(call.result_type->width);
    Words first(l.size()), second(l.size());
    ForEach(l.size(), [&](int64_t i) {
      first[i] = l1[i] >> dropped;
      second[i] = ((l[i] >> dropped) - first[i]) & kept;
    });
    out->a = Keep(std::move(first));
    out->b = Keep(std::move(second));
    return absl::OkStatus();
  }
  EachArray<R>(call, 0, out, [&](const Array& in) {
    Words z(in->size());
    ForEach(z.size(), [&](int64_t i) { z[i] = (*in)[i] >> dropped; });
    return Keep(std::move(z));
  });
  return absl::OkStatus();
}

template <Role R>
absl::Status Reinterpret(GateIo&, const GateCall& call, Held* out) {
  *out = *call.values[0];
  return absl::OkStatus();
}

template <Role R>
absl::Status ToAdditive(GateIo&, const GateCall& call, Held* out) {
  if (IsHelper(R)) return absl::OkStatus();
  const Type& type = *call.types[0];
  const bool bits = IsBit(type.kind);
  if (R == Role::kSecond) {
    out->a = bits ? call.values[0]->b : Negated(call.values[0]->b, type.width);
    return absl::OkStatus();
  }
  const Word *m = A(call, 0), *l = B(call, 0), mask = LowMask(type.width);
  Words z(StorageWords(type));
  if (bits) {
    ForEach(z.size(), [&](int64_t i) { z[i] = m[i] ^ l[i]; });
  } else {
    ForEach(z.size(), [&](int64_t i) { z[i] = (m[i] - l[i]) & mask; });
  }
  return Give(std::move(z), out);
}

template <Role R>
absl::Status Truncate(GateIo&, const GateCall& call, Held* out) {
  if (IsHelper(R)) return absl::OkStatus();
  const int t = call.types[0]->fraction - call.result_type->fraction;
  Words z(call.result_type->elements());
  // P1's constant centres the two floors (protocol.md, "truncate").
  const Word add = R == Role::kFirst ? LowMask(t) : 0;
  kernels::Finish(call.types[0]->width, t, call.result_type->width, z.size(), A(call, 0), add, nullptr, z.data());
  return Give(std::move(z), out);
}

TACIT_GATE_ROLES(Add)
TACIT_GATE_ROLES(Sub)
TACIT_GATE_ROLES(Neg)
TACIT_GATE_ROLES(MulPublic)
TACIT_GATE_ROLES(MatmulPublic)
TACIT_GATE_ROLES(ReduceSum)
TACIT_GATE_ROLES(Shrink)
TACIT_GATE_ROLES(Coarsen)
TACIT_GATE_ROLES(Reinterpret)
TACIT_GATE_ROLES(ToAdditive)
TACIT_GATE_ROLES(Truncate)

}  // namespace tacit::gates
