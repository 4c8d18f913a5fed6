// Mutations of containers: half of bytes, half of the program that they hold, written as a container again.
#include "program_mutator.h"
#include "flatbuffers/flatbuffers.h"
#include "program/digest.h"
#include "tacit/executor.h"
#include "tacit/schema/program_generated.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

namespace tacit::fuzz {

std::string WithDigest(std::string_view container) {
  std::vector<uint64_t> storage(container.size() / 8 + 1);
  uint8_t *data = reinterpret_cast<uint8_t *>(storage.data());
  std::copy(container.begin(), container.end(), data);
  std::string same(container);
  if (container.size() < 16 || !fb::ProgramBufferHasIdentifier(data))
    return same;
  flatbuffers::Verifier verifier(data, container.size(), 16, 1 << 20);
  if (!fb::VerifyProgramBuffer(verifier))
    return same;
  const auto *digest = fb::GetProgram(data)->digest();
  if (digest == nullptr || digest->size() != 32)
    return same;
  uint8_t *stored = data + (digest->Data() - data);
  std::fill_n(stored, 32, 0);
  const Digest sum = Sha256({data, container.size()});
  std::copy(sum.begin(), sum.end(), stored);
  return std::string(reinterpret_cast<const char *>(data), container.size());
}

namespace {

class ProgramMutator {
public:
  ProgramMutator(Program *p, unsigned seed) : program(*p), random(seed) {}

  void Mutate() {
    if (program.entries.empty())
      return;
    Entry &entry = program.entries[Below(program.entries.size())];
    switch (Below(10)) {
    case 0:
      return Change(Any(program.types));
    case 1:
      return Change(Any(entry.values));
    case 2:
      return Change(entry.clear.empty() ? nullptr : Any(entry.clear), entry);
    case 3:
      return Change(Any(Below(2) ? entry.inputs : entry.outputs));
    case 4:
      (Below(2) ? entry.slots : entry.rounds) = Number();
      return;
    case 5:
      if (Param *param = Any(program.params))
        (Below(2) ? param->offset : param->length) = Number();
      return;
    case 6:
      return Reorder(entry.instructions);
    default:
      return Change(Any(entry.instructions));
    }
  }

private:
  size_t Below(size_t n) { return n == 0 ? 0 : random() % n; }

  template <class T> T *Any(std::vector<T> &all) { return all.empty() ? nullptr : &all[Below(all.size())]; }

  // Small numbers mostly, else the edges of the types that hold sizes.
  int64_t Number() {
    static constexpr int64_t kEdges[] = {-1, INT32_MAX, INT64_C(1) << 31, INT64_MIN, INT64_MAX, 65535, 1 << 20};
    return Below(4) ? static_cast<int64_t>(Below(Below(4) ? 8 : 70)) : kEdges[Below(std::size(kEdges))];
  }

  void Change(Type *type) {
    if (type == nullptr)
      return;
    switch (Below(5)) {
    case 0:
      type->kind = static_cast<Kind>(Below(9));
      break;
    case 1:
      type->width = static_cast<int>(Below(66));
      break;
    case 2:
      type->fraction = static_cast<int>(Below(70));
      break;
    case 3:
      if (int64_t *dim = Any(type->shape))
        *dim = Number();
      break;
    default:
      type->shape.insert(type->shape.begin() + Below(type->shape.size() + 1), Below(4));
      break;
    }
  }

  void Change(Value *value) {
    if (value != nullptr)
      (Below(2) ? value->slot : value->type) = Below(Below(4) ? program.types.size() : 100000);
  }

  void Change(Port *port) {
    if (port == nullptr)
      return;
    static constexpr const char *kOwners[] = {"client", "model", "public", ""};
    switch (Below(3)) {
    case 0:
      port->owner = kOwners[Below(4)];
      break;
    case 1:
      port->value = Below(3) ? static_cast<ValueId>(Number()) : kNoValue;
      break;
    default:
      port->type = Below(program.types.size() + 1);
      break;
    }
  }

  void Change(std::vector<uint32_t> &numbers, size_t bound) {
    const size_t at = Below(numbers.size() + 1);
    if (at < numbers.size() && Below(4))
      numbers[at] = Below(bound + 1);
    else if (at < numbers.size() && Below(2))
      numbers.erase(numbers.begin() + at);
    else
      numbers.insert(numbers.begin() + at, Below(bound + 1));
  }

  void Change(ClearFunction *f, Entry &entry) {
    if (f == nullptr)
      return;
    switch (Below(8)) {
    case 0:
      f->owner = Below(2) ? "client" : "model";
      return;
    case 1:
      return Change(f->arguments, entry.inputs.size());
    case 2:
      return Change(f->params, program.params.size());
    case 3:
      return Change(Any(f->values));
    case 4:
      return Change(f->results, f->values.size());
    case 5:
      return Change(f->shares, entry.values.size());
    case 6:
      f->address = static_cast<uint32_t>(Number());
      return;
    default:
      return Below(4) ? Change(Any(f->instructions)) : Reorder(f->instructions);
    }
  }

  void Reorder(std::vector<Instruction> &all) {
    if (all.empty())
      return;
    const size_t i = Below(all.size()), j = Below(all.size());
    switch (Below(3)) {
    case 0:
      std::swap(all[i], all[j]);
      break;
    case 1:
      all.erase(all.begin() + i);
      break;
    default:
      all.insert(all.begin() + i, Instruction(all[j]));
      break;
    }
  }

  void Change(AttributeValue &value) {
    if (Below(12) == 0) {
      value = Number(); // of another kind, mostly
      return;
    }
    static constexpr double kReals[] = {0, 1, -1, 0.5, 1e-5, 1e30, -1e300, HUGE_VAL, NAN};
    static constexpr const char *kTexts[] = {"client", "model", "sum", "max", "min", "mean", "prod",
                                             "lt",     "le",    "eq",  "gt",  "ge",  "ne",   ""};
    if (auto *i = std::get_if<int64_t>(&value))
      *i = Number();
    else if (auto *r = std::get_if<double>(&value))
      *r = kReals[Below(std::size(kReals))];
    else if (auto *b = std::get_if<bool>(&value))
      *b = !*b;
    else if (auto *t = std::get_if<std::string>(&value))
      *t = kTexts[Below(std::size(kTexts))];
    else if (auto *is = std::get_if<std::vector<int64_t>>(&value))
      ChangeList(*is, Number());
    else if (auto *rs = std::get_if<std::vector<double>>(&value))
      ChangeList(*rs, kReals[Below(std::size(kReals))]);
  }

  template <class T> void ChangeList(std::vector<T> &list, T element) {
    const size_t at = Below(list.size() + 1);
    if (at < list.size() && Below(3))
      list[at] = element;
    else if (at < list.size() && Below(2))
      list.erase(list.begin() + at);
    else
      list.insert(list.begin() + at, element);
  }

  void Change(Instruction *instruction) {
    if (instruction == nullptr)
      return;
    // An op, an attribute or an operand of another instruction; or one changed.
    Entry &entry = program.entries[Below(program.entries.size())];
    Instruction *other = Any(entry.instructions);
    switch (Below(6)) {
    case 0:
      if (other != nullptr)
        instruction->op = other->op;
      else
        instruction->op = "mpc.add";
      break;
    case 1: {
      static constexpr const char *kOps[] = {
          "mpc.reshape",   "mpc.transpose",  "mpc.slice",      "mpc.concat",    "mpc.broadcast",      "mpc.gather",    "mpc.neg",
          "mpc.abs",       "mpc.exp",        "mpc.log",        "mpc.rsqrt",     "mpc.cast",           "mpc.add",       "mpc.sub",
          "mpc.mul",       "mpc.div",        "mpc.pow",        "mpc.mod",       "mpc.compare",        "mpc.where",     "mpc.cumsum",
          "mpc.reduce",    "mpc.matmul",     "mpc.argmax",     "mpc.one_hot",   "mpc.gather_nd",      "mpc.embedding", "mpc.softmax",
          "mpc.attention", "mpc.rotary",     "mpc.layer_norm", "mpc.rms_norm",  "share.neg",          "share.add",     "share.sub",
          "share.xor",     "share.not",      "share.and",      "share.bit_mul", "share.bit_to_arith", "share.join",    "share.shrink",
          "share.exp",     "share.periodic", "share.mul",      "share.matmul",  "share.truncate",     "share.remask"};
      instruction->op = kOps[Below(std::size(kOps))];
      break;
    }
    case 2:
      return Change(Below(4) ? instruction->operands : instruction->results, entry.values.size());
    case 3:
      if (other != nullptr && Below(2))
        instruction->attributes = other->attributes;
      else if (!instruction->data.empty())
        instruction->data[Below(instruction->data.size())] ^= 1 << Below(8);
      break;
    default:
      if (Attribute *attribute = Any(instruction->attributes))
        Change(attribute->value);
      break;
    }
  }

  Program &program;
  std::minstd_rand random;
};

} // namespace
} // namespace tacit::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  using namespace tacit;
  std::minstd_rand random(seed);
  std::string bytes(reinterpret_cast<const char *>(data), size);
  absl::StatusOr<Program> program = random() % 4 == 0 ? absl::StatusOr<Program>(absl::CancelledError()) : ParseProgram(bytes);
  if (program.ok()) {
    fuzz::ProgramMutator mutator(&*program, seed);
    for (size_t n = 1 + random() % 3; n > 0; --n)
      mutator.Mutate();
    bytes = SerializeProgram(*program);
  } else {
    bytes.resize(max);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(bytes.data()), size, max));
    bytes = fuzz::WithDigest(bytes);
  }
  if (bytes.size() > max)
    return LLVMFuzzerMutate(data, size, max);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}
