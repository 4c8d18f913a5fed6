// Makes mpc ops on plain tensors, inferring shapes, and computes those whose operands are constants on the spot: the runtime's own
// clear kernels, so that a folded value is the one that the program would have computed.
#ifndef LIB_CONVERSION_ONNXTOMPC_EMITTER_H
#define LIB_CONVERSION_ONNXTOMPC_EMITTER_H

#include "dialects/Mpc/Mpc.h"
#include "mlir/IR/Builders.h"
#include <optional>

namespace mlir::mpc::fromonnx {

// An element type as the program holds it: reals are f32, integers i32 or i64 (the smaller that has all values; i64 for ui64), i1.
// Null for anything else.
Type plainElement(Type type);

// A tensor of the file in that element type; null for one that the program cannot hold, as of unsigned numbers beyond int64.
DenseElementsAttr toPlain(DenseElementsAttr elements);

// Shapes and element types of values; empty and null for a null value.
ArrayRef<int64_t> shapeOf(Value value);
Type elementOf(Value value);
inline int64_t rankOf(Value value) { return shapeOf(value).size(); }
inline bool isReal(Value value) { return value && elementOf(value).isF32(); }
inline bool isBit(Value value) { return value && elementOf(value).isInteger(1); }
inline bool isInt(Value value) { return value && !isReal(value) && !isBit(value); }

// Number of elements of a shape.
int64_t countOf(ArrayRef<int64_t> shape);

// 0, 1, ..., count - 1; from `first` to before `last`.
SmallVector<int64_t> iota(int64_t count);
SmallVector<int64_t> iota(int64_t first, int64_t last);

// "f32[1,17]": for error texts.
std::string describe(Value value);

// Every function returns null on an error, and where an operand is null; the first error's text is kept in `error`. So a converter can
// write expressions and look at the end.
class Emitter {
public:
  explicit Emitter(MLIRContext *context) : builder(context) {}

  OpBuilder builder;
  Location loc = UnknownLoc::get(builder.getContext());
  std::string error;
  // The parts of sequences of tensors, by the file's value.
  DenseMap<Value, SmallVector<Value>> sequences;

  // Records `text` (the first stays), and is null.
  Value fail(const Twine &text);

  Value constant(DenseElementsAttr value);
  Value realScalar(double value);             // f32, no dimension
  Value ints(ArrayRef<int64_t> values);       // i64, one dimension
  Value intScalar(int64_t value);             // i64, no dimension
  Value scalarLike(Value like, double value); // of the element type of `like`, no dimension
  Value splat(ArrayRef<int64_t> shape, Type element, double value);

  // The constant behind `value`; null where it is none.
  DenseElementsAttr getConstant(Value value);
  // Its elements as integers or reals.
  std::optional<SmallVector<int64_t>> getInts(Value value);
  std::optional<SmallVector<double>> getReals(Value value);

  Value reshape(Value input, ArrayRef<int64_t> shape);
  Value transpose(Value input, ArrayRef<int64_t> permutation);
  Value swapLast(Value input); // exchanges the last two dimensions
  Value slice(Value input, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides);
  Value sliceAxis(Value input, int64_t axis, int64_t offset, int64_t size);
  Value concat(ArrayRef<Value> inputs, int64_t axis);
  Value broadcast(Value input, ArrayRef<int64_t> shape);
  Value gather(Value input, Value indices, int64_t axis);
  Value insertAxes(Value input, ArrayRef<int64_t> axes); // axes of the result, sorted, non-negative

  template <class OpTy> Value unary(Value input) { return input ? finish(builder.create<OpTy>(loc, input.getType(), input)) : Value(); }
  // Joined shape, the operands' element type (which must be one).
  template <class OpTy> Value binary(Value lhs, Value rhs) {
    RankedTensorType type = joinedType(lhs, rhs);
    return type ? finish(builder.create<OpTy>(loc, type, lhs, rhs)) : Value();
  }
  Value cast(Value input, Type element);
  Value compare(Value lhs, Value rhs, StringRef predicate);
  Value where(Value condition, Value lhs, Value rhs);
  Value reduce(StringRef kind, Value input, ArrayRef<int64_t> axes, bool keepDims); // axes sorted, non-negative
  Value matmul(Value lhs, Value rhs);                                               // numpy's, also with one dimension
  Value softmax(Value input, int64_t axis);

  // Short forms of the frequent ones; mul of `x` by a number, and so on.
  Value add(Value lhs, Value rhs) { return binary<AddOp>(lhs, rhs); }
  Value sub(Value lhs, Value rhs) { return binary<SubOp>(lhs, rhs); }
  Value mul(Value lhs, Value rhs) { return binary<MulOp>(lhs, rhs); }
  Value div(Value lhs, Value rhs) { return binary<DivOp>(lhs, rhs); }
  Value scale(Value input, double factor); // of integers by whole factors alone

  // Folds the op, which has one result, where its operands are constants. Any op made by other means goes through here too.
  Value finish(Operation *op);

private:
  RankedTensorType joinedType(Value lhs, Value rhs);
  Value fold(Operation *op);
};

} // namespace mlir::mpc::fromonnx

#endif
