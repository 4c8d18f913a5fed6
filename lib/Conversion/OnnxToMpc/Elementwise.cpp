// Elementwise ops.
#include "Node.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// Numbers: ONNX gives arithmetic no meaning on truth values.
template <class OpTy> static LogicalResult convertUnary(Node &node) {
  if (isBit(node.in(0)))
    return node.fail("takes numbers, not " + describe(node.in(0)));
  return node.result(node.emit.unary<OpTy>(node.in(0)));
}
template <class OpTy> static LogicalResult convertBinary(Node &node) {
  if (isBit(node.in(0)) || isBit(node.in(1)))
    return node.fail("takes numbers, not " + describe(node.in(0)) + " and " + describe(node.in(1)));
  return node.result(node.emit.binary<OpTy>(node.in(0), node.in(1)));
}

// A function of reals: ONNX gives it no meaning on integers, and the verifier refuses them.
template <class OpTy> static LogicalResult convertReal(Node &node) {
  if (!isReal(node.in(0)))
    return node.fail("takes real numbers, not " + describe(node.in(0)));
  return convertUnary<OpTy>(node);
}

// Logical ops on bits; BitwiseAnd and kin too, where they stand on bits.
template <class OpTy> static LogicalResult convertLogic(Node &node) {
  for (Value input : node.inputs)
    if (!isBit(input))
      return node.fail("takes truth values, not " + describe(input));
  if constexpr (std::is_same_v<OpTy, NotOp>)
    return node.result(node.emit.unary<OpTy>(node.in(0)));
  else
    return node.result(node.emit.binary<OpTy>(node.in(0), node.in(1)));
}

static LogicalResult compare(Node &node, StringRef predicate) { return node.result(node.emit.compare(node.in(0), node.in(1), predicate)); }
static LogicalResult convertEqual(Node &node) { return compare(node, "eq"); }
static LogicalResult convertLess(Node &node) { return compare(node, "lt"); }
static LogicalResult convertLessOrEqual(Node &node) { return compare(node, "le"); }
static LogicalResult convertGreater(Node &node) { return compare(node, "gt"); }
static LogicalResult convertGreaterOrEqual(Node &node) { return compare(node, "ge"); }

static LogicalResult convertMod(Node &node) {
  Value lhs = node.in(0), rhs = node.in(1);
  bool fmod = node.getInt("fmod", 0) != 0;
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(shapeOf(lhs), shapeOf(rhs));
  if (failed(shape) || elementOf(lhs) != elementOf(rhs))
    return node.fail("operands " + describe(lhs) + " and " + describe(rhs) + " do not fit each other");
  return node.result(
      node.emit.finish(node.emit.builder.create<ModOp>(node.emit.loc, RankedTensorType::get(*shape, elementOf(lhs)), lhs, rhs, fmod)));
}

// Small whole exponents are products: x^2 is one multiplication in every protocol, x^y is none.
static LogicalResult convertPow(Node &node) {
  Emitter &emit = node.emit;
  Value base = node.in(0), exponent = node.in(1);
  std::optional<SmallVector<double>> values = emit.getReals(exponent);
  bool one = values && !values->empty() && llvm::all_equal(*values) && rankOf(exponent) <= rankOf(base) &&
             llvm::all_of(shapeOf(exponent), [](int64_t dim) { return dim == 1; });
  double power = one ? values->front() : 0;
  if (one && power == 1)
    return node.result(base);
  if (one && power == 2)
    return node.result(emit.mul(base, base));
  if (one && power == 3)
    return node.result(emit.mul(emit.mul(base, base), base));
  if (one && power == 4) {
    Value square = emit.mul(base, base);
    return node.result(emit.mul(square, square));
  }
  if (one && power == 0.5 && isReal(base))
    return node.result(emit.unary<SqrtOp>(base));
  if (one && power == -0.5 && isReal(base))
    return node.result(emit.unary<RsqrtOp>(base));
  if (one && power == -1 && isReal(base))
    return node.result(emit.unary<ReciprocalOp>(base));
  // The cast below would cut 2.5 to 2.
  auto isWhole = [](double x) { return x == std::floor(x); };
  if (!isReal(base) && isReal(exponent) && !(values && llvm::all_of(*values, isWhole)))
    return node.fail("raises integers to exponents " + describe(exponent) +
                     "; of integers, whole ones known at compile time are supported");
  return node.result(emit.binary<PowOp>(base, emit.cast(exponent, elementOf(base))));
}

template <class OpTy> static LogicalResult convertVariadic(Node &node) {
  Value value = node.in(0);
  for (Value next : ArrayRef<Value>(node.inputs).drop_front())
    value = node.emit.binary<OpTy>(value, next);
  return node.result(value);
}
static LogicalResult convertMean(Node &node) {
  if (failed(convertVariadic<AddOp>(node)))
    return failure();
  return node.result(node.emit.scale(node.outputs[0], 1.0 / static_cast<double>(node.inputs.size())));
}

// Bounds are attributes until opset 10, optional inputs since 11; absent, or the largest numbers of the type, they bound nothing.
static LogicalResult convertClip(Node &node) {
  Value value = node.in(0);
  auto bound = [&](size_t i, bool low) {
    if (!node.has(i))
      return;
    std::optional<SmallVector<double>> limit = node.emit.getReals(node.in(i));
    double extreme = isReal(value) ? 3.4028234e38 : isBit(value) ? 1 : std::ldexp(1.0, elementOf(value).getIntOrFloatBitWidth() - 1) - 1;
    if (limit && limit->size() == 1 && (low ? limit->front() <= -extreme : limit->front() >= extreme))
      return;
    value = low ? node.emit.binary<MaxOp>(value, node.in(i)) : node.emit.binary<MinOp>(value, node.in(i));
  };
  bound(1, true);
  if (value)
    bound(2, false);
  return node.result(value);
}

static LogicalResult convertTan(Node &node) {
  if (!isReal(node.in(0)))
    return node.fail("takes reals, not " + describe(node.in(0)));
  return node.result(node.emit.div(node.emit.unary<SinOp>(node.in(0)), node.emit.unary<CosOp>(node.in(0))));
}

//===-- Types ------------------------------------------------------------------------------------------------------===//

Type mlir::mpc::fromonnx::elementByNumber(Builder &builder, int64_t number) {
  switch (number) {
  case 1:  // float
  case 10: // float16
  case 11: // double
  case 16: // bfloat16
    return builder.getF32Type();
  case 7:  // int64
  case 12: // uint32
  case 13: // uint64
    return builder.getI64Type();
  case 2: // uint8
  case 3: // int8
  case 4: // uint16
  case 5: // int16
  case 6: // int32
    return builder.getI32Type();
  case 9: // bool
    return builder.getI1Type();
  default:
    return {};
  }
}

static LogicalResult convertCast(Node &node) {
  int64_t number = node.getInt("to", 0);
  Type element = elementByNumber(node.emit.builder, number);
  if (!element)
    return node.fail("casts to element type " + Twine(number) + ", which is not supported");
  return node.result(node.emit.cast(node.in(0), element));
}
static LogicalResult convertCastLike(Node &node) { return node.result(node.emit.cast(node.in(0), elementOf(node.in(1)))); }

static LogicalResult convertIdentity(Node &node) { return node.result(node.in(0)); }

// At inference Dropout passes its input on; its mask, which nobody reads then, is all true.
static LogicalResult convertDropout(Node &node) {
  std::optional<SmallVector<int64_t>> training = node.has(2) ? node.constInts(2, "training_mode") : SmallVector<int64_t>{0};
  if (!training || training->size() != 1 || training->front() != 0)
    return node.fail("training mode is not supported");
  if (node.wants(1))
    node.set(1, node.emit.splat(shapeOf(node.in(0)), node.emit.builder.getI1Type(), 1));
  return node.result(node.in(0));
}

static LogicalResult convertWhere(Node &node) { return node.result(node.emit.where(node.in(0), node.in(1), node.in(2))); }

static LogicalResult convertIsNaN(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  if (!isReal(input))
    return node.fail("takes real numbers, not " + describe(input));
  return node.result(
      emit.finish(emit.builder.create<IsNanOp>(emit.loc, RankedTensorType::get(shapeOf(input), emit.builder.getI1Type()), input)));
}

static LogicalResult convertIsInf(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Value above = emit.compare(input, emit.scalarLike(input, kInfinity), "eq"),
        below = emit.compare(input, emit.scalarLike(input, -kInfinity), "eq");
  bool positive = node.getInt("detect_positive", 1) != 0, negative = node.getInt("detect_negative", 1) != 0;
  if (!positive && !negative)
    return node.result(emit.splat(shapeOf(input), emit.builder.getI1Type(), 0));
  return node.result(positive && negative ? emit.binary<OrOp>(above, below) : positive ? above : below);
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::elementwiseRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Abs", 6, kLast, 1, convertUnary<AbsOp>, ""},
      {"", "Add", 7, kLast, 2, convertBinary<AddOp>, ""},
      {"", "And", 7, kLast, 2, convertLogic<AndOp>, ""},
      {"", "BitwiseAnd", 18, kLast, 2, convertLogic<AndOp>, "truth values"},
      {"", "BitwiseNot", 18, kLast, 1, convertLogic<NotOp>, "truth values"},
      {"", "BitwiseOr", 18, kLast, 2, convertLogic<OrOp>, "truth values"},
      {"", "BitwiseXor", 18, kLast, 2, convertLogic<XorOp>, "truth values"},
      {"", "Cast", 6, kLast, 1, convertCast, "reals become f32, integers of 8 and 16 bits i32; no strings, no 8-bit floats"},
      {"", "CastLike", 15, kLast, 2, convertCastLike, "as Cast"},
      {"", "Ceil", 6, kLast, 1, convertReal<CeilOp>, ""},
      {"", "Clip", 11, kLast, 1, convertClip, ""},
      {"", "Cos", 7, kLast, 1, convertReal<CosOp>, ""},
      {"", "Div", 7, kLast, 2, convertBinary<DivOp>, ""},
      {"", "Dropout", 10, kLast, 1, convertDropout, "inference"},
      {"", "Equal", 7, kLast, 2, convertEqual, ""},
      {"", "Erf", 9, kLast, 1, convertReal<ErfOp>, ""},
      {"", "Exp", 6, kLast, 1, convertReal<ExpOp>, ""},
      {"", "Floor", 6, kLast, 1, convertReal<FloorOp>, ""},
      {"", "Greater", 7, kLast, 2, convertGreater, ""},
      {"", "GreaterOrEqual", 12, kLast, 2, convertGreaterOrEqual, ""},
      {"", "Identity", 1, kLast, 1, convertIdentity, ""},
      {"", "IsInf", 10, kLast, 1, convertIsInf, ""},
      {"", "IsNaN", 9, kLast, 1, convertIsNaN, ""},
      {"", "Less", 7, kLast, 2, convertLess, ""},
      {"", "LessOrEqual", 12, kLast, 2, convertLessOrEqual, ""},
      {"", "Log", 6, kLast, 1, convertReal<LogOp>, ""},
      {"", "Max", 8, kLast, 1, convertVariadic<MaxOp>, ""},
      {"", "Mean", 8, kLast, 1, convertMean, ""},
      {"", "Min", 8, kLast, 1, convertVariadic<MinOp>, ""},
      {"", "Mod", 10, kLast, 2, convertMod, ""},
      {"", "Mul", 7, kLast, 2, convertBinary<MulOp>, ""},
      {"", "Neg", 6, kLast, 1, convertUnary<NegOp>, ""},
      {"", "Not", 1, kLast, 1, convertLogic<NotOp>, ""},
      {"", "Or", 7, kLast, 2, convertLogic<OrOp>, ""},
      {"", "Pow", 7, kLast, 2, convertPow, ""},
      {"", "Reciprocal", 6, kLast, 1, convertReal<ReciprocalOp>, ""},
      {"", "Relu", 6, kLast, 1, convertUnary<ReluOp>, ""},
      {"", "Round", 11, kLast, 1, convertReal<RoundOp>, ""},
      {"", "Sigmoid", 6, kLast, 1, convertReal<SigmoidOp>, ""},
      {"", "Sign", 9, kLast, 1, convertUnary<SignOp>, ""},
      {"", "Sin", 7, kLast, 1, convertReal<SinOp>, ""},
      {"", "Sqrt", 6, kLast, 1, convertReal<SqrtOp>, ""},
      {"", "Sub", 7, kLast, 2, convertBinary<SubOp>, ""},
      {"", "Sum", 8, kLast, 1, convertVariadic<AddOp>, ""},
      {"", "Tan", 7, kLast, 1, convertTan, ""},
      {"", "Tanh", 6, kLast, 1, convertReal<TanhOp>, ""},
      {"", "Where", 9, kLast, 3, convertWhere, ""},
      {"", "Xor", 7, kLast, 2, convertLogic<XorOp>, ""},
  };
  return rules;
}
