// Kernels against plain loops: broadcasting, products at odd shapes and widths, structure for every element size and for bits.
// What is compiled per instruction set is tested on each that this processor has.
#include "tacit/kernels.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "compute/gemm.h"
#include "gtest/gtest.h"
#include "hwy/highway.h"
#include "runtime/random_words.h"

namespace tacit::kernels {
namespace {

// The element of an operand of shape s that meets element i of a result of that shape.
int64_t Place(const Shape& shape, const Shape& s, int64_t i) {
  int64_t at = 0, step = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t dim = shape[shape.size() - 1 - d], index = i % dim;
    i /= dim;
    if (d >= s.size()) continue;
    const int64_t own = s[s.size() - 1 - d];
    if (own != 1) at += index * step;
    step *= own;
  }
  return at;
}

const std::vector<std::pair<Shape, Shape>>& BroadcastCases() {
  static const std::vector<std::pair<Shape, Shape>> cases = {{{}, {}},
                                                             {{5}, {5}},
                                                             {{2, 3, 4}, {2, 3, 4}},
                                                             {{2, 3, 4}, {}},
                                                             {{}, {2, 3, 4}},
                                                             {{1}, {7}},
                                                             {{2, 3, 4}, {4}},
                                                             {{2, 3, 4}, {3, 1}},
                                                             {{2, 1, 4}, {3, 1}},
                                                             {{3, 1, 5, 1}, {1, 4, 1, 6}},
                                                             {{2, 3, 1}, {2, 3, 70}},
                                                             {{200, 1}, {1, 300}},
                                                             {{0, 3}, {3}},
                                                             {{2, 1, 1, 9}, {2, 5, 3, 1}}};
  return cases;
}

// Each test runs with the best instruction sets taken away, one after the other: the parameter is the best one left.
class TargetTest : public testing::TestWithParam<int64_t> {
 protected:
  TargetTest() { Allow(hwy::SupportedTargets() & ~(GetParam() - 1)); }
  ~TargetTest() override { Allow(0); }

 private:
  static void Allow(int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

INSTANTIATE_TEST_SUITE_P(Sets, TargetTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& i) { return std::string(hwy::TargetName(i.param)); });

TEST_P(TargetTest, BroadcastsAsNumpyDoes) {
  for (const auto& [xs, ys] : BroadcastCases()) {
    const Shape shape = BroadcastShapes(xs, ys);
    const int64_t n = Elements(shape);
    for (int k : {1, 20, 32, 33, 64}) {
      const Words x = RandomWords(Elements(xs), k, 1), y = RandomWords(Elements(ys), k, 2);
      Words sum(n), difference(n), product(n), mapped(n);
      Add(k, shape, {x.data(), &xs}, {y.data(), &ys}, sum.data());
      Sub(k, shape, {x.data(), &xs}, {y.data(), &ys}, difference.data());
      Mul(k, shape, {x.data(), &xs}, {y.data(), &ys}, product.data());
      Map(
          shape, mapped.data(), [](Word a, Word b) { return a * 3 + b; }, Operand{x.data(), &xs}, Operand{y.data(), &ys});
      for (int64_t i = 0; i < n; ++i) {
        const Word a = x[Place(shape, xs, i)], b = y[Place(shape, ys, i)];
        ASSERT_EQ(sum[i], (a + b) & LowMask(k)) << i;
        ASSERT_EQ(difference[i], (a - b) & LowMask(k)) << i;
        ASSERT_EQ(product[i], (a * b) & LowMask(k)) << i;
        ASSERT_EQ(mapped[i], a * 3 + b) << i;
      }
    }
  }
}

TEST_P(TargetTest, InPlaceAndScalars) {
  const int64_t n = 1001;
  const Shape shape = {n};
  for (int k : {3, 31, 64}) {
    const Words x = RandomWords(n, k, 3), y = RandomWords(n, k, 4), c = RandomWords(n, k, 5);
    Words z = x;
    Add(k, shape, {z.data(), &shape}, {y.data(), &shape}, z.data());
    Words negative(n), sum3(n), affine(n), reduced(n);
    Neg(k, n, x.data(), negative.data());
    Add3(k, n, x.data(), y.data(), c.data(), sum3.data());
    Affine(k, n, 12345678901, x.data(), 77, affine.data());
    Reduce(k - 1, n, x.data(), reduced.data());
    for (int64_t i = 0; i < n; ++i) {
      ASSERT_EQ(z[i], (x[i] + y[i]) & LowMask(k));
      ASSERT_EQ(negative[i], (Word{0} - x[i]) & LowMask(k));
      ASSERT_EQ(sum3[i], (x[i] + y[i] + c[i]) & LowMask(k));
      ASSERT_EQ(affine[i], (12345678901u * x[i] + 77) & LowMask(k));
      ASSERT_EQ(reduced[i], x[i] & LowMask(k - 1));
    }
  }
}

TEST_P(TargetTest, FinishTruncates) {
  const int64_t n = 100;
  for (int k : {10, 40, 64}) {
    for (int t : {0, 1, 7}) {
      const int out = k - t;
      const Words x = RandomWords(n, 64, 6), g = RandomWords(n, out, 7);
      Words plain(n), with(n);
      Finish(k, t, out, n, x.data(), 5, nullptr, plain.data());
      Finish(k, t, out, n, x.data(), 5, g.data(), with.data());
      for (int64_t i = 0; i < n; ++i) {
        const Word v = ((x[i] + 5) & LowMask(k)) >> t;
        ASSERT_EQ(plain[i], v & LowMask(out));
        ASSERT_EQ(with[i], (v + g[i]) & LowMask(out));
      }
    }
  }
}

// The three roles together compute the product: protocol.md, "multiply".
TEST_P(TargetTest, ProductGateOpensToTheProduct) {
  for (const auto& [xs, ys] : BroadcastCases()) {
    const Shape shape = BroadcastShapes(xs, ys);
    const int64_t n = Elements(shape), nx = Elements(xs), ny = Elements(ys);
    for (int k : {8, 40, 64}) {
      for (int t : {0, 6}) {
        const int out = k - t;
        const Words x1 = RandomWords(nx, k, 1), x2 = RandomWords(nx, k, 2), y1 = RandomWords(ny, k, 3), y2 = RandomWords(ny, k, 4),
                    r = RandomWords(n, out, 5);
        Words x(nx), y(ny), mx(nx), my(ny);
        std::mt19937_64 gen(6);
        // |x y| < 2^(k-1)
        for (auto& v : x) v = (gen() % 8 - 4) & LowMask(k);
        for (auto& v : y) v = (gen() % 16 - 8) & LowMask(k);
        for (int64_t i = 0; i < nx; ++i) mx[i] = (x[i] + x1[i] + x2[i]) & LowMask(k);
        for (int64_t i = 0; i < ny; ++i) my[i] = (y[i] + y1[i] + y2[i]) & LowMask(k);
        Words g2(n), z1(n), z2(n);
        ProductHelper(k, t, out, shape, {x1.data(), &xs}, x2.data(), {y1.data(), &ys}, y2.data(), r.data(), g2.data());
        ProductEvaluator(1, k, t, out, shape, {mx.data(), &xs}, x1.data(), {my.data(), &ys}, y1.data(), t > 0 ? Word{3} << (t - 1) : 0,
                         r.data(), z1.data());
        ProductEvaluator(2, k, t, out, shape, {mx.data(), &xs}, x2.data(), {my.data(), &ys}, y2.data(), 0, g2.data(), z2.data());
        for (int64_t i = 0; i < n; ++i) {
          const double exact = static_cast<double>(Signed(x[Place(shape, xs, i)], k) * Signed(y[Place(shape, ys, i)], k)) / (1 << t);
          const double error = static_cast<double>(Signed((z1[i] + z2[i]) & LowMask(out), out)) - exact;
          ASSERT_LE(std::abs(error), t == 0 ? 0 : 1.5 + 1e-9) << "k " << k << " t " << t;
        }
      }
    }
  }
}

TEST_P(TargetTest, SumsOverAnyAxes) {
  const std::vector<std::pair<Shape, std::vector<int64_t>>> cases = {
      {{7}, {0}},       {{3, 5}, {1}},       {{3, 5}, {0}}, {{3, 5}, {}}, {{3, 5}, {0, 1}}, {{2, 3, 4, 5}, {1, 3}},
      {{2, 3, 4}, {1}}, {{2, 3, 4}, {0, 1}}, {{4, 0}, {1}}, {{}, {}},     {{2, 1, 6}, {1}}};
  for (const auto& [shape, axes] : cases) {
    Shape kept = shape;
    for (int64_t a : axes) kept[a] = 1;
    const Words x = RandomWords(Elements(shape), 64, 8);
    Words expected(Elements(kept), 0), out(Elements(kept), 99);
    for (int64_t i = 0; i < Elements(shape); ++i) expected[Place(shape, kept, i)] += x[i];
    for (Word& w : expected) w &= LowMask(41);
    ReduceSum(41, shape, x.data(), axes, out.data());
    EXPECT_EQ(out, expected);
  }
}

struct ProductCase {
  Shape a, b;
};

TEST_P(TargetTest, MatmulOfOddShapesAndWidths) {
  const std::vector<ProductCase> cases = {{{1, 1}, {1, 1}},          {{3, 5}, {5, 7}},        {{1, 300}, {300, 70}},
                                          {{4, 17}, {17, 600}},      {{5, 33}, {33, 65}},     {{49, 257}, {257, 65}},
                                          {{100, 3}, {3, 1}},        {{7, 600}, {600, 2}},    {{2, 3, 4, 5}, {5, 6}},
                                          {{2, 3, 4, 5}, {3, 5, 6}}, {{4, 5}, {2, 3, 5, 6}},  {{2, 1, 9, 8}, {1, 3, 8, 9}},
                                          {{13, 520}, {520, 1030}},  {{0, 3}, {3, 4}},        {{3, 0}, {0, 4}},
                                          {{2, 6, 7}, {2, 7, 1}},    {{6, 1, 2, 8}, {8, 33}}, {{3, 1, 2, 8}, {1, 8, 33}}};
  uint64_t seed = 10;
  for (const ProductCase& c : cases) {
    const Shape shape = MatmulShape(c.a, c.b);
    const Shape a_batch(c.a.begin(), c.a.end() - 2), b_batch(c.b.begin(), c.b.end() - 2), batch(shape.begin(), shape.end() - 2);
    const int64_t m = c.a[c.a.size() - 2], n = c.a.back(), p = c.b.back(), total = Elements(shape);
    for (int k : {1, 17, 32, 33, 64}) {
      const Words a = RandomWords(Elements(c.a), k, ++seed), am = RandomWords(Elements(c.a), k, ++seed),
                  b = RandomWords(Elements(c.b), k, ++seed), bm = RandomWords(Elements(c.b), k, ++seed),
                  bp = RandomWords(Elements(c.b), k, ++seed), start = RandomWords(total, k, ++seed);
      auto naive = [&](auto left, auto right, Update update) {
        Words out = start;
        for (int64_t q = 0; q < Elements(batch); ++q) {
          const int64_t qa = Place(batch, a_batch, q) * m * n, qb = Place(batch, b_batch, q) * n * p;
          for (int64_t i = 0; i < m; ++i) {
            for (int64_t j = 0; j < p; ++j) {
              Word sum = 0;
              for (int64_t d = 0; d < n; ++d) sum += left(qa + i * n + d) * right(qb + d * p + j);
              Word& z = out[(q * m + i) * p + j];
              z = (update == Update::kSet ? sum : update == Update::kAdd ? z + sum : z - sum) & LowMask(k);
            }
          }
        }
        return out;
      };
      for (Update update : {Update::kSet, Update::kAdd, Update::kSubtract}) {
        Words out = start;
        Matmul(k, c.a, {a.data()}, c.b, {b.data()}, update, out.data());
        ASSERT_EQ(out, naive([&](int64_t i) { return a[i]; }, [&](int64_t i) { return b[i]; }, update))
            << m << " " << n << " " << p << " k " << k;
        out = start;
        Matmul(k, c.a, {a.data(), am.data()}, c.b, {b.data(), bm.data(), bp.data()}, update, out.data());
        ASSERT_EQ(out, naive([&](int64_t i) { return a[i] - am[i]; }, [&](int64_t i) { return b[i] - bm[i] + bp[i]; }, update))
            << m << " " << n << " " << p << " k " << k;
      }
    }
  }
}

TEST(MatmulTest, ThreadsGiveTheSame) {
  const Shape as = {3, 90, 130}, bs = {130, 700}, heads_a = {5, 40, 30}, heads_b = {5, 30, 40};
  const Words a = RandomWords(Elements(as), 50, 1), b = RandomWords(Elements(bs), 50, 2), ha = RandomWords(Elements(heads_a), 50, 3),
              hb = RandomWords(Elements(heads_b), 50, 4);
  auto run = [&] {
    Words c(3 * 90 * 700), h(5 * 40 * 40), sum(Elements(as));
    Matmul(50, as, {a.data()}, bs, {b.data()}, Update::kSet, c.data());
    Matmul(50, heads_a, {ha.data()}, heads_b, {hb.data()}, Update::kSet, h.data());
    Add(50, as, {a.data(), &as}, {a.data(), &as}, sum.data());
    c.insert(c.end(), h.begin(), h.end());
    c.insert(c.end(), sum.begin(), sum.end());
    return c;
  };
  const Words one = run();
  SetThreads(5);
  EXPECT_EQ(Threads(), 5);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(run(), one);
  SetThreads(1);
}

TEST_P(TargetTest, F32MatmulIsOneSumPerBlock) {
  std::mt19937 gen(5);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (auto [m, n, p] : {std::array<int64_t, 3>{1, 10, 3}, {3, 300, 70}, {50, 520, 130}, {6, 5, 1}}) {
    std::vector<float> a(m * n), b(n * p), c(m * p), t(n * p);
    for (float& x : a) x = uniform(gen);
    for (float& x : b) x = uniform(gen);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < p; ++j) t[j * n + i] = b[i * p + j];
    }
    for (bool transposed : {false, true}) {
      GemmArgs<float> g{m, n, p, {a.data(), nullptr, nullptr, n, 1}, {b.data(), nullptr, nullptr, p, 1}, c.data(), 0, Update::kSet};
      if (transposed) g.b = {t.data(), nullptr, nullptr, 1, n};
      GemmF32(g);
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < p; ++j) {
          float total = 0;
          for (int64_t d0 = 0; d0 < n; d0 += 256) {
            float sum = 0;
            for (int64_t d = d0; d < std::min(n, d0 + 256); ++d) {
              volatile float product = a[i * n + d] * b[d * p + j];
              sum += product;
            }
            total = d0 == 0 ? sum : total + sum;
          }
          ASSERT_EQ(c[i * p + j], total) << m << " " << n << " " << p;
        }
      }
    }
  }
}

TEST(ThreadsTest, EveryIndexOnce) {
  for (int threads : {1, 2, 7}) {
    SetThreads(threads);
    for (int64_t n : {0, 1, 9, 1000}) {
      std::vector<int> seen(n, 0);
      ParallelFor(n, 3, [&](int64_t b, int64_t e) {
        for (int64_t i = b; i < e; ++i) ++seen[i];
        ParallelFor(2, 1, [](int64_t, int64_t) {});  // a loop inside a loop ends too
      });
      for (int s : seen) ASSERT_EQ(s, 1);
    }
  }
  SetThreads(1);
}

//===-- Structure: an array of any element as a list of numbers ------------------------------------------------------===//

struct Storage {
  Storage(Element element, int64_t elements) : e(element), n(elements), words(StorageBytes(e, n) / 8 + 2, 0xEEEEEEEEEEEEEEEE) {}
  Element e;
  int64_t n;
  Words words;
  void* data() { return words.data(); }

  Word Get(int64_t i) const {
    switch (e) {
      case Element::kBit:
        return (words[i / 64] >> (i % 64)) & 1;
      case Element::k8:
        return reinterpret_cast<const uint8_t*>(words.data())[i];
      case Element::k32:
        return reinterpret_cast<const uint32_t*>(words.data())[i];
      case Element::k64:
        return words[i];
    }
    return 0;
  }
  void Set(int64_t i, Word v) {
    switch (e) {
      case Element::kBit:
        words[i / 64] = (words[i / 64] & ~(Word{1} << (i % 64))) | (v & 1) << (i % 64);
        break;
      case Element::k8:
        reinterpret_cast<uint8_t*>(words.data())[i] = static_cast<uint8_t>(v);
        break;
      case Element::k32:
        reinterpret_cast<uint32_t*>(words.data())[i] = static_cast<uint32_t>(v);
        break;
      case Element::k64:
        words[i] = v;
    }
  }
  // Nothing past the end was touched, and the unused bits of the last word are 0.
  void CheckEnd() const {
    const auto* bytes = reinterpret_cast<const uint8_t*>(words.data());
    for (size_t i = StorageBytes(e, n); i < 8 * words.size(); ++i) ASSERT_EQ(bytes[i], 0xEE);
    if (e == Element::kBit) {
      for (int64_t i = n; i < 64 * BitWords(n); ++i) ASSERT_EQ(Get(i), 0u);
    }
  }
};

class StructureTest : public testing::TestWithParam<Element> {
 protected:
  Storage Random(const Shape& shape, uint64_t seed) {
    Storage s(GetParam(), Elements(shape));
    std::mt19937_64 gen(seed);
    for (int64_t i = 0; i < s.n; ++i) s.Set(i, gen());
    return s;
  }
  // Runs `kernel` and compares element i of the result with element from(i) of the input.
  void Check(const Storage& in, const Shape& out_shape, const std::function<void(void*)>& kernel,
             const std::function<int64_t(const Shape&)>& from) {
    Storage out(GetParam(), Elements(out_shape));
    kernel(out.data());
    for (int64_t i = 0; i < out.n; ++i) {
      Shape index(out_shape.size());
      int64_t rest = i;
      for (size_t d = out_shape.size(); d-- > 0;) {
        index[d] = rest % out_shape[d];
        rest /= out_shape[d];
      }
      ASSERT_EQ(out.Get(i), in.Get(from(index))) << "element " << i;
    }
    out.CheckEnd();
  }
};

TEST_P(StructureTest, Transpose) {
  const std::vector<std::pair<Shape, Shape>> cases = {{{}, {}},
                                                      {{5}, {0}},
                                                      {{3, 4}, {1, 0}},
                                                      {{65, 130}, {1, 0}},
                                                      {{2, 3, 4}, {2, 0, 1}},
                                                      {{2, 7, 3, 20}, {0, 2, 1, 3}},
                                                      {{2, 7, 3, 20}, {0, 2, 3, 1}},
                                                      {{2, 7, 1, 20}, {3, 2, 1, 0}},
                                                      {{2, 3, 4}, {0, 1, 2}},
                                                      {{2, 0, 4}, {2, 0, 1}}};
  for (const auto& [shape, permutation] : cases) {
    Storage in = Random(shape, 1);
    Shape out(shape.size());
    for (size_t d = 0; d < shape.size(); ++d) out[d] = shape[permutation[d]];
    Check(
        in, out, [&, s = shape, p = permutation](void* to) { Transpose(GetParam(), s, in.data(), p, to); },
        [&, s = shape, p = permutation](const Shape& index) {
          int64_t at = 0;
          const Shape strides = Strides(s);
          for (size_t d = 0; d < index.size(); ++d) at += index[d] * strides[p[d]];
          return at;
        });
  }
}

TEST_P(StructureTest, Slice) {
  struct Case {
    Shape shape, offsets, strides, out;
  };
  const std::vector<Case> cases = {{{10}, {2}, {1}, {5}},
                                   {{10}, {9}, {-1}, {10}},
                                   {{10}, {8}, {-3}, {3}},
                                   {{3, 200}, {1, 70}, {1, 1}, {2, 100}},
                                   {{4, 6, 5}, {0, 5, 1}, {1, -2, 1}, {4, 3, 3}},
                                   {{4, 6, 5}, {3, 0, 0}, {1, 1, 1}, {1, 6, 5}},
                                   {{4, 6, 5}, {0, 0, 4}, {1, 1, 1}, {4, 6, 1}},
                                   {{4, 6}, {0, 0}, {2, 3}, {2, 2}},
                                   {{4, 6}, {0, 0}, {1, 1}, {4, 0}}};
  for (const Case& c : cases) {
    Storage in = Random(c.shape, 2);
    Check(
        in, c.out, [&](void* to) { Slice(GetParam(), c.shape, in.data(), c.offsets, c.strides, c.out, to); },
        [&](const Shape& index) {
          int64_t at = 0;
          const Shape strides = Strides(c.shape);
          for (size_t d = 0; d < index.size(); ++d) at += (c.offsets[d] + index[d] * c.strides[d]) * strides[d];
          return at;
        });
  }
}

TEST_P(StructureTest, Broadcast) {
  const std::vector<std::pair<Shape, Shape>> cases = {{{}, {3, 50}},          {{1}, {7}},          {{5}, {3, 5}},   {{3, 1}, {3, 100}},
                                                      {{2, 1, 4}, {2, 3, 4}}, {{3, 1}, {2, 3, 4}}, {{2, 3}, {2, 3}}};
  for (const auto& [shape, out] : cases) {
    Storage in = Random(shape, 3);
    Check(
        in, out, [&, s = shape, o = out](void* to) { kernels::Broadcast(GetParam(), s, in.data(), o, to); },
        [&, s = shape, o = out](const Shape& index) {
          int64_t i = 0;
          for (size_t d = 0; d < o.size(); ++d) i = i * o[d] + index[d];
          return Place(o, s, i);
        });
  }
}

TEST_P(StructureTest, ConcatAndItsSlices) {
  for (int64_t axis : {0, 1, 2}) {
    std::vector<Shape> shapes(3, Shape{3, 5, 7});
    shapes[1][axis] = 1;
    shapes[2][axis] = 70;
    Shape all = {3, 5, 7};
    all[axis] = 0;
    for (const Shape& s : shapes) all[axis] += s[axis];
    Storage a = Random(shapes[0], 4), b = Random(shapes[1], 5), c = Random(shapes[2], 6), out(GetParam(), Elements(all));
    Concat(GetParam(), shapes, {a.data(), b.data(), c.data()}, axis, out.data());
    out.CheckEnd();
    int64_t start = 0;
    for (int j = 0; j < 3; ++j) {
      Shape offsets(3, 0);
      offsets[axis] = start;
      start += shapes[j][axis];
      Storage piece(GetParam(), Elements(shapes[j]));
      Slice(GetParam(), all, out.data(), offsets, {1, 1, 1}, shapes[j], piece.data());
      const Storage& original = j == 0 ? a : j == 1 ? b : c;
      for (int64_t i = 0; i < piece.n; ++i) ASSERT_EQ(piece.Get(i), original.Get(i)) << "axis " << axis << " piece " << j;
    }
  }
}

TEST_P(StructureTest, Gather) {
  const Shape shape = {3, 5, 7};
  const std::vector<int64_t> indices = {0, 2, -1, 1, -3};
  for (int64_t axis : {0, 1, 2}) {
    Storage in = Random(shape, 7);
    Shape out = shape;
    out[axis] = 5;
    Check(
        in, out, [&](void* to) { Gather(GetParam(), shape, in.data(), axis, indices.data(), 5, to); },
        [&](const Shape& index) {
          Shape at = index;
          at[axis] = indices[at[axis]] < 0 ? indices[at[axis]] + shape[axis] : indices[at[axis]];
          return (at[0] * 5 + at[1]) * 7 + at[2];
        });
  }
}

INSTANTIATE_TEST_SUITE_P(
    Elements, StructureTest, testing::Values(Element::kBit, Element::k8, Element::k32, Element::k64), [](const auto& i) {
      return std::string(i.param == Element::kBit ? "bit" : i.param == Element::k8 ? "byte" : i.param == Element::k32 ? "half" : "word");
    });

TEST(BitsTest, CopyAtAnyPosition) {
  std::mt19937_64 gen(9);
  for (int trial = 0; trial < 500; ++trial) {
    Words in(6), out(6);
    for (Word& w : in) w = gen();
    for (Word& w : out) w = gen();
    const Words before = out;
    const int64_t n = gen() % 200, from = gen() % (384 - n), to = gen() % (384 - n);
    CopyBits(in.data(), from, out.data(), to, n);
    for (int64_t i = 0; i < 384; ++i) {
      const bool inside = i >= to && i < to + n;
      const int64_t j = inside ? from + i - to : i;
      const Words& source = inside ? in : before;
      ASSERT_EQ((out[i / 64] >> (i % 64)) & 1, (source[j / 64] >> (j % 64)) & 1);
    }
  }
}

TEST(BitsTest, Conversions) {
  for (int64_t n : {1, 7, 64, 65, 200}) {
    const Words words = RandomWords(n, 64, n);
    std::vector<uint8_t> bytes(n), back(n);
    for (int64_t i = 0; i < n; ++i) bytes[i] = words[i] & 1;
    Words bits(BitWords(n), ~Word{0}), bits2(BitWords(n), ~Word{0});
    PackBits(words.data(), n, bits.data());
    PackBytes(bytes.data(), n, bits2.data());
    EXPECT_EQ(bits, bits2);
    UnpackBytes(bits.data(), n, back.data());
    EXPECT_EQ(back, bytes);
    if (n % 64 != 0) {
      EXPECT_EQ(bits.back() >> (n % 64), 0u);
    }
  }
}

TEST(BitsTest, LogicBroadcasts) {
  for (const auto& [xs, ys] : BroadcastCases()) {
    const Shape shape = BroadcastShapes(xs, ys);
    const int64_t n = Elements(shape), nx = Elements(xs), ny = Elements(ys);
    const Words wx = RandomWords(nx, 1, 1), wy = RandomWords(ny, 1, 2);
    Words x(BitWords(nx)), y(BitWords(ny)), exclusive(BitWords(n)), both(BitWords(n)), negated(BitWords(nx));
    PackBits(wx.data(), nx, x.data());
    PackBits(wy.data(), ny, y.data());
    BitsXor(shape, {x.data(), &xs}, {y.data(), &ys}, exclusive.data());
    BitsAnd(shape, {x.data(), &xs}, {y.data(), &ys}, both.data());
    BitsNot(nx, x.data(), negated.data());
    for (int64_t i = 0; i < 64 * BitWords(n); ++i) {
      const Word a = i < n ? wx[Place(shape, xs, i)] : 0, b = i < n ? wy[Place(shape, ys, i)] : 0;
      ASSERT_EQ((exclusive[i / 64] >> (i % 64)) & 1, a ^ b);
      ASSERT_EQ((both[i / 64] >> (i % 64)) & 1, a & b);
    }
    for (int64_t i = 0; i < 64 * BitWords(nx); ++i) ASSERT_EQ((negated[i / 64] >> (i % 64)) & 1, i < nx ? 1 - wx[i] : 0);
  }
}

}  // namespace
}  // namespace tacit::kernels
