// The emitter of primitives.
#include "ApproximateSupport.h"
#include "mpc/Analysis/GateCosts.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include <mutex>

using namespace mlir;
using namespace mlir::mpc;

FailureOr<TrigSum> FitCache::candidate(StringRef name, const FitProblem &problem, double share) {
  static std::mutex mutex;
  static llvm::StringMap<FailureOr<TrigSum>> known;
  std::string key = name.str();
  for (double part : {problem.low, problem.high, problem.period, maxError * share})
    key += llvm::formatv(":{0}", llvm::bit_cast<uint64_t>(part)).str();
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (auto found = known.find(key); found != known.end())
      return found->second;
  }
  FailureOr<TrigSum> sum = searchTrigSum(problem, maxError * share);
  std::lock_guard<std::mutex> lock(mutex);
  return known.try_emplace(key, sum).first->second;
}

FailureOr<TrigSum> FitCache::get(Operation *op, StringRef name, const FitProblem &problem, double share) {
  FailureOr<TrigSum> sum = candidate(name, problem, share);
  if (succeeded(sum) || !hopeless.insert(name).second)
    return sum;
  return op->emitError() << "no sum of few frequencies stays within " << maxError * share << " of " << name << "; allow a larger max-error";
}

std::optional<Interval> mlir::mpc::statedRange(Value value) {
  Operation *op = value.getDefiningOp();
  return op ? getRangeAttr(op) : std::nullopt;
}

RankedTensorType Emit::resultType(ArrayRef<int64_t> shape, ArrayRef<Value> operands, Type element) {
  bool secret = llvm::any_of(operands, [](Value v) { return isSecret(v.getType()); });
  if (!element)
    element = getPlainElementType(elementOf(operands.front()));
  auto type = RankedTensorType::get(shape, element);
  return secret ? makeSecret(type) : type;
}

static SmallVector<int64_t> joined(Value a, Value b) {
  auto shape = broadcastShapes(shapeOf(a), shapeOf(b));
  // Operands come from verified ops; where they do not fit, the new op's verifier says so.
  return succeeded(shape) ? *shape : SmallVector<int64_t>(shapeOf(a));
}

Value Emit::constant(double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return builder.create<ConstantOp>(loc, type, DenseElementsAttr::get(type, static_cast<float>(value)));
}

Value Emit::add(Value a, Value b) { return builder.create<AddOp>(loc, resultType(joined(a, b), {a, b}), a, b); }
Value Emit::sub(Value a, Value b) { return builder.create<SubOp>(loc, resultType(joined(a, b), {a, b}), a, b); }
Value Emit::mul(Value a, Value b) { return builder.create<MulOp>(loc, resultType(joined(a, b), {a, b}), a, b); }
Value Emit::div(Value a, Value b) { return builder.create<DivOp>(loc, resultType(joined(a, b), {a, b}), a, b); }
Value Emit::neg(Value a) { return builder.create<NegOp>(loc, a.getType(), a); }

Value Emit::matmul(Value a, Value b) {
  auto shape = matmulShape(shapeOf(a), shapeOf(b));
  return builder.create<MatmulOp>(loc, resultType(succeeded(shape) ? *shape : SmallVector<int64_t>(shapeOf(a)), {a, b}), a, b);
}

Value Emit::sum(Value a, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(shapeOf(a));
  for (int64_t axis : axes)
    shape[axis] = 1;
  return builder.create<ReduceOp>(loc, resultType(shape, {a}), a, "sum", axes);
}

Value Emit::reshape(Value a, ArrayRef<int64_t> shape) {
  if (shapeOf(a) == shape)
    return a;
  return builder.create<ReshapeOp>(loc, resultType(shape, {a}), a);
}

Value Emit::transpose(Value a, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(shapeOf(a)[axis]);
  return builder.create<TransposeOp>(loc, resultType(shape, {a}), a, builder.getDenseI64ArrayAttr(permutation));
}

Value Emit::swapLast(Value a) {
  int64_t rank = shapeOf(a).size();
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return transpose(a, permutation);
}

Value Emit::slice(Value a, int64_t axis, int64_t offset, int64_t size) {
  SmallVector<int64_t> shape(shapeOf(a)), offsets(shape.size(), 0), strides(shape.size(), 1);
  shape[axis] = size;
  offsets[axis] = offset;
  return builder.create<SliceOp>(loc, resultType(shape, {a}), a, offsets, strides);
}

Value Emit::concat(ArrayRef<Value> parts, int64_t axis) {
  SmallVector<int64_t> shape(shapeOf(parts.front()));
  for (Value part : parts.drop_front())
    shape[axis] += shapeOf(part)[axis];
  return builder.create<ConcatOp>(loc, resultType(shape, parts), parts, builder.getI64IntegerAttr(axis));
}

Value Emit::below(Value x, ArrayRef<double> thresholds, std::optional<double> tolerance) {
  SmallVector<int64_t> shape{static_cast<int64_t>(thresholds.size())};
  llvm::append_range(shape, shapeOf(x));
  return builder.create<BelowOp>(loc, resultType(shape, {x}, builder.getI1Type()), x, builder.getDenseF64ArrayAttr(thresholds),
                                 tolerance ? builder.getF64FloatAttr(*tolerance) : FloatAttr());
}

Value Emit::bit(Value bits, int64_t index) {
  SmallVector<int64_t> shape(shapeOf(bits).drop_front());
  Value one = shapeOf(bits).front() == 1 ? bits : slice(bits, 0, index, 1);
  return reshape(one, shape);
}

Value Emit::bitSum(Value bits, ArrayRef<double> coefficients, double constant) {
  return builder.create<BitSumOp>(loc, resultType(shapeOf(bits).drop_front(), {bits}, builder.getF32Type()), bits,
                                  builder.getDenseF64ArrayAttr(coefficients), builder.getF64FloatAttr(constant));
}

Value Emit::bitNot(Value a) { return builder.create<NotOp>(loc, a.getType(), a); }
Value Emit::bitAnd(Value a, Value b) { return builder.create<AndOp>(loc, resultType(joined(a, b), {a, b}), a, b); }
Value Emit::bitXor(Value a, Value b) { return builder.create<XorOp>(loc, resultType(joined(a, b), {a, b}), a, b); }

Value Emit::select(Value bit, Value x) {
  // A bit of more dimensions than x makes x broadcast: the gate repeats the bit only.
  SmallVector<int64_t> shape = joined(bit, x);
  if (shapeOf(x) != ArrayRef<int64_t>(shape))
    x = builder.create<BroadcastOp>(loc, resultType(shape, {x}), x);
  return builder.create<SelectOp>(loc, resultType(shape, {x, bit}), bit, x);
}

Value Emit::expNegative(Value x, double floor) {
  return builder.create<ExpNegativeOp>(loc, x.getType(), x, builder.getF64FloatAttr(floor));
}

Value Emit::periodic(Value x, const TrigSum &sum, double low, double high) {
  return builder.create<PeriodicOp>(loc, x.getType(), x, builder.getF64FloatAttr(sum.period), builder.getDenseI64ArrayAttr(sum.frequencies),
                                    builder.getF64FloatAttr(sum.constant), builder.getDenseF64ArrayAttr(sum.cosines),
                                    builder.getDenseF64ArrayAttr(sum.sines), builder.getF64FloatAttr(low), builder.getF64FloatAttr(high),
                                    builder.getF64FloatAttr(sum.error));
}

Value Emit::toNumber(Value bit) {
  SmallVector<int64_t> shape{1};
  llvm::append_range(shape, shapeOf(bit));
  return bitSum(reshape(bit, shape), {1.0}, 0.0);
}

Value Emit::state(Value x, Interval interval, bool wraps) {
  auto op = builder.create<RescaleOp>(loc, x.getType(), x);
  setRangeAttr(op, interval);
  if (wraps)
    op->setAttr(kWrapsAttr, builder.getUnitAttr());
  return op;
}

Value Emit::compare(Value a, Value b, StringRef predicate) {
  return builder.create<CompareOp>(loc, resultType(joined(a, b), {a, b}, builder.getI1Type()), a, b, predicate);
}

Value Emit::where(Value condition, Value a, Value b) {
  auto branches = RankedTensorType::get(joined(a, b), elementOf(a));
  auto shape = broadcastShapes(shapeOf(condition), branches.getShape());
  return builder.create<WhereOp>(loc, resultType(succeeded(shape) ? *shape : SmallVector<int64_t>(shapeOf(a)), {a, b, condition}),
                                 condition, a, b);
}

Value Emit::cast(Value a, Type element) { return builder.create<CastOp>(loc, resultType(shapeOf(a), {a}, element), a); }

Value Emit::range(Value value, double low, double high, RangeKind kind) {
  if (Operation *op = value.getDefiningOp())
    setRangeAttr(op, {low, high, kind});
  return value;
}

Value Emit::rounding(Value value, double error) {
  Operation *op = value.getDefiningOp();
  op->setAttr(kRoundingAttr, FloatAttr::get(Float64Type::get(op->getContext()), error));
  return value;
}

Value Emit::fraction(Value value, int64_t bits) {
  if (Operation *op = value.getDefiningOp())
    op->setAttr(kFractionAttr, IntegerAttr::get(IntegerType::get(op->getContext(), 64), bits));
  return value;
}
