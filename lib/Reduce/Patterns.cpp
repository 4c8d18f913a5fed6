// The reductions of single ops as rewrite patterns, for MLIR's own reducer.
#include "ReduceSupport.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Reducer/ReductionPatternInterface.h"
#include "mpc/Reduce/Reduce.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

// %y = op %x, %w  ->  %x, where the types agree.
struct Bypass : public RewritePattern {
  Bypass(MLIRContext *context, StringRef dialect) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/2, context), dialect(dialect) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    Value operand = op->getName().getDialectNamespace() == dialect ? findBypass(op) : Value();
    if (!operand)
      return failure();
    rewriter.replaceOp(op, operand);
    return success();
  }
  StringRef dialect;
};

// A public result becomes a constant of zeros.
struct Zero : public RewritePattern {
  Zero(MLIRContext *context, StringRef dialect) : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context), dialect(dialect) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (op->getName().getDialectNamespace() != dialect || llvm::isa<ConstantOp, share::RevealOp>(op) || op->getNumResults() != 1)
      return failure();
    DenseElementsAttr zero = zeroOf(op->getResult(0).getType());
    if (!zero)
      return failure();
    rewriter.replaceOpWithNewOp<ConstantOp>(op, zero);
    return success();
  }
  StringRef dialect;
};

struct Patterns : public DialectReductionPatternInterface {
  using DialectReductionPatternInterface::DialectReductionPatternInterface;
  explicit Patterns(Dialect *dialect) : DialectReductionPatternInterface(dialect) {}
  void populateReductionPatterns(RewritePatternSet &patterns) const override {
    patterns.add<Bypass, Zero>(patterns.getContext(), getDialect()->getNamespace());
  }
};

} // namespace

void mlir::mpc::registerReductionPatterns(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, MpcDialect *dialect) { dialect->addInterfaces<Patterns>(); });
  registry.addExtension(+[](MLIRContext *, share::ShareDialect *dialect) { dialect->addInterfaces<Patterns>(); });
}
