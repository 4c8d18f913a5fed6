// Elementwise clear ops. Functions of reals are computed in double and rounded once, so that results do not depend on which variant of
// a single-precision library function a processor gets.
#include <cmath>
#include <limits>

#include "compute/clear_ops.h"

namespace tacit::clear {

namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrtTwoOverPi = 0.79788456080286535588;

//===-- One operand ------------------------------------------------------------------------------------------------===//

absl::Status SameShape(const Call& call) {
  if (call.operand(0).shape() != call.result.shape) return ResultIs(call, call.result.kind, call.operand(0).shape());
  return absl::OkStatus();
}

// A function of reals: f32 to f32.
template <class F>
absl::StatusOr<Tensor> Real(const Call& call, F f) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kF32));
  TACIT_CHECK_OK(ResultIs(call, Kind::kF32, call.operand(0).shape()));
  Tensor out = Result(call);
  ForEach(out.size(), out.f32(), call.operand(0).f32(), [f](float x) { return static_cast<float>(f(static_cast<double>(x))); });
  return out;
}

// A function of f32, i64 and i32 alike; f is generic.
template <class F>
absl::StatusOr<Tensor> Number(const Call& call, F f) {
  const Tensor& x = call.operand(0);
  if (x.kind() == Kind::kI1) return Bad(call, "does not take i1");
  TACIT_CHECK_OK(ResultIs(call, x.kind(), x.shape()));
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    ForEach(out.size(), out.data<T>(), x.data<T>(), f);
  });
  return out;
}

// Identity on integers.
template <class F>
absl::StatusOr<Tensor> Rounding(const Call& call, F f) {
  return Number(call, [f](auto x) {
    if constexpr (std::is_floating_point_v<decltype(x)>) {
      return f(x);
    } else {
      return x;
    }
  });
}

absl::StatusOr<Tensor> Neg(const Call& call) {
  return Number(call, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) {
      return -x;  // 0 becomes -0
    } else {
      return WrapSub(T{0}, x);
    }
  });
}
absl::StatusOr<Tensor> Abs(const Call& call) {
  return Number(call, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(x);
    } else {
      return x < 0 ? WrapSub(T{0}, x) : x;
    }
  });
}
absl::StatusOr<Tensor> Sign(const Call& call) {
  return Number(call, [](auto x) {
    using T = decltype(x);
    return x > 0 ? T{1} : x < 0 ? static_cast<T>(-1) : static_cast<T>(x - x);  // NaN stays NaN
  });
}
absl::StatusOr<Tensor> Relu(const Call& call) {
  return Number(call, [](auto x) {
    using T = decltype(x);
    return x < 0 ? T{0} : x;
  });
}

absl::StatusOr<Tensor> Exp(const Call& call) {
  return Real(call, [](double x) { return std::exp(x); });
}
absl::StatusOr<Tensor> Log(const Call& call) {
  return Real(call, [](double x) { return std::log(x); });
}
absl::StatusOr<Tensor> Sqrt(const Call& call) {
  return Real(call, [](double x) { return std::sqrt(x); });
}
absl::StatusOr<Tensor> Rsqrt(const Call& call) {
  return Real(call, [](double x) { return 1 / std::sqrt(x); });
}
absl::StatusOr<Tensor> Reciprocal(const Call& call) {
  return Real(call, [](double x) { return 1 / x; });
}
absl::StatusOr<Tensor> Tanh(const Call& call) {
  return Real(call, [](double x) { return std::tanh(x); });
}
absl::StatusOr<Tensor> Sigmoid(const Call& call) {
  return Real(call, [](double x) { return 1 / (1 + std::exp(-x)); });
}
absl::StatusOr<Tensor> Silu(const Call& call) {
  return Real(call, [](double x) { return x / (1 + std::exp(-x)); });
}
absl::StatusOr<Tensor> Erf(const Call& call) {
  return Real(call, [](double x) { return std::erf(x); });
}
absl::StatusOr<Tensor> Gelu(const Call& call) {
  if (call.instruction.Bool("tanh")) {  // Hendrycks and Gimpel 2016
    return Real(call, [](double x) { return 0.5 * x * (1 + std::tanh(kSqrtTwoOverPi * (x + 0.044715 * x * x * x))); });
  }
  return Real(call, [](double x) { return 0.5 * x * std::erfc(-x * kSqrtHalf); });
}
absl::StatusOr<Tensor> Sin(const Call& call) {
  return Real(call, [](double x) { return std::sin(x); });
}
absl::StatusOr<Tensor> Cos(const Call& call) {
  return Real(call, [](double x) { return std::cos(x); });
}
absl::StatusOr<Tensor> Floor(const Call& call) {
  return Rounding(call, [](float x) { return std::floor(x); });
}
absl::StatusOr<Tensor> Ceil(const Call& call) {
  return Rounding(call, [](float x) { return std::ceil(x); });
}
absl::StatusOr<Tensor> Round(const Call& call) {
  return Rounding(call, [](float x) { return std::nearbyint(x); });  // the default mode: ties to even
}

absl::StatusOr<Tensor> Not(const Call& call) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kI1));
  TACIT_CHECK_OK(ResultIs(call, Kind::kI1, call.operand(0).shape()));
  Tensor out = Result(call);
  ForEach(out.size(), out.i1(), call.operand(0).i1(), [](uint8_t x) { return static_cast<uint8_t>(x == 0); });
  return out;
}

absl::StatusOr<Tensor> IsNan(const Call& call) {
  const Tensor& x = call.operand(0);
  TACIT_CHECK_OK(ResultIs(call, Kind::kI1, x.shape()));
  Tensor out = Result(call);
  if (x.kind() == Kind::kF32) ForEach(out.size(), out.i1(), x.f32(), [](float v) { return static_cast<uint8_t>(std::isnan(v)); });
  return out;
}

// ONNX Cast. A float outside the integer's range, which ONNX leaves open, saturates; NaN gives 0.
template <class To, class From>
To Convert(From x, bool to_bit) {
  if (to_bit) return static_cast<To>(x != 0);
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr From kBound = static_cast<From>(std::numeric_limits<To>::max());  // rounds up to the power of two
    if (std::isnan(x)) return 0;
    if (x >= kBound) return std::numeric_limits<To>::max();
    if (x <= -kBound) return std::numeric_limits<To>::min();
  }
  return static_cast<To>(x);
}

absl::StatusOr<Tensor> Cast(const Call& call) {
  const Tensor& x = call.operand(0);
  TACIT_CHECK_OK(SameShape(call));
  Tensor out = Result(call);
  const bool to_bit = out.kind() == Kind::kI1;
  WithType(x.kind(), [&](auto from) {
    WithType(out.kind(), [&](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      ForEach(out.size(), out.data<To>(), x.data<From>(), [to_bit](From v) { return Convert<To, From>(v, to_bit); });
    });
  });
  return out;
}

absl::StatusOr<Tensor> Rescale(const Call& call) {
  TACIT_CHECK_OK(ResultIs(call, call.operand(0).kind(), call.operand(0).shape()));
  return call.operand(0);
}

//===-- Two operands -----------------------------------------------------------------------------------------------===//

absl::Status CheckPair(const Call& call, Kind result_kind) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  if (x.kind() != y.kind()) return Bad(call, "operands of two kinds: ", Describe(x), " and ", Describe(y));
  if (call.result.kind != result_kind) return ResultIs(call, result_kind, call.result.shape);
  TACIT_CHECK_OK(Broadcasts(call, 0, call.result.shape));
  return Broadcasts(call, 1, call.result.shape);
}

// Out of T x T; f is generic.
template <class F>
absl::StatusOr<Tensor> Numbers(const Call& call, F f) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  if (x.kind() == Kind::kI1) return Bad(call, "does not take i1");
  TACIT_CHECK_OK(CheckPair(call, x.kind()));
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    ForPairs(out.shape(), out.data<T>(), x.data<T>(), x.shape(), y.data<T>(), y.shape(), f);
  });
  return out;
}

absl::StatusOr<Tensor> Add(const Call& call) {
  return Numbers(call, [](auto x, auto y) { return WrapAdd(x, y); });
}
absl::StatusOr<Tensor> Sub(const Call& call) {
  return Numbers(call, [](auto x, auto y) { return WrapSub(x, y); });
}
absl::StatusOr<Tensor> Mul(const Call& call) {
  return Numbers(call, [](auto x, auto y) { return WrapMul(x, y); });
}

// An integer divisor of 0 is outside the domain.
absl::Status NoZeroDivisor(const Call& call) {
  const Tensor& y = call.operand(1);
  if (y.kind() != Kind::kI64 && y.kind() != Kind::kI32) return absl::OkStatus();
  for (int64_t i = 0; i < y.size(); ++i) {
    if (y.At(i) == 0) return Bad(call, "division of integers by 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> Div(const Call& call) {
  TACIT_CHECK_OK(NoZeroDivisor(call));
  return Numbers(call, [](auto x, auto y) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) {
      return x / y;
    } else {
      return y == -1 ? WrapSub(T{0}, x) : static_cast<T>(x / y);
    }
  });
}

absl::StatusOr<Tensor> Mod(const Call& call) {
  TACIT_CHECK_OK(NoZeroDivisor(call));
  const bool fmod = call.instruction.Bool("fmod");
  return Numbers(call, [fmod](auto x, auto y) {
    using T = decltype(x);
    T r;
    if constexpr (std::is_floating_point_v<T>) {
      r = std::fmod(x, y);
    } else {
      r = y == -1 ? T{0} : static_cast<T>(x % y);
    }
    if (!fmod && r != 0 && (r < 0) != (y < 0)) r += y;
    return r;
  });
}

template <class T>
T IntegerPower(T base, T exponent) {
  if (exponent < 0) return base == 1 ? T{1} : base == -1 ? (exponent % 2 == 0 ? T{1} : T{-1}) : T{0};
  T result = 1;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 != 0) result = WrapMul(result, base);
    base = WrapMul(base, base);
  }
  return result;
}

// The exponent may be of another kind than the base, as in ONNX Pow.
absl::StatusOr<Tensor> Pow(const Call& call) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  if (x.kind() == Kind::kI1 || y.kind() == Kind::kI1) return Bad(call, "does not take i1");
  TACIT_CHECK_OK(ResultIs(call, x.kind(), call.result.shape));
  TACIT_CHECK_OK(Broadcasts(call, 0, call.result.shape));
  TACIT_CHECK_OK(Broadcasts(call, 1, call.result.shape));
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto base) {
    WithType(y.kind(), [&](auto exponent) {
      using X = decltype(base);
      using Y = decltype(exponent);
      ForPairs(out.shape(), out.data<X>(), x.data<X>(), x.shape(), y.data<Y>(), y.shape(), [](X a, Y b) {
        if constexpr (std::is_integral_v<X> && std::is_integral_v<Y>) {
          return static_cast<X>(IntegerPower<int64_t>(a, b));
        } else {
          return Convert<X, double>(std::pow(static_cast<double>(a), static_cast<double>(b)), false);
        }
      });
    });
  });
  return out;
}

// NaN of either operand wins, as in numpy and ONNX.
template <class F>
absl::StatusOr<Tensor> Extreme(const Call& call, F first) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  TACIT_CHECK_OK(CheckPair(call, x.kind()));
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    ForPairs(out.shape(), out.data<T>(), x.data<T>(), x.shape(), y.data<T>(), y.shape(),
             [first](T a, T b) { return a != a || first(a, b) ? a : b; });
  });
  return out;
}
absl::StatusOr<Tensor> Min(const Call& call) {
  return Extreme(call, [](auto a, auto b) { return a < b; });
}
absl::StatusOr<Tensor> Max(const Call& call) {
  return Extreme(call, [](auto a, auto b) { return a > b; });
}

template <class F>
absl::StatusOr<Tensor> Logical(const Call& call, F f) {
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kI1));
  TACIT_CHECK_OK(CheckPair(call, Kind::kI1));
  const Tensor &x = call.operand(0), &y = call.operand(1);
  Tensor out = Result(call);
  ForPairs(out.shape(), out.i1(), x.i1(), x.shape(), y.i1(), y.shape(),
           [f](uint8_t a, uint8_t b) { return static_cast<uint8_t>(f(a, b)); });
  return out;
}
absl::StatusOr<Tensor> And(const Call& call) {
  return Logical(call, [](uint8_t a, uint8_t b) { return a & b; });
}
absl::StatusOr<Tensor> Or(const Call& call) {
  return Logical(call, [](uint8_t a, uint8_t b) { return a | b; });
}
absl::StatusOr<Tensor> Xor(const Call& call) {
  return Logical(call, [](uint8_t a, uint8_t b) { return a ^ b; });
}

template <class F>
Tensor Compared(const Call& call, F f) {
  const Tensor &x = call.operand(0), &y = call.operand(1);
  Tensor out = Result(call);
  WithType(x.kind(), [&](auto type) {
    using T = decltype(type);
    ForPairs(out.shape(), out.i1(), x.data<T>(), x.shape(), y.data<T>(), y.shape(),
             [f](T a, T b) { return static_cast<uint8_t>(f(a, b)); });
  });
  return out;
}

absl::StatusOr<Tensor> Compare(const Call& call) {
  TACIT_CHECK_OK(CheckPair(call, Kind::kI1));
  const std::string predicate = call.instruction.Text("predicate");
  if (predicate == "eq") return Compared(call, [](auto a, auto b) { return a == b; });
  if (predicate == "ne") return Compared(call, [](auto a, auto b) { return a != b; });
  if (predicate == "lt") return Compared(call, [](auto a, auto b) { return a < b; });
  if (predicate == "le") return Compared(call, [](auto a, auto b) { return a <= b; });
  if (predicate == "gt") return Compared(call, [](auto a, auto b) { return a > b; });
  if (predicate == "ge") return Compared(call, [](auto a, auto b) { return a >= b; });
  return Bad(call, "the predicate is '", predicate, "', expected eq, ne, lt, le, gt or ge");
}

absl::StatusOr<Tensor> Where(const Call& call) {
  const Tensor &c = call.operand(0), &x = call.operand(1), &y = call.operand(2);
  TACIT_CHECK_OK(IsKind(call, 0, Kind::kI1));
  TACIT_CHECK_OK(IsKind(call, 1, call.result.kind));
  TACIT_CHECK_OK(IsKind(call, 2, call.result.kind));
  for (size_t i = 0; i < 3; ++i) TACIT_CHECK_OK(Broadcasts(call, i, call.result.shape));
  Tensor out = Result(call);
  const kernels::Plan<3> plan = kernels::MakePlan<3>(out.shape(), {&c.shape(), &x.shape(), &y.shape()});
  const int64_t sc = plan.step[0].back(), sx = plan.step[1].back(), sy = plan.step[2].back();
  WithType(out.kind(), [&](auto type) {
    using T = decltype(type);
    kernels::ForRows(plan, [&](int64_t to, const std::array<int64_t, 3>& from, int64_t n) {
      const uint8_t* bit = c.i1() + from[0];
      const T *a = x.data<T>() + from[1], *b = y.data<T>() + from[2];
      T* z = out.data<T>() + to;
      for (int64_t i = 0; i < n; ++i) z[i] = bit[i * sc] ? a[i * sx] : b[i * sy];
    });
  });
  return out;
}

constexpr Op kOps[] = {
    {"mpc.neg", 1, 1, Neg},     {"mpc.abs", 1, 1, Abs},         {"mpc.exp", 1, 1, Exp},
    {"mpc.log", 1, 1, Log},     {"mpc.sqrt", 1, 1, Sqrt},       {"mpc.rsqrt", 1, 1, Rsqrt},
    {"mpc.tanh", 1, 1, Tanh},   {"mpc.sigmoid", 1, 1, Sigmoid}, {"mpc.reciprocal", 1, 1, Reciprocal},
    {"mpc.silu", 1, 1, Silu},   {"mpc.relu", 1, 1, Relu},       {"mpc.erf", 1, 1, Erf},
    {"mpc.gelu", 1, 1, Gelu},   {"mpc.sin", 1, 1, Sin},         {"mpc.cos", 1, 1, Cos},
    {"mpc.floor", 1, 1, Floor}, {"mpc.ceil", 1, 1, Ceil},       {"mpc.round", 1, 1, Round},
    {"mpc.near", 1, 1, Round},  {"mpc.sign", 1, 1, Sign},   {"mpc.not", 1, 1, Not},         {"mpc.is_nan", 1, 1, IsNan},
    {"mpc.cast", 1, 1, Cast},   {"mpc.rescale", 1, 1, Rescale}, {"mpc.add", 2, 2, Add},
    {"mpc.sub", 2, 2, Sub},     {"mpc.mul", 2, 2, Mul},         {"mpc.div", 2, 2, Div},
    {"mpc.pow", 2, 2, Pow},     {"mpc.mod", 2, 2, Mod},         {"mpc.min", 2, 2, Min},
    {"mpc.max", 2, 2, Max},     {"mpc.and", 2, 2, And},         {"mpc.or", 2, 2, Or},
    {"mpc.xor", 2, 2, Xor},     {"mpc.compare", 2, 2, Compare}, {"mpc.where", 3, 3, Where},
};

}  // namespace

absl::Span<const Op> ElementwiseOps() { return kOps; }

}  // namespace tacit::clear
