#include "mpc/Pipelines/ChooseWidths.h"
#include "mpc/Target/Cost.h"
#include "llvm/Support/FormatVariadic.h"
#include <numeric>

using namespace mlir;
using namespace mlir::mpc;

// From "never wider than needed" to "no extension that width can spare", around what decides for single rows and for whole matrices.
static constexpr int64_t kCandidates[] = {0, 16 << 10, 64 << 10, 128 << 10, 512 << 10, 8 << 20};

FailureOr<WidthChoice> mlir::mpc::chooseWidths(ModuleOp module, const PhaseOptions &options, int64_t networkRound) {
  std::optional<WidthChoice> best;
  auto weigh = [&](const WidthChoice &choice) {
    return static_cast<double>(choice.bytes) + static_cast<double>(choice.rounds) * static_cast<double>(networkRound);
  };
  for (int64_t candidate : kCandidates) {
    PhaseOptions trial = options;
    trial.roundBytes = candidate;
    OwningOpRef<ModuleOp> copy = module.clone();
    if (failed(runPhases(*copy, {Phase::Precision, Phase::Protocol, Phase::Schedule}, trial)))
      return failure();
    FailureOr<std::vector<EntryCost>> costs = computeCost(*copy);
    if (failed(costs))
      return failure();
    WidthChoice choice{candidate, 0, 0};
    for (const EntryCost &cost : *costs) {
      choice.rounds += cost.onlineRounds;
      choice.bytes += std::accumulate(cost.online.begin(), cost.online.end(), int64_t{0}) +
                      std::accumulate(cost.offline.begin(), cost.offline.end(), int64_t{0});
    }
    if (!best || weigh(choice) < weigh(*best))
      best = choice;
  }
  return *best;
}
