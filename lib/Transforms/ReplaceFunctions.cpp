// mpc-replace-functions: functions that models are trained for in place of GELU and softmax, by name (MPCFormer: Li et al., ICLR 2023,
// section 4). They are other functions, not approximations: a model that was not trained with them answers differently.
#include "ApproximateSupport.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCREPLACEFUNCTIONS
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

constexpr double kShift = 5;          // c of 2Quad
constexpr double kLeastSum = 0x1p-10; // of the weights of a row without any

// x^2 / 8 + x / 4 + 1 / 2
Value emitQuadGelu(Emit &emit, Value x) { return emit.add(emit.add(emit.mul(emit.mul(x, x), 0.125), emit.mul(x, 0.25)), 0.5); }

Value maxOfRows(Emit &emit, Value v) {
  SmallVector<int64_t> shape(shapeOf(v));
  shape.back() = 1;
  return emit.builder.create<ReduceOp>(emit.loc, RankedTensorType::get(shape, emit.builder.getF32Type()), v, "max",
                                       ArrayRef<int64_t>{static_cast<int64_t>(shape.size()) - 1});
}

// f(x) / sum f(x) of rows, f = (x + 5)^2 or max(x, 0); what the public bias masks gets and adds nothing.
Value emitRatio(Emit &emit, Value x, Value bias, bool quad) {
  Value keep;
  if (bias) {
    Value open = emit.compare(bias, emit.constant(kMaskThreshold), "gt");
    keep = emit.cast(open, emit.builder.getF32Type());
    x = emit.add(x, emit.where(open, bias, emit.constant(0)));
  }
  Value weights;
  if (quad) {
    Value shifted = emit.add(x, kShift);
    weights = emit.mul(shifted, shifted);
  } else {
    weights = emit.builder.create<ReluOp>(emit.loc, x.getType(), x);
  }
  if (keep)
    weights = emit.mul(weights, keep);
  Value total = emit.add(emit.sum(weights, {static_cast<int64_t>(shapeOf(x).size()) - 1}), kLeastSum);
  if (keep) // rows that are masked as a whole divide 0 by 1
    total = emit.add(total, emit.sub(emit.constant(1), maxOfRows(emit, keep)));
  return emit.builder.create<DivOp>(emit.loc, x.getType(), weights, total);
}

// softmax(scale q k^T + bias) v with the ratio for the softmax; heads that share keys are rows of one matrix.
Value emitAttention(Emit &emit, AttentionOp op, bool quad) {
  SmallVector<int64_t> scores(shapeOf(op.getQuery())), merged(scores);
  size_t rank = scores.size();
  int64_t heads = scores[rank - 3], shared = shapeOf(op.getKey())[rank - 3];
  merged[rank - 3] = shared;
  merged[rank - 2] *= heads / shared;
  scores[rank - 1] = shapeOf(op.getKey())[rank - 2];
  Value q = emit.mul(op.getQuery(), op.getScale().convertToDouble());
  Value s = emit.reshape(emit.matmul(emit.reshape(q, merged), emit.swapLast(op.getKey())), scores);
  merged[rank - 1] = scores[rank - 1];
  return emit.reshape(emit.matmul(emit.reshape(emitRatio(emit, s, op.getBias(), quad), merged), op.getValue()), shapeOf(op));
}

struct ReplaceFunctions : public mlir::mpc::impl::MpcReplaceFunctionsBase<ReplaceFunctions> {
  using MpcReplaceFunctionsBase::MpcReplaceFunctionsBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (gelu != "gelu" && gelu != "quad") {
      function.emitError("gelu is gelu or quad, not '") << gelu << "'";
      return signalPassFailure();
    }
    if (softmax != "softmax" && softmax != "2quad" && softmax != "2relu") {
      function.emitError("softmax is softmax, 2quad or 2relu, not '") << softmax << "'";
      return signalPassFailure();
    }
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) {
      if (gelu == "quad" && llvm::isa<GeluOp>(op))
        ops.push_back(op);
      if (softmax != "softmax" && llvm::isa<SoftmaxOp, AttentionOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      replace(op);
  }

  void replace(Operation *op) {
    OpBuilder builder(op);
    Emit emit(builder, op->getLoc());
    bool quad = softmax == "2quad";
    Value result;
    if (auto function = llvm::dyn_cast<GeluOp>(op))
      result = emitQuadGelu(emit, function.getInput());
    else if (auto rows = llvm::dyn_cast<SoftmaxOp>(op))
      result = emitRatio(emit, rows.getInput(), rows.getBias(), quad);
    else
      result = emitAttention(emit, llvm::cast<AttentionOp>(op), quad);
    op->replaceAllUsesWith(ValueRange(result));
    op->erase();
  }
};

} // namespace
