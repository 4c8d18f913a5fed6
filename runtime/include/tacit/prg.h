// The pseudo-random generator: AES-128-CTR, addressed, so that no counter is used twice (protocol.md, security rule 2).
#ifndef TACIT_PRG_H
#define TACIT_PRG_H

#include <array>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "tacit/ring.h"

namespace tacit {

using Seed = std::array<uint8_t, 16>;

// What a stream is for; separate domains.
enum class Purpose : uint8_t { kMask = 1, kDealt = 2, kPermutation = 3, kOwner = 4, kReveal = 5 };

// The address of a stream under one seed: 2^36 blocks of 16 bytes each.
struct StreamId {
  uint16_t entry = 0;        // index of the entry in the program
  uint32_t invocation = 0;   // count of runs of this session
  uint32_t address = 0;      // the op's address attribute (plus result index for inputs)
  Purpose purpose = Purpose::kMask;
  uint8_t array = 0;         // which dealt array of the op
};

// A keyed generator. Thread-safe. AES-NI where the processor has it, else a portable AES; both give the same bytes.
class Prg {
 public:
  explicit Prg(const Seed& seed);
  ~Prg();
  Prg(Prg&&) noexcept;
  Prg& operator=(Prg&&) noexcept;

  // Words [first, first + out.size()) of a stream, each reduced to k bits. Word i is bytes 8i..8i+7 of the stream, little-endian.
  // With TACIT_CHECK_PRG defined, asking twice for a word of a stream under one object ends the process with a message, unless
  // `again` says that this party re-expands on purpose.
  void Fill(const StreamId& id, int k, absl::Span<Word> out, int64_t first = 0, bool again = false) const;

  // Bytes made so far, for the report's prg_bytes.
  uint64_t bytes() const;

  // Only for tests: the portable AES even where AES-NI exists.
  static Prg Portable(const Seed& seed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A fresh seed from the operating system's generator (getrandom); ends the process where there is none.
Seed RandomSeed();

}  // namespace tacit

#endif
