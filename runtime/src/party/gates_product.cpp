// Products with their truncation, and the extension of a ring (protocol.md, "multiply / matmul", "truncate", "extend").
#include "party/gate_functions.h"

namespace tacit::gates {

namespace {

// t of a product whose result has the fraction f'.
int Shift(const GateCall& call) { return call.types[0]->fraction + call.types[1]->fraction - call.result_type->fraction; }

// P1's constant: three floors (of z1, z2 and G) are centred by 1.5 ulp.
template <Role R>
Word Centre(int t) {
  return R == Role::kFirst && t > 0 ? Word{3} << (t - 1) : 0;
}

}  // namespace

// z1 = mx (my - ly1) - lx1 my + G1, z2 = -mx ly2 - lx2 my + G2, G = lx ly; of G >> t only the k' bits that survive are dealt.
template <Role R>
absl::Status Mul(GateIo& io, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  const int k = call.types[0]->width, t = Shift(call);
  const int64_t n = r.elements();
  io.CountMacs(IsHelper(R) ? n : 2 * n);
  const Words g = io.Deal(0, {n, r.width}, [&](absl::Span<Word> g) {
    const Word in = LowMask(k), kept = LowMask(r.width);
    kernels::Map(
        r.shape, g.data(), [=](Word x1, Word x2, Word y1, Word y2) { return ((((x1 + x2) * (y1 + y2)) & in) >> t) & kept; },
        OperandA(call, 0), OperandB(call, 0), OperandA(call, 1), OperandB(call, 1));
  });
  if (IsHelper(R)) return absl::OkStatus();
  Words z(n);
  kernels::ProductEvaluator(static_cast<int>(R), k, t, r.width, r.shape, OperandA(call, 0), B(call, 0), OperandA(call, 1), B(call, 1),
                            Centre<R>(t), g.data(), z.data());
  return Give(std::move(z), out);
}

template <Role R>
absl::Status Matmul(GateIo& io, const GateCall& call, Held* out) {
  const Type& r = *call.result_type;
  const int k = call.types[0]->width, t = Shift(call);
  const Shape &xs = ShapeOf(call, 0), &ys = ShapeOf(call, 1);
  const int64_t n = r.elements(), macs = n * xs.back();
  io.CountMacs(IsHelper(R) ? macs : 2 * macs);
  const Words g = io.Deal(0, {n, r.width}, [&](absl::Span<Word> g) {
    kernels::Matmul(k, xs, {A(call, 0), nullptr, B(call, 0)}, ys, {A(call, 1), nullptr, B(call, 1)}, kernels::Update::kSet, g.data());
    kernels::Finish(k, t, r.width, n, g.data(), 0, nullptr, g.data());
  });
  if (IsHelper(R)) return absl::OkStatus();
  Words z(n);
  const Word *mx = A(call, 0), *lx = B(call, 0), *my = A(call, 1), *ly = B(call, 1);
  if (R == Role::kFirst) {
    kernels::Matmul(k, xs, {mx}, ys, {my, ly}, kernels::Update::kSet, z.data());
  } else {
    kernels::Matmul(k, xs, {mx}, ys, {ly}, kernels::Update::kSubtract, z.data());
  }
  kernels::Matmul(k, xs, {lx}, ys, {my}, kernels::Update::kSubtract, z.data());
  kernels::Finish(k, t, r.width, n, z.data(), Centre<R>(t), g.data(), z.data());
  return Give(std::move(z), out);
}

// The d bits above: with m' = m + 2^(k-2) = x' + l mod 2^k, 0 <= x' < 2^(k-1), and c the carry of l1 + l2, the sum x' + l1 + l2 over the
// integers is m' + 2^k (c + msb(l) [msb(m') = 0]): x' is below half the ring, so m' wrapped once more exactly when l's top bit is set and
// that of m' is not.
template <Role R>
absl::Status ExtendHigh(GateIo& io, const GateCall& call, Held* out) {
  const int k = call.types[0]->width, d = call.result_type->width;
  const int64_t n = call.result_type->elements();
  const Word high = LowMask(d);
  const auto deal = [&](int array, bool with_top) {
    return io.Deal(array, {n, d}, [&](absl::Span<Word> value) {
      const Word *l1 = A(call, 0), *l2 = B(call, 0), ring = LowMask(k);
      ForEach(n, [&](int64_t i) {
        const Word sum = l1[i] + l2[i];  // k <= 63: no carry is lost
        value[i] = ((sum >> k) + (with_top ? (sum & ring) >> (k - 1) : 0)) & high;
      });
    });
  };
  const Words clear_top = deal(0, true), set_top = deal(1, false);
  if (IsHelper(R)) return absl::OkStatus();
  const Word *m = A(call, 0), offset = Word{1} << (k - 2);
  Words z(n);
  ForEach(n, [&](int64_t i) { z[i] = (((m[i] + offset) >> (k - 1)) & 1) ? set_top[i] : clear_top[i]; });
  return Give(std::move(z), out);
}

template <Role R>
absl::Status Join(GateIo&, const GateCall& call, Held* out) {
  const int k = call.types[0]->width;
  const Word all = LowMask(call.result_type->width), low = LowMask(k), offset = Word{1} << (k - 2);
  const int64_t n = call.result_type->elements();
  const auto join = [&](const Word* x, const Word* top, Word by) {
    Words z(n);
    ForEach(n, [&](int64_t i) { z[i] = (((x[i] + by) & low) - by + (top[i] << k)) & all; });
    return Keep(std::move(z));
  };
  out->a = join(A(call, 0), A(call, 1), IsHelper(R) ? 0 : offset);
  out->b = join(B(call, 0), B(call, 1), 0);
  return absl::OkStatus();
}

TACIT_GATE_ROLES(Mul)
TACIT_GATE_ROLES(Matmul)
TACIT_GATE_ROLES(ExtendHigh)
TACIT_GATE_ROLES(Join)

}  // namespace tacit::gates
