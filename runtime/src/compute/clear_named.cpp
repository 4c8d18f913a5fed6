// Named functions of transformers and the primitives of gates, as clear ops. Sums along a row are accumulated in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "compute/clear_ops.h"
#include "compute/gemm.h"

namespace tacit::clear {

namespace {

constexpr double kTwoPi = 6.28318530717958647693;
// Entries of a bias at or below this are masked out (MpcOps.td, softmax).
constexpr float kMasked = -512;

// row += bias row of step 0 or 1; true where every entry is masked out.
bool AddBias(float* row, const float* bias, int64_t step, int64_t n) {
  bool all = true;
  for (int64_t i = 0; i < n; ++i) {
    const float b = bias[i * step];
    all = all && b <= kMasked;
    row[i] += b;
  }
  return all;
}

// Softmax of input + bias, rows of the last dimension, in place. `bias` may be null.
void SoftmaxRows(float* data, const Shape& shape, const Tensor* bias, bool zero_masked_rows) {
  const int64_t n = shape.empty() ? 1 : shape.back();
  const int64_t rows = n == 0 ? 0 : kernels::Elements(shape) / n;
  // Rows of the bias: its shape with the last dimension apart.
  Shape outer(shape.begin(), shape.empty() ? shape.end() : shape.end() - 1), bias_outer;
  int64_t step = 0, bias_row = 1;
  if (bias != nullptr && !bias->shape().empty()) {
    bias_outer.assign(bias->shape().begin(), bias->shape().end() - 1);
    bias_row = bias->shape().back();
    step = bias_row == 1 ? 0 : 1;
  }
  const kernels::Plan<1> plan = kernels::MakePlan<1>(outer, {&bias_outer});
  kernels::ParallelFor(rows, 1 + (1 << 10) / (n + 1), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      float* row = data + r * n;
      bool all = false;
      if (bias != nullptr) {
        int64_t at = 0, rest = r;
        for (int d = plan.rank - 1; d >= 0; --d) {
          at += rest % plan.size[d] * plan.step[0][d];
          rest /= plan.size[d];
        }
        all = AddBias(row, bias->f32() + at * bias_row, step, n);
      }
      SoftmaxRow(row, n, zero_masked_rows && all);
    }
  });
}

absl::StatusOr<Tensor> Softmax(const Call& call) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kF32));
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, call.operand(0).shape()));
  const Tensor* bias = call.has(1) ? &call.operand(1) : nullptr;
  if (bias != nullptr) {
    TACIT_CHECK_OK(IsKind(call, 1, Kind::kF32));
    TACIT_CHECK_OK(Broadcasts(call, 1, call.result.shape));
  }
  Tensor out = call.operand(0);
  SoftmaxRows(out.f32(), out.shape(), bias, call.instruction.Bool("zero_masked_rows"));
  return out;
}

absl::StatusOr<Tensor> Attention(const Call& call) {
  const Tensor &q = call.operand(0), &k = call.operand(1), &v = call.operand(2);
  for (size_t i = 0; i < call.operands.size(); ++i) TACIT_CHECK_OK(IsKind(call, i, Kind::kF32));
  const size_t rank = q.shape().size();
  if (rank < 3 || k.shape().size() != rank || v.shape().size() != rank)
    return Bad(call, "operands are ", Describe(q), ", ", Describe(k), ", ", Describe(v));
  const int64_t heads = q.shape()[rank - 3], groups = k.shape()[rank - 3], sq = q.shape()[rank - 2], sk = k.shape()[rank - 2],
                d = q.shape().back(), dv = v.shape().back();
  bool fits = groups > 0 && heads % groups == 0 && v.shape()[rank - 3] == groups && v.shape()[rank - 2] == sk && k.shape().back() == d;
  int64_t batches = 1;
  for (size_t i = 0; i + 3 < rank; ++i) {
    fits = fits && q.shape()[i] == k.shape()[i] && q.shape()[i] == v.shape()[i];
    batches *= q.shape()[i];
  }
  if (!fits) return Bad(call, "operands are ", Describe(q), ", ", Describe(k), ", ", Describe(v));
  Shape out_shape = q.shape(), score_shape = q.shape();
  out_shape.back() = dv;
  score_shape.back() = sk;
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, out_shape));
  if (!SaneShape(score_shape)) return Bad(call, "scores of ", tacit::Describe(Kind::kF32, score_shape), " are out of bounds");
  const Tensor* bias = call.has(3) ? &call.operand(3) : nullptr;
  if (bias != nullptr) TACIT_CHECK_OK(Broadcasts(call, 3, score_shape));

  const auto scale = static_cast<float>(call.instruction.Real("scale", 1));
  Tensor scores(Kind::kF32, score_shape), out = Result(call);
  const int64_t share = groups == 0 ? 1 : heads / groups;  // heads that use one key head
  for (int64_t b = 0; b < batches * heads; ++b) {
    const int64_t kv = b / heads * groups + b % heads / share;
    kernels::GemmF32({sq,
                      d,
                      sk,
                      {q.f32() + b * sq * d, nullptr, nullptr, d, 1},
                      {k.f32() + kv * sk * d, nullptr, nullptr, 1, d},
                      scores.f32() + b * sq * sk,
                      0,
                      kernels::Update::kSet});
  }
  ForEach(scores.size(), scores.f32(), scores.f32(), [scale](float x) { return x * scale; });
  SoftmaxRows(scores.f32(), score_shape, bias, call.instruction.Bool("zero_masked_rows"));
  for (int64_t b = 0; b < batches * heads; ++b) {
    const int64_t kv = b / heads * groups + b % heads / share;
    kernels::GemmF32({sq,
                      sk,
                      dv,
                      {scores.f32() + b * sq * sk, nullptr, nullptr, sk, 1},
                      {v.f32() + kv * sk * dv, nullptr, nullptr, dv, 1},
                      out.f32() + b * sq * dv,
                      0,
                      kernels::Update::kSet});
  }
  return out;
}

// The norms: rows scaled by `centre` and epsilon, then gain and bias with broadcasting.
absl::StatusOr<Tensor> Norm(const Call& call, bool centre) {
  for (size_t i = 0; i < call.operands.size(); ++i) TACIT_CHECK_OK(IsKind(call, i, Kind::kF32));
  const Tensor& x = call.operand(0);
  if (x.shape().empty()) return Bad(call, "the input has no dimension");
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, x.shape()));
  for (size_t i = 1; i < call.operands.size(); ++i) TACIT_CHECK_OK(Broadcasts(call, i, x.shape()));
  const double epsilon = call.instruction.Real("epsilon");
  const int64_t n = x.shape().back(), rows = n == 0 ? 0 : x.size() / n;
  Tensor out = Result(call);
  kernels::ParallelFor(rows, 1 + (1 << 12) / (n + 1), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* row = x.f32() + r * n;
      double mean = 0, square = 0;
      if (centre) {
        for (int64_t i = 0; i < n; ++i) mean += row[i];
        mean /= static_cast<double>(n);
      }
      for (int64_t i = 0; i < n; ++i) square += (row[i] - mean) * (row[i] - mean);
      const double scale = 1 / std::sqrt(square / static_cast<double>(n) + epsilon);
      for (int64_t i = 0; i < n; ++i) out.f32()[r * n + i] = static_cast<float>((row[i] - mean) * scale);
    }
  });
  const Tensor& gain = call.operand(1);
  ForPairs(out.shape(), out.f32(), out.f32(), out.shape(), gain.f32(), gain.shape(), [](float a, float b) { return a * b; });
  if (call.has(2)) {
    const Tensor& bias = call.operand(2);
    ForPairs(out.shape(), out.f32(), out.f32(), out.shape(), bias.f32(), bias.shape(), [](float a, float b) { return a + b; });
  }
  return out;
}
absl::StatusOr<Tensor> LayerNorm(const Call& call) { return Norm(call, true); }
absl::StatusOr<Tensor> RmsNorm(const Call& call) { return Norm(call, false); }

absl::StatusOr<Tensor> Rotary(const Call& call) {
  for (size_t i = 0; i < 3; ++i) {
    TACIT_CHECK_OK(IsKind(call, i, Kind::kF32));
    TACIT_CHECK_OK(Broadcasts(call, i, call.operand(0).shape()));
  }
  const Tensor &x = call.operand(0), &cos = call.operand(1), &sin = call.operand(2);
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, x.shape()));
  if (x.shape().empty() || x.shape().back() % 2 != 0) return Bad(call, "the last dimension of ", Describe(x), " must be even");
  const int64_t n = x.shape().back(), half = n / 2, rows = n == 0 ? 0 : x.size() / n;
  Tensor rotated(Kind::kF32, x.shape()), out = Result(call);
  const bool interleaved = call.instruction.Bool("interleaved");
  for (int64_t r = 0; r < rows; ++r) {
    const float* in = x.f32() + r * n;
    float* to = rotated.f32() + r * n;
    for (int64_t i = 0; i < half; ++i) {
      if (interleaved) {
        to[2 * i] = -in[2 * i + 1];
        to[2 * i + 1] = in[2 * i];
      } else {
        to[i] = -in[half + i];
        to[half + i] = in[i];
      }
    }
  }
  ForPairs(x.shape(), out.f32(), x.f32(), x.shape(), cos.f32(), cos.shape(), [](float a, float b) { return a * b; });
  ForPairs(x.shape(), rotated.f32(), rotated.f32(), x.shape(), sin.f32(), sin.shape(), [](float a, float b) { return a * b; });
  ForPairs(x.shape(), out.f32(), out.f32(), x.shape(), rotated.f32(), x.shape(), [](float a, float b) { return a + b; });
  return out;
}

//===-- Primitives that gates compute ------------------------------------------------------------------------------===//

absl::StatusOr<Tensor> Periodic(const Call& call) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kF32));
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, call.operand(0).shape()));
  const std::vector<int64_t>& q = call.instruction.Ints("frequencies");
  const std::vector<double>&cosines = call.instruction.Reals("cosines"), &sines = call.instruction.Reals("sines");
  const double constant = call.instruction.Real("constant"), period = call.instruction.Real("period");
  if (cosines.size() != q.size() || sines.size() != q.size()) return Bad(call, "frequencies, cosines and sines differ in number");
  if (!(period > 0)) return Bad(call, "the period must be positive");
  Tensor out = Result(call);
  ForEach(out.size(), out.f32(), call.operand(0).f32(), [&](float x) {
    // The whole turns drop out first, as they do in the ring.
    const double turn = std::fmod(static_cast<double>(x), period) / period;
    double sum = constant;
    for (size_t j = 0; j < q.size(); ++j) {
      const double angle = kTwoPi * std::fmod(static_cast<double>(q[j]) * turn, 1.0);
      sum += cosines[j] * std::cos(angle) + sines[j] * std::sin(angle);
    }
    return static_cast<float>(sum);
  });
  return out;
}

// Above 0, where the gate gives some finite value, the exponential is cut off before it overflows.
absl::StatusOr<Tensor> ExpNegative(const Call& call) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kF32));
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, call.operand(0).shape()));
  Tensor out = Result(call);
  ForEach(out.size(), out.f32(), call.operand(0).f32(),
          [](float x) { return static_cast<float>(std::exp(std::min(static_cast<double>(x), 16.0))); });
  return out;
}

absl::StatusOr<Tensor> Below(const Call& call) {
  const Tensor& x = call.operand(0);
  const std::vector<double>& thresholds = call.instruction.Reals("thresholds");
  Shape shape = x.shape();
  shape.insert(shape.begin(), static_cast<int64_t>(thresholds.size()));
  TACIT_CHECK_OK(ResultIs(call, Kind::kI1, shape));
  Tensor out = Result(call);
  for (size_t t = 0; t < thresholds.size(); ++t) {
    uint8_t* to = out.i1() + static_cast<int64_t>(t) * x.size();
    const double threshold = thresholds[t];
    WithType(x.kind(), [&](auto type) {
      using T = decltype(type);
      ForEach(x.size(), to, x.data<T>(), [threshold](T v) { return static_cast<uint8_t>(static_cast<double>(v) < threshold); });
    });
  }
  return out;
}

absl::StatusOr<Tensor> BitSum(const Call& call) {
  const Tensor& x = call.operand(0);
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kI1));
  const std::vector<double>& coefficients = call.instruction.Reals("coefficients");
  if (x.shape().empty() || x.shape()[0] != static_cast<int64_t>(coefficients.size()))
    return Bad(call, coefficients.size(), " coefficients for ", Describe(x));
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, Shape(x.shape().begin() + 1, x.shape().end())));
  const double constant = call.instruction.Real("constant");
  Tensor out = Result(call);
  for (int64_t i = 0; i < out.size(); ++i) {
    double sum = constant;
    for (size_t t = 0; t < coefficients.size(); ++t) {
      if (x.i1()[static_cast<int64_t>(t) * out.size() + i]) sum += coefficients[t];
    }
    out.f32()[i] = static_cast<float>(sum);
  }
  return out;
}

absl::StatusOr<Tensor> Select(const Call& call) {
  const Tensor &bit = call.operand(0), &x = call.operand(1);
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kI1));
  TACIT_CHECK_OK(IsKind(call, 1, call.result.kind));
  TACIT_CHECK_OK(Broadcasts(call, 0, call.result.shape));
  TACIT_CHECK_OK(Broadcasts(call, 1, call.result.shape));
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    ForPairs(out.shape(), out.data<T>(), bit.i1(), bit.shape(), x.data<T>(), x.shape(), [](uint8_t b, T v) { return b ? v : T{0}; });
  });
  return out;
}

constexpr Op kOps[] = {
    {"mpc.softmax", 1, 2, Softmax},
    {"mpc.attention", 3, 4, Attention},
    {"mpc.layer_norm", 2, 3, LayerNorm},
    {"mpc.rms_norm", 2, 2, RmsNorm},
    {"mpc.rotary", 3, 3, Rotary},
    {"mpc.periodic", 1, 1, Periodic},
    {"mpc.exp_negative", 1, 1, ExpNegative},
    {"mpc.below", 1, 1, Below},
    {"mpc.bit_sum", 1, 1, BitSum},
    {"mpc.select", 2, 2, Select},
};

}  // namespace

absl::Span<const Op> NamedOps() { return kOps; }

void SoftmaxRow(float* row, int64_t n, bool zero) {
  if (zero) {
    std::fill(row, row + n, 0.0f);
    return;
  }
  float most = -std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < n; ++i) most = std::max(most, row[i]);
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double e = std::exp(static_cast<double>(row[i]) - most);
    row[i] = static_cast<float>(e);
    sum += e;
  }
  const double scale = 1 / sum;
  for (int64_t i = 0; i < n; ++i) row[i] = static_cast<float>(row[i] * scale);
}

}  // namespace tacit::clear
