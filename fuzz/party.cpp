// What messages of the right length hold: a party, or an owner, whose peers answer with the input. First byte: who (P0, P1, P2, client,
// model); second: which program. Each message then begins with a byte that says whether it fails, is zero, is the input's bytes, or is what
// an honest peer would say with some bytes changed.
#include "support.h"
#include "tacit/executor.h"
#include "tacit/handshake.h"
#include "tacit/in_process.h"

#include <vector>

using namespace tacit;

namespace {

SessionParameters ParametersOf(const Program &program) {
  SessionParameters parameters;
  parameters.session = 7;
  parameters.program = program.digest;
  return parameters;
}

// The hello of an honest party `from`, or the public digest that it would agree on, as far as it is known beforehand.
Bytes Honest(MessageKind kind, int from, const Program &program, int64_t size) {
  Bytes bytes(std::max<int64_t>(size, 0));
  if (kind == MessageKind::kHello && bytes.size() >= 48) {
    bytes[0] = 1;
    bytes[4] = static_cast<uint8_t>(from);
    std::copy(program.digest.begin(), program.digest.end(), bytes.begin() + 16);
    if (bytes.size() >= 80)
      bytes[48] = 9; // the curve's base point, a public key like any other
  }
  return bytes;
}

class HostileLink : public Link {
public:
  HostileLink(fuzz::Input *in, int peer, const Program *p) : input(in), from(peer), program(p) {}
  absl::Status Send(MessageKind, uint32_t, Section section, Bytes payload) override {
    sent_bytes += payload.size();
    return absl::OkStatus();
  }
  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t, int64_t size) override {
    const uint8_t how = input->Byte();
    if (how == 255)
      return absl::UnavailableError("the peer is gone");
    Bytes bytes = how & 1 ? Honest(kind, from, *program, size) : Bytes(std::max<int64_t>(size, 0));
    if (how & 2) {
      const std::string_view taken = input->Take(size < 0 ? 64 : static_cast<size_t>(size));
      if (size < 0)
        bytes.resize(taken.size());
      std::copy(taken.begin(), taken.end(), bytes.begin());
    } else if (how & 4 && !bytes.empty()) {
      bytes[input->Byte() % bytes.size()] ^= input->Byte();
    }
    return bytes;
  }
  void Close(const absl::Status &) override {}
  uint64_t sent(Section) const override { return sent_bytes; }
  uint64_t framing_sent() const override { return 0; }

private:
  fuzz::Input *input;
  int from;
  const Program *program;
  uint64_t sent_bytes = 0;
};

const std::vector<Program> &Programs() {
  static const std::vector<Program> programs = [] {
    std::vector<Program> all;
    for (const char *name : {"bundle/program.mpcb", "corpus/program/select.mpcb", "corpus/program/gates.mpcb"})
      all.push_back(*LoadProgram(std::string(TACIT_FUZZ_FOLDER) + "/" + name));
    return all;
  }();
  return programs;
}

absl::Status RunParty(int party, const Program &program, const Links &links) {
  absl::StatusOr<PartySeeds> seeds = PartyHandshake(party, ParametersOf(program), links);
  if (!seeds.ok())
    return seeds.status();
  PartyExecutor executor(program, program.entries[0], party, *seeds, links);
  if (absl::Status s = executor.ReceivePublicAndPreamble(); !s.ok())
    return s;
  // A peer that is wrong here ends a session; the rest is to be reached all the same.
  (void)AgreeOnPublic(party, executor.public_digest(), links);
  if (absl::Status s = executor.ReceiveWeights(); !s.ok())
    return s;
  if (absl::Status s = executor.Offline(); !s.ok())
    return s;
  return executor.Online();
}

// An owner, with inputs and parameters of zeros.
absl::Status RunOwner(const char *owner, const Program &program, const Links &links) {
  absl::StatusOr<OwnerSeeds> seeds = OwnerHandshake(ParametersOf(program), links);
  if (!seeds.ok())
    return seeds.status();
  const Entry &entry = program.entries[0];
  OwnerSession session(program, entry, owner, *seeds);
  NamedTensors inputs;
  if (std::string_view(owner) == "client")
    for (const Port &port : entry.inputs)
      inputs.emplace_back(port.name, Tensor(program.types[port.type].kind, program.types[port.type].shape));
  const auto load = [&](uint32_t param) -> absl::StatusOr<Tensor> {
    const Type &type = program.types[program.params[param].type];
    return Tensor(type.kind, type.shape);
  };
  if (absl::Status s = session.Prepare(inputs, load); !s.ok())
    return s;
  if (absl::Status s = session.SendPublic(links); !s.ok())
    return s;
  if (absl::Status s = session.SendShares(links); !s.ok())
    return s;
  return session.ReceiveOutputs(links).status();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::Input input(data, size);
  const int who = input.Byte() % 5;
  const Program &program = Programs()[input.Byte() % Programs().size()];
  std::vector<HostileLink> links;
  for (int peer = 0; peer < 5; ++peer)
    links.emplace_back(&input, peer, &program);
  const auto to = [&](int peer) -> Link * { return peer == who || (who >= 3 && peer >= 3) ? nullptr : &links[peer]; };
  const Links all{to(0), to(1), to(2), to(3), to(4)};
  if (who < 3)
    (void)RunParty(who, program, all);
  else
    (void)RunOwner(who == 3 ? "client" : "model", program, all);
  return 0;
}
