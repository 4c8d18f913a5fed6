// Normalisations, and the fused ops that hold one.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

//===-- Building blocks --------------------------------------------------------------------------------------------===//

Value mlir::mpc::fromonnx::emitLayerNorm(Emitter &emit, Value input, Value gain, Value bias, double epsilon) {
  if (!input || !gain)
    return {};
  for (Value factor : {gain, bias}) {
    if (!factor)
      continue;
    FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(input), shapeOf(factor));
    if (!isReal(input) || !isReal(factor) || rankOf(input) == 0 || failed(joined) || ArrayRef<int64_t>(*joined) != shapeOf(input))
      return emit.fail("gain or bias " + describe(factor) + " does not fit " + describe(input));
  }
  return emit.finish(emit.builder.create<LayerNormOp>(emit.loc, input.getType(), input, gain, bias, llvm::APFloat(epsilon)));
}

Value mlir::mpc::fromonnx::emitRmsNorm(Emitter &emit, Value input, Value gain, double epsilon) {
  if (!input || !gain)
    return {};
  FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(input), shapeOf(gain));
  if (!isReal(input) || !isReal(gain) || rankOf(input) == 0 || failed(joined) || ArrayRef<int64_t>(*joined) != shapeOf(input))
    return emit.fail("gain " + describe(gain) + " does not fit " + describe(input));
  return emit.finish(emit.builder.create<RmsNormOp>(emit.loc, input.getType(), input, gain, llvm::APFloat(epsilon)));
}

// The mean over all dimensions from `axis` on: over the last one of a reshaped value.
static LogicalResult normalizeFrom(Node &node, int64_t axis,
                                   llvm::function_ref<Value(Value input, llvm::function_ref<Value(Value)> flat)> emit) {
  Value input = node.in(0);
  std::optional<int64_t> first = node.axisOf(axis, rankOf(input));
  if (!first)
    return failure();
  if (*first == rankOf(input) - 1)
    return node.result(emit(input, [](Value v) { return v; }));
  SmallVector<int64_t> shape(shapeOf(input)), folded(ArrayRef<int64_t>(shape).take_front(*first));
  int64_t length = 1;
  for (int64_t dim : ArrayRef<int64_t>(shape).drop_front(*first))
    length *= dim;
  folded.push_back(length);
  auto flat = [&](Value factor) -> Value {
    return factor ? node.emit.reshape(node.emit.broadcast(factor, ArrayRef<int64_t>(shape).drop_front(*first)), {length}) : Value();
  };
  return node.result(node.emit.reshape(emit(node.emit.reshape(input, folded), flat), shape));
}

//===-- LayerNormalization, RMSNormalization -----------------------------------------------------------------------===//

static LogicalResult convertLayerNorm(Node &node) {
  double epsilon = node.getReal("epsilon", 1e-5);
  if (node.wants(1) || node.wants(2)) { // the mean and the inverse deviation
    Emitter &emit = node.emit;
    std::optional<int64_t> first = node.axisOf(node.getInt("axis", -1), rankOf(node.in(0)));
    if (!first || !isReal(node.in(0)))
      return first ? node.fail("takes reals, not " + describe(node.in(0))) : failure();
    SmallVector<int64_t> axes = iota(*first, rankOf(node.in(0)));
    Value mean = emit.reduce("mean", node.in(0), axes, true), centred = emit.sub(node.in(0), mean);
    Value variance = emit.reduce("mean", emit.mul(centred, centred), axes, true);
    node.set(1, mean);
    node.set(2, emit.unary<RsqrtOp>(emit.add(variance, emit.realScalar(epsilon))));
  }
  return normalizeFrom(node, node.getInt("axis", -1), [&](Value input, llvm::function_ref<Value(Value)> flat) {
    return emitLayerNorm(node.emit, input, flat(node.in(1)), node.has(2) ? flat(node.in(2)) : Value(), epsilon);
  });
}

static LogicalResult convertRmsNorm(Node &node) {
  if (node.wants(1))
    return node.fail("its output of the inverse deviation is not supported");
  double epsilon = node.getReal("epsilon", 1e-5);
  return normalizeFrom(node, node.getInt("axis", -1), [&](Value input, llvm::function_ref<Value(Value)> flat) {
    return emitRmsNorm(node.emit, input, flat(node.in(1)), epsilon);
  });
}

// input + skip (+ bias), normalised; output 3 is the sum.
static LogicalResult convertSkip(Node &node, Value bias, llvm::function_ref<Value(Value)> norm) {
  if (node.wants(1) || node.wants(2))
    return node.fail("its outputs of mean and deviation are not supported");
  Value sum = node.emit.add(node.in(0), node.in(1));
  if (bias && sum)
    sum = node.emit.add(sum, bias);
  node.set(3, sum);
  return node.result(norm(sum));
}

static LogicalResult convertSkipLayerNorm(Node &node) {
  return convertSkip(node, node.in(4),
                     [&](Value sum) { return emitLayerNorm(node.emit, sum, node.in(2), node.in(3), node.getReal("epsilon", 1e-12)); });
}
static LogicalResult convertSkipRmsNorm(Node &node) {
  return convertSkip(node, node.in(3), [&](Value sum) { return emitRmsNorm(node.emit, sum, node.in(2), node.getReal("epsilon", 1e-12)); });
}

static Value lookup(Emitter &emit, Value ids, Value table) {
  if (!isInt(ids) || !isReal(table) || rankOf(table) != 2)
    return emit.fail("cannot look up " + describe(ids) + " in " + describe(table));
  if (emit.getConstant(ids))
    return emit.gather(table, ids, 0);
  SmallVector<int64_t> shape(shapeOf(ids));
  shape.push_back(shapeOf(table)[1]);
  Value wide = emit.cast(ids, emit.builder.getI64Type());
  return emit.finish(emit.builder.create<EmbeddingOp>(emit.loc, RankedTensorType::get(shape, elementOf(table)), wide, table));
}

// Word, position and segment embeddings, summed and normalised. Inputs: ids, segments, words, positions, segment table, gain, bias, mask,
// position ids.
static LogicalResult convertEmbedLayerNorm(Node &node) {
  Emitter &emit = node.emit;
  Value ids = node.in(0);
  if (!node.has(2) || !node.has(3))
    return node.fail("needs tables of words and positions");
  if (rankOf(ids) != 2 || rankOf(node.in(3)) != 2 || !node.has(5) || !node.has(6))
    return node.fail("takes ids of 2 dimensions, a gain and a bias, found " + describe(ids));
  int64_t length = shapeOf(ids)[1];
  Value positions;
  if (node.has(8)) {
    positions = lookup(emit, node.in(8), node.in(3));
  } else {
    positions = emit.insertAxes(emit.sliceAxis(node.in(3), 0, 0, length), {0});
  }
  Value sum = emit.add(lookup(emit, ids, node.in(2)), positions);
  if (node.has(1) && node.has(4) && sum)
    sum = emit.add(sum, lookup(emit, node.in(1), node.in(4)));
  if (node.wants(1)) {
    if (!node.has(7))
      node.set(1, emit.splat({shapeOf(ids)[0]}, emit.builder.getI32Type(), 0));
    else
      node.set(1, emit.reduce("sum", emit.cast(node.in(7), emit.builder.getI32Type()), {1}, /*keepDims=*/false));
  }
  node.set(2, sum);
  return node.result(emitLayerNorm(emit, sum, node.in(5), node.in(6), node.getReal("epsilon", 1e-12)));
}

//===-- Batch, instance and group normalisation; Lp ----------------------------------------------------------------===//

// Per channel by stored statistics, at inference: a scale and a shift.
static LogicalResult convertBatchNorm(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  if (node.getInt("training_mode", 0) != 0 || rankOf(input) < 2)
    return node.fail("takes at least 2 dimensions, at inference; found " + describe(input));
  SmallVector<int64_t> channel{shapeOf(input)[1]};
  channel.append(rankOf(input) - 2, 1);
  auto perChannel = [&](Value v) { return emit.reshape(v, channel); };
  Value epsilon = emit.realScalar(node.getReal("epsilon", 1e-5));
  Value factor = emit.mul(node.in(1), emit.unary<RsqrtOp>(emit.add(node.in(4), epsilon)));
  Value shift = emit.sub(node.in(2), emit.mul(node.in(3), factor));
  return node.result(emit.add(emit.mul(input, perChannel(factor)), perChannel(shift)));
}

// Each group of channels of a sample is normalised over all its elements, then scaled and shifted by channel.
static Value groupNorm(Node &node, int64_t groups, Value gain, Value bias) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  if (rankOf(input) < 3 || groups < 1 || shapeOf(input)[1] % groups != 0)
    return emit.fail("cannot normalise " + describe(input) + " in " + Twine(groups) + " groups of channels");
  SmallVector<int64_t> shape(shapeOf(input)), channel{shape[1]};
  channel.append(rankOf(input) - 2, 1);
  int64_t length = 1;
  for (int64_t dim : ArrayRef<int64_t>(shape).drop_front())
    length *= dim;
  length /= groups;
  Value rows = emit.reshape(input, {shape[0], groups, length});
  Value normal = emitLayerNorm(emit, rows, emit.splat({length}, emit.builder.getF32Type(), 1), Value(), node.getReal("epsilon", 1e-5));
  return emit.add(emit.mul(emit.reshape(normal, shape), emit.reshape(gain, channel)), emit.reshape(bias, channel));
}
static LogicalResult convertInstanceNorm(Node &node) {
  return node.result(groupNorm(node, rankOf(node.in(0)) < 2 ? 0 : shapeOf(node.in(0))[1], node.in(1), node.in(2)));
}
// Gain and bias are by channel; before opset 21 by group.
static LogicalResult convertGroupNorm(Node &node) {
  Emitter &emit = node.emit;
  int64_t groups = node.getInt("num_groups", 0), channels = rankOf(node.in(0)) < 2 ? 0 : shapeOf(node.in(0))[1];
  auto byChannel = [&](Value factor) -> Value {
    if (node.opset >= 21 || groups < 1 || channels % groups != 0)
      return factor;
    SmallVector<int64_t> single{groups, 1}, repeated{groups, channels / groups};
    return emit.reshape(emit.broadcast(emit.reshape(factor, single), repeated), {channels});
  };
  return node.result(groupNorm(node, groups, byChannel(node.in(1)), byChannel(node.in(2))));
}

// (x - mean) / deviation over the axes, which are all but the channels' where none are given.
static LogicalResult convertMeanVarianceNorm(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<SmallVector<int64_t>> axes = node.axesOf(node.getInts("axes").value_or(SmallVector<int64_t>{0, 2, 3}), rankOf(input));
  if (!axes || !isReal(input))
    return axes ? node.fail("takes reals, not " + describe(input)) : failure();
  // As a norm of rows: the axes last, and one.
  SmallVector<int64_t> order, rows, back(rankOf(input));
  int64_t length = 1;
  for (int64_t d = 0; d < rankOf(input); ++d)
    if (!llvm::is_contained(*axes, d)) {
      order.push_back(d);
      rows.push_back(shapeOf(input)[d]);
    }
  for (int64_t d : *axes) {
    order.push_back(d);
    length *= shapeOf(input)[d];
  }
  for (auto [to, from] : llvm::enumerate(order))
    back[from] = static_cast<int64_t>(to);
  rows.push_back(length);
  Value moved = emit.transpose(input, order);
  Value normal = emitLayerNorm(emit, emit.reshape(moved, rows), emit.splat({length}, emit.builder.getF32Type(), 1), Value(), 1e-9);
  return node.result(moved ? emit.transpose(emit.reshape(normal, shapeOf(moved)), back) : Value());
}

static LogicalResult convertLpNorm(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", -1), rankOf(input));
  int64_t p = node.getInt("p", 2);
  if (!axis || (p != 1 && p != 2))
    return node.fail("p must be 1 or 2, not " + Twine(p));
  if (p == 1)
    return node.result(emit.div(input, emit.reduce("sum", emit.unary<AbsOp>(input), {*axis}, true)));
  return node.result(emit.div(input, emit.unary<SqrtOp>(emit.reduce("sum", emit.mul(input, input), {*axis}, true))));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::normalizationRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "BatchNormalization", 9, kLast, 5, convertBatchNorm, "inference"},
      {"", "GroupNormalization", 18, kLast, 3, convertGroupNorm, ""},
      {"", "InstanceNormalization", 6, kLast, 3, convertInstanceNorm, ""},
      {"", "LayerNormalization", 17, kLast, 2, convertLayerNorm, ""},
      {"", "LpNormalization", 1, kLast, 1, convertLpNorm, ""},
      {"", "MeanVarianceNormalization", 9, kLast, 1, convertMeanVarianceNorm, ""},
      {"", "RMSNormalization", 23, kLast, 2, convertRmsNorm, ""},
      {"com.microsoft", "EmbedLayerNormalization", 1, kLast, 1, convertEmbedLayerNorm, ""},
      {"com.microsoft", "LayerNormalization", 1, kLast, 2, convertLayerNorm, ""},
      {"com.microsoft", "SimplifiedLayerNormalization", 1, kLast, 2, convertRmsNorm, "output 0"},
      {"com.microsoft", "SkipLayerNormalization", 1, kLast, 3, convertSkipLayerNorm, "outputs 0 and 3"},
      {"com.microsoft", "SkipSimplifiedLayerNormalization", 1, kLast, 3, convertSkipRmsNorm, "outputs 0 and 3"},
  };
  return rules;
}
