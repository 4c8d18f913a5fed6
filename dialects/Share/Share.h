// The share dialect: how it is computed, on masked and additive shares.
#ifndef DIALECTS_SHARE_SHARE_H
#define DIALECTS_SHARE_SHARE_H

#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/GateCost.h"
#include "llvm/ADT/SmallVector.h"

#include "dialects/Share/ShareDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Share/ShareTypes.h.inc"

namespace mlir::share {

// Ring width and fraction of a ring element type (masked, additive, public); nullopt for any other type.
struct RingFormat {
  unsigned width;
  unsigned fraction;
  bool operator==(const RingFormat &) const = default;
};
std::optional<RingFormat> getRingFormat(Type elementType);

// Digits of a (k-1)-bit comparison, most significant first: their widths in bits.
llvm::SmallVector<int> comparisonDigits(int width, int digit);

// How lex_combine groups n digits (sizes, most significant first): one group up to 4, else groups of 3.
llvm::SmallVector<int> lexGroups(int digits);

// Products of masks that one group of lex_combine deals, as subsets of its opened bits (bit i < n is lt_i, bit n + i is eq_i),
// ascending; `last` groups need no eq of their last digit and no eq result.
llvm::SmallVector<uint32_t> lexSubsets(int digits, bool last);

} // namespace mlir::share

#include "dialects/Share/ShareInterfaces.h.inc"
#define GET_OP_CLASSES
#include "dialects/Share/ShareOps.h.inc"

#endif
