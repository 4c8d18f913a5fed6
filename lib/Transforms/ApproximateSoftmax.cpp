// softmax and attention.
//
// Masks are public: masked scores are replaced by a constant far below any score, and their weights by 0, both local. The maximum comes
// from a tournament, the exponential from its gate (floor -48; what is below -40 becomes 0 by a comparison), the sum's inverse from
// emitPower on [1, n]. Heads that share keys (grouped queries) stay one matrix product: the group is merged into the query rows.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kExpFloor = 48; // 4 cases of the gate
static constexpr double kExpClamp = -40;
// f32 adds a score to this or less and keeps nothing of the score.
static constexpr double kAbsorbs = -1e8;

static Value maxOfRows(Emit &emit, Value v) {
  SmallVector<int64_t> shape(shapeOf(v));
  if (shape.empty())
    return v;
  shape.back() = 1;
  return emit.builder.create<ReduceOp>(emit.loc, RankedTensorType::get(shape, emit.builder.getF32Type()), v, "max",
                                       ArrayRef<int64_t>{static_cast<int64_t>(shape.size()) - 1});
}

// A mask as it acts on each row. Where it leaves no key, f32 still divides by a sum that is not 0: only differences count, so the row is
// raised by its own maximum, and a maximum that absorbs the scores leaves equal ones (`factor` 0). Rows of -inf alone stay masked.
struct RowMask {
  Value bias, factor;
};
static RowMask raiseMaskedRows(Emit &emit, Value bias) {
  Value most = maxOfRows(emit, bias), zero = emit.constant(0), one = emit.constant(1);
  Value open = emit.compare(most, emit.constant(kMaskThreshold), "gt");
  Value finite = emit.builder.create<MaxOp>(emit.loc, most.getType(), most, emit.constant(std::numeric_limits<float>::lowest()));
  Value raised = emit.sub(bias, emit.where(open, zero, finite));
  return {raised, emit.where(emit.compare(most, emit.constant(kAbsorbs), "gt"), one, zero)};
}
// Fractional bits beyond the preset's of a weighted sum that a number above 1 will multiply.
static constexpr unsigned kSumBits = 3;

// Weights e^(x - m) of rows, not yet divided by their sum, and the sum's inverse.
struct Weights {
  Value e, inverse, keep; // keep: 0 where a mask hides, public, may be null
};

// `scores`: what scores and bias together are where nothing is masked, if that is known and narrow.
static FailureOr<Weights> emitWeights(Emit &emit, Operation *op, FitCache &fits, Value x, Value bias, std::optional<Interval> scores) {
  int64_t last = static_cast<int64_t>(shapeOf(x).size()) - 1, n = shapeOf(x)[last];
  if (auto stated = statedRange(x); !scores && (!stated || stated->magnitude() > kScoreBound))
    x = emit.state(x, {-kScoreBound, kScoreBound, RangeKind::Assumed});
  Value keep;
  if (bias) {
    RowMask mask = raiseMaskedRows(emit, bias);
    bias = mask.bias;
    Value unmasked = emit.compare(bias, emit.constant(kMaskThreshold), "gt");
    keep = emit.cast(unmasked, emit.builder.getF32Type());
    x = emit.add(emit.mul(x, emit.mul(keep, mask.factor)), emit.where(unmasked, bias, emit.constant(scores ? scores->low : kMaskedScore)));
    if (scores)
      Emit::range(x, scores->low, scores->high, scores->kind);
    else
      Emit::range(x, kMaskedScore, kScoreBound, RangeKind::Assumed);
  }
  PowerSpec spec;
  spec.perRow = true;
  Value e;
  if (scores) {
    CoarseExponentials coarse = emitCoarseExponentials(emit, fits, x, *scores, keep);
    e = coarse.weights;
    spec.low = coarse.least;
    spec.fraction = fits.getFraction() + 4;
  } else {
    Value d = Emit::range(emit.sub(x, emitMaxLast(emit, x)), kMaskedScore - kScoreBound, 0, RangeKind::Assumed);
    e = emit.expNegative(d, kExpFloor);
    Value near = emit.bitNot(emit.bit(emit.below(d, {kExpClamp}), 0));
    e = emit.select(near, e);
    if (keep)
      e = emit.mul(e, keep);
    // The largest element's own term is 1; in f32 the tournament's a + (b - a) rounds, and with masked scores near 2^18 by some hundredths.
    spec.low = 0.5;
    spec.fraction = fits.getFraction() + std::min(8, static_cast<int>(std::ceil(std::log2(static_cast<double>(n)))));
  }

  Value total = emit.sum(e, {last});
  // Rows whose every score is masked by -inf divide 0 by 1: which they are is public.
  if (keep)
    total = emit.add(total, emit.sub(emit.constant(1), maxOfRows(emit, keep)));
  spec.high = static_cast<double>(n);
  if (scores)
    Emit::range(total, spec.low, spec.high * 1.01, scores->kind);
  FailureOr<Value> inverse = emitPower(emit, op, fits, total, spec);
  if (failed(inverse))
    return failure();
  return Weights{e, *inverse, keep};
}

static FailureOr<Value> emitSoftmax(Emit &emit, Operation *op, FitCache &fits, Value x, Value bias) {
  FailureOr<Weights> w = emitWeights(emit, op, fits, x, bias, coarseScores(op, fits));
  if (failed(w))
    return failure();
  Value p = Emit::range(emit.mul(w->e, w->inverse), -0x1p-10, 1 + 0x1p-8);
  // A hidden weight is 0 under a mask of 0, which a product's rounding makes an ulp of, always: hidden once more, it is 0.
  return w->keep ? Emit::range(emit.mul(p, w->keep), -0x1p-10, 1 + 0x1p-8) : p;
}

//===-- A public factor, where it costs nothing --------------------------------------------------------------------===//

// Whether `value` times a constant can be had by changing a public factor or an owner's own computation, all with no other user.
static bool canAbsorb(Value value) {
  if (!isSecret(value.getType()))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse() || op->getNumResults() != 1)
    return false;
  if (llvm::isa<ReshapeOp, TransposeOp, SliceOp, BroadcastOp>(op))
    return canAbsorb(op->getOperand(0));
  if (llvm::isa<AddOp, SubOp>(op))
    return canAbsorb(op->getOperand(0)) && canAbsorb(op->getOperand(1));
  if (llvm::isa<MatmulOp>(op))
    return canAbsorb(op->getOperand(0)) || canAbsorb(op->getOperand(1));
  if (auto owned = llvm::dyn_cast<OwnedOp>(op))
    return owned.getOwner() == "model" && getPlainElementType(elementOf(value)).isF32();
  return llvm::isa<RotaryOp>(op);
}

static void absorb(PatternRewriter &rewriter, OpOperand &use, double factor) {
  OpBuilder::InsertionGuard guard(rewriter);
  Value value = use.get();
  auto scaled = [&](Value v) {
    Emit emit(rewriter, v.getLoc());
    return emit.mul(v, factor);
  };
  if (!isSecret(value.getType())) {
    rewriter.setInsertionPoint(use.getOwner());
    rewriter.modifyOpInPlace(use.getOwner(), [&] { use.set(scaled(value)); });
    return;
  }
  Operation *op = value.getDefiningOp();
  op->removeAttr(kRangeAttr); // stated before the factor
  op->removeAttr(kRangeKindAttr);
  if (auto owned = llvm::dyn_cast<OwnedOp>(op)) {
    Operation *yield = owned.getBody().front().getTerminator();
    rewriter.setInsertionPoint(yield);
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperand(0, scaled(yield->getOperand(0))); });
  } else if (llvm::isa<RotaryOp>(op)) {
    absorb(rewriter, op->getOpOperand(1), factor);
    absorb(rewriter, op->getOpOperand(2), factor);
  } else if (llvm::isa<AddOp, SubOp>(op)) {
    absorb(rewriter, op->getOpOperand(0), factor);
    absorb(rewriter, op->getOpOperand(1), factor);
  } else if (llvm::isa<MatmulOp>(op)) {
    absorb(rewriter, op->getOpOperand(canAbsorb(op->getOperand(1)) ? 1 : 0), factor);
  } else {
    absorb(rewriter, op->getOpOperand(0), factor);
  }
}

static bool isPowerOfTwo(double x) {
  int exponent;
  return std::abs(std::frexp(x, &exponent)) == 0.5;
}

namespace {

struct ExpandSoftmax : ExpandSecret<SoftmaxOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(SoftmaxOp op, Emit &emit) const override { return emitSoftmax(emit, op, fits, op.getInput(), op.getBias()); }
};

// softmax(where(public mask, x, very negative)) is a mask in another spelling.
struct MaskOfWhere : OpRewritePattern<SoftmaxOp> {
  MaskOfWhere(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    auto where = op.getInput().getDefiningOp<WhereOp>();
    if (!where || op.getBias() || isSecret(where.getCondition().getType()) || !isSecret(op.getType()))
      return failure();
    auto hides = [](Value v) {
      auto splat = getConstantSplat(v);
      return splat && *splat <= kMaskThreshold;
    };
    bool left = hides(where.getLhs()), right = hides(where.getRhs());
    Value kept = left ? where.getRhs() : where.getLhs();
    if (left == right || kept.getType() != op.getInput().getType())
      return failure();
    Emit emit(rewriter, op.getLoc());
    // The selected number stands alone, without a score: as an addend it has to absorb the score.
    double low = *getConstantSplat(left ? where.getLhs() : where.getRhs());
    Value zero = emit.constant(0), hidden = emit.constant(std::min(low, static_cast<double>(std::numeric_limits<float>::lowest())));
    Value bias = emit.where(where.getCondition(), left ? hidden : zero, left ? zero : hidden);
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), kept, bias, op.getZeroMaskedRows());
    return success();
  }
};

struct ExpandAttention : OpRewritePattern<AttentionOp> {
  ExpandAttention(MLIRContext *context, FitCache &fits) : OpRewritePattern(context), fits(fits) {}
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (!isSecret(op.getType()))
      return failure();
    Emit emit(rewriter, op.getLoc());
    double scale = op.getScale().convertToDouble();
    if (scale != 1 && !isPowerOfTwo(scale)) {
      for (unsigned i : {0u, 1u}) {
        if (isSecret(op->getOperand(i).getType()) && canAbsorb(op->getOperand(i))) {
          absorb(rewriter, op->getOpOperand(i), scale);
          scale = 1;
          break;
        }
      }
    }
    Value q = op.getQuery(), k = op.getKey(), v = op.getValue();
    rewriter.setInsertionPoint(op);
    if (scale != 1)
      q = emit.mul(q, scale);
    SmallVector<int64_t> full(shapeOf(q)), merged(full), scores(full);
    size_t rank = full.size();
    int64_t heads = full[rank - 3], shared = shapeOf(k)[rank - 3];
    merged[rank - 3] = shared;
    merged[rank - 2] = full[rank - 2] * (heads / shared);
    scores[rank - 1] = shapeOf(k)[rank - 2];
    Value s = emit.matmul(emit.reshape(q, merged), emit.swapLast(k)), p;
    if (isSecret(s.getType())) {
      Emit::range(s, -kScoreBound, kScoreBound, RangeKind::Assumed);
      s = Emit::range(emit.reshape(s, scores), -kScoreBound, kScoreBound, RangeKind::Assumed);
      if (coarseScores(op, fits))
        return divideAfterwards(emit, op, s, merged, rewriter);
      FailureOr<Value> rows = emitSoftmax(emit, op, fits, s, op.getBias());
      if (failed(rows))
        return failure();
      p = *rows;
    } else { // of a secret value alone
      s = emit.reshape(s, scores);
      p = rewriter.create<SoftmaxOp>(op.getLoc(), s.getType(), s, op.getBias(), op.getZeroMaskedRows());
    }
    merged[rank - 1] = scores[rank - 1];
    Value mixed = emit.matmul(emit.reshape(p, merged), v);
    // Rows of p sum to 1: no element is larger than the largest of v.
    if (auto stated = statedRange(v))
      Emit::range(mixed, -1.01 * stated->magnitude(), 1.01 * stated->magnitude(), stated->kind);
    rewriter.replaceOp(op, emit.reshape(mixed, shapeOf(op)));
    return success();
  }

  // (e v) / sum(e): a product for each of [rows, depth] in place of [rows, keys], and the inverse is had beside e v. Only where the
  // weights' sum is known to be small enough for the ring of e v.
  LogicalResult divideAfterwards(Emit &emit, AttentionOp op, Value scores, ArrayRef<int64_t> mergedQuery, PatternRewriter &rewriter) const {
    FailureOr<Weights> w = emitWeights(emit, op, fits, scores, op.getBias(), coarseScores(op, fits));
    if (failed(w))
      return failure();
    SmallVector<int64_t> merged(mergedQuery);
    merged.back() = shapeOf(scores).back();
    Value sum = Emit::fraction(emit.matmul(emit.reshape(w->e, merged), op.getValue()), fits.getFraction() + kSumBits);
    auto stated = statedRange(op.getValue());
    if (stated) {
      double most = stated->magnitude() * static_cast<double>(merged.back());
      Emit::range(sum, -most, most, stated->kind);
    }
    Value mixed = emit.mul(emit.reshape(sum, shapeOf(op)), w->inverse);
    if (stated)
      Emit::range(mixed, -1.01 * stated->magnitude(), 1.01 * stated->magnitude(), stated->kind);
    rewriter.replaceOp(op, mixed);
    return success();
  }
  FitCache &fits;
};

} // namespace

void mlir::mpc::populateSoftmaxPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<MaskOfWhere>(patterns.getContext());
  patterns.add<ExpandSoftmax, ExpandAttention>(patterns.getContext(), fits);
}
