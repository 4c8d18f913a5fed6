// Reductions and softmax.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// The axes of a reduction: an attribute, or (ReduceSum since 13, the others since 18) an input. None means all, unless
// noop_with_empty_axes.
static std::optional<SmallVector<int64_t>> reducedAxes(Node &node) {
  int64_t rank = rankOf(node.in(0));
  std::optional<SmallVector<int64_t>> listed = node.intsFrom("axes", 1);
  if (!listed)
    return std::nullopt;
  if (listed->empty() && node.getInt("noop_with_empty_axes", 0) == 0)
    return iota(rank);
  return node.axesOf(*listed, rank);
}

static LogicalResult reduce(Node &node, StringRef kind, llvm::function_ref<Value(Emitter &, Value)> before = nullptr,
                            llvm::function_ref<Value(Emitter &, Value)> after = nullptr) {
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> axes = reducedAxes(node);
  if (!axes)
    return failure();
  bool keep = node.getInt("keepdims", 1) != 0;
  // Of truth values the largest is their or, the smallest their and.
  if (isBit(input) && (kind == "max" || kind == "min"))
    return node.result(node.emit.cast(node.emit.reduce(kind, node.emit.cast(input, node.emit.builder.getI32Type()), *axes, keep), elementOf(input)));
  if (isBit(input))
    return node.fail("takes numbers, not " + describe(input));
  bool nothing = llvm::any_of(*axes, [&](int64_t axis) { return shapeOf(input)[axis] == 0; });
  if (nothing && (kind == "max" || kind == "min"))
    return node.fail("the largest or smallest of nothing (" + describe(input) + ") is infinite");
  Value value = node.emit.reduce(kind, before ? before(node.emit, input) : input, *axes, keep);
  return node.result(after && value ? after(node.emit, value) : value);
}

static Value square(Emitter &emit, Value x) { return emit.mul(x, x); }

static LogicalResult convertReduceMean(Node &node) { return reduce(node, "mean"); }
static LogicalResult convertReduceSum(Node &node) { return reduce(node, "sum"); }
static LogicalResult convertReduceMax(Node &node) { return reduce(node, "max"); }
static LogicalResult convertReduceMin(Node &node) { return reduce(node, "min"); }
static LogicalResult convertReduceProd(Node &node) { return reduce(node, "prod"); }
static LogicalResult convertReduceSumSquare(Node &node) { return reduce(node, "sum", square); }
static LogicalResult convertReduceL1(Node &node) {
  return reduce(node, "sum", [](Emitter &emit, Value x) { return emit.unary<AbsOp>(x); });
}
static LogicalResult convertReduceL2(Node &node) {
  return reduce(node, "sum", square, [](Emitter &emit, Value x) { return emit.unary<SqrtOp>(x); });
}
static LogicalResult convertReduceLogSum(Node &node) {
  if (llvm::is_contained(shapeOf(node.in(0)), 0))
    return node.fail("the logarithm of an empty sum (" + describe(node.in(0)) + ") is infinite");
  return reduce(node, "sum", nullptr, [](Emitter &emit, Value x) { return emit.unary<LogOp>(x); });
}

// x less the largest along the axes, which is what an exponential can follow: at most 0.
static Value belowLargest(Emitter &emit, Value input, Value top) {
  Value below = emit.sub(input, top);
  if (Operation *op = below ? below.getDefiningOp() : nullptr; llvm::isa_and_nonnull<SubOp>(op)) {
    op->setAttr(kRangeAttr, emit.builder.getDenseF64ArrayAttr({-0x1p26, 0}));
    op->setAttr(kRangeKindAttr, emit.builder.getStringAttr("assumed"));
  }
  return below;
}

// max + log sum e^(x - max)
static LogicalResult convertReduceLogSumExp(Node &node) {
  Emitter &emit = node.emit;
  std::optional<SmallVector<int64_t>> axes = reducedAxes(node);
  if (!axes)
    return failure();
  Value input = node.in(0);
  if (!isReal(input) || llvm::is_contained(shapeOf(input), 0))
    return node.fail("takes reals, and not nothing; found " + describe(input));
  Value top = emit.reduce("max", input, *axes, true);
  Value sum = emit.add(emit.unary<LogOp>(emit.reduce("sum", emit.unary<ExpOp>(belowLargest(emit, input, top)), *axes, true)), top);
  if (!sum || node.getInt("keepdims", 1) != 0)
    return node.result(sum);
  SmallVector<int64_t> shape;
  for (auto [d, dim] : llvm::enumerate(shapeOf(input)))
    if (!llvm::is_contained(*axes, static_cast<int64_t>(d)))
      shape.push_back(dim);
  return node.result(emit.reshape(sum, shape));
}

// Along one axis since opset 13; before, over all dimensions from `axis` on, as if they were one.
static Value emitSoftmax(Node &node) {
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", node.opset < 13 ? 1 : -1), rankOf(input));
  if (!axis)
    return {};
  if (node.opset >= 13 || *axis == rankOf(input) - 1)
    return node.emit.softmax(input, *axis);
  int64_t rows = 1, columns = 1;
  for (auto [d, dim] : llvm::enumerate(shapeOf(input)))
    (static_cast<int64_t>(d) < *axis ? rows : columns) *= dim;
  SmallVector<int64_t> shape(shapeOf(input));
  return node.emit.reshape(node.emit.softmax(node.emit.reshape(input, {rows, columns}), 1), shape);
}
static LogicalResult convertSoftmax(Node &node) { return node.result(emitSoftmax(node)); }

// x - max - log sum e^(x - max): the logarithm of a softmax would lose all that is small.
static LogicalResult convertLogSoftmax(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", node.opset < 13 ? 1 : -1), rankOf(input));
  if (!axis || !isReal(input))
    return axis ? node.fail("takes reals, not " + describe(input)) : failure();
  SmallVector<int64_t> axes = node.opset < 13 ? iota(*axis, rankOf(input)) : SmallVector<int64_t>{*axis};
  if (llvm::is_contained(shapeOf(input), 0))
    return node.result(input);
  Value below = belowLargest(emit, input, emit.reduce("max", input, axes, true));
  return node.result(emit.sub(below, emit.unary<LogOp>(emit.reduce("sum", emit.unary<ExpOp>(below), axes, true))));
}

// The mean over all but the first two dimensions.
static LogicalResult convertGlobalAveragePool(Node &node) {
  if (rankOf(node.in(0)) < 3)
    return node.fail("needs at least 3 dimensions, found " + describe(node.in(0)));
  return node.result(node.emit.reduce("mean", node.in(0), iota(2, rankOf(node.in(0))), true));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::reductionRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "GlobalAveragePool", 1, kLast, 1, convertGlobalAveragePool, ""},
      {"", "LogSoftmax", 1, kLast, 1, convertLogSoftmax, ""},
      {"", "ReduceL1", 1, kLast, 1, convertReduceL1, "axes known at compile time"},
      {"", "ReduceL2", 1, kLast, 1, convertReduceL2, "axes known at compile time"},
      {"", "ReduceLogSum", 1, kLast, 1, convertReduceLogSum, "axes known at compile time"},
      {"", "ReduceLogSumExp", 1, kLast, 1, convertReduceLogSumExp, "axes known at compile time"},
      {"", "ReduceMax", 1, kLast, 1, convertReduceMax, "axes known at compile time"},
      {"", "ReduceMean", 1, kLast, 1, convertReduceMean, "axes known at compile time"},
      {"", "ReduceMin", 1, kLast, 1, convertReduceMin, "axes known at compile time"},
      {"", "ReduceProd", 1, kLast, 1, convertReduceProd, "axes known at compile time"},
      {"", "ReduceSum", 1, kLast, 1, convertReduceSum, "axes known at compile time"},
      {"", "ReduceSumSquare", 1, kLast, 1, convertReduceSumSquare, "axes known at compile time"},
      {"", "Softmax", 1, kLast, 1, convertSoftmax, ""},
  };
  return rules;
}
