// Raising: softmax(scale q k^T + bias) v. The scale may stand on the scores, on q, on k, or split over both; the keys may come
// transposed through any layout; copies of grouped key and value heads are taken off.
#include "Raise.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

// Whether a constant factor can be taken off `value`, through layout.
bool hasFactor(Value value, int depth = 0) {
  if (matchScaled(value))
    return true;
  Operation *op = value.getDefiningOp();
  return depth < 6 && isa_and_nonnull<TransposeOp, ReshapeOp, BroadcastOp, CastOp>(op) && hasFactor(op->getOperand(0), depth + 1);
}

// Takes constant factors off `value` and multiplies them to `scale`; layout above them is built anew on the value without them.
Value takeFactors(Value value, double &scale, OpBuilder &builder, Location loc) {
  while (auto scaled = matchScaled(value)) {
    if (!sameShape(scaled->value, value))
      return value;
    scale *= scaled->factor;
    value = scaled->value;
  }
  Operation *op = value.getDefiningOp();
  if (!op || !isa<TransposeOp, ReshapeOp, BroadcastOp, CastOp>(op) || !hasFactor(value))
    return value;
  Value inner = takeFactors(op->getOperand(0), scale, builder, loc);
  if (inner == op->getOperand(0))
    return value;
  Operation *copy = builder.clone(*op);
  copy->setOperand(0, inner);
  return copy->getResult(0);
}

// A value with the last two dimensions of `value` swapped, reusing what the exporter transposed.
Value transposed(Value value, OpBuilder &builder, Location loc) {
  ArrayRef<int64_t> shape = shapeOf(value);
  int64_t rank = shape.size();
  if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
    // Leading dimensions merged or split: the matrix at the end is the same.
    ArrayRef<int64_t> inner = shapeOf(reshape.getInput());
    if (inner.size() >= 2 && inner.take_back(2) == shape.take_back(2)) {
      SmallVector<int64_t> swapped(shape);
      std::swap(swapped[rank - 1], swapped[rank - 2]);
      return reshapeTo(builder, loc, transposed(reshape.getInput(), builder, loc), swapped);
    }
  }
  SmallVector<int64_t> permutation;
  for (int64_t i = 0; i < rank; ++i)
    permutation.push_back(i);
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return transposeTo(builder, loc, value, permutation);
}

// The index i / group for i < heads, as an exporter writes repeat_interleave.
bool isInterleavedRepeat(Value indices, int64_t heads, int64_t kvHeads) {
  auto constant = indices.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue()) : DenseIntElementsAttr();
  if (!elements || elements.getNumElements() != heads || heads % kvHeads != 0)
    return false;
  for (auto [i, value] : llvm::enumerate(elements.getValues<APInt>()))
    if (value.getSExtValue() != static_cast<int64_t>(i) / (heads / kvHeads))
      return false;
  return true;
}

// [..., Hkv, S, D] where `value` [..., H, S, D] holds each head H / Hkv times in a row; else `value`.
Value withoutCopies(Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  if (shape.size() < 3)
    return value;
  int64_t heads = shape[shape.size() - 3];
  auto accept = [&](Value original) {
    ArrayRef<int64_t> inner = shapeOf(original);
    return inner.size() == shape.size() && inner.drop_back(3) == shape.drop_back(3) && inner.take_back(2) == shape.take_back(2) &&
           inner[inner.size() - 3] > 0 && heads % inner[inner.size() - 3] == 0;
  };
  if (auto gather = value.getDefiningOp<GatherOp>())
    if (gather.getAxis() + 3 == shape.size() && accept(gather.getInput()) &&
        isInterleavedRepeat(gather.getIndices(), heads, shapeOf(gather.getInput())[shape.size() - 3]))
      return gather.getInput();
  // One head for all.
  if (auto broadcast = value.getDefiningOp<BroadcastOp>())
    if (accept(broadcast.getInput()) && shapeOf(broadcast.getInput())[shape.size() - 3] == 1)
      return broadcast.getInput();
  // [..., Hkv, S, D] -> [..., Hkv, 1, S, D] -> [..., Hkv, G, S, D] -> [..., H, S, D]
  auto merge = value.getDefiningOp<ReshapeOp>();
  auto broadcast = merge ? merge.getInput().getDefiningOp<BroadcastOp>() : BroadcastOp();
  auto split = broadcast ? broadcast.getInput().getDefiningOp<ReshapeOp>() : ReshapeOp();
  if (!broadcast)
    return value;
  ArrayRef<int64_t> wide = shapeOf(broadcast.getResult()), narrow = shapeOf(broadcast.getInput());
  if (wide.size() != narrow.size() || wide.size() != shape.size() + 1)
    return value;
  size_t group = wide.size() - 3;
  for (size_t i = 0; i < wide.size(); ++i)
    if (i == group ? narrow[i] != 1 : narrow[i] != wide[i])
      return value;
  if (wide.drop_back(4) != shape.drop_back(3) || wide.take_back(2) != shape.take_back(2) || wide[group - 1] * wide[group] != heads)
    return value;
  SmallVector<int64_t> original(narrow);
  original.erase(original.begin() + group);
  if (split && shapeOf(split.getInput()) == ArrayRef<int64_t>(original))
    return split.getInput();
  return value;
}

int64_t headsOf(Value value) { return shapeOf(value)[shapeOf(value).size() - 3]; }

struct RaiseAttention : OpRewritePattern<MatmulOp> {
  RaiseAttention(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 2), owners(owners) {}

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    auto softmax = skipMerges(op.getLhs()).getDefiningOp<SoftmaxOp>();
    // Probabilities that the model returns are computed once, not twice.
    if (!softmax || !softmax->hasOneUse() || (softmax.getBias() && !owners.isPublic(softmax.getBias())))
      return failure();
    double scale = 1;
    Value scores = skipMerges(softmax.getInput());
    while (auto scaled = matchScaled(scores)) {
      if (!sameShape(scaled->value, scores))
        return failure();
      scale *= scaled->factor;
      scores = skipMerges(scaled->value);
    }
    auto product = scores.getDefiningOp<MatmulOp>();
    // Leading dimensions are those of the mask: some exporters merge batch and heads for the products alone.
    SmallVector<int64_t> leading(shapeOf(softmax.getResult()).drop_back(2));
    if (leading.empty())
      leading.push_back(1);
    if (!product || !fits(leading, product.getLhs(), product.getResult(), false) ||
        !fits(leading, product.getRhs(), product.getResult(), true) || !fits(leading, op.getRhs(), op.getResult(), true))
      return failure();

    Location loc = op.getLoc();
    Value query = withLeading(takeFactors(product.getLhs(), scale, rewriter, loc), leading, rewriter, loc);
    Value keys = takeFactors(product.getRhs(), scale, rewriter, loc);
    Value key = takeFactors(transposed(keys, rewriter, loc), scale, rewriter, loc);
    key = withLeading(key, leading, rewriter, loc);
    Value value = withLeading(skipCasts(op.getRhs()), leading, rewriter, loc);
    Value oneKey = withoutCopies(key), oneValue = withoutCopies(value);
    if (headsOf(oneKey) == headsOf(oneValue)) {
      key = oneKey;
      value = oneValue;
    } else { // keys of all heads beside values of one, or the other way around
      key = withHeads(key, leading.back(), rewriter, loc);
      value = withHeads(value, leading.back(), rewriter, loc);
    }
    SmallVector<int64_t> shape(leading);
    llvm::append_range(shape, shapeOf(op.getResult()).take_back(2));
    Value result = rewriter.create<AttentionOp>(loc, RankedTensorType::get(shape, op.getType().getElementType()), query, key, value,
                                                softmax.getBias(), rewriter.getF64FloatAttr(scale), softmax.getZeroMaskedRowsAttr());
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, shapeOf(op.getResult())));
    return success();
  }

  // Through casts and reshapes of the leading dimensions.
  static Value skipMerges(Value value) {
    while (true) {
      value = skipCasts(value);
      auto reshape = value.getDefiningOp<ReshapeOp>();
      if (!reshape || shapeOf(value).size() < 2 || shapeOf(reshape.getInput()).take_back(2) != shapeOf(value).take_back(2))
        return value;
      value = reshape.getInput();
    }
  }

  static int64_t count(ArrayRef<int64_t> shape) {
    int64_t total = 1;
    for (int64_t size : shape)
      total *= size;
    return total;
  }

  // Whether a factor of `product` has all its leading dimensions, so that nothing is broadcast; or, for keys and values, one head
  // for all.
  static bool fits(ArrayRef<int64_t> leading, Value factor, Value product, bool oneHead) {
    ArrayRef<int64_t> own = shapeOf(factor).drop_back(2), all = shapeOf(product).drop_back(2);
    if (count(all) != count(leading))
      return false;
    if (own == all)
      return true;
    return oneHead && all == leading && own.size() == all.size() && own.drop_back() == all.drop_back() && own.back() == 1;
  }

  static Value withLeading(Value value, ArrayRef<int64_t> leading, OpBuilder &builder, Location loc) {
    ArrayRef<int64_t> own = shapeOf(value).drop_back(2);
    if (own == leading || count(own) != count(leading))
      return value;
    SmallVector<int64_t> shape(leading);
    llvm::append_range(shape, shapeOf(value).take_back(2));
    return reshapeTo(builder, loc, value, shape);
  }

  // One head repeated for all.
  static Value withHeads(Value value, int64_t heads, OpBuilder &builder, Location loc) {
    if (headsOf(value) == heads)
      return value;
    SmallVector<int64_t> shape(shapeOf(value));
    shape[shape.size() - 3] = heads;
    return builder.create<BroadcastOp>(loc, RankedTensorType::get(shape, typeOf(value).getElementType()), value);
  }
  OwnerAnalysis &owners;
};

// Fused attention ops of the importer may carry copied heads as well.
struct TakeOffCopies : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    Value key = withoutCopies(op.getKey()), value = withoutCopies(op.getValue());
    if ((key == op.getKey() && value == op.getValue()) || headsOf(key) != headsOf(value))
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getKeyMutable().assign(key);
      op.getValueMutable().assign(value);
    });
    return success();
  }
};

// A bias that is not public, as of learned relative positions, is an addend of the scores. Its public part, a mask, goes back to the bias
// (TakePublicAddends).
struct AddSecretBias : OpRewritePattern<SoftmaxOp> {
  AddSecretBias(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    if (!op.getBias() || owners.isPublic(op.getBias()))
      return failure();
    Value sum = rewriter.create<AddOp>(op.getLoc(), op.getType(), op.getInput(), op.getBias());
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), sum, Value(), op.getZeroMaskedRowsAttr());
    return success();
  }
  OwnerAnalysis &owners;
};

// So an attention with such a bias is two products around a softmax. Query heads that share a key are one dimension more.
struct TakeApartSecretBias : OpRewritePattern<AttentionOp> {
  TakeApartSecretBias(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context), owners(owners) {}
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (!op.getBias() || owners.isPublic(op.getBias()))
      return failure();
    Location loc = op.getLoc();
    Type element = op.getType().getElementType();
    int64_t shared = headsOf(op.getKey()), group = headsOf(op.getQuery()) / shared;
    auto split = [&](Value value, int64_t copies) {
      SmallVector<int64_t> shape(shapeOf(value));
      if (group == 1)
        return value;
      shape[shape.size() - 3] = shared;
      shape.insert(shape.end() - 2, copies);
      return reshapeTo(rewriter, loc, value, shape);
    };
    auto multiply = [&](Value lhs, Value rhs) -> Value {
      SmallVector<int64_t> shape(shapeOf(lhs));
      shape.back() = shapeOf(rhs).back();
      return rewriter.create<MatmulOp>(loc, RankedTensorType::get(shape, element), lhs, rhs);
    };
    SmallVector<int64_t> scoreShape(shapeOf(op.getQuery()));
    scoreShape.back() = shapeOf(op.getKey())[scoreShape.size() - 2];
    Value query = split(op.getQuery(), group), keys = transposed(split(op.getKey(), 1), rewriter, loc);
    Value scores = reshapeTo(rewriter, loc, multiply(query, keys), scoreShape);
    scores = binary<MulOp>(rewriter, loc, scores, splat(rewriter, loc, {}, op.getScale().convertToDouble()));
    Value weights = rewriter.create<SoftmaxOp>(loc, scores.getType(), scores, op.getBias(), op.getZeroMaskedRowsAttr());
    Value sums = multiply(split(weights, group), split(op.getValue(), 1));
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, sums, shapeOf(op.getResult())));
    return success();
  }
  OwnerAnalysis &owners;
};

} // namespace

void raise::addSecretBiasPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<AddSecretBias, TakeApartSecretBias>(patterns.getContext(), owners);
}

void raise::addAttentionPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<RaiseAttention>(patterns.getContext(), owners);
  patterns.add<TakeOffCopies>(patterns.getContext());
}
