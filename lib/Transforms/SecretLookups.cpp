// Look-ups at indices that are not public, as embeddings: rows of a table of two dimensions by ids, which the secrecy phase knows how to
// hide. The looked-up axis goes first, all others become the row.
#include "SecretLookups.h"
#include "ApproximateSupport.h"

using namespace mlir;
using namespace mlir::mpc;

// Ids times rows of one look-up: each is an element of a one-hot vector.
static constexpr int64_t kMostChoices = int64_t(1) << 24;

static int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t dim : shape)
    n *= dim;
  return n;
}

static Value intScalar(Emit &emit, int64_t value) {
  auto type = RankedTensorType::get({}, emit.builder.getI64Type());
  return emit.builder.create<ConstantOp>(emit.loc, type, DenseElementsAttr::get(type, value));
}

// Negative indices count from the end.
static Value fromFront(Emit &emit, Value ids, int64_t size) {
  Value wide = emit.cast(ids, emit.builder.getI64Type());
  return emit.where(emit.compare(wide, intScalar(emit, 0), "lt"), emit.add(wide, intScalar(emit, size)), wide);
}

// Rows of `table` [V, D] by ids [...]: [..., D]. Integers and bits are looked up as reals.
static Value lookUp(Emit &emit, Value ids, Value table) {
  Type element = elementOf(table);
  Value reals = element.isF32() ? table : emit.cast(table, emit.builder.getF32Type());
  SmallVector<int64_t> shape(shapeOf(ids));
  shape.push_back(shapeOf(table)[1]);
  Value rows = emit.builder.create<EmbeddingOp>(emit.loc, RankedTensorType::get(shape, elementOf(reals)), ids, reals);
  return element.isF32() ? rows : emit.cast(rows, element);
}

static LogicalResult checkSize(Operation *op, int64_t ids, int64_t rows) {
  if (rows == 0 || ids > kMostChoices / rows)
    return op->emitError() << "looks up " << ids << " elements among " << rows
                           << " at secret indices; their product is at most 2^24, and more than 0 rows";
  return success();
}

static LogicalResult rewrite(GatherOp op) {
  OpBuilder builder(op);
  Emit emit(builder, op.getLoc());
  ArrayRef<int64_t> in = shapeOf(op.getInput()), at = shapeOf(op.getIndices());
  int64_t axis = op.getAxis(), rank = static_cast<int64_t>(in.size()), ids = static_cast<int64_t>(at.size());
  if (failed(checkSize(op, countOf(at), in[axis])))
    return failure();
  SmallVector<int64_t> order{axis}, outer(at), back;
  for (int64_t d = 0; d < rank; ++d)
    if (d != axis) {
      order.push_back(d);
      outer.push_back(in[d]);
    }
  Value first = axis == 0 ? op.getInput() : emit.transpose(op.getInput(), order);
  Value table = emit.reshape(first, {in[axis], in[axis] == 0 ? 0 : countOf(in) / in[axis]});
  Value rows = emit.reshape(lookUp(emit, fromFront(emit, op.getIndices(), in[axis]), table), outer);
  // [ids..., before axis..., after axis...] to input[:axis] + ids + input[axis + 1:]
  for (int64_t d = 0; d < axis; ++d)
    back.push_back(ids + d);
  for (int64_t d = 0; d < ids; ++d)
    back.push_back(d);
  for (int64_t d = axis; d < rank - 1; ++d)
    back.push_back(ids + d);
  op.replaceAllUsesWith(llvm::is_sorted(back) ? rows : emit.transpose(rows, back));
  op.erase();
  return success();
}

static LogicalResult rewrite(GatherNdOp op) {
  OpBuilder builder(op);
  Emit emit(builder, op.getLoc());
  ArrayRef<int64_t> in = shapeOf(op.getInput()), at = shapeOf(op.getIndices());
  int64_t batch = op.getBatchDims(), depth = at.back(), last = static_cast<int64_t>(at.size()) - 1, stride = 1;
  SmallVector<int64_t> outer(at.drop_back());
  int64_t row = countOf(in.drop_front(batch + depth)), places = countOf(in.take_front(batch + depth));
  if (failed(checkSize(op, countOf(outer), places)))
    return failure();
  Value place;
  for (int64_t d = batch + depth - 1; d >= 0; --d) {
    Value term;
    if (d < batch) {
      SmallVector<int64_t> shape(outer.size(), 1), numbers;
      shape[d] = outer[d];
      for (int64_t i = 0; i < outer[d]; ++i)
        numbers.push_back(i * stride);
      auto type = RankedTensorType::get(shape, builder.getI64Type());
      term = builder.create<ConstantOp>(op.getLoc(), type, DenseElementsAttr::get(type, ArrayRef<int64_t>(numbers)));
    } else {
      Value index = fromFront(emit, emit.reshape(emit.slice(op.getIndices(), last, d - batch, 1), outer), in[d]);
      term = emit.mul(index, intScalar(emit, stride));
    }
    place = place ? emit.add(place, term) : term;
    stride *= in[d];
  }
  Value rows = lookUp(emit, place, emit.reshape(op.getInput(), {places, row}));
  op.replaceAllUsesWith(emit.reshape(rows, shapeOf(op)));
  op.erase();
  return success();
}

LogicalResult mlir::mpc::rewriteSecretLookups(func::FuncOp function, OwnerAnalysis &owners, bool &changed) {
  changed = false;
  LogicalResult result = success();
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    auto gather = llvm::dyn_cast<GatherOp>(op);
    auto gatherNd = llvm::dyn_cast<GatherNdOp>(op);
    if ((!gather && !gatherNd) || owners.isPublic(op.getOperand(1)))
      continue;
    changed = true;
    if (failed(gather ? rewrite(gather) : rewrite(gatherNd)))
      result = failure();
  }
  return result;
}
