// The three executors and the owners in one process, over in-memory links: the `exact` interpreter and tests. Nothing is private here.
#ifndef TACIT_IN_PROCESS_H
#define TACIT_IN_PROCESS_H

#include <array>
#include <functional>

#include "absl/status/statusor.h"
#include "tacit/executor.h"

namespace tacit {

struct InProcessSeeds {
  Seed s01{}, s02{}, s12{};
  OwnerSeeds client, model;
  // All seeds derived from one number, for reproducible runs.
  static InProcessSeeds FromNumber(uint64_t number);
  // What party 0, 1 or 2 holds of them.
  PartySeeds Of(int party) const;
};

struct InProcessResult {
  NamedTensors outputs;
  std::array<Counters, 3> counters;
  // Payload bytes by section (index: Section), as the links counted them: P0's, P1's, P2's, the client's and the model's sending.
  std::array<std::array<uint64_t, 5>, 5> sent{};
};

struct InProcessOptions {
  uint32_t invocation = 0;
  // Takes each end's link (ends: P0, P1, P2, client 3, model 4) and gives what is used in its place: tests look at messages, or damage
  // them.
  std::function<std::unique_ptr<Link>(int end, int peer, std::unique_ptr<Link>)> wrap;
  // Makes a party's run in place of PartyExecutor: an emitted program's (emitted.h).
  std::function<absl::StatusOr<std::unique_ptr<PartyRun>>(int party, const PartySeeds&, const Links&, const ExecutorOptions&)> party;
};

// Runs `entry` on `inputs` (secret and public ones by ONNX name); `load` gives the model's parameters.
absl::StatusOr<InProcessResult> RunInProcess(const Program& program, const Entry& entry, const NamedTensors& inputs,
                                             const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load, const InProcessSeeds& seeds,
                                             const InProcessOptions& options = {});

}  // namespace tacit

#endif
