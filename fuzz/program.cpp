// Containers: reading and checking them; one that is accepted is written again to the same program, and run in one process where it is
// small.
#include "program_mutator.h"
#include "support.h"
#include "tacit/in_process.h"

using namespace tacit;

namespace {

// Work that a millisecond or two can do: every value small, few instructions.
bool IsSmall(const Program &program, const Entry &entry) {
  constexpr int64_t kElements = 4096, kInstructions = 300, kAll = 1 << 18;
  int64_t all = 0;
  const auto small = [&](const std::vector<Value> &values) {
    return std::all_of(values.begin(), values.end(), [&](const Value &value) {
      const int64_t elements = program.types[value.type].elements();
      return elements <= kElements && (all += elements) <= kAll;
    });
  };
  size_t instructions = entry.instructions.size();
  for (const ClearFunction &f : entry.clear) {
    instructions += f.instructions.size();
    if (!small(f.values))
      return false;
  }
  for (const Port &port : entry.inputs)
    if (program.types[port.type].elements() > kElements)
      return false;
  return instructions <= kInstructions && small(entry.values);
}

// Numbers in the range of token ids, or small reals.
Tensor Some(const Type &type) {
  Tensor tensor(type.kind, type.shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (type.kind == Kind::kF32)
      tensor.f32()[i] = static_cast<float>(i % 7 - 3) / 4;
    else if (type.kind == Kind::kI64)
      tensor.i64()[i] = i % 5;
    else if (type.kind == Kind::kI32)
      tensor.i32()[i] = static_cast<int32_t>(i % 5);
    else
      tensor.i1()[i] = i % 2;
  }
  return tensor;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<Program> program = ParseProgram({reinterpret_cast<const char *>(data), size});
  if (!program.ok())
    return 0;
  const std::string written = SerializeProgram(*program);
  absl::StatusOr<Program> again = ParseProgram(written);
  fuzz::Require(again.ok(), "a program that was accepted is accepted when it is written again");
  fuzz::Require(SerializeProgram(*again) == written, "a container is written the same way twice");
  for (const Entry &entry : program->entries) {
    if (!IsSmall(*program, entry))
      continue;
    NamedTensors inputs;
    for (const Port &port : entry.inputs)
      inputs.emplace_back(port.name, Some(program->types[port.type]));
    const auto load = [&](uint32_t param) -> absl::StatusOr<Tensor> {
      const Type &type = program->types[program->params[param].type];
      if (type.elements() > 4096)
        return absl::ResourceExhaustedError("too large to run here");
      return Some(type);
    };
    (void)RunInProcess(*program, entry, inputs, load, InProcessSeeds::FromNumber(1));
  }
  return 0;
}
