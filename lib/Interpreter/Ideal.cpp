// ideal: share ops on unmasked integers, one function an op. It shares no code with the runtime's gates, so that a mistake in
// a gate and one in a conversion show as a difference.
//
// A comparison's planes depend on the mask of its operand; here every value has the same mask, one number for a run.
#include "Evaluator.h"
#include "IdealGates.h"
#include "mpc/Support/Attributes.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using ideal::Integers;
using share::RingFormat;

namespace {

class IdealEvaluator : public Evaluator {
public:
  explicit IdealEvaluator(const InterpreterOptions &options)
      : Evaluator(options), rounding(options.seed), mask((options.seed + 1) * 0x9E3779B97F4A7C15) {}

protected:
  // Ring elements stand as i64, bits as i1, plain values as themselves.
  FailureOr<tacit::Type> clearType(Type type) const override {
    auto program = toProgramType(type);
    if (failed(program))
      return failure();
    if (!tacit::IsClear(program->kind))
      program->kind = isBits(program->kind) ? tacit::Kind::kI1 : tacit::Kind::kI64;
    program->width = program->fraction = 0;
    return program;
  }

  tacit::Tensor view(const tacit::Tensor &value, Type type) const override {
    auto format = share::getRingFormat(llvm::cast<RankedTensorType>(type).getElementType());
    if (!format)
      return value;
    tacit::Tensor real(tacit::Kind::kF32, value.shape());
    for (int64_t i = 0; i < value.size(); ++i)
      real.f32()[i] = static_cast<float>(std::ldexp(static_cast<double>(value.i64()[i]), -static_cast<int>(format->fraction)));
    return real;
  }

  FailureOr<SmallVector<TensorPtr>> runOp(Operation *op, Operands operands) override {
    if (auto weight = llvm::dyn_cast<WeightOp>(op)) {
      auto tensor = loadWeight(weight);
      return failed(tensor) ? FailureOr<SmallVector<TensorPtr>>(failure()) : SmallVector<TensorPtr>{*tensor};
    }
    if (auto input = llvm::dyn_cast<share::InputOp>(op))
      return run(input, operands);
    if (op->getName().getDialectNamespace() == "mpc") {
      auto result = runClear(op, operands);
      return failed(result) ? FailureOr<SmallVector<TensorPtr>>(failure()) : SmallVector<TensorPtr>{*result};
    }
    FailureOr<TensorPtr> result =
        llvm::TypeSwitch<Operation *, FailureOr<TensorPtr>>(op)
            .Case<share::EncodeOp, share::RevealOp, share::RemaskOp, share::AddOp, share::SubOp, share::NegOp, share::MulPublicOp,
                  share::MatmulPublicOp, share::ReduceSumOp, share::ShrinkOp, share::CoarsenOp, share::ReinterpretOp, share::ToAdditiveOp, share::TruncateOp,
                  share::MulOp, share::MatmulOp, share::ExtendHighOp, share::JoinOp, share::CompareDigitsOp, share::LexCombineOp,
                  share::CompareFinishOp, share::XorOp, share::NotOp, share::AndOp, share::BitToArithOp, share::BitMulOp, share::PeriodicOp,
                  share::ExpOp>([&](auto o) { return run(o, operands); })
            .Default([](Operation *o) {
              o->emitError("is neither a mpc op on clear values nor a share op; the ideal interpreter runs phases after protocol");
              return failure();
            });
    if (failed(result))
      return failure();
    return SmallVector<TensorPtr>{*result};
  }

private:
  using Result = FailureOr<TensorPtr>;

  ideal::Rounding rounding;
  uint64_t mask;

  static bool isBits(tacit::Kind kind) { return kind == tacit::Kind::kMaskedBit || kind == tacit::Kind::kXorBit; }
  static ArrayRef<int64_t> shapeOf(Value v) { return llvm::cast<RankedTensorType>(v.getType()).getShape(); }
  static RingFormat formatOf(Value v) { return *share::getRingFormat(llvm::cast<RankedTensorType>(v.getType()).getElementType()); }
  static bool isRing(Value v) { return share::getRingFormat(llvm::cast<RankedTensorType>(v.getType()).getElementType()).has_value(); }

  // Elements of a ring value or of bits.
  static Integers read(const TensorPtr &t) {
    if (t->kind() == tacit::Kind::kI1)
      return Integers(t->i1(), t->i1() + t->size());
    return Integers(t->i64(), t->i64() + t->size());
  }
  // Wraps integers to the ring of `result`; bits as they are.
  static TensorPtr write(Value result, const Integers &values) {
    std::vector<int64_t> shape(shapeOf(result));
    if (!isRing(result)) {
      auto bits = std::make_shared<tacit::Tensor>(tacit::Kind::kI1, shape);
      for (size_t i = 0; i < values.size(); ++i)
        bits->i1()[i] = values[i] & 1;
      return bits;
    }
    unsigned k = formatOf(result).width;
    auto ring = std::make_shared<tacit::Tensor>(tacit::Kind::kI64, shape);
    for (size_t i = 0; i < values.size(); ++i)
      ring->i64()[i] = ideal::wrap(values[i], k);
    return ring;
  }
  // Elementwise with broadcasting.
  template <class F> static TensorPtr map(Value result, Value lhs, const TensorPtr &x, Value rhs, const TensorPtr &y, F f) {
    Integers a = ideal::broadcast(shapeOf(lhs), read(x), shapeOf(result)), b = ideal::broadcast(shapeOf(rhs), read(y), shapeOf(result));
    for (size_t i = 0; i < a.size(); ++i)
      a[i] = static_cast<int64_t>(f(a[i], b[i]));
    return write(result, a);
  }
  template <class F> static TensorPtr map(Value result, const TensorPtr &x, F f) {
    Integers a = read(x);
    for (int64_t &v : a)
      v = static_cast<int64_t>(f(v));
    return write(result, a);
  }

  // A real in ring units, ties to even; a diagnostic where it does not fit.
  static FailureOr<TensorPtr> encode(Operation *op, Value result, const tacit::Tensor &input) {
    if (!isRing(result)) // bits, or published
      return TensorPtr(std::make_shared<tacit::Tensor>(input));
    RingFormat to = formatOf(result);
    auto out = std::make_shared<tacit::Tensor>(tacit::Kind::kI64, input.shape());
    bool integer = input.kind() != tacit::Kind::kF32;
    for (int64_t i = 0; i < input.size(); ++i) {
      long double x = input.kind() == tacit::Kind::kI64 ? static_cast<long double>(input.i64()[i]) : static_cast<long double>(input.At(i));
      long double scaled = std::ldexp(x, static_cast<int>(to.fraction)), bound = std::ldexp(1.0L, static_cast<int>(to.width) - 1);
      if (!integer)
        scaled = std::nearbyint(scaled);
      if (!(scaled >= -bound && scaled < bound))
        return op->emitError() << "value " << input.At(i) << " at element " << i << " does not fit " << to.width << " bits with "
                               << to.fraction << " fractional bits",
               failure();
      out->i64()[i] = static_cast<int64_t>(scaled);
    }
    return TensorPtr(out);
  }

  // A warning where values leave the range that a gate is defined on: what the gate makes of them is arbitrary.
  static void warnOutside(Operation *op, int64_t outside, int64_t of, StringRef range) {
    if (outside)
      op->emitWarning() << outside << " of " << of << " values lie outside " << range << ", where the gate's result is arbitrary";
  }

  FailureOr<SmallVector<TensorPtr>> run(share::InputOp op, Operands operands) {
    auto results = runBlock(op.getBody().front(), operands);
    if (failed(results))
      return failure();
    for (auto [value, result] : llvm::zip_equal(*results, op.getResults())) {
      auto encoded = encode(op, result, *value);
      if (failed(encoded))
        return failure();
      value = *encoded;
    }
    return results;
  }

  Result run(share::EncodeOp op, Operands in) { return encode(op, op.getResult(), *in[0]); }

  Result run(share::RevealOp op, Operands in) {
    if (!isRing(op.getInput()))
      return in[0];
    tacit::Type type = *clearType(op.getType());
    auto out = std::make_shared<tacit::Tensor>(type.kind, type.shape);
    int f = formatOf(op.getInput()).fraction;
    for (int64_t i = 0; i < out->size(); ++i) {
      double real = std::ldexp(static_cast<double>(in[0]->i64()[i]), -f);
      if (type.kind == tacit::Kind::kF32)
        out->f32()[i] = static_cast<float>(real);
      else if (type.kind == tacit::Kind::kI64)
        out->i64()[i] = f == 0 ? in[0]->i64()[i] : static_cast<int64_t>(std::nearbyint(real));
      else
        out->i32()[i] = static_cast<int32_t>(std::clamp(std::nearbyint(real), -2147483648.0, 2147483647.0));
    }
    return TensorPtr(out);
  }

  // Another representation of the same value.
  Result run(share::RemaskOp, Operands in) { return in[0]; }
  Result run(share::ToAdditiveOp, Operands in) { return in[0]; }
  Result run(share::ReinterpretOp, Operands in) { return in[0]; }
  Result run(share::ShrinkOp op, Operands in) { return write(op.getResult(), read(in[0])); }
  Result run(share::CoarsenOp op, Operands in) {
    unsigned s = formatOf(op.getInput()).width - formatOf(op.getResult()).width;
    return map(op.getResult(), in[0], [&](int64_t x) { return rounding.coarsen(x, s); });
  }

  Result run(share::AddOp op, Operands in) {
    return map(op.getResult(), op.getLhs(), in[0], op.getRhs(), in[1], [](uint64_t x, uint64_t y) { return x + y; });
  }
  Result run(share::SubOp op, Operands in) {
    return map(op.getResult(), op.getLhs(), in[0], op.getRhs(), in[1], [](uint64_t x, uint64_t y) { return x - y; });
  }
  Result run(share::NegOp op, Operands in) {
    return map(op.getResult(), in[0], [](uint64_t x) { return 0 - x; });
  }
  Result run(share::MulPublicOp op, Operands in) {
    return map(op.getResult(), op.getLhs(), in[0], op.getRhs(), in[1], [](uint64_t x, uint64_t y) { return x * y; });
  }
  Result run(share::MatmulPublicOp op, Operands in) {
    return write(op.getResult(),
                 ideal::matmul(shapeOf(op.getLhs()), read(in[0]), shapeOf(op.getRhs()), read(in[1]), shapeOf(op.getResult())));
  }
  Result run(share::ReduceSumOp op, Operands in) {
    return write(op.getResult(), ideal::reduceSum(shapeOf(op.getInput()), read(in[0]), op.getAxes()));
  }
  Result run(share::TruncateOp op, Operands in) {
    unsigned t = formatOf(op.getInput()).fraction - formatOf(op.getResult()).fraction;
    return map(op.getResult(), in[0], [&](int64_t x) { return rounding.truncate(x, t); });
  }

  // A product mod 2^K, then its truncation.
  Result finishProduct(Value lhs, Value rhs, Value result, Integers product) {
    RingFormat a = formatOf(lhs), b = formatOf(rhs), to = formatOf(result);
    unsigned t = a.fraction + b.fraction - to.fraction;
    for (int64_t &v : product)
      v = static_cast<int64_t>(rounding.truncateProduct(ideal::wrap(v, a.width), t));
    return write(result, product);
  }
  Result run(share::MulOp op, Operands in) {
    Value result = op.getResult();
    Integers x = ideal::broadcast(shapeOf(op.getLhs()), read(in[0]), shapeOf(result)),
             y = ideal::broadcast(shapeOf(op.getRhs()), read(in[1]), shapeOf(result));
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<int64_t>(static_cast<uint64_t>(x[i]) * static_cast<uint64_t>(y[i]));
    return finishProduct(op.getLhs(), op.getRhs(), result, std::move(x));
  }
  Result run(share::MatmulOp op, Operands in) {
    return finishProduct(op.getLhs(), op.getRhs(), op.getResult(),
                         ideal::matmul(shapeOf(op.getLhs()), read(in[0]), shapeOf(op.getRhs()), read(in[1]), shapeOf(op.getResult())));
  }

  // The bits above x, were its low bits read as unsigned: all ones for a negative x.
  Result run(share::ExtendHighOp op, Operands in) {
    unsigned k = formatOf(op.getInput()).width;
    int64_t bound = int64_t{1} << (k - 2), outside = 0;
    for (int64_t i = 0; i < in[0]->size(); ++i)
      outside += in[0]->i64()[i] < -bound || in[0]->i64()[i] >= bound;
    warnOutside(op, outside, in[0]->size(), "[-2^(k-2), 2^(k-2))");
    return map(op.getResult(), in[0], [](int64_t x) { return x < 0 ? -1 : 0; });
  }
  Result run(share::JoinOp op, Operands in) {
    unsigned k = formatOf(op.getLow()).width;
    return map(op.getResult(), op.getLow(), in[0], op.getHigh(), in[1],
               [&](uint64_t low, uint64_t high) { return (low & ((uint64_t{1} << k) - 1)) + (high << k); });
  }

  Result run(share::CompareDigitsOp op, Operands in) {
    return write(op.getResult(), ideal::compareDigits(read(in[0]), formatOf(op.getInput()).width, op.getThresholds(), op.getDigit(), mask));
  }
  Result run(share::LexCombineOp op, Operands in) {
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    return write(op.getResult(), in[0]->size() == 0 ? Integers() : ideal::lexCombine(read(in[0]), shape[0], shape[1]));
  }
  Result run(share::CompareFinishOp op, Operands in) {
    return write(op.getResult(), ideal::compareFinish(read(in[0]), read(in[1]), formatOf(op.getInput()).width, op.getThresholds(), mask));
  }

  Result run(share::XorOp op, Operands in) {
    return map(op.getResult(), op.getLhs(), in[0], op.getRhs(), in[1], [](int64_t x, int64_t y) { return x ^ y; });
  }
  Result run(share::NotOp op, Operands in) {
    return map(op.getResult(), in[0], [](int64_t x) { return 1 - x; });
  }
  Result run(share::AndOp op, Operands in) {
    return map(op.getResult(), op.getLhs(), in[0], op.getRhs(), in[1], [](int64_t x, int64_t y) { return x & y; });
  }
  Result run(share::BitToArithOp op, Operands in) { return write(op.getResult(), read(in[0])); }
  Result run(share::BitMulOp op, Operands in) {
    return map(op.getResult(), op.getBit(), in[0], op.getInput(), in[1], [](int64_t b, int64_t x) { return b ? x : 0; });
  }

  Result run(share::PeriodicOp op, Operands in) {
    unsigned k = formatOf(op.getInput()).width, fraction = formatOf(op.getResult()).fraction;
    return map(op.getResult(), in[0], [&](int64_t x) {
      return std::llrint(
          ideal::periodic(x, k, op.getFrequencies(), op.getConstant(), op.getCosines(), op.getSines(), op.getCoefficientBits(), fraction));
    });
  }
  Result run(share::ExpOp op, Operands in) {
    RingFormat from = formatOf(op.getInput());
    unsigned fraction = formatOf(op.getResult()).fraction;
    // Defined on (-(2^k - 2^(f+4)), 0] mod 2^k: what it makes of (0, 2^(f+4)] depends on the mask, and must not matter to the program.
    int64_t span = int64_t{1} << (from.fraction + 4);
    unsigned k = formatOf(op.getResult()).width;
    return map(op.getResult(), in[0], [&](int64_t x) {
      if (options.seed != 0 && x > 0 && x <= span)
        return static_cast<long long>(rounding.bits(k));
      return std::llrint(ideal::exponential(x, from.width, from.fraction, fraction));
    });
  }
};

} // namespace

FailureOr<tacit::NamedTensors> mlir::mpc::interpretIdeal(func::FuncOp function, const tacit::NamedTensors &inputs,
                                                         const InterpreterOptions &options) {
  return IdealEvaluator(options).runFunction(function, inputs);
}
