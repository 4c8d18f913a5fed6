// Raising: gelu, silu, sigmoid and relu. An exporter may associate 0.5 * x * (1 + erf(x / sqrt 2)) in any way, so the patterns read a
// product as a polynomial in x times one factor that holds the erf or tanh, and compare coefficients.
#include "Raise.h"
#include "llvm/ADT/SetVector.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::raise;

namespace {

constexpr int kMaxDegree = 3;
constexpr int kMaxDepth = 10;
using Polynomial = std::array<double, kMaxDegree + 1>;

std::optional<Polynomial> product(const Polynomial &a, const Polynomial &b) {
  Polynomial result{};
  for (int i = 0; i <= kMaxDegree; ++i)
    for (int j = 0; j <= kMaxDegree; ++j) {
      double term = a[i] * b[j];
      if (term == 0)
        continue;
      if (i + j > kMaxDegree)
        return std::nullopt;
      result[i + j] += term;
    }
  return result;
}

Polynomial sum(const Polynomial &a, const Polynomial &b, double sign) {
  Polynomial result;
  for (int i = 0; i <= kMaxDegree; ++i)
    result[i] = a[i] + sign * b[i];
  return result;
}

// `value` as a polynomial in x of degree at most 3.
std::optional<Polynomial> polynomialIn(Value value, Value x, int depth = 0) {
  value = skipCasts(value);
  if (value == x)
    return Polynomial{0, 1, 0, 0};
  if (auto scalar = scalarOf(value))
    return Polynomial{*scalar, 0, 0, 0};
  Operation *op = value.getDefiningOp();
  if (!op || depth > kMaxDepth || !isa<AddOp, SubOp, MulOp, DivOp, PowOp, NegOp>(op))
    return std::nullopt;
  auto a = polynomialIn(op->getOperand(0), x, depth + 1);
  if (!a)
    return std::nullopt;
  if (isa<NegOp>(op))
    return sum({}, *a, -1);
  auto b = polynomialIn(op->getOperand(1), x, depth + 1);
  if (!b)
    return std::nullopt;
  if (isa<AddOp>(op))
    return sum(*a, *b, 1);
  if (isa<SubOp>(op))
    return sum(*a, *b, -1);
  if (isa<MulOp>(op))
    return product(*a, *b);
  bool constant = (*b)[1] == 0 && (*b)[2] == 0 && (*b)[3] == 0;
  double c = (*b)[0];
  if (!constant)
    return std::nullopt;
  if (isa<DivOp>(op))
    return c != 0 ? product(*a, {1 / c, 0, 0, 0}) : std::nullopt;
  if (c != 2 && c != 3)
    return std::nullopt;
  auto square = product(*a, *a);
  return c == 2 || !square ? square : product(*square, *a);
}

bool isPolynomial(const std::optional<Polynomial> &found, const Polynomial &expected, double relative) {
  if (!found)
    return false;
  for (int i = 0; i <= kMaxDegree; ++i)
    if (std::abs((*found)[i] - expected[i]) > relative * std::abs(expected[i]))
      return false;
  return true;
}

// A tree of products: its factors, and every value inside it (candidates for x).
struct Product {
  SmallVector<Value> leaves;
  llvm::SetVector<Value> nodes;
};

void collect(Value value, Product &tree, int depth) {
  value = skipCasts(value);
  if (scalarOf(value))
    return;
  tree.nodes.insert(value);
  Operation *op = value.getDefiningOp();
  bool product = isa_and_nonnull<MulOp>(op) || (isa_and_nonnull<DivOp>(op) && scalarOf(op->getOperand(1)));
  if (!product || depth > 4) {
    tree.leaves.push_back(value);
    return;
  }
  for (Value operand : op->getOperands())
    collect(operand, tree, depth + 1);
}

// value = coefficient polynomial in x times `special` once; nullopt where special is missing or occurs twice.
std::optional<Polynomial> cofactorOf(Value value, Value special, Value x, bool &seen, int depth = 0) {
  value = skipCasts(value);
  if (value == special) {
    if (seen)
      return std::nullopt;
    seen = true;
    return Polynomial{1, 0, 0, 0};
  }
  if (value == x || depth > 5)
    return polynomialIn(value, x);
  if (auto mul = value.getDefiningOp<MulOp>()) {
    auto a = cofactorOf(mul.getLhs(), special, x, seen, depth + 1);
    auto b = a ? cofactorOf(mul.getRhs(), special, x, seen, depth + 1) : std::nullopt;
    return b ? product(*a, *b) : std::nullopt;
  }
  if (auto div = matchWithScalar<DivOp>(value)) {
    auto a = cofactorOf(div->first, special, x, seen, depth + 1);
    return a && div->second != 0 ? product(*a, {1 / div->second, 0, 0, 0}) : std::nullopt;
  }
  return polynomialIn(value, x);
}

// c * (1 + t(u)) with t an erf or a tanh: the op and c.
struct OnePlus {
  Operation *function = nullptr;
  double factor = 0;
};

OnePlus matchOnePlus(Value value) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add)
    return {};
  for (Value operand : add.getOperands()) {
    Value inner = skipCasts(operand);
    if (auto scaled = matchScaled(inner))
      inner = skipCasts(scaled->value);
    Operation *function = inner.getDefiningOp();
    if (!isa_and_nonnull<ErfOp, TanhOp>(function))
      continue;
    auto linear = polynomialIn(value, function->getResult(0));
    if (linear && (*linear)[0] != 0 && isPolynomial(linear, {(*linear)[0], (*linear)[0], 0, 0}, 1e-5))
      return {function, (*linear)[0]};
  }
  return {};
}

struct RaiseGelu : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    Product tree;
    collect(op.getResult(), tree, 0);
    for (Value leaf : tree.leaves) {
      OnePlus special = matchOnePlus(leaf);
      if (!special.function)
        continue;
      SmallVector<Value> candidates(tree.nodes.begin(), tree.nodes.end());
      for (Value x : candidates) {
        if (x == leaf || x == op.getResult() || x.getType() != op.getType())
          continue;
        bool seen = false;
        auto cofactor = cofactorOf(op.getResult(), leaf, x, seen);
        if (!seen || !isPolynomial(cofactor, {0, 0.5 / special.factor, 0, 0}, 1e-4))
          continue;
        auto inner = polynomialIn(special.function->getOperand(0), x);
        bool tanh = isa<TanhOp>(special.function);
        // tanh(sqrt(2 / pi) (x + 0.044715 x^3)), erf(x / sqrt 2)
        double root = std::sqrt(2 / M_PI);
        if (!isPolynomial(inner, tanh ? Polynomial{0, root, 0, 0.044715 * root} : Polynomial{0, M_SQRT1_2, 0, 0}, 1e-3))
          continue;
        rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x, rewriter.getBoolAttr(tanh));
        return success();
      }
    }
    return failure();
  }
};

// x * sigmoid(c x) = silu(c x) / c
struct RaiseSilu : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    for (auto [x, other] : {std::make_pair(op.getLhs(), op.getRhs()), std::make_pair(op.getRhs(), op.getLhs())}) {
      auto sigmoid = skipCasts(other).getDefiningOp<SigmoidOp>();
      if (!sigmoid || x.getType() != op.getType() || sigmoid.getType() != op.getType())
        continue;
      auto inner = polynomialIn(sigmoid.getInput(), skipCasts(x));
      if (!inner || (*inner)[1] == 0 || !isPolynomial(inner, {0, (*inner)[1], 0, 0}, 0))
        continue;
      Value silu = rewriter.create<SiluOp>(op.getLoc(), op.getType(), sigmoid.getInput());
      if ((*inner)[1] != 1)
        silu = rewriter.create<MulOp>(op.getLoc(), op.getType(), silu, splat(rewriter, op.getLoc(), {}, 1 / (*inner)[1]));
      rewriter.replaceOp(op, silu);
      return success();
    }
    return failure();
  }
};

// x of 1 + e^-x.
Value matchLogisticDenominator(Value value) {
  auto add = matchWithScalar<AddOp>(value);
  auto exp = add && add->second == 1 ? skipCasts(add->first).getDefiningOp<ExpOp>() : ExpOp();
  if (!exp)
    return Value();
  if (auto neg = skipCasts(exp.getInput()).getDefiningOp<NegOp>())
    return neg.getInput();
  auto scaled = matchScaled(exp.getInput());
  return scaled && scaled->factor == -1 ? scaled->value : Value();
}

// 1 / (1 + e^-x), y / (1 + e^-x)
struct RaiseSigmoidOfDiv : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    Value x = matchLogisticDenominator(op.getRhs());
    if (!x || x.getType() != op.getType())
      return failure();
    Value sigmoid = rewriter.create<SigmoidOp>(op.getLoc(), op.getType(), x);
    if (isScalar(op.getLhs(), 1))
      rewriter.replaceOp(op, sigmoid);
    else
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), op.getLhs(), sigmoid);
    return success();
  }
};

struct RaiseSigmoidOfReciprocal : OpRewritePattern<ReciprocalOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReciprocalOp op, PatternRewriter &rewriter) const override {
    Value x = matchLogisticDenominator(op.getInput());
    if (!x || x.getType() != op.getType())
      return failure();
    rewriter.replaceOpWithNewOp<SigmoidOp>(op, op.getType(), x);
    return success();
  }
};

// max(x, 0)
struct RaiseRelu : OpRewritePattern<MaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MaxOp op, PatternRewriter &rewriter) const override {
    auto max = matchWithScalar<MaxOp>(op.getResult());
    if (!max || max->second != 0 || max->first.getType() != op.getType() || !typeOf(op.getResult()).getElementType().isF32())
      return failure();
    rewriter.replaceOpWithNewOp<ReluOp>(op, op.getType(), max->first);
    return success();
  }
};

} // namespace

void raise::addActivationPatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseGelu, RaiseSilu, RaiseSigmoidOfDiv, RaiseSigmoidOfReciprocal, RaiseRelu>(patterns.getContext(), /*benefit=*/2);
}
