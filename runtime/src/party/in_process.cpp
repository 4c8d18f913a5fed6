// All parties of a run in one process: three threads for P0, P1, P2, the caller's for the owners.
#include "tacit/in_process.h"

#include <cstring>
#include <thread>

namespace tacit {

namespace {

Seed Numbered(uint64_t number, uint64_t which) {
  Seed seed{};
  const uint64_t words[2] = {number, which};
  const Digest digest = Sha256({reinterpret_cast<const uint8_t*>(words), sizeof words});
  std::memcpy(seed.data(), digest.data(), seed.size());
  return seed;
}

absl::Status RunParty(PartyRun& party) {
  absl::Status status = party.ReceivePublicAndPreamble();
  if (status.ok()) status = party.ReceiveWeights();
  if (status.ok()) status = party.Offline();
  if (status.ok()) status = party.Online();
  return status;
}

}  // namespace

InProcessSeeds InProcessSeeds::FromNumber(uint64_t number) {
  return {Numbered(number, 1),
          Numbered(number, 2),
          Numbered(number, 3),
          {Numbered(number, 4), Numbered(number, 5)},
          {Numbered(number, 6), Numbered(number, 7)}};
}

PartySeeds InProcessSeeds::Of(int party) const {
  PartySeeds seeds;
  if (party == 0) return {s01, s02, {}, client, model};
  if (party == 1) {
    seeds.s01 = s01;
    seeds.client.first = client.first;
    seeds.model.first = model.first;
  } else {
    seeds.s02 = s02;
    seeds.client.second = client.second;
    seeds.model.second = model.second;
  }
  seeds.s12 = s12;
  return seeds;
}

absl::StatusOr<InProcessResult> RunInProcess(const Program& program, const Entry& entry, const NamedTensors& inputs,
                                             const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load, const InProcessSeeds& seeds,
                                             const InProcessOptions& options) {
  OwnerSession client(program, entry, "client", seeds.client, options.invocation),
      model(program, entry, "model", seeds.model, options.invocation);
  if (absl::Status status = client.Prepare(inputs, load); !status.ok()) return status;
  if (absl::Status status = model.Prepare({}, load); !status.ok()) return status;

  // Ends 0 to 2 are the parties, 3 the client, 4 the model's owner; link[i][j] is i's end of the link to j.
  constexpr int kEnds = 5;
  std::array<std::array<std::unique_ptr<Link>, kEnds>, kEnds> link;
  for (int i = 0; i < kEnds; ++i)
    for (int j = i + 1; j < kEnds; ++j)
      if (i < 3) std::tie(link[i][j], link[j][i]) = MakeMemoryLink();
  if (options.wrap) {
    for (int i = 0; i < kEnds; ++i)
      for (int j = 0; j < kEnds; ++j)
        if (link[i][j] != nullptr) link[i][j] = options.wrap(i, j, std::move(link[i][j]));
  }
  const auto links = [&](int i) { return Links{link[i][0].get(), link[i][1].get(), link[i][2].get(), link[i][3].get(), link[i][4].get()}; };
  const auto close = [&](int i, const absl::Status& why) {
    for (const std::unique_ptr<Link>& l : link[i])
      if (l != nullptr) l->Close(why);
  };

  ExecutorOptions executor_options;
  executor_options.invocation = options.invocation;
  std::array<std::unique_ptr<PartyRun>, 3> parties;
  std::array<absl::Status, 4> statuses;
  for (int p = 0; p < 3; ++p) {
    if (options.party) {
      auto made = options.party(p, seeds.Of(p), links(p), executor_options);
      if (!made.ok()) return made.status();
      parties[p] = *std::move(made);
    } else {
      parties[p] = std::make_unique<PartyExecutor>(program, entry, p, seeds.Of(p), links(p), executor_options);
    }
  }
  std::array<std::thread, 3> threads;
  for (int p = 0; p < 3; ++p) {
    threads[p] = std::thread([&, p] {
      statuses[p] = RunParty(*parties[p]);
      // One party's error ends all.
      if (!statuses[p].ok()) close(p, statuses[p]);
    });
  }
  InProcessResult result;
  absl::Status owners = client.SendPublic(links(3));
  if (owners.ok()) owners = model.SendPublic(links(4));
  if (owners.ok()) owners = model.SendShares(links(4));
  if (owners.ok()) owners = client.SendShares(links(3));
  if (owners.ok()) {
    absl::StatusOr<NamedTensors> outputs = client.ReceiveOutputs(links(3));
    if (outputs.ok()) {
      result.outputs = *std::move(outputs);
    } else {
      owners = outputs.status();
    }
  }
  if (owners.ok()) {
    absl::StatusOr<NamedTensors> outputs = model.ReceiveOutputs(links(4));
    if (outputs.ok()) {
      for (auto& output : *outputs) result.outputs.push_back(std::move(output));
    } else {
      owners = outputs.status();
    }
  }
  statuses[3] = owners;
  if (!owners.ok()) {
    close(3, owners);
    close(4, owners);
  }
  for (std::thread& thread : threads) thread.join();
  // The error that the others were told of comes first.
  for (const absl::Status& status : statuses)
    if (!status.ok() && !absl::IsAborted(status) && !absl::IsUnavailable(status)) return status;
  for (const absl::Status& status : statuses)
    if (!status.ok()) return status;
  if (parties[0]->public_digest() != parties[1]->public_digest() || parties[0]->public_digest() != parties[2]->public_digest())
    return absl::InternalError("the parties derived different public values");
  for (int i = 0; i < kEnds; ++i) {
    for (size_t section = 0; section < 5; ++section)
      for (const std::unique_ptr<Link>& l : link[i])
        if (l != nullptr) result.sent[i][section] += l->sent(static_cast<Section>(section));
    if (i < 3) result.counters[i] = parties[i]->counters();
  }
  return result;
}

}  // namespace tacit
