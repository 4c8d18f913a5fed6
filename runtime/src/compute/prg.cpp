// The addressed generator.
//
// Counter block of a stream's block i, as two little-endian words:
//   low:  bits 0-35 i, 36-43 array, 44-47 purpose, 48-63 entry      high: bits 0-31 address, 32-63 invocation
// All fields have their own bits, so two streams of one seed never share a block (protocol.md, security rule 2).
#include "tacit/prg.h"

#include <sys/random.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "compute/prg_aes.h"
#include "tacit/kernels.h"

namespace tacit {

namespace {

constexpr int kBlockBits = 36;
constexpr int64_t kWordsPerStream = int64_t{2} << kBlockBits;

[[noreturn]] void Die(const char* why) {
  std::fprintf(stderr, "error: pseudo-random generator: %s\n", why);
  std::abort();
}

CounterBlock BlockOf(const StreamId& id, int64_t index) {
  CounterBlock block;
  block.low = static_cast<uint64_t>(index) | static_cast<uint64_t>(id.array) << 36 | static_cast<uint64_t>(id.purpose) << 44 |
              static_cast<uint64_t>(id.entry) << 48;
  block.high = static_cast<uint64_t>(id.address) | static_cast<uint64_t>(id.invocation) << 32;
  return block;
}

}  // namespace

struct Prg::Impl {
  AesKey key;
  CounterFunction counter = nullptr;
  std::atomic<uint64_t> bytes{0};
#ifdef TACIT_CHECK_PRG
  // Per stream the runs of words given out: begin -> end, disjoint.
  std::mutex mutex;
  std::map<std::pair<uint64_t, uint64_t>, std::map<int64_t, int64_t>> used;

  void Record(const StreamId& id, int64_t first, int64_t n) {
    if (n == 0) return;
    const CounterBlock block = BlockOf(id, 0);
    const std::lock_guard<std::mutex> lock(mutex);
    auto& runs = used[{block.high, block.low}];
    auto next = runs.upper_bound(first);
    const bool clash = (next != runs.end() && next->first < first + n) || (next != runs.begin() && std::prev(next)->second > first);
    if (clash) {
      std::fprintf(stderr,
                   "error: pseudo-random words used twice: entry %u, invocation %u, address %u, purpose %u, array %u, words from %lld\n",
                   unsigned{id.entry}, unsigned{id.invocation}, unsigned{id.address}, static_cast<unsigned>(id.purpose), unsigned{id.array},
                   static_cast<long long>(first));
      std::abort();
    }
    runs[first] = first + n;
  }
#endif

  // Words [first, first + n) of one stream.
  void Generate(const StreamId& id, int k, int64_t first, int64_t n, Word* out) const {
    const Word mask = LowMask(k);
    auto block_words = [&](int64_t index, Word* two) { counter(key, BlockOf(id, index), 1, reinterpret_cast<uint8_t*>(two)); };
    Word two[2];
    if (n > 0 && first % 2 != 0) {
      block_words(first / 2, two);
      *out++ = two[1] & mask;
      ++first;
      --n;
    }
    constexpr int64_t kChunk = 1024;  // masked while it is in the first cache
    while (n >= 2) {
      const int64_t count = (n < kChunk ? n : kChunk) & ~int64_t{1};
      counter(key, BlockOf(id, first / 2), count / 2, reinterpret_cast<uint8_t*>(out));
      if (k < 64) {
        for (int64_t i = 0; i < count; ++i) out[i] &= mask;
      }
      out += count;
      first += count;
      n -= count;
    }
    if (n == 1) {
      block_words(first / 2, two);
      *out = two[0] & mask;
    }
  }
};

Prg::Prg(const Seed& seed) : impl_(std::make_unique<Impl>()) {
  impl_->key = ExpandKey(seed.data());
  static const CounterFunction best = BestCounter();
  impl_->counter = best;
}

Prg::~Prg() {
  if (impl_ != nullptr) explicit_bzero(&impl_->key, sizeof(impl_->key));
}
Prg::Prg(Prg&&) noexcept = default;
Prg& Prg::operator=(Prg&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

Prg Prg::Portable(const Seed& seed) {
  Prg prg(seed);
  prg.impl_->counter = CounterPortable;
  return prg;
}

void Prg::Fill(const StreamId& id, int k, absl::Span<Word> out, int64_t first, bool again) const {
  const auto n = static_cast<int64_t>(out.size());
  if (first < 0 || n > kWordsPerStream - first) Die("a stream has 2^37 words");
  if (static_cast<unsigned>(id.purpose) > 15) Die("a purpose has 4 bits");
#ifdef TACIT_CHECK_PRG
  if (!again) impl_->Record(id, first, n);
#endif
  impl_->bytes.fetch_add(static_cast<uint64_t>(n) * sizeof(Word), std::memory_order_relaxed);
  kernels::ParallelFor(n, int64_t{1} << 16,
                       [&](int64_t begin, int64_t end) { impl_->Generate(id, k, first + begin, end - begin, out.data() + begin); });
}

uint64_t Prg::bytes() const { return impl_->bytes.load(std::memory_order_relaxed); }

Seed RandomSeed() {
  Seed seed;
  size_t have = 0;
  while (have < seed.size()) {
    const ssize_t got = getrandom(seed.data() + have, seed.size() - have, 0);
    if (got > 0) {
      have += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      Die("the operating system gives no random bytes");
    }
  }
  return seed;
}

}  // namespace tacit
