// near: one of the two whole numbers around x is what a truncation of the whole fraction gives (protocol.md, "truncate": error in (-1, 1)
// ulp, whole numbers exact).
#include "ShareBuilder.h"
#include "mpc/Target/Origin.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct NearPattern : OpConversionPattern<NearOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(NearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    ShareBuilder s(rewriter, getOriginLoc(op));
    Type converted = getTypeConverter()->convertType(op.getType());
    auto to = converted ? share::getRingFormat(llvm::cast<RankedTensorType>(converted).getElementType()) : std::nullopt;
    auto [k, f] = ShareBuilder::formatOf(adaptor.getInput());
    if (!to || k == 0 || to->fraction != 0 || to->width + f > k)
      return op.emitOpError("needs a fixed-point operand and a result without fraction, k' <= k - f");
    Value v = s.shrink(adaptor.getInput(), to->width + f);
    rewriter.replaceOp(op, f == 0 ? v : s.remask(s.truncate(s.toAdditive(v), to->width, 0)));
    return success();
  }
};

} // namespace

void mlir::mpc::populateNearPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<NearPattern>(types, patterns.getContext());
}
