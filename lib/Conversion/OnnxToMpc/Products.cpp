// Products of matrices: MatMul, Gemm, Einsum.
#include "Node.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static LogicalResult convertMatMul(Node &node) { return node.result(node.emit.matmul(node.in(0), node.in(1))); }

static LogicalResult convertGemm(Node &node) {
  Emitter &emit = node.emit;
  Value a = node.in(0), b = node.in(1);
  if (rankOf(a) != 2 || rankOf(b) != 2)
    return node.fail("takes matrices, not " + describe(a) + " and " + describe(b));
  if (node.getInt("transA", 0) != 0)
    a = emit.swapLast(a);
  if (node.getInt("transB", 0) != 0)
    b = emit.swapLast(b);
  Value product = emit.scale(emit.matmul(a, b), node.getReal("alpha", 1));
  if (node.has(2) && product)
    product = emit.add(product, emit.scale(node.in(2), node.getReal("beta", 1)));
  return node.result(product);
}

// A Gemm with the activation behind it.
static LogicalResult convertFusedGemm(Node &node) {
  Emitter &emit = node.emit;
  if (failed(convertGemm(node)))
    return failure();
  Value product = node.outputs[0];
  StringRef activation = node.getText("activation", "");
  if (activation == "Relu")
    return node.result(emit.unary<ReluOp>(product));
  if (activation == "Sigmoid")
    return node.result(emit.unary<SigmoidOp>(product));
  if (activation == "Tanh")
    return node.result(emit.unary<TanhOp>(product));
  return activation.empty() ? success() : node.fail("activation '" + activation + "' is not supported; Relu, Sigmoid and Tanh are");
}

// The first dimension behind the batch dimensions, as transBatchA and transBatchB say: [S, B, D] as [B, S, D].
static Value firstBehindBatch(Emitter &emit, Value input) {
  if (!input || rankOf(input) < 3)
    return emit.fail("needs 3 dimensions to transpose the batch, found " + describe(input));
  int64_t rank = rankOf(input);
  SmallVector<int64_t> permutation = iota(1, rank - 1);
  permutation.append({0, rank - 1});
  return emit.transpose(input, permutation);
}

static LogicalResult convertFusedMatMul(Node &node) {
  Emitter &emit = node.emit;
  Value a = node.in(0), b = node.in(1);
  if (node.getInt("transBatchA", 0) != 0)
    a = firstBehindBatch(emit, a);
  if (node.getInt("transBatchB", 0) != 0)
    b = firstBehindBatch(emit, b);
  if (node.getInt("transA", 0) != 0)
    a = emit.swapLast(a);
  if (node.getInt("transB", 0) != 0)
    b = emit.swapLast(b);
  return node.result(emit.scale(emit.matmul(a, b), node.getReal("alpha", 1)));
}

//===-- Einsum -----------------------------------------------------------------------------------------------------===//

// Sums away the labels of one operand that stand nowhere else, and updates its labels.
static Value sumAway(Emitter &emit, Value value, std::string &labels, llvm::function_ref<bool(char)> keep) {
  SmallVector<int64_t> axes;
  std::string left;
  for (auto [d, label] : llvm::enumerate(labels)) {
    if (keep(label))
      left += label;
    else
      axes.push_back(static_cast<int64_t>(d));
  }
  labels = left;
  return emit.reduce("sum", value, axes, /*keepDims=*/false);
}

// Brings the dimensions into the order of `order`, which has the same labels.
static Value reorder(Emitter &emit, Value value, StringRef labels, StringRef order) {
  SmallVector<int64_t> permutation;
  for (char label : order)
    permutation.push_back(static_cast<int64_t>(labels.find(label)));
  return emit.transpose(value, permutation);
}

// Written out: an ellipsis becomes the labels '0', '1', ... of the dimensions that it stands for, counted from the last; without "->" the
// result has the labels that stand once, in order. Empty where it makes no sense.
static std::string spellOut(Node &node, StringRef equation) {
  auto [left, given] = equation.split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != node.inputs.size())
    return {};
  int64_t most = 0;
  std::string result;
  auto expand = [](StringRef term, int64_t dims) {
    auto [before, after] = term.split("...");
    std::string labels = before.str();
    for (int64_t d = dims - 1; term.contains("...") && d >= 0; --d)
      labels += static_cast<char>('0' + d);
    return labels + after.str();
  };
  for (auto [i, term] : llvm::enumerate(terms)) {
    int64_t dims = term.contains("...") ? rankOf(node.in(i)) - static_cast<int64_t>(term.size()) + 3 : 0;
    if (dims < 0 || dims > 9)
      return {};
    most = std::max(most, dims);
    result += (i ? "," : "") + expand(term, dims);
  }
  std::string out = expand(given, most);
  if (!equation.contains("->")) {
    for (int64_t d = most - 1; d >= 0; --d)
      out += static_cast<char>('0' + d);
    for (int c = 'A'; c <= 'z'; ++c)
      if (llvm::isAlpha(static_cast<char>(c)) && StringRef(result).count(static_cast<char>(c)) == 1)
        out += static_cast<char>(c);
  }
  return result + "->" + out;
}

// A label that stands twice in an operand reads its diagonal: a gather of the places where both indices agree.
static Value takeDiagonals(Emitter &emit, Value value, std::string &labels) {
  for (size_t i = 0; i < labels.size(); ++i)
    for (size_t j = i + 1; j < labels.size() && value;) {
      if (labels[i] != labels[j]) {
        ++j;
        continue;
      }
      int64_t n = shapeOf(value)[i];
      if (shapeOf(value)[j] != n)
        return emit.fail("label '" + Twine(labels[i]) + "' is " + Twine(n) + " and " + Twine(shapeOf(value)[j]));
      SmallVector<int64_t> order = iota(rankOf(value)), shape, places;
      order.erase(order.begin() + j);
      order.insert(order.begin() + i + 1, static_cast<int64_t>(j));
      Value beside = emit.transpose(value, order);
      for (auto [d, dim] : llvm::enumerate(shapeOf(beside)))
        if (d != i + 1)
          shape.push_back(d == i ? dim * n : dim);
      for (int64_t k = 0; k < n; ++k)
        places.push_back(k * n + k);
      value = emit.gather(emit.reshape(beside, shape), emit.ints(places), static_cast<int64_t>(i));
      labels.erase(labels.begin() + j);
    }
  return value;
}

// One or two operands: a batched matrix product between transposes.
static LogicalResult convertEinsum(Node &node) {
  Emitter &emit = node.emit;
  std::string written;
  for (char c : node.getText("equation", ""))
    if (c != ' ')
      written += c;
  for (Value input : node.inputs)
    if (!input || isBit(input))
      return node.fail("takes numbers, not " + describe(input));
  std::string equation = spellOut(node, written);
  SmallVector<Value> operands(node.inputs);
  if (!equation.empty()) {
    auto [before, result] = StringRef(equation).split("->");
    SmallVector<StringRef> given;
    before.split(given, ',');
    std::string reduced;
    for (auto [i, term] : llvm::enumerate(given)) {
      std::string labels = term.str();
      if (static_cast<int64_t>(labels.size()) == rankOf(operands[i]))
        operands[i] = takeDiagonals(emit, operands[i], labels);
      if (!operands[i])
        return failure();
      reduced += (i ? "," : "") + labels;
    }
    equation = reduced + "->" + result.str();
  }
  auto [left, out] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  auto plain = [](StringRef labels) { return llvm::all_of(labels, [&](char c) { return llvm::isAlnum(c) && labels.count(c) == 1; }); };
  if (equation.empty() || terms.size() != operands.size() || terms.size() > 2 || !plain(out) || !llvm::all_of(terms, plain))
    return node.fail("equation '" + written + "' is not supported: expected one or two operands, and letters that the result has once");
  std::map<char, int64_t> sizes;
  for (auto [i, term] : llvm::enumerate(terms)) {
    if (static_cast<int64_t>(term.size()) != rankOf(operands[i]))
      return node.fail("equation '" + written + "' does not fit " + describe(node.in(i)));
    for (auto [label, dim] : llvm::zip_equal(term, shapeOf(operands[i]))) {
      int64_t &size = sizes.try_emplace(label, dim).first->second;
      if (size == 1 && llvm::isDigit(label))
        size = dim;
      if (size != dim && !(dim == 1 && llvm::isDigit(label)))
        return node.fail("label '" + Twine(label) + "' is " + Twine(size) + " and " + Twine(dim));
    }
  }
  // What an ellipsis stands for broadcasts.
  for (auto [i, term] : llvm::enumerate(terms)) {
    SmallVector<int64_t> full;
    for (char label : term)
      full.push_back(sizes[label]);
    operands[i] = emit.broadcast(operands[i], full);
    if (!operands[i])
      return failure();
  }
  for (char label : out)
    if (!sizes.count(label))
      return node.fail("equation '" + written + "' has a label that no operand has");

  std::string a = terms[0].str();
  if (terms.size() == 1) {
    Value summed = sumAway(emit, operands[0], a, [&](char c) { return out.contains(c); });
    return node.result(summed ? reorder(emit, summed, a, out) : summed);
  }
  std::string b = terms[1].str();
  Value lhs = sumAway(emit, operands[0], a, [&](char c) { return out.contains(c) || terms[1].contains(c); });
  Value rhs = sumAway(emit, operands[1], b, [&](char c) { return out.contains(c) || terms[0].contains(c); });
  if (!lhs || !rhs)
    return failure();
  std::string batch, rows, columns, inner;
  for (char c : a)
    (StringRef(b).contains(c) ? (out.contains(c) ? batch : inner) : rows) += c;
  for (char c : b)
    if (!StringRef(a).contains(c))
      columns += c;
  auto shape = [&](StringRef labels) {
    SmallVector<int64_t> dims;
    for (char c : labels)
      dims.push_back(sizes[c]);
    return dims;
  };
  auto count = [&](StringRef labels) {
    int64_t n = 1;
    for (char c : labels)
      n *= sizes[c];
    return n;
  };
  SmallVector<int64_t> left3 = shape(batch), right3 = shape(batch);
  left3.append({count(rows), count(inner)});
  right3.append({count(inner), count(columns)});
  lhs = emit.reshape(reorder(emit, lhs, a, batch + rows + inner), left3);
  rhs = emit.reshape(reorder(emit, rhs, b, batch + inner + columns), right3);
  Value product = emit.reshape(emit.matmul(lhs, rhs), shape(batch + rows + columns));
  return node.result(product ? reorder(emit, product, batch + rows + columns, out) : product);
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::productRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Einsum", 12, kLast, 1, convertEinsum, "one or two operands"},
      {"", "Gemm", 7, kLast, 2, convertGemm, ""},
      {"", "MatMul", 1, kLast, 2, convertMatMul, ""},
      {"com.microsoft", "FusedGemm", 1, kLast, 2, convertFusedGemm, "activation Relu, Sigmoid or Tanh"},
      {"com.microsoft", "FusedMatMul", 1, kLast, 2, convertFusedMatMul, ""},
  };
  return rules;
}
