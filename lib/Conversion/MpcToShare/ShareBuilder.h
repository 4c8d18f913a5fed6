// What the patterns of mpc-to-share have in common: the type map and short forms for share ops.
#ifndef LIB_CONVERSION_MPCTOSHARE_SHAREBUILDER_H
#define LIB_CONVERSION_MPCTOSHARE_SHAREBUILDER_H

#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mpc/Target/Origin.h"

namespace mlir::mpc {

// secret<fxp<k, f>> rests as masked<k, f>, secret<i1> as masked_bit; public and share types stay. Anything else is
// unconvertible: the function returns a null type, since std::nullopt would fall through to the identity.
class ShareTypeConverter : public TypeConverter {
public:
  ShareTypeConverter();
};

// Attribute of mul, matmul and rotary: fractional bits of their public operand.
inline constexpr llvm::StringLiteral kPublicFractionAttr = "mpc.public_fraction";

// Builds share ops at one location; every method derives the result type. Values are tensors.
class ShareBuilder {
public:
  ShareBuilder(OpBuilder &builder, Location loc) : b(builder), loc(loc) {}

  static RankedTensorType typeOf(Value v) { return llvm::cast<RankedTensorType>(v.getType()); }
  static ArrayRef<int64_t> shapeOf(Value v) { return typeOf(v).getShape(); }
  // Width and fraction of a ring value; {0, 0} for others.
  static share::RingFormat formatOf(Value v);

  RankedTensorType masked(ArrayRef<int64_t> shape, unsigned width, unsigned fraction);
  RankedTensorType additive(ArrayRef<int64_t> shape, unsigned width, unsigned fraction);
  RankedTensorType maskedBit(ArrayRef<int64_t> shape);
  RankedTensorType xorBit(ArrayRef<int64_t> shape);

  Value shrink(Value v, unsigned width);         // no op where the width is that already
  Value coarsen(Value v, unsigned drop);         // x / 2^drop, about
  Value reinterpret(Value v, unsigned fraction); // the same ring elements, another fraction
  Value encode(Value plain, unsigned width, unsigned fraction);
  Value toAdditive(Value v);
  Value truncate(Value additive, unsigned width, unsigned fraction);
  Value remask(Value v);                      // additive or bits
  Value extend(Value masked, unsigned width); // extend_high, remask, join
  Value add(Value lhs, Value rhs);            // also of a public operand
  Value sub(Value lhs, Value rhs);
  Value neg(Value v);
  Value mulPublic(Value secret, Value encoded);
  Value notBit(Value v);
  Value reduceSum(Value v, ArrayRef<int64_t> axes); // axes stay as 1

  Value reshape(Value v, ArrayRef<int64_t> shape);
  Value concat(ValueRange values, int64_t axis);
  // Elements [offset, offset + size) of `axis`.
  Value slice(Value v, int64_t axis, int64_t offset, int64_t size);

  // Integers as public ring elements of (width, fraction): element * 2^-fraction is the value.
  Value ringConstant(ArrayRef<int64_t> elements, ArrayRef<int64_t> shape, unsigned width, unsigned fraction);
  // A public ring value as a masked one, by way of zero times `secret`: no message, nothing hidden, kinds fit.
  Value lift(Value encoded, Value secret);

  OpBuilder &b;
  Location loc;

private:
  RankedTensorType withFormat(RankedTensorType type, ArrayRef<int64_t> shape, unsigned width, unsigned fraction);
};

// The ring format that the type of an op's result asks for; failure, with a diagnostic, for anything but fixed point.
FailureOr<share::RingFormat> resultFormat(Operation *op);

// A secret operand of `op` shrunk to the width of `to`; failure, with a diagnostic, unless it has at least that and the same fraction.
FailureOr<Value> fit(ShareBuilder &s, Operation *op, Value v, share::RingFormat to);

// An op whose result rests in a ring becomes what `lower` makes at its location; a failure of `lower` has a diagnostic.
template <class Op> struct LowerToRing : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  using Adaptor = typename Op::Adaptor;

  LogicalResult matchAndRewrite(Op op, Adaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    ShareBuilder s(rewriter, getOriginLoc(op));
    FailureOr<share::RingFormat> to = resultFormat(op);
    if (failed(to))
      return failure();
    FailureOr<Value> result = lower(op, adaptor, s, *to);
    if (failed(result))
      return failure();
    rewriter.replaceOp(op, *result);
    return success();
  }

  virtual FailureOr<Value> lower(Op op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const = 0;
};

// Patterns by file.
void populateLinearPatterns(const TypeConverter &types, RewritePatternSet &patterns);
void populateGatePatterns(const TypeConverter &types, RewritePatternSet &patterns, int64_t digit);
void populateEdgePatterns(const TypeConverter &types, RewritePatternSet &patterns);
void populateNearPatterns(const TypeConverter &types, RewritePatternSet &patterns);

} // namespace mlir::mpc

#endif
