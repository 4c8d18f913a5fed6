// A walk over everything that the reader would copy, before it copies anything.
#include "program/content.h"

namespace tacit {

namespace {

constexpr size_t kMostName = 64;  // characters of an op's name

class Content {
 public:
  size_t bytes = 0;

  void Add(const flatbuffers::String* text) { bytes += text == nullptr ? 0 : text->size(); }
  template <class T>
  void AddNumbers(const flatbuffers::Vector<T>* numbers) {
    bytes += numbers == nullptr ? 0 : size_t{numbers->size()} * sizeof(T);
  }
  void Add(const flatbuffers::Vector<const fb::Dim*>* dims) { bytes += dims == nullptr ? 0 : size_t{dims->size()} * sizeof(fb::Dim); }

  template <class T>
  void AddEach(const flatbuffers::Vector<flatbuffers::Offset<T>>* tables) {
    if (tables == nullptr) return;
    bytes += size_t{tables->size()} * 4;
    for (const T* table : *tables) AddTable(*table);
  }

  void AddTable(const flatbuffers::String& name) { bytes += name.size(); }
  void AddTable(const fb::Type& type) { Add(type.shape()); }
  void AddTable(const fb::Value&) {}
  void AddTable(const fb::Attribute& attribute) {
    Add(attribute.name());
    Add(attribute.text());
    AddNumbers(attribute.ints());
    AddNumbers(attribute.reals());
  }
  void AddTable(const fb::Instruction& instruction) {
    AddNumbers(instruction.operands());
    AddNumbers(instruction.results());
    AddNumbers(instruction.data());
    AddEach(instruction.attributes());
  }
  void AddTable(const fb::Origin& origin) {
    Add(origin.name());
    Add(origin.kind());
  }
  void AddTable(const fb::Param& param) {
    Add(param.name());
    Add(param.file());
  }
  void AddTable(const fb::Port& port) {
    Add(port.name());
    Add(port.owner());
    AddNumbers(port.range());
  }
  void AddTable(const fb::ClearFunction& f) {
    Add(f.owner());
    AddNumbers(f.arguments());
    AddNumbers(f.params());
    AddNumbers(f.results());
    AddNumbers(f.shares());
    AddNumbers(f.ranges());
    AddEach(f.values());
    AddEach(f.instructions());
  }
  void AddTable(const fb::Entry& entry) {
    Add(entry.name());
    AddEach(entry.values());
    AddEach(entry.inputs());
    AddEach(entry.outputs());
    AddEach(entry.clear());
    AddEach(entry.instructions());
  }
};

}  // namespace

absl::Status CheckContent(const fb::Program& program, size_t bytes) {
  Content content;
  content.Add(program.tool());
  content.AddEach(program.types());
  content.AddEach(program.op_names());
  content.AddEach(program.origins());
  content.AddEach(program.params());
  content.AddEach(program.entries());
  if (content.bytes > bytes) return absl::InvalidArgumentError("program: the container is damaged: its parts overlap");
  if (program.op_names() != nullptr) {
    for (const flatbuffers::String* name : *program.op_names())
      if (name->size() > kMostName) return absl::InvalidArgumentError("program: an op's name is longer than any op's");
  }
  return absl::OkStatus();
}

}  // namespace tacit
