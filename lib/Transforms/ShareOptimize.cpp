// share-optimize: fewer remasks, narrower remasks, fewer dealt bits, before anything is scheduled.
//
// A remask is the only online step, and linear ops are local on additive shares too: a remask moves behind the linear ops
// that follow it wherever that sends no more bits, so that sums of products and reductions are remasked once (protocol.md,
// "Sum many selected terms before the one remask"), and vanishes where its value is wanted additive after all.
#include "ShareSupport.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_SHAREOPTIMIZE
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// `op` again on other operands and with another result type.
Value rebuild(OpBuilder &b, Operation *op, ValueRange operands, Type type) {
  OperationState state(op->getLoc(), op->getName(), operands, type, op->getAttrs());
  return b.create(state)->getResult(0);
}

RankedTensorType tensorOf(Value v) { return llvm::cast<RankedTensorType>(v.getType()); }

// The same kind and fraction over `width` bits.
RankedTensorType withWidth(RankedTensorType type, unsigned width) {
  MLIRContext *context = type.getContext();
  unsigned fraction = share::getRingFormat(type.getElementType())->fraction;
  Type element = getShareKind(type) == ShareKind::Masked ? Type(share::MaskedType::get(context, width, fraction))
                                                         : Type(share::AdditiveType::get(context, width, fraction));
  return RankedTensorType::get(type.getShape(), element);
}

// to_additive(remask(x)) is x; to_additive of a linear op used here alone is the op on additive operands.
struct SinkToAdditive : OpRewritePattern<share::ToAdditiveOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(share::ToAdditiveOp op, PatternRewriter &rewriter) const override {
    Operation *def = op.getInput().getDefiningOp();
    if (auto remask = llvm::dyn_cast_or_null<share::RemaskOp>(def)) {
      rewriter.replaceOp(op, remask.getInput());
      return success();
    }
    if (!def || !isLinear(def) || !def->hasOneUse())
      return failure();
    rewriter.setInsertionPoint(def);
    SmallVector<Value> operands;
    for (Value operand : def->getOperands()) {
      if (getShareKind(operand.getType()) == ShareKind::Masked)
        operand = rewriter.create<share::ToAdditiveOp>(op.getLoc(), asKind(tensorOf(operand), ShareKind::Additive), operand);
      operands.push_back(operand);
    }
    rewriter.replaceOp(op, rebuild(rewriter, def, operands, op.getType()));
    return success();
  }
};

// remask(to_additive(x)) is x. A remask that is only read narrower opens no more bits than are read.
struct SimplifyRemask : OpRewritePattern<share::RemaskOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(share::RemaskOp op, PatternRewriter &rewriter) const override {
    if (auto back = op.getInput().getDefiningOp<share::ToAdditiveOp>()) {
      rewriter.replaceOp(op, back.getInput());
      return success();
    }
    if (op->use_empty())
      return failure();
    unsigned width = 0;
    for (Operation *user : op->getUsers()) {
      if (!llvm::isa<share::ShrinkOp>(user))
        return failure();
      width = std::max(width, getShareWidth(user->getResult(0).getType()));
    }
    if (width >= getShareWidth(op.getType()))
      return failure();
    Value narrow = rewriter.create<share::ShrinkOp>(op.getLoc(), withWidth(tensorOf(op.getInput()), width), op.getInput());
    Value masked = rewriter.create<share::RemaskOp>(op.getLoc(), withWidth(tensorOf(op), width), narrow, IntegerAttr(), IntegerAttr());
    for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
      if (getShareWidth(user->getResult(0).getType()) == width)
        rewriter.replaceOp(user, masked);
      else
        rewriter.modifyOpInPlace(user, [&] { user->setOperand(0, masked); });
    }
    rewriter.eraseOp(op);
    return success();
  }
};

// A linear op of remasks that nothing else reads, and of public values, is done before one remask, if that sends no more.
struct SinkRemask : RewritePattern {
  SinkRemask(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isLinear(op) || getShareKind(op->getResult(0).getType()) != ShareKind::Masked)
      return failure();
    int64_t before = 0;
    SmallVector<Value> operands;
    SmallVector<Location> locations;
    for (Value operand : op->getOperands()) {
      if (getShareKind(operand.getType()) != ShareKind::Masked) {
        operands.push_back(operand);
        continue;
      }
      auto remask = operand.getDefiningOp<share::RemaskOp>();
      if (!remask || !remask->hasOneUse())
        return failure();
      before += getShareBits(operand.getType());
      operands.push_back(remask.getInput());
      locations.push_back(remask.getLoc());
    }
    if (locations.empty() || getShareBits(op->getResult(0).getType()) > before)
      return failure();
    RankedTensorType type = tensorOf(op->getResult(0));
    Value sum = rebuild(rewriter, op, operands, asKind(type, ShareKind::Additive));
    Location loc = locations.size() == 1 ? locations.front() : op->getLoc();
    rewriter.replaceOpWithNewOp<share::RemaskOp>(op, type, sum, IntegerAttr(), IntegerAttr())->setLoc(loc);
    return success();
  }
};

// A shrink moves into what makes its operand: a gate then deals fewer bits.
struct FoldShrink : OpRewritePattern<share::ShrinkOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(share::ShrinkOp op, PatternRewriter &rewriter) const override {
    Operation *def = op.getInput().getDefiningOp();
    if (!def)
      return failure();
    unsigned width = getShareWidth(op.getType());
    if (width == getShareWidth(op.getInput().getType())) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    if (auto shrink = llvm::dyn_cast<share::ShrinkOp>(def)) {
      rewriter.replaceOpWithNewOp<share::ShrinkOp>(op, op.getType(), shrink.getInput());
      return success();
    }
    if (auto join = llvm::dyn_cast<share::JoinOp>(def)) {
      if (width > getShareWidth(join.getLow().getType()))
        return failure();
      rewriter.replaceOpWithNewOp<share::ShrinkOp>(op, op.getType(), join.getLow());
      return success();
    }
    if (!def->hasOneUse() || !llvm::isa<share::TruncateOp, share::MulOp, share::MatmulOp, share::PeriodicOp, share::BitToArithOp>(def))
      return failure();
    rewriter.replaceOp(op, rebuild(rewriter, def, def->getOperands(), op.getType()));
    return success();
  }
};

// Two truncations in a row, or one after a product that truncates by itself, are one: K - t1 - t2 bits survive either way.
struct FoldTruncate : OpRewritePattern<share::TruncateOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(share::TruncateOp op, PatternRewriter &rewriter) const override {
    Operation *def = op.getInput().getDefiningOp();
    if (!def || !def->hasOneUse() || !llvm::isa<share::TruncateOp, share::MulOp, share::MatmulOp>(def))
      return failure();
    rewriter.replaceOp(op, rebuild(rewriter, def, def->getOperands(), op.getType()));
    return success();
  }
};

// The sum of products along the last axis is a product of a row and a column: P0 deals for the sum only, and one
// truncation follows it. It cannot overflow: the truncated sum fits k <= K - t bits, so the sum fits K.
struct SumOfProducts : OpRewritePattern<share::ReduceSumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(share::ReduceSumOp op, PatternRewriter &rewriter) const override {
    auto mul = op.getInput().getDefiningOp<share::MulOp>();
    RankedTensorType type = tensorOf(op.getInput());
    if (!mul || !mul->hasOneUse() || op.getAxes() != ArrayRef<int64_t>{type.getRank() - 1} ||
        tensorOf(mul.getLhs()).getShape() != type.getShape() || tensorOf(mul.getRhs()).getShape() != type.getShape())
      return failure();
    Location loc = mul.getLoc();
    SmallVector<int64_t> row(type.getShape().drop_back()), column(row), one(row);
    row.append({1, type.getShape().back()});
    column.append({type.getShape().back(), 1});
    one.append({1, 1});
    auto reshape = [&](Value v, ArrayRef<int64_t> shape) -> Value {
      return rewriter.create<ReshapeOp>(loc, RankedTensorType::get(shape, tensorOf(v).getElementType()), v);
    };
    Value product = rewriter.create<share::MatmulOp>(loc, RankedTensorType::get(one, type.getElementType()), reshape(mul.getLhs(), row),
                                                     reshape(mul.getRhs(), column), IntegerAttr(), IntegerAttr());
    rewriter.replaceOp(op, reshape(product, tensorOf(op).getShape()));
    return success();
  }
};

// The extension of one value: extend_high, remask and join.
struct Extension {
  share::ExtendHighOp high;
  share::RemaskOp remask;
  share::JoinOp join;
  unsigned width() { return getShareWidth(join.getType()); }
};

std::optional<Extension> findExtension(share::ExtendHighOp high) {
  if (!high->hasOneUse())
    return std::nullopt;
  auto remask = llvm::dyn_cast<share::RemaskOp>(*high->getUsers().begin());
  if (!remask || !remask->hasOneUse())
    return std::nullopt;
  auto join = llvm::dyn_cast<share::JoinOp>(*remask->getUsers().begin());
  if (!join || join.getLow() != high.getInput() || join.getHigh() != remask.getResult())
    return std::nullopt;
  return Extension{high, remask, join};
}

// Replaces an extension by a value that is at least as wide.
void replaceExtension(Extension e, Value wide) {
  OpBuilder b(e.join);
  if (getShareWidth(wide.getType()) != e.width())
    wide = b.create<share::ShrinkOp>(e.join.getLoc(), e.join.getType(), wide);
  e.join.replaceAllUsesWith(wide);
  e.join.erase();
  e.remask.erase();
  e.high.erase();
}

// A value that is extended to several widths is extended once, to the widest; the others shrink that.
void mergeExtensions(func::FuncOp function) {
  llvm::MapVector<Value, SmallVector<Extension>> byInput;
  function.walk([&](share::ExtendHighOp op) {
    if (auto extension = findExtension(op))
      byInput[op.getInput()].push_back(*extension);
  });
  for (auto &[input, extensions] : byInput) {
    if (extensions.size() < 2)
      continue;
    Extension widest = *llvm::max_element(extensions, [](Extension a, Extension b) { return a.width() < b.width(); });
    Operation *after = input.getDefiningOp();
    for (Operation *op : {widest.high.getOperation(), widest.remask.getOperation(), widest.join.getOperation()}) {
      if (after)
        op->moveAfter(after);
      else
        op->moveBefore(&op->getBlock()->front());
      after = op;
    }
    for (Extension &e : extensions)
      if (e.join != widest.join)
        replaceExtension(e, widest.join);
  }
}

// An owner shares a value that is only read extended in the wider ring (an extension costs 4 bits of traffic for each bit, and a
// round). Where the declared ring is read too it stays: the owner's encoding checks that its values fit.
void widenInput(OpResult result) {
  unsigned width = 0;
  SmallVector<Extension> extensions;
  SmallVector<Operation *> others;
  for (Operation *user : result.getUsers()) {
    auto high = llvm::dyn_cast<share::ExtendHighOp>(user);
    if (auto extension = high ? findExtension(high) : std::nullopt) {
      extensions.push_back(*extension);
      width = std::max(width, extension->width());
    } else {
      others.push_back(user);
    }
  }
  // The join of an extension reads the low bits; it goes with the extension.
  bool onlyExtended =
      llvm::all_of(others, [&](Operation *user) { return llvm::any_of(extensions, [&](Extension &e) { return e.join == user; }); });
  if (extensions.empty() || !onlyExtended)
    return;
  result.setType(withWidth(llvm::cast<RankedTensorType>(result.getType()), width));
  for (Extension &e : extensions)
    replaceExtension(e, result);
}

void widenInputs(func::FuncOp function) {
  for (auto input : function.getOps<share::InputOp>())
    for (OpResult result : input.getResults())
      if (share::getRingFormat(tensorOf(result).getElementType()) && getShareKind(result.getType()) == ShareKind::Masked)
        widenInput(result);
}

struct ShareOptimize : public mlir::mpc::impl::ShareOptimizeBase<ShareOptimize> {
  using ShareOptimizeBase::ShareOptimizeBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    set.add<SinkToAdditive, SimplifyRemask, SinkRemask, FoldShrink, FoldTruncate, SumOfProducts>(context);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.getBody().hasOneBlock())
      return;
    GreedyRewriteConfig config;
    config.enableRegionSimplification = GreedySimplifyRegionLevel::Disabled;
    // Each step moves a remask on or an op away, so it ends; through long chains of slices and concats a step takes a round of the driver.
    config.maxIterations = 1024;
    // Merging makes new uses shared and single uses appear: twice is enough for the chains that the conversion writes.
    for (int pass = 0; pass < 2; ++pass) {
      eliminateDuplicates(function);
      if (failed(settle(function, config)))
        return signalPassFailure();
      eliminateDuplicates(function);
      mergeExtensions(function);
      widenInputs(function);
    }
    if (failed(settle(function, config)))
      return signalPassFailure();
    eliminateDuplicates(function);
  }

  LogicalResult settle(func::FuncOp function, const GreedyRewriteConfig &config) {
    if (succeeded(applyPatternsAndFoldGreedily(function, patterns, config)))
      return success();
    return function.emitError("rewriting of remasks did not settle after ") << config.maxIterations << " rounds; please report this model";
  }

  static void eliminateDuplicates(func::FuncOp function) {
    IRRewriter rewriter(function.getContext());
    DominanceInfo dominance(function);
    eliminateCommonSubExpressions(rewriter, dominance, function);
  }

  FrozenRewritePatternSet patterns;
};

} // namespace
