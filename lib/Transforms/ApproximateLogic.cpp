// Secret bits that meet public ones, and look-ups at public indices: local, by moving elements.
//
// A public bit decides which of two secret bits is read, so `and` with it is a gather from the bits beside a 0 that every party can make:
// b xor b has the mask 0 and the value 0.
#include "ApproximateSupport.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t dim : shape)
    n *= dim;
  return n;
}

// The public value as i64 over `shape`.
Value broadcastInts(Emit &emit, Value plain, ArrayRef<int64_t> shape) {
  Value wide = emit.cast(plain, emit.builder.getI64Type());
  if (shapeOf(wide) == shape)
    return wide;
  return emit.builder.create<BroadcastOp>(emit.loc, RankedTensorType::get(shape, elementOf(wide)), wide);
}

Value iota(Emit &emit, ArrayRef<int64_t> shape, int64_t first) {
  SmallVector<int64_t> numbers;
  for (int64_t i = 0, n = countOf(shape); i < n; ++i)
    numbers.push_back(first + i);
  auto type = RankedTensorType::get(shape, emit.builder.getI64Type());
  return emit.builder.create<ConstantOp>(emit.loc, type, DenseElementsAttr::get(type, ArrayRef<int64_t>(numbers)));
}

Value gatherFlat(Emit &emit, Value flat, Value indices) {
  auto type = RankedTensorType::get(shapeOf(indices), elementOf(flat));
  return emit.builder.create<GatherOp>(emit.loc, type, flat, indices, emit.builder.getI64IntegerAttr(0));
}

// secret and public, or secret xor public, over `shape`.
Value emitMixed(Emit &emit, Value secret, Value plain, ArrayRef<int64_t> shape, bool isXor) {
  if (shapeOf(secret) != shape)
    secret = emit.builder.create<BroadcastOp>(emit.loc, RankedTensorType::get(shape, elementOf(secret)), secret);
  int64_t n = countOf(shape);
  if (n == 0)
    return secret;
  Value flat = emit.reshape(secret, {n}), bit = broadcastInts(emit, plain, shape);
  if (isXor) // [b, not b], read at i + bit n
    return gatherFlat(emit, emit.concat({flat, emit.bitNot(flat)}, 0), emit.add(iota(emit, shape, 0), emit.mul(bit, iota(emit, {}, n))));
  Value one = emit.slice(flat, 0, 0, 1); // [0, b], read at bit (i + 1)
  return gatherFlat(emit, emit.concat({emit.bitXor(one, one), flat}, 0), emit.mul(bit, iota(emit, shape, 1)));
}

template <typename OpTy> struct MixedLogic : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const override {
    bool left = isSecret(op.getLhs().getType()), right = isSecret(op.getRhs().getType());
    if (left == right)
      return failure();
    Value secret = left ? op.getLhs() : op.getRhs(), plain = left ? op.getRhs() : op.getLhs();
    Emit emit(rewriter, op.getLoc());
    constexpr bool isOr = std::is_same_v<OpTy, OrOp>;
    if (isOr) { // De Morgan
      secret = emit.bitNot(secret);
      plain = emit.bitNot(plain);
    }
    Value result = emitMixed(emit, secret, plain, shapeOf(op), std::is_same_v<OpTy, XorOp>);
    rewriter.replaceOp(op, isOr ? emit.bitNot(result) : result);
    return success();
  }
};

// Of a secret at public indices: the places in the flat input are public arithmetic.
struct FlattenGatherNd : OpRewritePattern<GatherNdOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherNdOp op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()) || countOf(shapeOf(op.getInput())) == 0)
      return failure();
    Emit emit(rewriter, op.getLoc());
    ArrayRef<int64_t> in = shapeOf(op.getInput()), at = shapeOf(op.getIndices());
    int64_t batch = op.getBatchDims(), depth = at.back(), last = static_cast<int64_t>(at.size()) - 1;
    Value indices = emit.cast(op.getIndices(), rewriter.getI64Type()), place;
    SmallVector<int64_t> outer(at.drop_back());
    auto along = [&](int64_t d, int64_t stride) { // i * stride along batch dimension d
      SmallVector<int64_t> shape(outer.size(), 1), numbers;
      shape[d] = outer[d];
      for (int64_t i = 0; i < outer[d]; ++i)
        numbers.push_back(i * stride);
      auto type = RankedTensorType::get(shape, rewriter.getI64Type());
      return rewriter.create<ConstantOp>(op.getLoc(), type, DenseElementsAttr::get(type, ArrayRef<int64_t>(numbers))).getResult();
    };
    int64_t row = countOf(in.drop_front(batch + depth)), stride = 1;
    for (int64_t d = batch + depth - 1; d >= 0; --d) {
      Value term;
      if (d < batch) {
        term = along(d, stride);
      } else {
        Value index = emit.reshape(emit.slice(indices, last, d - batch, 1), outer);
        Value wrapped = emit.add(index, iota(emit, {}, in[d]));
        term = emit.mul(emit.where(emit.compare(index, iota(emit, {}, 0), "lt"), wrapped, index), iota(emit, {}, stride));
      }
      place = place ? emit.add(place, term) : term;
      stride *= in[d];
    }
    Value rows = emit.reshape(op.getInput(), {countOf(in) / std::max<int64_t>(row, 1), row});
    SmallVector<int64_t> shape(outer);
    shape.push_back(row);
    auto type = RankedTensorType::get(shape, elementOf(rows));
    Value gathered = rewriter.create<GatherOp>(op.getLoc(), type, rows, place, rewriter.getI64IntegerAttr(0));
    rewriter.replaceOp(op, emit.reshape(gathered, shapeOf(op)));
    return success();
  }
};

} // namespace

void mlir::mpc::populateLogicPatterns(RewritePatternSet &patterns, FitCache &) {
  patterns.add<MixedLogic<AndOp>, MixedLogic<OrOp>, MixedLogic<XorOp>, FlattenGatherNd>(patterns.getContext());
}
