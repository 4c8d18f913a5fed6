// AES-128-CTR by AES-NI, 8 blocks at a time, and by VAES, 16 blocks at a time; the choice is made when the process starts.
#include "compute/prg_aes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tacit {

#if defined(__x86_64__)

namespace {

__attribute__((target("aes,sse4.1"))) void CounterAesNi(const AesKey& key, CounterBlock first, int64_t blocks, uint8_t* out) {
  __m128i round[11];
  for (int r = 0; r < 11; ++r) round[r] = _mm_load_si128(reinterpret_cast<const __m128i*>(key.round[r]));
  const __m128i one = _mm_set_epi64x(0, 1);
  __m128i counter = _mm_set_epi64x(static_cast<int64_t>(first.high), static_cast<int64_t>(first.low));
  int64_t i = 0;
  for (; i + 8 <= blocks; i += 8) {
    __m128i x[8];
    for (auto& v : x) {
      v = _mm_xor_si128(counter, round[0]);
      counter = _mm_add_epi64(counter, one);
    }
    for (int r = 1; r < 10; ++r) {
      for (auto& v : x) v = _mm_aesenc_si128(v, round[r]);
    }
    for (int j = 0; j < 8; ++j) _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * (i + j)), _mm_aesenclast_si128(x[j], round[10]));
  }
  for (; i < blocks; ++i) {
    __m128i x = _mm_xor_si128(counter, round[0]);
    counter = _mm_add_epi64(counter, one);
    for (int r = 1; r < 10; ++r) x = _mm_aesenc_si128(x, round[r]);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * i), _mm_aesenclast_si128(x, round[10]));
  }
}

__attribute__((target("aes,vaes,avx512f"))) void CounterVaes(const AesKey& key, CounterBlock first, int64_t blocks, uint8_t* out) {
  __m512i round[11];
  for (int r = 0; r < 11; ++r) round[r] = _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(key.round[r])));
  const __m512i four = _mm512_set_epi64(0, 4, 0, 4, 0, 4, 0, 4);
  const auto high = static_cast<int64_t>(first.high);
  const auto low = static_cast<int64_t>(first.low);
  __m512i counter =
      _mm512_add_epi64(_mm512_set_epi64(high, low, high, low, high, low, high, low), _mm512_set_epi64(0, 3, 0, 2, 0, 1, 0, 0));
  int64_t i = 0;
  for (; i + 16 <= blocks; i += 16) {
    __m512i x[4];
    for (auto& v : x) {
      v = _mm512_xor_si512(counter, round[0]);
      counter = _mm512_add_epi64(counter, four);
    }
    for (int r = 1; r < 10; ++r) {
      for (auto& v : x) v = _mm512_aesenc_epi128(v, round[r]);
    }
    for (int j = 0; j < 4; ++j) _mm512_storeu_si512(out + 16 * i + 64 * j, _mm512_aesenclast_epi128(x[j], round[10]));
  }
  if (i < blocks) CounterAesNi(key, {first.low + static_cast<uint64_t>(i), first.high}, blocks - i, out + 16 * i);
}

}  // namespace

const NamedCounter* AvailableCounters() {
  static const NamedCounter* const all = [] {
    static NamedCounter list[4] = {};
    int n = 0;
    list[n++] = {"portable", CounterPortable};
    if (__builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1")) {
      list[n++] = {"aes-ni", CounterAesNi};
      if (__builtin_cpu_supports("vaes") && __builtin_cpu_supports("avx512f")) list[n++] = {"vaes", CounterVaes};
    }
    return list;
  }();
  return all;
}

#else

const NamedCounter* AvailableCounters() {
  static const NamedCounter list[2] = {{"portable", CounterPortable}, {nullptr, nullptr}};
  return list;
}

#endif

CounterFunction BestCounter() {
  const NamedCounter* last = AvailableCounters();
  while (last[1].function != nullptr) ++last;
  return last->function;
}

}  // namespace tacit
