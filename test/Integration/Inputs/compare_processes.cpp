// Runs a bundle twice under the same seeds, in one process over links in memory, as `exact` does, and as three processes over sockets, as
// mpc-run does; compares the outputs bit by bit, and writes them.
//
//   compare_processes BUNDLE CASE.npz NUMBER OUT.npz     NUMBER: what the seeds are made of, as mpc-interpret --seed
//
// Prints "N outputs, M numbers alike" and gives 0, or what differs first and 1.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tacit/bundle.h"
#include "tacit/case.h"
#include "tacit/executor.h"
#include "tacit/in_process.h"
#include "tacit/npz.h"
#include "tacit/socket_link.h"

namespace {

using namespace tacit;

constexpr int kEnds = 5;  // P0, P1, P2, the data owner, the model's owner
constexpr double kDeadline = 120;

int Fail(const std::string& what) {
  std::fprintf(stderr, "error: %s\n", what.c_str());
  return 1;
}

// The two descriptors of the link between two ends, by the lower end and the higher.
using Sockets = std::map<std::pair<int, int>, std::array<int, 2>>;

// Links of one end; the descriptors of other ends are closed, so that an end that dies is noticed.
class Ends {
 public:
  Ends(const Sockets& sockets, int self) {
    std::vector<SocketLink*> mine;
    for (const auto& [ends, fds] : sockets)
      for (int side = 0; side < 2; ++side) {
        const int end = side == 0 ? ends.first : ends.second, peer = side == 0 ? ends.second : ends.first;
        if (end != self) continue;
        SocketLinkOptions options;
        options.peer = "end " + std::to_string(peer);
        options.deadline_s = kDeadline;
        auto link = SocketLink::Make(fds[side], options);
        mine.push_back(link.get());
        links_[peer] = std::move(link);
      }
    SocketLink::Watch(mine);
  }
  Links view() const { return {links_[0].get(), links_[1].get(), links_[2].get(), links_[3].get(), links_[4].get()}; }
  // A party stays until the data owner has its outputs: who ends sooner is taken for dead.
  absl::Status AwaitDone() {
    links_[3]->SetDeadline(std::numeric_limits<double>::infinity());
    SocketLink::Watch({links_[3].get()});
    return links_[3]->Receive(MessageKind::kDone, 0, 0).status();
  }
  absl::Status SendDone() {
    for (int party = 0; party < 3; ++party) {
      absl::Status status = links_[party]->Send(MessageKind::kDone, 0, Section::kControl, {});
      if (status.ok()) status = links_[party]->Flush();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  std::array<std::unique_ptr<SocketLink>, kEnds> links_;
};

void CloseOthers(const Sockets& sockets, const std::function<bool(int)>& mine) {
  for (const auto& [ends, fds] : sockets) {
    if (!mine(ends.first)) close(fds[0]);
    if (!mine(ends.second)) close(fds[1]);
  }
}

// A party from its links to its exit status: 0, or 1 after an error on standard error.
int RunParty(const Program& program, const Entry& entry, int party, const InProcessSeeds& seeds, const Sockets& sockets) {
  CloseOthers(sockets, [&](int end) { return end == party; });
  Ends ends(sockets, party);
  PartyExecutor run(program, entry, party, seeds.Of(party), ends.view(), {});
  absl::Status status = run.ReceivePublicAndPreamble();
  if (status.ok()) status = run.ReceiveWeights();
  if (status.ok()) status = run.Offline();
  if (status.ok()) status = run.Online();
  if (status.ok()) status = ends.AwaitDone();
  if (!status.ok()) return Fail("P" + std::to_string(party) + ": " + status.ToString());
  return 0;
}

absl::StatusOr<NamedTensors> RunOwners(const Program& program, const Entry& entry, const NamedTensors& inputs,
                                       const std::function<absl::StatusOr<Tensor>(uint32_t)>& load, const InProcessSeeds& seeds,
                                       const Sockets& sockets) {
  OwnerSession client(program, entry, "client", seeds.client), model(program, entry, "model", seeds.model);
  Ends at_client(sockets, 3), at_model(sockets, 4);
  absl::Status status = client.Prepare(inputs, load);
  if (status.ok()) status = model.Prepare({}, load);
  if (status.ok()) status = client.SendPublic(at_client.view());
  if (status.ok()) status = model.SendPublic(at_model.view());
  if (status.ok()) status = model.SendShares(at_model.view());
  if (status.ok()) status = client.SendShares(at_client.view());
  if (!status.ok()) return status;
  auto outputs = client.ReceiveOutputs(at_client.view());
  if (!outputs.ok()) return outputs;
  if (status = at_client.SendDone(); !status.ok()) return status;
  return outputs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return Fail("usage: compare_processes BUNDLE CASE.npz NUMBER OUT.npz");
  auto bundle = Bundle::Open(argv[1]);
  if (!bundle.ok()) return Fail(bundle.status().ToString());
  const Program& program = (*bundle)->program();
  const Entry& entry = program.entries.at(0);
  auto tensors = ReadCase(argv[2], entry);
  if (!tensors.ok()) return Fail(tensors.status().ToString());
  auto inputs = SelectInputs(program, entry, *tensors);
  if (!inputs.ok()) return Fail(inputs.status().ToString());
  const auto load = [&](uint32_t param) { return (*bundle)->LoadParam(param); };
  const InProcessSeeds seeds = InProcessSeeds::FromNumber(std::strtoull(argv[3], nullptr, 10));

  // Before any thread is made.
  Sockets sockets;
  for (int i = 0; i < 3; ++i)
    for (int j = i + 1; j < kEnds; ++j) {
      auto pair = SocketPair();
      if (!pair.ok()) return Fail(pair.status().ToString());
      sockets[{i, j}] = {pair->first, pair->second};
    }
  std::array<pid_t, 3> parties;
  for (int party = 0; party < 3; ++party) {
    parties[party] = fork();
    if (parties[party] < 0) return Fail("fork");
    if (parties[party] == 0) _exit(RunParty(program, entry, party, seeds, sockets));
  }
  CloseOthers(sockets, [](int end) { return end >= 3; });
  const auto apart = RunOwners(program, entry, *inputs, load, seeds, sockets);
  bool failed = false;
  for (pid_t party : parties) {
    int status = 0;
    failed |= waitpid(party, &status, 0) != party || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  if (!apart.ok()) return Fail(apart.status().ToString());
  if (failed) return Fail("a party failed");

  const auto together = RunInProcess(program, entry, *inputs, load, seeds);
  if (!together.ok()) return Fail(together.status().ToString());
  if (absl::Status status = WriteNpz(argv[4], *apart); !status.ok()) return Fail(status.ToString());
  const NamedTensors& outputs = together->outputs;
  if (outputs.empty() || outputs.size() != apart->size()) return Fail("another number of outputs");
  int64_t numbers = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [name, x] = outputs[i];
    const auto& [other, y] = (*apart)[i];
    if (name != other || x.shape() != y.shape() || x.bytes() != y.bytes() ||
        std::memcmp(x.data<uint8_t>(), y.data<uint8_t>(), x.bytes()) != 0)
      return Fail("output " + name + " differs");
    numbers += x.size();
  }
  std::printf("%zu outputs, %ld numbers alike\n", outputs.size(), static_cast<long>(numbers));
  return 0;
}
