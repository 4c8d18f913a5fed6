// Comparison: [x < T] = msb(m) ^ msb(l) ^ [m mod 2^(k-1) < l mod 2^(k-1)] for m masking x - T (protocol.md, "sign / compare"). All of it is
// bit-sliced: 64 elements a word, one array a bit plane; planes are word-aligned here and packed without gaps in values and on the wire.
#include "party/gate_functions.h"

namespace tacit {

std::vector<int> ComparisonDigits(int bits, int digit) {
  std::vector<int> digits;
  for (int at = bits; at > 0; at -= digit) digits.push_back(std::min(digit, at));
  return digits;
}

std::vector<int> LexGroups(int digits) {
  if (digits <= 4) return {digits};
  std::vector<int> groups(digits / 3, 3);
  if (digits % 3 != 0) groups.push_back(digits % 3);
  return groups;
}

namespace {

// What a group's results are xors of: lt = xor_j (lt_j and eq_i for all i < j), eq = and of all eq; none for the last group.
std::vector<uint32_t> LtTerms(int digits) {
  std::vector<uint32_t> terms;
  for (int j = 0; j < digits; ++j) terms.push_back((uint32_t{1} << j) | (((uint32_t{1} << j) - 1) << digits));
  return terms;
}
uint32_t EqTerm(int digits) { return ((uint32_t{1} << digits) - 1) << digits; }

bool IsProduct(uint32_t set) { return (set & (set - 1)) != 0; }

}  // namespace

std::vector<uint32_t> LexSubsets(int digits, bool last) {
  std::vector<uint32_t> terms = LtTerms(digits), subsets;
  if (!last) terms.push_back(EqTerm(digits));
  for (uint32_t term : terms)
    for (uint32_t s = term; s != 0; s = (s - 1) & term)
      if (IsProduct(s)) subsets.push_back(s);
  std::sort(subsets.begin(), subsets.end());
  subsets.erase(std::unique(subsets.begin(), subsets.end()), subsets.end());
  return subsets;
}

namespace gates {

namespace {

// The low k - 1 bits, or all k, of m - T in planes.
Words PlanesOfDifference(const GateCall& call, int64_t threshold) {
  const int k = call.types[0]->width;
  const int64_t n = call.types[0]->elements();
  Words planes(k * BitWords(n));
  if (threshold == 0) {
    BitPlanes({A(call, 0), static_cast<size_t>(n)}, k, planes.data());
    return planes;
  }
  Words shifted(n);
  kernels::Affine(k, n, 1, A(call, 0), (~static_cast<Word>(threshold) + 1) & LowMask(k), shifted.data());
  BitPlanes(shifted, k, planes.data());
  return planes;
}

}  // namespace

template <Role R>
absl::Status CompareDigits(GateIo& io, const GateCall& call, Held* out) {
  const int k = call.types[0]->width;
  const int64_t n = call.types[0]->elements(), words = BitWords(n);
  const std::vector<int> digits = ComparisonDigits(k - 1, static_cast<int>(call.instruction->Int("digit")));
  const std::vector<int64_t>& thresholds = call.instruction->Ints("thresholds");
  const int64_t planes_out = 2 * static_cast<int64_t>(digits.size()) - 1, count = thresholds.size();

  Words l_planes, z;
  std::vector<Words> m_planes;
  if (IsHelper(R)) {
    l_planes.resize(k * words);
    BitPlanes(MaskOf(call, 0), k, l_planes.data());
  } else {
    for (int64_t threshold : thresholds) m_planes.push_back(PlanesOfDifference(call, threshold));
    z.resize(BitWords(count * planes_out * n));
  }
  int at = k - 1;
  for (size_t d = 0; d < digits.size(); ++d) {
    const int w = digits[d], entries = 1 << w;
    at -= w;
    // [digit of l == v] for v < 2^w - 1; the last entry is what makes their sum 1.
    const Words dealt = io.Deal(d, {(entries - 1) * n, 1, true}, [&](absl::Span<Word> hot) {
      Words entry(words);
      for (int v = 0; v + 1 < entries; ++v) {
        ForEach(words, [&](int64_t i) {
          Word all = ~Word{0};
          for (int j = 0; j < w; ++j) {
            const Word plane = l_planes[(at + j) * words + i];
            all &= (v >> j) & 1 ? plane : ~plane;
          }
          entry[i] = all;
        });
        kernels::CopyBits(entry.data(), 0, hot.data(), v * n, n);
      }
    });
    if (IsHelper(R)) continue;
    Words hot(entries * words);
    for (int v = 0; v + 1 < entries; ++v) kernels::CopyBits(dealt.data(), v * n, hot.data() + v * words, 0, n);
    const bool last = d + 1 == digits.size();
    Words lt(count * words), eq(last ? 0 : count * words);
    kernels::ParallelFor(words, kGrain / 64, [&](int64_t begin, int64_t end) {
      Word e[64], above[64], pick[64];
      for (int64_t i = begin; i < end; ++i) {
        Word sum = R == Role::kFirst ? ~Word{0} : 0;
        for (int v = 0; v + 1 < entries; ++v) sum ^= e[v] = hot[v * words + i];
        e[entries - 1] = sum;
        above[entries - 1] = 0;
        for (int v = entries - 2; v >= 0; --v) above[v] = above[v + 1] ^ e[v + 1];
        for (int64_t t = 0; t < count; ++t) {
          const Word* planes = m_planes[t].data() + at * words + i;
          // Selects entry md of a table by the planes of md, halving it bit by bit from the lowest.
          const auto select = [&](const Word* table) {
            std::copy(table, table + entries, pick);
            for (int j = 0, left = entries / 2; j < w; ++j, left /= 2) {
              const Word bit = planes[j * words];
              for (int v = 0; v < left; ++v) pick[v] = pick[2 * v] ^ (bit & (pick[2 * v] ^ pick[2 * v + 1]));
            }
            return pick[0];
          };
          lt[t * words + i] = select(above);
          if (!last) eq[t * words + i] = select(e);
        }
      }
    });
    for (int64_t t = 0; t < count; ++t) {
      const int64_t plane = t * planes_out + 2 * static_cast<int64_t>(d);
      kernels::CopyBits(lt.data() + t * words, 0, z.data(), plane * n, n);
      if (!last) kernels::CopyBits(eq.data() + t * words, 0, z.data(), (plane + 1) * n, n);
    }
  }
  return IsHelper(R) ? absl::OkStatus() : Give(std::move(z), out);
}

template <Role R>
absl::Status LexCombine(GateIo& io, const GateCall& call, Held* out) {
  const Shape& shape = ShapeOf(call, 0);
  const int64_t count = shape[0], planes_in = shape[1];
  const int64_t n = planes_in == 0 || count == 0 ? 0 : call.types[0]->elements() / (count * planes_in);
  const int64_t bits = count * n, words = BitWords(bits);  // of one plane over all thresholds: [T] + s
  const std::vector<int> groups = LexGroups(static_cast<int>((planes_in + 1) / 2));
  const int64_t planes_out = 2 * static_cast<int64_t>(groups.size()) - 1;
  const Words helper_mask = IsHelper(R) ? BitMaskOf(call, 0) : Words();
  const auto plane = [&](const Word* from, int64_t p) {
    Words to(words);
    for (int64_t t = 0; t < count; ++t) kernels::CopyBits(from, (t * planes_in + p) * n, to.data(), t * n, n);
    return to;
  };
  Words z(IsHelper(R) ? 0 : BitWords(count * planes_out * n));
  int array = 0, digit = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    const int size = groups[g];
    const bool last = g + 1 == groups.size();
    // Literals of the group: lt_i at i, eq_i at size + i; the last group has no eq of its last digit.
    const int literals = last ? 2 * size - 1 : 2 * size;
    std::vector<Words> m, l;
    for (int j = 0; j < literals; ++j) {
      const int64_t p = j < size ? 2 * (digit + j) : 2 * (digit + j - size) + 1;
      if (IsHelper(R)) {
        l.push_back(plane(helper_mask.data(), p));
      } else {
        m.push_back(plane(A(call, 0), p));
        l.push_back(plane(B(call, 0), p));
      }
    }
    const std::vector<uint32_t> subsets = LexSubsets(size, last);
    std::vector<Words> dealt;
    for (uint32_t s : subsets) {
      dealt.push_back(io.Deal(array++, {bits, 1, true}, [&](absl::Span<Word> product) {
        ForEach(words, [&](int64_t i) {
          Word all = ~Word{0};
          for (int j = 0; j < literals; ++j)
            if ((s >> j) & 1) all &= l[j][i];
          product[i] = all;
        });
      }));
    }
    digit += size;
    if (IsHelper(R)) continue;
    // A term is the product of (m_j ^ l_j): each subset of it taken from the masks, the rest public.
    struct Piece {
      uint32_t open;
      const Word* masks;  // null: 1
    };
    const auto combine = [&](const std::vector<uint32_t>& terms, int64_t to) {
      std::vector<Piece> pieces;
      for (uint32_t term : terms) {
        for (uint32_t s = term;; s = (s - 1) & term) {
          const Word* masks = nullptr;
          if (IsProduct(s)) {
            masks = dealt[std::lower_bound(subsets.begin(), subsets.end(), s) - subsets.begin()].data();
          } else if (s != 0) {
            masks = l[__builtin_ctz(s)].data();
          }
          // Without masks a piece is public and counts once.
          if (s != 0 || R == Role::kFirst) pieces.push_back({term & ~s, masks});
          if (s == 0) break;
        }
      }
      Words result(words);
      kernels::ParallelFor(words, kGrain / 64, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          Word sum = 0;
          for (const Piece& piece : pieces) {
            Word all = piece.masks == nullptr ? ~Word{0} : piece.masks[i];
            for (uint32_t rest = piece.open; rest != 0; rest &= rest - 1) all &= m[__builtin_ctz(rest)][i];
            sum ^= all;
          }
          result[i] = sum;
        }
      });
      for (int64_t t = 0; t < count; ++t) kernels::CopyBits(result.data(), t * n, z.data(), (t * planes_out + to) * n, n);
    };
    combine(LtTerms(size), 2 * g);
    if (!last) combine({EqTerm(size)}, 2 * g + 1);
  }
  return IsHelper(R) ? absl::OkStatus() : Give(std::move(z), out);
}

template <Role R>
absl::Status CompareFinish(GateIo& io, const GateCall& call, Held* out) {
  const int k = call.types[0]->width;
  const int64_t n = call.types[0]->elements(), words = BitWords(n);
  const Words top = io.Deal(0, {n, 1, true}, [&](absl::Span<Word> bits) {
    Words l = MaskOf(call, 0);
    ForEach(n, [&](int64_t i) { l[i] >>= k - 1; });
    kernels::PackBits(l.data(), n, bits.data());
  });
  if (IsHelper(R)) return absl::OkStatus();
  const std::vector<int64_t>& thresholds = call.instruction->Ints("thresholds");
  Words z(BitWords(static_cast<int64_t>(thresholds.size()) * n)), plane(words), less(words), shifted(n);
  for (size_t t = 0; t < thresholds.size(); ++t) {
    std::fill(less.begin(), less.end(), 0);
    kernels::CopyBits(A(call, 1), t * n, less.data(), 0, n);
    if (R == Role::kFirst) {
      const Word* m = A(call, 0);
      const Word minus = static_cast<Word>(thresholds[t]);
      ForEach(n, [&](int64_t i) { shifted[i] = ((m[i] - minus) >> (k - 1)) & 1; });
      kernels::PackBits(shifted.data(), n, plane.data());
    }
    ForEach(words, [&](int64_t i) { less[i] ^= top[i] ^ plane[i]; });
    kernels::CopyBits(less.data(), 0, z.data(), t * n, n);
  }
  return Give(std::move(z), out);
}

TACIT_GATE_ROLES(CompareDigits)
TACIT_GATE_ROLES(LexCombine)
TACIT_GATE_ROLES(CompareFinish)

}  // namespace gates
}  // namespace tacit
