// Attention and rotary positions as ONNX Runtime's optimizer and model builders write them (domain com.microsoft).
#include "AttentionParts.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

LogicalResult mlir::mpc::fromonnx::convertFusedRotary(Node &node) {
  if (node.getReal("scale", 1) != 1 || node.getInt("is_packed_batching", 0) != 0)
    return node.fail("scale and packed batching are not supported");
  return node.result(
      rotate(node, node.in(0), node.in(2), node.in(3), node.in(1), node.getInt("num_heads", 0), node.getInt("rotary_embedding_dim", 0)));
}

// The mask of keys: [B, T] or [B, S, T] with 0 for padding, or [B] with lengths; as a bias [B, 1, 1 or S, T].
static Value keyMask(Node &node, Value mask, int64_t batch, int64_t queries, int64_t keys) {
  Emitter &emit = node.emit;
  if (!isInt(mask) && !isBit(mask))
    return emit.fail("a mask of " + describe(mask) + " is not supported");
  Value keep;
  bool perQuery = shapeOf(mask) == ArrayRef<int64_t>({batch, queries, keys});
  if (perQuery || shapeOf(mask) == ArrayRef<int64_t>({batch, keys})) {
    keep = isBit(mask) ? mask : emit.compare(mask, emit.scalarLike(mask, 0), "ne");
  } else if (shapeOf(mask) == ArrayRef<int64_t>({batch})) {
    Value lengths = emit.cast(mask, emit.builder.getI64Type());
    keep = emit.compare(emit.ints(iota(keys)), emit.reshape(lengths, {batch, 1}), "lt");
  } else {
    return emit.fail("a mask of " + describe(mask) + " is not supported; [batch, keys], [batch, queries, keys] and [batch] are");
  }
  // The fused ops add -10000 by default: below -512, so masked out.
  Value low = emit.realScalar(node.getReal("mask_filter_value", -10000));
  return emit.reshape(emit.where(keep, emit.realScalar(0), low), {batch, 1, perQuery ? queries : 1, keys});
}

static double scaleOf(Node &node, Value query) {
  double scale = node.getReal("scale", 0);
  int64_t depth = rankOf(query) == 4 ? shapeOf(query)[3] : 1;
  return scale != 0 ? scale : 1 / std::sqrt(static_cast<double>(std::max<int64_t>(depth, 1)));
}

static LogicalResult attend(Node &node, Value query, Value key, Value value, Value mask, Value extra, bool causal) {
  Emitter &emit = node.emit;
  if (!query || !key || !value)
    return failure();
  int64_t queries = shapeOf(query)[2], keys = shapeOf(key)[2];
  Value bias = extra;
  if (mask) {
    Value padding = keyMask(node, mask, shapeOf(query)[0], queries, keys);
    bias = extra && padding ? emit.add(extra, padding) : padding;
    if (!bias)
      return failure();
  }
  Value out = emitAttention(emit, query, key, value, bias, scaleOf(node, query),
                            causal ? std::optional<int64_t>(keys - queries) : std::nullopt, node.getReal("softcap", 0));
  return node.result(joinHeads(emit, out));
}

// Projections inside: input [B, S, I] times weights [I, 3 * hidden]. Past and present hold keys and values in one: [2, B, H, P, D].
LogicalResult mlir::mpc::fromonnx::convertFusedAttention(Node &node) {
  Emitter &emit = node.emit;
  if (node.getInt("do_rotary", 0) != 0 || node.has(6))
    return node.fail("do_rotary and a past in a shared buffer are not supported");
  int64_t heads = node.getInt("num_heads", 0);
  if (rankOf(node.in(0)) != 3 || rankOf(node.in(1)) != 2)
    return node.fail("takes [batch, length, width] and a matrix, found " + describe(node.in(0)) + " and " + describe(node.in(1)));
  int64_t width = shapeOf(node.in(1))[1];
  SmallVector<int64_t> sizes = node.getInts("qkv_hidden_sizes").value_or(SmallVector<int64_t>{width / 3, width / 3, width / 3});
  if (sizes.size() != 3 || sizes[0] + sizes[1] + sizes[2] != width)
    return node.fail("qkv_hidden_sizes do not add up to " + Twine(width));
  Value all = emit.matmul(node.in(0), node.in(1));
  if (node.has(2) && all)
    all = emit.add(all, node.in(2));
  if (!all)
    return failure();
  Value query = splitHeads(emit, emit.sliceAxis(all, 2, 0, sizes[0]), heads),
        key = splitHeads(emit, emit.sliceAxis(all, 2, sizes[0], sizes[1]), heads),
        value = splitHeads(emit, emit.sliceAxis(all, 2, sizes[0] + sizes[1], sizes[2]), heads);
  if (!query || !key || !value)
    return failure();
  if (node.has(4)) {
    Value past = node.in(4);
    if (rankOf(past) != 5 || shapeOf(past)[0] != 2)
      return node.fail("a past of " + describe(past) + " is not supported; [2, batch, heads, length, width] is");
    SmallVector<int64_t> one(shapeOf(past).drop_front());
    key = emit.concat({emit.reshape(emit.sliceAxis(past, 0, 0, 1), one), key}, 2);
    value = emit.concat({emit.reshape(emit.sliceAxis(past, 0, 1, 1), one), value}, 2);
    if (!key || !value)
      return failure();
  }
  if (node.wants(1))
    node.set(1, emit.concat({emit.insertAxes(key, {0}), emit.insertAxes(value, {0})}, 0));
  return attend(node, query, key, value, node.in(3), node.in(5), node.getInt("unidirectional", 0) != 0);
}

// Part `index` of [B, S, N, parts, D], as [B, N, S, D].
static Value packedPart(Emitter &emit, Value packed, int64_t index) {
  ArrayRef<int64_t> shape = shapeOf(packed);
  SmallVector<int64_t> flat{shape[0], shape[1], shape[2], shape[4]};
  return emit.transpose(emit.reshape(emit.sliceAxis(packed, 3, index, 1), flat), {0, 2, 1, 3});
}

LogicalResult mlir::mpc::fromonnx::convertMultiHeadAttention(Node &node) {
  Emitter &emit = node.emit;
  int64_t heads = node.getInt("num_heads", 0);
  Value query = node.in(0), key = node.in(1), value = node.in(2);
  if (node.has(8) || node.has(9))
    return node.fail("a past in a shared buffer and an indirect cache are not supported");
  bool packedAll = rankOf(query) == 5 && shapeOf(query)[3] == 3 && !key && !value;
  bool packedKeys = rankOf(query) == 3 && rankOf(key) == 5 && shapeOf(key)[3] == 2 && !value;
  if (node.has(3) && (packedAll || packedKeys || rankOf(key) != 3))
    return node.fail("a bias beside packed or projected keys is not supported");
  if (packedAll) {
    key = packedPart(emit, query, 1);
    value = packedPart(emit, query, 2);
    query = packedPart(emit, query, 0);
  } else if (packedKeys) {
    value = packedPart(emit, key, 1);
    key = packedPart(emit, key, 0);
    query = splitHeads(emit, query, heads);
  } else if (rankOf(query) == 3 && rankOf(key) == 4 && rankOf(value) == 4) {
    query = splitHeads(emit, query, heads); // keys of a cross attention, by head already
  } else if (rankOf(query) == 3 && rankOf(key) == 3 && rankOf(value) == 3) {
    if (node.has(3)) {
      int64_t q = shapeOf(query)[2], k = shapeOf(key)[2], v = shapeOf(value)[2];
      if (shapeOf(node.in(3)) != ArrayRef<int64_t>({q + k + v}))
        return node.fail("bias " + describe(node.in(3)) + " does not fit query, key and value");
      query = emit.add(query, emit.sliceAxis(node.in(3), 0, 0, q));
      key = emit.add(key, emit.sliceAxis(node.in(3), 0, q, k));
      value = emit.add(value, emit.sliceAxis(node.in(3), 0, q + k, v));
    }
    query = splitHeads(emit, query, heads);
    key = splitHeads(emit, key, heads);
    value = splitHeads(emit, value, heads);
  } else {
    return node.fail("query " + describe(query) + ", key " + describe(key) + " and value " + describe(value) + " have no supported layout");
  }
  if (node.has(6) && node.has(7)) {
    key = emit.concat({node.in(6), key}, 2);
    value = emit.concat({node.in(7), value}, 2);
  }
  node.set(1, key);
  node.set(2, value);
  return attend(node, query, key, value, node.in(4), node.in(5), node.getInt("unidirectional", 0) != 0);
}

//===-- Grouped queries over a cache -------------------------------------------------------------------------------===//

namespace {
// Where the new elements of each sequence stand in its cache of `keys` rows; all values are i64.
struct CachePlaces {
  int64_t queries = 0, keys = 0, past = 0;
  Value start; // [B, 1]: rows before the first new one; null where that is 0 for all
  Value total; // [B, 1]: rows in use; null where all are
};
} // namespace

// seqlens_k is each sequence's length less 1; total_sequence_length is the greatest length, and a prompt's is its own.
static bool findPlaces(Node &node, Value query, CachePlaces &places) {
  Emitter &emit = node.emit;
  int64_t batch = shapeOf(query)[0];
  places.queries = shapeOf(query)[2];
  places.past = node.has(3) ? shapeOf(node.in(3))[2] : 0;
  std::optional<SmallVector<int64_t>> known = node.has(6) ? emit.getInts(node.in(6)) : std::nullopt;
  int64_t total = known && known->size() == 1 ? known->front() : places.past + places.queries;
  bool prompt = places.past == 0 || total == places.queries;
  places.keys = places.past == 0 ? places.queries : std::max(total, places.past);
  if (total < places.queries || total > places.past + places.queries) {
    emit.fail("total_sequence_length is " + Twine(total) + ", past and query have " + Twine(places.past + places.queries));
    return false;
  }
  if (node.has(5)) {
    Value last = emit.reshape(emit.cast(node.in(5), emit.builder.getI64Type()), {batch, 1});
    places.total = emit.add(last, emit.intScalar(1));
  } else if (places.past > 0) {
    places.total = emit.splat({batch, 1}, emit.builder.getI64Type(), static_cast<double>(total));
  }
  if (!prompt)
    places.start = emit.sub(places.total, emit.intScalar(places.queries));
  return emit.error.empty();
}

// Rows [0, start) of the past, then the new rows, then zeros.
static Value extendCache(Emitter &emit, Value past, Value fresh, const CachePlaces &places) {
  if (places.past == 0 || !past || !fresh)
    return fresh;
  SmallVector<int64_t> blank(shapeOf(fresh));
  int64_t batch = blank[0], behind = places.past + blank[2];
  blank[2] = 1;
  Value all = emit.concat({past, fresh, emit.splat(blank, elementOf(fresh), 0)}, 2);
  SmallVector<int64_t> rowShape{1, places.keys};
  Value row = emit.reshape(emit.ints(iota(places.keys)), rowShape);
  Value from = emit.add(row, emit.intScalar(places.past));
  if (places.start)
    from = emit.where(emit.compare(row, places.start, "lt"), row, emit.sub(from, places.start));
  from = emit.where(emit.compare(row, places.total, "lt"), from, emit.intScalar(behind));
  from = emit.reshape(emit.broadcast(from, {batch, places.keys}), {batch, places.keys, 1});
  Value byRow = emit.transpose(all, {0, 2, 1, 3});
  if (!from || !byRow)
    return {};
  SmallVector<int64_t> shape(shapeOf(byRow));
  shape[1] = places.keys;
  Value picked = emit.finish(
      emit.builder.create<GatherNdOp>(emit.loc, RankedTensorType::get(shape, elementOf(byRow)), byRow, from, /*batch_dims=*/int64_t(1)));
  return emit.transpose(picked, {0, 2, 1, 3});
}

// [B or 1, S]: the place of each query in its sequence.
static Value queryPositions(Emitter &emit, const CachePlaces &places) {
  SmallVector<int64_t> shape{1, places.queries};
  Value steps = emit.reshape(emit.ints(iota(places.queries)), shape);
  return places.start ? emit.add(steps, places.start) : steps;
}

// A query sees keys up to its own place, `window` before it where that is not negative, and none beyond the sequence: [B, 1, S, T].
static Value cacheBias(Emitter &emit, const CachePlaces &places, int64_t window) {
  if (places.queries * places.keys > (1 << 22))
    return emit.fail("a mask of " + Twine(places.queries) + " by " + Twine(places.keys) + " is out of bounds");
  Value place = queryPositions(emit, places);
  if (!place)
    return {};
  place = emit.reshape(place, {shapeOf(place)[0], places.queries, 1});
  SmallVector<int64_t> keyShape{1, 1, places.keys};
  Value key = emit.reshape(emit.ints(iota(places.keys)), keyShape);
  Value seen = emit.compare(key, place, "le");
  if (window >= 0)
    seen = emit.binary<AndOp>(seen, emit.compare(key, emit.sub(place, emit.intScalar(window)), "gt"));
  if (places.total)
    seen = emit.binary<AndOp>(seen, emit.compare(key, emit.insertAxes(places.total, {2}), "lt"));
  Value bias = emit.where(seen, emit.realScalar(0), emit.realScalar(std::numeric_limits<float>::lowest()));
  return emit.insertAxes(bias, {1});
}

LogicalResult mlir::mpc::fromonnx::convertGroupQueryAttention(Node &node) {
  Emitter &emit = node.emit;
  int64_t heads = node.getInt("num_heads", 0), shared = node.getInt("kv_num_heads", 0);
  Value query = node.in(0), key = node.in(1), value = node.in(2);
  if (rankOf(query) != 3 || !key != !value || node.has(3) != node.has(4))
    return node.fail("takes a query of 3 dimensions, and keys with values; found " + describe(query));
  if (node.has(3) && (rankOf(node.in(3)) != 4 || !isReal(node.in(3)) || shapeOf(node.in(3)) != shapeOf(node.in(4))))
    return node.fail("a past of " + describe(node.in(3)) + " and " + describe(node.in(4)) + " is not supported");
  if (node.getInt("smooth_softmax", 0) == 1 || node.has(11))
    return node.fail("a smooth softmax and sinks are not supported");
  if (node.has(12) || node.has(13))
    return node.fail("a quantized past is not supported");
  if (!key) {
    int64_t parts = heads + 2 * shared, width = shapeOf(query)[2];
    if (heads < 1 || shared < 1 || width % parts != 0)
      return node.fail("cannot split " + describe(query) + " into " + Twine(parts) + " heads");
    int64_t depth = width / parts;
    key = emit.sliceAxis(query, 2, heads * depth, shared * depth);
    value = emit.sliceAxis(query, 2, (heads + shared) * depth, shared * depth);
    query = emit.sliceAxis(query, 2, 0, heads * depth);
  }
  query = splitHeads(emit, query, heads);
  key = splitHeads(emit, key, shared);
  value = splitHeads(emit, value, shared);
  CachePlaces places;
  if (!query || !key || !value || !findPlaces(node, query, places))
    return failure();
  if (node.getInt("do_rotary", 0) != 0) {
    bool interleaved = node.getInt("rotary_interleaved", 0) != 0;
    int64_t depth = shapeOf(query)[3];
    if (!node.has(7) || !node.has(8))
      return node.fail("do_rotary needs tables of cosines and sines");
    Value positions = node.has(9) ? node.in(9) : queryPositions(emit, places);
    Value cos = emit.insertAxes(emit.gather(node.in(7), positions, 0), {1}),
          sin = emit.insertAxes(emit.gather(node.in(8), positions, 0), {1});
    if (!cos || !sin || 2 * shapeOf(cos).back() > depth)
      return node.fail("tables " + describe(cos) + " do not fit heads of width " + Twine(depth));
    int64_t width = 2 * shapeOf(cos).back();
    auto turn = [&](Value x) -> Value {
      Value turned = emitRotary(emit, emit.sliceAxis(x, 3, 0, width), cos, sin, interleaved);
      return width < depth ? emit.concat({turned, emit.sliceAxis(x, 3, width, depth - width)}, 3) : turned;
    };
    query = turn(query);
    key = turn(key);
  }
  key = extendCache(emit, node.in(3), key, places);
  value = extendCache(emit, node.in(4), value, places);
  node.set(1, key);
  node.set(2, value);
  Value bias = cacheBias(emit, places, node.getInt("local_window_size", -1));
  if (node.has(10) && bias)
    bias = emit.add(bias, node.in(10));
  if (!bias)
    return failure();
  Value out = emitAttention(emit, query, key, value, bias, scaleOf(node, query), std::nullopt, node.getReal("softcap", 0));
  return node.result(joinHeads(emit, out));
}
