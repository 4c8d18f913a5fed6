// safetensors: 8 bytes of header length, a JSON object of tensors, the elements.
#include "net/safetensors.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "net/json_text.h"

namespace tacit {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own bound

template <class... T>
absl::Status Wrong(const T&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("not a safetensors file: ", parts...));
}

// Bits of an element; 0 for a type that the format does not have.
uint64_t BitsOf(const std::string& dtype) {
  static const std::map<std::string, uint64_t> bits = {{"BOOL", 8}, {"U8", 8},   {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8},
                                                       {"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16},   {"I32", 32},
                                                       {"U32", 32}, {"F32", 32}, {"F64", 64}, {"I64", 64},    {"U64", 64}};
  const auto found = bits.find(dtype);
  return found == bits.end() ? 0 : found->second;
}

bool ReadNumbers(const Json& list, std::vector<uint64_t>* numbers) {
  if (!list.is_array()) return false;
  for (const Json& number : list) {
    if (!number.is_number_unsigned()) return false;
    numbers->push_back(number.get<uint64_t>());
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<StoredTensor>> ReadSafetensorsHeader(absl::Span<const uint8_t> file) {
  if (file.size() < 8) return Wrong(file.size(), " bytes are too few");
  uint64_t length = 0;
  for (int i = 8; i-- > 0;) length = length << 8 | file[i];
  if (length > kMaxHeader || length > file.size() - 8) return Wrong("a header of ", length, " bytes in a file of ", file.size());
  const uint64_t data = 8 + length;
  const Json header = ParseJson({reinterpret_cast<const char*>(file.data()) + 8, static_cast<size_t>(length)});
  if (!header.is_object()) return Wrong("its header is no JSON object");
  std::vector<StoredTensor> tensors;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    std::vector<uint64_t> shape, offsets;
    if (!tensor.is_object() || !tensor.value("dtype", Json()).is_string() || !ReadNumbers(tensor.value("shape", Json()), &shape) ||
        !ReadNumbers(tensor.value("data_offsets", Json()), &offsets) || offsets.size() != 2) {
      return Wrong("tensor '", name, "' has no dtype, shape and data_offsets");
    }
    StoredTensor stored{name, tensor.value("dtype", std::string()), 0, 0};
    const uint64_t bits = BitsOf(stored.dtype);
    if (bits == 0) return Wrong("tensor '", name, "' has elements of '", stored.dtype, "'");
    if (offsets[0] > offsets[1] || offsets[1] > file.size() - data) return Wrong("tensor '", name, "' lies outside of the file");
    __uint128_t elements = 1;
    for (uint64_t dim : shape) {
      if (dim != 0 && elements > (uint64_t{1} << 48) / dim) return Wrong("tensor '", name, "' has more than 2^48 elements");
      elements *= dim;
    }
    if (elements * bits / 8 != offsets[1] - offsets[0])
      return Wrong("tensor '", name, "' has ", offsets[1] - offsets[0], " bytes, which its shape does not");
    stored.begin = data + offsets[0];
    stored.end = data + offsets[1];
    tensors.push_back(std::move(stored));
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const StoredTensor& a, const StoredTensor& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  for (size_t i = 1; i < tensors.size(); ++i) {
    if (tensors[i].begin < tensors[i - 1].end) return Wrong("tensors '", tensors[i - 1].name, "' and '", tensors[i].name, "' overlap");
  }
  return tensors;
}

absl::Status CheckStoredRange(const std::vector<StoredTensor>& tensors, uint64_t offset, uint64_t length, const std::string& dtype) {
  // The last tensor that begins at or before the range; an empty one before it at the same place has nothing in it.
  auto at = std::upper_bound(tensors.begin(), tensors.end(), offset, [](uint64_t o, const StoredTensor& t) { return o < t.begin; });
  if (length == 0) return absl::OkStatus();
  if (at == tensors.begin() || (--at)->end < offset || length > at->end - offset)
    return absl::InvalidArgumentError(
        absl::StrCat("bytes ", offset, " to ", offset, " + ", length, " are not within one tensor of the file"));
  if (at->dtype != dtype)
    return absl::InvalidArgumentError(
        absl::StrCat("tensor '", at->name, "' of the file has elements of ", at->dtype, ", expected ", dtype));
  return absl::OkStatus();
}

}  // namespace tacit
