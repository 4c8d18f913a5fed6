// Clear ops along axes, and matrix products.
#include <cmath>
#include <limits>

#include "compute/clear_ops.h"
#include "compute/gemm.h"

namespace tacit::clear {

namespace {

// The input with `axes` moved last, seen as [rows, length]; the copy is made only where it is needed.
template <class T>
struct Rows {
  const T* data;
  int64_t rows, length;
  std::vector<T> moved;

  Rows(const Tensor& x, const std::vector<int64_t>& axes) : data(x.data<T>()), rows(1), length(1) {
    const auto rank = static_cast<int64_t>(x.shape().size());
    std::vector<bool> reduced(rank, false);
    for (int64_t a : axes) reduced[a] = true;
    std::vector<int64_t> permutation;
    for (int64_t d = 0; d < rank; ++d) {
      if (!reduced[d]) permutation.push_back(d), rows *= x.shape()[d];
    }
    for (int64_t a : axes) permutation.push_back(a), length *= x.shape()[a];
    bool in_place = true;
    for (int64_t d = 0; d < rank; ++d) in_place = in_place && permutation[d] == d;
    if (!in_place) {
      moved.resize(x.size());
      kernels::Transpose(sizeof(T) == 8   ? kernels::Element::k64
                         : sizeof(T) == 4 ? kernels::Element::k32
                                          : kernels::Element::k8,
                         x.shape(), data, permutation, moved.data());
      data = moved.data();
    }
  }
  const T* row(int64_t i) const { return data + i * length; }
};

enum class Kinds { kSum, kMean, kMax, kMin, kProd };

// f32 sums and products are accumulated in double, integers wrap.
template <class T>
T ReduceRow(Kinds kind, const T* x, int64_t n) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
  switch (kind) {
    case Kinds::kSum:
    case Kinds::kMean: {
      Sum sum = 0;
      for (int64_t i = 0; i < n; ++i) sum = WrapAdd<Sum>(sum, x[i]);
      if (kind == Kinds::kMean) {
        if constexpr (std::is_floating_point_v<T>) {
          sum /= static_cast<Sum>(n);
        } else {
          sum = n == 0 ? 0 : sum / n;
        }
      }
      return static_cast<T>(sum);
    }
    case Kinds::kProd: {
      Sum product = 1;
      for (int64_t i = 0; i < n; ++i) product = WrapMul<Sum>(product, x[i]);
      return static_cast<T>(product);
    }
    case Kinds::kMax:
    case Kinds::kMin: {
      T best = x[0];
      for (int64_t i = 1; i < n; ++i) {
        if (x[i] != x[i] || (kind == Kinds::kMax ? x[i] > best : x[i] < best)) best = x[i];
        if (best != best) break;
      }
      return best;
    }
  }
  return T{};
}

absl::StatusOr<Tensor> Reduce(const Call& call) {
  const Tensor& x = call.operand(0);
  const std::string name = call.instruction.Text("kind");
  Kinds kind;
  if (name == "sum") {
    kind = Kinds::kSum;
  } else if (name == "mean") {
    kind = Kinds::kMean;
  } else if (name == "max") {
    kind = Kinds::kMax;
  } else if (name == "min") {
    kind = Kinds::kMin;
  } else if (name == "prod") {
    kind = Kinds::kProd;
  } else {
    return Bad(call, "the kind is '", name, "', expected sum, mean, max, min or prod");
  }
  const bool extreme = kind == Kinds::kMax || kind == Kinds::kMin;
  if (x.kind() == Kind::kI1 && !extreme) return Bad(call, name, " does not take i1");
  const std::vector<int64_t>& axes = call.instruction.Ints("axes");
  Shape shape = x.shape();
  int64_t length = 1, last = -1;
  for (int64_t a : axes) {
    if (a <= last || a >= static_cast<int64_t>(shape.size())) return Bad(call, "axes must be sorted and inside ", Describe(x));
    last = a;
    length *= shape[a];
    shape[a] = 1;
  }
  TACIT_CHECK_OK(ResultIs(call, x.kind(), shape));
  if (extreme && length == 0 && call.result.elements() > 0) return Bad(call, name, " of no elements");
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    const Rows<T> rows(x, axes);
    kernels::ParallelFor(rows.rows, 1 + (1 << 13) / (rows.length + 1), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out.data<T>()[i] = ReduceRow(kind, rows.row(i), rows.length);
    });
  });
  return out;
}

absl::Status CheckAxis(const Call& call, int64_t axis) {
  if (axis >= 0 && axis < static_cast<int64_t>(call.operand(0).shape().size())) return absl::OkStatus();
  return Bad(call, "axis ", axis, " of ", Describe(call.operand(0)));
}

absl::StatusOr<Tensor> Argmax(const Call& call) {
  const Tensor& x = call.operand(0);
  const int64_t axis = call.instruction.Int("axis", -1);
  TACIT_CHECK_OK(CheckAxis(call, axis));
  Shape shape = x.shape();
  shape[axis] = 1;
  const Kind kind = call.result.kind;
  if (kind != Kind::kI64 && kind != Kind::kI32) return Bad(call, "the result must be i64 or i32");
  TACIT_CHECK_OK(ResultIs(call, kind, shape));
  if (x.shape()[axis] == 0 && call.result.elements() > 0) return Bad(call, "no elements along axis ", axis);
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    const Rows<T> rows(x, {axis});
    for (int64_t i = 0; i < rows.rows; ++i) {
      const T* row = rows.row(i);
      int64_t best = 0;
      for (int64_t j = 1; j < rows.length; ++j) {
        if (row[j] > row[best]) best = j;
      }
      if (kind == Kind::kI64) {
        out.i64()[i] = best;
      } else {
        out.i32()[i] = static_cast<int32_t>(best);
      }
    }
  });
  return out;
}

absl::StatusOr<Tensor> Cumsum(const Call& call) {
  const Tensor& x = call.operand(0);
  const int64_t axis = call.instruction.Int("axis", -1);
  TACIT_CHECK_OK(CheckAxis(call, axis));
  if (x.kind() == Kind::kI1) return Bad(call, "does not take i1");
  TACIT_CHECK_OK(ResultIs(call, x.kind(), x.shape()));
  const bool exclusive = call.instruction.Bool("exclusive"), reverse = call.instruction.Bool("reverse");
  Tensor out = Result(call);
  int64_t outer = 1, inner = 1;
  const int64_t along = x.shape()[axis];
  for (size_t d = 0; d < x.shape().size(); ++d)
    (static_cast<int64_t>(d) < axis ? outer : inner) *= static_cast<int64_t>(d) == axis ? 1 : x.shape()[d];
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    using Sum = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i) {
        Sum sum = 0;
        for (int64_t j = 0; j < along; ++j) {
          const int64_t at = (o * along + (reverse ? along - 1 - j : j)) * inner + i;
          const Sum next = WrapAdd<Sum>(sum, x.data<T>()[at]);
          out.data<T>()[at] = static_cast<T>(exclusive ? sum : next);
          sum = next;
        }
      }
    }
  });
  return out;
}

absl::StatusOr<Tensor> Matmul(const Call& call) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  if (x.kind() != y.kind() || x.kind() == Kind::kI1) return Bad(call, "operands are ", Describe(x), " and ", Describe(y));
  if (x.shape().size() < 2 || y.shape().size() < 2) return Bad(call, "operands must have two dimensions or more");
  const int64_t m = x.shape()[x.shape().size() - 2], n = x.shape().back(), p = y.shape().back();
  const Shape x_batch(x.shape().begin(), x.shape().end() - 2), y_batch(y.shape().begin(), y.shape().end() - 2);
  const Shape shape = kernels::MatmulShape(x.shape(), y.shape());
  const Shape batch(shape.begin(), shape.end() - 2);
  if (y.shape()[y.shape().size() - 2] != n || !BroadcastsTo(x_batch, batch) || !BroadcastsTo(y_batch, batch)) {
    return Bad(call, Describe(x), " times ", Describe(y));
  }
  TACIT_CHECK_OK(ResultIs(call, x.kind(), shape));
  Tensor out = Result(call);
  if (x.kind() == Kind::kI64) {
    kernels::Matmul(64, x.shape(), {x.data<Word>()}, y.shape(), {y.data<Word>()}, kernels::Update::kSet, out.data<Word>());
    return out;
  }
  if (x.kind() == Kind::kI32) {
    const Words a(x.i32(), x.i32() + x.size()), b(y.i32(), y.i32() + y.size());
    Words c(out.size());
    kernels::Matmul(64, x.shape(), {a.data()}, y.shape(), {b.data()}, kernels::Update::kSet, c.data());
    ForEach(out.size(), out.i32(), c.data(), [](Word v) { return static_cast<int32_t>(v); });
    return out;
  }
  const bool one_y = kernels::Elements(y_batch) == 1 && kernels::Elements(x_batch) == kernels::Elements(batch);
  const int64_t batches = one_y ? 1 : kernels::Elements(batch), rows = one_y ? m * kernels::Elements(batch) : m;
  const kernels::Plan<2> plan = kernels::MakePlan<2>(batch, {&x_batch, &y_batch});
  for (int64_t i = 0; i < batches; ++i) {
    int64_t at_x = 0, at_y = 0, rest = i;
    for (int d = plan.rank - 1; d >= 0; --d) {
      at_x += rest % plan.size[d] * plan.step[0][d];
      at_y += rest % plan.size[d] * plan.step[1][d];
      rest /= plan.size[d];
    }
    kernels::GemmF32({rows,
                      n,
                      p,
                      {x.f32() + at_x * m * n, nullptr, nullptr, n, 1},
                      {y.f32() + at_y * n * p, nullptr, nullptr, p, 1},
                      out.f32() + i * rows * p,
                      0,
                      kernels::Update::kSet});
  }
  return out;
}

constexpr Op kOps[] = {
    {"mpc.reduce", 1, 1, Reduce}, {"mpc.argmax", 1, 1, Argmax}, {"mpc.cumsum", 1, 1, Cumsum}, {"mpc.matmul", 2, 2, Matmul}};

}  // namespace

absl::Span<const Op> ReduceOps() { return kOps; }

}  // namespace tacit::clear
