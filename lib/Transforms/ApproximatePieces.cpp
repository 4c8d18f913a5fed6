// x^-1 and x^-1/2 on an interval whose ends are known, for a value a row: pieces side by side.
//
// ApproximateReciprocal.cpp brings x into one binade, one product after the other. Here each piece [4^j, 4^(j+1)] has its own sum over the
// ring's frequencies, which reads x in a ring just wide enough for that piece (elsewhere it wraps and is not selected), while fuzzy
// comparisons find the piece: all of it in the rounds of the comparison and one more, for some dozen dealt values a piece and row, of which
// a softmax or a norm has one for many elements.
#include "ApproximateSupport.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

// Pieces overlap by this part of where they meet; a comparison may be off by as much.
static constexpr double kOverlap = 1.0 / 8;
static constexpr double kRatio = 4;

// scale x^power on [top / (1 + kOverlap) / kRatio / (1 + kOverlap), top] as a sum: one fit on an interval that ends at 1, moved there.
static FailureOr<TrigSum> fitPiece(Operation *op, FitCache &fits, const PowerSpec &spec, double top) {
  bool reciprocal = spec.power == Power::Reciprocal;
  FitProblem problem;
  problem.high = 1;
  problem.low = 1 / kRatio / (1 + kOverlap) / (1 + kOverlap);
  problem.period = 4;
  if (reciprocal) {
    problem.function = [](double y) { return 1 / y; };
    problem.secondDerivative = 2 / std::pow(problem.low, 3);
  } else {
    problem.function = [](double y) { return 1 / std::sqrt(y); };
    problem.secondDerivative = 0.75 / std::pow(problem.low, 2.5);
  }
  // The least result is 1, so this is an error relative to it; what is multiplied by it may have a budget of its own.
  FailureOr<TrigSum> fit = fits.get(op, reciprocal ? "1/x on a piece" : "1/sqrt(x) on a piece", problem, 1.0 / 4);
  if (failed(fit))
    return failure();
  TrigSum sum = *fit;
  double factor = spec.scale * (reciprocal ? 1 / top : 1 / std::sqrt(top));
  sum.period *= top;
  if (sum.period < 1) { // the gate's least period, and a multiple of this one
    for (int64_t &q : sum.frequencies)
      q = static_cast<int64_t>(static_cast<double>(q) / sum.period);
    sum.period = 1;
  }
  sum.constant *= factor, sum.error *= factor;
  for (double &c : sum.cosines)
    c *= factor;
  for (double &c : sum.sines)
    c *= factor;
  return sum;
}

FailureOr<Value> mlir::mpc::emitPowerPieces(Emit &emit, Operation *op, FitCache &fits, Value x, const PowerSpec &spec) {
  auto power = [&](double at) { return spec.scale * (spec.power == Power::Reciprocal ? 1 / at : 1 / std::sqrt(at)); };
  RangeKind kind = statedRange(x) ? statedRange(x)->kind : RangeKind::Assumed;
  // Tops are powers of two, since periods are.
  double last = std::exp2(std::ceil(std::log2(spec.high))), meeting = last / (1 + kOverlap) / kRatio;
  SmallVector<double> tops{last}, thresholds;
  while (spec.low < tops.back() / kRatio / (1 + kOverlap) / (1 + kOverlap)) {
    thresholds.insert(thresholds.begin(), meeting);
    tops.push_back(tops.back() / kRatio);
    meeting /= kRatio;
  }
  std::reverse(tops.begin(), tops.end());

  Value bits, total;
  if (!thresholds.empty())
    bits = emit.below(x, thresholds, thresholds.front() * kOverlap);
  for (auto [i, top] : llvm::enumerate(tops)) {
    FailureOr<TrigSum> sum = fitPiece(op, fits, spec, top);
    if (failed(sum))
      return failure();
    double low = std::max(spec.low, top / kRatio / (1 + kOverlap) / (1 + kOverlap)), high = std::min(top, spec.high);
    Value piece = tops.size() == 1 ? x : emit.state(x, {0, top, RangeKind::Proved}, /*wraps=*/true);
    Value g = Emit::fraction(emit.periodic(piece, *sum, low, high), spec.fraction);
    // Where x lies in another piece the sum is anything within its bound, and is not selected.
    double most = power(low) * 1.05;
    Emit::range(g, tops.size() == 1 ? 0 : -sum->bound(), tops.size() == 1 ? most : sum->bound(), RangeKind::Proved);
    if (tops.size() == 1)
      return Emit::range(g, 0, most, kind);
    Value chosen = i == 0 ? emit.bit(bits, 0) : emit.bitNot(emit.bit(bits, i - 1));
    if (i > 0 && i + 1 < tops.size())
      chosen = emit.bitXor(emit.bit(bits, i), emit.bit(bits, i - 1));
    Value selected = Emit::fraction(Emit::range(emit.select(chosen, g), 0, most, kind), spec.fraction);
    total = total ? Emit::fraction(Emit::range(emit.add(total, selected), 0, power(spec.low) * 1.05, kind), spec.fraction) : selected;
  }
  return total;
}
