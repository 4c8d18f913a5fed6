// Shapes of the structural ops and of numpy's broadcast.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "program/check.h"

namespace tacit {

namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

// Structure keeps what an element is.
bool SameElement(const Type& x, const Type& y) { return x.kind == y.kind && x.width == y.width && x.fraction == y.fraction; }

}  // namespace

bool BroadcastShape(const std::vector<int64_t>& x, const std::vector<int64_t>& y, std::vector<int64_t>* out) {
  const size_t rank = std::max(x.size(), y.size());
  std::vector<int64_t> shape(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t dx = i + x.size() >= rank ? x[i + x.size() - rank] : 1;
    const int64_t dy = i + y.size() >= rank ? y[i + y.size() - rank] : 1;
    if (dx != dy && dx != 1 && dy != 1) return false;
    shape[i] = dx == 1 ? dy : dx;
  }
  *out = std::move(shape);
  return true;
}

absl::Status CheckStructural(const Instruction& instruction, const std::vector<const Type*>& operands, const Type& result) {
  const std::string& op = instruction.op;
  const Type& x = *operands[0];
  const int64_t rank = static_cast<int64_t>(x.shape.size());
  for (size_t i = 0; i < operands.size(); ++i) {
    if (op == "mpc.gather" && i == 1) {
      if (operands[i]->kind != Kind::kI64 && operands[i]->kind != Kind::kI32) return Wrong("indices must be public integers");
    } else if (!SameElement(*operands[i], result)) {
      return Wrong(absl::StrCat("result ", DescribeType(result), " does not hold elements of ", DescribeType(*operands[i])));
    }
  }
  const auto mismatch = [&] {
    return Wrong(absl::StrCat("result shape of ", DescribeType(result), " does not follow from ", DescribeType(x)));
  };
  if (op == "mpc.reshape") return x.elements() == result.elements() ? absl::OkStatus() : mismatch();
  if (op == "mpc.broadcast") {
    std::vector<int64_t> shape;
    return BroadcastShape(x.shape, result.shape, &shape) && shape == result.shape ? absl::OkStatus() : mismatch();
  }
  if (op == "mpc.transpose") {
    const std::vector<int64_t>& permutation = instruction.Ints("permutation");
    if (permutation.size() != x.shape.size() || result.shape.size() != x.shape.size()) return mismatch();
    std::vector<bool> seen(x.shape.size());
    for (size_t i = 0; i < permutation.size(); ++i) {
      const int64_t p = permutation[i];
      if (p < 0 || p >= rank || seen[p]) return Wrong("permutation names a dimension twice or none");
      seen[p] = true;
      if (result.shape[i] != x.shape[p]) return mismatch();
    }
    return absl::OkStatus();
  }
  if (op == "mpc.slice") {
    const std::vector<int64_t>&offsets = instruction.Ints("offsets"), &strides = instruction.Ints("strides");
    if (offsets.size() != x.shape.size() || strides.size() != x.shape.size() || result.shape.size() != x.shape.size()) return mismatch();
    for (size_t i = 0; i < offsets.size(); ++i) {
      // Bounded even where no element uses them: kernels multiply them by distances of up to 2^31.
      constexpr int64_t kMost = int64_t{1} << 31;
      if (offsets[i] < -kMost || offsets[i] > kMost || strides[i] < -kMost || strides[i] > kMost)
        return Wrong(absl::StrCat("slice has an offset or stride beyond 2^31 in dimension ", i));
      if (result.shape[i] == 0) continue;
      const __int128 last = static_cast<__int128>(offsets[i]) + static_cast<__int128>(strides[i]) * (result.shape[i] - 1);
      if (offsets[i] < 0 || offsets[i] >= x.shape[i] || last < 0 || last >= x.shape[i])
        return Wrong(absl::StrCat("slice leaves dimension ", i, " of ", DescribeType(x)));
    }
    return absl::OkStatus();
  }
  const int64_t axis = instruction.Int("axis");
  if (axis < 0 || axis >= rank) return Wrong(absl::StrCat("axis ", axis, " is not a dimension of ", DescribeType(x)));
  if (op == "mpc.concat") {
    int64_t sum = 0;
    for (const Type* operand : operands) {
      if (operand->shape.size() != x.shape.size()) return mismatch();
      for (int64_t i = 0; i < rank; ++i)
        if (i != axis && operand->shape[i] != x.shape[i]) return mismatch();
      sum += operand->shape[axis];
    }
    std::vector<int64_t> shape = x.shape;
    shape[axis] = sum;
    return shape == result.shape ? absl::OkStatus() : mismatch();
  }
  if (op == "mpc.gather") {
    std::vector<int64_t> shape(x.shape.begin(), x.shape.begin() + axis);
    shape.insert(shape.end(), operands[1]->shape.begin(), operands[1]->shape.end());
    shape.insert(shape.end(), x.shape.begin() + axis + 1, x.shape.end());
    return shape == result.shape ? absl::OkStatus() : mismatch();
  }
  return Wrong("structural op without a rule");
}

}  // namespace tacit
