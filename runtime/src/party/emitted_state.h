// What a Party of an emitted program holds during a run.
#ifndef TACIT_PARTY_EMITTED_STATE_H
#define TACIT_PARTY_EMITTED_STATE_H

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "party/machine.h"
#include "tacit/emitted.h"

namespace tacit::emitted {

struct Party::State {
  State(const EntryCode& e, const Digest& digest, int party, const PartySeeds& seeds, const Links& links, const ExecutorOptions& o,
        const Entry* c)
      : entry(e),
        options(o),
        container(c),
        slots(e.slots),
        machine(party, seeds, links, static_cast<uint16_t>(e.index), o.invocation, e.instructions, Shares(e)) {
    public_digest.Add(e.index, digest.data(), digest.size());
  }

  // Share numbers count published values too.
  static size_t Shares(const EntryCode& entry) {
    size_t shares = 0;
    for (const SharedValue& value : entry.shared) shares = std::max<size_t>(shares, value.number + 1);
    return shares;
  }

  const EntryCode& entry;
  const ExecutorOptions options;
  const Entry* container;
  std::vector<Slot> slots;
  Machine machine;
  PublicDigest public_digest;
  Digest digest{};
  absl::Status status;
  bool preamble = true;
  size_t done = 0;  // instructions

  void Fail(uint32_t n, absl::string_view op, absl::string_view node, const absl::Status& why) {
    const std::string of = node.empty() ? "" : absl::StrCat(" of '", node, "'");
    status = absl::Status(why.code(), absl::StrCat("instruction ", n, " (", op, of, "): ", why.message()));
  }
  void Drop(absl::Span<const Use> operands) {
    for (const Use& use : operands)
      if (use.last) *use.slot = Slot();
  }
  void Done(uint32_t n, const Stopwatch& watch) {
    if (preamble) return;
    OpCounters& count = machine.counters().ops[n];
    (machine.helper() ? count.offline_seconds : count.online_seconds) += watch.Seconds();
    done = n + 1;
    if (options.progress) options.progress(done, entry.instructions);
  }
};

inline OwnedValue Owned(const SharedValue& v) { return {v.owner, v.number, v.address, v.type}; }

}  // namespace tacit::emitted

#endif
