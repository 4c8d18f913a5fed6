// Sequences of tensors, as exporters write chunk and split without optimisation: their parts are values of the program, the sequence itself
// is none. So a sequence may only go where it is taken apart again.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

// Keeps the parts of the node's result.
static LogicalResult keep(Node &node, SmallVector<Value> parts) {
  if (parts.empty() || llvm::is_contained(parts, Value()))
    return node.fail("makes an empty sequence");
  for (Operation *user : node.op.getResult(0).getUsers()) {
    auto reader = llvm::dyn_cast<mlir::onnx::NodeOp>(user);
    if (!reader || !reader.getDomain().empty() ||
        !llvm::is_contained({"SequenceAt", "SequenceLength", "ConcatFromSequence"}, reader.getOpType()))
      return node.fail("makes a sequence that more than SequenceAt, SequenceLength and ConcatFromSequence read");
  }
  // What stands for the sequence among the values; the ops above read the parts.
  node.set(0, parts.front());
  node.emit.sequences[node.op.getResult(0)] = std::move(parts);
  return success();
}

static ArrayRef<Value> partsOf(Node &node) {
  auto found = node.emit.sequences.find(node.op.getInputs()[0]);
  if (found != node.emit.sequences.end())
    return found->second;
  node.emit.fail("reads a sequence that is not made by SplitToSequence or SequenceConstruct");
  return {};
}

// Chunks of one size, sizes, or single elements, whose axis goes unless keepdims says otherwise.
static LogicalResult convertSplitToSequence(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0);
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(input));
  std::optional<SmallVector<int64_t>> given = node.has(1) ? node.constInts(1, "split") : SmallVector<int64_t>{1};
  if (!axis || !given)
    return failure();
  bool drop = !node.has(1) && node.getInt("keepdims", 1) == 0;
  int64_t dim = shapeOf(input)[*axis], at = 0;
  SmallVector<int64_t> sizes(*given);
  if (!node.has(1) || rankOf(node.in(1)) == 0) {
    int64_t chunk = given->front();
    if (chunk < 1)
      return node.fail("a chunk of " + Twine(chunk) + " is not supported");
    sizes.clear();
    for (int64_t left = dim; left > 0; left -= chunk)
      sizes.push_back(std::min(chunk, left));
  }
  SmallVector<Value> parts;
  for (int64_t size : sizes) {
    Value part = emit.sliceAxis(input, *axis, at, size);
    if (!part)
      return failure();
    if (drop) {
      SmallVector<int64_t> shape(shapeOf(part));
      shape.erase(shape.begin() + *axis);
      part = emit.reshape(part, shape);
    }
    parts.push_back(part);
    at += size;
  }
  return at == dim ? keep(node, parts) : node.fail("sizes add up to " + Twine(at) + ", not " + Twine(dim));
}

static LogicalResult convertSequenceConstruct(Node &node) { return keep(node, node.inputs); }

static LogicalResult convertSequenceAt(Node &node) {
  std::optional<SmallVector<int64_t>> position = node.constInts(1, "position");
  ArrayRef<Value> parts = partsOf(node);
  if (!position || parts.empty())
    return failure();
  int64_t count = static_cast<int64_t>(parts.size());
  if (position->size() != 1 || position->front() < -count || position->front() >= count)
    return node.fail("its position is outside a sequence of " + Twine(count));
  return node.result(parts[position->front() < 0 ? position->front() + count : position->front()]);
}

static LogicalResult convertSequenceLength(Node &node) {
  ArrayRef<Value> parts = partsOf(node);
  return parts.empty() ? failure() : node.result(node.emit.intScalar(static_cast<int64_t>(parts.size())));
}

static LogicalResult convertConcatFromSequence(Node &node) {
  Emitter &emit = node.emit;
  SmallVector<Value> parts(partsOf(node));
  if (parts.empty())
    return failure();
  bool fresh = node.getInt("new_axis", 0) != 0;
  std::optional<int64_t> axis = node.axisOf(node.getInt("axis", 0), rankOf(parts.front()) + (fresh ? 1 : 0));
  if (!axis)
    return failure();
  if (fresh)
    for (Value &part : parts)
      part = emit.insertAxes(part, {*axis});
  return node.result(emit.concat(parts, *axis));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::sequenceRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static constexpr const char *kReaders = "sequences that are taken apart again at once";
  static const OnnxRule rules[] = {
      {"", "ConcatFromSequence", 11, kLast, 1, convertConcatFromSequence, kReaders},
      {"", "SequenceAt", 11, kLast, 2, convertSequenceAt, "position known at compile time"},
      {"", "SequenceConstruct", 11, kLast, 1, convertSequenceConstruct, kReaders},
      {"", "SequenceLength", 11, kLast, 1, convertSequenceLength, ""},
      {"", "SplitToSequence", 11, kLast, 1, convertSplitToSequence, kReaders},
  };
  return rules;
}
