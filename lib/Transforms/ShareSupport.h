// What the passes on share have in common: which ops are linear, kinds of a value, moving an op between kinds.
#ifndef LIB_TRANSFORMS_SHARESUPPORT_H
#define LIB_TRANSFORMS_SHARESUPPORT_H

#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"

namespace mlir::mpc {

enum class ShareKind { Clear, Public, Masked, Additive };

// The kind of a tensor value; masked bits are Masked, xor-shared bits Additive.
ShareKind getShareKind(Type tensorType);

// Ring width of a value's elements, 1 for bits, 0 for clear values.
unsigned getShareWidth(Type tensorType);

// Elements times width: what remasking or sharing the value sends in one direction, in bits.
int64_t getShareBits(Type tensorType);

// `tensorType` as masked / additive with the same width and fraction, bits alike.
RankedTensorType asKind(RankedTensorType tensorType, ShareKind kind);

// Ops that are local on additive shares exactly as on masked ones: sums, public products, structure, logic without products.
bool isLinear(Operation *op);

} // namespace mlir::mpc

#endif
