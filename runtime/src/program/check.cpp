// Rules of the program as a whole: tables, single assignment, addresses, rounds.
#include "program/check.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tacit/tensor.h"

namespace tacit {

namespace {

constexpr int64_t kMostElements = int64_t{1} << 31;
constexpr uint64_t kMostBytes = uint64_t{1} << 40;  // of an entry's slots
constexpr size_t kMostRank = 16;

template <class... T>
absl::Status Wrong(const T&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("program: ", parts...));
}

absl::Status CheckType(const Type& type, size_t index) {
  if (static_cast<int>(type.kind) > static_cast<int>(Kind::kXorBit)) return Wrong("type ", index, " has an unknown kind");
  const bool ring = type.kind == Kind::kPublic || type.kind == Kind::kMasked || type.kind == Kind::kAdditive;
  if (ring ? type.width < 1 || type.width > 64 : type.width != 0)
    return Wrong("type ", index, " (", KindName(type.kind), ") has a width of ", type.width, " bits");
  if (type.fraction < 0 || type.fraction > 127 || (!ring && type.fraction != 0))
    return Wrong("type ", index, " has ", type.fraction, " fractional bits");
  if (type.shape.size() > kMostRank) return Wrong("type ", index, " has more than ", kMostRank, " dimensions");
  int64_t elements = 1;
  for (int64_t d : type.shape) {
    if (d < 0 || d > kMostElements) return Wrong("type ", index, " has a dimension of ", d);
    // A dimension of 0 does not hide that the others overflow: kernels multiply some of them.
    const int64_t factor = std::max<int64_t>(d, 1);
    if (elements > kMostElements / factor) return Wrong("type ", index, " has more than 2^31 elements");
    elements *= factor;
  }
  return absl::OkStatus();
}

absl::Status CheckAttributes(const OpInfo& op, const Instruction& instruction) {
  absl::flat_hash_set<std::string> seen;
  for (const Attribute& attribute : instruction.attributes) {
    if (!seen.insert(attribute.name).second)
      return absl::InvalidArgumentError(absl::StrCat("attribute '", attribute.name, "' is there twice"));
    // Dialect attributes ("mpc.range") describe; they do not change what an op does.
    if (absl::StrContains(attribute.name, ".")) continue;
    const auto spec =
        std::find_if(op.attributes.begin(), op.attributes.end(), [&](const AttributeSpec& s) { return s.name == attribute.name; });
    if (spec == op.attributes.end()) {
      if (attribute.name == "address" || attribute.name == "receiver") continue;
      return absl::InvalidArgumentError(absl::StrCat("has no attribute '", attribute.name, "'"));
    }
    if (attribute.value.index() != static_cast<size_t>(spec->kind)) {
      return absl::InvalidArgumentError(absl::StrCat("attribute '", attribute.name, "' has the wrong kind"));
    }
  }
  for (const AttributeSpec& spec : op.attributes) {
    if (spec.required && !seen.contains(spec.name)) return absl::InvalidArgumentError(absl::StrCat("needs attribute '", spec.name, "'"));
  }
  return absl::OkStatus();
}

// "entry 'main', instruction 7 (share.mul of 'onnx node')"
std::string Where(const Program& program, absl::string_view part, size_t index, const Instruction& instruction) {
  const std::string origin =
      instruction.origin < program.origins.size() ? absl::StrCat(" of '", program.origins[instruction.origin].name, "'") : "";
  return absl::StrCat(part, ", instruction ", index, " (", instruction.op, origin, ")");
}

// Instructions of a clear function or of an entry: single assignment, then each by its own rules.
absl::Status CheckInstructions(const Program& program, const std::vector<Value>& values, const std::vector<Instruction>& instructions,
                               absl::string_view part, std::vector<bool>* made) {
  for (size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    const auto wrong = [&](const auto&... text) { return Wrong(Where(program, part, i, instruction), ": ", text...); };
    const OpInfo* op = FindOp(instruction.op);
    if (op == nullptr) return wrong("unknown op");
    if (!(instruction.origin < program.origins.size())) return wrong("origin ", instruction.origin, " is out of range");
    const int n = static_cast<int>(std::min<size_t>(instruction.operands.size(), 1 << 30));
    if (n < op->min_operands || n > op->max_operands) return wrong("has ", n, " operands");
    if (instruction.results.size() != 1) return wrong("has ", instruction.results.size(), " results, not 1");
    std::vector<const Type*> operands;
    for (int j = 0; j < n; ++j) {
      const ValueId v = instruction.operands[j];
      if (v >= values.size()) return wrong("operand ", j, " is value ", v, " of ", values.size());
      if (!(*made)[v]) return wrong("operand ", j, " is used before it is made");
      operands.push_back(&program.types[values[v].type]);
      const KindSet allowed = op->operands[std::min<size_t>(j, op->operands.size() - 1)];
      if (!Has(allowed, operands.back()->kind)) return wrong("operand ", j, " must not be ", DescribeType(*operands.back()));
    }
    const ValueId r = instruction.results[0];
    if (r >= values.size()) return wrong("result is value ", r, " of ", values.size());
    if ((*made)[r]) return wrong("its result is made twice");
    const Type& result = program.types[values[r].type];
    if (!Has(op->result, result.kind)) return wrong("result must not be ", DescribeType(result));
    if (absl::Status s = CheckInstruction(*op, instruction, operands, result); !s.ok()) return wrong(s.message());
    (*made)[r] = true;
  }
  return absl::OkStatus();
}

absl::Status CheckClearFunction(const Program& program, const Entry& entry, const ClearFunction& f, size_t index, absl::string_view in,
                                std::vector<bool>* made_in_entry) {
  const std::string part = absl::StrCat(in, ", clear function ", index);
  if (f.owner != "client" && f.owner != "model") return Wrong(part, ": unknown owner '", f.owner, "'");
  if (f.owner == "model" ? !f.arguments.empty() : !f.params.empty())
    return Wrong(part, ": takes values that its owner (", f.owner, ") does not have");
  for (const Value& value : f.values) {
    if (value.type >= program.types.size()) return Wrong(part, ": type ", value.type, " is out of range");
    if (!IsClear(program.types[value.type].kind)) return Wrong(part, ": holds a value that is not clear");
  }
  std::vector<bool> made(f.values.size());
  if (f.arguments.size() > f.values.size()) return Wrong(part, ": more arguments than values");
  for (size_t i = 0; i < f.arguments.size(); ++i) {
    if (f.arguments[i] >= entry.inputs.size()) return Wrong(part, ": input ", f.arguments[i], " is out of range");
    if (!(program.TypeOf(f, i) == program.types[entry.inputs[f.arguments[i]].type]))
      return Wrong(part, ": argument ", i, " and its input differ in type");
    made[i] = true;
  }
  for (uint32_t p : f.params)
    if (p >= program.params.size()) return Wrong(part, ": parameter ", p, " is out of range");
  if (absl::Status s = CheckInstructions(program, f.values, f.instructions, part, &made); !s.ok()) return s;
  size_t weights = 0;
  for (const Instruction& instruction : f.instructions) {
    if (instruction.op != "mpc.weight") continue;
    if (weights >= f.params.size()) return Wrong(part, ": more mpc.weight than parameters");
    if (!(program.types[program.params[f.params[weights]].type] == program.TypeOf(f, instruction.results[0])))
      return Wrong(part, ": parameter '", program.params[f.params[weights]].name, "' has another type than its mpc.weight");
    ++weights;
  }
  if (weights != f.params.size()) return Wrong(part, ": ", f.params.size(), " parameters for ", weights, " mpc.weight");
  if (f.results.size() != f.shares.size()) return Wrong(part, ": ", f.results.size(), " results for ", f.shares.size(), " shares");
  for (size_t i = 0; i < f.results.size(); ++i) {
    if (f.results[i] >= made.size() || !made[f.results[i]]) return Wrong(part, ": result ", i, " is not made");
    const ValueId share = f.shares[i];
    if (share >= entry.values.size()) return Wrong(part, ": share ", share, " is out of range");
    if ((*made_in_entry)[share]) return Wrong(part, ": share ", share, " is made twice");
    const Type &clear = program.TypeOf(f, f.results[i]), &shared = program.TypeOf(entry, share);
    const bool encodes = shared.kind == Kind::kMasked || shared.kind == Kind::kMaskedBit || shared.kind == Kind::kPublic;
    const bool fits = IsClear(shared.kind) ? clear == shared : encodes && clear.shape == shared.shape;
    if (!fits) return Wrong(part, ": result ", i, ", ", DescribeType(clear), ", cannot become ", DescribeType(shared));
    (*made_in_entry)[share] = true;
  }
  return absl::OkStatus();
}

// PRG addresses within an entry: each of a purpose's used once; receivers; rounds in order, their remasks neighbours.
absl::Status CheckSchedule(const Program& program, const Entry& entry, absl::string_view in) {
  absl::flat_hash_set<uint64_t> masks, dealt, reveals, owned;
  for (const ClearFunction& f : entry.clear) {
    for (size_t i = 0; i < f.results.size(); ++i) {
      const uint64_t address = uint64_t{f.address} + i;
      if (address > 0xFFFFFFFF || !owned.insert(address).second)
        return Wrong(in, ": address ", address, " of a clear function's result is taken");
    }
  }
  int64_t round = 0;
  bool open = false;  // the instruction before was a remask of `round`
  absl::flat_hash_set<ValueId> of_round;
  for (size_t i = 0; i < entry.instructions.size(); ++i) {
    const Instruction& instruction = entry.instructions[i];
    const auto wrong = [&](const auto&... text) { return Wrong(Where(program, in, i, instruction), ": ", text...); };
    const OpInfo* op = FindOp(instruction.op);
    const bool remask = instruction.op == "share.remask", reveal = instruction.op == "share.reveal";
    if (remask || reveal || op->deals) {
      const int64_t address = instruction.Int("address", -1);
      if (address < 0 || address > 0xFFFFFFFF) return wrong("address ", address, " is not of 32 bits");
      if (!(remask ? masks : reveal ? reveals : dealt).insert(address).second) return wrong("address ", address, " is used twice");
    }
    if (op->deals && instruction.Int("receiver") != 1 && instruction.Int("receiver") != 2) return wrong("receiver must be 1 or 2");
    if (!remask) {
      open = false;
      continue;
    }
    const int64_t r = instruction.Int("round");
    if (!(open && r == round)) {
      if (r <= round) return wrong("round ", r, " is not after round ", round, ", or its remasks are not neighbours");
      if (r > int64_t{entry.rounds}) return wrong("round ", r, " of ", entry.rounds);
      round = r;
      open = true;
      of_round.clear();
    }
    if (of_round.contains(instruction.operands[0])) return wrong("needs a result of its own round");
    of_round.insert(instruction.results[0]);
  }
  return absl::OkStatus();
}

absl::Status CheckEntry(const Program& program, const Entry& entry) {
  const std::string in = absl::StrCat("entry '", entry.name, "'");
  if (entry.slots > entry.values.size()) return Wrong(in, ": more slots than values");
  std::vector<uint64_t> slot_bytes(entry.slots);
  for (const Value& value : entry.values) {
    if (value.type >= program.types.size()) return Wrong(in, ": type ", value.type, " is out of range");
    if (value.slot >= entry.slots) return Wrong(in, ": slot ", value.slot, " of ", entry.slots);
    slot_bytes[value.slot] = std::max<uint64_t>(slot_bytes[value.slot], 16 * program.types[value.type].elements());
  }
  uint64_t bytes = 0;
  for (uint64_t b : slot_bytes)
    if ((bytes += b) > kMostBytes) return Wrong(in, ": needs more than 2^40 bytes of memory");
  std::vector<bool> made(entry.values.size());
  std::set<std::string> names;
  for (const Port& port : entry.inputs) {
    const auto wrong = [&](const auto&... text) { return Wrong(in, ", input '", port.name, "': ", text...); };
    if (!names.insert(port.name).second) return wrong("is there twice");
    if (port.type >= program.types.size() || !IsClear(program.types[port.type].kind)) return wrong("its type is not a plain one");
    if (port.owner == "public") {
      if (port.value >= entry.values.size() || made[port.value]) return wrong("its value is out of range or made twice");
      if (!(program.TypeOf(entry, port.value) == program.types[port.type])) return wrong("its value has another type");
      made[port.value] = true;
    } else if (port.owner != "client" || port.value != kNoValue) {
      return wrong("owner must be 'client', whose inputs have no value, or 'public'");
    }
  }
  for (size_t i = 0; i < entry.clear.size(); ++i)
    if (absl::Status s = CheckClearFunction(program, entry, entry.clear[i], i, in, &made); !s.ok()) return s;
  for (size_t i = 0; i < entry.instructions.size(); ++i)
    if (entry.instructions[i].op == "mpc.weight")
      return Wrong(Where(program, in, i, entry.instructions[i]), ": belongs into a clear function of the model");
  if (absl::Status s = CheckInstructions(program, entry.values, entry.instructions, in, &made); !s.ok()) return s;
  if (absl::Status s = CheckSchedule(program, entry, in); !s.ok()) return s;
  absl::flat_hash_set<ValueId> revealed;
  for (const Instruction& instruction : entry.instructions)
    if (instruction.op == "share.reveal") revealed.insert(instruction.results[0]);
  for (const Instruction& instruction : entry.instructions)
    for (ValueId v : instruction.operands)
      if (revealed.contains(v)) return Wrong(in, ": a revealed value is used, though no party has it");
  for (const Port& port : entry.outputs) {
    const auto wrong = [&](const auto&... text) { return Wrong(in, ", output '", port.name, "': ", text...); };
    if (!revealed.contains(port.value)) return wrong("is not the result of a share.reveal");
    if (port.type >= program.types.size() || !(program.types[port.type] == program.TypeOf(entry, port.value)))
      return wrong("its type is not that of its value");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInstruction(const OpInfo& op, const Instruction& instruction, const std::vector<const Type*>& operands,
                              const Type& result) {
  if (absl::Status s = CheckAttributes(op, instruction); !s.ok()) return s;
  if (!instruction.data.empty() && instruction.op != "mpc.constant")
    return absl::InvalidArgumentError("carries data, which only mpc.constant may");
  if (op.op_class == OpClass::kStructural) return CheckStructural(instruction, operands, result);
  if (op.op_class == OpClass::kShare) return CheckShare(instruction, operands, result);
  if (instruction.op == "mpc.constant") {
    const uint64_t want = static_cast<uint64_t>(result.elements()) * ElementBytes(result.kind);
    if (instruction.data.size() != want)
      return absl::InvalidArgumentError(absl::StrCat("holds ", instruction.data.size(), " bytes, not ", want));
  }
  if (op.op_class == OpClass::kElementwise) {
    std::vector<int64_t> shape = operands[0]->shape;
    for (const Type* operand : operands)
      if (!BroadcastShape(shape, operand->shape, &shape)) return absl::InvalidArgumentError("operands' shapes do not broadcast");
    if (shape != result.shape) return absl::InvalidArgumentError("result shape does not follow from the operands");
  }
  return absl::OkStatus();
}

absl::Status CheckProgram(const Program& program) {
  for (size_t i = 0; i < program.types.size(); ++i)
    if (absl::Status s = CheckType(program.types[i], i); !s.ok()) return s;
  for (const Param& param : program.params) {
    if (param.type >= program.types.size() || !IsClear(program.types[param.type].kind))
      return Wrong("parameter '", param.name, "' has no plain type");
    const Type& type = program.types[param.type];
    const uint64_t want = static_cast<uint64_t>(type.elements()) * ElementBytes(type.kind);
    if (param.length != want) return Wrong("parameter '", param.name, "' holds ", param.length, " bytes, not ", want);
    if (param.offset > (uint64_t{1} << 62)) return Wrong("parameter '", param.name, "' begins past any file");
  }
  if (program.entries.size() > 0xFFFF) return Wrong("more than 65535 entries");
  std::set<std::string> names;
  for (const Entry& entry : program.entries) {
    if (!names.insert(entry.name).second) return Wrong("entry '", entry.name, "' is there twice");
    if (absl::Status s = CheckEntry(program, entry); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace tacit
