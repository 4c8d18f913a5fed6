// What the families of clear ops share: how a call looks, its checks, and elementwise loops.
#ifndef TACIT_SRC_COMPUTE_CLEAR_OPS_H
#define TACIT_SRC_COMPUTE_CLEAR_OPS_H

#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "tacit/kernels.h"
#include "tacit/program.h"
#include "tacit/tensor.h"

#define TACIT_CHECK_OK(expression)            \
  do {                                        \
    const absl::Status status = (expression); \
    if (!status.ok()) return status;          \
  } while (false)

namespace tacit::clear {

using kernels::Shape;

// One call: the operands' number has been checked against the op's table, the result's kind is clear and its size sane.
struct Call {
  const Instruction& instruction;
  absl::Span<const Tensor* const> operands;
  const Type& result;

  const Tensor& operand(size_t i) const { return *operands[i]; }
  bool has(size_t i) const { return i < operands.size(); }
};

struct Op {
  const char* name;
  int least, most;  // operands; most < 0: any number
  absl::StatusOr<Tensor> (*run)(const Call&);
};

absl::Span<const Op> ElementwiseOps();
absl::Span<const Op> StructureOps();
absl::Span<const Op> ReduceOps();
absl::Span<const Op> NamedOps();

inline std::string Describe(const Tensor& t) { return tacit::Describe(t.kind(), t.shape()); }

template <class... Parts>
absl::Status Bad(const Call& call, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(call.instruction.op, ": ", parts...));
}

// The operand is of that kind.
inline absl::Status IsKind(const Call& call, size_t i, Kind kind) {
  if (call.operand(i).kind() == kind) return absl::OkStatus();
  return Bad(call, "operand ", i, " is ", Describe(call.operand(i)), ", expected ", tacit::Describe(kind, call.operand(i).shape()));
}

// The result is of that kind and shape.
inline absl::Status ResultIs(const Call& call, Kind kind, const Shape& shape) {
  if (call.result.kind == kind && call.result.shape == shape) return absl::OkStatus();
  return Bad(call, "the result is declared ", tacit::Describe(call.result.kind, call.result.shape), ", computed ",
             tacit::Describe(kind, shape));
}

// Whether numpy broadcasts `from` to `to`.
inline bool BroadcastsTo(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t d = from[from.size() - 1 - i];
    if (d != 1 && d != to[to.size() - 1 - i]) return false;
  }
  return true;
}

inline absl::Status Broadcasts(const Call& call, size_t i, const Shape& to) {
  if (BroadcastsTo(call.operand(i).shape(), to)) return absl::OkStatus();
  return Bad(call, "operand ", i, ", ", Describe(call.operand(i)), ", does not broadcast to ", tacit::Describe(call.operand(i).kind(), to));
}

inline Tensor Result(const Call& call) { return Tensor(call.result.kind, call.result.shape); }

// Whether a shape's elements can be counted and held.
bool SaneShape(const Shape& shape);

// Indices of i64 or i32 as i64.
absl::StatusOr<std::vector<int64_t>> Indices(const Call& call, size_t operand);

// out[i] = f(x[i], y[i]) with broadcasting to `shape`.
template <class Out, class X, class Y, class F>
void ForPairs(const Shape& shape, Out* out, const X* x, const Shape& xs, const Y* y, const Shape& ys, F f) {
  const kernels::Plan<2> plan = kernels::MakePlan<2>(shape, {&xs, &ys});
  const int64_t sx = plan.step[0].back(), sy = plan.step[1].back();
  kernels::ForRows(plan, [&](int64_t to, const std::array<int64_t, 2>& from, int64_t n) {
    const X* a = x + from[0];
    const Y* b = y + from[1];
    Out* z = out + to;
    if (sx == 1 && sy == 1) {
      for (int64_t i = 0; i < n; ++i) z[i] = f(a[i], b[i]);
    } else if (sx == 1) {
      for (int64_t i = 0; i < n; ++i) z[i] = f(a[i], *b);
    } else if (sy == 1) {
      for (int64_t i = 0; i < n; ++i) z[i] = f(*a, b[i]);
    } else {
      for (int64_t i = 0; i < n; ++i) z[i] = f(*a, *b);
    }
  });
}

template <class Out, class X, class F>
void ForEach(int64_t n, Out* out, const X* x, F f) {
  kernels::ParallelFor(n, 1 << 13, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = f(x[i]);
  });
}

// Calls f(T{}) with the element type of a kind.
template <class F>
auto WithType(Kind kind, F f) {
  switch (kind) {
    case Kind::kF32:
      return f(float{});
    case Kind::kI64:
      return f(int64_t{});
    case Kind::kI32:
      return f(int32_t{});
    default:
      return f(uint8_t{});
  }
}

// Integer arithmetic that wraps as the ring does instead of being undefined.
template <class T>
T WrapAdd(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));
  } else {
    return x + y;
  }
}
template <class T>
T WrapSub(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(x) - static_cast<uint64_t>(y));
  } else {
    return x - y;
  }
}
template <class T>
T WrapMul(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(x) * static_cast<uint64_t>(y));
  } else {
    return x * y;
  }
}

// Softmax of one row in place, or zeros.
void SoftmaxRow(float* row, int64_t n, bool zero);

}  // namespace tacit::clear

#endif
