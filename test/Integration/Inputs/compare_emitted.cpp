// Runs a bundle's container and the C++ emitted from it in one process, with the same seeds for both, and compares every message of
// every link, every counter and every output. Linked with the emitted file, compiled with -DTACIT_NO_MAIN.
//
//   compare_emitted BUNDLE CASE.npz [PARTY]   PARTY: only this one is emitted
//
// Prints "N messages, M bytes alike" and gives 0, or what differs first and 1.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tacit/bundle.h"
#include "tacit/case.h"
#include "tacit/emitted.h"
#include "tacit/forwarding_link.h"
#include "tacit/in_process.h"

extern const tacit::emitted::ProgramCode tacit_program;

namespace {

using namespace tacit;

struct Message {
  MessageKind kind;
  uint32_t round;
  Section section;
  Bytes payload;
  bool operator==(const Message&) const = default;
};

// What each end sent to each peer, in order.
using Transcript = std::map<std::pair<int, int>, std::vector<Message>>;

// A link that notes what is sent. Each is used by one thread, and has a place of its own.
class Recorder : public ForwardingLink<> {
 public:
  Recorder(std::unique_ptr<Link> link, std::vector<Message>* to) : ForwardingLink(std::move(link)), to_(to) {}
  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    to_->push_back({kind, round, section, payload});
    return link_->Send(kind, round, section, std::move(payload));
  }

 private:
  std::vector<Message>* to_;
};

int Fail(const std::string& what) {
  std::fprintf(stderr, "error: %s\n", what.c_str());
  return 1;
}

bool Same(const OpCounters& x, const OpCounters& y) {
  return x.online_sent == y.online_sent && x.online_received == y.online_received && x.offline_to_p1 == y.offline_to_p1 &&
         x.offline_to_p2 == y.offline_to_p2 && x.io_sent == y.io_sent && x.prg_bytes == y.prg_bytes && x.ring_macs == y.ring_macs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return Fail("usage: compare_emitted BUNDLE CASE.npz [PARTY]");
  const int only = argc > 3 ? std::atoi(argv[3]) : -1;
  auto bundle = Bundle::Open(argv[1]);
  if (!bundle.ok()) return Fail(bundle.status().ToString());
  const Program& program = (*bundle)->program();
  auto code = emitted::FindEntry(tacit_program, "");
  if (!code.ok()) return Fail(code.status().ToString());
  const Entry& entry = program.entries[(*code)->index];
  auto tensors = ReadCase(argv[2], entry);
  if (!tensors.ok()) return Fail(tensors.status().ToString());
  auto inputs = SelectInputs(program, entry, *tensors);
  if (!inputs.ok()) return Fail(inputs.status().ToString());
  const auto load = [&](uint32_t param) { return (*bundle)->LoadParam(param); };

  const InProcessSeeds seeds = InProcessSeeds::FromNumber(7);
  Transcript transcripts[2];
  std::vector<InProcessResult> results;
  for (int which = 0; which < 2; ++which) {
    InProcessOptions options;
    options.wrap = [&](int end, int peer, std::unique_ptr<Link> link) -> std::unique_ptr<Link> {
      return std::make_unique<Recorder>(std::move(link), &transcripts[which][{end, peer}]);
    };
    if (which == 1) {
      options.party = [&](int party, const PartySeeds& own, const Links& links,
                          const ExecutorOptions& execution) -> absl::StatusOr<std::unique_ptr<PartyRun>> {
        if (only >= 0 && party != only) return std::make_unique<PartyExecutor>(program, entry, party, own, links, execution);
        return emitted::MakeRun(tacit_program, **code, party, own, links, execution, &program);
      };
    }
    auto result = RunInProcess(program, entry, *inputs, load, seeds, options);
    if (!result.ok()) return Fail(result.status().ToString());
    results.push_back(*std::move(result));
  }

  uint64_t messages = 0, bytes = 0;
  for (const auto& [ends, sent] : transcripts[0]) {
    const std::vector<Message>& other = transcripts[1][ends];
    const std::string link = std::to_string(ends.first) + " to " + std::to_string(ends.second);
    if (sent.size() != other.size()) return Fail("another number of messages from " + link);
    for (size_t i = 0; i < sent.size(); ++i) {
      if (!(sent[i] == other[i])) return Fail("message " + std::to_string(i) + " from " + link + " differs");
      bytes += sent[i].payload.size();
    }
    messages += sent.size();
  }
  for (int party = 0; party < 3; ++party) {
    const Counters &x = results[0].counters[party], &y = results[1].counters[party];
    if (x.deal_messages != y.deal_messages || x.rounds != y.rounds || x.owner_prg_bytes != y.owner_prg_bytes ||
        x.ops.size() != y.ops.size())
      return Fail("a counter of P" + std::to_string(party) + " differs");
    for (size_t i = 0; i < x.ops.size(); ++i)
      if (!Same(x.ops[i], y.ops[i]))
        return Fail("a counter of P" + std::to_string(party) + ", instruction " + std::to_string(i) + ", differs");
  }
  if (results[0].outputs.size() != results[1].outputs.size() || results[0].outputs.empty()) return Fail("another number of outputs");
  for (size_t i = 0; i < results[0].outputs.size(); ++i) {
    const auto& [name, x] = results[0].outputs[i];
    const Tensor& y = results[1].outputs[i].second;
    if (x.bytes() != y.bytes() || std::memcmp(x.data<uint8_t>(), y.data<uint8_t>(), x.bytes()) != 0)
      return Fail("output " + name + " differs");
  }
  if (messages == 0) return Fail("no message was sent");
  std::printf("%lu messages, %lu bytes alike\n", static_cast<unsigned long>(messages), static_cast<unsigned long>(bytes));
  return 0;
}
