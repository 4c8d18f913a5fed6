// Raising: rotary positions from their pieces, x cos + rotate(x) sin, in the two layouts (halves, interleaved pairs) and in the form
// where the halves are computed apart and concatenated.
#include "Raise.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

// Part of the last dimension of `base`: element i is base's element offset + i * stride.
struct Part {
  Value base;
  int64_t offset = 0;
  int64_t stride = 1;
  int64_t size = 0;

  bool operator==(const Part &other) const {
    return base == other.base && offset == other.offset && stride == other.stride && size == other.size;
  }
};

// `value` read through slices that leave all other dimensions whole.
Part partOf(Value value) {
  value = skipCasts(value);
  if (typeOf(value).getRank() == 0)
    return {value, 0, 1, 1};
  Part part{value, 0, 1, shapeOf(value).back()};
  while (auto slice = part.base.getDefiningOp<SliceOp>()) {
    ArrayRef<int64_t> from = shapeOf(slice.getInput()), to = shapeOf(slice.getResult());
    if (from.drop_back() != to.drop_back() || llvm::any_of(slice.getStrides().drop_back(), [](int64_t s) { return s != 1; }))
      break;
    part.offset = slice.getOffsets().back() + part.offset * slice.getStrides().back();
    part.stride *= slice.getStrides().back();
    part.base = skipCasts(slice.getInput());
  }
  return part;
}

Value matchNegated(Value value) {
  value = skipCasts(value);
  if (auto neg = value.getDefiningOp<NegOp>())
    return neg.getInput();
  auto scaled = matchWithScalar<MulOp>(value);
  return scaled && scaled->second == -1 ? scaled->first : Value();
}

// Whether `value` is rotate(x), and in which layout.
bool isRotated(Value value, Value x, bool &interleaved) {
  value = skipCasts(value);
  Part whole = partOf(x);
  int64_t half = whole.size / 2;
  if (whole.size % 2 != 0)
    return false;
  int64_t rank = typeOf(x).getRank();
  if (auto concat = value.getDefiningOp<ConcatOp>()) {
    if (concat.getInputs().size() != 2 || static_cast<int64_t>(concat.getAxis()) != rank - 1 || !sameShape(concat.getResult(), x))
      return false;
    Value negated = matchNegated(concat.getInputs()[0]);
    if (!negated)
      return false;
    interleaved = false;
    return partOf(negated) == Part{whole.base, whole.offset + half * whole.stride, whole.stride, half} &&
           partOf(concat.getInputs()[1]) == Part{whole.base, whole.offset, whole.stride, half};
  }
  // stack((-x[1::2], x[::2]), -1) flattened
  auto flatten = value.getDefiningOp<ReshapeOp>();
  auto stack = flatten ? flatten.getInput().getDefiningOp<ConcatOp>() : ConcatOp();
  if (!stack || stack.getInputs().size() != 2 || !sameShape(value, x) || static_cast<int64_t>(stack.getAxis()) != rank ||
      shapeOf(stack.getResult()).take_back(2) != ArrayRef<int64_t>({half, 2}))
    return false;
  auto unstacked = [&](Value part) {
    auto reshape = part.getDefiningOp<ReshapeOp>();
    return reshape && shapeOf(part).drop_back() == shapeOf(reshape.getInput()) ? Value(reshape.getInput()) : Value();
  };
  Value first = unstacked(stack.getInputs()[0]), second = unstacked(stack.getInputs()[1]);
  Value negated = first ? matchNegated(first) : Value();
  if (!negated && !first) {
    // -(x reshaped) in place of (-x) reshaped
    Value inner = matchNegated(stack.getInputs()[0]);
    negated = inner ? unstacked(inner) : Value();
  }
  if (!negated || !second)
    return false;
  interleaved = true;
  return partOf(negated) == Part{whole.base, whole.offset + whole.stride, 2 * whole.stride, half} &&
         partOf(second) == Part{whole.base, whole.offset, 2 * whole.stride, half};
}

// A public table of positions that does not make x larger. One that a tool folded into an initialiser is a weight: two products take it.
bool isTable(Value table, Value x, OwnerAnalysis &owners) {
  auto shape = broadcastShapes(shapeOf(table), shapeOf(x));
  return owners.isPublic(table) && succeeded(shape) && ArrayRef<int64_t>(*shape) == shapeOf(x);
}

struct RaiseRotary : OpRewritePattern<AddOp> {
  RaiseRotary(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 2), owners(owners) {}

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto a = skipCasts(op.getLhs()).getDefiningOp<MulOp>(), b = skipCasts(op.getRhs()).getDefiningOp<MulOp>();
    if (!a || !b)
      return failure();
    for (auto [plain, rotated] : {std::make_pair(a, b), std::make_pair(b, a)})
      for (unsigned i : {0u, 1u})
        for (unsigned j : {0u, 1u}) {
          Value x = plain->getOperand(i), cos = plain->getOperand(1 - i), turned = rotated->getOperand(j), sin = rotated->getOperand(1 - j);
          bool interleaved = false;
          if (x.getType() != op.getType() || typeOf(x).getRank() == 0 || !isTable(cos, x, owners) || !isTable(sin, x, owners) ||
              !isRotated(turned, x, interleaved))
            continue;
          rewriter.replaceOpWithNewOp<RotaryOp>(op, op.getType(), x, cos, sin, rewriter.getBoolAttr(interleaved));
          return success();
        }
    return failure();
  }
  OwnerAnalysis &owners;
};

// concat(x1 cos - x2 sin, x2 cos + x1 sin) with x1, x2 the halves of x
struct RaiseRotaryHalves : OpRewritePattern<ConcatOp> {
  RaiseRotaryHalves(MLIRContext *context, OwnerAnalysis &owners) : OpRewritePattern(context, 2), owners(owners) {}

  // The factor of `product` beside `part`.
  static Value beside(MulOp product, const Part &part) {
    if (!product)
      return Value();
    if (partOf(product.getLhs()) == part)
      return product.getRhs();
    return partOf(product.getRhs()) == part ? Value(product.getLhs()) : Value();
  }

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    int64_t rank = typeOf(op.getResult()).getRank();
    if (op.getInputs().size() != 2 || rank == 0 || static_cast<int64_t>(op.getAxis()) != rank - 1)
      return failure();
    auto lower = skipCasts(op.getInputs()[0]).getDefiningOp<SubOp>();
    auto upper = skipCasts(op.getInputs()[1]).getDefiningOp<AddOp>();
    auto first = lower ? skipCasts(lower.getLhs()).getDefiningOp<MulOp>() : MulOp();
    if (!lower || !upper || !first)
      return failure();
    for (Value candidate : first.getOperands()) {
      Part low = partOf(candidate);
      Value x = low.base;
      if (x == skipCasts(candidate) || x.getType() != op.getType() || low.stride != 1 || low.offset != 0 ||
          2 * low.size != shapeOf(x).back())
        continue;
      Part high{x, low.size, 1, low.size};
      auto second = skipCasts(lower.getRhs()).getDefiningOp<MulOp>();
      auto u = skipCasts(upper.getLhs()).getDefiningOp<MulOp>(), v = skipCasts(upper.getRhs()).getDefiningOp<MulOp>();
      Value cos = beside(first, low), sin = beside(second, high);
      if (!cos || !sin)
        continue;
      bool straight = beside(u, high) == cos && beside(v, low) == sin, swapped = beside(v, high) == cos && beside(u, low) == sin;
      if ((!straight && !swapped) || !isTable(cos, candidate, owners) || !isTable(sin, candidate, owners) || typeOf(cos).getRank() == 0 ||
          typeOf(sin).getRank() == 0)
        continue;
      rewriter.replaceOpWithNewOp<RotaryOp>(op, op.getType(), x, doubled(cos, op.getLoc(), low.size, rewriter),
                                            doubled(sin, op.getLoc(), low.size, rewriter), rewriter.getBoolAttr(false));
      return success();
    }
    return failure();
  }

  // The table for both halves.
  static Value doubled(Value table, Location loc, int64_t half, OpBuilder &builder) {
    SmallVector<int64_t> shape(shapeOf(table));
    if (shape.back() == 1 && half != 1)
      return table;
    int64_t axis = shape.size() - 1;
    shape.back() *= 2;
    return builder.create<ConcatOp>(loc, RankedTensorType::get(shape, typeOf(table).getElementType()), ValueRange{table, table},
                                    builder.getI64IntegerAttr(axis));
  }
  OwnerAnalysis &owners;
};

} // namespace

void raise::addRotaryPatterns(RewritePatternSet &patterns, OwnerAnalysis &owners) {
  patterns.add<RaiseRotary, RaiseRotaryHalves>(patterns.getContext(), owners);
}
