// Clear tensors: what owners hold, what a public preamble computes, what an .npz case carries.
#ifndef TACIT_TENSOR_H
#define TACIT_TENSOR_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tacit/program.h"

namespace tacit {

// A dense C-order tensor of f32, i64, i32 or i1 (one byte an element, 0 or 1).
class Tensor {
 public:
  Tensor() = default;
  Tensor(Kind kind, std::vector<int64_t> shape);  // zeros; kind must be clear

  Kind kind() const { return kind_; }
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t size() const { return size_; }  // elements
  size_t bytes() const { return data_.size(); }

  template <class T> T* data() { return reinterpret_cast<T*>(data_.data()); }
  template <class T> const T* data() const { return reinterpret_cast<const T*>(data_.data()); }
  float* f32() { return data<float>(); }
  const float* f32() const { return data<float>(); }
  int64_t* i64() { return data<int64_t>(); }
  const int64_t* i64() const { return data<int64_t>(); }
  int32_t* i32() { return data<int32_t>(); }
  const int32_t* i32() const { return data<int32_t>(); }
  uint8_t* i1() { return data<uint8_t>(); }
  const uint8_t* i1() const { return data<uint8_t>(); }

  static Tensor F32(std::vector<int64_t> shape, std::vector<float> values);
  static Tensor I64(std::vector<int64_t> shape, std::vector<int64_t> values);
  static Tensor I1(std::vector<int64_t> shape, std::vector<uint8_t> values);

  // Element `i` as a double (any kind).
  double At(int64_t i) const;

 private:
  Kind kind_ = Kind::kF32;
  std::vector<int64_t> shape_;
  int64_t size_ = 0;
  std::vector<uint8_t> data_;
};

// Bytes of one element of a clear kind in memory: 4, 8, 4, 1.
size_t ElementBytes(Kind kind);

// "f32[1,17]": for error texts.
std::string Describe(Kind kind, const std::vector<int64_t>& shape);

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace tacit

#endif
