// Builds small programs by hand, as the compiler would emit them, and runs them in one process through the container's reader.
#ifndef TEST_UNIT_RUNTIME_PROGRAM_BUILDER_H
#define TEST_UNIT_RUNTIME_PROGRAM_BUILDER_H

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tacit/in_process.h"

namespace tacit::testing {

using Shape = std::vector<int64_t>;

inline Type Masked(int k, Shape shape, int f = 0) { return {Kind::kMasked, k, f, std::move(shape)}; }
inline Type Additive(int k, Shape shape, int f = 0) { return {Kind::kAdditive, k, f, std::move(shape)}; }
inline Type Public(int k, Shape shape, int f = 0) { return {Kind::kPublic, k, f, std::move(shape)}; }
inline Type MaskedBit(Shape shape) { return {Kind::kMaskedBit, 0, 0, std::move(shape)}; }
inline Type XorBit(Shape shape) { return {Kind::kXorBit, 0, 0, std::move(shape)}; }
inline Type I64(Shape shape) { return {Kind::kI64, 0, 0, std::move(shape)}; }
inline Type I1(Shape shape) { return {Kind::kI1, 0, 0, std::move(shape)}; }
inline Type F32(Shape shape) { return {Kind::kF32, 0, 0, std::move(shape)}; }

using Ints = std::vector<int64_t>;

class ProgramBuilder {
 public:
  ProgramBuilder() {
    program_.entries.emplace_back();
    entry().name = "main";
    program_.origins.push_back({"node", "mpc.test"});
    program_.tool = "test";
  }

  Entry& entry() { return program_.entries[0]; }
  Program& program() { return program_; }
  const Type& TypeOf(ValueId v) { return program_.TypeOf(entry(), v); }

  // A client's input, shared as it is: integers to `type` with its fraction as it stands (raw ring elements where f = 0).
  ValueId Input(const Type& type, std::vector<int64_t> values) {
    const bool bits = type.kind == Kind::kMaskedBit;
    const Type clear = bits ? I1(type.shape) : I64(type.shape);
    // Raw elements: shared with fraction 0, then called what they are.
    Type shared = type;
    shared.fraction = 0;
    const ValueId v = Share(clear, shared, "client");
    inputs_.emplace_back(entry().inputs.back().name, bits ? Tensor::I1(type.shape, std::vector<uint8_t>(values.begin(), values.end()))
                                                          : Tensor::I64(type.shape, std::move(values)));
    return type.fraction == 0 ? v : Op("share.reinterpret", {v}, type);
  }
  // A client's f32 input, encoded by the type's fraction.
  ValueId InputF32(const Type& type, std::vector<float> values) {
    const ValueId v = Share(F32(type.shape), type, "client");
    inputs_.emplace_back(entry().inputs.back().name, Tensor::F32(type.shape, std::move(values)));
    return v;
  }
  // A weight of the model: f32 parameter `values`.
  ValueId Weight(const Type& type, std::vector<float> values) {
    const Type clear = F32(type.shape);
    program_.params.push_back({"w", "file", 0, 4 * values.size(), TypeIndex(clear)});
    params_.push_back(Tensor::F32(type.shape, std::move(values)));
    ClearFunction f;
    f.owner = "model";
    f.params = {static_cast<uint32_t>(program_.params.size() - 1)};
    f.values = {{TypeIndex(clear), 0}};
    Instruction load;
    load.op = "mpc.weight";
    load.results = {0};
    f.instructions = {load};
    return Finish(std::move(f), type);
  }
  // A public input of i64 elements.
  ValueId PublicInput(Shape shape, std::vector<int64_t> values) {
    const ValueId v = NewValue(I64(shape));
    const std::string name = "in" + std::to_string(entry().inputs.size());
    entry().inputs.push_back({name, "public", v, TypeIndex(I64(shape))});
    inputs_.emplace_back(name, Tensor::I64(std::move(shape), std::move(values)));
    return v;
  }
  ValueId Constant(Shape shape, std::vector<int64_t> values) {
    Instruction instruction;
    instruction.op = "mpc.constant";
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(values.data());
    instruction.data.assign(bytes, bytes + 8 * values.size());
    return Append(std::move(instruction), I64(std::move(shape)));
  }
  // Public ring elements, raw.
  ValueId PublicRing(const Type& type, std::vector<int64_t> values) {
    Type raw = type;
    raw.fraction = 0;
    const ValueId v = Op("share.encode", {Constant(type.shape, std::move(values))}, raw);
    return type.fraction == 0 ? v : Op("share.reinterpret", {v}, type);
  }

  // Any op; address, receiver and round are written here. A remask begins a round of its own, unless `same_round`.
  ValueId Op(std::string op, std::vector<ValueId> operands, Type result, std::vector<Attribute> attributes = {}, bool same_round = false) {
    Instruction instruction;
    instruction.op = std::move(op);
    instruction.operands = std::move(operands);
    instruction.attributes = std::move(attributes);
    const int64_t address = 1000 + static_cast<int64_t>(entry().instructions.size());
    instruction.attributes.push_back({"address", address});
    if (instruction.op == "share.remask") {
      if (!same_round) ++entry().rounds;
      instruction.attributes.push_back({"round", static_cast<int64_t>(entry().rounds)});
    } else if (instruction.op != "share.reveal") {
      instruction.attributes.push_back({"receiver", receiver ? receiver : 1 + static_cast<int64_t>(entry().instructions.size() % 2)});
    }
    return Append(std::move(instruction), std::move(result));
  }
  ValueId Remask(ValueId x, bool same_round = false) {
    Type type = TypeOf(x);
    type.kind = type.kind == Kind::kXorBit ? Kind::kMaskedBit : Kind::kMasked;
    return Op("share.remask", {x}, type, {}, same_round);
  }
  // The whole comparison [x < T] as bits [T] + shape(x), xor-shared.
  ValueId Below(ValueId x, Ints thresholds, int64_t digit) {
    const Type type = TypeOf(x);
    const int64_t count = thresholds.size();
    int64_t digits = (type.width - 1 + digit - 1) / digit;
    const auto stacked = [&](Shape leading) {
      leading.insert(leading.end(), type.shape.begin(), type.shape.end());
      return leading;
    };
    ValueId b = Op("share.compare_digits", {x}, XorBit(stacked({count, 2 * digits - 1})), {{"thresholds", thresholds}, {"digit", digit}});
    while (digits > 1) {
      const int64_t groups = digits <= 4 ? 1 : (digits + 2) / 3;
      b = Op("share.lex_combine", {Remask(b)}, XorBit(stacked({count, 2 * groups - 1})));
      digits = groups;
    }
    return Op("share.compare_finish", {x, b}, XorBit(stacked({count})), {{"thresholds", thresholds}});
  }

  // Reveals raw ring elements (as signed integers of the ring) or bits to the client under `name`.
  void Output(const std::string& name, ValueId x) {
    Type type = TypeOf(x);
    if (type.kind == Kind::kMasked || type.kind == Kind::kMaskedBit) {
      type.kind = type.kind == Kind::kMasked ? Kind::kAdditive : Kind::kXorBit;
      x = Op("share.to_additive", {x}, type);
    }
    if (type.fraction != 0) {
      type.fraction = 0;
      x = Op("share.reinterpret", {x}, type);
    }
    const Type clear = type.kind == Kind::kXorBit ? I1(type.shape) : I64(type.shape);
    Reveal(name, x, clear);
  }
  void Reveal(const std::string& name, ValueId x, const Type& clear) {
    const ValueId r = Op("share.reveal", {x}, clear, {{"owner", std::string("client")}});
    entry().outputs.push_back({name, "client", r, TypeIndex(clear)});
  }

  NamedTensors& inputs() { return inputs_; }
  std::vector<Tensor>& params() { return params_; }

  // Through SerializeProgram and ParseProgram, so that the program obeys the container's rules.
  absl::StatusOr<InProcessResult> TryRun(uint64_t seed = 1, const InProcessOptions& options = {}) {
    entry().slots = entry().values.size();
    for (size_t i = 0; i < entry().values.size(); ++i) entry().values[i].slot = i;
    absl::StatusOr<Program> parsed = ParseProgram(SerializeProgram(program_));
    if (!parsed.ok()) return parsed.status();
    return RunInProcess(*parsed, parsed->entries[0], inputs_, Loader(), InProcessSeeds::FromNumber(seed), options);
  }
  std::map<std::string, Ints> Run(uint64_t seed = 1) {
    absl::StatusOr<InProcessResult> result = TryRun(seed);
    EXPECT_TRUE(result.ok()) << result.status();
    std::map<std::string, Ints> outputs;
    if (!result.ok()) return outputs;
    for (const auto& [name, tensor] : result->outputs) {
      Ints& values = outputs[name];
      for (int64_t i = 0; i < tensor.size(); ++i)
        values.push_back(tensor.kind() == Kind::kI64 ? tensor.i64()[i] : static_cast<int64_t>(tensor.At(i)));
    }
    counters = result->counters;
    sent = result->sent;
    return outputs;
  }
  std::function<absl::StatusOr<Tensor>(uint32_t)> Loader() {
    return [this](uint32_t param) -> absl::StatusOr<Tensor> { return params_[param]; };
  }

  uint32_t TypeIndex(const Type& type) {
    for (size_t i = 0; i < program_.types.size(); ++i)
      if (program_.types[i] == type) return i;
    program_.types.push_back(type);
    return program_.types.size() - 1;
  }

  int64_t receiver = 0;  // 1 or 2 for all that follows; 0: alternating
  std::array<Counters, 3> counters;
  std::array<std::array<uint64_t, 5>, 5> sent{};

 private:
  ValueId NewValue(const Type& type) {
    entry().values.push_back({TypeIndex(type), 0});
    return entry().values.size() - 1;
  }
  ValueId Append(Instruction instruction, Type result) {
    const ValueId r = NewValue(result);
    instruction.results = {r};
    entry().instructions.push_back(std::move(instruction));
    return r;
  }
  ValueId Share(const Type& clear, const Type& shared, const std::string& owner) {
    const std::string name = "in" + std::to_string(entry().inputs.size());
    entry().inputs.push_back({name, owner, kNoValue, TypeIndex(clear)});
    ClearFunction f;
    f.owner = owner;
    f.arguments = {static_cast<uint32_t>(entry().inputs.size() - 1)};
    f.values = {{TypeIndex(clear), 0}};
    return Finish(std::move(f), shared);
  }
  ValueId Finish(ClearFunction f, const Type& shared) {
    const ValueId v = NewValue(shared);
    f.results = {0};
    f.shares = {v};
    f.address = static_cast<uint32_t>(entry().clear.size());
    entry().clear.push_back(std::move(f));
    return v;
  }

  Program program_;
  NamedTensors inputs_;
  std::vector<Tensor> params_;
};

}  // namespace tacit::testing

#endif
