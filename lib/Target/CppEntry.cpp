// Tables and functions of an entry.
#include "CppEntry.h"
#include "CppText.h"
#include "party/plan.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace mlir::mpc::cpp;

namespace {

// Ops that are a method of their own, with no attributes but address and receiver.
StringRef plainMethod(StringRef op) {
  return StringSwitch<StringRef>(op)
      .Case("share.add", "Add")
      .Case("share.sub", "Sub")
      .Case("share.neg", "Neg")
      .Case("share.mul_public", "MulPublic")
      .Case("share.matmul_public", "MatmulPublic")
      .Case("share.shrink", "Shrink")
      .Case("share.reinterpret", "Reinterpret")
      .Case("share.to_additive", "ToAdditive")
      .Case("share.truncate", "Truncate")
      .Case("share.join", "Join")
      .Case("share.xor", "Xor")
      .Case("share.not", "Not")
      .Case("share.mul", "Mul")
      .Case("share.matmul", "Matmul")
      .Case("share.extend_high", "ExtendHigh")
      .Case("share.lex_combine", "LexCombine")
      .Case("share.and", "And")
      .Case("share.bit_to_arith", "BitToArith")
      .Case("share.bit_mul", "BitMul")
      .Case("mpc.reshape", "Reshape")
      .Case("mpc.broadcast", "Broadcast")
      .Default("");
}

// One entry's functions and tables.
class EntryEmitter {
public:
  EntryEmitter(const tacit::Program &program, const tacit::Entry &entry, raw_ostream &os, bool *container)
      : program(program), entry(entry), plan(program, entry), os(os), container(container) {}

  void run() {
    os << "//===-- Entry " << comment(entry.name) << ": " << entry.instructions.size() << " instructions, " << entry.slots
       << " slots, rounds: " << entry.rounds << " --===//\n\nnamespace entry" << plan.entry_index << " {\n\n";
    emitShared();
    emitMaterial();
    emitPreamble();
    emitBody();
    os << "}  // namespace entry" << plan.entry_index << "\n\n";
  }

  // Its line in the table of entries.
  std::string describe() const {
    std::string scope = "entry" + std::to_string(plan.entry_index) + "::";
    std::string text;
    raw_string_ostream(text) << "{" << quoted(entry.name) << ", " << plan.entry_index << ", " << entry.instructions.size() << ", "
                             << entry.slots << ", " << (shared.empty() ? "{}" : scope + "kShared") << ", "
                             << (deals ? scope + "kMaterial" : "{}") << ", " << scope << "Preamble, " << scope << "Body}";
    return text;
  }

private:
  const tacit::Type &typeOf(uint32_t value) const { return program.TypeOf(entry, value); }
  std::string slot(uint32_t value) const { return "s[" + std::to_string(entry.values[value].slot) + "]"; }

  //===-- Tables -----------------------------------------------------------------------------------------------------===//

  // What an owner's value is made of: parameters, or the client's inputs.
  std::string sourceOf(const tacit::ClearFunction &function) const {
    std::vector<std::string> names;
    for (uint32_t param : function.params)
      names.push_back(comment(program.params[param].name));
    for (uint32_t argument : function.arguments)
      names.push_back(comment(entry.inputs[argument].name));
    if (names.size() > 3) {
      size_t more = names.size() - 3;
      names.resize(3);
      names.push_back("and " + std::to_string(more) + " more");
    }
    return names.empty() ? "constant" : join(names, ", ");
  }

  void emitShared() {
    for (const tacit::SharedResult &result : plan.shared) {
      if (result.published)
        continue;
      if (shared.empty())
        os << "// What the owners share: owner, number of the share, address of its masks, type.\nconst SharedValue kShared[] = {\n";
      os << "    {" << quoted(result.function->owner) << ", " << result.number << ", " << result.address << ", &"
         << typeName(typeOf(result.value)) << "},  // [" << shared.size() << "] " << sourceOf(*result.function) << "\n";
      sharedIndex[result.value] = shared.size();
      shared.push_back(&result);
    }
    if (!shared.empty())
      os << "};\n\n";
  }

  void emitMaterial() {
    for (size_t i = 0; i < entry.instructions.size(); ++i) {
      if (plan.dealt[i].empty())
        continue;
      if (!deals)
        os << "// What P0 deals before the first round: instruction, receiver, bytes.\nconst Material kMaterial[] = {";
      os << (deals % 6 == 0 ? "\n    " : " ") << "{" << i << ", " << entry.instructions[i].Int("receiver") << ", " << plan.dealt_bytes[i]
         << "},";
      ++deals;
    }
    if (deals)
      os << "\n};\n\n";
  }

  //===-- Calls ------------------------------------------------------------------------------------------------------===//

  // A comment wherever the node changes.
  void origin(raw_ostream &out, size_t i) {
    uint32_t at = entry.instructions[i].origin;
    if (at == lastOrigin || at >= program.origins.size())
      return;
    lastOrigin = at;
    const tacit::Origin &o = program.origins[at];
    out << "  // " << comment(o.name) << (o.name.empty() ? "" : " ") << "(" << comment(o.kind) << ")\n";
  }
  std::string node(size_t i) const {
    uint32_t at = entry.instructions[i].origin;
    return quoted(at < program.origins.size() ? program.origins[at].name : "");
  }

  std::string use(size_t i, uint32_t value) const {
    bool last = !plan.is_public[i] && is_contained(plan.dies[i], value);
    return last ? "Last(" + slot(value) + ")" : slot(value);
  }
  std::string uses(size_t i) const {
    std::vector<std::string> all;
    for (uint32_t v : entry.instructions[i].operands)
      all.push_back(use(i, v));
    return join(all, ", ");
  }
  // Attributes but those that have a place of their own.
  std::string attributes(const tacit::Instruction &instruction) const {
    std::vector<std::string> all;
    for (const tacit::Attribute &a : instruction.attributes)
      if (a.name != "address" && a.name != "receiver")
        all.push_back(attribute(a));
    return "{" + join(all, ", ") + "}";
  }

  // The call of any instruction but those of rounds and results.
  std::string call(size_t i) {
    const tacit::Instruction &instruction = entry.instructions[i];
    StringRef op = instruction.op;
    uint32_t result = instruction.results[0];
    const tacit::Type &type = typeOf(result);
    std::string head = std::to_string(i) + ", " + slot(result), name = typeName(type);
    if (op == "mpc.constant")
      return constantCall(head + ", " + name, type, instruction.data, container);
    if (op == "share.encode")
      return "p.Encode(" + head + ", " + uses(i) + ", " + name + ", " + node(i) + ");";
    if (tacit::IsClear(type.kind))
      return "p.Clear(" + head + ", " + quoted(op) + ", {" + uses(i) + "}, " + name + ", " + attributes(instruction) + ", " + node(i) +
             ");";

    std::string tail, note;
    if (!plan.dealt[i].empty()) {
      int64_t receiver = instruction.Int("receiver");
      tail = ", {" + literal(instruction.Int("address")) + ", " + literal(receiver) + "}";
      note = "  // P0 deals " + std::to_string(plan.dealt_bytes[i]) + " bytes to P" + std::to_string(receiver);
    }
    auto with = [&](StringRef method, const std::string &extra) {
      return "p." + method.str() + "(" + head + ", " + uses(i) + ", " + name + extra + tail + ");" + note;
    };
    if (StringRef method = plainMethod(op); !method.empty())
      return with(method, "");
    if (op == "share.reduce_sum")
      return with("ReduceSum", ", " + list(instruction.Ints("axes")));
    if (op == "share.compare_digits")
      return with("CompareDigits", ", " + list(instruction.Ints("thresholds")) + ", " + literal(instruction.Int("digit")));
    if (op == "share.compare_finish")
      return with("CompareFinish", ", " + list(instruction.Ints("thresholds")));
    if (op == "mpc.transpose")
      return with("Transpose", ", " + list(instruction.Ints("permutation")));
    if (op == "mpc.slice")
      return with("Slice", ", " + list(instruction.Ints("offsets")) + ", " + list(instruction.Ints("strides")));
    if (op == "mpc.gather")
      return with("Gather", ", " + literal(instruction.Int("axis")) + ", " + node(i));
    if (op == "mpc.concat")
      return "p.Concat(" + head + ", {" + uses(i) + "}, " + name + ", " + literal(instruction.Int("axis")) + ");";
    return "p.Gate(" + head + ", " + quoted(op) + ", {" + uses(i) + "}, " + name + ", " + attributes(instruction) + tail + ");" + note;
  }

  //===-- Functions --------------------------------------------------------------------------------------------------===//

  void emitPreamble() {
    os << "// Public inputs, and what depends on them alone; all three parties make it alike.\nvoid Preamble(Party& p, Slot* s) {\n";
    lastOrigin = ~0u;
    for (size_t i = 0; i < entry.inputs.size(); ++i) {
      const tacit::Port &port = entry.inputs[i];
      if (port.owner == "public")
        os << "  p.PublicInput(" << port.value << ", " << slot(port.value) << ", " << typeName(typeOf(port.value)) << ", " << i << ", "
           << quoted(port.name) << ");\n";
    }
    for (const tacit::SharedResult &result : plan.shared)
      if (result.published)
        os << "  p.Published(" << result.value << ", " << slot(result.value) << ", " << typeName(typeOf(result.value)) << ", "
           << entry.inputs.size() + result.number << ", " << quoted(result.function->owner) << ");  // " << sourceOf(*result.function)
           << "\n";
    for (size_t i = 0; i < entry.instructions.size(); ++i) {
      if (!plan.is_public[i])
        continue;
      origin(os, i);
      os << "  " << call(i) << "\n";
    }
    os << "  // What secret values will meet.\n  p.Commit({";
    bool first = true;
    for (uint32_t v = 0; v < entry.values.size(); ++v) {
      if (!plan.kept[v])
        continue;
      os << (first ? "" : ", ") << "{" << v << ", " << slot(v) << "}";
      first = false;
    }
    os << "});\n}\n\n";
  }

  // Owners' values that instruction `i` reads first.
  void expand(raw_ostream &out, size_t i) {
    for (uint32_t v : entry.instructions[i].operands) {
      auto at = sharedIndex.find(v);
      if (at == sharedIndex.end() || at->second < 0)
        continue;
      const tacit::SharedResult &result = *shared[at->second];
      out << "  p.Expand(" << slot(v) << ", kShared[" << at->second << "]);  // " << sourceOf(*result.function) << "\n";
      at->second = -1;
    }
  }

  void emitBody() {
    std::vector<std::string> functions;
    StringSet<> names;
    std::string text;
    raw_string_ostream out(text);
    lastOrigin = ~0u;
    auto close = [&](const std::string &what, const std::string &about) {
      std::string name = what;
      for (int again = 2; !names.insert(name).second; ++again)
        name = what + "_" + std::to_string(again);
      os << "// " << about << "\nvoid " << name << "(Party& p, Slot* s) {\n" << text << "}\n\n";
      functions.push_back(name);
      text.clear();
      lastOrigin = ~0u;
    };
    for (size_t i = 0; i < entry.instructions.size();) {
      const tacit::Instruction &instruction = entry.instructions[i];
      if (plan.is_public[i]) {
        ++i;
        continue;
      }
      expand(out, i);
      origin(out, i);
      if (instruction.op == "share.reveal") {
        out << "  p.Reveal(" << i << ", " << uses(i) << ", " << quoted(instruction.Text("owner")) << ", " << instruction.Int("address")
            << ");" << outputName(instruction.results[0]) << "\n";
        ++i;
        continue;
      }
      if (instruction.op != "share.remask") {
        out << "  " << call(i) << "\n";
        ++i;
        continue;
      }
      int64_t round = instruction.Int("round"), bytes = 0;
      size_t first = i;
      for (; i < entry.instructions.size(); ++i) {
        const tacit::Instruction &remask = entry.instructions[i];
        if (remask.op != "share.remask" || remask.Int("round") != round)
          break;
        origin(out, i);
        const tacit::Type &type = typeOf(remask.results[0]);
        out << "  p.Remask(" << i << ", " << slot(remask.results[0]) << ", " << uses(i) << ", " << typeName(type) << ", "
            << remask.Int("address") << ");\n";
        bytes += tacit::StreamOf(type).wire_bytes();
      }
      out << "  p.Exchange(" << round << ");\n";
      size_t values = i - first;
      close("Round" + std::to_string(round), "Round " + std::to_string(round) + ": " + std::to_string(values) +
                                                 (values == 1 ? " value, " : " values, ") + std::to_string(bytes) +
                                                 " bytes each way between P1 and P2.");
    }
    if (!text.empty())
      close("Results", "After the last round: what the owners are sent.");
    os << "void Body(Party& p, Slot* s) {\n";
    for (const std::string &name : functions)
      os << "  " << name << "(p, s);\n";
    os << "}\n\n";
  }

  std::string outputName(uint32_t value) const {
    for (const tacit::Port &port : entry.outputs)
      if (port.value == value)
        return "  // " + comment(port.name);
    return "";
  }

  const tacit::Program &program;
  const tacit::Entry &entry;
  const tacit::Plan plan;
  raw_ostream &os;
  bool *container;
  std::vector<const tacit::SharedResult *> shared; // masked ones, in the order of kShared
  DenseMap<uint32_t, int64_t> sharedIndex;         // by value: its index in `shared`, or -1 once it is expanded
  size_t deals = 0;
  uint32_t lastOrigin = ~0u;
};

} // namespace

std::string mlir::mpc::cpp::emitEntry(const tacit::Program &program, const tacit::Entry &entry, raw_ostream &os, bool *container) {
  EntryEmitter emitter(program, entry, os, container);
  emitter.run();
  return emitter.describe();
}
