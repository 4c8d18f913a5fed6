// Runs one entry of a program as one of the three parties, over links that somebody else made; and the owners' side of the same run.
//
// Order of a run, the same at every party (P0, P1, P2 in step only where a message forces it):
//   ReceivePublicAndPreamble()  public inputs and published values arrive; the public part runs; public_digest() is then compared
//   ReceiveWeights()            evaluators: the model owner's masked values
//   Offline()                   P0: runs the program on masks and deals, then it is done; evaluators: receive and keep what is dealt
//   Online()                    evaluators: receive the client's masked values, run, send the results' summands to the owners
//
// Messages (transport.h), in the order in which they are sent on each link:
//   kPublic   client -> P0, P1, P2   one per input port of owner "public", round = index in Entry::inputs; section kIo
//             owner -> P0, P1, P2    one per published result of a clear function, round = inputs.size() + share number; kIo or kSetup
//   kWeights  model -> P1, P2        one per masked result of a clear function of the model, round = share number; kSetup
//   kDeal     P0 -> receiver         one per instruction that deals, round = index of the instruction; kOffline
//   kInput    client -> P1, P2       one per masked result of a clear function of the client, round = share number; kIo
//   kRound    P1 <-> P2              one per round, round = its number: the packed halves of its remasks one after the other; kOnline
//   kReveal   P1, P2 -> owner        one per share.reveal, round = index of the instruction; kIo
// The share number of a clear function's result counts the results of all clear functions of the entry in order, from 0. A masked payload
// is m packed to k bits (bits: one bit each); a public payload is the tensor's
// little-endian elements (i1: a byte each), or ring elements packed to k bits where a clear function publishes a value of kind Public.
#ifndef TACIT_EXECUTOR_H
#define TACIT_EXECUTOR_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tacit/gates.h"
#include "tacit/program.h"
#include "tacit/tensor.h"
#include "tacit/transport.h"

namespace tacit {

// Links of one end; those that it does not use are null. Not owned.
struct Links {
  Link* p0 = nullptr;
  Link* p1 = nullptr;
  Link* p2 = nullptr;
  Link* client = nullptr;
  Link* model = nullptr;
};

// What one instruction cost this party.
struct OpCounters {
  uint64_t online_sent = 0;  // remask: bytes of this evaluator's half
  uint64_t online_received = 0;
  uint64_t offline_to_p1 = 0;  // dealt bytes by receiver, as sent by P0 or received by the evaluator
  uint64_t offline_to_p2 = 0;
  uint64_t io_sent = 0;  // reveal
  uint64_t prg_bytes = 0;
  uint64_t ring_macs = 0;
  double offline_seconds = 0;
  double online_seconds = 0;  // a remask's includes its share of waiting for the peer
};

struct Counters {
  std::vector<OpCounters> ops;   // by instruction
  uint64_t deal_messages = 0;    // sent (P0) or received
  uint64_t rounds = 0;           // kRound messages exchanged
  uint64_t owner_prg_bytes = 0;  // expansion of owners' masks
  double preamble_seconds = 0, weights_seconds = 0, offline_seconds = 0, online_seconds = 0;

  OpCounters Sum() const;     // over all instructions
  uint64_t PrgBytes() const;  // all of this party's, owners' masks included
};

struct ExecutorOptions {
  uint32_t invocation = 0;  // count of runs of this session; part of every PRG address
  // Called after each instruction (and at the end of a round) with how many are done, of how many; may be empty.
  std::function<void(size_t done, size_t total)> progress;
};

// One run of one party, whatever its program was made from: a container (PartyExecutor) or emitted C++ (emitted.h).
class PartyRun {
 public:
  virtual ~PartyRun() = default;

  // Errors of all phases: what a link says; InvalidArgument or DataLoss for values that cannot be. After an error the run is over: the
  // caller closes its links with it.
  virtual absl::Status ReceivePublicAndPreamble() = 0;
  // SHA-256 over every public value that the rest of the run depends on: public inputs, published values, encoded values, indices.
  virtual Digest public_digest() const = 0;
  virtual absl::Status ReceiveWeights() = 0;
  virtual absl::Status Offline() = 0;
  virtual absl::Status Online() = 0;
  virtual const Counters& counters() const = 0;
};

class PartyExecutor : public PartyRun {
 public:
  // `program` and `entry` (one of its entries) must outlive the executor. `party` is 0, 1 or 2.
  PartyExecutor(const Program& program, const Entry& entry, int party, const PartySeeds& seeds, const Links& links,
                const ExecutorOptions& options = {});
  ~PartyExecutor() override;

  absl::Status ReceivePublicAndPreamble() override;
  Digest public_digest() const override;
  absl::Status ReceiveWeights() override;
  absl::Status Offline() override;
  absl::Status Online() override;
  const Counters& counters() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What an owner does for an entry: its clear functions, the sharing of their results, the reading of revealed values.
class OwnerSession {
 public:
  // `owner` is "client" or "model"; seeds are those it agreed with P0 and P1, and with P0 and P2.
  OwnerSession(const Program& program, const Entry& entry, std::string owner, const OwnerSeeds& seeds, uint32_t invocation = 0);
  ~OwnerSession();

  // Runs the owner's clear functions and encodes their results; nothing is sent. `inputs` by ONNX name: all inputs of the entry for the
  // client (public ones too), none for the model. `load` fetches parameters by index in Program::params (the model's). InvalidArgument
  // names an input that is missing, unknown or of another shape, and a value that is NaN, infinite or out of its range.
  absl::Status Prepare(const NamedTensors& inputs, const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load);
  // kPublic messages to all three parties.
  absl::Status SendPublic(const Links& links);
  // kWeights or kInput messages to P1 and P2.
  absl::Status SendShares(const Links& links);
  // Receives what is revealed to this owner. In the order of Entry::outputs.
  absl::StatusOr<NamedTensors> ReceiveOutputs(const Links& links);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SHA-256.
Digest Sha256(absl::Span<const uint8_t> bytes);

}  // namespace tacit

#endif
