// What a gate declares about its cost; the compiler's figures are sums of these (protocol.md, "Gates").
#ifndef DIALECTS_SHARE_GATECOST_H
#define DIALECTS_SHARE_GATECOST_H

#include <cstdint>

namespace mlir::share {

// One dealt array: a byte-aligned stream of `elements` values of `bits` bits. P0 sends ceil(elements * bits / 8) bytes to
// one evaluator; the other evaluator and P0 expand the other half from their PRG. `booleans` arrays have bits == 1 and are
// expanded as whole 64-bit words of packed bits.
struct DealtArray {
  int64_t elements;
  unsigned bits;
  bool boolean = false;
};

// Multiply-accumulates in the ring, by who does them.
struct RingMacs {
  int64_t helper = 0;
  int64_t evaluator = 0;
};

} // namespace mlir::share

#endif
