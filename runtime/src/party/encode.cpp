// Clear values to ring elements and back: round to nearest, ties to even; what does not fit is refused, never wrapped.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"

namespace tacit {

namespace {

// The value is not named: it may be secret, and the text may travel.
absl::Status OutOfRange(absl::string_view what, int64_t i, int width, int fraction) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": the value at element ", i, " does not fit ", width, " bits with ", fraction, " fractional bits"));
}

int64_t IntegerAt(const Tensor& t, int64_t i) {
  switch (t.kind()) {
    case Kind::kI64:
      return t.i64()[i];
    case Kind::kI32:
      return t.i32()[i];
    default:
      return t.i1()[i] != 0;
  }
}

}  // namespace

absl::StatusOr<Words> EncodeRing(const Tensor& input, int width, int fraction, absl::string_view what) {
  Words words(input.size());
  const Word mask = LowMask(width);
  if (input.kind() == Kind::kF32) {
    // A float times a power of two is exact in a double; so is the comparison with the ring's bounds.
    const double bound = std::ldexp(1.0, width - 1), unit = std::ldexp(1.0, fraction);
    const float* x = input.f32();
    for (int64_t i = 0; i < input.size(); ++i) {
      const double scaled = std::nearbyint(static_cast<double>(x[i]) * unit);
      if (!(scaled >= -bound && scaled < bound)) return OutOfRange(what, i, width, fraction);
      words[i] = static_cast<Word>(static_cast<int64_t>(scaled)) & mask;
    }
    return words;
  }
  const __int128 bound = static_cast<__int128>(1) << (width - 1);
  for (int64_t i = 0; i < input.size(); ++i) {
    const int64_t x = IntegerAt(input, i);
    if (x != 0 && fraction >= 64) return OutOfRange(what, i, width, fraction);
    const __int128 scaled = x == 0 ? 0 : static_cast<__int128>(x) << fraction;
    if (scaled < -bound || scaled >= bound) return OutOfRange(what, i, width, fraction);
    words[i] = static_cast<Word>(scaled) & mask;
  }
  return words;
}

absl::StatusOr<Words> EncodeBits(const Tensor& input, absl::string_view what) {
  Words bits(BitWords(input.size()));
  for (int64_t i = 0; i < input.size(); ++i) {
    const double x = input.At(i);
    if (x != 0 && x != 1) return absl::InvalidArgumentError(absl::StrCat(what, ": the value at element ", i, " is not a bit"));
    bits[i / 64] |= static_cast<Word>(x != 0) << (i % 64);
  }
  return bits;
}

Tensor DecodeRing(const Words& words, int width, int fraction, const Type& type) {
  Tensor out(type.kind, type.shape);
  gates::ForEach(words.size(), [&](int64_t i) {
    const int64_t x = Signed(words[i], width);
    switch (type.kind) {
      case Kind::kF32:
        out.f32()[i] = static_cast<float>(std::ldexp(static_cast<double>(x), -fraction));
        break;
      case Kind::kI64:
        out.i64()[i] = fraction == 0 ? x : static_cast<int64_t>(std::nearbyint(std::ldexp(static_cast<double>(x), -fraction)));
        break;
      case Kind::kI32: {
        const double rounded = std::nearbyint(std::ldexp(static_cast<double>(x), -fraction));
        out.i32()[i] = static_cast<int32_t>(std::min(std::max(rounded, -2147483648.0), 2147483647.0));
        break;
      }
      default:
        out.i1()[i] = x != 0;
    }
  });
  return out;
}

Tensor DecodeBits(const Words& bits, const Type& type) {
  Tensor out(type.kind, type.shape);
  for (int64_t i = 0; i < out.size(); ++i) {
    const bool bit = (bits[i / 64] >> (i % 64)) & 1;
    switch (type.kind) {
      case Kind::kF32:
        out.f32()[i] = bit;
        break;
      case Kind::kI64:
        out.i64()[i] = bit;
        break;
      case Kind::kI32:
        out.i32()[i] = bit;
        break;
      default:
        out.i1()[i] = bit;
    }
  }
  return out;
}

}  // namespace tacit
