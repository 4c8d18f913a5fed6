#include "tacit/case.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/tensor_proto.h"
#include "tacit/npz.h"

namespace tacit {
namespace {

const Tensor* Find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return &tensor;
  }
  return nullptr;
}

// The tensor as the program's kind: whole numbers convert between i64, i32 and i1 where they fit.
absl::StatusOr<Tensor> Convert(const Tensor& given, const Type& type, const std::string& name) {
  const auto wrong = [&] {
    return absl::InvalidArgumentError(absl::StrCat("input '", name, "' is ", Describe(given.kind(), given.shape()), ", expected ",
                                                   Describe(type.kind, type.shape), "; compile for this length, or change the case"));
  };
  if (given.shape() != type.shape || (given.kind() == Kind::kF32) != (type.kind == Kind::kF32)) return wrong();
  if (given.kind() == type.kind) return given;
  Tensor tensor(type.kind, type.shape);
  for (int64_t i = 0; i < given.size(); ++i) {
    const int64_t value = given.kind() == Kind::kI64 ? given.i64()[i] : given.kind() == Kind::kI32 ? given.i32()[i] : given.i1()[i];
    if (type.kind == Kind::kI64) {
      tensor.i64()[i] = value;
    } else if (type.kind == Kind::kI32 && value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max()) {
      tensor.i32()[i] = static_cast<int32_t>(value);
    } else if (type.kind == Kind::kI1 && (value == 0 || value == 1)) {
      tensor.i1()[i] = static_cast<uint8_t>(value);
    } else {
      return wrong();
    }
  }
  return tensor;
}

bool IsPort(const std::vector<Port>& ports, absl::string_view name) {
  return std::any_of(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
}

absl::StatusOr<std::string> ReadProtoFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return absl::NotFoundError(absl::StrCat(path, " is no regular file"));
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  if (size > (std::streamoff{1} << 31)) return absl::InvalidArgumentError(absl::StrCat(path, " is above 2 GiB"));
  std::string bytes(size, '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return bytes;
}

std::string Names(const std::vector<Port>& ports) {
  return absl::StrJoin(ports, ", ", [](std::string* out, const Port& port) { absl::StrAppend(out, port.name); });
}

}  // namespace

absl::StatusOr<NamedTensors> ReadCase(const std::string& path, const Entry& entry) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return ReadNpz(path);
  NamedTensors tensors;
  for (const auto& [kind, prefix, ports] : {std::tuple("input", "in:", &entry.inputs), std::tuple("output", "out:", &entry.outputs)}) {
    for (size_t k = 0;; ++k) {
      const std::string file = absl::StrCat(path, "/", kind, "_", k, ".pb");
      if (!std::filesystem::exists(file, ignored)) break;
      auto bytes = ReadProtoFile(file);
      if (!bytes.ok()) return bytes.status();
      auto named = ParseTensorProto(*bytes);
      if (!named.ok()) return absl::InvalidArgumentError(absl::StrCat(file, ": ", named.status().message()));
      const bool known = IsPort(*ports, named->first);
      if (!known && k >= ports->size()) {
        return absl::InvalidArgumentError(absl::StrCat(file, ": the model has ", ports->size(), " ", kind, "s: ", Names(*ports)));
      }
      tensors.emplace_back(absl::StrCat(prefix, known ? named->first : (*ports)[k].name), std::move(named->second));
    }
  }
  if (tensors.empty()) return absl::NotFoundError(absl::StrCat(path, ": a folder without input_0.pb, expected an .npz or such a folder"));
  return tensors;
}

absl::StatusOr<NamedTensors> SelectInputs(const Program& program, const Entry& entry, const NamedTensors& tensors) {
  for (const auto& [key, tensor] : tensors) {
    if (IsPort(entry.inputs, key) || IsPort(entry.outputs, key)) continue;
    const bool marked = absl::StartsWith(key, "in:");
    if (marked ? !IsPort(entry.inputs, key.substr(3)) : !absl::StrContains(key, ":")) {
      return absl::InvalidArgumentError(absl::StrCat("'", key, "' is no input of the model; its inputs are ", Names(entry.inputs)));
    }
  }
  NamedTensors inputs;
  for (const Port& port : entry.inputs) {
    const Tensor* given = Find(tensors, "in:" + port.name);
    if (!given) given = Find(tensors, port.name);
    if (!given)
      return absl::InvalidArgumentError(
          absl::StrCat("the case has no input '", port.name, "'; the model's inputs are ", Names(entry.inputs)));
    auto tensor = Convert(*given, program.types[port.type], port.name);
    if (!tensor.ok()) return tensor.status();
    inputs.emplace_back(port.name, *std::move(tensor));
  }
  return inputs;
}

absl::StatusOr<std::vector<Comparison>> CompareOutputs(const NamedTensors& outputs, const NamedTensors& expected) {
  std::vector<Comparison> comparisons;
  for (const auto& [name, output] : outputs) {
    const Tensor* want = Find(expected, "out:" + name);
    if (!want) want = Find(expected, name);
    if (!want) continue;
    if (want->shape() != output.shape()) {
      return absl::InvalidArgumentError(absl::StrCat("expected output '", name, "' is ", Describe(want->kind(), want->shape()),
                                                     ", the run gave ", Describe(output.kind(), output.shape())));
    }
    Comparison c{name};
    double dot = 0, a2 = 0, b2 = 0;
    for (int64_t i = 0; i < output.size(); ++i) {
      const double a = output.At(i), b = want->At(i);
      const double error = std::abs(a - b);
      c.max_abs_error = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(c.max_abs_error, error);
      dot += a * b;
      a2 += a * a;
      b2 += b * b;
    }
    c.cosine = a2 == 0 && b2 == 0 ? 1 : dot / std::sqrt(a2 * b2);
    comparisons.push_back(c);
  }
  if (comparisons.empty()) return absl::InvalidArgumentError("the case to compare with has none of the model's outputs");
  return comparisons;
}

}  // namespace tacit
