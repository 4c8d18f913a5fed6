// The owners' side of a run: clear functions, encoding, masking, and the reading of results.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "party/gate_functions.h"
#include "party/plan.h"
#include "tacit/clear.h"
#include "tacit/executor.h"

namespace tacit {

struct OwnerSession::State {
  State(const Program& p, const Entry& e, std::string name, const OwnerSeeds& seeds, uint32_t run)
      : program(p),
        entry(e),
        owner(std::move(name)),
        plan(p, e),
        first(seeds.first),
        second(seeds.second),
        invocation(run),
        payload(plan.shared.size()) {}

  const Program& program;
  const Entry& entry;
  const std::string owner;
  const Plan plan;
  const Prg first, second;
  const uint32_t invocation;
  std::vector<Bytes> inputs;   // by input port: what a public one carries
  std::vector<Bytes> payload;  // by share number

  bool client() const { return owner == "client"; }
  Section section() const { return client() ? Section::kIo : Section::kSetup; }
  absl::Status CheckInputs(const NamedTensors& given, std::vector<const Tensor*>* ports) const;
  absl::StatusOr<Bytes> Mask(const SharedResult& shared, const Tensor& clear) const;
  std::string Source(const ClearFunction& function) const;
};

namespace {

// The first element outside a range, or -1. What a computation of the owner rounds may lie past an end that was proved of exact numbers;
// formats have room for that (docs/spec/formats.md).
int64_t FirstOutside(const Tensor& tensor, const Range& range, bool computed) {
  if (!range.bounded()) return -1;
  constexpr double kSlack = 1.0 / 4096;
  const double low = computed ? range.low - kSlack * std::fabs(range.low) : range.low;
  const double high = computed ? range.high + kSlack * std::fabs(range.high) : range.high;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double x = tensor.At(i);
    if (!(x >= low && x <= high)) return i;
  }
  return -1;
}

std::string Describe(const Range& range) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string low = absl::StrFormat("%.10g", range.low), high = absl::StrFormat("%.10g", range.high);
  if (range.high == kInfinity) return low + " and above";
  if (range.low == -kInfinity) return high + " and below";
  return absl::StrCat("between ", low, " and ", high);
}

}  // namespace

OwnerSession::OwnerSession(const Program& program, const Entry& entry, std::string owner, const OwnerSeeds& seeds, uint32_t invocation)
    : state_(std::make_unique<State>(program, entry, std::move(owner), seeds, invocation)) {}
OwnerSession::~OwnerSession() = default;

// Every input there once, of its type, finite, and in the range that the program assumes. Errors name no value: those are secret.
absl::Status OwnerSession::State::CheckInputs(const NamedTensors& given, std::vector<const Tensor*>* ports) const {
  ports->assign(entry.inputs.size(), nullptr);
  for (const auto& [name, tensor] : given) {
    size_t i = 0;
    while (i < entry.inputs.size() && entry.inputs[i].name != name) ++i;
    if (i == entry.inputs.size())
      return absl::InvalidArgumentError(absl::StrCat("input '", name, "': the entry has no input of this name"));
    if ((*ports)[i] != nullptr) return absl::InvalidArgumentError(absl::StrCat("input '", name, "' is given twice"));
    const Type& type = program.types[entry.inputs[i].type];
    if (tensor.kind() != type.kind || tensor.shape() != type.shape) {
      return absl::InvalidArgumentError(absl::StrCat("input '", name, "': expected ", Describe(type.kind, type.shape), ", found ",
                                                     Describe(tensor.kind(), tensor.shape())));
    }
    if (tensor.kind() == Kind::kF32) {
      for (int64_t j = 0; j < tensor.size(); ++j) {
        const float x = tensor.f32()[j];
        // A public mask may hold infinities; what it becomes is checked where it is encoded.
        if (std::isnan(x) || (std::isinf(x) && entry.inputs[i].owner != "public"))
          return absl::InvalidArgumentError(absl::StrCat("input '", name, "': the value at element ", j, " is not a finite number"));
      }
    }
    const Range& range = entry.inputs[i].range;
    if (const int64_t j = FirstOutside(tensor, range, /*computed=*/false); j >= 0) {
      return absl::InvalidArgumentError(absl::StrCat("input '", name, "': the value at element ", j,
                                                     " is outside of what the program is made for, which is ", Describe(range)));
    }
    (*ports)[i] = &tensor;
  }
  for (size_t i = 0; i < ports->size(); ++i)
    if ((*ports)[i] == nullptr) return absl::InvalidArgumentError(absl::StrCat("input '", entry.inputs[i].name, "' is missing"));
  return absl::OkStatus();
}

// What a clear function reads, by the names that its owner knows: "input 'a'", "weight 'w'".
std::string OwnerSession::State::Source(const ClearFunction& function) const {
  std::string names;
  for (uint32_t argument : function.arguments) absl::StrAppend(&names, names.empty() ? "" : ", ", "'", entry.inputs[argument].name, "'");
  for (uint32_t param : function.params) absl::StrAppend(&names, names.empty() ? "" : ", ", "'", program.params[param].name, "'");
  const bool several = function.arguments.size() + function.params.size() > 1;
  if (names.empty()) return absl::StrCat("constant of the ", owner);
  return absl::StrCat(client() ? "input" : "weight", several ? "s " : " ", names);
}

// m = x + l1 + l2, packed; published ring elements without a mask.
absl::StatusOr<Bytes> OwnerSession::State::Mask(const SharedResult& shared, const Tensor& clear) const {
  const Type& type = program.TypeOf(entry, shared.value);
  // Names what went wrong by what the value is made of and the op that made it.
  std::string what = Source(*shared.function);
  for (const Instruction& instruction : shared.function->instructions) {
    if (instruction.results[0] == shared.function->results[shared.result] && instruction.origin < program.origins.size())
      absl::StrAppend(&what, ", computed by '", program.origins[instruction.origin].name, "'");
  }
  if (!shared.function->ranges.empty()) {
    const Range& range = shared.function->ranges[shared.result];
    if (const int64_t i = FirstOutside(clear, range, /*computed=*/true); i >= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": the value at element ", i, " is outside of what the program is made for, which is ", Describe(range)));
    }
  }
  const bool bits = gates::IsBit(type.kind);
  absl::StatusOr<Words> x = bits ? EncodeBits(clear, what) : EncodeRing(clear, type.width, type.fraction, what);
  if (!x.ok()) return x.status();
  Words l(x->size());
  for (const Prg* prg : {&first, &second}) {
    if (shared.published) break;
    prg->Fill({plan.entry_index, invocation, shared.address, Purpose::kOwner, 0}, bits ? 64 : type.width, absl::MakeSpan(l));
    if (bits) {
      for (size_t i = 0; i < l.size(); ++i) (*x)[i] ^= l[i];
    } else {
      kernels::Add(type.width, type.shape, {x->data(), &type.shape}, {l.data(), &type.shape}, x->data());
    }
  }
  if (bits && type.elements() % 64 != 0) x->back() &= LowMask(type.elements() % 64);
  Bytes out;
  AppendPacked(*x, type, &out);
  return out;
}

absl::Status OwnerSession::Prepare(const NamedTensors& inputs, const std::function<absl::StatusOr<Tensor>(uint32_t param)>& load) {
  State& s = *state_;
  std::vector<const Tensor*> ports;
  if (s.client()) {
    if (absl::Status status = s.CheckInputs(inputs, &ports); !status.ok()) return status;
    s.inputs.resize(ports.size());
    for (size_t i = 0; i < ports.size(); ++i)
      if (s.entry.inputs[i].owner == "public") s.inputs[i] = PublicBytes(*ports[i]);
  }
  size_t number = 0;
  for (const ClearFunction& function : s.entry.clear) {
    if (function.owner != s.owner) {
      number += function.results.size();
      continue;
    }
    std::vector<const Tensor*> arguments;
    for (uint32_t a : function.arguments) arguments.push_back(ports[a]);
    absl::StatusOr<std::vector<Tensor>> results = RunClearFunction(s.program, function, arguments, load);
    if (!results.ok()) return absl::Status(results.status().code(), absl::StrCat(s.Source(function), ": ", results.status().message()));
    for (const Tensor& result : *results) {
      const SharedResult& shared = s.plan.shared[number];
      const Type& type = s.program.TypeOf(function, function.results[shared.result]);
      if (result.kind() != type.kind || result.shape() != type.shape)
        return absl::InternalError(absl::StrCat("a clear function of the ", s.owner, " gives ", Describe(result.kind(), result.shape())));
      if (shared.published && IsClear(s.program.TypeOf(s.entry, shared.value).kind)) {
        s.payload[number] = PublicBytes(result);
      } else {
        absl::StatusOr<Bytes> masked = s.Mask(shared, result);
        if (!masked.ok()) return masked.status();
        s.payload[number] = *std::move(masked);
      }
      ++number;
    }
  }
  return absl::OkStatus();
}

absl::Status OwnerSession::SendPublic(const Links& links) {
  State& s = *state_;
  for (Link* link : {links.p0, links.p1, links.p2}) {
    if (link == nullptr) return absl::FailedPreconditionError("no link to a party");
    for (size_t i = 0; i < s.inputs.size(); ++i) {
      if (s.entry.inputs[i].owner != "public") continue;
      if (absl::Status status = link->Send(MessageKind::kPublic, i, s.section(), s.inputs[i]); !status.ok()) return status;
    }
    for (const SharedResult& shared : s.plan.shared) {
      if (!shared.published || shared.function->owner != s.owner) continue;
      const uint32_t round = static_cast<uint32_t>(s.entry.inputs.size()) + shared.number;
      if (absl::Status status = link->Send(MessageKind::kPublic, round, s.section(), s.payload[shared.number]); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status OwnerSession::SendShares(const Links& links) {
  State& s = *state_;
  const MessageKind kind = s.client() ? MessageKind::kInput : MessageKind::kWeights;
  if (links.p1 == nullptr || links.p2 == nullptr) return absl::FailedPreconditionError("no link to an evaluator");
  for (const SharedResult& shared : s.plan.shared) {
    if (shared.published || shared.function->owner != s.owner) continue;
    Bytes& payload = s.payload[shared.number];
    if (absl::Status status = links.p1->Send(kind, shared.number, s.section(), payload); !status.ok()) return status;
    if (absl::Status status = links.p2->Send(kind, shared.number, s.section(), std::move(payload)); !status.ok()) return status;
    payload = Bytes();
  }
  return absl::OkStatus();
}

absl::StatusOr<NamedTensors> OwnerSession::ReceiveOutputs(const Links& links) {
  State& s = *state_;
  if (links.p1 == nullptr || links.p2 == nullptr) return absl::FailedPreconditionError("no link to an evaluator");
  std::vector<Tensor> by_value(s.entry.values.size());
  std::vector<bool> mine(s.entry.values.size());
  for (size_t i = 0; i < s.entry.instructions.size(); ++i) {
    const Instruction& instruction = s.entry.instructions[i];
    if (instruction.op != "share.reveal" || instruction.Text("owner") != s.owner) continue;
    const Type& type = s.program.TypeOf(s.entry, instruction.operands[0]);
    const Type& clear = s.program.TypeOf(s.entry, instruction.results[0]);
    const bool bits = gates::IsBit(type.kind);
    Words sum(gates::StorageWords(type));
    for (Link* link : {links.p1, links.p2}) {
      absl::StatusOr<Bytes> bytes = link->Receive(MessageKind::kReveal, i, StreamOf(type).wire_bytes());
      if (!bytes.ok()) return bytes.status();
      const Words half = FromPacked(*bytes, type);
      for (size_t j = 0; j < sum.size(); ++j) sum[j] = bits ? sum[j] ^ half[j] : (sum[j] + half[j]) & LowMask(type.width);
    }
    const ValueId r = instruction.results[0];
    by_value[r] = bits ? DecodeBits(sum, clear) : DecodeRing(sum, type.width, type.fraction, clear);
    mine[r] = true;
  }
  NamedTensors outputs;
  for (const Port& port : s.entry.outputs)
    if (mine[port.value]) outputs.emplace_back(port.name, by_value[port.value]);
  return outputs;
}

}  // namespace tacit
