// Raising: a gather at indices that the client knows alone is an embedding, which later becomes a one-hot vector times the table.
#include "Raise.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

// gather along any axis of a table of any rank: that axis first, the others flattened.
struct RaiseEmbedding : OpRewritePattern<GatherOp> {
  RaiseEmbedding(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 1), owners(owners) {}

  LogicalResult matchAndRewrite(GatherOp op, PatternRewriter &rewriter) const override {
    Value table = op.getInput(), ids = op.getIndices();
    if (owners.isPublic(ids) || owners.get(ids).model)
      return failure();
    Location loc = op.getLoc();
    int64_t rank = typeOf(table).getRank(), axis = op.getAxis(), rows = shapeOf(table)[axis];
    SmallVector<int64_t> axisFirst = {axis}, rest;
    for (int64_t i = 0; i < rank; ++i)
      if (i != axis) {
        axisFirst.push_back(i);
        rest.push_back(shapeOf(table)[i]);
      }
    int64_t width = std::max<int64_t>(typeOf(table).getNumElements() / std::max<int64_t>(rows, 1), 1);
    Value matrix = reshapeTo(rewriter, loc, transposeTo(rewriter, loc, table, axisFirst), {rows, width});
    Type integer = rewriter.getI64Type();
    if (typeOf(ids).getElementType() != integer)
      ids = rewriter.create<CastOp>(loc, RankedTensorType::get(shapeOf(ids), integer), ids).getResult();
    SmallVector<int64_t> shape(shapeOf(ids));
    int64_t idRank = shape.size();
    shape.push_back(width);
    Value rowsFound = rewriter.create<EmbeddingOp>(loc, RankedTensorType::get(shape, typeOf(table).getElementType()), ids, matrix);
    // [ids..., rest...] to rest[:axis] + ids + rest[axis:]
    shape.pop_back();
    llvm::append_range(shape, rest);
    SmallVector<int64_t> back;
    for (int64_t i = 0; i < axis; ++i)
      back.push_back(idRank + i);
    for (int64_t i = 0; i < idRank; ++i)
      back.push_back(i);
    for (int64_t i = axis; i < static_cast<int64_t>(rest.size()); ++i)
      back.push_back(idRank + i);
    rewriter.replaceOp(op, transposeTo(rewriter, loc, reshapeTo(rewriter, loc, rowsFound, shape), back));
    return success();
  }
  OwnerAnalysis &owners;
};

// A lookup at public ids is structure.
struct PublicEmbedding : OpRewritePattern<EmbeddingOp> {
  PublicEmbedding(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 1), owners(owners) {}
  LogicalResult matchAndRewrite(EmbeddingOp op, PatternRewriter &rewriter) const override {
    if (!owners.isPublic(op.getIds()))
      return failure();
    rewriter.replaceOpWithNewOp<GatherOp>(op, op.getType(), op.getTable(), op.getIds(), rewriter.getI64IntegerAttr(0));
    return success();
  }
  OwnerAnalysis &owners;
};

} // namespace

void raise::addEmbeddingPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<RaiseEmbedding, PublicEmbedding>(patterns.getContext(), owners);
}
