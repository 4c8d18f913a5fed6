// Products of matrices: MatMul, Gemm, Einsum, convolutions by slices.
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

static LogicalResult convertFusedMatMul(Node &node) {
  Emitter &emit = node.emit;
  Value a = node.in(0), b = node.in(1);
  if (node.getInt("transBatchA", 0) != 0 || node.getInt("transBatchB", 0) != 0)
    return node.fail("transposed batch dimensions are not supported");
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

// One or two operands, each label once in an operand, no ellipsis: a batched matrix product between transposes.
static LogicalResult convertEinsum(Node &node) {
  Emitter &emit = node.emit;
  std::string equation;
  for (char c : node.getText("equation", ""))
    if (c != ' ')
      equation += c;
  auto [left, out] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  auto plain = [](StringRef labels) { return llvm::all_of(labels, [&](char c) { return llvm::isAlpha(c) && labels.count(c) == 1; }); };
  if (!StringRef(equation).contains("->") || terms.size() != node.inputs.size() || terms.size() > 2 || !plain(out) ||
      !llvm::all_of(terms, plain))
    return node.fail("equation '" + equation + "' is not supported: expected one or two operands with letters that differ, and '->'");
  std::map<char, int64_t> sizes;
  for (auto [i, term] : llvm::enumerate(terms)) {
    if (!node.has(i) || static_cast<int64_t>(term.size()) != rankOf(node.in(i)))
      return node.fail("equation '" + equation + "' does not fit " + describe(node.in(i)));
    for (auto [label, dim] : llvm::zip_equal(term, shapeOf(node.in(i))))
      if (!sizes.try_emplace(label, dim).second && sizes[label] != dim)
        return node.fail("label '" + Twine(label) + "' is " + Twine(sizes[label]) + " and " + Twine(dim));
  }
  for (char label : out)
    if (!sizes.count(label))
      return node.fail("equation '" + equation + "' has a label that no operand has");

  std::string a = terms[0].str();
  if (terms.size() == 1) {
    Value summed = sumAway(emit, node.in(0), a, [&](char c) { return out.contains(c); });
    return node.result(summed ? reorder(emit, summed, a, out) : summed);
  }
  std::string b = terms[1].str();
  Value lhs = sumAway(emit, node.in(0), a, [&](char c) { return out.contains(c) || terms[1].contains(c); });
  Value rhs = sumAway(emit, node.in(1), b, [&](char c) { return out.contains(c) || terms[0].contains(c); });
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

//===-- Convolution ------------------------------------------------------------------------------------------------===//

// The stems of vision and speech models: patches are slices, one a place of the kernel, and a matrix product sums them.
static LogicalResult convertConv(Node &node) {
  Emitter &emit = node.emit;
  Value input = node.in(0), kernel = node.in(1);
  int64_t spatial = rankOf(input) - 2;
  if (spatial < 1 || spatial > 2 || rankOf(kernel) != rankOf(input) || node.getInt("group", 1) != 1)
    return node.fail("takes one or two spatial dimensions and one group, found " + describe(input) + " and " + describe(kernel));
  SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
  SmallVector<int64_t> strides = node.getInts("strides").value_or(ones), dilations = node.getInts("dilations").value_or(ones),
                       pads = node.getInts("pads").value_or(zeros);
  StringRef automatic = node.getText("auto_pad", "NOTSET");
  ArrayRef<int64_t> window = shapeOf(kernel).drop_front(2);
  int64_t channels = shapeOf(input)[1], filters = shapeOf(kernel)[0], places = 1;
  auto sane = [](ArrayRef<int64_t> values, int64_t least) {
    return llvm::all_of(values, [&](int64_t v) { return v >= least && v <= (1 << 20); });
  };
  if ((automatic != "NOTSET" && automatic != "VALID") || static_cast<int64_t>(strides.size()) != spatial ||
      static_cast<int64_t>(dilations.size()) != spatial || static_cast<int64_t>(pads.size()) != 2 * spatial || !sane(strides, 1) ||
      !sane(dilations, 1) || !sane(pads, 0) || !sane(window, 1) || shapeOf(kernel)[1] != channels)
    return node.fail("its kernel, strides, dilations or pads are not supported");
  for (int64_t size : window)
    places *= size;
  if (places > 4096)
    return node.fail("a kernel of " + Twine(places) + " places is not supported; up to 4096 are");

  SmallVector<int64_t> outer;
  for (int64_t d = 0; d < spatial; ++d) {
    SmallVector<Value> parts;
    auto pad = [&](int64_t size) {
      SmallVector<int64_t> shape(shapeOf(input));
      shape[d + 2] = size;
      if (size > 0)
        parts.push_back(emit.splat(shape, elementOf(input), 0));
    };
    pad(pads[d]);
    parts.push_back(input);
    pad(pads[d + spatial]);
    input = emit.concat(parts, d + 2);
    if (!input)
      return failure();
    int64_t reach = shapeOf(input)[d + 2] - dilations[d] * (window[d] - 1) - 1;
    if (reach < 0)
      return node.fail("the kernel is larger than its input");
    outer.push_back(reach / strides[d] + 1);
  }
  // Patches [N, C, places, positions], in the kernel's order (channel, place).
  int64_t batch = shapeOf(input)[0], positions = 1;
  for (int64_t size : outer)
    positions *= size;
  SmallVector<Value> patches;
  for (int64_t place = 0; place < places; ++place) {
    SmallVector<int64_t> offsets{0, 0}, sizes{batch, channels}, steps{1, 1};
    int64_t rest = place;
    for (int64_t d = 0; d < spatial; ++d) {
      int64_t below = 1;
      for (int64_t e = d + 1; e < spatial; ++e)
        below *= window[e];
      offsets.push_back(rest / below * dilations[d]);
      sizes.push_back(outer[d]);
      steps.push_back(strides[d]);
      rest %= below;
    }
    patches.push_back(emit.reshape(emit.slice(input, offsets, sizes, steps), {batch, channels, 1, positions}));
  }
  Value columns = emit.reshape(emit.concat(patches, 2), {batch, channels * places, positions});
  Value sums = emit.matmul(emit.reshape(kernel, {filters, channels * places}), columns);
  if (node.has(2) && sums)
    sums = emit.add(sums, emit.reshape(node.in(2), {filters, 1}));
  SmallVector<int64_t> shape{batch, filters};
  llvm::append_range(shape, outer);
  return node.result(emit.reshape(sums, shape));
}

ArrayRef<OnnxRule> mlir::mpc::fromonnx::productRules() {
  static constexpr int64_t kLast = kLatestOpset;
  static const OnnxRule rules[] = {
      {"", "Conv", 1, kLast, 2, convertConv, "one or two spatial dimensions, one group, pads given"},
      {"", "Einsum", 12, kLast, 1, convertEinsum, "one or two operands, no ellipsis, no repeated label"},
      {"", "Gemm", 7, kLast, 2, convertGemm, ""},
      {"", "MatMul", 1, kLast, 2, convertMatMul, ""},
      {"com.microsoft", "FusedMatMul", 1, kLast, 2, convertFusedMatMul, "no transposed batch dimensions"},
  };
  return rules;
}
