// Ops that move elements: verifiers and folds. They serve every level, so the folds look at shapes and attributes only and
// leave element types alone.
#include "dialects/Mpc/MpcShapes.h"

using namespace mlir;
using namespace mlir::mpc;

//===-- Verifiers --------------------------------------------------------------------------------------------------===//

// MPC-C10: an element keeps its type; a fixed-point one may come to rest in a smaller ring. Where operands are joined, a public
// one may enter a secret result.
static LogicalResult checkElement(Operation *op, Type from, Type to, bool joins = false) {
  if (from == to)
    return success();
  auto source = llvm::dyn_cast<SecretType>(from), target = llvm::dyn_cast<SecretType>(to);
  Type plain = target ? target.getValue() : Type();
  auto format = llvm::dyn_cast_or_null<FxpType>(plain);
  if (source && format)
    if (auto have = llvm::dyn_cast<FxpType>(source.getValue());
        have && have.getFraction() == format.getFraction() && have.getWidth() >= format.getWidth())
      return success();
  if (joins && target && !source && (from == plain || (format && from.isIntOrFloat() && !from.isInteger(1))))
    return success();
  return op->emitOpError() << "cannot move elements of type " << from << " into " << to << " (MPC-C10)";
}

LogicalResult ReshapeOp::verify() {
  if (failed(checkElement(*this, elementOf(getInput()), elementOf(getResult()))))
    return failure();
  int64_t from = getInput().getType().getNumElements(), to = getResult().getType().getNumElements();
  if (from != to)
    return violates(*this, "MPC-C11", "has " + Twine(from) + " elements to place and room for " + Twine(to));
  return success();
}

LogicalResult TransposeOp::verify() {
  if (failed(checkElement(*this, elementOf(getInput()), elementOf(getResult()))))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(getInput()), permutation = getPermutation();
  SmallVector<bool> seen(shape.size(), false);
  SmallVector<int64_t> expected;
  for (int64_t p : permutation) {
    if (p < 0 || p >= static_cast<int64_t>(shape.size()) || seen[p])
      return violates(*this, "MPC-C12", "permutation must name each dimension of the input once");
    seen[p] = true;
    expected.push_back(shape[p]);
  }
  if (permutation.size() != shape.size())
    return violates(*this, "MPC-C12", "permutation must name each dimension of the input once");
  return checkShape(*this, "MPC-C12", getResult(), expected);
}

LogicalResult SliceOp::verify() {
  if (failed(checkElement(*this, elementOf(getInput()), elementOf(getResult()))))
    return failure();
  ArrayRef<int64_t> in = shapeOf(getInput()), out = shapeOf(getResult());
  if (out.size() != in.size() || getOffsets().size() != in.size() || getStrides().size() != in.size())
    return violates(*this, "MPC-C13", "needs an offset, a stride and a result dimension for each of " + Twine(in.size()) + " dimensions");
  for (size_t d = 0; d < in.size(); ++d) {
    if (out[d] == 0)
      continue;
    // In 128 bits: offset and stride are any i64.
    __int128 first = getOffsets()[d], last = first + static_cast<__int128>(out[d] - 1) * getStrides()[d];
    if (first < 0 || first >= in[d] || last < 0 || last >= in[d])
      return violates(*this, "MPC-C13", "reads outside dimension " + Twine(d) + " of " + Twine(in[d]) + " elements");
  }
  return success();
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return violates(*this, "MPC-C14", "needs at least one operand");
  ArrayRef<int64_t> first = shapeOf(getInputs().front());
  int64_t axis = getAxis(), rank = first.size();
  if (axis < 0 || axis >= rank)
    return violates(*this, "MPC-C14", "axis must be in [0, " + Twine(rank) + "), not " + Twine(axis));
  SmallVector<int64_t> expected(first);
  expected[axis] = 0;
  bool anySecret = false;
  for (Value input : getInputs()) {
    if (failed(checkElement(*this, elementOf(input), elementOf(getResult()), /*joins=*/true)))
      return failure();
    anySecret |= isSecret(input.getType());
    ArrayRef<int64_t> shape = shapeOf(input);
    bool fits = shape.size() == expected.size();
    for (int64_t d = 0; fits && d < rank; ++d)
      fits = d == axis || shape[d] == expected[d];
    if (!fits)
      return violates(*this, "MPC-C14", "operands must agree in all dimensions but the axis");
    expected[axis] += shape[axis];
  }
  if (isSecret(getType()) && !anySecret)
    return violates(*this, "MPC-C20", "result is secret though no operand is");
  return checkShape(*this, "MPC-C14", getResult(), expected);
}

LogicalResult BroadcastOp::verify() {
  if (failed(checkElement(*this, elementOf(getInput()), elementOf(getResult()))))
    return failure();
  if (!broadcastsTo(shapeOf(getInput()), shapeOf(getResult())))
    return violates(*this, "MPC-C15",
                    "cannot broadcast " + describeShape(shapeOf(getInput())) + " to " + describeShape(shapeOf(getResult())));
  return success();
}

LogicalResult GatherOp::verify() {
  if (failed(checkElement(*this, elementOf(getInput()), elementOf(getResult()))))
    return failure();
  Type index = elementOf(getIndices());
  if (!index.isInteger(64) && !index.isInteger(32))
    return violates(*this, "MPC-C16", "indices must be i64 or i32");
  ArrayRef<int64_t> in = shapeOf(getInput());
  int64_t axis = getAxis(), rank = in.size();
  if (axis < 0 || axis >= rank)
    return violates(*this, "MPC-C16", "axis must be in [0, " + Twine(rank) + "), not " + Twine(axis));
  SmallVector<int64_t> expected(in.take_front(axis));
  llvm::append_range(expected, shapeOf(getIndices()));
  llvm::append_range(expected, in.drop_front(axis + 1));
  return checkShape(*this, "MPC-C16", getResult(), expected);
}

//===-- Folds ------------------------------------------------------------------------------------------------------===//

// Constants up to this many elements are moved element by element; larger ones keep their op (a splat is moved at any size).
static constexpr int64_t kLargestFolded = 4096;

// The constant `input` with its elements rearranged: element i of the result is element source(i).
static Attribute rearrange(Attribute input, RankedTensorType type, llvm::function_ref<int64_t(ArrayRef<int64_t>)> source) {
  auto elements = llvm::dyn_cast_if_present<DenseElementsAttr>(input);
  if (!elements || elements.getElementType() != type.getElementType())
    return {};
  if (elements.isSplat())
    return DenseElementsAttr::get(type, elements.getSplatValue<Attribute>());
  if (type.getNumElements() > kLargestFolded || elements.getNumElements() > kLargestFolded)
    return {};
  SmallVector<Attribute> values(elements.getValues<Attribute>()), moved;
  SmallVector<int64_t> index(type.getRank(), 0);
  for (int64_t i = 0, n = type.getNumElements(); i < n; ++i) {
    moved.push_back(values[source(index)]);
    for (int64_t d = type.getRank() - 1; d >= 0 && ++index[d] == type.getDimSize(d); --d)
      index[d] = 0;
  }
  return DenseElementsAttr::get(type, moved);
}

// C-order strides in elements.
static SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

// reshape to its own type; reshape of reshape; of a constant.
OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto elements = llvm::dyn_cast_if_present<DenseElementsAttr>(adaptor.getInput()))
    if (elements.getElementType() == getType().getElementType())
      return elements.reshape(getType());
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

// Identity permutation; transpose of transpose; of a constant.
OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  ArrayRef<int64_t> permutation = getPermutation();
  bool identity = true;
  for (auto [i, p] : llvm::enumerate(permutation))
    identity &= static_cast<int64_t>(i) == p;
  if (identity && getInput().getType() == getType())
    return getInput();
  SmallVector<int64_t> strides = stridesOf(shapeOf(getInput()));
  if (Attribute moved = rearrange(adaptor.getInput(), getType(), [&](ArrayRef<int64_t> index) {
        int64_t at = 0;
        for (auto [i, p] : llvm::enumerate(permutation))
          at += index[i] * strides[p];
        return at;
      }))
    return moved;
  if (auto inner = getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> composed;
    for (int64_t p : permutation)
      composed.push_back(inner.getPermutation()[p]);
    setPermutation(composed);
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

// The whole input; slice of slice; of a constant.
OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  ArrayRef<int64_t> offsets = getOffsets(), strides = getStrides(), out = getType().getShape();
  bool whole = getInput().getType() == getType();
  for (size_t d = 0; d < out.size(); ++d)
    whole &= out[d] == 0 || (offsets[d] == 0 && (strides[d] == 1 || out[d] == 1));
  if (whole)
    return getInput();
  SmallVector<int64_t> elementStrides = stridesOf(shapeOf(getInput()));
  if (Attribute moved = rearrange(adaptor.getInput(), getType(), [&](ArrayRef<int64_t> index) {
        int64_t at = 0;
        for (size_t d = 0; d < index.size(); ++d)
          at += (offsets[d] + index[d] * strides[d]) * elementStrides[d];
        return at;
      }))
    return moved;
  if (auto inner = getInput().getDefiningOp<SliceOp>()) {
    SmallVector<int64_t> newOffsets, newStrides;
    for (size_t d = 0; d < out.size(); ++d) {
      // A dimension of one element has any stride: 1 keeps the products below from growing.
      newOffsets.push_back(out[d] == 0 ? 0 : inner.getOffsets()[d] + offsets[d] * inner.getStrides()[d]);
      newStrides.push_back(out[d] <= 1 ? 1 : strides[d] * inner.getStrides()[d]);
    }
    setOffsets(newOffsets);
    setStrides(newStrides);
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

// To its own shape; broadcast of broadcast; of a constant.
OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  ArrayRef<int64_t> in = shapeOf(getInput());
  SmallVector<int64_t> strides = stridesOf(in);
  size_t added = getType().getRank() - in.size();
  if (Attribute moved = rearrange(adaptor.getInput(), getType(), [&](ArrayRef<int64_t> index) {
        int64_t at = 0;
        for (size_t d = 0; d < in.size(); ++d)
          at += in[d] == 1 ? 0 : index[d + added] * strides[d];
        return at;
      }))
    return moved;
  if (auto inner = getInput().getDefiningOp<BroadcastOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}
