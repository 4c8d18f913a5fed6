// mpc-verify-ranges: intervals against rings, formats against the gates of docs/spec/formats.md. The dialect's own verifier knows what
// operand formats fit together; this pass adds what depends on values: nothing overflows, no gate needs more than 64 bits.
#include "dialects/Mpc/MpcShapes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Transforms/Passes.h"
#include <cmath>

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCVERIFYRANGES
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

FxpType formatOf(Value value) { return llvm::dyn_cast<FxpType>(getPlainElementType(elementOf(value))); }

bool isSecretNumber(Value value) { return isSecret(value.getType()) && !getPlainElementType(elementOf(value)).isInteger(1); }

struct VerifyRanges : public mlir::mpc::impl::MpcVerifyRangesBase<VerifyRanges> {
  using MpcVerifyRangesBase::MpcVerifyRangesBase;

  void runOnOperation() override {
    LogicalResult result = success();
    IntervalAnalysis analysis({INFINITY, INFINITY}); // of public values, which no assumption cuts
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (llvm::isa_and_nonnull<MpcDialect>(op->getDialect()) && failed(verify(op, analysis)))
        result = failure();
      return llvm::isa<OwnedOp>(op) ? WalkResult::skip() : WalkResult::advance();
    });
    if (failed(result))
      signalPassFailure();
  }

  // |x| 2^f <= 2^(k - 1 - spare) at both ends; the upper end itself is one unit too far, which no assumed or rounded interval means.
  static bool fits(double x, FxpType format, int spare) {
    return std::abs(std::ldexp(x, static_cast<int>(format.getFraction()))) <=
           std::ldexp(1.0, static_cast<int>(format.getWidth()) - 1 - spare);
  }

  static LogicalResult refuse(Operation *op, const Twine &what) { return op->emitError() << "'" << op->getName() << "' " << what; }

  LogicalResult verify(Operation *op, IntervalAnalysis &analysis) {
    for (Value value : op->getResults()) {
      if (!isSecretNumber(value))
        continue;
      FxpType format = formatOf(value);
      if (!format)
        return refuse(op, "has no fixed-point format; run mpc-assign-formats");
      auto interval = getRangeAttr(op);
      if (!interval)
        return refuse(op, "has no interval (mpc.range); run mpc-infer-ranges");
      if (!fits(interval->magnitude(), format, 0))
        return op->emitError() << "'" << op->getName() << "' lies in [" << interval->low << ", " << interval->high << "], which a ring of "
                               << format.getWidth() << " bits with " << format.getFraction() << " fractional cannot hold";
    }
    if (auto rescale = llvm::dyn_cast<RescaleOp>(op))
      return verifyRescale(rescale);
    if (auto below = llvm::dyn_cast<BelowOp>(op))
      return verifyBelow(below);
    if (llvm::isa<AddOp, SubOp>(op) && isSecretNumber(op->getResult(0)))
      return verifyPublicTerms(op, analysis);
    if (llvm::isa<MulOp, MatmulOp, RotaryOp>(op) && isSecretNumber(op->getResult(0)))
      return verifyProduct(op, analysis);
    return success();
  }

  LogicalResult verifyRescale(RescaleOp op) {
    FxpType from = formatOf(op.getInput()), to = formatOf(op.getResult());
    auto interval = getRangeAttr(op);
    if (!from || !to || !interval)
      return success(); // public, or reported above
    bool extends = to.getWidth() > from.getWidth();
    if (extends && !fits(interval->magnitude(), from, 1))
      return refuse(op, "extends a ring that its interval fills: one bit must be spare");
    // What a narrower ring drops must be known to be absent, or not to matter.
    Operation *source = op.getInput().getDefiningOp();
    auto before = source ? getRangeAttr(source) : std::nullopt;
    if (before && !op->hasAttr(kWrapsAttr) && interval->kind == RangeKind::Proved && before->magnitude() > interval->magnitude() &&
        !fits(before->magnitude(), to, 0))
      return refuse(op,
                    "states a proved interval that its operand's does not imply; mpc.wraps is for values that are not used outside of it");
    return success();
  }

  LogicalResult verifyBelow(BelowOp op) {
    FxpType format = formatOf(op.getInput());
    Operation *source = op.getInput().getDefiningOp();
    auto interval = source ? getRangeAttr(source) : std::nullopt;
    if (!format || !interval)
      return success();
    double slack = op.getTolerance() ? op.getTolerance()->convertToDouble() : 0;
    for (double t : op.getThresholds())
      if (!fits(interval->low - t - slack, format, 0) || !fits(interval->high - t + slack, format, 0))
        return op->emitError() << "'" << op->getName() << "' compares a value in [" << interval->low << ", " << interval->high << "] with "
                               << t << ": the difference does not fit " << format.getWidth() << " bits with " << format.getFraction()
                               << " fractional";
    return success();
  }

  // Public terms are encoded in the result's format.
  LogicalResult verifyPublicTerms(Operation *op, IntervalAnalysis &analysis) {
    FxpType format = formatOf(op->getResult(0));
    for (Value operand : op->getOperands()) {
      if (isSecret(operand.getType()) || !operand.getDefiningOp<ConstantOp>())
        continue;
      Interval interval = analysis.get(operand);
      if (!fits(interval.magnitude(), format, 0))
        return op->emitError() << "'" << op->getName() << "' adds a public value in [" << interval.low << ", " << interval.high
                               << "], which a ring of " << format.getWidth() << " bits with " << format.getFraction()
                               << " fractional cannot hold";
    }
    return success();
  }

  // The factor's own encoding has to fit as well, and the fraction to be stated.
  LogicalResult verifyProduct(Operation *op, IntervalAnalysis &analysis) {
    FxpType result = formatOf(op->getResult(0));
    unsigned width = 64, fraction = 0;
    bool hasPublic = false;
    for (Value operand : op->getOperands()) {
      if (FxpType format = formatOf(operand)) {
        width = std::min(width, format.getWidth());
        fraction += format.getFraction();
      } else {
        hasPublic = true;
      }
    }
    if (hasPublic) {
      auto bits = op->getAttrOfType<IntegerAttr>(kEncodedFractionAttr);
      if (!bits)
        return refuse(op, "has a public operand without mpc.public_fraction");
      fraction += static_cast<unsigned>(bits.getInt());
      for (Value operand : op->getOperands()) {
        if (isSecret(operand.getType()) || !operand.getDefiningOp<ConstantOp>())
          continue;
        auto format = FxpType::get(&getContext(), width, static_cast<unsigned>(bits.getInt()));
        if (!fits(analysis.get(operand).magnitude(), format, 0))
          return refuse(op, "has a public factor that its ring cannot hold");
      }
    }
    if (fraction < result.getFraction() || result.getWidth() + fraction - result.getFraction() > width)
      return op->emitError() << "'" << op->getName() << "' makes " << result.getWidth() << " bits with " << result.getFraction()
                             << " fractional of a ring of " << width << " bits and " << fraction << " fractional: k <= K - t is needed";
    return success();
  }
};

} // namespace
