// mpc-calibrate-ranges: runs the function in f32 on cases and states what each secret number was seen to be, with a margin.
//
// Composite ops hide values that decide formats: the scores of an attention and the row sums of squares of a norm. They are computed here
// from the op's operands and kept on it as mpc.inner_range.
#include "dialects/Mpc/MpcShapes.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include "mpc/Transforms/Passes.h"
#include <cmath>

namespace mlir::mpc {
#define GEN_PASS_DEF_MPCCALIBRATERANGES
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct Seen {
  double low = INFINITY, high = -INFINITY;
  bool finite = true;
  void include(double x) {
    finite &= std::isfinite(x);
    low = std::min(low, x), high = std::max(high, x);
  }
};

Seen extent(const tacit::Tensor &tensor) {
  Seen seen;
  for (int64_t i = 0; i < tensor.size(); ++i)
    seen.include(tensor.f32()[i]);
  return seen;
}

// The bias of a softmax, broadcast to its scores; absent, 0.
class Bias {
public:
  Bias(Value bias, const tacit::Tensor *values, ArrayRef<int64_t> scores) : values(values), scores(scores) {
    if (!values)
      return;
    ArrayRef<int64_t> shape = shapeOf(bias);
    strides.assign(scores.size(), 0);
    int64_t stride = 1;
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t size = shape[shape.size() - 1 - i];
      strides[scores.size() - 1 - i] = size == 1 ? 0 : stride;
      stride *= size;
    }
  }

  // Adds the bias to a row of scores, as the softmax of shares does: what it masks is left out (docs/spec/formats.md), and a row that it
  // masks as a whole is raised by its maximum, or is 0 where that is too low for f32 to keep the scores.
  void include(int64_t row, MutableArrayRef<double> x, Seen &seen) const {
    if (!values) {
      for (double v : x)
        seen.include(v);
      return;
    }
    int64_t at = 0, rest = row;
    for (size_t d = scores.size() - 1; d-- > 0; rest /= scores[d])
      at += rest % scores[d] * strides[d];
    double most = -INFINITY;
    for (size_t j = 0; j < x.size(); ++j)
      most = std::max(most, static_cast<double>(values->f32()[at + static_cast<int64_t>(j) * strides.back()]));
    double raise = most > kMaskThreshold || !std::isfinite(most) ? 0 : most;
    for (size_t j = 0; j < x.size(); ++j) {
      double b = values->f32()[at + static_cast<int64_t>(j) * strides.back()] - raise;
      if (b > kMaskThreshold)
        seen.include(raise < kAbsorbs ? b : x[j] + b);
    }
  }

private:
  static constexpr double kMaskThreshold = -512, kAbsorbs = -1e8;
  const tacit::Tensor *values;
  ArrayRef<int64_t> scores;
  SmallVector<int64_t> strides;
};

// Scores q k^T scale of an attention, heads that share keys included, and its bias.
void includeScores(AttentionOp op, const tacit::Tensor &q, const tacit::Tensor &k, const tacit::Tensor *biasValues, Seen &seen) {
  ArrayRef<int64_t> qs = shapeOf(op.getQuery()), ks = shapeOf(op.getKey());
  int64_t rank = qs.size(), heads = qs[rank - 3], shared = ks[rank - 3], rows = qs[rank - 2], keys = ks[rank - 2], depth = qs[rank - 1];
  SmallVector<int64_t> scores(qs);
  scores.back() = keys;
  Bias bias(op.getBias(), biasValues, scores);
  int64_t batch = 1;
  for (int64_t d : qs.drop_back(3))
    batch *= d;
  double scale = op.getScale().convertToDouble();
  std::vector<double> row(keys);
  for (int64_t b = 0; b < batch * heads; ++b) {
    int64_t group = b / heads * shared + b % heads / std::max<int64_t>(1, heads / shared);
    for (int64_t i = 0; i < rows; ++i) {
      const float *x = q.f32() + (b * rows + i) * depth;
      for (int64_t j = 0; j < keys; ++j) {
        const float *y = k.f32() + (group * keys + j) * depth;
        double dot = 0;
        for (int64_t e = 0; e < depth; ++e)
          dot += static_cast<double>(x[e]) * y[e];
        row[j] = dot * scale;
      }
      bias.include(b * rows + i, row, seen);
    }
  }
}

void includeRows(SoftmaxOp op, const tacit::Tensor &x, const tacit::Tensor *biasValues, Seen &seen) {
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  if (shape.empty() || shape.back() == 0)
    return;
  Bias bias(op.getBias(), biasValues, shape);
  std::vector<double> row(shape.back());
  for (int64_t r = 0; r < x.size() / shape.back(); ++r) {
    for (int64_t j = 0; j < shape.back(); ++j)
      row[j] = x.f32()[r * shape.back() + j];
    bias.include(r, row, seen);
  }
}

// Sums of squares of the rows that a norm divides by, about their mean for a layer norm.
void includeSquares(int64_t n, bool centred, const tacit::Tensor &x, Seen &seen) {
  for (int64_t row = 0; n > 0 && row < x.size() / n; ++row) {
    const float *values = x.f32() + row * n;
    double mean = 0, sum = 0;
    for (int64_t i = 0; centred && i < n; ++i)
      mean += values[i] / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i)
      sum += (values[i] - mean) * (values[i] - mean);
    seen.include(sum);
  }
}

struct CalibrateRanges : public mlir::mpc::impl::MpcCalibrateRangesBase<CalibrateRanges> {
  using MpcCalibrateRangesBase::MpcCalibrateRangesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (cases.empty() || function.isExternal())
      return;
    if (!(margin >= 1 && margin <= 65536)) {
      function.emitError("margin must be between 1 and 65536, not ") << margin;
      return signalPassFailure();
    }
    llvm::DenseMap<Operation *, Seen> values, inner;
    for (const std::string &name : cases)
      if (auto path = casePathFor(function, name); path && failed(runCase(function, *path, values, inner)))
        return signalPassFailure();
    llvm::DenseSet<Operation *> stated = calibrated(function);
    function.walk([&](Operation *op) {
      if (auto found = values.find(op); found != values.end() && stated.contains(op))
        state(op, found->second);
      if (auto found = inner.find(op); found != inner.end())
        stateInner(op, found->second);
    });
  }

  static bool isSecretReal(Value value) {
    auto type = llvm::dyn_cast<RankedTensorType>(value.getType());
    return type && isSecret(type) && getPlainElementType(type.getElementType()).isF32();
  }

  LogicalResult runCase(func::FuncOp function, const std::string &path, llvm::DenseMap<Operation *, Seen> &values,
                        llvm::DenseMap<Operation *, Seen> &inner) {
    FailureOr<tacit::NamedTensors> inputs = readCaseInputs(function, path);
    if (failed(inputs))
      return failure();
    llvm::DenseMap<Value, tacit::Tensor> kept; // operands of composite ops
    llvm::DenseSet<Value> wanted;
    function.walk([&](Operation *op) {
      if (llvm::isa<AttentionOp, SoftmaxOp, LayerNormOp, RmsNormOp>(op))
        wanted.insert(op->operand_begin(), op->operand_end());
    });
    for (BlockArgument argument : function.getArguments())
      for (const auto &[name, tensor] : *inputs)
        if (name == argumentName(function, argument.getArgNumber()))
          kept.insert_or_assign(argument, tensor);
    InterpreterOptions options;
    options.load = loadParamsFrom(std::vector<std::string>(weightsDirs.begin(), weightsDirs.end()));
    options.probe = [&](Operation *op, unsigned index, const tacit::Tensor &tensor) {
      Value result = op->getResult(index);
      if (wanted.contains(result))
        kept.insert_or_assign(result, tensor);
      includeInner(op, kept, inner);
      if (op->getNumResults() != 1 || !isSecretReal(result) || tensor.kind() != tacit::Kind::kF32)
        return;
      Seen now = extent(tensor), &all = values[op];
      all.low = std::min(all.low, now.low), all.high = std::max(all.high, now.high), all.finite &= now.finite;
    };
    auto outputs = interpretF32(function, *inputs, options);
    return success(succeeded(outputs));
  }

  static void includeInner(Operation *op, const llvm::DenseMap<Value, tacit::Tensor> &kept, llvm::DenseMap<Operation *, Seen> &inner) {
    auto find = [&](Value value) -> const tacit::Tensor * {
      auto found = value ? kept.find(value) : kept.end();
      return found == kept.end() || found->second.kind() != tacit::Kind::kF32 ? nullptr : &found->second;
    };
    if (auto attention = llvm::dyn_cast<AttentionOp>(op)) {
      const tacit::Tensor *q = find(attention.getQuery()), *k = find(attention.getKey()), *bias = find(attention.getBias());
      if (q && k && (bias || !attention.getBias()))
        includeScores(attention, *q, *k, bias, inner[op]);
    } else if (auto softmax = llvm::dyn_cast<SoftmaxOp>(op)) {
      const tacit::Tensor *x = find(softmax.getInput()), *bias = find(softmax.getBias());
      if (x && (bias || !softmax.getBias()))
        includeRows(softmax, *x, bias, inner[op]);
    } else if (llvm::isa<LayerNormOp, RmsNormOp>(op)) {
      if (const tacit::Tensor *x = find(op->getOperand(0)))
        includeSquares(shapeOf(op->getOperand(0)).back(), llvm::isa<LayerNormOp>(op), *x, inner[op]);
    }
  }

  // Ops whose results are calibrated: products, sums of many, owners' values, norms, and sums of such. Functions and selections are left to
  // interval arithmetic: a case may never show what they become elsewhere in their argument's range.
  static llvm::DenseSet<Operation *> calibrated(func::FuncOp function) {
    llvm::DenseSet<Operation *> ops;
    auto known = [&](Value v) { return !isSecretReal(v) || !v.getDefiningOp() || ops.contains(v.getDefiningOp()); };
    for (Operation &op : function.getBody().front()) {
      bool moves = llvm::isa<AddOp, SubOp, NegOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp>(op) ||
                   (llvm::isa<RescaleOp>(op) && !op.hasAttr(kWrapsAttr));
      if (llvm::isa<OwnedOp, WeightOp, MatmulOp, MulOp, ReduceOp, LayerNormOp, RmsNormOp, AttentionOp, RotaryOp, EmbeddingOp>(op) ||
          (moves && llvm::all_of(op.getOperands(), known)))
        ops.insert(&op);
    }
    return ops;
  }

  // What a model's owner computes alone is the same in every run; other values get the margin, on both sides of 0 by the larger one.
  void state(Operation *op, const Seen &seen) const {
    if (!seen.finite || !(seen.low <= seen.high))
      return;
    auto owned = llvm::dyn_cast<OwnedOp>(op);
    bool fixed = llvm::isa<WeightOp>(op) || (owned && owned.getOwner() == "model");
    double largest = std::max(std::abs(seen.low), std::abs(seen.high));
    double spare = fixed ? largest * 0x1p-10 : largest * (margin - 1);
    Interval interval{seen.low - spare, seen.high + spare, RangeKind::Calibrated};
    // A positive value stays positive: its least is what inverses and roots depend on.
    if (seen.low > 0)
      interval.low = fixed ? seen.low : seen.low / margin;
    if (auto stated = getRangeAttr(op); stated && stated->kind != RangeKind::Assumed) {
      if (stated->low >= interval.low && stated->high <= interval.high)
        return;
      interval.low = std::max(interval.low, stated->low), interval.high = std::min(interval.high, stated->high);
    }
    if (interval.low <= interval.high)
      setRangeAttr(op, interval);
  }

  void stateInner(Operation *op, const Seen &seen) const {
    if (!seen.finite || !(seen.low <= seen.high))
      return;
    bool scores = llvm::isa<AttentionOp, SoftmaxOp>(op);
    double spare = std::max(std::abs(seen.low), std::abs(seen.high)) * (margin - 1);
    double low = scores ? seen.low - spare : seen.low / (margin * margin), high = scores ? seen.high + spare : seen.high * margin * margin;
    op->setAttr(kInnerRangeAttr, DenseF64ArrayAttr::get(op->getContext(), {low, high}));
  }
};

} // namespace
