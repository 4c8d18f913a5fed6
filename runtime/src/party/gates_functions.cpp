// Periodic functions and the exponential of a masked value: m is public to the evaluators already, P0 deals what depends on l (protocol.md,
// "periodic function", "exponential"). Integers only: two evaluators whose coefficients differed in a bit would be wrong by far more.
#include "party/gate_functions.h"
#include "tacit/fixed_math.h"

namespace tacit::gates {

namespace {

using Wide = __int128;

// Fractional bits of the evaluators' cosines, before a coefficient multiplies them.
constexpr int kTableBits = 30;

// round(x 2^-by), halves up; x 2^-by for a negative `by`.
Wide Rounded(Wide x, int by) { return by <= 0 ? x << -by : (x + (Wide{1} << (by - 1))) >> by; }

// q x / 2^k of a turn, as 64 bits.
uint64_t Angle(int64_t q, Word x, int k) { return (static_cast<uint64_t>(q) * x) << (64 - k); }

// e^8 in units of 2^-50.
constexpr uint64_t kExp8 = 3356260319912057825ull;

}  // namespace

template <Role R>
absl::Status Periodic(GateIo& io, const GateCall& call, Held* out) {
  const Instruction& in = *call.instruction;
  const Type& r = *call.result_type;
  const int k = call.types[0]->width, g = in.Int("public_bits"), unit = in.Int("coefficient_bits");
  const int64_t n = r.elements();
  const std::vector<int64_t>&frequencies = in.Ints("frequencies"), &cosines = in.Ints("cosines"), &sines = in.Ints("sines"),
        &digits = in.Ints("digits");
  const int f = *std::max_element(digits.begin(), digits.end()), t = f + g - r.fraction, ring = r.width + t;
  const Word ring_mask = LowMask(ring);
  if (!IsHelper(R)) io.CountMacs(2 * frequencies.size() * n);
  const Words l = IsHelper(R) ? MaskOf(call, 0) : Words();
  Words sum(IsHelper(R) ? 0 : n);
  // The constant counts once; so does the 2^t - 1 that centres the two floors.
  if (R == Role::kFirst) {
    const Word constant = static_cast<Word>(Rounded(in.Int("constant"), unit - (f + g)));
    std::fill(sum.begin(), sum.end(), constant + LowMask(t));
  }
  for (size_t j = 0; j < frequencies.size(); ++j) {
    const int bits = digits[j], up = f - bits;
    const int64_t q = frequencies[j];
    const Word mask = LowMask(ring - up);
    const auto deal = [&](int array, bool sine) {
      return io.Deal(array, {n, ring - up}, [&](absl::Span<Word> value) {
        ForEach(n, [&](int64_t i) {
          const uint64_t angle = Angle(q, l[i], k);
          value[i] = static_cast<Word>(sine ? FixedSin(angle, bits) : FixedCos(angle, bits)) & mask;
        });
      });
    };
    const Words c = deal(2 * j, false), s = deal(2 * j + 1, true);
    if (IsHelper(R)) continue;
    // cos(q(m - l)) = cos qm cos ql + sin qm sin ql; sin(q(m - l)) = sin qm cos ql - cos qm sin ql.
    const Word* m = A(call, 0);
    ForEach(n, [&](int64_t i) {
      const uint64_t angle = Angle(q, m[i], k);
      const Wide cm = FixedCos(angle, kTableBits), sm = FixedSin(angle, kTableBits);
      const int drop = unit + kTableBits - g;
      const Word with_cos = static_cast<Word>(Rounded(cosines[j] * cm + sines[j] * sm, drop));
      const Word with_sin = static_cast<Word>(Rounded(cosines[j] * sm - sines[j] * cm, drop));
      sum[i] += (with_cos << up) * c[i] + (with_sin << up) * s[i];
    });
  }
  if (IsHelper(R)) return absl::OkStatus();
  const Word kept = LowMask(r.width);
  ForEach(n, [&](int64_t i) { sum[i] = ((sum[i] & ring_mask) >> t) & kept; });
  return Give(std::move(sum), out);
}

// round(e^(8 - y 2^-f) 2^bits), to a relative 2^-39 or one unit.
static Word ExpFrom8(uint64_t y, int f, int bits) {
  const uint64_t eight = uint64_t{8} << f;
  if (y >= eight) return static_cast<Word>(FixedExp(y - eight, f, bits));
  const unsigned __int128 product = static_cast<unsigned __int128>(static_cast<uint64_t>(FixedExp(y, f, 62))) * kExp8;
  const int drop = 62 + 50 - bits;
  return static_cast<Word>((product + (static_cast<unsigned __int128>(1) << (drop - 1))) >> drop);
}

template <Role R>
absl::Status Exp(GateIo& io, const GateCall& call, Held* out) {
  const Instruction& in = *call.instruction;
  const Type &x = *call.types[0], &r = *call.result_type;
  const int k = x.width, f = x.fraction, low = f + 4, cases = 1 << (k - low);
  const int dealt_bits = in.Int("dealt_bits"), public_bits = in.Int("public_bits"), t = dealt_bits + public_bits - r.fraction,
            ring = r.width + t;
  const int64_t n = r.elements();
  const Word ring_mask = LowMask(ring), whole = LowMask(k);
  if (!IsHelper(R)) io.CountMacs(n);
  const Words l = IsHelper(R) ? MaskOf(call, 0) : Words();
  std::vector<Words> dealt;
  for (int a = 0; a < cases; ++a) {
    // Case a: m in [a, a + 1) 2^low, so that x = (m mod 2^low) - ((l - a 2^low) mod 2^k).
    dealt.push_back(io.Deal(a, {n, ring}, [&](absl::Span<Word> value) {
      ForEach(n, [&](int64_t i) { value[i] = ExpFrom8((l[i] - (static_cast<Word>(a) << low)) & whole, f, dealt_bits) & ring_mask; });
    }));
  }
  if (IsHelper(R)) return absl::OkStatus();
  const Word *m = A(call, 0), kept = LowMask(r.width), centre = R == Role::kFirst ? LowMask(t) : 0;
  Words z(n);
  ForEach(n, [&](int64_t i) {
    // e^((m mod 2^low) - 8) = e^(8 - (16 - (m mod 2^low)))
    const Word factor = ExpFrom8((uint64_t{16} << f) - (m[i] & LowMask(low)), f, public_bits);
    z[i] = ((((factor * dealt[m[i] >> low][i]) + centre) & ring_mask) >> t) & kept;
  });
  return Give(std::move(z), out);
}

TACIT_GATE_ROLES(Periodic)
TACIT_GATE_ROLES(Exp)

}  // namespace tacit::gates
