// What gates cost and how exact they are by their parameters: the choice between candidates, before any op is made, and the parameters that
// the conversion to share takes. The counted cost of a program is the sum of share::Gate's own formulas.
#ifndef MPC_ANALYSIS_GATECOSTS_H
#define MPC_ANALYSIS_GATECOSTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace mlir::mpc {

// f64 on mpc.periodic and mpc.exp_negative: what the gate's own roundings, its last one included, may add to the error of what it stands
// for. Without it they stay near an ulp of the result.
inline constexpr llvm::StringLiteral kRoundingAttr = "mpc.rounding";

struct ComparisonCost {
  int64_t bits = 0; // dealt and opened, an element, without the bits that leave the gate
  int rounds = 0;   // of the tree, without theirs
};
// Of a comparison of `width` bits with some thresholds, by digits of `digit` bits.
ComparisonCost comparisonCost(int width, int64_t thresholds, int digit);
// The digit of fewest rounds, then fewest bits. One look-up of five bits spares a round where it costs no more than that is worth by rule,
// of so many elements.
int64_t bestDigit(int width, int64_t thresholds, int64_t elements);

// Low bits of fixed-point numbers of `fraction` fractional bits, in a ring of `width`, that a comparison with fuzzy thresholds need not
// read: a unit of what is left, and a threshold's rounding to a whole one beside the first one's, stay within the tolerance.
unsigned coarseBits(llvm::ArrayRef<double> thresholds, double tolerance, unsigned width, unsigned fraction);
// What the first threshold is beyond a whole unit of 2^drop ulps, in whole ulps; all are moved by it.
double coarseResidue(llvm::ArrayRef<double> thresholds, unsigned drop, unsigned fraction);

// Bits of a periodic gate: dealt fractional bits by frequency, public ones, and what is dealt an element beside the result's own width
// above its fraction, which counts once for each dealt value.
struct PeriodicBits {
  llvm::SmallVector<int64_t> digits;
  int publicBits = 0;
  int64_t sum = 0;
};
// The fewest with which all roundings together stay within `rounding`, for a result of `fraction` bits; nullopt where 30 do not do.
std::optional<PeriodicBits> periodicBits(llvm::ArrayRef<double> amplitudes, double rounding, unsigned fraction);

// Fractional bits of both factors of an exponential; nullopt where 40 do not do.
std::optional<int> exponentialBits(double rounding, unsigned fraction);

} // namespace mlir::mpc

#endif
