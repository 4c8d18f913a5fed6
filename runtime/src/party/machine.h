// The steps of a party, whoever walks the program: the container's executor (executor.cpp) and emitted C++ (emitted.cpp) call the same
// functions, so that both send the same messages and count the same bytes.
#ifndef TACIT_PARTY_MACHINE_H
#define TACIT_PARTY_MACHINE_H

#include <chrono>
#include <vector>

#include "tacit/executor.h"
#include "tacit/gates.h"

typedef struct evp_md_ctx_st EVP_MD_CTX;

namespace tacit {

class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// SHA-256 over tagged pieces, each with its value's number and its length: what the parties compare after the public part.
class PublicDigest {
 public:
  PublicDigest();
  ~PublicDigest();
  PublicDigest(const PublicDigest&) = delete;
  PublicDigest& operator=(const PublicDigest&) = delete;

  void Add(uint64_t number, const void* data, uint64_t bytes);
  void Add(uint64_t number, const Held& held);
  Digest Finish();

 private:
  EVP_MD_CTX* context_;
};

// A masked value that an owner shares: whose, its share number (names its message), the address of its masks.
struct OwnedValue {
  absl::string_view owner;
  uint32_t number;
  uint32_t address;
  const Type* type;
};

// Links, PRGs, dealt material and counters of one party in one run; values belong to the caller. Errors are those of PartyRun
// (executor.h), without the instruction that they happened at.
class Machine {
 public:
  Machine(int party, const PartySeeds& seeds, const Links& links, uint16_t entry, uint32_t invocation, size_t instructions, size_t shares);

  Role role() const { return role_; }
  bool helper() const { return role_ == Role::kHelper; }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }

  // One kPublic message: a public input of the client, or what an owner publishes.
  absl::StatusOr<Held> ReceivePublic(absl::string_view owner, uint32_t round, const Type& type);
  // One instruction on public values: clear ops by the clear kernels, ring elements as every role holds them. `origin` names the node
  // in errors.
  absl::Status RunPublic(const GateCall& call, absl::string_view origin, Held* result);

  // An evaluator keeps the owner's message, packed, until the value is expanded: masks from the owner's seeds, m from the message.
  absl::Status ReceiveMasked(const OwnedValue& value, MessageKind kind);
  Held ExpandOwned(const OwnedValue& value);

  // An evaluator receives what instruction `i` deals to it.
  absl::Status ReceiveDealt(size_t i, uint64_t bytes);
  // Any instruction but remask and reveal. `dealt_bytes` is what it deals, which P0 sends; negative for an op that deals
  // nothing.
  absl::Status RunLocal(size_t i, const GateCall& call, int64_t dealt_bytes, Held* result);
  // P0 makes both halves of the fresh mask. An evaluator queues its half of the masked value; `*result`, which must stay where it is, is
  // written by Exchange.
  void Remask(size_t i, uint32_t address, const Held& x, const Type& type, Held* result);
  // The queued remasks, which share this round: one message each way between the evaluators. Nothing at P0.
  absl::Status Exchange(int64_t round);
  // Each evaluator's summand under a fresh sharing of zero (protocol.md, "reveal to an owner"). Nothing at P0.
  absl::Status Reveal(size_t i, uint32_t address, absl::string_view owner, const Held& x, const Type& type);

 private:
  struct Opening {
    size_t instruction;
    const Type* type;
    Words own, mask;  // this evaluator's half of the masked value, and of the mask
    Held* result;
  };

  absl::StatusOr<Link*> OwnerLink(absl::string_view owner) const;
  // The half of every mask that this evaluator holds.
  int half() const { return static_cast<int>(role_); }
  Link* peer() const { return role_ == Role::kFirst ? links_.p2 : links_.p1; }

  const Role role_;
  const Links links_;
  GateIo io_;
  std::vector<Bytes> arrived_;  // masked inputs by share number
  std::vector<Bytes> dealt_;    // by instruction: what P0 sent here
  std::vector<Opening> openings_;
  Bytes round_;  // the packed halves of `openings_`
  Counters counters_;
};

}  // namespace tacit

#endif
