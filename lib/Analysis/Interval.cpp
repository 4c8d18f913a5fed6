// Attributes of ranges, and what is known exactly of public values.
#include "mpc/Analysis/Interval.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

StringRef mlir::mpc::stringifyRangeKind(RangeKind kind) {
  switch (kind) {
  case RangeKind::Proved:
    return "proved";
  case RangeKind::Calibrated:
    return "calibrated";
  case RangeKind::Assumed:
    break;
  }
  return "assumed";
}

double Interval::magnitude() const { return std::max(std::abs(low), std::abs(high)); }

std::optional<Interval> mlir::mpc::getRangeAttr(Operation *op) {
  auto range = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr);
  if (!range || range.size() != 2)
    return std::nullopt;
  Interval interval{range[0], range[1], RangeKind::Proved};
  if (auto kind = op->getAttrOfType<StringAttr>(kRangeKindAttr))
    interval.kind = kind.getValue() == "proved"       ? RangeKind::Proved
                    : kind.getValue() == "calibrated" ? RangeKind::Calibrated
                                                      : RangeKind::Assumed;
  return interval;
}

void mlir::mpc::setRangeAttr(Operation *op, const Interval &interval) {
  Builder builder(op->getContext());
  op->setAttr(kRangeAttr, builder.getDenseF64ArrayAttr({interval.low, interval.high}));
  op->setAttr(kRangeKindAttr, builder.getStringAttr(stringifyRangeKind(interval.kind)));
}

std::optional<double> mlir::mpc::getConstantSplat(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto dense = constant ? llvm::dyn_cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
  if (!dense)
    return std::nullopt;
  if (dense.getElementType().isF32()) {
    if (dense.isSplat())
      return dense.getSplatValue<float>();
    if (dense.getNumElements() == 1)
      return *dense.value_begin<float>();
    return std::nullopt;
  }
  if (dense.isSplat() && llvm::isa<IntegerType>(dense.getElementType())) {
    APInt bits = dense.getSplatValue<APInt>();
    return bits.getBitWidth() == 1 ? static_cast<double>(bits.getZExtValue()) : static_cast<double>(bits.getSExtValue());
  }
  return std::nullopt;
}

bool mlir::mpc::isOneHot(Value value) {
  auto owned = value.getDefiningOp<OwnedOp>();
  if (!owned)
    return value.getDefiningOp<OneHotOp>() != nullptr;
  unsigned index = llvm::cast<OpResult>(value).getResultNumber();
  Value yielded = owned.getBody().front().getTerminator()->getOperand(index);
  while (auto cast = yielded.getDefiningOp<CastOp>())
    yielded = cast.getInput();
  return yielded.getDefiningOp<OneHotOp>() != nullptr;
}

// Least n <= limit with x * 2^n whole.
static std::optional<unsigned> exactBits(double x, unsigned limit) {
  if (!std::isfinite(x))
    return std::nullopt;
  for (unsigned n = 0; n <= limit; ++n)
    if (std::ldexp(x, static_cast<int>(n)) == std::floor(std::ldexp(x, static_cast<int>(n))))
      return n;
  return std::nullopt;
}

static std::optional<unsigned> exactConstant(DenseElementsAttr dense, unsigned limit) {
  if (!dense.getElementType().isF32())
    return 0;
  if (dense.isSplat())
    return exactBits(dense.getSplatValue<float>(), limit);
  unsigned most = 0;
  for (float x : dense.getValues<float>()) {
    auto bits = exactBits(x, limit);
    if (!bits)
      return std::nullopt;
    most = std::max(most, *bits);
  }
  return most;
}

namespace {
// Each value once, and not many of them: a value that its own sum is made of, forty times over, has 2^40 paths to where it comes from.
// Masks and positions, for which this is asked, are a dozen ops from an input.
class ExactFraction {
public:
  explicit ExactFraction(unsigned limit) : limit(limit) {}

  std::optional<unsigned> of(Value value) {
    auto [at, added] = known.try_emplace(value, std::nullopt);
    if (!added)
      return at->second;
    if (known.size() > kMostValues)
      return std::nullopt;
    std::optional<unsigned> bits = compute(value);
    known[value] = bits;
    return bits;
  }

private:
  static constexpr unsigned kMostValues = 512;

  std::optional<unsigned> compute(Value value);

  unsigned limit;
  llvm::DenseMap<Value, std::optional<unsigned>> known;
};
} // namespace

std::optional<unsigned> ExactFraction::compute(Value value) {
  if (getPlainElementType(llvm::cast<RankedTensorType>(value.getType()).getElementType()).isSignlessInteger())
    return 0;
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  // The largest of the operands' fractions, from operand `first` on.
  auto largest = [&](unsigned first) -> std::optional<unsigned> {
    unsigned most = 0;
    for (Value operand : op->getOperands().drop_front(first)) {
      auto bits = of(operand);
      if (!bits)
        return std::nullopt;
      most = std::max(most, *bits);
    }
    return most;
  };
  return llvm::TypeSwitch<Operation *, std::optional<unsigned>>(op)
      .Case<ConstantOp>([&](ConstantOp constant) -> std::optional<unsigned> {
        auto dense = llvm::dyn_cast<DenseElementsAttr>(constant.getValue());
        return dense ? exactConstant(dense, limit) : std::nullopt;
      })
      .Case<CastOp, ReshapeOp, TransposeOp, SliceOp, BroadcastOp, ConcatOp, NegOp, AbsOp, ReluOp, AddOp, SubOp, MinOp, MaxOp>(
          [&](auto) { return largest(0); })
      .Case<FloorOp, CeilOp, RoundOp, NearOp, SignOp>([](auto) { return 0u; })
      .Case<WhereOp>([&](WhereOp) { return largest(1); })
      .Case<GatherOp>([&](GatherOp gather) { return of(gather.getInput()); })
      .Case<ReduceOp>([&](ReduceOp reduce) -> std::optional<unsigned> {
        if (reduce.getKind() == "mean" || reduce.getKind() == "prod")
          return std::nullopt;
        return largest(0);
      })
      .Case<MulOp>([&](MulOp mul) -> std::optional<unsigned> {
        auto a = of(mul.getLhs()), b = of(mul.getRhs());
        return a && b && *a + *b <= limit ? std::optional(*a + *b) : std::nullopt;
      })
      .Default([](Operation *) { return std::nullopt; });
}

std::optional<unsigned> mlir::mpc::getExactFraction(Value value, unsigned limit) { return ExactFraction(limit).of(value); }
