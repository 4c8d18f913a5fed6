// Raising: softmax takes over public masks (added, or selected by where), the exporters' NaN guard, and its own decomposition.
#include "Raise.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

// Entries of a bias at or below this are masked out (mpc.softmax).
constexpr double kMasked = -512;

// Below every value that fixed point holds (64 bits of which 18 are fractional).
constexpr double kBelowAll = -0x1p46;

// Whether a value, times a positive factor, is one number that masks out what it is added to.
bool masksOut(Value value, double factor = 1) {
  auto scalar = scalarOf(value);
  return scalar && *scalar * factor <= kMasked;
}

// where(condition, zero or masked, masked or zero): the mask that a selection with `selected` means as an addend. `alone`: the number stood
// in the place of a score, and has to absorb it now.
Value maskOf(OpBuilder &builder, Location loc, WhereOp selected, bool maskedElse, bool alone = false) {
  Value zero = splat(builder, loc, {}, 0), masked = maskedElse ? selected.getRhs() : selected.getLhs();
  constexpr double kLowest = std::numeric_limits<float>::lowest();
  if (double low = *scalarOf(masked); alone && low > kLowest)
    masked = splat(builder, loc, {}, kLowest);
  auto shape = broadcastShapes(shapeOf(selected.getCondition()), shapeOf(masked));
  auto type = RankedTensorType::get(*shape, builder.getF32Type());
  return builder.create<WhereOp>(loc, type, selected.getCondition(), maskedElse ? zero : masked, maskedElse ? masked : zero);
}

// softmax(x + b, bias) = softmax(x, bias + b) for public b, however the sum is nested and scaled: an addend that is secret stays with x.
// An addend where(mask, s, -inf), as relative positions are masked, is s and where(mask, 0, -inf). What is the same for a whole row, such
// as its largest score that some exporters take off first, changes nothing and is left out.
struct TakePublicAddends : OpRewritePattern<SoftmaxOp> {
  TakePublicAddends(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 2), owners(owners) {}

  struct Addend {
    Value value;
    double factor;
    WhereOp masked = {}; // adds the mask of this selection; `value` is its condition
    bool maskedElse = false;
  };
  struct Addends {
    SmallVector<Addend> hidden, open;
    bool fewer = false; // one was left out
  };
  void collect(Value value, double factor, int64_t row, Addends &found, int depth) const {
    value = skipCasts(value);
    if (owners.isPublic(value)) {
      found.open.push_back({value, factor});
      return;
    }
    if (row > 1 && (shapeOf(value).empty() || shapeOf(value).back() == 1)) {
      found.fewer = true;
      return;
    }
    Operation *op = value.getDefiningOp();
    if (depth < 8 && isa_and_nonnull<AddOp, SubOp>(op)) {
      collect(op->getOperand(0), factor, row, found, depth + 1);
      collect(op->getOperand(1), isa<SubOp>(op) ? -factor : factor, row, found, depth + 1);
      return;
    }
    auto where = dyn_cast_or_null<WhereOp>(op);
    if (depth < 8 && where && factor > 0 && owners.isPublic(where.getCondition()) &&
        masksOut(where.getLhs(), factor) != masksOut(where.getRhs(), factor)) {
      bool maskedElse = masksOut(where.getRhs(), factor);
      found.open.push_back({where.getCondition(), 1, where, maskedElse});
      collect(maskedElse ? where.getLhs() : where.getRhs(), factor, row, found, depth + 1);
      return;
    }
    // c (x + b) = c x + c b, where there is a b at all.
    if (auto scaled = depth < 8 ? matchScaled(value) : std::nullopt; scaled && scaled->factor > 0) {
      Addends inner;
      collect(scaled->value, factor * scaled->factor, row, inner, depth + 1);
      if (!inner.open.empty() || inner.fewer) {
        llvm::append_range(found.hidden, inner.hidden);
        llvm::append_range(found.open, inner.open);
        found.fewer |= inner.fewer;
        return;
      }
    }
    found.hidden.push_back({value, factor});
  }

  static Value total(ArrayRef<Addend> addends, Value start, OpBuilder &builder, Location loc) {
    Value sum = start;
    for (const Addend &addend : addends) {
      Value term = addend.masked ? maskOf(builder, loc, addend.masked, addend.maskedElse) : addend.value;
      double size = std::abs(addend.factor);
      if (size != 1)
        term = binary<MulOp>(builder, loc, term, splat(builder, loc, {}, size));
      if (!sum)
        sum = addend.factor < 0 ? Value(builder.create<NegOp>(loc, term.getType(), term)) : term;
      else if (addend.factor < 0)
        sum = binary<SubOp>(builder, loc, sum, term);
      else
        sum = binary<AddOp>(builder, loc, sum, term);
    }
    return sum;
  }

  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    if (owners.isPublic(op.getResult()) || (op.getBias() && !owners.isPublic(op.getBias())))
      return failure();
    ArrayRef<int64_t> rows = shapeOf(op.getResult());
    Addends found;
    collect(op.getInput(), 1, rows.empty() ? 1 : rows.back(), found, 0);
    auto &[hidden, open, fewer] = found;
    if (hidden.empty() || (open.empty() && !fewer))
      return failure();
    // A positive addend first: no negation on shares.
    llvm::stable_sort(hidden, [](const Addend &a, const Addend &b) { return (a.factor < 0) < (b.factor < 0); });
    SmallVector<int64_t> shape(shapeOf(hidden.front().value));
    for (const Addend &addend : hidden)
      shape = *broadcastShapes(shape, shapeOf(addend.value));
    if (ArrayRef<int64_t>(shape) != shapeOf(op.getResult()))
      return failure(); // the mask makes the scores larger
    Value input = total(hidden, Value(), rewriter, op.getLoc());
    Value bias = total(open, op.getBias(), rewriter, op.getLoc());
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), input, bias, op.getZeroMaskedRowsAttr());
    return success();
  }
  OwnerAnalysis &owners;
};

// max(x, c) where no fixed-point number is below c: exporters clip masked scores at the lowest number of their type.
struct LimitBelowAll : OpRewritePattern<MaxOp> {
  LimitBelowAll(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 3), owners(owners) {}
  LogicalResult matchAndRewrite(MaxOp op, PatternRewriter &rewriter) const override {
    for (unsigned i : {0u, 1u}) {
      Value kept = op->getOperand(i);
      auto limit = scalarOf(op->getOperand(1 - i));
      if (!limit || !(*limit <= kBelowAll) || kept.getType() != op.getType() || owners.isPublic(kept))
        continue;
      rewriter.replaceOp(op, kept);
      return success();
    }
    return failure();
  }
  OwnerAnalysis &owners;
};

// softmax(where(mask, x, -inf)) = softmax(x, where(mask, 0, -inf)) for a public mask.
struct TakeMaskSelection : OpRewritePattern<SoftmaxOp> {
  TakeMaskSelection(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 2), owners(owners) {}
  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    auto where = skipCasts(op.getInput()).getDefiningOp<WhereOp>();
    if (!where || !owners.isPublic(where.getCondition()) || (op.getBias() && !owners.isPublic(op.getBias())))
      return failure();
    bool maskedElse = masksOut(where.getRhs()), maskedThen = masksOut(where.getLhs());
    Value kept = maskedElse ? where.getLhs() : where.getRhs();
    if (maskedElse == maskedThen || !sameShape(kept, op.getResult()) || owners.isPublic(kept))
      return failure();
    Value bias = maskOf(rewriter, op.getLoc(), where, maskedElse, /*alone=*/true);
    if (op.getBias())
      bias = binary<AddOp>(rewriter, op.getLoc(), bias, op.getBias());
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), kept, bias, op.getZeroMaskedRowsAttr());
    return success();
  }
  OwnerAnalysis &owners;
};

// softmax(reshape(x)) = reshape(softmax(x)) where rows stay rows: below the reshape the mask is an addend that softmax can take.
struct SoftmaxBeforeReshape : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    auto reshape = skipCasts(op.getInput()).getDefiningOp<ReshapeOp>();
    if (!reshape || op.getBias() || shapeOf(reshape.getInput()).empty() ||
        shapeOf(reshape.getInput()).back() != shapeOf(op.getResult()).back())
      return failure();
    Value before =
        rewriter.create<SoftmaxOp>(op.getLoc(), reshape.getInput().getType(), reshape.getInput(), Value(), op.getZeroMaskedRowsAttr());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), before);
    return success();
  }
};

// where(is_nan(p), 0, p) with p a softmax: rows without any key are zero.
struct TakeNanGuard : OpRewritePattern<WhereOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WhereOp op, PatternRewriter &rewriter) const override {
    Value condition = op.getCondition(), zero = op.getLhs(), kept = op.getRhs();
    if (auto negated = condition.getDefiningOp<NotOp>()) {
      condition = negated.getInput();
      std::swap(zero, kept);
    }
    auto nan = condition.getDefiningOp<IsNanOp>();
    auto softmax = skipCasts(kept).getDefiningOp<SoftmaxOp>();
    if (!nan || !softmax || skipCasts(nan.getInput()) != softmax.getResult() || !isScalar(zero, 0) || softmax.getType() != op.getType())
      return failure();
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), softmax.getInput(), softmax.getBias(), rewriter.getBoolAttr(true));
    return success();
  }
};

// exp(x - max(x)) / sum(exp(x - max(x))), with or without the maximum.
struct RaiseSoftmax : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  static bool isOfRows(Value value, StringRef kind, Value input) {
    auto reduce = skipLayout(value).getDefiningOp<ReduceOp>();
    int64_t rank = typeOf(input).getRank();
    SmallVector<int64_t> perRow(shapeOf(input));
    if (perRow.empty())
      return false;
    perRow.back() = 1;
    return reduce && reduce.getKind() == kind && reduce.getInput() == input && reduce.getAxes() == ArrayRef<int64_t>({rank - 1}) &&
           shapeOf(value) == ArrayRef<int64_t>(perRow);
  }
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    auto exp = skipCasts(op.getLhs()).getDefiningOp<ExpOp>();
    if (!exp || exp.getType() != op.getType() || !isOfRows(op.getRhs(), "sum", exp.getResult()))
      return failure();
    Value input = exp.getInput();
    if (auto sub = skipCasts(input).getDefiningOp<SubOp>())
      if (sub.getLhs().getType() == op.getType() && isOfRows(sub.getRhs(), "max", sub.getLhs()))
        input = sub.getLhs();
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), input, Value(), rewriter.getBoolAttr(false));
    return success();
  }
};

} // namespace

void raise::addSoftmaxPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<TakePublicAddends, TakeMaskSelection, LimitBelowAll>(patterns.getContext(), owners);
  patterns.add<SoftmaxBeforeReshape, TakeNanGuard, RaiseSoftmax>(patterns.getContext(), /*benefit=*/2);
}
