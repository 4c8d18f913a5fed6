// The wire format (https://protobuf.dev/programming-guides/encoding) of the fields of TensorProto (onnx.proto) that hold numbers.
#include "net/tensor_proto.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "net/elements.h"

namespace tacit {
namespace {

enum Wire { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

// Reads fields one after the other.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }

  bool Varint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(bytes_[0]);
      bytes_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return true;
    }
    return false;
  }
  bool Take(uint64_t size, absl::string_view* out) {
    if (size > bytes_.size()) return false;
    *out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }

 private:
  absl::string_view bytes_;
};

struct Field {
  uint64_t number = 0, wire = 0, value = 0;  // value of a varint
  absl::string_view bytes;                   // of the other kinds
};

bool Next(Reader* reader, Field* field) {
  uint64_t key = 0, size = 0;
  if (!reader->Varint(&key)) return false;
  field->number = key >> 3;
  field->wire = key & 7;
  switch (field->wire) {
    case kVarint:
      return reader->Varint(&field->value);
    case kFixed64:
      return reader->Take(8, &field->bytes);
    case kDelimited:
      return reader->Varint(&size) && reader->Take(size, &field->bytes);
    case kFixed32:
      return reader->Take(4, &field->bytes);
    default:
      return false;
  }
}

// Appends the varints of a field, packed or single.
bool Varints(const Field& field, std::vector<uint64_t>* values) {
  if (field.wire == kVarint) {
    values->push_back(field.value);
    return true;
  }
  if (field.wire != kDelimited) return false;
  Reader packed(field.bytes);
  while (!packed.done()) {
    uint64_t value = 0;
    if (!packed.Varint(&value)) return false;
    values->push_back(value);
  }
  return true;
}

// TensorProto.DataType: family, bytes of an element, and the field that holds elements that are not raw.
struct ElementType {
  int number;
  char family;
  int bytes;
  int field;
};
constexpr int kFloats = 4, kInt32s = 5, kInt64s = 7, kDoubles = 10, kUint64s = 11;
constexpr ElementType kTypes[] = {{1, 'f', 4, kFloats},  {2, 'u', 1, kInt32s},   {3, 'i', 1, kInt32s},   {4, 'u', 2, kInt32s},
                                  {5, 'i', 2, kInt32s},  {6, 'i', 4, kInt32s},   {7, 'i', 8, kInt64s},   {9, 'b', 1, kInt32s},
                                  {10, 'f', 2, kInt32s}, {11, 'f', 8, kDoubles}, {12, 'u', 4, kUint64s}, {13, 'u', 8, kUint64s}};

struct Proto {
  std::vector<uint64_t> dims, integers;  // integers: those of int32_data, int64_data or uint64_data
  uint64_t type = 0;
  std::string name, fixed;  // fixed: elements of float_data or double_data
  absl::string_view raw;
  bool has_raw = false, external = false;
};

bool ParseFields(absl::string_view bytes, Proto* proto) {
  Reader reader(bytes);
  Field field;
  while (!reader.done()) {
    if (!Next(&reader, &field)) return false;
    const bool text = field.wire == kDelimited;
    bool fine = true;
    switch (field.number) {
      case 1:
        fine = Varints(field, &proto->dims);
        break;
      case 2:
        fine = field.wire == kVarint;
        proto->type = field.value;
        break;
      case kFloats:
      case kDoubles:
        fine = field.wire != kVarint && field.bytes.size() % (field.number == kFloats ? 4 : 8) == 0;
        proto->fixed.append(field.bytes.data(), field.bytes.size());
        break;
      case kInt32s:
      case kInt64s:
      case kUint64s:
        fine = Varints(field, &proto->integers);
        break;
      case 8:
        fine = text;
        proto->name = std::string(field.bytes);
        break;
      case 9:
        fine = text;
        proto->raw = field.bytes;
        proto->has_raw = true;
        break;
      case 3:  // segment
      case 13:
        proto->external = true;
        break;
      case 14:
        fine = field.wire == kVarint;
        proto->external = proto->external || field.value != 0;
        break;
      default:
        break;
    }
    if (!fine) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::pair<std::string, Tensor>> ParseTensorProto(absl::string_view bytes) {
  Proto proto;
  if (!ParseFields(bytes, &proto)) return absl::InvalidArgumentError("not a TensorProto, or a truncated one");
  if (proto.external) return absl::InvalidArgumentError("its elements are in another file, expected them inside");
  const ElementType* type = nullptr;
  for (const ElementType& known : kTypes) {
    if (static_cast<uint64_t>(known.number) == proto.type) type = &known;
  }
  if (!type) return absl::InvalidArgumentError(absl::StrCat("element type ", proto.type, ", expected floats, integers or booleans"));

  std::string elements = proto.has_raw ? std::string(proto.raw) : std::move(proto.fixed);
  if (!proto.has_raw && type->field != kFloats && type->field != kDoubles) {
    elements.clear();
    for (uint64_t value : proto.integers) elements.append(reinterpret_cast<const char*>(&value), type->bytes);
  }
  std::vector<int64_t> shape;
  const uint64_t count = elements.size() / type->bytes;
  uint64_t product = 1, extent = 1;
  for (uint64_t size : proto.dims) {
    // A dimension of 0 does not hide that the others overflow.
    const uint64_t factor = std::max<uint64_t>(size, 1);
    if (extent > (uint64_t{1} << 40) / factor) return absl::InvalidArgumentError("a shape that is too large");
    extent *= factor;
    product *= size;
    shape.push_back(static_cast<int64_t>(size));
  }
  if (shape.size() > 16 || product != count || elements.size() % type->bytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(elements.size(), " bytes of elements, its shape tells of ", product, " of ", type->bytes));
  }
  auto tensor = FromElements(type->family, type->bytes, shape, elements);
  if (!tensor.ok()) return tensor.status();
  return std::make_pair(std::move(proto.name), *std::move(tensor));
}

}  // namespace tacit
