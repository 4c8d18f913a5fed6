// What a scheduled program will send, expand and multiply, from the gates' declared formulas alone. The runtime counts the
// bytes that it hands to sockets; both must be equal, exactly (decisions, 3 and 14; interfaces.md, "cost.json").
#ifndef MPC_TARGET_COST_H
#define MPC_TARGET_COST_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <string>
#include <vector>

namespace mlir::mpc {

// What the instructions of one origin cost: an mpc op of one ONNX node.
struct OpCost {
  std::string name;
  std::string kind;
  int64_t elements = 0; // opened by its remasks
  int64_t rounds = 0;   // distinct rounds that its remasks take part in
  int64_t onlineBytes = 0;
  int64_t offlineBytes = 0;
};

// One entry point. Pairs of parties in the order P0-P1, P0-P2, P1-P2; both directions counted.
struct EntryCost {
  std::string entry;
  int64_t onlineRounds = 0;
  std::array<int64_t, 3> online{};
  int64_t offlineMessages = 0; // instructions that deal
  std::array<int64_t, 3> offline{};
  std::array<int64_t, 3> io{}; // owner-P0, owner-P1, owner-P2
  int64_t setup = 0;
  std::vector<OpCost> ops;           // those that send anything, in the order in which they first do
  std::array<int64_t, 3> ringMacs{}; // P0, P1, P2
  std::array<int64_t, 3> prgBytes{};
};

// The cost of every function of a scheduled module; failure with a diagnostic where it is not scheduled.
FailureOr<std::vector<EntryCost>> computeCost(ModuleOp module);

// cost.json: {"entries": [...]}.
llvm::json::Value toJson(const std::vector<EntryCost> &entries);

} // namespace mlir::mpc

#endif
