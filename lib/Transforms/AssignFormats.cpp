// mpc-assign-formats: types of all secret numbers and the rescales between them, as AssignFormatsPlan.h decided.
#include "AssignFormatsPlan.h"
#include "ShareArgument.h"
#include "mpc/Transforms/Passes.h"
#include <cmath>

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCASSIGNFORMATS
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct AssignFormats : public mlir::mpc::impl::MpcAssignFormatsBase<AssignFormats> {
  using MpcAssignFormatsBase::MpcAssignFormatsBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (fraction < 6 || fraction > 30) {
      function.emitError("fraction must be from 6 to 30 bits, not ") << static_cast<uint64_t>(fraction);
      return signalPassFailure();
    }
    if (function.isExternal() || !function.getBody().hasOneBlock()) {
      function.emitError("must have a body of one block");
      return signalPassFailure();
    }
    for (BlockArgument argument : function.getArguments())
      if (FormatPlan::isNumber(argument))
        shareArgument(function, argument);
    FormatPlan plan(function, fraction, roundBytes);
    if (failed(plan.build()))
      return signalPassFailure();
    SmallVector<Value> numbers;
    for (Operation &op : function.getBody().front())
      if (op.getNumResults() == 1 && FormatPlan::isNumber(op.getResult(0)))
        numbers.push_back(op.getResult(0));
    for (Value number : numbers)
      if (Operation *op = number.getDefiningOp(); !getRangeAttr(op)) // an argument's sharing, made above
        setRangeAttr(op, plan.interval(number));
    for (Value number : numbers)
      connect(plan, number);
    for (Value number : numbers)
      finish(plan, number);
    Operation *terminator = function.getBody().front().getTerminator();
    function.setFunctionType(FunctionType::get(&getContext(), function.getFunctionType().getInputs(), terminator->getOperandTypes()));
  }

  RankedTensorType formatted(Value value, unsigned width, unsigned fraction) {
    auto format = FxpType::get(&getContext(), width, fraction);
    return RankedTensorType::get(shapeOf(value), SecretType::get(&getContext(), format));
  }

  Value rescale(OpBuilder &b, Value from, unsigned width, unsigned fraction) {
    auto op = b.create<RescaleOp>(from.getLoc(), formatted(from, width, fraction), from);
    if (Operation *source = from.getDefiningOp()) {
      for (StringRef name : {kRangeAttr, kRangeKindAttr})
        if (Attribute attr = source->getAttr(name))
          op->setAttr(name, attr);
    }
    // A sum whose stated range is narrower than its terms' needs no more bits of them than it has: they wrap, and it does not.
    double reach = std::ldexp(1.0, static_cast<int>(width) - 1 - static_cast<int>(fraction));
    if (auto stated = getRangeAttr(op); stated && stated->magnitude() > reach) {
      setRangeAttr(op, {-reach, reach, RangeKind::Assumed});
      op->setAttr(kWrapsAttr, b.getUnitAttr());
    }
    return op;
  }

  // Gives each use of `value` what it needs: the value, its one extension, or a rescale of it to another fraction.
  void connect(FormatPlan &plan, Value value) {
    unsigned width = plan.width(value), fraction = plan.fraction(value), widest = width;
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : value.getUses())
      uses.push_back(&use);
    std::reverse(uses.begin(), uses.end()); // the program's order
    for (OpOperand *use : uses)
      if (auto need = plan.need(*use))
        widest = std::max(widest, need->ringAt(fraction));
    OpBuilder b(&getContext());
    b.setInsertionPointAfterValue(value);
    Value extended;
    llvm::DenseMap<std::pair<unsigned, unsigned>, Value> others;
    auto atLeast = [&](unsigned bits) {
      if (bits <= width)
        return value;
      if (!extended) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointAfterValue(value);
        extended = rescale(b, value, widest, fraction);
      }
      return extended;
    };
    for (OpOperand *use : uses) {
      auto need = plan.need(*use);
      if (!need)
        continue;
      Value chosen;
      bool narrows = llvm::isa<BelowOp>(use->getOwner()) && need->width < width;
      if (need->fraction != fraction || narrows) {
        Value &other = others[{need->width, need->fraction}];
        if (!other) {
          Value from = atLeast(need->ringAt(fraction));
          b.setInsertionPointAfterValue(from);
          unsigned drops = fraction > need->fraction ? fraction - need->fraction : 0;
          if (need->width + drops > kMaxRing)
            from = rescale(b, from, kMaxRing - drops, need->fraction);
          other = rescale(b, from, need->width, need->fraction);
        }
        chosen = other;
      } else {
        chosen = atLeast(need->width);
      }
      if (chosen != value)
        use->set(chosen);
    }
  }

  void finish(FormatPlan &plan, Value value) {
    Operation *op = value.getDefiningOp();
    value.setType(formatted(value, plan.width(value), plan.fraction(value)));
    op->removeAttr(kFractionAttr);
    if (auto bits = plan.publicFraction(op))
      op->setAttr(kEncodedFractionAttr, IntegerAttr::get(IntegerType::get(&getContext(), 64), *bits));
  }
};

} // namespace
