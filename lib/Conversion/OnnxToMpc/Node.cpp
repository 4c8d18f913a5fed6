// Attributes and constant inputs of nodes.
#include "Node.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

int64_t Node::getInt(StringRef name, int64_t absent) {
  Attribute value = find(name);
  if (!value)
    return absent;
  if (auto number = llvm::dyn_cast<IntegerAttr>(value))
    return number.getInt();
  emit.fail("attribute '" + name + "': expected an integer");
  return absent;
}

double Node::getReal(StringRef name, double absent) {
  Attribute value = find(name);
  if (!value)
    return absent;
  if (auto number = llvm::dyn_cast<FloatAttr>(value))
    return number.getValueAsDouble();
  emit.fail("attribute '" + name + "': expected a real number");
  return absent;
}

StringRef Node::getText(StringRef name, StringRef absent) {
  Attribute value = find(name);
  if (!value)
    return absent;
  if (auto text = llvm::dyn_cast<StringAttr>(value))
    return text.getValue();
  emit.fail("attribute '" + name + "': expected a string");
  return absent;
}

std::optional<SmallVector<int64_t>> Node::getInts(StringRef name) {
  Attribute value = find(name);
  if (!value)
    return std::nullopt;
  if (auto numbers = llvm::dyn_cast<DenseI64ArrayAttr>(value))
    return SmallVector<int64_t>(numbers.asArrayRef());
  emit.fail("attribute '" + name + "': expected integers");
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> Node::constInts(size_t i, StringRef what) {
  Value value = in(i);
  std::optional<SmallVector<int64_t>> numbers = value ? emit.getInts(value) : std::nullopt;
  if (!numbers)
    emit.fail(what + " (input " + Twine(i) + ") must be integers known at compile time" +
              (value ? ", found " + describe(value) + " that depends on the inputs" : ""));
  return numbers;
}

std::optional<SmallVector<int64_t>> Node::intsFrom(StringRef attribute, size_t i) {
  if (std::optional<SmallVector<int64_t>> numbers = getInts(attribute))
    return numbers;
  if (has(i))
    return constInts(i, attribute);
  return SmallVector<int64_t>();
}

std::optional<int64_t> Node::axisOf(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  emit.fail("axis " + Twine(axis) + " does not fit " + Twine(rank) + " dimensions");
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> Node::axesOf(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    std::optional<int64_t> front = axisOf(axis, rank);
    if (!front)
      return std::nullopt;
    if (llvm::is_contained(result, *front)) {
      emit.fail("axis " + Twine(axis) + " is given twice");
      return std::nullopt;
    }
    result.push_back(*front);
  }
  llvm::sort(result);
  return result;
}
