// Blocked matrix products over Z_2^k and f32. Rows of A and columns of B are packed into panels that one inner kernel multiplies; rings
// of at most 32 bits are computed in 32-bit words, twice as many a vector and one multiplication each on AVX2.
#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "compute/gemm.h"
#include "tacit/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels_matmul.cpp"
#include "compute/targets.h"

#ifndef TACIT_GEMM_BLOCKS
#define TACIT_GEMM_BLOCKS
namespace tacit::kernels {

constexpr int64_t kBlockM = 48, kBlockN = 256, kBlockP = 512;  // A's block stays in the second cache, a panel of B in the first
constexpr int64_t kMaxColumns = 64;                            // of one panel of B

// Uninitialised memory on a vector's boundary.
template <class T>
class Buffer {
 public:
  explicit Buffer(int64_t n) : data_(static_cast<T*>(::operator new (static_cast<size_t>(n) * sizeof(T), std::align_val_t{64}))) {}
  ~Buffer() { ::operator delete (data_, std::align_val_t{64}); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* get() const { return data_; }

 private:
  T* data_;
};

template <class S>
inline S Load(const GemmFactor<S>& f, int64_t i, int64_t j) {
  const int64_t at = i * f.row + j * f.column;
  S v = f.data[at];
  if (f.minus != nullptr) v -= f.minus[at];
  if (f.plus != nullptr) v += f.plus[at];
  return v;
}

}  // namespace tacit::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace tacit::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kRows = 4;
#if HWY_TARGET <= HWY_AVX3
constexpr int kVectors = 4;  // 16 of 32 registers accumulate
#else
constexpr int kVectors = 2;
#endif

// S: the arrays' element; T: what is multiplied (uint32_t for narrow rings).
template <class S, class T>
struct Gemm {
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  static HWY_INLINE int64_t Columns() { return static_cast<int64_t>(hn::Lanes(D())) * kVectors; }

  // Rows [i0, i0 + m) and depth [d0, d0 + n) of A, in panels of kRows rows: for each depth kRows elements.
  static HWY_INLINE void PackA(const GemmFactor<S>& a, int64_t i0, int64_t m, int64_t d0, int64_t n, T* out) {
    for (int64_t i = 0; i < m; i += kRows) {
      for (int r = 0; r < kRows; ++r) {
        if (i + r < m) {
          for (int64_t d = 0; d < n; ++d) out[d * kRows + r] = static_cast<T>(Load(a, i0 + i + r, d0 + d));
        } else {
          for (int64_t d = 0; d < n; ++d) out[d * kRows + r] = 0;
        }
      }
      out += n * kRows;
    }
  }

  static HWY_INLINE void PackB(const GemmFactor<S>& b, int64_t d0, int64_t n, int64_t j0, int64_t p, T* out) {
    const int64_t columns = Columns();
    for (int64_t j = 0; j < p; j += columns) {
      const int64_t have = std::min(columns, p - j);
      if (b.column == 1) {
        for (int64_t d = 0; d < n; ++d) {
          const int64_t at = (d0 + d) * b.row + j0 + j;
          const S* HWY_RESTRICT x = b.data + at;
          T* HWY_RESTRICT to = out + d * columns;
          for (int64_t c = 0; c < have; ++c) to[c] = static_cast<T>(x[c]);
          if (b.minus != nullptr) {
            for (int64_t c = 0; c < have; ++c) to[c] -= static_cast<T>(b.minus[at + c]);
          }
          if (b.plus != nullptr) {
            for (int64_t c = 0; c < have; ++c) to[c] += static_cast<T>(b.plus[at + c]);
          }
        }
      } else {
        for (int64_t c = 0; c < have; ++c) {
          for (int64_t d = 0; d < n; ++d) out[d * columns + c] = static_cast<T>(Load(b, d0 + d, j0 + j + c));
        }
      }
      if (have < columns) {
        for (int64_t d = 0; d < n; ++d) std::fill(out + d * columns + have, out + (d + 1) * columns, T{0});
      }
      out += n * columns;
    }
  }

  // tile[kRows][Columns()] = a panel of A times a panel of B.
  static HWY_INLINE void Inner(const T* HWY_RESTRICT a, const T* HWY_RESTRICT b, int64_t n, T* HWY_RESTRICT tile) {
    const D d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    V sum[kRows][kVectors];
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Zero(d);
    }
    for (int64_t i = 0; i < n; ++i) {
      V y[kVectors];
      for (int v = 0; v < kVectors; ++v) y[v] = hn::Load(d, b + v * lanes);
      for (int r = 0; r < kRows; ++r) {
        const V x = hn::Set(d, a[r]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Add(sum[r][v], hn::Mul(x, y[v]));
      }
      a += kRows;
      b += lanes * kVectors;
    }
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, tile + (r * kVectors + v) * lanes);
    }
  }

  // One row of a tile into a row of the result, reduced.
  static HWY_INLINE void Merge(const T* HWY_RESTRICT tile, int64_t count, Update update, S mask, S* HWY_RESTRICT c) {
    if constexpr (std::is_floating_point_v<S>) {
      switch (update) {
        case Update::kSet:
          for (int64_t i = 0; i < count; ++i) c[i] = tile[i];
          break;
        case Update::kAdd:
          for (int64_t i = 0; i < count; ++i) c[i] += tile[i];
          break;
        case Update::kSubtract:
          for (int64_t i = 0; i < count; ++i) c[i] -= tile[i];
          break;
      }
    } else {
      switch (update) {
        case Update::kSet:
          for (int64_t i = 0; i < count; ++i) c[i] = tile[i] & mask;
          break;
        case Update::kAdd:
          for (int64_t i = 0; i < count; ++i) c[i] = (c[i] + tile[i]) & mask;
          break;
        case Update::kSubtract:
          for (int64_t i = 0; i < count; ++i) c[i] = (c[i] - tile[i]) & mask;
          break;
      }
    }
  }

  static S MaskOf(int k) {
    if constexpr (std::is_floating_point_v<S>) {
      return 0;
    } else {
      return LowMask(k);
    }
  }

  // Columns [j0, j1) of rows [i0, i1).
  static HWY_INLINE void Block(const GemmArgs<S>& g, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
    const int64_t columns = Columns(), depth = std::min(kBlockN, g.n);
    const int64_t wide = (std::min(kBlockP, j1 - j0) + columns - 1) / columns * columns;
    const Buffer<T> pa(kBlockM * depth), pb(wide * depth);
    alignas(64) T tile[kRows * kMaxColumns];
    const S mask = MaskOf(g.k);
    for (int64_t j = j0; j < j1; j += kBlockP) {
      const int64_t p = std::min(kBlockP, j1 - j);
      for (int64_t d = 0; d < g.n; d += kBlockN) {
        const int64_t n = std::min(kBlockN, g.n - d);
        const Update update = d == 0 || g.update == Update::kSubtract ? g.update : Update::kAdd;
        PackB(g.b, d, n, j, p, pb.get());
        for (int64_t i = i0; i < i1; i += kBlockM) {
          const int64_t m = std::min(kBlockM, i1 - i);
          PackA(g.a, i, m, d, n, pa.get());
          for (int64_t jj = 0; jj < p; jj += columns) {
            for (int64_t ii = 0; ii < m; ii += kRows) {
              Inner(pa.get() + ii * n, pb.get() + jj * n, n, tile);
              const int64_t rows = std::min<int64_t>(kRows, m - ii), count = std::min(columns, p - jj);
              for (int64_t r = 0; r < rows; ++r) Merge(tile + r * columns, count, update, mask, g.c + (i + ii + r) * g.p + j + jj);
            }
          }
        }
      }
    }
  }

  // A few rows: B is read once, as it lies.
  static HWY_INLINE void FewRows(const GemmArgs<S>& g, int64_t j0, int64_t j1) {
    const S mask = MaskOf(g.k);
    constexpr int64_t kChunk = 512;
    alignas(64) S sum[kChunk];
    alignas(64) S row[kChunk];
    for (int64_t i = 0; i < g.m; ++i) {
      for (int64_t j = j0; j < j1; j += kChunk) {
        const int64_t count = std::min(kChunk, j1 - j);
        S* HWY_RESTRICT c = g.c + i * g.p + j;
        for (int64_t d0 = 0; d0 < g.n; d0 += kBlockN) {
          std::fill(sum, sum + count, S{0});
          for (int64_t d = d0; d < std::min(g.n, d0 + kBlockN); ++d) {
            const S x = Load(g.a, i, d);
            const int64_t at = d * g.b.row + j;
            const S* HWY_RESTRICT y = g.b.data + at;
            if (g.b.minus != nullptr || g.b.plus != nullptr) {
              for (int64_t q = 0; q < count; ++q) row[q] = Load(g.b, d, j + q);
              y = row;
            }
            for (int64_t q = 0; q < count; ++q) sum[q] += x * y[q];
          }
          Merge2(sum, count, d0 == 0 || g.update == Update::kSubtract ? g.update : Update::kAdd, mask, c);
        }
      }
    }
  }

  // As Merge for sums of S.
  static HWY_INLINE void Merge2(const S* HWY_RESTRICT sum, int64_t count, Update update, S mask, S* HWY_RESTRICT c) {
    Gemm<S, S>::Merge(sum, count, update, mask, c);
  }

  // B of few columns: dot products. Only for rings, whose sums do not depend on the order.
  static HWY_INLINE void FewColumns(const GemmArgs<S>& g, int64_t i0, int64_t i1) {
    const Buffer<S> column(g.n), row(g.n);
    const S mask = MaskOf(g.k);
    for (int64_t j = 0; j < g.p; ++j) {
      for (int64_t d = 0; d < g.n; ++d) column.get()[d] = Load(g.b, d, j);
      for (int64_t i = i0; i < i1; ++i) {
        const S* HWY_RESTRICT x = g.a.data + i * g.a.row;
        if (g.a.column != 1 || g.a.minus != nullptr || g.a.plus != nullptr) {
          for (int64_t d = 0; d < g.n; ++d) row.get()[d] = Load(g.a, i, d);
          x = row.get();
        }
        const S* HWY_RESTRICT y = column.get();
        S sum = 0;
        for (int64_t d = 0; d < g.n; ++d) sum += x[d] * y[d];
        Merge2(&sum, 1, g.update, mask, g.c + i * g.p + j);
      }
    }
  }
};

HWY_NOINLINE void BlockWords(const GemmArgs<Word>& g, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  if (g.k <= 32) {
    Gemm<Word, uint32_t>::Block(g, i0, i1, j0, j1);
  } else {
    Gemm<Word, Word>::Block(g, i0, i1, j0, j1);
  }
}
HWY_NOINLINE void FewRowsWords(const GemmArgs<Word>& g, int64_t j0, int64_t j1) { Gemm<Word, Word>::FewRows(g, j0, j1); }
HWY_NOINLINE void FewColumnsWords(const GemmArgs<Word>& g, int64_t i0, int64_t i1) { Gemm<Word, Word>::FewColumns(g, i0, i1); }
HWY_NOINLINE void BlockF32(const GemmArgs<float>& g, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  Gemm<float, float>::Block(g, i0, i1, j0, j1);
}
HWY_NOINLINE void FewRowsF32(const GemmArgs<float>& g, int64_t j0, int64_t j1) { Gemm<float, float>::FewRows(g, j0, j1); }

}  // namespace tacit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tacit::kernels {

HWY_EXPORT(BlockWords);
HWY_EXPORT(FewRowsWords);
HWY_EXPORT(FewColumnsWords);
HWY_EXPORT(BlockF32);
HWY_EXPORT(FewRowsF32);

namespace {

constexpr int64_t kFewRows = 4, kFewColumns = 2;

// No product to sum: zeros, or nothing to add.
template <class T>
bool Trivial(const GemmArgs<T>& g) {
  if (g.m == 0 || g.p == 0) return true;
  if (g.n != 0) return false;
  if (g.update == Update::kSet) std::fill(g.c, g.c + g.m * g.p, T{0});
  return true;
}

// The blocks of one product, shared out by columns, then by rows.
template <class T, class F>
void InBlocks(const GemmArgs<T>& g, F block) {
  const int64_t work = g.m * g.n * g.p, threads = Threads();
  if (threads == 1 || work < (1 << 16)) {
    block(g, 0, g.m, 0, g.p);
    return;
  }
  const int64_t across = std::clamp<int64_t>((g.p + 127) / 128, 1, threads),
                down = std::clamp<int64_t>(threads / across, 1, (g.m + kBlockM - 1) / kBlockM);
  const int64_t columns = ((g.p + across - 1) / across + 63) / 64 * 64, rows = (g.m + down - 1) / down;
  ParallelFor(across * down, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t j = t % across * columns, i = t / across * rows;
      if (i < g.m && j < g.p) block(g, i, std::min(g.m, i + rows), j, std::min(g.p, j + columns));
    }
  });
}

void GemmWords(const GemmArgs<Word>& g) {
  if (Trivial(g)) return;
  if (g.p <= kFewColumns) {
    const auto f = TACIT_CHOSEN(FewColumnsWords);
    ParallelFor(g.m, (1 << 15) / g.n + 1, [&](int64_t b, int64_t e) { f(g, b, e); });
  } else if (g.m <= kFewRows && g.b.column == 1) {
    const auto f = TACIT_CHOSEN(FewRowsWords);
    ParallelFor(g.p, std::max<int64_t>(64, (1 << 15) / (g.n * g.m)), [&](int64_t b, int64_t e) { f(g, b, e); });
  } else {
    InBlocks(g, TACIT_CHOSEN(BlockWords));
  }
}

}  // namespace

void GemmF32(const GemmArgs<float>& g) {
  if (Trivial(g)) return;
  if (g.m <= kFewRows && g.b.column == 1) {
    const auto f = TACIT_CHOSEN(FewRowsF32);
    ParallelFor(g.p, std::max<int64_t>(64, (1 << 15) / (g.n * g.m)), [&](int64_t b, int64_t e) { f(g, b, e); });
  } else {
    InBlocks(g, TACIT_CHOSEN(BlockF32));
  }
}

Shape MatmulShape(const Shape& a, const Shape& b) {
  Shape shape = BroadcastShapes(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  shape.push_back(a[a.size() - 2]);
  shape.push_back(b.back());
  return shape;
}

void Matmul(int k, const Shape& a_shape, Factor a, const Shape& b_shape, Factor b, Update update, Word* c) {
  GemmArgs<Word> g{};
  g.m = a_shape[a_shape.size() - 2];
  g.n = a_shape.back();
  g.p = b_shape.back();
  g.k = k;
  g.update = update;
  const Shape a_batch(a_shape.begin(), a_shape.end() - 2), b_batch(b_shape.begin(), b_shape.end() - 2);
  const Shape batch = BroadcastShapes(a_batch, b_batch);
  int64_t batches = Elements(batch);
  // One B for all of A's matrices: their rows are rows of one matrix.
  const bool one_b = Elements(b_batch) == 1 && Elements(a_batch) == batches;
  if (one_b) {
    g.m *= batches;
    batches = 1;
  }
  const int64_t a_size = g.m * g.n, b_size = g.n * g.p, c_size = g.m * g.p;
  auto run = [&](int64_t at_a, int64_t at_b, int64_t at_c) {
    GemmArgs<Word> one = g;
    const auto at = [](const Word* p, int64_t offset) { return p == nullptr ? nullptr : p + offset; };
    one.a = {a.data + at_a, at(a.minus, at_a), at(a.plus, at_a), g.n, 1};
    one.b = {b.data + at_b, at(b.minus, at_b), at(b.plus, at_b), g.p, 1};
    one.c = c + at_c;
    GemmWords(one);
  };
  if (batches == 1) {
    run(0, 0, 0);
    return;
  }
  const Plan<2> plan = MakePlan<2>(batch, {&a_batch, &b_batch});
  const auto each = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t at_a = 0, at_b = 0, rest = i;
      for (int d = plan.rank - 1; d >= 0; --d) {
        at_a += rest % plan.size[d] * plan.step[0][d];
        at_b += rest % plan.size[d] * plan.step[1][d];
        rest /= plan.size[d];
      }
      run(at_a * a_size, at_b * b_size, i * c_size);
    }
  };
  // Many matrices are shared out whole, few are split.
  if (batches >= Threads()) {
    ParallelFor(batches, std::max<int64_t>(1, (1 << 16) / std::max<int64_t>(1, g.m * g.n * g.p)), each);
  } else {
    each(0, batches);
  }
}

}  // namespace tacit::kernels
#endif
