// A Program to a container's bytes.
#include <map>

#include "flatbuffers/flatbuffers.h"
#include "program/digest.h"
#include "tacit/program.h"
#include "tacit/schema/program_generated.h"

namespace tacit {

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

class Writer {
 public:
  std::string Write(const Program& program) {
    std::vector<Offset<fb::Type>> types;
    for (const Type& type : program.types) {
      std::vector<fb::Dim> shape;
      for (int64_t d : type.shape) shape.emplace_back(d, 0);
      types.push_back(fb::CreateType(b_, static_cast<fb::Kind>(type.kind), type.width, type.fraction, b_.CreateVectorOfStructs(shape)));
    }
    std::vector<Offset<fb::Origin>> origins;
    for (const Origin& origin : program.origins) origins.push_back(fb::CreateOrigin(b_, Text(origin.name), Text(origin.kind)));
    std::vector<Offset<fb::Param>> params;
    for (const Param& p : program.params) params.push_back(fb::CreateParam(b_, Text(p.name), Text(p.file), p.offset, p.length, p.type));
    std::vector<Offset<fb::Entry>> entries;
    for (const Entry& entry : program.entries) entries.push_back(Put(entry));
    std::vector<Offset<flatbuffers::String>> names;
    for (const std::string& name : names_) names.push_back(b_.CreateString(name));
    const std::vector<uint8_t> no_digest(program.digest.size());
    const auto tool = Text(program.tool);
    const auto digest = b_.CreateVector(no_digest);
    const auto type_vector = b_.CreateVector(types);
    const auto name_vector = b_.CreateVector(names);
    const auto origin_vector = b_.CreateVector(origins);
    const auto param_vector = b_.CreateVector(params);
    const auto entry_vector = b_.CreateVector(entries);
    fb::ProgramBuilder root(b_);
    root.add_version(program.version);
    root.add_tool(tool);
    root.add_digest(digest);
    root.add_types(type_vector);
    root.add_op_names(name_vector);
    root.add_origins(origin_vector);
    root.add_params(param_vector);
    root.add_entries(entry_vector);
    fb::FinishProgramBuffer(b_, root.Finish());
    std::string bytes(reinterpret_cast<const char*>(b_.GetBufferPointer()), b_.GetSize());
    const Digest sum = Sha256({b_.GetBufferPointer(), b_.GetSize()});
    const size_t at = fb::GetProgram(b_.GetBufferPointer())->digest()->Data() - b_.GetBufferPointer();
    std::copy(sum.begin(), sum.end(), bytes.begin() + at);
    return bytes;
  }

 private:
  Offset<flatbuffers::String> Text(const std::string& text) { return b_.CreateString(text); }

  uint32_t Name(const std::string& op) {
    const auto [at, added] = name_index_.emplace(op, names_.size());
    if (added) names_.push_back(op);
    return at->second;
  }

  Offset<fb::Attribute> Put(const Attribute& attribute) {
    std::vector<int64_t> ints;
    std::vector<double> reals;
    Offset<flatbuffers::String> text;
    if (const auto* i = std::get_if<int64_t>(&attribute.value)) ints = {*i};
    if (const auto* r = std::get_if<double>(&attribute.value)) reals = {*r};
    if (const auto* b = std::get_if<bool>(&attribute.value)) ints = {*b};
    if (const auto* t = std::get_if<std::string>(&attribute.value)) text = Text(*t);
    if (const auto* i = std::get_if<std::vector<int64_t>>(&attribute.value)) ints = *i;
    if (const auto* r = std::get_if<std::vector<double>>(&attribute.value)) reals = *r;
    const auto name = Text(attribute.name);
    const auto int_vector = ints.empty() ? 0 : b_.CreateVector(ints);
    const auto real_vector = reals.empty() ? 0 : b_.CreateVector(reals);
    return fb::CreateAttribute(b_, name, static_cast<fb::AttributeKind>(attribute.value.index()), int_vector, real_vector, text);
  }

  Offset<fb::Instruction> Put(const Instruction& instruction) {
    std::vector<Offset<fb::Attribute>> attributes;
    for (const Attribute& attribute : instruction.attributes) attributes.push_back(Put(attribute));
    const auto operands = b_.CreateVector(instruction.operands);
    const auto results = b_.CreateVector(instruction.results);
    const auto attribute_vector = b_.CreateVector(attributes);
    const auto data = instruction.data.empty() ? 0 : b_.CreateVector(instruction.data);
    return fb::CreateInstruction(b_, Name(instruction.op), operands, results, attribute_vector, instruction.origin, data);
  }

  Offset<flatbuffers::Vector<Offset<fb::Instruction>>> Put(const std::vector<Instruction>& instructions) {
    std::vector<Offset<fb::Instruction>> offsets;
    for (const Instruction& instruction : instructions) offsets.push_back(Put(instruction));
    return b_.CreateVector(offsets);
  }

  Offset<flatbuffers::Vector<Offset<fb::Value>>> Put(const std::vector<Value>& values) {
    std::vector<Offset<fb::Value>> offsets;
    for (const Value& value : values) offsets.push_back(fb::CreateValue(b_, value.type, value.slot));
    return b_.CreateVector(offsets);
  }

  // Nothing where nothing is known.
  Offset<flatbuffers::Vector<double>> Put(const std::vector<Range>& ranges) {
    std::vector<double> ends;
    bool bounded = false;
    for (const Range& range : ranges) {
      ends.insert(ends.end(), {range.low, range.high});
      bounded = bounded || range.bounded();
    }
    return bounded ? b_.CreateVector(ends) : 0;
  }

  Offset<flatbuffers::Vector<Offset<fb::Port>>> Put(const std::vector<Port>& ports) {
    std::vector<Offset<fb::Port>> offsets;
    for (const Port& port : ports) {
      const auto name = Text(port.name), owner = Text(port.owner);
      offsets.push_back(fb::CreatePort(b_, name, owner, port.value, port.type, Put(std::vector<Range>{port.range})));
    }
    return b_.CreateVector(offsets);
  }

  Offset<fb::Entry> Put(const Entry& entry) {
    std::vector<Offset<fb::ClearFunction>> functions;
    for (const ClearFunction& f : entry.clear) {
      const auto owner = Text(f.owner);
      const auto arguments = b_.CreateVector(f.arguments);
      const auto params = b_.CreateVector(f.params);
      const auto values = Put(f.values);
      const auto instructions = Put(f.instructions);
      const auto results = b_.CreateVector(f.results);
      const auto shares = b_.CreateVector(f.shares);
      const auto ranges = Put(f.ranges);
      functions.push_back(
          fb::CreateClearFunction(b_, owner, arguments, params, values, instructions, results, shares, f.address, ranges));
    }
    const auto name = Text(entry.name);
    const auto values = Put(entry.values);
    const auto inputs = Put(entry.inputs);
    const auto outputs = Put(entry.outputs);
    const auto clear = b_.CreateVector(functions);
    const auto instructions = Put(entry.instructions);
    return fb::CreateEntry(b_, name, values, inputs, outputs, clear, instructions, entry.slots, entry.rounds);
  }

  FlatBufferBuilder b_{1 << 16};
  std::map<std::string, uint32_t> name_index_;
  std::vector<std::string> names_;
};

}  // namespace

std::string SerializeProgram(const Program& program) { return Writer().Write(program); }

}  // namespace tacit
