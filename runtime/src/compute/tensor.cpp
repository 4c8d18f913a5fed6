// Clear tensors.
#include "tacit/tensor.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tacit {

size_t ElementBytes(Kind kind) {
  switch (kind) {
    case Kind::kF32:
    case Kind::kI32:
      return 4;
    case Kind::kI64:
      return 8;
    default:
      return 1;
  }
}

Tensor::Tensor(Kind kind, std::vector<int64_t> shape) : kind_(kind), shape_(std::move(shape)), size_(1) {
  for (int64_t d : shape_) size_ *= d;
  data_.resize(static_cast<size_t>(size_) * ElementBytes(kind));
}

namespace {

// A tensor of these values; values that are too few leave zeros, those too many are left out.
template <class T>
Tensor FromValues(Kind kind, std::vector<int64_t> shape, const std::vector<T>& values) {
  Tensor t(kind, std::move(shape));
  const size_t bytes = std::min(values.size() * sizeof(T), t.bytes());
  if (bytes > 0) std::memcpy(t.data<T>(), values.data(), bytes);
  return t;
}

}  // namespace

Tensor Tensor::F32(std::vector<int64_t> shape, std::vector<float> values) { return FromValues(Kind::kF32, std::move(shape), values); }
Tensor Tensor::I64(std::vector<int64_t> shape, std::vector<int64_t> values) { return FromValues(Kind::kI64, std::move(shape), values); }
Tensor Tensor::I1(std::vector<int64_t> shape, std::vector<uint8_t> values) { return FromValues(Kind::kI1, std::move(shape), values); }

double Tensor::At(int64_t i) const {
  switch (kind_) {
    case Kind::kF32:
      return f32()[i];
    case Kind::kI64:
      return static_cast<double>(i64()[i]);
    case Kind::kI32:
      return i32()[i];
    default:
      return i1()[i];
  }
}

std::string Describe(Kind kind, const std::vector<int64_t>& shape) {
  static const char* const kNames[] = {"f32", "i64", "i32", "i1", "public", "masked", "additive", "masked bit", "xor bit"};
  const auto i = static_cast<size_t>(kind);
  return absl::StrCat(i < std::size(kNames) ? kNames[i] : "unknown", "[", absl::StrJoin(shape, ","), "]");
}

}  // namespace tacit
