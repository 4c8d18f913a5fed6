// What the raising patterns share: looking at values through layout and casts, and the list of pattern families.
#ifndef LIB_TRANSFORMS_RAISE_H
#define LIB_TRANSFORMS_RAISE_H

#include "mpc/Analysis/OwnerAnalysis.h"
#include <optional>

namespace mlir::mpc::raise {

// One number for all elements: a splat or one-element mpc.constant, seen through reshape, broadcast and cast.
std::optional<double> scalarOf(Value value);
bool isScalar(Value value, double expected, double relative = 1e-5);

// Through casts that change nothing.
Value skipCasts(Value value);

// Through casts, reshapes and broadcasts: the elements are the same numbers in the same order, up to repetition.
Value skipLayout(Value value);

// v = x * c: c and x, by mul or div with a scalar constant.
struct Scaled {
  Value value;
  double factor;
};
std::optional<Scaled> matchScaled(Value value);

// Operands of a binary op of kind Op, with the scalar constant second; the other order too where the op commutes.
template <typename Op> std::optional<std::pair<Value, double>> matchWithScalar(Value value) {
  auto op = skipCasts(value).getDefiningOp<Op>();
  if (!op)
    return std::nullopt;
  if (auto scalar = scalarOf(op.getRhs()))
    return std::make_pair(Value(op.getLhs()), *scalar);
  if constexpr (!std::is_same_v<Op, PowOp> && !std::is_same_v<Op, DivOp> && !std::is_same_v<Op, SubOp>)
    if (auto scalar = scalarOf(op.getLhs()))
      return std::make_pair(Value(op.getRhs()), *scalar);
  return std::nullopt;
}

inline RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }
inline ArrayRef<int64_t> shapeOf(Value value) { return typeOf(value).getShape(); }
inline bool sameShape(Value a, Value b) { return shapeOf(a) == shapeOf(b); }

// A splat f32 constant.
Value splat(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, double number);
Value reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape);
Value transposeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation);
// An elementwise op of two operands, its shape by broadcasting.
template <typename Op> Value binary(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
  auto shape = broadcastShapes(shapeOf(lhs), shapeOf(rhs));
  return builder.create<Op>(loc, RankedTensorType::get(*shape, typeOf(lhs).getElementType()), lhs, rhs);
}

// Pattern families; `owners` listens to the rewriter that runs them.
void addNormPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
void addActivationPatterns(RewritePatternSet &patterns);
void addSoftmaxPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
void addAttentionPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
// Softmax and attention with a bias that is not public, which they do not take: before the softmax patterns, or with them.
void addSecretBiasPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
void addRotaryPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
void addEmbeddingPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);
// Arithmetic identities (x * 1, x + 0, where on a constant condition): before and with the others.
void addIdentityPatterns(RewritePatternSet &patterns);
// What no family took, in the vocabulary that later phases approximate: powers as products, division as a reciprocal.
void addNormalFormPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners);

} // namespace mlir::mpc::raise

#endif
