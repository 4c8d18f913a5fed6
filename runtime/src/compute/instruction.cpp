// Accessors of the program's structs. They live here, below the container's reader, so that clear ops need nothing above them.
#include "tacit/program.h"

namespace tacit {

namespace {

template <class T>
const T* Find(const Instruction& instruction, absl::string_view name) {
  for (const Attribute& attribute : instruction.attributes) {
    if (attribute.name == name) return std::get_if<T>(&attribute.value);
  }
  return nullptr;
}

}  // namespace

int64_t Type::elements() const {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

int64_t Instruction::Int(absl::string_view name, int64_t absent) const {
  const auto* v = Find<int64_t>(*this, name);
  return v ? *v : absent;
}

double Instruction::Real(absl::string_view name, double absent) const {
  const auto* v = Find<double>(*this, name);
  return v ? *v : absent;
}

bool Instruction::Bool(absl::string_view name, bool absent) const {
  const auto* v = Find<bool>(*this, name);
  return v ? *v : absent;
}

std::string Instruction::Text(absl::string_view name) const {
  const auto* v = Find<std::string>(*this, name);
  return v ? *v : std::string();
}

const std::vector<int64_t>& Instruction::Ints(absl::string_view name) const {
  static const auto* const none = new std::vector<int64_t>();
  const auto* v = Find<std::vector<int64_t>>(*this, name);
  return v ? *v : *none;
}

const std::vector<double>& Instruction::Reals(absl::string_view name) const {
  static const auto* const none = new std::vector<double>();
  const auto* v = Find<std::vector<double>>(*this, name);
  return v ? *v : *none;
}

}  // namespace tacit
