// Sums and products: add, sub, neg, reduce, mul, matmul, rotary, rescale, where (docs/spec/formats.md, the table).
#include "ShareBuilder.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

// An operand of a sum: shrunk if secret, encoded if public.
FailureOr<Value> fitOrEncode(ShareBuilder &s, Operation *op, Value original, Value converted, share::RingFormat to) {
  if (isSecret(original.getType()))
    return fit(s, op, converted, to);
  return s.encode(converted, to.width, to.fraction);
}

// Fractional bits in which the public operand of a product is encoded: an integer needs none.
FailureOr<unsigned> publicFraction(Operation *op, Value plain) {
  if (auto attr = op->getAttrOfType<IntegerAttr>(kPublicFractionAttr)) {
    if (attr.getInt() >= 0 && attr.getInt() < 64)
      return static_cast<unsigned>(attr.getInt());
  } else if (ShareBuilder::typeOf(plain).getElementType().isInteger()) {
    return 0u;
  }
  op->emitOpError("needs ") << kPublicFractionAttr << " from 0 to 63 for its public operand";
  return failure();
}

// The truncation t = have - want that a product needs, checked against the ring: k <= width - t.
FailureOr<unsigned> truncation(Operation *op, unsigned width, unsigned have, share::RingFormat to) {
  if (have < to.fraction || to.width + (have - to.fraction) > width) {
    op->emitOpError("a product of ") << width << " bits, " << have << " fractional, cannot become " << to.width << " bits, " << to.fraction
                                     << " fractional: t >= 0 and k <= K - t are needed (docs/spec/formats.md)";
    return failure();
  }
  return have - to.fraction;
}

template <class From, class To> struct SumPattern : LowerToRing<From> {
  using LowerToRing<From>::LowerToRing;
  FailureOr<Value> lower(From op, typename From::Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    auto lhs = fitOrEncode(s, op, op.getLhs(), adaptor.getLhs(), to), rhs = fitOrEncode(s, op, op.getRhs(), adaptor.getRhs(), to);
    if (failed(lhs) || failed(rhs))
      return failure();
    return std::is_same_v<To, share::AddOp> ? s.add(*lhs, *rhs) : s.sub(*lhs, *rhs);
  }
};

struct NegPattern : LowerToRing<NegOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(NegOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    auto v = fit(s, op, adaptor.getInput(), to);
    if (failed(v))
      return failure();
    return s.neg(*v);
  }
};

struct ReducePattern : LowerToRing<ReduceOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(ReduceOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    if (op.getKind() != "sum")
      return op.emitOpError("of kind '") << op.getKind()
                                         << "' on secrets should have been lowered by the precision phase; share has sums only";
    auto v = fit(s, op, adaptor.getInput(), to);
    if (failed(v))
      return failure();
    return s.reduceSum(*v, op.getAxes());
  }
};

// Truncates to (k, f) and remasks; with t = 0 the product stays masked.
Value finishProduct(ShareBuilder &s, Value product, unsigned t, share::RingFormat to) {
  if (t == 0)
    return product;
  return s.remask(s.truncate(product, to.width, to.fraction));
}

// mul and matmul of two secrets are one gate; with a public operand they are local, and additive where a truncation
// follows: the evaluators then work on one summand each, and P0 on nothing.
template <class Op, class Gate, class Public> struct ProductPattern : LowerToRing<Op> {
  using LowerToRing<Op>::LowerToRing;
  FailureOr<Value> lower(Op op, typename Op::Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    bool lhsSecret = isSecret(op.getLhs().getType()), rhsSecret = isSecret(op.getRhs().getType());
    ArrayRef<int64_t> shape = ShareBuilder::shapeOf(op.getResult());
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    if (lhsSecret && rhsSecret) {
      auto [ka, fa] = ShareBuilder::formatOf(lhs);
      auto [kb, fb] = ShareBuilder::formatOf(rhs);
      if (ka == 0 || kb == 0)
        return op.emitOpError("needs fixed-point operands, not bits");
      unsigned K = std::min(ka, kb);
      if (failed(truncation(op, K, fa + fb, to)))
        return failure();
      lhs = s.shrink(lhs, K), rhs = s.shrink(rhs, K);
      Value product = s.b.create<Gate>(s.loc, s.additive(shape, to.width, to.fraction), lhs, rhs, IntegerAttr(), IntegerAttr());
      return s.remask(product);
    }
    Value secret = lhsSecret ? lhs : rhs, plain = lhsSecret ? rhs : lhs;
    auto [ka, fa] = ShareBuilder::formatOf(secret);
    if (ka == 0)
      return op.emitOpError("needs a fixed-point operand, not bits");
    auto fp = publicFraction(op, plain);
    if (failed(fp))
      return failure();
    auto t = truncation(op, ka, fa + *fp, to);
    if (failed(t))
      return failure();
    unsigned K = to.width + *t;
    secret = s.shrink(secret, K);
    if (*t > 0)
      secret = s.toAdditive(secret);
    Value encoded = s.encode(plain, K, *fp);
    RankedTensorType type = *t > 0 ? s.additive(shape, K, fa + *fp) : s.masked(shape, K, fa + *fp);
    Value product;
    if constexpr (std::is_same_v<Public, share::MatmulPublicOp>)
      product = s.b.create<Public>(s.loc, type, lhsSecret ? secret : encoded, lhsSecret ? encoded : secret);
    else
      product = s.b.create<Public>(s.loc, type, secret, encoded);
    return finishProduct(s, product, *t, to);
  }
};

struct RotaryPattern : LowerToRing<RotaryOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(RotaryOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    if (isSecret(op.getCos().getType()) || isSecret(op.getSin().getType()))
      return op.emitOpError("needs public cosines and sines");
    auto fp = publicFraction(op, op.getCos());
    if (failed(fp))
      return failure();
    auto [ka, fa] = ShareBuilder::formatOf(adaptor.getInput());
    auto t = truncation(op, ka, fa + *fp, to);
    if (failed(t))
      return failure();
    unsigned K = to.width + *t;
    Value x = s.shrink(adaptor.getInput(), K);
    if (*t > 0)
      x = s.toAdditive(x);
    Value sum = s.add(s.mulPublic(x, s.encode(adaptor.getCos(), K, *fp)),
                      s.mulPublic(rotate(s, x, op.getInterleaved()), s.encode(adaptor.getSin(), K, *fp)));
    return finishProduct(s, sum, *t, to);
  }

  // concat(-x[D/2:], x[:D/2]), or pairs (-x1, x0).
  static Value rotate(ShareBuilder &s, Value x, bool interleaved) {
    SmallVector<int64_t> shape(ShareBuilder::shapeOf(x));
    int64_t last = shape.size() - 1, half = shape.back() / 2;
    if (!interleaved)
      return s.concat({s.neg(s.slice(x, last, half, half)), s.slice(x, last, 0, half)}, last);
    SmallVector<int64_t> pairs(shape);
    pairs.back() = half;
    pairs.push_back(2);
    Value p = s.reshape(x, pairs);
    return s.reshape(s.concat({s.neg(s.slice(p, last + 1, 1, 1)), s.slice(p, last + 1, 0, 1)}, last + 1), shape);
  }
};

struct RescalePattern : LowerToRing<RescaleOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(RescaleOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    Value v = adaptor.getInput();
    auto [k, f] = ShareBuilder::formatOf(v);
    if (k == 0)
      return op.emitOpError("needs a fixed-point operand");
    if (to.fraction < f) {
      auto t = truncation(op, k, f, to);
      if (failed(t))
        return failure();
      return s.remask(s.truncate(s.toAdditive(s.shrink(v, to.width + *t)), to.width, to.fraction));
    }
    if (to.width > k && k < 2)
      return op.emitOpError("cannot extend a ring of 1 bit");
    v = to.width > k ? s.extend(v, to.width) : s.shrink(v, to.width);
    if (unsigned more = to.fraction - f)
      v = s.mulPublic(v, s.ringConstant({int64_t(1) << more}, {}, to.width, more));
    return v;
  }
};

// A public condition chooses locally: y + c (x - y).
struct WherePattern : LowerToRing<WhereOp> {
  using LowerToRing::LowerToRing;
  FailureOr<Value> lower(WhereOp op, Adaptor adaptor, ShareBuilder &s, share::RingFormat to) const override {
    if (isSecret(op.getCondition().getType()))
      return op.emitOpError("with a secret condition should have been lowered to mpc.select by the precision phase");
    auto x = fitOrEncode(s, op, op.getLhs(), adaptor.getLhs(), to), y = fitOrEncode(s, op, op.getRhs(), adaptor.getRhs(), to);
    if (failed(x) || failed(y))
      return failure();
    Value chosen = s.mulPublic(s.sub(*x, *y), s.encode(adaptor.getCondition(), to.width, 0));
    return s.add(chosen, *y);
  }
};

} // namespace

void mlir::mpc::populateLinearPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<SumPattern<AddOp, share::AddOp>, SumPattern<SubOp, share::SubOp>, NegPattern, ReducePattern,
               ProductPattern<MulOp, share::MulOp, share::MulPublicOp>, ProductPattern<MatmulOp, share::MatmulOp, share::MatmulPublicOp>,
               RotaryPattern, RescalePattern, WherePattern>(types, patterns.getContext());
}
