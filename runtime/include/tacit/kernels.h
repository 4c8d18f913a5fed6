// Kernels on plain arrays: elementwise and fused ring arithmetic, ring matrix products, structure, threads.
//
// Words are reduced to k bits on input and on output (ring.h). Shapes are C order; an operand of a result of shape s has a
// shape that numpy broadcasts to s. Arguments are trusted: whoever loads a program has checked its shapes. An output may be
// the same array as an operand of the same shape in elementwise kernels; elsewhere arrays must not overlap.
#ifndef TACIT_KERNELS_H
#define TACIT_KERNELS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "tacit/ring.h"

namespace tacit::kernels {

using Shape = std::vector<int64_t>;

int64_t Elements(const Shape& shape);
// Strides in elements of a C-order array.
Shape Strides(const Shape& shape);
// numpy's broadcast of two shapes, which must agree.
Shape BroadcastShapes(const Shape& x, const Shape& y);

//===-- Threads (threads.cpp) --------------------------------------------------------------------------------------===//

// How many threads the kernels of this process may use, 1 unless set. Set it before the first kernel runs.
void SetThreads(int threads);
int Threads();
// Calls body(begin, end) on pieces of [0, n) of at least `grain` elements each, and returns when all are done. Runs in the calling thread
// where n <= grain, where there is one thread, or where another thread is using the pool.
void ParallelFor(int64_t n, int64_t grain, absl::FunctionRef<void(int64_t, int64_t)> body);

//===-- Elementwise on words (kernels_elementwise.cpp) ---------------------------------------------------------------===//

struct Operand {
  const Word* data = nullptr;
  const Shape* shape = nullptr;
};

void Add(int k, const Shape& shape, Operand x, Operand y, Word* z);
void Sub(int k, const Shape& shape, Operand x, Operand y, Word* z);
void Mul(int k, const Shape& shape, Operand x, Operand y, Word* z);
void Neg(int k, int64_t n, const Word* x, Word* z);
// z = x mod 2^k: shrink, or the reduction after sums of unreduced words.
void Reduce(int k, int64_t n, const Word* x, Word* z);
// z = x + y + c mod 2^k, one shape: what remask computes from the two halves and the mask.
void Add3(int k, int64_t n, const Word* x, const Word* y, const Word* c, Word* z);
// z = a x + b mod 2^k, a and b scalars.
void Affine(int k, int64_t n, Word a, const Word* x, Word b, Word* z);
// z = (((x + add) mod 2^k) >> t) mod 2^k_out, plus g mod 2^k_out where g is not null: local truncation of an additive share (protocol.md,
// "truncate"), and the end of a product whose dealt half holds the surviving bits only.
void Finish(int k, int t, int k_out, int64_t n, const Word* x, Word add, const Word* g, Word* z);

// The product gate of the two evaluators and the helper, elementwise with broadcasting (protocol.md, "multiply"):
//   role 1: v = mx (my - l1y) - l1x my       role 2: v = -mx l2y - l2x my       z = (((v + add) mod 2^k) >> t) + g mod 2^k_out
// `add` is 3 * 2^(t-1) for role 1 where t > 0, else 0. The masks lx, ly have the shapes of mx, my. g may be null.
void ProductEvaluator(int role, int k, int t, int k_out, const Shape& shape, Operand mx, const Word* lx, Operand my, const Word* ly,
                      Word add, const Word* g, Word* z);
// (((lx1 + lx2) (ly1 + ly2)) mod 2^k >> t) - r mod 2^k_out: the half that P0 sends.
void ProductHelper(int k, int t, int k_out, const Shape& shape, Operand lx1, const Word* lx2, Operand ly1, const Word* ly2, const Word* r,
                   Word* z);

//===-- Ring matrix products (kernels_matmul.cpp) --------------------------------------------------------------------===//

enum class Update { kSet, kAdd, kSubtract };  // C = AB, C += AB, C -= AB

// A factor of a product: data - minus where `minus` is not null (same shape), data otherwise; plus where `plus` is not null.
struct Factor {
  const Word* data = nullptr;
  const Word* minus = nullptr;
  const Word* plus = nullptr;
};

// C (update) A B mod 2^k with A [..., m, n], B [..., n, p], C [..., m, p], leading dimensions broadcast (ranks >= 2). C's shape is
// MatmulShape(a, b). Sums and differences of a factor are taken while it is packed, without an array of their own. An evaluator's
// z1 = mx (my - ly1) - lx1 my is
//   Matmul(k, xs, {mx}, ys, {my, ly1}, Update::kSet, z); Matmul(k, xs, {lx1}, ys, {my}, Update::kSubtract, z); Finish(...)
void Matmul(int k, const Shape& a_shape, Factor a, const Shape& b_shape, Factor b, Update update, Word* c);
Shape MatmulShape(const Shape& a, const Shape& b);

//===-- Reductions (kernels_elementwise.cpp) -------------------------------------------------------------------------===//

// Sum over `axes` (sorted, non-negative), mod 2^k; out has dimensions of 1 there.
void ReduceSum(int k, const Shape& shape, const Word* x, absl::Span<const int64_t> axes, Word* out);

//===-- Bits, packed (kernels_bits.cpp) ------------------------------------------------------------------------------===//

// Copies n bits from bit `from` of `in` to bit `to` of `out`; other bits of `out` keep their value.
void CopyBits(const Word* in, int64_t from, Word* out, int64_t to, int64_t n);
// Words to packed bits by their lowest bit; bits past the end are 0.
void PackBits(const Word* words, int64_t n, Word* bits);
// Bytes 0 or 1 to packed bits and back.
void PackBytes(const uint8_t* bytes, int64_t n, Word* bits);
void UnpackBytes(const Word* bits, int64_t n, uint8_t* bytes);
// x ^ y and x & y with broadcasting (either operand may need it); ~x.
void BitsXor(const Shape& shape, Operand x, Operand y, Word* z);
void BitsAnd(const Shape& shape, Operand x, Operand y, Word* z);
void BitsNot(int64_t n, const Word* x, Word* z);

//===-- Structure (kernels_structure.cpp) ----------------------------------------------------------------------------===//

// What an array holds: packed bits or elements of 1, 4 or 8 bytes. One set of functions serves masks, tensors and bits.
enum class Element : uint8_t { kBit, k8, k32, k64 };
// Bytes that n elements take in memory (whole words for bits).
size_t StorageBytes(Element e, int64_t n);

void Copy(Element e, int64_t n, const void* in, void* out);  // reshape
// out dimension i is in dimension permutation[i].
void Transpose(Element e, const Shape& in_shape, const void* in, absl::Span<const int64_t> permutation, void* out);
// out index i of a dimension is in index offset + i * stride (stride may be negative or 0).
void Slice(Element e, const Shape& in_shape, const void* in, absl::Span<const int64_t> offsets, absl::Span<const int64_t> strides,
           const Shape& out_shape, void* out);
void Concat(Element e, absl::Span<const Shape> in_shapes, absl::Span<const void* const> ins, int64_t axis, void* out);
void Broadcast(Element e, const Shape& in_shape, const void* in, const Shape& out_shape, void* out);
// Rows of `in` along `axis` at `count` indices, each in [-d, d): out shape is in_shape[:axis] + [count] + in_shape[axis + 1:].
void Gather(Element e, const Shape& in_shape, const void* in, int64_t axis, const int64_t* indices, int64_t count, void* out);

//===-- Own fused forms ----------------------------------------------------------------------------------------------===//

// How N operands broadcast to a shape: dimensions merged where all operands allow it, the innermost last. step[j][d] is operand j's stride
// in elements along merged dimension d, 0 where it repeats.
template <size_t N>
struct Plan {
  int rank = 0;
  std::vector<int64_t> size;
  std::array<std::vector<int64_t>, N> step;
};

// Merges dimensions for `count` operands; used by MakePlan.
void MergeDimensions(const Shape& shape, const Shape* const* operands, size_t count, std::vector<int64_t>* size,
                     std::vector<int64_t>* steps);

template <size_t N>
Plan<N> MakePlan(const Shape& shape, const std::array<const Shape*, N>& operands) {
  Plan<N> plan;
  std::array<std::vector<int64_t>, N> steps;
  MergeDimensions(shape, operands.data(), N, &plan.size, steps.data());
  plan.step = std::move(steps);
  plan.rank = static_cast<int>(plan.size.size());
  return plan;
}

// Calls row(out_offset, in_offsets, count) for runs along the innermost dimension, in parallel for large shapes. Operand j's element
// i of a run is at in_offsets[j] + i * plan.step[j].back(), i from 0.
template <size_t N, class F>
void ForRows(const Plan<N>& plan, F&& row) {
  const int64_t inner = plan.size.back();
  int64_t rows = 1;
  for (int d = 0; d + 1 < plan.rank; ++d) rows *= plan.size[d];
  if (rows == 0 || inner == 0) return;
  constexpr int64_t kGrain = 1 << 14;
  if (rows == 1) {
    ParallelFor(inner, kGrain, [&](int64_t begin, int64_t end) {
      std::array<int64_t, N> offset{};
      for (size_t j = 0; j < N; ++j) offset[j] = begin * plan.step[j].back();
      row(begin, offset, end - begin);
    });
    return;
  }
  ParallelFor(rows, kGrain / inner + 1, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> index(plan.rank, 0);
    std::array<int64_t, N> offset{};
    int64_t rest = begin;
    for (int d = plan.rank - 2; d >= 0; --d) {
      index[d] = rest % plan.size[d];
      rest /= plan.size[d];
      for (size_t j = 0; j < N; ++j) offset[j] += index[d] * plan.step[j][d];
    }
    for (int64_t r = begin; r < end; ++r) {
      row(r * inner, offset, inner);
      for (int d = plan.rank - 2; d >= 0; --d) {
        for (size_t j = 0; j < N; ++j) offset[j] += plan.step[j][d];
        if (++index[d] < plan.size[d]) break;
        for (size_t j = 0; j < N; ++j) offset[j] -= plan.step[j][d] * plan.size[d];
        index[d] = 0;
      }
    }
  });
}

// out[i] = f(operands[i]...) with broadcasting: for gates' own formulas, as
//   Map(shape, z, [&](Word b, Word y) { return (b * y) & mask; }, Operand{b, &bs}, Operand{y, &ys});
template <class Out, class F, class... In>
void Map(const Shape& shape, Out* out, F f, In... operands) {
  constexpr size_t N = sizeof...(In);
  const auto pointers = std::make_tuple(operands.data...);
  const Plan<N> plan = MakePlan<N>(shape, std::array<const Shape*, N>{operands.shape...});
  bool contiguous = true;
  for (size_t j = 0; j < N; ++j) contiguous = contiguous && plan.step[j].back() == 1;
  ForRows(plan, [&](int64_t to, const std::array<int64_t, N>& from, int64_t count) {
    [&]<size_t... J>(std::index_sequence<J...>) {
      Out* z = out + to;
      if (contiguous) {
        [&](auto... p) {
          for (int64_t i = 0; i < count; ++i) z[i] = f(p[i]...);
        }((std::get<J>(pointers) + from[J])...);
      } else {
        for (int64_t i = 0; i < count; ++i) z[i] = f((std::get<J>(pointers) + from[J])[i * plan.step[J].back()]...);
      }
    }
    (std::make_index_sequence<N>());
  });
}

// An operand of another element type for Map (bytes of bits, floats, indices).
template <class T>
struct OperandOf {
  const T* data = nullptr;
  const Shape* shape = nullptr;
};

}  // namespace tacit::kernels

#endif
