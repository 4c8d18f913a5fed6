// What comparisons give: relu, abs, sign, min, max, where, compare, and the maximum along a dimension.
#include "ApproximateSupport.h"

using namespace mlir;
using namespace mlir::mpc;

static constexpr double kUlp = 0x1p-18; // least positive value of the f18 preset

// a + [a < b] (b - a); the interval analysis knows this form and gives it the hull of both.
static Value emitChoice(Emit &emit, Value a, Value b, bool larger) {
  Value difference = larger ? emit.sub(a, b) : emit.sub(b, a); // negative where b is to be taken
  Value other = larger ? emit.neg(difference) : difference;
  return emit.add(a, emit.select(emit.isNegative(difference), other));
}
Value mlir::mpc::emitMax(Emit &emit, Value a, Value b) { return emitChoice(emit, a, b, true); }
Value mlir::mpc::emitMin(Emit &emit, Value a, Value b) { return emitChoice(emit, a, b, false); }

// Halves the last dimension by pairwise `choose` until one is left; an odd one out waits for the next level.
static Value emitTournament(Emit &emit, Value x, llvm::function_ref<Value(Value, Value)> choose) {
  int64_t last = static_cast<int64_t>(shapeOf(x).size()) - 1;
  while (shapeOf(x)[last] > 1) {
    int64_t n = shapeOf(x)[last], half = n / 2;
    Value winners = choose(emit.slice(x, last, 0, half), emit.slice(x, last, half, half));
    x = n % 2 ? emit.concat({winners, emit.slice(x, last, n - 1, 1)}, last) : winners;
  }
  return x;
}
Value mlir::mpc::emitMaxLast(Emit &emit, Value x) {
  return emitTournament(emit, x, [&](Value a, Value b) { return emitMax(emit, a, b); });
}

namespace {

Value fitShape(Emit &emit, Operation *op, Value value) {
  if (value.getType() == op->getResult(0).getType())
    return value;
  return emit.builder.create<BroadcastOp>(op->getLoc(), op->getResult(0).getType(), value);
}

struct ExpandRelu : ExpandSecret<ReluOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(ReluOp op, Emit &emit) const override {
    if (!isReal(op))
      return failure();
    Value y = emit.select(emit.bitNot(emit.isNegative(op.getInput())), op.getInput());
    auto stated = statedRange(op.getInput());
    double high = stated ? std::max(0.0, stated->high) : kValueBound;
    return Emit::range(y, 0, high, stated ? stated->kind : RangeKind::Assumed);
  }
};

struct ExpandAbs : ExpandSecret<AbsOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(AbsOp op, Emit &emit) const override {
    if (!isReal(op))
      return failure();
    Value x = op.getInput();
    Value y = emit.add(x, emit.select(emit.isNegative(x), emit.mul(x, -2.0)));
    auto stated = statedRange(x);
    return Emit::range(y, 0, stated ? stated->magnitude() : kValueBound, stated ? stated->kind : RangeKind::Assumed);
  }
};

// 1 - [x < 0] - [x < ulp]
struct ExpandSign : ExpandSecret<SignOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(SignOp op, Emit &emit) const override {
    if (!isReal(op))
      return failure();
    return emit.bitSum(emit.below(op.getInput(), {0.0, kUlp}), {-1.0, -1.0}, 1.0);
  }
};

template <typename OpTy, bool larger> struct ExpandChoice : ExpandSecret<OpTy> {
  using ExpandSecret<OpTy>::ExpandSecret;
  FailureOr<Value> expand(OpTy op, Emit &emit) const override {
    if (!isReal(op))
      return failure();
    // The sum starts from a secret: a public limit may be far outside of any ring (-inf clips nothing).
    Value a = op.getLhs(), b = op.getRhs();
    if (!isSecret(a.getType()))
      std::swap(a, b);
    if (auto limit = getConstantSplat(b)) {
      bool idle = larger ? *limit <= -kValueBound : *limit >= kValueBound;
      if (idle) {
        return fitShape(emit, op, a);
      }
    }
    return fitShape(emit, op, emitChoice(emit, a, b, larger));
  }
};

// Comparisons of reals; eq and ne by both orders.
struct ExpandCompare : ExpandSecret<CompareOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(CompareOp op, Emit &emit) const override {
    Value a = op.getLhs(), b = op.getRhs();
    StringRef predicate = op.getPredicate();
    if (getPlainElementType(elementOf(a)).isInteger(1)) {
      Value differ = emit.bitXor(a, b);
      return predicate == "ne" ? differ : emit.bitNot(differ);
    }
    if (!isReal(a))
      return failure();
    Value result;
    if (predicate == "eq" || predicate == "ne") {
      Value bits = emit.below(emit.sub(a, b), {0.0, kUlp});
      Value equal = emit.bitXor(emit.bit(bits, 0), emit.bit(bits, 1)); // the first implies the second
      result = predicate == "eq" ? equal : emit.bitNot(equal);
    } else {
      bool flip = predicate == "gt" || predicate == "le";
      Value less = emit.isNegative(flip ? emit.sub(b, a) : emit.sub(a, b));
      result = predicate == "lt" || predicate == "gt" ? less : emit.bitNot(less);
    }
    return result;
  }
};

// By a secret bit: b + bit (a - b). By a public one: products with 0 and 1, which are local.
struct ExpandWhere : ExpandSecret<WhereOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(WhereOp op, Emit &emit) const override {
    Value condition = op.getCondition(), a = op.getLhs(), b = op.getRhs();
    // A fixed-point secret is never NaN; a public value may be.
    if (isSecret(condition.getType()) && condition.getDefiningOp<IsNanOp>()) {
      return fitShape(emit, op, isSecret(b.getType()) ? b : emit.add(b, emit.mul(a, 0.0)));
    }
    if (getPlainElementType(elementOf(op)).isInteger(1)) {
      return fitShape(emit, op, emit.bitXor(b, emit.bitAnd(condition, emit.bitXor(a, b))));
    }
    if (!isReal(op))
      return failure();
    if (isSecret(condition.getType())) {
      Value result;
      if (isSecret(b.getType()) || isSecret(a.getType())) {
        result = emit.add(b, emit.select(condition, emit.sub(a, b)));
      } else {
        Value difference = emit.sub(a, b);
        result = emit.add(b, emit.mul(emit.toNumber(condition), difference));
      }
      return fitShape(emit, op, result);
    }
    // The public side keeps what it has to say where it is taken, and a finite 0 elsewhere (0 * -inf is no number).
    Value zero = emit.constant(0), result;
    if (isSecret(a.getType()) && isSecret(b.getType())) {
      Value take = emit.cast(condition, emit.builder.getF32Type());
      result = emit.add(emit.mul(a, take), emit.mul(b, emit.sub(emit.constant(1), take)));
    } else if (isSecret(a.getType())) {
      result = emit.add(emit.mul(a, emit.cast(condition, emit.builder.getF32Type())), emit.where(condition, zero, b));
    } else {
      Value other = emit.where(condition, zero, emit.constant(1));
      result = emit.add(emit.mul(b, other), emit.where(condition, a, zero));
    }
    return fitShape(emit, op, result);
  }
};

// mean by 1/n; max and min by a tournament along the reduced dimensions, moved last and merged.
struct ExpandReduce : ExpandSecret<ReduceOp> {
  using ExpandSecret::ExpandSecret;
  FailureOr<Value> expand(ReduceOp op, Emit &emit) const override {
    Value x = op.getInput();
    StringRef kind = op.getKind();
    if (!isReal(op) || kind == "sum" || kind == "prod")
      return failure();
    SmallVector<int64_t> kept, order, shape;
    int64_t n = 1;
    for (int64_t axis = 0, rank = static_cast<int64_t>(shapeOf(x).size()); axis < rank; ++axis) {
      if (llvm::is_contained(op.getAxes(), axis)) {
        n *= shapeOf(x)[axis];
      } else {
        kept.push_back(axis);
        shape.push_back(shapeOf(x)[axis]);
      }
    }
    if (n == 0)
      return failure();
    if (kind == "mean") {
      return emit.mul(emit.sum(x, op.getAxes()), 1.0 / static_cast<double>(n));
    }
    order = kept;
    llvm::append_range(order, op.getAxes());
    shape.push_back(n);
    Value rows = llvm::is_sorted(order) ? x : emit.transpose(x, order);
    rows = emit.reshape(rows, shape);
    bool larger = kind == "max";
    Value best = emitTournament(emit, rows, [&](Value a, Value b) { return emitChoice(emit, a, b, larger); });
    return emit.reshape(best, shapeOf(op));
  }
};

} // namespace

void mlir::mpc::populateComparisonPatterns(RewritePatternSet &patterns, FitCache &fits) {
  patterns.add<ExpandRelu, ExpandAbs, ExpandSign, ExpandChoice<MaxOp, true>, ExpandChoice<MinOp, false>, ExpandCompare, ExpandWhere,
               ExpandReduce>(patterns.getContext(), fits);
}
