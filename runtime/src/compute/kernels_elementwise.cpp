// Elementwise ring arithmetic and sums. The loops are plain; they are compiled once per instruction set (AVX-512 multiplies 64-bit
// words in one instruction) and chosen when the process runs.
#include <algorithm>
#include <cstring>

#include "tacit/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels_elementwise.cpp"
#include "compute/targets.h"

#ifndef TACIT_PRODUCT_ARGS
#define TACIT_PRODUCT_ARGS
namespace tacit::kernels {
// What the product gate's rows share; see ProductEvaluator.
struct ProductArgs {
  int role;
  int t;
  Word mask, mask_out, add;
};
}  // namespace tacit::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace tacit::kernels::HWY_NAMESPACE {

// Binary operators for rows.
struct AddOp {
  static HWY_INLINE Word Of(Word x, Word y) { return x + y; }
};
struct SubOp {
  static HWY_INLINE Word Of(Word x, Word y) { return x - y; }
};
struct MulOp {
  static HWY_INLINE Word Of(Word x, Word y) { return x * y; }
};

// A row with steps 0 or 1, so that a repeated operand is loaded once.
template <class Op>
HWY_INLINE void BinaryRow(Word mask, const Word* x, int64_t xs, const Word* y, int64_t ys, int64_t n, Word* z) {
  if (xs == 1 && ys == 1) {
    for (int64_t i = 0; i < n; ++i) z[i] = Op::Of(x[i], y[i]) & mask;
  } else if (xs == 1) {
    const Word c = *y;
    for (int64_t i = 0; i < n; ++i) z[i] = Op::Of(x[i], c) & mask;
  } else if (ys == 1) {
    const Word c = *x;
    for (int64_t i = 0; i < n; ++i) z[i] = Op::Of(c, y[i]) & mask;
  } else {
    std::fill(z, z + n, Op::Of(*x, *y) & mask);
  }
}

HWY_NOINLINE void AddRow(Word mask, const Word* x, int64_t xs, const Word* y, int64_t ys, int64_t n, Word* z) {
  BinaryRow<AddOp>(mask, x, xs, y, ys, n, z);
}
HWY_NOINLINE void SubRow(Word mask, const Word* x, int64_t xs, const Word* y, int64_t ys, int64_t n, Word* z) {
  BinaryRow<SubOp>(mask, x, xs, y, ys, n, z);
}
HWY_NOINLINE void MulRow(Word mask, const Word* x, int64_t xs, const Word* y, int64_t ys, int64_t n, Word* z) {
  BinaryRow<MulOp>(mask, x, xs, y, ys, n, z);
}

HWY_NOINLINE void Add3Row(Word mask, const Word* x, const Word* y, const Word* c, int64_t n, Word* z) {
  for (int64_t i = 0; i < n; ++i) z[i] = (x[i] + y[i] + c[i]) & mask;
}

HWY_NOINLINE void AffineRow(Word mask, Word a, const Word* x, Word b, int64_t n, Word* z) {
  for (int64_t i = 0; i < n; ++i) z[i] = (a * x[i] + b) & mask;
}

HWY_NOINLINE void FinishRow(Word mask, int t, Word mask_out, const Word* x, Word add, const Word* g, int64_t n, Word* z) {
  if (g != nullptr) {
    for (int64_t i = 0; i < n; ++i) z[i] = ((((x[i] + add) & mask) >> t) + g[i]) & mask_out;
  } else {
    for (int64_t i = 0; i < n; ++i) z[i] = (((x[i] + add) & mask) >> t) & mask_out;
  }
}

template <int role, int xs, int ys>
HWY_INLINE void ProductRowOf(const ProductArgs& a, const Word* mx, const Word* lx, const Word* my, const Word* ly, const Word* g, int64_t n,
                             Word* z) {
  for (int64_t i = 0; i < n; ++i) {
    const Word x = mx[xs * i], y = my[ys * i], u = lx[xs * i], w = ly[ys * i];
    const Word v = role == 1 ? x * (y - w) - u * y : Word{0} - x * w - u * y;
    z[i] = (((v + a.add) & a.mask) >> a.t) & a.mask_out;
  }
  if (g != nullptr) {
    for (int64_t i = 0; i < n; ++i) z[i] = (z[i] + g[i]) & a.mask_out;
  }
}

HWY_NOINLINE void ProductRow(const ProductArgs& a, const Word* mx, const Word* lx, int64_t xs, const Word* my, const Word* ly, int64_t ys,
                             const Word* g, int64_t n, Word* z) {
  const bool one = a.role == 1;
  if (xs == 1 && ys == 1) {
    one ? ProductRowOf<1, 1, 1>(a, mx, lx, my, ly, g, n, z) : ProductRowOf<2, 1, 1>(a, mx, lx, my, ly, g, n, z);
  } else if (xs == 1) {
    one ? ProductRowOf<1, 1, 0>(a, mx, lx, my, ly, g, n, z) : ProductRowOf<2, 1, 0>(a, mx, lx, my, ly, g, n, z);
  } else if (ys == 1) {
    one ? ProductRowOf<1, 0, 1>(a, mx, lx, my, ly, g, n, z) : ProductRowOf<2, 0, 1>(a, mx, lx, my, ly, g, n, z);
  } else {
    one ? ProductRowOf<1, 0, 0>(a, mx, lx, my, ly, g, n, z) : ProductRowOf<2, 0, 0>(a, mx, lx, my, ly, g, n, z);
  }
}

HWY_NOINLINE void HelperRow(const ProductArgs& a, const Word* x1, const Word* x2, int64_t xs, const Word* y1, const Word* y2, int64_t ys,
                            const Word* r, int64_t n, Word* z) {
  if (xs == 1 && ys == 1) {
    for (int64_t i = 0; i < n; ++i) z[i] = (((((x1[i] + x2[i]) * (y1[i] + y2[i])) & a.mask) >> a.t) - r[i]) & a.mask_out;
  } else {
    for (int64_t i = 0; i < n; ++i)
      z[i] = (((((x1[xs * i] + x2[xs * i]) * (y1[ys * i] + y2[ys * i])) & a.mask) >> a.t) - r[i]) & a.mask_out;
  }
}

HWY_NOINLINE Word SumRow(const Word* x, int64_t n) {
  Word sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

}  // namespace tacit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tacit::kernels {

HWY_EXPORT(AddRow);
HWY_EXPORT(SubRow);
HWY_EXPORT(MulRow);
HWY_EXPORT(Add3Row);
HWY_EXPORT(AffineRow);
HWY_EXPORT(FinishRow);
HWY_EXPORT(ProductRow);
HWY_EXPORT(HelperRow);
HWY_EXPORT(SumRow);

namespace {

constexpr int64_t kGrain = 1 << 14;  // words a thread is worth waking for

using BinaryFunction = void (*)(Word, const Word*, int64_t, const Word*, int64_t, int64_t, Word*);

void Binary(BinaryFunction row, int k, const Shape& shape, Operand x, Operand y, Word* z) {
  const Word mask = LowMask(k);
  const Plan<2> plan = MakePlan<2>(shape, {x.shape, y.shape});
  ForRows(plan, [&](int64_t to, const std::array<int64_t, 2>& from, int64_t n) {
    row(mask, x.data + from[0], plan.step[0].back(), y.data + from[1], plan.step[1].back(), n, z + to);
  });
}

}  // namespace

int64_t Elements(const Shape& shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

Shape Strides(const Shape& shape) {
  Shape strides(shape.size());
  int64_t step = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    strides[d] = step;
    step *= shape[d];
  }
  return strides;
}

Shape BroadcastShapes(const Shape& x, const Shape& y) {
  Shape out(std::max(x.size(), y.size()), 1);
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t a = i < x.size() ? x[x.size() - 1 - i] : 1, b = i < y.size() ? y[y.size() - 1 - i] : 1;
    out[out.size() - 1 - i] = a == 1 ? b : a;
  }
  return out;
}

void MergeDimensions(const Shape& shape, const Shape* const* operands, size_t count, std::vector<int64_t>* size,
                     std::vector<int64_t>* steps) {
  const size_t rank = shape.size();
  // Strides of each operand along the result's dimensions, 0 where it repeats.
  std::vector<Shape> stride(count, Shape(rank, 0));
  for (size_t j = 0; j < count; ++j) {
    const Shape& s = *operands[j];
    const Shape own = Strides(s);
    for (size_t i = 0; i < s.size() && i < rank; ++i) {
      if (s[s.size() - 1 - i] != 1) stride[j][rank - 1 - i] = own[s.size() - 1 - i];
    }
  }
  size->clear();
  for (size_t j = 0; j < count; ++j) steps[j].clear();
  for (size_t d = 0; d < rank; ++d) {
    if (shape[d] == 1) continue;
    bool merge = !size->empty();
    for (size_t j = 0; j < count && merge; ++j) merge = steps[j].back() == stride[j][d] * shape[d];
    if (merge) {
      size->back() *= shape[d];
      for (size_t j = 0; j < count; ++j) steps[j].back() = stride[j][d];
    } else {
      size->push_back(shape[d]);
      for (size_t j = 0; j < count; ++j) steps[j].push_back(stride[j][d]);
    }
  }
  if (size->empty()) {  // one element
    size->push_back(1);
    for (size_t j = 0; j < count; ++j) steps[j].push_back(1);
  }
}

void Add(int k, const Shape& shape, Operand x, Operand y, Word* z) { Binary(TACIT_CHOSEN(AddRow), k, shape, x, y, z); }
void Sub(int k, const Shape& shape, Operand x, Operand y, Word* z) { Binary(TACIT_CHOSEN(SubRow), k, shape, x, y, z); }
void Mul(int k, const Shape& shape, Operand x, Operand y, Word* z) { Binary(TACIT_CHOSEN(MulRow), k, shape, x, y, z); }

void Neg(int k, int64_t n, const Word* x, Word* z) { Affine(k, n, ~Word{0}, x, 0, z); }
void Reduce(int k, int64_t n, const Word* x, Word* z) { Finish(k, 0, k, n, x, 0, nullptr, z); }

void Add3(int k, int64_t n, const Word* x, const Word* y, const Word* c, Word* z) {
  const auto row = TACIT_CHOSEN(Add3Row);
  ParallelFor(n, kGrain, [&](int64_t b, int64_t e) { row(LowMask(k), x + b, y + b, c + b, e - b, z + b); });
}

void Affine(int k, int64_t n, Word a, const Word* x, Word b, Word* z) {
  const auto row = TACIT_CHOSEN(AffineRow);
  ParallelFor(n, kGrain, [&](int64_t begin, int64_t e) { row(LowMask(k), a, x + begin, b, e - begin, z + begin); });
}

void Finish(int k, int t, int k_out, int64_t n, const Word* x, Word add, const Word* g, Word* z) {
  const auto row = TACIT_CHOSEN(FinishRow);
  ParallelFor(n, kGrain,
              [&](int64_t b, int64_t e) { row(LowMask(k), t, LowMask(k_out), x + b, add, g == nullptr ? nullptr : g + b, e - b, z + b); });
}

void ProductEvaluator(int role, int k, int t, int k_out, const Shape& shape, Operand mx, const Word* lx, Operand my, const Word* ly,
                      Word add, const Word* g, Word* z) {
  const ProductArgs args{role, t, LowMask(k), LowMask(k_out), add};
  const auto row = TACIT_CHOSEN(ProductRow);
  const Plan<2> plan = MakePlan<2>(shape, {mx.shape, my.shape});
  ForRows(plan, [&](int64_t to, const std::array<int64_t, 2>& from, int64_t n) {
    row(args, mx.data + from[0], lx + from[0], plan.step[0].back(), my.data + from[1], ly + from[1], plan.step[1].back(),
        g == nullptr ? nullptr : g + to, n, z + to);
  });
}

void ProductHelper(int k, int t, int k_out, const Shape& shape, Operand lx1, const Word* lx2, Operand ly1, const Word* ly2, const Word* r,
                   Word* z) {
  const ProductArgs args{0, t, LowMask(k), LowMask(k_out), 0};
  const auto row = TACIT_CHOSEN(HelperRow);
  const Plan<2> plan = MakePlan<2>(shape, {lx1.shape, ly1.shape});
  ForRows(plan, [&](int64_t to, const std::array<int64_t, 2>& from, int64_t n) {
    row(args, lx1.data + from[0], lx2 + from[0], plan.step[0].back(), ly1.data + from[1], ly2 + from[1], plan.step[1].back(), r + to, n,
        z + to);
  });
}

void ReduceSum(int k, const Shape& shape, const Word* x, absl::Span<const int64_t> axes, Word* out) {
  Shape kept = shape;
  for (int64_t a : axes) kept[a] = 1;
  const int64_t n = Elements(kept);
  std::memset(out, 0, n * sizeof(Word));
  // The result, as an operand that repeats along `axes`, gives each run of x its place.
  const Plan<2> plan = MakePlan<2>(shape, {&shape, &kept});
  const auto sum = TACIT_CHOSEN(SumRow);
  const auto add = TACIT_CHOSEN(AddRow);
  const int64_t inner = plan.size.back(), rows = Elements(shape) / std::max<int64_t>(inner, 1);
  const int64_t step = plan.step[1].back();
  std::vector<int64_t> index(plan.rank, 0);
  int64_t to = 0;
  for (int64_t r = 0; r < rows; ++r) {
    if (step == 0) {
      out[to] += sum(x + r * inner, inner);
    } else {
      add(~Word{0}, out + to, 1, x + r * inner, 1, inner, out + to);
    }
    for (int d = plan.rank - 2; d >= 0; --d) {
      to += plan.step[1][d];
      if (++index[d] < plan.size[d]) break;
      to -= plan.step[1][d] * plan.size[d];
      index[d] = 0;
    }
  }
  Reduce(k, n, out, out);
}

}  // namespace tacit::kernels
#endif
