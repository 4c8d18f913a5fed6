// A container's bytes to a Program. Nothing of the file is believed before FlatBuffers' verifier has walked it and the digest fits.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "flatbuffers/flatbuffers.h"
#include "program/check.h"
#include "program/content.h"
#include "program/digest.h"
#include "tacit/program.h"
#include "tacit/schema/program_generated.h"

namespace tacit {

namespace {

template <class... T>
absl::Status Wrong(const T&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("program: ", parts...));
}

std::string Text(const flatbuffers::String* s) { return s == nullptr ? std::string() : s->str(); }

template <class T>
std::vector<T> Numbers(const flatbuffers::Vector<T>* v) {
  return v == nullptr ? std::vector<T>() : std::vector<T>(v->begin(), v->end());
}

// The verifier looks at the alignment of a vector's length only; elements of 8 bytes need more, if there are any.
template <class T>
bool Aligned(const flatbuffers::Vector<T>* v) {
  return v == nullptr || v->size() == 0 || reinterpret_cast<uintptr_t>(v->Data()) % 8 == 0;
}

// Calls f(table) for each table of a vector that may be absent; stops at the first error.
template <class T, class F>
absl::Status Each(const flatbuffers::Vector<flatbuffers::Offset<T>>* v, F&& f) {
  if (v == nullptr) return absl::OkStatus();
  for (const T* table : *v)
    if (absl::Status s = f(*table); !s.ok()) return s;
  return absl::OkStatus();
}

absl::StatusOr<Type> ReadType(const fb::Type& from, size_t index) {
  Type type;
  if (static_cast<int>(from.kind()) > static_cast<int>(Kind::kXorBit)) return Wrong("type ", index, " has an unknown kind");
  type.kind = static_cast<Kind>(from.kind());
  type.width = from.width();
  type.fraction = from.fraction();
  if (!Aligned(from.shape())) return Wrong("type ", index, " is damaged: its shape is not aligned");
  if (from.shape() != nullptr) {
    for (const fb::Dim* dim : *from.shape()) {
      if (dim->per_length() != 0) return Wrong("type ", index, " depends on a run's length, which this version does not run");
      type.shape.push_back(dim->constant());
    }
  }
  return type;
}

absl::StatusOr<Attribute> ReadAttribute(const fb::Attribute& from) {
  Attribute attribute;
  attribute.name = from.name()->str();
  const auto wrong = [&] { return Wrong("attribute '", attribute.name, "' does not hold what its kind says"); };
  if (!Aligned(from.ints()) || !Aligned(from.reals())) return wrong();
  const size_t ints = from.ints() == nullptr ? 0 : from.ints()->size(), reals = from.reals() == nullptr ? 0 : from.reals()->size();
  switch (from.kind()) {
    case fb::AttributeKind::Int:
      if (ints != 1) return wrong();
      attribute.value = from.ints()->Get(0);
      return attribute;
    case fb::AttributeKind::Real:
      if (reals != 1) return wrong();
      attribute.value = from.reals()->Get(0);
      return attribute;
    case fb::AttributeKind::Bool:
      if (ints != 1) return wrong();
      attribute.value = from.ints()->Get(0) != 0;
      return attribute;
    case fb::AttributeKind::Text:
      attribute.value = Text(from.text());
      return attribute;
    case fb::AttributeKind::Ints:
      attribute.value = Numbers(from.ints());
      return attribute;
    case fb::AttributeKind::Reals:
      attribute.value = Numbers(from.reals());
      return attribute;
  }
  return Wrong("attribute '", attribute.name, "' has an unknown kind");
}

std::vector<Value> ReadValues(const flatbuffers::Vector<flatbuffers::Offset<fb::Value>>* from) {
  std::vector<Value> values;
  if (from != nullptr)
    for (const fb::Value* value : *from) values.push_back({value->type(), value->slot()});
  return values;
}

absl::Status ReadInstructions(const fb::Program& program, const flatbuffers::Vector<flatbuffers::Offset<fb::Instruction>>* from,
                              std::vector<Instruction>* to) {
  const uint32_t names = program.op_names() == nullptr ? 0 : program.op_names()->size();
  return Each(from, [&](const fb::Instruction& i) -> absl::Status {
    if (i.op() >= names) return Wrong("op ", i.op(), " of ", names, " names");
    Instruction instruction;
    instruction.op = program.op_names()->Get(i.op())->str();
    instruction.operands = Numbers(i.operands());
    instruction.results = Numbers(i.results());
    instruction.origin = i.origin();
    instruction.data = Numbers(i.data());
    absl::Status s = Each(i.attributes(), [&](const fb::Attribute& a) -> absl::Status {
      absl::StatusOr<Attribute> attribute = ReadAttribute(a);
      if (!attribute.ok()) return attribute.status();
      instruction.attributes.push_back(*std::move(attribute));
      return absl::OkStatus();
    });
    if (!s.ok()) return s;
    to->push_back(std::move(instruction));
    return absl::OkStatus();
  });
}

// Pairs of bounds: `count` of them, or none at all.
absl::StatusOr<std::vector<Range>> ReadRanges(const flatbuffers::Vector<double>* from, size_t count, absl::string_view what) {
  std::vector<Range> ranges;
  if (from == nullptr || from->size() == 0) return ranges;
  if (!Aligned(from) || from->size() != 2 * count) return Wrong("the range of ", what, " is damaged");
  for (size_t i = 0; i < count; ++i) {
    const Range range{from->Get(2 * i), from->Get(2 * i + 1)};
    if (!(range.low <= range.high)) return Wrong("the range of ", what, " is empty");
    ranges.push_back(range);
  }
  return ranges;
}

absl::Status ReadPorts(const flatbuffers::Vector<flatbuffers::Offset<fb::Port>>* from, std::vector<Port>* to) {
  return Each(from, [&](const fb::Port& port) -> absl::Status {
    to->push_back({Text(port.name()), Text(port.owner()), port.value(), port.type()});
    absl::StatusOr<std::vector<Range>> range = ReadRanges(port.range(), 1, absl::StrCat("'", to->back().name, "'"));
    if (!range.ok()) return range.status();
    if (!range->empty()) to->back().range = range->front();
    return absl::OkStatus();
  });
}

absl::StatusOr<Entry> ReadEntry(const fb::Program& program, const fb::Entry& from) {
  Entry entry;
  entry.name = Text(from.name());
  entry.values = ReadValues(from.values());
  if (absl::Status s = ReadPorts(from.inputs(), &entry.inputs); !s.ok()) return s;
  if (absl::Status s = ReadPorts(from.outputs(), &entry.outputs); !s.ok()) return s;
  entry.slots = from.slots();
  entry.rounds = from.rounds();
  absl::Status s = Each(from.clear(), [&](const fb::ClearFunction& f) -> absl::Status {
    ClearFunction function;
    function.owner = Text(f.owner());
    function.arguments = Numbers(f.arguments());
    function.params = Numbers(f.params());
    function.values = ReadValues(f.values());
    function.results = Numbers(f.results());
    function.shares = Numbers(f.shares());
    function.address = f.address();
    absl::StatusOr<std::vector<Range>> ranges = ReadRanges(f.ranges(), function.results.size(), "a clear function");
    if (!ranges.ok()) return ranges.status();
    function.ranges = *std::move(ranges);
    if (absl::Status t = ReadInstructions(program, f.instructions(), &function.instructions); !t.ok()) return t;
    entry.clear.push_back(std::move(function));
    return absl::OkStatus();
  });
  if (!s.ok()) return s;
  if (s = ReadInstructions(program, from.instructions(), &entry.instructions); !s.ok()) return s;
  return entry;
}

}  // namespace

absl::StatusOr<Program> ParseProgram(absl::string_view bytes) {
  // FlatBuffers wants aligned bytes, and the digest is of a copy whose digest field is zeroed.
  if (bytes.size() < 16) return Wrong("a file of ", bytes.size(), " bytes is not a program container");
  if (bytes.size() >= (size_t{1} << 31)) return Wrong("a container has less than 2 GiB");
  std::vector<uint64_t> storage((bytes.size() + 7) / 8);
  uint8_t* data = reinterpret_cast<uint8_t*>(storage.data());
  std::copy(bytes.begin(), bytes.end(), data);
  if (!fb::ProgramBufferHasIdentifier(data)) return Wrong("not a program container (identifier MPCB expected)");
  flatbuffers::Verifier verifier(data, bytes.size(), /*max_depth=*/16, /*max_tables=*/bytes.size() / kLeastTableBytes);
  if (!fb::VerifyProgramBuffer(verifier)) return Wrong("the container is damaged or cut short");
  const fb::Program& from = *fb::GetProgram(data);
  if (from.version() != 1) return Wrong("version ", from.version(), " of the container, this runtime reads version 1");
  if (absl::Status s = CheckContent(from, bytes.size()); !s.ok()) return s;
  Program program;
  program.version = from.version();
  if (from.digest() == nullptr || from.digest()->size() != program.digest.size()) return Wrong("the container has no digest of 32 bytes");
  uint8_t* stored = data + (from.digest()->Data() - data);
  std::copy_n(stored, program.digest.size(), program.digest.begin());
  std::fill_n(stored, program.digest.size(), 0);
  if (Sha256({data, bytes.size()}) != program.digest)
    return Wrong("the container's digest does not fit its content: it was changed after it was written");

  program.tool = Text(from.tool());
  absl::Status s = Each(from.types(), [&](const fb::Type& t) -> absl::Status {
    absl::StatusOr<Type> type = ReadType(t, program.types.size());
    if (!type.ok()) return type.status();
    program.types.push_back(*std::move(type));
    return absl::OkStatus();
  });
  if (!s.ok()) return s;
  if (from.origins() != nullptr)
    for (const fb::Origin* origin : *from.origins()) program.origins.push_back({Text(origin->name()), Text(origin->kind())});
  if (from.params() != nullptr)
    for (const fb::Param* p : *from.params())
      program.params.push_back({Text(p->name()), Text(p->file()), p->offset(), p->length(), p->type()});
  s = Each(from.entries(), [&](const fb::Entry& e) -> absl::Status {
    absl::StatusOr<Entry> entry = ReadEntry(from, e);
    if (!entry.ok()) return entry.status();
    program.entries.push_back(*std::move(entry));
    return absl::OkStatus();
  });
  if (!s.ok()) return s;
  if (s = CheckProgram(program); !s.ok()) return s;
  return program;
}

absl::StatusOr<Program> LoadProgram(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    return absl::NotFoundError(absl::StrCat("'", path, "' is no regular file"));
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open '", path, "'"));
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read '", path, "'"));
  absl::StatusOr<Program> program = ParseProgram(bytes);
  if (!program.ok()) return absl::Status(program.status().code(), absl::StrCat("'", path, "': ", program.status().message()));
  return program;
}

absl::StatusOr<const Entry*> Program::FindEntry(absl::string_view name) const {
  for (const Entry& entry : entries)
    if (entry.name == (name.empty() ? absl::string_view("main") : name)) return &entry;
  if (name.empty() && entries.size() == 1) return &entries[0];
  std::string known;
  for (const Entry& entry : entries) absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
  return absl::NotFoundError(name.empty() ? absl::StrCat("the program has several entries, name one: ", known)
                                          : absl::StrCat("the program has no entry '", name, "', it has: ", known));
}

}  // namespace tacit
