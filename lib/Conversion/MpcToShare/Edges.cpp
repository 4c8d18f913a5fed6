// The edges of a program and what moves elements: owners' clear computations, weights, results, structure.
#include "ShareBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mpc/Target/Origin.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

// What the formats assume of a shared value goes with it: its owner checks it before it shares.
void copyRange(Operation *from, Operation *to) {
  if (Attribute range = from->getAttr(kRangeAttr); range && to->getNumResults() == 1)
    to->setAttr(kRangeAttr, range);
}

// mpc.owned: the body stays as it is, its results are shared by the owner or published.
struct OwnedPattern : OpConversionPattern<OwnedOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(OwnedOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertTypes(op.getResultTypes(), types)))
      return op.emitOpError("has a result without a fixed-point format; the precision phase should have given it one");
    for (Value input : op.getInputs())
      if (!llvm::isa<BlockArgument>(input))
        return op.emitOpError("has an operand that is no argument of the function: an owner computes on what it provides");
    auto input = rewriter.create<share::InputOp>(getOriginLoc(op), types, op.getOwner(), adaptor.getInputs(), IntegerAttr());
    copyRange(op, input);
    rewriter.inlineRegionBefore(op.getBody(), input.getBody(), input.getBody().end());
    Operation *yield = input.getBody().front().getTerminator();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(yield);
    rewriter.replaceOpWithNewOp<share::YieldOp>(yield, yield->getOperands());
    rewriter.replaceOp(op, input.getResults());
    return success();
  }
};

// A weight outside an owner's computation: shared, or published where it is public, by the model's owner.
struct WeightPattern : OpConversionPattern<WeightOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WeightOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(op, op.getParamAttr());
    if (!type || !param)
      return op.emitOpError("needs a fixed-point format and an mpc.param");
    Location loc = getOriginLoc(op);
    auto input = rewriter.create<share::InputOp>(loc, type, "model", ValueRange(), IntegerAttr());
    copyRange(op, input);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.createBlock(&input.getBody());
    Value value = rewriter.create<WeightOp>(loc, param.getType(), op.getParam());
    rewriter.create<share::YieldOp>(loc, value);
    rewriter.replaceOp(op, input.getResults());
    return success();
  }
};

// Results are revealed to the owner that the function names for them, from additive: no remask, one round less.
struct ReturnPattern : OpConversionPattern<func::ReturnOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(func::ReturnOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    auto function = op->getParentOfType<func::FuncOp>();
    SmallVector<Value> results;
    for (auto [i, original, converted] : llvm::enumerate(op.getOperands(), adaptor.getOperands())) {
      if (!isSecret(original.getType())) {
        results.push_back(converted);
        continue;
      }
      auto owner = function.getResultAttrOfType<StringAttr>(i, kOwnerAttr);
      if (owner && owner.getValue() == "public")
        return op.emitOpError("result ") << i << " is secret and declared public: a program reveals to an owner only";
      Location loc = original.getDefiningOp() ? getOriginLoc(original.getDefiningOp()) : op.getLoc();
      ShareBuilder s(rewriter, loc);
      bool bit = ShareBuilder::formatOf(converted).width == 0;
      Type element = bit ? Type(rewriter.getI1Type()) : Type(rewriter.getF32Type());
      if (auto stated = function.getResultAttrOfType<TypeAttr>(i, kElementAttr))
        element = stated.getValue();
      auto type = RankedTensorType::get(ShareBuilder::shapeOf(converted), element);
      results.push_back(
          rewriter.create<share::RevealOp>(loc, type, s.toAdditive(converted), owner ? owner.getValue() : "client", IntegerAttr()));
    }
    rewriter.replaceOpWithNewOp<func::ReturnOp>(op, results);
    return success();
  }
};

// Structure on secret elements: the same op on shares. Wider operands shrink to the result's ring, public ones among the
// operands of a concatenation are lifted.
struct StructurePattern : ConversionPattern {
  StructurePattern(const TypeConverter &types, MLIRContext *context)
      : ConversionPattern(types, MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands, ConversionPatternRewriter &rewriter) const override {
    if (!llvm::isa<ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp>(op))
      return failure();
    auto type = llvm::dyn_cast_or_null<RankedTensorType>(getTypeConverter()->convertType(op->getResult(0).getType()));
    if (!type)
      return op->emitOpError("moves elements without a fixed-point format: ") << op->getResult(0).getType();
    ShareBuilder s(rewriter, getOriginLoc(op));
    auto format = share::getRingFormat(type.getElementType());
    Value secret;
    for (Value operand : operands)
      if (!ShareBuilder::typeOf(operand).getElementType().isIntOrFloat())
        secret = operand;
    SmallVector<Value> moved;
    for (Value operand : operands) {
      bool isPublic = ShareBuilder::typeOf(operand).getElementType().isIntOrFloat();
      if (isPublic && llvm::isa<ConcatOp>(op)) {
        if (!format)
          return op->emitOpError("joins secret and public bits, for which there is no gate");
        if (ShareBuilder::formatOf(secret).width < format->width)
          return op->emitOpError("joins a public value with an operand narrower than the result");
        operand = s.lift(s.encode(operand, format->width, format->fraction), secret);
      } else if (!isPublic && format) {
        share::RingFormat have = ShareBuilder::formatOf(operand);
        if (have.width < format->width || have.fraction != format->fraction)
          return op->emitOpError("operand of ") << have.width << " bits, " << have.fraction << " fractional, does not fit a result of "
                                                << format->width << " bits, " << format->fraction << " fractional";
        operand = s.shrink(operand, format->width);
      }
      moved.push_back(operand);
    }
    OperationState state(s.loc, op->getName(), moved, type, op->getAttrs());
    rewriter.replaceOp(op, rewriter.create(state));
    return success();
  }
};

// Rows of a secret table at public ids.
struct EmbeddingPattern : OpConversionPattern<EmbeddingOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EmbeddingOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    if (isSecret(op.getIds().getType()))
      return op.emitOpError("with secret ids should have been lowered to a one-hot product by the secrecy phase");
    Type type = getTypeConverter()->convertType(op.getType());
    if (!type || llvm::cast<RankedTensorType>(type).getElementType() != ShareBuilder::typeOf(adaptor.getTable()).getElementType())
      return op.emitOpError("needs the format of its table for its result");
    rewriter.replaceOp(op, rewriter.create<GatherOp>(getOriginLoc(op), type, adaptor.getTable(), adaptor.getIds(), 0).getResult());
    return success();
  }
};

} // namespace

void mlir::mpc::populateEdgePatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<OwnedPattern, WeightPattern, ReturnPattern, EmbeddingPattern, StructurePattern>(types, patterns.getContext());
}
