// Calls of emitted programs, each to the step or gate that it names.
#include "tacit/emitted.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "party/emitted_state.h"

namespace tacit::emitted {

namespace {

template <class T>
std::vector<uint8_t> BytesOf(const T* values, size_t count) {
  std::vector<uint8_t> bytes(count * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values, bytes.size());
  return bytes;
}

// Integers as a clear kind holds them.
std::vector<uint8_t> IntegerBytes(Kind kind, absl::Span<const int64_t> values) {
  if (kind == Kind::kI64) return BytesOf(values.data(), values.size());
  if (kind == Kind::kI32) {
    const std::vector<int32_t> narrow(values.begin(), values.end());
    return BytesOf(narrow.data(), narrow.size());
  }
  return std::vector<uint8_t>(values.begin(), values.end());
}

}  // namespace

Role Party::role() const { return state_->machine.role(); }
const absl::Status& Party::status() const { return state_->status; }

void Party::Run(uint32_t n, Slot& r, const char* op, absl::Span<const Use> operands, const Type& type, std::vector<Attribute> attributes,
                const Dealt* dealt, absl::string_view node) {
  State& s = *state_;
  if (!s.status.ok()) return;
  const Stopwatch watch;
  Instruction instruction;
  instruction.op = op;
  instruction.attributes = std::move(attributes);
  if (dealt != nullptr) {
    instruction.attributes.push_back({"address", int64_t{dealt->address}});
    instruction.attributes.push_back({"receiver", int64_t{dealt->receiver}});
  }
  GateCall call{&instruction, {}, {}, &type};
  for (const Use& use : operands) {
    if (use.slot->type == nullptr) return s.Fail(n, op, node, absl::InternalError("reads a slot that holds no value"));
    call.types.push_back(use.slot->type);
    call.values.push_back(&use.slot->held);
  }
  Held made;
  absl::Status status;
  if (s.preamble) {
    status = s.machine.RunPublic(call, node, &made);
  } else if (dealt == nullptr) {
    status = s.machine.RunLocal(n, call, -1, &made);
  } else {
    int64_t bytes = 0;
    for (const DealtArray& array : DealtArrays(instruction, *call.types[0], type)) bytes += array.wire_bytes();
    status = s.machine.RunLocal(n, call, bytes, &made);
  }
  if (!status.ok()) return s.Fail(n, op, node, status);
  s.Drop(operands);
  r.held = std::move(made);
  r.type = &type;
  s.Done(n, watch);
}

//===-- Public part ----------------------------------------------------------------------------------------------------===//

void Party::PublicInput(uint32_t value, Slot& r, const Type& type, uint32_t message, absl::string_view name) {
  State& s = *state_;
  if (!s.status.ok()) return;
  absl::StatusOr<Held> held = s.machine.ReceivePublic("client", message, type);
  if (!held.ok()) {
    s.status = absl::Status(held.status().code(), absl::StrCat("public input '", name, "': ", held.status().message()));
    return;
  }
  r = {*std::move(held), &type};
  s.public_digest.Add(value, r.held);
}

void Party::Published(uint32_t value, Slot& r, const Type& type, uint32_t message, absl::string_view owner) {
  State& s = *state_;
  if (!s.status.ok()) return;
  absl::StatusOr<Held> held = s.machine.ReceivePublic(owner, message, type);
  if (!held.ok()) {
    s.status = absl::Status(held.status().code(), absl::StrCat("value published by the ", owner, ": ", held.status().message()));
    return;
  }
  r = {*std::move(held), &type};
  s.public_digest.Add(value, r.held);
}

void Party::Constant(uint32_t n, Slot& r, const Type& type, std::vector<uint8_t> data) {
  State& s = *state_;
  if (!s.status.ok()) return;
  Instruction instruction;
  instruction.op = "mpc.constant";
  instruction.data = std::move(data);
  if (instruction.data.size() != type.elements() * ElementBytes(type.kind))
    return s.Fail(n, instruction.op, "", absl::InternalError("has another number of elements than its type"));
  Held made;
  if (absl::Status status = s.machine.RunPublic({&instruction, {}, {}, &type}, "", &made); !status.ok())
    return s.Fail(n, instruction.op, "", status);
  r = {std::move(made), &type};
}

void Party::Integers(uint32_t n, Slot& r, const Type& type, absl::Span<const int64_t> values) {
  Constant(n, r, type, IntegerBytes(type.kind, values));
}
void Party::Floats(uint32_t n, Slot& r, const Type& type, absl::Span<const float> values) {
  Constant(n, r, type, BytesOf(values.data(), values.size()));
}
void Party::FillInteger(uint32_t n, Slot& r, const Type& type, int64_t value) {
  Constant(n, r, type, IntegerBytes(type.kind, std::vector<int64_t>(type.elements(), value)));
}
void Party::FillFloat(uint32_t n, Slot& r, const Type& type, float value) {
  const std::vector<float> values(type.elements(), value);
  Constant(n, r, type, BytesOf(values.data(), values.size()));
}
void Party::FromContainer(uint32_t n, Slot& r, const Type& type) {
  if (state_->container == nullptr || n >= state_->container->instructions.size()) {
    if (state_->status.ok())
      state_->Fail(n, "mpc.constant", "", absl::FailedPreconditionError("its elements are in a container that is not here"));
    return;
  }
  Constant(n, r, type, state_->container->instructions[n].data);
}

void Party::Clear(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
                  std::initializer_list<Attribute> attributes, absl::string_view node) {
  Run(n, r, op, operands, type, attributes, nullptr, node);
}

void Party::Encode(uint32_t n, Slot& r, Use x, const Type& type, absl::string_view node) {
  Run(n, r, "share.encode", {x}, type, {}, nullptr, node);
}

void Party::Commit(std::initializer_list<Kept> kept) {
  State& s = *state_;
  if (!s.status.ok()) return;
  std::vector<std::pair<Slot*, Slot>> values;
  for (const Kept& k : kept) {
    s.public_digest.Add(k.value, k.slot.held);
    values.emplace_back(&k.slot, std::move(k.slot));
  }
  for (Slot& slot : s.slots) slot = Slot();
  for (auto& [slot, value] : values) *slot = std::move(value);
  s.digest = s.public_digest.Finish();
}

//===-- Owners' values, rounds, results --------------------------------------------------------------------------------===//

void Party::Expand(Slot& r, const SharedValue& value) {
  if (!state_->status.ok()) return;
  r = {state_->machine.ExpandOwned(Owned(value)), value.type};
}

void Party::Remask(uint32_t n, Slot& r, Use x, const Type& type, uint32_t address) {
  State& s = *state_;
  if (!s.status.ok()) return;
  if (x.slot->type == nullptr) return s.Fail(n, "share.remask", "", absl::InternalError("reads a slot that holds no value"));
  const Stopwatch watch;
  s.machine.Remask(n, address, x.slot->held, type, &r.held);
  s.Drop({x});
  r.type = &type;
  if (s.machine.helper()) s.Done(n, watch);
}

void Party::Exchange(int64_t round) {
  State& s = *state_;
  if (!s.status.ok()) return;
  s.status = s.machine.Exchange(round);
  if (s.options.progress) s.options.progress(s.done, s.entry.instructions);
}

void Party::Reveal(uint32_t n, Use x, const char* owner, uint32_t address) {
  State& s = *state_;
  if (!s.status.ok()) return;
  if (x.slot->type == nullptr) return s.Fail(n, "share.reveal", "", absl::InternalError("reads a slot that holds no value"));
  const Stopwatch watch;
  if (absl::Status status = s.machine.Reveal(n, address, owner, x.slot->held, *x.slot->type); !status.ok())
    return s.Fail(n, "share.reveal", "", status);
  s.Drop({x});
  s.Done(n, watch);
}

//===-- Gates ----------------------------------------------------------------------------------------------------------===//

#define TACIT_UNARY(name, op) \
  void Party::name(uint32_t n, Slot& r, Use x, const Type& type) { Run(n, r, op, {x}, type, {}); }
#define TACIT_BINARY(name, op) \
  void Party::name(uint32_t n, Slot& r, Use x, Use y, const Type& type) { Run(n, r, op, {x, y}, type, {}); }
#define TACIT_DEALT_UNARY(name, op) \
  void Party::name(uint32_t n, Slot& r, Use x, const Type& type, Dealt dealt) { Run(n, r, op, {x}, type, {}, &dealt); }
#define TACIT_DEALT_BINARY(name, op) \
  void Party::name(uint32_t n, Slot& r, Use x, Use y, const Type& type, Dealt dealt) { Run(n, r, op, {x, y}, type, {}, &dealt); }

TACIT_BINARY(Add, "share.add")
TACIT_BINARY(Sub, "share.sub")
TACIT_UNARY(Neg, "share.neg")
TACIT_BINARY(MulPublic, "share.mul_public")
TACIT_BINARY(MatmulPublic, "share.matmul_public")
TACIT_UNARY(Shrink, "share.shrink")
TACIT_UNARY(Reinterpret, "share.reinterpret")
TACIT_UNARY(ToAdditive, "share.to_additive")
TACIT_UNARY(Truncate, "share.truncate")
TACIT_BINARY(Join, "share.join")
TACIT_BINARY(Xor, "share.xor")
TACIT_UNARY(Not, "share.not")
TACIT_DEALT_BINARY(Mul, "share.mul")
TACIT_DEALT_BINARY(Matmul, "share.matmul")
TACIT_DEALT_UNARY(ExtendHigh, "share.extend_high")
TACIT_DEALT_UNARY(LexCombine, "share.lex_combine")
TACIT_DEALT_BINARY(And, "share.and")
TACIT_DEALT_UNARY(BitToArith, "share.bit_to_arith")
TACIT_DEALT_BINARY(BitMul, "share.bit_mul")
TACIT_UNARY(Reshape, "mpc.reshape")
TACIT_UNARY(Broadcast, "mpc.broadcast")

#undef TACIT_UNARY
#undef TACIT_BINARY
#undef TACIT_DEALT_UNARY
#undef TACIT_DEALT_BINARY

void Party::ReduceSum(uint32_t n, Slot& r, Use x, const Type& type, Numbers axes) {
  Run(n, r, "share.reduce_sum", {x}, type, {Ints("axes", axes)});
}
void Party::CompareDigits(uint32_t n, Slot& r, Use x, const Type& type, Numbers thresholds, int64_t digit, Dealt dealt) {
  Run(n, r, "share.compare_digits", {x}, type, {Ints("thresholds", thresholds), Int("digit", digit)}, &dealt);
}
void Party::CompareFinish(uint32_t n, Slot& r, Use x, Use less, const Type& type, Numbers thresholds, Dealt dealt) {
  Run(n, r, "share.compare_finish", {x, less}, type, {Ints("thresholds", thresholds)}, &dealt);
}
void Party::Gate(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
                 std::initializer_list<Attribute> attributes) {
  Run(n, r, op, operands, type, attributes);
}
void Party::Gate(uint32_t n, Slot& r, const char* op, std::initializer_list<Use> operands, const Type& type,
                 std::initializer_list<Attribute> attributes, Dealt dealt) {
  Run(n, r, op, operands, type, attributes, &dealt);
}
void Party::Transpose(uint32_t n, Slot& r, Use x, const Type& type, Numbers permutation) {
  Run(n, r, "mpc.transpose", {x}, type, {Ints("permutation", permutation)});
}
void Party::Slice(uint32_t n, Slot& r, Use x, const Type& type, Numbers offsets, Numbers strides) {
  Run(n, r, "mpc.slice", {x}, type, {Ints("offsets", offsets), Ints("strides", strides)});
}
void Party::Concat(uint32_t n, Slot& r, std::initializer_list<Use> parts, const Type& type, int64_t axis) {
  Run(n, r, "mpc.concat", parts, type, {Int("axis", axis)});
}
void Party::Gather(uint32_t n, Slot& r, Use x, Use indices, const Type& type, int64_t axis, absl::string_view node) {
  Run(n, r, "mpc.gather", {x, indices}, type, {Int("axis", axis)}, nullptr, node);
}

}  // namespace tacit::emitted
