// Attention and rotary positions: the ops of opset 23, the table of these ops, and what they share with those of com.microsoft
// (FusedAttention.cpp).
#include "AttentionParts.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

//===-- Building blocks --------------------------------------------------------------------------------------------===//

// 0 where query i sees key j <= i + offset, else the lowest number.
static Value causalBias(Emitter &emit, int64_t queries, int64_t keys, int64_t offset) {
  if (queries * keys > (1 << 22))
    return emit.fail("a causal mask of " + Twine(queries) + " by " + Twine(keys) + " is out of bounds");
  SmallVector<float> values;
  for (int64_t i = 0; i < queries; ++i)
    for (int64_t j = 0; j < keys; ++j)
      values.push_back(j <= i + offset ? 0.0f : std::numeric_limits<float>::lowest());
  return emit.constant(DenseElementsAttr::get(RankedTensorType::get({queries, keys}, emit.builder.getF32Type()), ArrayRef<float>(values)));
}

Value mlir::mpc::fromonnx::emitAttention(Emitter &emit, Value query, Value key, Value value, Value bias, double scale,
                                         std::optional<int64_t> causalOffset, double softcap, bool zeroMaskedRows) {
  if (!query || !key || !value)
    return {};
  ArrayRef<int64_t> q = shapeOf(query), k = shapeOf(key), v = shapeOf(value);
  if (q.size() != 4 || k.size() != 4 || v.size() != 4 || q[0] != k[0] || k.drop_back() != v.drop_back() || q[3] != k[3] || k[1] == 0 ||
      q[1] % k[1] != 0 || !isReal(query) || !isReal(key) || !isReal(value))
    return emit.fail("query " + describe(query) + ", key " + describe(key) + " and value " + describe(value) + " do not fit each other");
  int64_t batch = q[0], heads = q[1], shared = k[1], queries = q[2], keys = k[2], depth = v[3];
  SmallVector<int64_t> scoreShape{batch, heads, queries, keys}, outShape{batch, heads, queries, depth};
  if (bias) {
    FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(bias), scoreShape);
    if (!isReal(bias) || failed(joined) || *joined != scoreShape)
      return emit.fail("mask " + describe(bias) + " does not fit the scores of " + describe(query) + " and " + describe(key));
  }
  if (causalOffset) {
    Value causal = causalBias(emit, queries, keys, *causalOffset);
    bias = bias ? emit.add(bias, causal) : causal;
    if (!bias)
      return {};
  }
  if (softcap == 0)
    return emit.finish(emit.builder.create<AttentionOp>(emit.loc, RankedTensorType::get(outShape, elementOf(query)), query, key, value,
                                                        bias, llvm::APFloat(scale), zeroMaskedRows));
  // c tanh(scores / c) before the softmax. Query heads that share a key are one dimension more: nothing is multiplied by copies.
  int64_t group = heads / shared;
  Value q5 = emit.reshape(query, {batch, shared, group, queries, q[3]}), k5 = emit.reshape(key, {batch, shared, 1, keys, q[3]}),
        v5 = emit.reshape(value, {batch, shared, 1, keys, depth});
  Value scores = emit.scale(emit.matmul(q5, emit.swapLast(k5)), scale / softcap);
  Value capped = emit.reshape(emit.scale(emit.unary<TanhOp>(scores), softcap), scoreShape);
  if (!capped)
    return {};
  Value weights = emit.finish(emit.builder.create<SoftmaxOp>(emit.loc, capped.getType(), capped, bias, zeroMaskedRows));
  return emit.reshape(emit.matmul(emit.reshape(weights, {batch, shared, group, queries, keys}), v5), outShape);
}

Value mlir::mpc::fromonnx::emitRotary(Emitter &emit, Value input, Value cos, Value sin, bool interleaved) {
  if (!input || !cos || !sin)
    return {};
  int64_t depth = rankOf(input) < 2 ? 0 : shapeOf(input).back();
  if (depth % 2 != 0 || depth == 0 || rankOf(cos) == 0 || shapeOf(cos) != shapeOf(sin) || shapeOf(cos).back() != depth / 2 ||
      !isReal(input) || !isReal(cos) || !isReal(sin))
    return emit.fail("tables " + describe(cos) + " and " + describe(sin) + " do not fit " + describe(input));
  auto whole = [&](Value half) -> Value {
    int64_t last = rankOf(half) - 1;
    if (!interleaved)
      return emit.concat({half, half}, last);
    SmallVector<int64_t> pairs(shapeOf(half)), flat(shapeOf(half));
    pairs.push_back(2);
    flat.back() *= 2;
    SmallVector<int64_t> single(shapeOf(half));
    single.push_back(1);
    return emit.reshape(emit.broadcast(emit.reshape(half, single), pairs), flat);
  };
  cos = whole(cos);
  sin = whole(sin);
  if (!cos || !sin)
    return {};
  FailureOr<SmallVector<int64_t>> joined = broadcastShapes(shapeOf(cos), shapeOf(input));
  if (failed(joined) || ArrayRef<int64_t>(*joined) != shapeOf(input))
    return emit.fail("tables " + describe(cos) + " do not fit " + describe(input));
  return emit.finish(emit.builder.create<RotaryOp>(emit.loc, input.getType(), input, cos, sin, interleaved));
}

Value mlir::mpc::fromonnx::splitHeads(Emitter &emit, Value input, int64_t heads) {
  if (!input)
    return {};
  if (rankOf(input) != 3 || heads < 1 || shapeOf(input)[2] % heads != 0)
    return emit.fail("cannot split " + describe(input) + " into " + Twine(heads) + " heads");
  ArrayRef<int64_t> shape = shapeOf(input);
  return emit.transpose(emit.reshape(input, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
}
Value mlir::mpc::fromonnx::joinHeads(Emitter &emit, Value input) {
  if (!input)
    return {};
  ArrayRef<int64_t> shape = shapeOf(input);
  SmallVector<int64_t> joined{shape[0], shape[2], shape[1] * shape[3]};
  return emit.reshape(emit.transpose(input, {0, 2, 1, 3}), joined);
}

// 0 where the truth value holds, else the lowest number; a mask of reals as it is.
static Value maskToBias(Emitter &emit, Value mask) {
  if (!mask || isReal(mask))
    return mask;
  if (!isBit(mask))
    return emit.fail("a mask of " + describe(mask) + " is not supported; truth values and reals are");
  return emit.where(mask, emit.realScalar(0), emit.realScalar(std::numeric_limits<float>::lowest()));
}

//===-- Opset 23 ---------------------------------------------------------------------------------------------------===//

static LogicalResult convertAttention(Node &node) {
  Emitter &emit = node.emit;
  Value query = node.in(0), key = node.in(1), value = node.in(2);
  if (node.wants(3))
    return node.fail("its output of scores is not supported");
  bool flat = rankOf(query) == 3;
  if (flat) {
    int64_t heads = node.getInt("q_num_heads", 0), shared = node.getInt("kv_num_heads", 0);
    query = splitHeads(emit, query, heads);
    key = splitHeads(emit, key, shared);
    value = splitHeads(emit, value, shared);
  }
  if (!query || !key || !value)
    return failure();
  if (node.has(4) != node.has(5))
    return node.fail("takes past keys and past values together");
  int64_t past = 0;
  if (node.has(4)) {
    past = rankOf(node.in(4)) == 4 ? shapeOf(node.in(4))[2] : 0;
    key = emit.concat({node.in(4), key}, 2);
    value = emit.concat({node.in(5), value}, 2);
  }
  node.set(1, key);
  node.set(2, value);
  if (!key || !value || rankOf(query) != 4)
    return node.fail("query " + describe(query) + " is not supported; 3 or 4 dimensions are");
  bool causal = node.getInt("is_causal", 0) != 0;
  int64_t depth = shapeOf(query)[3];
  double scale = node.getReal("scale", depth > 0 ? 1 / std::sqrt(static_cast<double>(depth)) : 1);
  Value bias = node.has(3) ? maskToBias(emit, node.in(3)) : Value();
  if (node.has(3) && !bias)
    return failure();
  // A query stands behind the past; one that truth values hide every key from gets 0.
  Value out = emitAttention(emit, query, key, value, bias, scale, causal ? std::optional<int64_t>(past) : std::nullopt,
                            node.getReal("softcap", 0), /*zeroMaskedRows=*/isBit(node.in(3)));
  return node.result(flat ? joinHeads(emit, out) : out);
}

Value mlir::mpc::fromonnx::rotate(Node &node, Value input, Value cos, Value sin, Value positions, int64_t heads, int64_t width) {
  Emitter &emit = node.emit;
  bool interleaved = node.getInt("interleaved", 0) != 0, flat = rankOf(input) == 3;
  if (flat) {
    // Without num_heads the tables say how wide a head is, unless they turn a part of it.
    if (heads == 0 && width == 0 && rankOf(cos) > 0 && shapeOf(cos).back() > 0)
      heads = shapeOf(input)[2] / (2 * shapeOf(cos).back());
    input = splitHeads(emit, input, heads);
  }
  if (!input || rankOf(input) != 4)
    return emit.fail("takes 3 or 4 dimensions, found " + describe(input));
  int64_t length = shapeOf(input)[2], depth = shapeOf(input)[3];
  if (positions) {
    if (rankOf(positions) == 1 && shapeOf(positions)[0] == 1 && length != 1) {
      // One number: the position of the first element.
      SmallVector<int64_t> steps = iota(length);
      positions = emit.add(emit.cast(positions, emit.builder.getI64Type()), emit.ints(steps));
    }
    cos = emit.gather(cos, positions, 0);
    sin = emit.gather(sin, positions, 0);
  } else if (rankOf(cos) == 2) {
    cos = emit.sliceAxis(cos, 0, 0, length);
    sin = emit.sliceAxis(sin, 0, 0, length);
  }
  if (!cos || !sin)
    return {};
  auto perHead = [&](Value table) { return rankOf(table) == 3 ? emit.insertAxes(table, {1}) : table; };
  cos = perHead(cos);
  sin = perHead(sin);
  if (width <= 0 || width > depth)
    width = depth;
  Value turned = emitRotary(emit, emit.sliceAxis(input, 3, 0, width), cos, sin, interleaved);
  if (width < depth)
    turned = emit.concat({turned, emit.sliceAxis(input, 3, width, depth - width)}, 3);
  return flat ? joinHeads(emit, turned) : turned;
}

static LogicalResult convertRotary(Node &node) {
  return node.result(
      rotate(node, node.in(0), node.in(1), node.in(2), node.in(3), node.getInt("num_heads", 0), node.getInt("rotary_embedding_dim", 0)));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::attentionRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Attention", 23, kLast, 3, convertAttention, "no output of scores"},
      {"", "RotaryEmbedding", 23, kLast, 3, convertRotary, ""},
      {"com.microsoft", "Attention", 1, kLast, 2, convertFusedAttention,
       "no do_rotary; masks [batch, keys], [batch, queries, keys] or [batch]"},
      {"com.microsoft", "GroupQueryAttention", 1, kLast, 1, convertGroupQueryAttention,
       "public sequence lengths; no sinks, no quantized past"},
      {"com.microsoft", "MultiHeadAttention", 1, kLast, 1, convertMultiHeadAttention,
       "masks [batch, keys], [batch, queries, keys] or [batch]"},
      {"com.microsoft", "RotaryEmbedding", 1, kLast, 4, convertFusedRotary, "no scale, no packed batching"},
  };
  return rules;
}
