// mpc-quantize-linear: the preset `ditto` (Wu et al., ICML 2024): linear layers in a narrow ring with few fractional bits, everything else
// as it was. Scales are powers of two, so that a conversion is a change of fraction: down is local, up costs the round of an extension.
#include "AssignFormatsPlan.h"
#include "mlir/IR/IRMapping.h"
#include "mpc/Transforms/Passes.h"
#include <cmath>

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCQUANTIZELINEAR
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

Value sourceOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!llvm::isa<ReshapeOp, TransposeOp, BroadcastOp, RescaleOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

// A product of two secret matrices, but for look-ups, which are exact, and for sums of squares, which are part of a norm.
bool isLinearLayer(MatmulOp op) {
  return FormatPlan::isNumber(op.getLhs()) && FormatPlan::isNumber(op.getRhs()) && !isOneHot(op.getLhs()) &&
         sourceOf(op.getLhs()) != sourceOf(op.getRhs());
}

struct QuantizeLinear : public mlir::mpc::impl::MpcQuantizeLinearBase<QuantizeLinear> {
  using MpcQuantizeLinearBase::MpcQuantizeLinearBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (fraction < 4 || fraction > 18 || ring > kMaxRing || ring < 2 * fraction + 4) {
      function.emitError("fraction must be from 4 to 18 bits, and ring from twice that and 4 to 64; they are ")
          << static_cast<uint64_t>(fraction) << " and " << static_cast<uint64_t>(ring);
      return signalPassFailure();
    }
    SmallVector<MatmulOp> layers;
    function.walk([&](MatmulOp op) {
      if (isLinearLayer(op))
        layers.push_back(op);
    });
    llvm::DenseMap<Value, Value> quantized;
    for (MatmulOp op : layers) {
      for (OpOperand &operand : op->getOpOperands()) {
        Value &narrow = quantized[operand.get()];
        if (!narrow)
          narrow = quantize(operand.get());
        operand.set(narrow);
      }
      request(op);
      assume(op, 2 * fraction);
    }
  }

  // That a number with `bits` fractional bits stays in the ring, beside the sign and the bit that an extension needs.
  void assume(Operation *op, unsigned bits) {
    double bound = std::exp2(static_cast<int>(ring - bits) - 2);
    if (auto known = getRangeAttr(op); !known || known->magnitude() > bound)
      setRangeAttr(op, {-bound, bound, RangeKind::Assumed});
  }

  void request(Operation *op) { op->setAttr(kFractionAttr, IntegerAttr::get(IntegerType::get(&getContext(), 64), fraction)); }

  // A weight that others read too, as embeddings do that are the last layer as well: its owner shares it a second time, with few bits,
  // which costs set-up alone. Reshaped and transposed as `value` is; null where that is no weight.
  Value shareAgain(Value value) {
    SmallVector<Operation *> moves;
    Operation *op = value.getDefiningOp();
    for (; op && llvm::isa<ReshapeOp, TransposeOp>(op); op = op->getOperand(0).getDefiningOp())
      moves.push_back(op);
    auto owned = llvm::dyn_cast_or_null<OwnedOp>(op);
    if (!op || op->getNumResults() != 1 || !(llvm::isa<WeightOp>(op) || (owned && owned.getOwner() == "model")))
      return {};
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(op);
    Operation *copy = b.clone(*op);
    request(copy);
    for (Operation *move : llvm::reverse(moves)) {
      IRMapping operands;
      operands.map(move->getOperand(0), copy->getResult(0));
      b.setInsertionPointAfter(move);
      copy = b.clone(*move, operands);
    }
    return copy->getResult(0);
  }

  // The value with few fractional bits. An owner who shares it for linear layers alone rounds it before.
  Value quantize(Value value) {
    Operation *source = value.getDefiningOp();
    auto isLayer = [](Operation *user) {
      auto layer = llvm::dyn_cast<MatmulOp>(user);
      return layer && isLinearLayer(layer);
    };
    if (source && source->getNumResults() == 1 && llvm::isa<OwnedOp, WeightOp>(source) && llvm::all_of(value.getUsers(), isLayer)) {
      request(source);
      return value;
    }
    if (Value own = shareAgain(value))
      return own;
    OpBuilder b(&getContext());
    b.setInsertionPointAfterValue(value);
    auto narrow = b.create<RescaleOp>(value.getLoc(), value.getType(), value);
    request(narrow);
    assume(narrow, fraction);
    return narrow;
  }
};

} // namespace
