// Activations: functions of one number, made of what the dialect has. Integers are refused where ONNX gives no meaning.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static LogicalResult convertGelu(Node &node) {
  StringRef form = node.getText("approximate", "none");
  if (form != "none" && form != "tanh")
    return node.fail("attribute 'approximate': expected none or tanh, found '" + form + "'");
  return node.result(node.emit.finish(node.emit.builder.create<GeluOp>(node.emit.loc, node.in(0).getType(), node.in(0), form == "tanh")));
}

static LogicalResult convertFastGelu(Node &node) {
  Value input = node.has(1) ? node.emit.add(node.in(0), node.in(1)) : node.in(0);
  if (!input)
    return failure();
  return node.result(node.emit.finish(node.emit.builder.create<GeluOp>(node.emit.loc, input.getType(), input, /*tanh=*/true)));
}

static LogicalResult convertBiasGelu(Node &node) {
  Value input = node.has(1) ? node.emit.add(node.in(0), node.in(1)) : node.in(0);
  if (!input)
    return failure();
  return node.result(node.emit.finish(node.emit.builder.create<GeluOp>(node.emit.loc, input.getType(), input, /*tanh=*/false)));
}

// x sigmoid(alpha x): FastGelu's cousin in com.microsoft.
static LogicalResult convertQuickGelu(Node &node) {
  Emitter &emit = node.emit;
  double alpha = node.getReal("alpha", 1.702);
  Value input = node.in(0);
  return node.result(emit.mul(input, emit.unary<SigmoidOp>(emit.scale(input, alpha))));
}

static LogicalResult convertLeakyRelu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  double alpha = node.getReal("alpha", 0.01);
  return node.result(emit.add(emit.binary<MaxOp>(input, zero), emit.scale(emit.binary<MinOp>(input, zero), alpha)));
}

static LogicalResult convertPRelu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  return node.result(emit.add(emit.binary<MaxOp>(input, zero), emit.mul(node.in(1), emit.binary<MinOp>(input, zero))));
}

// max(0, min(1, alpha x + beta))
static Value hardSigmoid(Emitter &emit, Value input, double alpha, double beta) {
  Value line = emit.add(emit.scale(input, alpha), emit.scalarLike(input, beta));
  return emit.binary<MaxOp>(emit.binary<MinOp>(line, emit.scalarLike(input, 1)), emit.scalarLike(input, 0));
}
static LogicalResult convertHardSigmoid(Node &node) {
  return node.result(hardSigmoid(node.emit, node.in(0), node.getReal("alpha", 0.2), node.getReal("beta", 0.5)));
}
static LogicalResult convertHardSwish(Node &node) {
  return node.result(node.emit.mul(node.in(0), hardSigmoid(node.emit, node.in(0), 1.0 / 6, 0.5)));
}

// log(1 + e^x), as max(x, 0) + log(1 + e^-|x|), which does not overflow.
static Value softplus(Emitter &emit, Value input) {
  Value tail = emit.unary<LogOp>(emit.add(emit.unary<ExpOp>(emit.unary<NegOp>(emit.unary<AbsOp>(input))), emit.scalarLike(input, 1)));
  return emit.add(emit.unary<ReluOp>(input), tail);
}
static LogicalResult convertSoftplus(Node &node) { return node.result(softplus(node.emit, node.in(0))); }

static LogicalResult convertElu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  Value below = emit.sub(emit.unary<ExpOp>(emit.binary<MinOp>(input, zero)), emit.scalarLike(input, 1));
  return node.result(emit.add(emit.unary<ReluOp>(input), emit.scale(below, node.getReal("alpha", 1.0))));
}

// x / (1 + |x|) = 1 - 1 / (1 + |x|) with the sign of x: no large x multiplies the error of the inverse.
static LogicalResult convertSoftsign(Node &node) {
  Emitter &emit = node.emit;
  if (!isReal(node.in(0)))
    return node.fail("takes reals, not " + describe(node.in(0)));
  Value zero = emit.realScalar(0), one = emit.realScalar(1);
  Value rest = emit.unary<ReciprocalOp>(emit.add(emit.unary<AbsOp>(node.in(0)), one));
  return node.result(emit.where(emit.compare(node.in(0), zero, "lt"), emit.sub(rest, one), emit.sub(one, rest)));
}

// alpha (e^(min(x, 0) / alpha) - 1) + max(x, 0)
static LogicalResult convertCelu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  double alpha = node.getReal("alpha", 1.0);
  if (!isReal(input) || alpha == 0)
    return node.fail("takes reals and an alpha other than 0, found " + describe(input));
  Value below = emit.sub(emit.unary<ExpOp>(emit.scale(emit.binary<MinOp>(input, zero), 1 / alpha)), emit.scalarLike(input, 1));
  return node.result(emit.add(emit.unary<ReluOp>(input), emit.scale(below, alpha)));
}

// Klambauer et al. 2017: gamma (x or alpha (e^x - 1))
static LogicalResult convertSelu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  double alpha = node.getReal("alpha", 1.67326319217681884765625), gamma = node.getReal("gamma", 1.05070102214813232421875);
  if (!isReal(input))
    return node.fail("takes reals, not " + describe(input));
  Value below = emit.sub(emit.unary<ExpOp>(emit.binary<MinOp>(input, zero)), emit.scalarLike(input, 1));
  return node.result(emit.add(emit.scale(emit.unary<ReluOp>(input), gamma), emit.scale(below, alpha * gamma)));
}

// x tanh(log(1 + e^x)) (Misra 2019); from -16 down it is 0 to seven digits, where x would multiply the error of tanh.
static LogicalResult convertMish(Node &node) {
  if (!isReal(node.in(0)))
    return node.fail("takes reals, not " + describe(node.in(0)));
  Value factor = node.emit.binary<MaxOp>(node.in(0), node.emit.realScalar(-16));
  return node.result(node.emit.mul(factor, node.emit.unary<TanhOp>(softplus(node.emit, node.in(0)))));
}

// x where x > alpha, else 0
static LogicalResult convertThresholdedRelu(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  return node.result(
      emit.where(emit.compare(input, emit.scalarLike(input, node.getReal("alpha", 1.0)), "gt"), input, emit.scalarLike(input, 0)));
}

// x + bias below -lambd, x - bias above lambd, else 0
static LogicalResult convertShrink(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), zero = emit.scalarLike(input, 0);
  double bias = node.getReal("bias", 0), lambda = node.getReal("lambd", 0.5);
  if (!isReal(input))
    return node.fail("takes reals, not " + describe(input));
  Value above = emit.where(emit.compare(input, emit.scalarLike(input, lambda), "gt"), emit.sub(input, emit.scalarLike(input, bias)), zero);
  return node.result(
      emit.where(emit.compare(input, emit.scalarLike(input, -lambda), "lt"), emit.add(input, emit.scalarLike(input, bias)), above));
}

// (e^x - e^-x) / 2 and (e^x + e^-x) / 2
static LogicalResult convertHyperbolic(Node &node, bool cosine) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  if (!isReal(input))
    return node.fail("takes reals, not " + describe(input));
  Value up = emit.unary<ExpOp>(input), down = emit.unary<ExpOp>(emit.unary<NegOp>(input));
  return node.result(emit.scale(cosine ? emit.add(up, down) : emit.sub(up, down), 0.5));
}
static LogicalResult convertCosh(Node &node) { return convertHyperbolic(node, true); }
static LogicalResult convertSinh(Node &node) { return convertHyperbolic(node, false); }

ArrayRef<OnnxRule> mlir::mpc::fromonnx::activationRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Celu", 12, kLast, 1, convertCelu, ""},
      {"", "Cosh", 9, kLast, 1, convertCosh, "as Exp"},
      {"", "Elu", 6, kLast, 1, convertElu, ""},
      {"", "Gelu", 20, kLast, 1, convertGelu, ""},
      {"", "HardSigmoid", 6, kLast, 1, convertHardSigmoid, ""},
      {"", "HardSwish", 14, kLast, 1, convertHardSwish, ""},
      {"", "LeakyRelu", 6, kLast, 1, convertLeakyRelu, ""},
      {"", "Mish", 18, kLast, 1, convertMish, ""},
      {"", "PRelu", 9, kLast, 2, convertPRelu, ""},
      {"", "Selu", 6, kLast, 1, convertSelu, ""},
      {"", "Shrink", 9, kLast, 1, convertShrink, ""},
      {"", "Sinh", 9, kLast, 1, convertSinh, "as Exp"},
      {"", "Softplus", 1, kLast, 1, convertSoftplus, ""},
      {"", "Softsign", 1, kLast, 1, convertSoftsign, ""},
      {"", "ThresholdedRelu", 10, kLast, 1, convertThresholdedRelu, ""},
      {"com.microsoft", "BiasGelu", 1, kLast, 2, convertBiasGelu, ""},
      {"com.microsoft", "FastGelu", 1, kLast, 1, convertFastGelu, ""},
      {"com.microsoft", "Gelu", 1, kLast, 1, convertGelu, ""},
      {"com.microsoft", "QuickGelu", 1, kLast, 1, convertQuickGelu, ""},
  };
  return rules;
}
