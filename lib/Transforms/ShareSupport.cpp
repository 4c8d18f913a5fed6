// Kinds and linearity of share ops.
#include "ShareSupport.h"

using namespace mlir;
using namespace mlir::mpc;

static Type elementOf(Type type) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getElementType() : type;
}

ShareKind mlir::mpc::getShareKind(Type type) {
  Type element = elementOf(type);
  if (llvm::isa<share::MaskedType, share::MaskedBitType>(element))
    return ShareKind::Masked;
  if (llvm::isa<share::AdditiveType, share::XorBitType>(element))
    return ShareKind::Additive;
  return llvm::isa<share::PublicType>(element) ? ShareKind::Public : ShareKind::Clear;
}

unsigned mlir::mpc::getShareWidth(Type type) {
  Type element = elementOf(type);
  if (auto format = share::getRingFormat(element))
    return format->width;
  return llvm::isa<share::MaskedBitType, share::XorBitType>(element) ? 1 : 0;
}

int64_t mlir::mpc::getShareBits(Type type) { return llvm::cast<RankedTensorType>(type).getNumElements() * getShareWidth(type); }

RankedTensorType mlir::mpc::asKind(RankedTensorType type, ShareKind kind) {
  MLIRContext *context = type.getContext();
  Type element = type.getElementType();
  bool masked = kind == ShareKind::Masked;
  if (auto format = share::getRingFormat(element))
    element = masked ? Type(share::MaskedType::get(context, format->width, format->fraction))
                     : Type(share::AdditiveType::get(context, format->width, format->fraction));
  else
    element = masked ? Type(share::MaskedBitType::get(context)) : Type(share::XorBitType::get(context));
  return RankedTensorType::get(type.getShape(), element);
}

bool mlir::mpc::isLinear(Operation *op) {
  if (op->getNumResults() != 1)
    return false;
  ShareKind kind = getShareKind(op->getResult(0).getType());
  if (kind != ShareKind::Masked && kind != ShareKind::Additive)
    return false;
  return llvm::isa<share::AddOp, share::SubOp, share::NegOp, share::MulPublicOp, share::MatmulPublicOp, share::ReduceSumOp, share::ShrinkOp,
                   share::ReinterpretOp, share::XorOp, share::NotOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp>(op);
}
