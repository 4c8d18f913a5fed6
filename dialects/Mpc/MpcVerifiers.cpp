// Verifiers of the ops that compute: secrecy, shapes, kinds of elements, formats. Constraints by number: README.md.
#include "dialects/Mpc/MpcShapes.h"

#include <cmath>
#include <optional>

using namespace mlir;
using namespace mlir::mpc;

//===-- Helpers ----------------------------------------------------------------------------------------------------===//

static Type plainOf(Value value) { return getPlainElementType(elementOf(value)); }
static FxpType formatOf(Value value) { return llvm::dyn_cast<FxpType>(plainOf(value)); }
static bool isBit(Value value) { return plainOf(value).isInteger(1); }
static bool isInteger(Value value) { return plainOf(value).isInteger(64) || plainOf(value).isInteger(32); }
static bool isNumber(Value value) { return !isBit(value); }
static bool isReal(Value value) { return plainOf(value).isF32() || formatOf(value); }

// MPC-C20: a result is secret exactly if an operand is. Nothing but an owner or a reveal makes a secret plain.
static LogicalResult checkSecrecy(Operation *op) {
  bool secretIn = llvm::any_of(op->getOperandTypes(), isSecret), secretOut = isSecret(op->getResult(0).getType());
  if (secretIn && !secretOut)
    return violates(op, "MPC-C20", "would open a secret: its result is plain");
  if (!secretIn && secretOut)
    return violates(op, "MPC-C20", "result is secret though no operand is");
  return success();
}

// MPC-C23: fixed point only where docs/spec/formats.md knows the op.
static LogicalResult checkNoFormat(Operation *op) {
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()), SmallVector<Value>(op->getResults())))
    if (formatOf(value))
      return violates(op, "MPC-C23", "has no fixed-point form; it must be approximated before formats are assigned");
  return success();
}

// MPC-C21: all operands that are not null broadcast to the result's shape.
static LogicalResult checkBroadcast(Operation *op, ArrayRef<Value> operands) {
  SmallVector<int64_t> shape;
  for (Value operand : operands) {
    auto joined = broadcastShapes(shape, shapeOf(operand));
    if (failed(joined))
      return violates(op, "MPC-C21", "cannot broadcast " + describeShape(shape) + " and " + describeShape(shapeOf(operand)) + " together");
    shape = *joined;
  }
  return checkShape(op, "MPC-C21", op->getResult(0), shape);
}

// MPC-C22: the kinds of elements that an op takes.
static LogicalResult checkKind(Operation *op, bool fits, const Twine &what) {
  return fits ? success() : violates(op, "MPC-C22", "takes " + what);
}

// Operands and result are of one kind, or the result is fixed point and so is each operand that is secret.
static bool sameKind(ArrayRef<Value> operands, Value result) {
  return llvm::all_of(operands, [&](Value v) {
    if (plainOf(v) == plainOf(result))
      return true;
    if (!formatOf(result))
      return false;
    return isSecret(v.getType()) ? !!formatOf(v) : isNumber(v);
  });
}

// MPC-C24: what stays in its fraction: f equal, k_i >= k.
static LogicalResult checkSameFormat(Operation *op, ArrayRef<Value> operands, Value result) {
  FxpType to = formatOf(result);
  for (Value v : operands)
    if (FxpType from = formatOf(v); to && from && (from.getFraction() != to.getFraction() || from.getWidth() < to.getWidth()))
      return op->emitOpError() << "operand format " << from << " does not fit " << to
                               << ": one fraction and at least its width are needed (MPC-C24)";
  return success();
}

// Fractional bits in which a public operand of a product is encoded, where that is known already.
static std::optional<unsigned> publicFraction(Operation *op, Value v) {
  if (auto attr = op->getAttrOfType<IntegerAttr>("mpc.public_fraction"))
    return static_cast<unsigned>(attr.getInt());
  return isInteger(v) || isBit(v) ? std::optional<unsigned>(0) : std::nullopt;
}

// MPC-C25: a product's truncation t = fa + fb - f >= 0 with k <= K - t.
static LogicalResult checkProductFormat(Operation *op, Value lhs, Value rhs, Value result) {
  FxpType a = formatOf(lhs), b = formatOf(rhs), to = formatOf(result);
  if (!to)
    return success();
  if (!a && !b)
    return violates(op, "MPC-C25", "fixed-point result without a fixed-point operand");
  unsigned ring = a && b ? std::min(a.getWidth(), b.getWidth()) : (a ? a : b).getWidth();
  auto fa = a ? std::optional<unsigned>(a.getFraction()) : publicFraction(op, lhs),
       fb = b ? std::optional<unsigned>(b.getFraction()) : publicFraction(op, rhs);
  if (!fa || !fb)
    return success(); // the conversion to share asks for mpc.public_fraction
  unsigned fraction = *fa + *fb;
  if (fraction < to.getFraction() || to.getWidth() + (fraction - to.getFraction()) > ring)
    return op->emitOpError() << "a product of " << ring << " bits with " << fraction << " fractional cannot become " << to
                             << ": t >= 0 and k <= K - t are needed (MPC-C25)";
  return success();
}

static LogicalResult all(std::initializer_list<LogicalResult> results) {
  return success(llvm::all_of(results, [](LogicalResult r) { return succeeded(r); }));
}

//===-- Elementwise ------------------------------------------------------------------------------------------------===//

// A function of one operand: same shape, secrecy and kind, real where `real`.
static LogicalResult verifyUnary(Operation *op, bool real, bool fixedPoint) {
  Value input = op->getOperand(0), result = op->getResult(0);
  if (failed(checkSecrecy(op)) || failed(checkBroadcast(op, {input})))
    return failure();
  if (failed(checkKind(op, (real ? plainOf(input).isF32() || formatOf(input) : isNumber(input)) && sameKind({input}, result),
                       real ? "real numbers and makes the same" : "numbers and makes the same")))
    return failure();
  return fixedPoint ? checkSameFormat(op, {input}, result) : checkNoFormat(op);
}

LogicalResult NegOp::verify() { return verifyUnary(*this, false, true); }
LogicalResult AbsOp::verify() { return verifyUnary(*this, false, false); }
LogicalResult SignOp::verify() { return verifyUnary(*this, false, false); }
LogicalResult ReluOp::verify() { return verifyUnary(*this, false, false); }
LogicalResult ExpOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult LogOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult SqrtOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult RsqrtOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult ReciprocalOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult TanhOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult SigmoidOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult SiluOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult ErfOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult GeluOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult SinOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult CosOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult FloorOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult CeilOp::verify() { return verifyUnary(*this, true, false); }
LogicalResult RoundOp::verify() { return verifyUnary(*this, true, false); }

// A truncation of the whole fraction, whose rounding is a coin's (MPC-C26).
LogicalResult NearOp::verify() {
  if (failed(checkSecrecy(*this)) || failed(checkBroadcast(*this, {getInput()})) ||
      failed(checkKind(*this, isReal(getInput()) && sameKind({getInput()}, getResult()), "real numbers and makes the same")))
    return failure();
  FxpType from = formatOf(getInput()), to = formatOf(getResult());
  if (to && (!from || to.getFraction() != 0 || to.getWidth() + from.getFraction() > from.getWidth()))
    return violates(*this, "MPC-C26", "makes fixed point without fraction, k' <= k - f");
  return success();
}

LogicalResult NotOp::verify() {
  return all({checkSecrecy(*this), checkBroadcast(*this, {getInput()}),
              checkKind(*this, isBit(getInput()) && isBit(getResult()), "i1 and makes i1")});
}

LogicalResult IsNanOp::verify() {
  return all({checkSecrecy(*this), checkBroadcast(*this, {getInput()}),
              checkKind(*this, isReal(getInput()) && isBit(getResult()), "real numbers and makes i1")});
}

// Of the casts to fixed point only that of a bit has a gate.
LogicalResult CastOp::verify() {
  if (failed(checkSecrecy(*this)) || failed(checkBroadcast(*this, {getInput()})))
    return failure();
  if ((formatOf(getResult()) && !isBit(getInput()) && getInput().getType() != getType()) ||
      (formatOf(getInput()) && getInput().getType() != getType()))
    return violates(
        *this, "MPC-C23",
        "casts no fixed-point value but to its own type (mpc.rescale changes formats), and of secrets only bits to fixed point");
  return success();
}

// MPC-C26: truncation keeps the value's bits above it, f' < f needs k' <= k - (f - f').
LogicalResult RescaleOp::verify() {
  if (failed(checkSecrecy(*this)) || failed(checkBroadcast(*this, {getInput()})))
    return failure();
  FxpType from = formatOf(getInput()), to = formatOf(getResult());
  // Before formats are assigned it states a range: the identity.
  if (getInput().getType() == getType() && plainOf(getInput()).isF32())
    return success();
  if (!from || !to)
    return violates(*this, "MPC-C26", "takes fixed point and makes fixed point");
  if (to.getFraction() < from.getFraction() && to.getWidth() + (from.getFraction() - to.getFraction()) > from.getWidth())
    return emitOpError() << "cannot truncate " << from << " to " << to << ": k' <= k - (f - f') is needed (MPC-C26)";
  if (to.getWidth() > from.getWidth() && from.getWidth() < 2)
    return violates(*this, "MPC-C26", "cannot extend a ring of 1 bit");
  return success();
}

enum class Formats { None, Same, Product };

static LogicalResult verifyBinary(Operation *op, Formats formats) {
  Value lhs = op->getOperand(0), rhs = op->getOperand(1), result = op->getResult(0);
  if (failed(checkSecrecy(op)) || failed(checkBroadcast(op, {lhs, rhs})) ||
      failed(checkKind(op, isNumber(lhs) && isNumber(rhs) && sameKind({lhs, rhs}, result), "two numbers of one kind and makes the same")))
    return failure();
  if (formats == Formats::None)
    return checkNoFormat(op);
  return formats == Formats::Same ? checkSameFormat(op, {lhs, rhs}, result) : checkProductFormat(op, lhs, rhs, result);
}

LogicalResult AddOp::verify() { return verifyBinary(*this, Formats::Same); }
LogicalResult SubOp::verify() { return verifyBinary(*this, Formats::Same); }
LogicalResult MulOp::verify() { return verifyBinary(*this, Formats::Product); }
LogicalResult DivOp::verify() { return verifyBinary(*this, Formats::None); }
LogicalResult PowOp::verify() { return verifyBinary(*this, Formats::None); }
LogicalResult ModOp::verify() { return verifyBinary(*this, Formats::None); }
LogicalResult MinOp::verify() { return verifyBinary(*this, Formats::None); }
LogicalResult MaxOp::verify() { return verifyBinary(*this, Formats::None); }

static LogicalResult verifyLogic(Operation *op) {
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  return all({checkSecrecy(op), checkBroadcast(op, {lhs, rhs}),
              checkKind(op, isBit(lhs) && isBit(rhs) && isBit(op->getResult(0)), "two i1 and makes i1")});
}

LogicalResult AndOp::verify() { return verifyLogic(*this); }
LogicalResult OrOp::verify() { return verifyLogic(*this); }
LogicalResult XorOp::verify() { return verifyLogic(*this); }

LogicalResult CompareOp::verify() {
  if (!llvm::is_contained({"eq", "ne", "lt", "le", "gt", "ge"}, getPredicate()))
    return violates(*this, "MPC-C27", "predicate must be eq, ne, lt, le, gt or ge, not \"" + getPredicate() + "\"");
  if (isBit(getLhs()) && getPredicate() != "eq" && getPredicate() != "ne")
    return violates(*this, "MPC-C27", "i1 has no order: only eq and ne compare it");
  return all({checkSecrecy(*this), checkBroadcast(*this, {getLhs(), getRhs()}),
              checkKind(*this, plainOf(getLhs()) == plainOf(getRhs()) && isBit(getResult()), "two values of one kind and makes i1"),
              checkNoFormat(*this)});
}

LogicalResult WhereOp::verify() {
  if (failed(checkSecrecy(*this)) || failed(checkBroadcast(*this, {getCondition(), getLhs(), getRhs()})) ||
      failed(checkKind(*this, isBit(getCondition()) && sameKind({getLhs(), getRhs()}, getResult()),
                       "an i1 and two values of the result's kind")))
    return failure();
  if (isSecret(getCondition().getType()))
    return checkNoFormat(*this);
  return checkSameFormat(*this, {getLhs(), getRhs()}, getResult());
}

//===-- Reductions, products, indices --------------------------------------------------------------------------------===//

LogicalResult ReduceOp::verify() {
  if (!llvm::is_contained({"sum", "mean", "max", "min", "prod"}, getKind()))
    return violates(*this, "MPC-C28", "kind must be sum, mean, max, min or prod, not \"" + getKind() + "\"");
  auto shape = reducedShape(shapeOf(getInput()), getAxes());
  if (failed(shape))
    return violates(*this, "MPC-C28", "axes must be sorted, distinct and dimensions of the input");
  if (failed(checkSecrecy(*this)) || failed(checkShape(*this, "MPC-C28", getResult(), *shape)) ||
      failed(checkKind(*this, isNumber(getInput()) && sameKind({getInput()}, getResult()), "numbers and makes the same")))
    return failure();
  return getKind() == "sum" ? checkSameFormat(*this, {getInput()}, getResult()) : checkNoFormat(*this);
}

LogicalResult MatmulOp::verify() {
  auto shape = matmulShape(shapeOf(getLhs()), shapeOf(getRhs()));
  if (failed(shape))
    return violates(*this, "MPC-C29", "cannot multiply " + describeShape(shapeOf(getLhs())) + " by " + describeShape(shapeOf(getRhs())));
  if (failed(checkSecrecy(*this)) || failed(checkShape(*this, "MPC-C29", getResult(), *shape)))
    return failure();
  // A shared one-hot (i1 before formats, fixed point after) selects rows.
  bool kinds = isNumber(getResult()) && sameKind({getLhs(), getRhs()}, getResult());
  if (failed(checkKind(*this, kinds && isNumber(getLhs()) && isNumber(getRhs()), "two numbers of one kind and makes the same")))
    return failure();
  return checkProductFormat(*this, getLhs(), getRhs(), getResult());
}

static LogicalResult checkAxis(Operation *op, int64_t axis, Value input) {
  int64_t rank = shapeOf(input).size();
  return axis >= 0 && axis < rank ? success() : violates(op, "MPC-C30", "axis must be in [0, " + Twine(rank) + "), not " + Twine(axis));
}

LogicalResult CumsumOp::verify() { return failed(checkAxis(*this, getAxis(), getInput())) ? failure() : verifyUnary(*this, false, false); }

LogicalResult ArgmaxOp::verify() {
  if (failed(checkAxis(*this, getAxis(), getInput())) || failed(checkSecrecy(*this)))
    return failure();
  SmallVector<int64_t> shape(shapeOf(getInput()));
  shape[getAxis()] = 1;
  return all({checkShape(*this, "MPC-C30", getResult(), shape),
              checkKind(*this, isNumber(getInput()) && plainOf(getResult()).isInteger(64), "numbers and makes i64"), checkNoFormat(*this)});
}

LogicalResult OneHotOp::verify() {
  int64_t depth = getDepth();
  if (depth < 1)
    return violates(*this, "MPC-C31", "depth must be at least 1");
  SmallVector<int64_t> shape(shapeOf(getInput()));
  shape.push_back(depth);
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C31", getResult(), shape),
              checkKind(*this, isInteger(getInput()) && isBit(getResult()), "integers and makes i1")});
}

LogicalResult GatherNdOp::verify() {
  ArrayRef<int64_t> in = shapeOf(getInput()), at = shapeOf(getIndices());
  int64_t batch = getBatchDims(), depth = at.empty() ? 0 : at.back();
  if (!plainOf(getIndices()).isInteger(64) && !plainOf(getIndices()).isInteger(32))
    return violates(*this, "MPC-C32", "indices must be i64 or i32");
  bool fits = batch >= 0 && batch < static_cast<int64_t>(at.size()) && depth >= 1 && batch + depth <= static_cast<int64_t>(in.size());
  if (!fits || in.take_front(batch) != at.take_front(batch))
    return violates(*this, "MPC-C32", "needs equal batch dimensions and indices into dimensions that the input has");
  SmallVector<int64_t> shape(at.drop_back());
  llvm::append_range(shape, in.drop_front(batch + depth));
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C32", getResult(), shape),
              checkKind(*this, plainOf(getInput()) == plainOf(getResult()), "elements of the result's kind")});
}

//===-- Named functions of transformers ------------------------------------------------------------------------------===//

LogicalResult EmbeddingOp::verify() {
  if (shapeOf(getTable()).size() != 2)
    return violates(*this, "MPC-C33", "table must have 2 dimensions, not " + Twine(shapeOf(getTable()).size()));
  SmallVector<int64_t> shape(shapeOf(getIds()));
  shape.push_back(shapeOf(getTable())[1]);
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C33", getResult(), shape),
              checkKind(*this, isInteger(getIds()) && sameKind({getTable()}, getResult()), "integers and a table of the result's kind"),
              checkSameFormat(*this, {getTable()}, getResult())});
}

// MPC-C34: a mask that broadcasts to the scores.
static LogicalResult checkBias(Operation *op, Value bias, ArrayRef<int64_t> scores) {
  if (!bias)
    return success();
  if (!elementOf(bias).isF32() || !broadcastsTo(shapeOf(bias), scores))
    return violates(op, "MPC-C34", "bias must be f32 and broadcast to " + describeShape(scores));
  return success();
}

LogicalResult SoftmaxOp::verify() {
  if (shapeOf(getInput()).empty())
    return violates(*this, "MPC-C34", "needs a last dimension");
  if (failed(checkBias(*this, getBias(), shapeOf(getInput()))))
    return failure();
  return verifyUnary(*this, true, false);
}

LogicalResult AttentionOp::verify() {
  ArrayRef<int64_t> q = shapeOf(getQuery()), k = shapeOf(getKey()), v = shapeOf(getValue());
  size_t rank = q.size();
  if (rank < 3 || k.size() != rank || v.size() != rank || q.drop_back(3) != k.drop_back(3) || k.drop_back(1) != v.drop_back(1) ||
      q.back() != k.back())
    return violates(*this, "MPC-C35", "needs query [..., H, Sq, D], key [..., Hkv, Sk, D] and value [..., Hkv, Sk, Dv]");
  int64_t heads = q[rank - 3], shared = k[rank - 3];
  if (shared == 0 || heads % shared != 0)
    return violates(*this, "MPC-C35", "the query's " + Twine(heads) + " heads must be a multiple of the key's " + Twine(shared));
  SmallVector<int64_t> scores(q.drop_back()), shape(q.drop_back());
  scores.push_back(k[rank - 2]);
  shape.push_back(v.back());
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C35", getResult(), shape), checkBias(*this, getBias(), scores),
              checkKind(*this, isReal(getResult()) && sameKind({getQuery(), getKey(), getValue()}, getResult()),
                        "real numbers and makes the same"),
              checkNoFormat(*this)});
}

// MPC-C36: gain and bias broadcast to the input, epsilon >= 0.
static LogicalResult verifyNorm(Operation *op, Value input, ArrayRef<Value> factors, double epsilon) {
  if (!(epsilon >= 0) || shapeOf(input).empty())
    return violates(op, "MPC-C36", "needs a last dimension and an epsilon >= 0");
  SmallVector<Value> operands{input};
  for (Value factor : factors) {
    if (!factor)
      continue;
    if (!broadcastsTo(shapeOf(factor), shapeOf(input)))
      return violates(op, "MPC-C36", "gain and bias must broadcast to the input, " + describeShape(shapeOf(input)));
    operands.push_back(factor);
  }
  return all({checkSecrecy(op), checkShape(op, "MPC-C36", op->getResult(0), shapeOf(input)),
              checkKind(op, isReal(op->getResult(0)) && sameKind(operands, op->getResult(0)), "real numbers and makes the same"),
              checkNoFormat(op)});
}

LogicalResult LayerNormOp::verify() { return verifyNorm(*this, getInput(), {getGain(), getBias()}, getEpsilon().convertToDouble()); }
LogicalResult RmsNormOp::verify() { return verifyNorm(*this, getInput(), {getGain()}, getEpsilon().convertToDouble()); }

LogicalResult RotaryOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (shape.size() < 2 || shape.back() % 2 != 0)
    return violates(*this, "MPC-C37", "needs [..., S, D] with D even");
  for (Value angle : {getCos(), getSin()})
    if (!elementOf(angle).isF32() || !broadcastsTo(shapeOf(angle), shape))
      return violates(*this, "MPC-C37", "cos and sin must be public f32 and broadcast to " + describeShape(shape));
  if (failed(checkSecrecy(*this)) || failed(checkShape(*this, "MPC-C37", getResult(), shape)) ||
      failed(checkKind(*this, isReal(getInput()) && sameKind({getInput()}, getResult()), "real numbers and makes the same")))
    return failure();
  return checkProductFormat(*this, getInput(), getCos(), getResult());
}

//===-- Primitives that gates compute --------------------------------------------------------------------------------===//

// Exponent of a power of two >= 1; nullopt for anything else.
static std::optional<unsigned> exactLog2(double x) {
  int exponent = 0;
  if (!(x >= 1) || !std::isfinite(x) || std::frexp(x, &exponent) != 0.5)
    return std::nullopt;
  return static_cast<unsigned>(exponent - 1);
}

// Input and result both real or both fixed point, one shape.
static LogicalResult verifyPrimitive(Operation *op) {
  Value input = op->getOperand(0), result = op->getResult(0);
  return all(
      {checkSecrecy(op), checkBroadcast(op, {input}),
       checkKind(op, isReal(input) && isReal(result) && !formatOf(input) == !formatOf(result), "real numbers and makes real numbers")});
}

LogicalResult PeriodicOp::verify() {
  auto span = exactLog2(getPeriod().convertToDouble());
  if (!span)
    return violates(*this, "MPC-C38", "period must be a power of two and at least 1");
  size_t terms = getFrequencies().size();
  if (getCosines().size() != terms || getSines().size() != terms)
    return violates(*this, "MPC-C38", "needs a cosine and a sine coefficient for each of " + Twine(terms) + " frequencies");
  if (!(getLow().convertToDouble() < getHigh().convertToDouble()) || !(getError().convertToDouble() >= 0))
    return violates(*this, "MPC-C38", "needs low < high and error >= 0");
  if (FxpType from = formatOf(getInput()); from && *span + from.getFraction() > from.getWidth())
    return emitOpError() << "reads " << *span + from.getFraction() << " bits of " << from << " (MPC-C38)";
  return verifyPrimitive(*this);
}

LogicalResult ExpNegativeOp::verify() {
  auto span = exactLog2(getFloor().convertToDouble() + 16);
  if (!span || *span < 5)
    return violates(*this, "MPC-C39", "floor must be 16, 48, 112, ...: 32 A - 16 for A a power of two");
  FxpType from = formatOf(getInput()), to = formatOf(getResult());
  if (from && *span + from.getFraction() > from.getWidth())
    return emitOpError() << "reads " << *span + from.getFraction() << " bits of " << from << " (MPC-C39)";
  if (to && to.getWidth() < to.getFraction() + 3)
    return emitOpError() << "result format " << to << " needs 3 bits above its fraction (MPC-C39)";
  return verifyPrimitive(*this);
}

// MPC-C42: [T] + shape(x), and x - T in the ring's range.
LogicalResult BelowOp::verify() {
  int64_t count = getThresholds().size();
  SmallVector<int64_t> shape{count};
  llvm::append_range(shape, shapeOf(getInput()));
  if (count == 0)
    return violates(*this, "MPC-C42", "needs at least one threshold");
  for (double t : getThresholds()) {
    if (!std::isfinite(t))
      return violates(*this, "MPC-C42", "thresholds must be finite");
    if (FxpType from = formatOf(getInput()); from && std::abs(std::ldexp(t, from.getFraction())) > std::ldexp(1.0, from.getWidth() - 1))
      return emitOpError() << "threshold " << t << " lies outside " << from << " (MPC-C42)";
  }
  if (auto tolerance = getTolerance(); tolerance && !(tolerance->convertToDouble() > 0 && std::isfinite(tolerance->convertToDouble())))
    return violates(*this, "MPC-C42", "the tolerance must be positive and finite");
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C42", getResult(), shape),
              checkKind(*this, isNumber(getInput()) && isBit(getResult()), "numbers and makes i1")});
}

LogicalResult BitSumOp::verify() {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (shape.empty() || shape.front() != static_cast<int64_t>(getCoefficients().size()))
    return violates(*this, "MPC-C43", "needs a coefficient for each of the bits along the first dimension");
  return all({checkSecrecy(*this), checkShape(*this, "MPC-C43", getResult(), shape.drop_front()),
              checkKind(*this, isBit(getInput()) && isReal(getResult()), "i1 and makes real numbers")});
}

LogicalResult SelectOp::verify() {
  if (!broadcastsTo(shapeOf(getBit()), shapeOf(getInput())))
    return violates(*this, "MPC-C44", "the bit must broadcast to " + describeShape(shapeOf(getInput())));
  if (failed(checkSecrecy(*this)) || failed(checkShape(*this, "MPC-C44", getResult(), shapeOf(getInput()))) ||
      failed(checkKind(*this, isBit(getBit()) && isNumber(getInput()) && sameKind({getInput()}, getResult()),
                       "an i1 and numbers of the result's kind")))
    return failure();
  return checkSameFormat(*this, {getInput()}, getResult());
}
