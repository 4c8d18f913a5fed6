// Ring formats and shapes of the share ops (dialects/Share/ShareOps.td): what the gates rely on without looking again.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "program/check.h"

namespace tacit {

namespace {

using Types = std::vector<const Type*>;
using Shape = std::vector<int64_t>;

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Unless(bool condition, absl::string_view what) { return condition ? absl::OkStatus() : Wrong(what); }

constexpr const char* kShape = "result shape does not follow from the operands";

#define TACIT_CHECK(condition, text)        \
  do {                                      \
    if (!(condition)) return Wrong((text)); \
  } while (false)

// Linear ops with one or two operands, of which one may be public.
absl::Status CheckLinear(const Instruction& in, const Types& x, const Type& r) {
  const bool product = in.op == "share.mul_public" || in.op == "share.matmul_public";
  const bool first_public = x[0]->kind == Kind::kPublic, second_public = x[1]->kind == Kind::kPublic;
  TACIT_CHECK(!(first_public && second_public), "one operand must be secret");
  TACIT_CHECK(!product || first_public || second_public, "one operand must be public");
  TACIT_CHECK((first_public ? x[1] : x[0])->kind == r.kind && (first_public || second_public || x[0]->kind == x[1]->kind),
              "masked and additive operands do not mix");
  TACIT_CHECK(x[0]->width == r.width && x[1]->width == r.width, "ring widths of operands and result differ");
  if (product) {
    TACIT_CHECK(x[0]->fraction + x[1]->fraction == r.fraction, "the fractions of a product add up");
  } else {
    TACIT_CHECK(x[0]->fraction == r.fraction && x[1]->fraction == r.fraction, "fractions of operands and result differ");
  }
  return absl::OkStatus();
}

absl::Status CheckBroadcast(const Types& x, const Type& r) {
  Shape shape;
  return Unless(BroadcastShape(x[0]->shape, x[1]->shape, &shape) && shape == r.shape, kShape);
}

absl::Status CheckMatmulShape(const Types& x, const Type& r) {
  const Shape &a = x[0]->shape, &b = x[1]->shape;
  TACIT_CHECK(a.size() >= 2 && b.size() >= 2, "matrix factors need two dimensions");
  TACIT_CHECK(a.back() == b[b.size() - 2], "inner dimensions of the factors differ");
  Shape shape;
  TACIT_CHECK(BroadcastShape(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2), &shape),
              "leading dimensions of the factors differ");
  shape.push_back(a[a.size() - 2]);
  shape.push_back(b.back());
  return Unless(shape == r.shape, kShape);
}

// [leading] + shape(x)
bool IsStacked(const Shape& leading, const Shape& x, const Shape& r) {
  Shape shape = leading;
  shape.insert(shape.end(), x.begin(), x.end());
  return shape == r;
}

absl::Status CheckCompare(const Instruction& in, const Types& x, const Type& r) {
  if (in.op == "share.lex_combine") {
    const Shape& s = x[0]->shape;
    TACIT_CHECK(s.size() >= 2 && s[1] >= 1 && s[1] % 2 == 1 && s[1] <= 127, "share.lex_combine needs [T, 2 digits - 1] + s bits");
    const int64_t digits = (s[1] + 1) / 2, groups = digits <= 4 ? 1 : (digits + 2) / 3;
    Shape shape = s;
    shape[1] = 2 * groups - 1;
    return Unless(shape == r.shape, kShape);
  }
  const std::vector<int64_t>& thresholds = in.Ints("thresholds");
  const int64_t t = static_cast<int64_t>(thresholds.size());
  TACIT_CHECK(t >= 1 && t <= 4096, "a comparison needs 1 to 4096 thresholds");
  if (in.op == "share.compare_digits") {
    const int64_t digit = in.Int("digit");
    TACIT_CHECK(x[0]->width >= 2, "a comparison needs a ring of 2 bits or more");
    TACIT_CHECK(digit >= 1 && digit <= 6, "digits have 1 to 6 bits");
    const int64_t digits = (x[0]->width - 1 + digit - 1) / digit;
    return Unless(IsStacked({t, 2 * digits - 1}, x[0]->shape, r.shape), kShape);
  }
  TACIT_CHECK(IsStacked({t, 1}, x[0]->shape, x[1]->shape), "the bits to finish are not [T, 1] + shape(x)");
  return Unless(IsStacked({t}, x[0]->shape, r.shape), kShape);
}

absl::Status CheckPeriodic(const Instruction& in, const Types& x, const Type& r) {
  const std::vector<int64_t>& digits = in.Ints("digits");
  const size_t n = digits.size();
  TACIT_CHECK(x[0]->shape == r.shape, kShape);
  TACIT_CHECK(n >= 1 && n <= 100, "share.periodic needs 1 to 100 frequencies");
  TACIT_CHECK(in.Ints("frequencies").size() == n && in.Ints("cosines").size() == n && in.Ints("sines").size() == n,
              "frequencies, cosines, sines and digits differ in number");
  int64_t top = 0, least = 64;
  for (int64_t d : digits) {
    TACIT_CHECK(d >= 0 && d <= 40, "digits of a dealt value must be 0 to 40");
    top = std::max(top, d);
    least = std::min(least, d);
  }
  const int64_t bits = in.Int("public_bits"), coefficient = in.Int("coefficient_bits");
  TACIT_CHECK(bits >= 0 && bits <= 40 && coefficient >= 0 && coefficient <= 60, "public_bits must be 0 to 40 and coefficient_bits 0 to 60");
  const int64_t t = top + bits - r.fraction;
  TACIT_CHECK(t >= 0 && r.width + t <= 64, "the ring of the sum must have the result's width to 64 bits");
  return Unless(r.width + t - (top - least) >= 1, "a dealt value is left without bits");
}

absl::Status CheckExp(const Instruction& in, const Types& x, const Type& r) {
  TACIT_CHECK(x[0]->shape == r.shape, kShape);
  const int64_t spare = x[0]->width - x[0]->fraction - 4, d = in.Int("dealt_bits"), p = in.Int("public_bits");
  TACIT_CHECK(x[0]->fraction <= 40, "share.exp takes at most 40 fractional bits");
  TACIT_CHECK(spare >= 1 && spare <= 8, "share.exp needs f + 4 < k <= f + 12");
  TACIT_CHECK(d >= 1 && d <= 48 && p >= 1 && p <= 48, "dealt_bits and public_bits must be 1 to 48");
  const int64_t t = d + p - r.fraction;
  TACIT_CHECK(t >= 0 && r.width + t <= 64, "the ring of the product must have the result's width to 64 bits");
  return Unless(r.width >= r.fraction + 3, "the result's ring must hold 1: k' >= f' + 3");
}

}  // namespace

absl::Status CheckShare(const Instruction& in, const Types& x, const Type& r) {
  const std::string& op = in.op;
  if (op == "share.add" || op == "share.sub" || op == "share.mul_public") {
    if (absl::Status s = CheckLinear(in, x, r); !s.ok()) return s;
    return CheckBroadcast(x, r);
  }
  if (op == "share.matmul_public") {
    if (absl::Status s = CheckLinear(in, x, r); !s.ok()) return s;
    return CheckMatmulShape(x, r);
  }
  if (op == "share.mul" || op == "share.matmul") {
    TACIT_CHECK(x[0]->width == x[1]->width, "ring widths of the factors differ");
    const int t = x[0]->fraction + x[1]->fraction - r.fraction;
    TACIT_CHECK(t >= 0, "the result has more fraction than the product");
    TACIT_CHECK(r.width <= x[0]->width - t, "a truncation by t of K bits leaves at most K - t");
    return op == "share.mul" ? CheckBroadcast(x, r) : CheckMatmulShape(x, r);
  }
  if (op == "share.reduce_sum") {
    TACIT_CHECK(x[0]->kind == r.kind && x[0]->width == r.width && x[0]->fraction == r.fraction,
                "operand and result differ in kind, width or fraction");
    Shape shape = x[0]->shape;
    int64_t before = -1;
    for (int64_t axis : in.Ints("axes")) {
      TACIT_CHECK(axis > before && axis < static_cast<int64_t>(shape.size()), "axes must be dimensions in ascending order");
      shape[axis] = 1;
      before = axis;
    }
    return Unless(shape == r.shape, kShape);
  }
  if (op == "share.compare_digits" || op == "share.compare_finish" || op == "share.lex_combine") return CheckCompare(in, x, r);
  if (op == "share.xor" || op == "share.and") {
    TACIT_CHECK(op == "share.and" || (x[0]->kind == x[1]->kind && x[0]->kind == r.kind), "bits of two kinds do not mix");
    return CheckBroadcast(x, r);
  }
  if (op == "share.bit_mul") {
    TACIT_CHECK(x[1]->width == r.width && x[1]->fraction == r.fraction, "operand and result differ in width or fraction");
    return CheckBroadcast(x, r);
  }
  if (op == "share.periodic") return CheckPeriodic(in, x, r);
  if (op == "share.exp") return CheckExp(in, x, r);
  if (op == "share.join") {
    TACIT_CHECK(x[0]->shape == r.shape && x[1]->shape == r.shape, kShape);
    TACIT_CHECK(x[0]->width >= 2 && x[0]->width + x[1]->width == r.width, "share.join gives k + d bits, k >= 2");
    return Unless(x[0]->fraction == r.fraction, "share.join keeps the fraction of the low bits");
  }

  // One operand, one shape.
  TACIT_CHECK(x[0]->shape == r.shape, kShape);
  const bool same_format = x[0]->width == r.width && x[0]->fraction == r.fraction;
  if (op == "share.encode" || op == "share.bit_to_arith") return absl::OkStatus();
  if (op == "share.reveal") {
    const std::string owner = in.Text("owner");
    return Unless(owner == "client" || owner == "model", "a result is revealed to the client or to the model's owner");
  }
  if (op == "share.remask") {
    TACIT_CHECK((x[0]->kind == Kind::kXorBit) == (r.kind == Kind::kMaskedBit) && same_format, "remask keeps kind, width and fraction");
    return absl::OkStatus();
  }
  if (op == "share.to_additive")
    return Unless((x[0]->kind == Kind::kMaskedBit) == (r.kind == Kind::kXorBit) && same_format,
                  "to_additive keeps kind, width and fraction");
  if (op == "share.neg" || op == "share.not")
    return Unless(x[0]->kind == r.kind && same_format, "operand and result differ in kind, width or fraction");
  if (op == "share.shrink")
    return Unless(x[0]->kind == r.kind && r.width <= x[0]->width && x[0]->fraction == r.fraction,
                  "shrink keeps kind and fraction and takes bits away");
  if (op == "share.coarsen") {
    const int dropped = x[0]->width - r.width;
    return Unless(dropped >= 1 && r.fraction == std::max(0, x[0]->fraction - dropped),
                  "coarsen drops at least one bit, and as many of the fraction as it has");
  }
  if (op == "share.reinterpret") return Unless(x[0]->kind == r.kind && x[0]->width == r.width, "reinterpret keeps kind and width");
  if (op == "share.truncate") {
    const int t = x[0]->fraction - r.fraction;
    return Unless(t >= 0 && r.width <= x[0]->width - t, "a truncation by t of K bits leaves at most K - t");
  }
  if (op == "share.extend_high") return Unless(x[0]->width >= 2 && x[0]->width + r.width <= 64, "extend_high needs 2 <= k and k + d <= 64");
  return Wrong("share op without a rule");
}

}  // namespace tacit
