// A run on this machine: three party processes, and in this process the two owners (mpc-run).
#ifndef TACIT_SESSION_H
#define TACIT_SESSION_H

#include <array>
#include <string>

#include "absl/status/statusor.h"
#include "tacit/bundle.h"
#include "tacit/report.h"
#include "tacit/socket_link.h"

namespace tacit {

struct RunOptions {
  std::string party_binary;  // mpc-party
  std::array<std::string, 3> emitted{};  // in its place at P0, P1, P2: programs compiled from emitted C++; "" for none
  std::string entry;         // "": the only one, or main
  std::string network;       // "", lan, wan, RTT_MS:MBIT
  int threads = 1;           // of each party
  double deadline_s = 60;    // longest wait for a message
  uint64_t queue_bytes = 0;  // of a link (socket_link.h); 0: its default
  // Testing: a fault of one end (fault.h), and a folder for the parties' memory and traffic.
  std::string fault;
  std::string dump_folder;
  std::array<std::string, 3>* ends = nullptr;  // how each party ended: "exit 1", "signal 9", "killed" where it had to be, "" if never started
};

struct RunResult {
  NamedTensors outputs;  // in the order of Entry::outputs
  Json report;           // one entry's object, without comparison; its figures equal the compiler's cost
};

// Starts the parties, shares weights and `inputs` (by ONNX name), runs, and gathers outputs and report. Each party knows the program, its
// links and nothing else. Errors: InvalidArgument for inputs, what a party said when the session ended, Internal when counted and
// compiled cost differ. No process is left when it returns.
absl::StatusOr<RunResult> RunSession(Bundle& bundle, const NamedTensors& inputs, const RunOptions& options);

// The descriptors that a party process is started with: the program, then links to P0, P1, P2 (its own is closed), client, model, traffic.
inline constexpr int kProgramFd = 3;
inline constexpr int kFirstLinkFd = 4;
inline constexpr int kTrafficFd = 9;

}  // namespace tacit

#endif
