// Elements as files have them, to tensors.
#include "net/elements.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace tacit {
namespace {

template <class T>
T Load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

float Half(uint16_t h) {
  const int exponent = h >> 10 & 31, fraction = h & 1023;
  const float sign = h >> 15 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
  return sign * (exponent ? std::ldexp(static_cast<float>(1024 + fraction), exponent - 25) : std::ldexp(static_cast<float>(fraction), -24));
}

int64_t LoadInteger(const char* at, char family, int bytes) {
  switch (bytes) {
    case 1:
      return family == 'u' ? Load<uint8_t>(at) : Load<int8_t>(at);
    case 2:
      return family == 'u' ? Load<uint16_t>(at) : Load<int16_t>(at);
    case 4:
      return family == 'u' ? Load<uint32_t>(at) : Load<int32_t>(at);
    default:
      return Load<int64_t>(at);
  }
}

}  // namespace

absl::StatusOr<Tensor> FromElements(char family, int bytes, const std::vector<int64_t>& shape, absl::string_view elements) {
  const char* at = elements.data();
  if (family == 'f') {
    Tensor tensor(Kind::kF32, shape);
    for (int64_t i = 0; i < tensor.size(); ++i, at += bytes) {
      tensor.f32()[i] = bytes == 2 ? Half(Load<uint16_t>(at)) : bytes == 4 ? Load<float>(at) : static_cast<float>(Load<double>(at));
    }
    return tensor;
  }
  const Kind kind = family == 'b' ? Kind::kI1 : family == 'i' && bytes == 4 ? Kind::kI32 : Kind::kI64;
  Tensor tensor(kind, shape);
  for (int64_t i = 0; i < tensor.size(); ++i, at += bytes) {
    if (kind == Kind::kI1) {
      tensor.i1()[i] = *at != 0;
    } else if (kind == Kind::kI32) {
      tensor.i32()[i] = Load<int32_t>(at);
    } else {
      tensor.i64()[i] = LoadInteger(at, family, bytes);
      if (family == 'u' && bytes == 8 && tensor.i64()[i] < 0) return absl::InvalidArgumentError("an unsigned value above 2^63 - 1");
    }
  }
  return tensor;
}

}  // namespace tacit
