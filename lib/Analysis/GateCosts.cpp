// Formulas of protocol.md, "Gates", and worst cases of their roundings.
#include "mpc/Analysis/GateCosts.h"
#include "dialects/Share/Share.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

ComparisonCost mlir::mpc::comparisonCost(int width, int64_t thresholds, int digit) {
  ComparisonCost cost;
  auto widths = share::comparisonDigits(width, digit);
  for (int w : widths)
    cost.bits += (int64_t(1) << w) - 1;
  int n = widths.size();
  while (n > 1) {
    cost.bits += thresholds * 2 * (2 * n - 1); // the planes opened
    auto groups = share::lexGroups(n);
    for (size_t g = 0; g < groups.size(); ++g)
      cost.bits += thresholds * static_cast<int64_t>(share::lexSubsets(groups[g], g + 1 == groups.size()).size());
    n = groups.size(), ++cost.rounds;
  }
  return cost;
}

// Bytes that a round is worth where nothing else is said (--network, mpc-assign-formats).
static constexpr int64_t kRoundBytes = 65536;

int64_t mlir::mpc::bestDigit(int width, int64_t thresholds, int64_t elements) {
  int64_t best = 3;
  ComparisonCost least = comparisonCost(width, thresholds, 3);
  for (int d : {2, 4, 5}) {
    ComparisonCost cost = comparisonCost(width, thresholds, d);
    if (d == 5 && (cost.bits - least.bits) * elements > 8 * kRoundBytes * (least.rounds - cost.rounds))
      continue;
    if (cost.rounds < least.rounds || (cost.rounds == least.rounds && cost.bits < least.bits))
      best = d, least = cost;
  }
  return best;
}

double mlir::mpc::coarseResidue(ArrayRef<double> thresholds, unsigned drop, unsigned fraction) {
  double first = std::nearbyint(std::ldexp(thresholds.front(), static_cast<int>(fraction)));
  return std::ldexp(std::remainder(first, std::ldexp(1.0, static_cast<int>(drop))), -static_cast<int>(fraction));
}

unsigned mlir::mpc::coarseBits(ArrayRef<double> thresholds, double tolerance, unsigned width, unsigned fraction) {
  double units = std::ldexp(tolerance, static_cast<int>(fraction));
  unsigned drop = 0;
  for (unsigned s = 1; s + 2 <= width; ++s) {
    double unit = std::ldexp(1.0, static_cast<int>(s)), rounding = 0, residue = coarseResidue(thresholds, s, fraction);
    for (double t : thresholds)
      rounding = std::max(rounding, std::abs(std::remainder(std::ldexp(t - residue, static_cast<int>(fraction)), unit)));
    if (unit + rounding <= units)
      drop = s;
  }
  return drop;
}

// A dealt cosine is off by half a unit of 2^-D, what multiplies it by half one of 2^-G, and |cos| + |sin| <= sqrt(2): for amplitude a
// that is sqrt(1/2) (a 2^-D + 2^-G) a frequency, and a product of both. The last truncation is off by less than an ulp.
std::optional<PeriodicBits> mlir::mpc::periodicBits(ArrayRef<double> amplitudes, double rounding, unsigned fraction) {
  constexpr int kMost = 30;
  const double half = std::sqrt(0.5), given = rounding - std::ldexp(1.0, -static_cast<int>(fraction));
  std::optional<PeriodicBits> best;
  for (int g = 4; g <= kMost; ++g) {
    const double unit = std::ldexp(1.0, -g);
    double left = given - static_cast<double>(amplitudes.size()) * half * unit - unit / 2;
    if (left <= 0)
      continue;
    SmallVector<int64_t> digits(amplitudes.size(), 1);
    auto error = [&](size_t j) { return (half * amplitudes[j] + unit / 2) * std::ldexp(1.0, -static_cast<int>(digits[j])); };
    bool fits = false;
    while (!fits) {
      double sum = 0;
      size_t worst = 0;
      for (size_t j = 0; j < digits.size(); ++j) {
        sum += error(j);
        if (error(j) > error(worst))
          worst = j;
      }
      fits = sum <= left;
      if (!fits && ++digits[worst] > kMost)
        break;
    }
    if (!fits)
      continue;
    int64_t total = 2 * g * static_cast<int64_t>(digits.size());
    for (int64_t d : digits)
      total += 2 * d;
    // Of equals the one with more public bits: they are not dealt in rings of their own.
    if (!best || total <= best->sum)
      best = PeriodicBits{digits, g, total};
  }
  return best;
}

// Factors lie in [e^-8, e^8] and their product below 1: where one is largest, half a unit of the other counts e^8 times.
std::optional<int> mlir::mpc::exponentialBits(double rounding, unsigned fraction) {
  const double given = rounding - std::ldexp(1.0, -static_cast<int>(fraction));
  for (int bits = 12; bits <= 40; ++bits) {
    const double half = std::ldexp(1.0, -bits - 1);
    if ((std::exp(8.0) + std::exp(-8.0)) * half + half * half <= given)
      return bits;
  }
  return std::nullopt;
}
