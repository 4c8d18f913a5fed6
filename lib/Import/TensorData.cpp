// TensorProto: element types, shapes, inline and external elements. Sizes are checked before anything is allocated.
#include "TensorData.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mlir;
using namespace mlir::mpc;
using Proto = ::onnx::TensorProto;

//===-- Headers ----------------------------------------------------------------------------------------------------===//

// Number of elements in the typed field that a tensor without raw_data uses.
static int64_t typedElements(const Proto &proto) {
  switch (proto.data_type()) {
  case Proto::FLOAT:
    return proto.float_data_size();
  case Proto::DOUBLE:
    return proto.double_data_size();
  case Proto::INT64:
    return proto.int64_data_size();
  case Proto::UINT64:
  case Proto::UINT32:
    return proto.uint64_data_size();
  default:
    return proto.int32_data_size();
  }
}

Descriptor::~Descriptor() {
  if (fd >= 0)
    ::close(fd);
}

// A path that is relative and stays below its folder by its text alone.
static bool staysInside(StringRef file) {
  if (file.empty() || llvm::sys::path::is_absolute(file) || file.contains('\\') || file.contains('\0'))
    return false;
  SmallVector<StringRef> parts;
  file.split(parts, '/');
  return llvm::none_of(parts, [](StringRef part) { return part == ".." || part.empty(); });
}

// Opens an external file one component at a time, each relative to the one before and none through a link, so that what is checked is what
// is read: a name that is exchanged meanwhile changes nothing.
LogicalResult TensorReader::openExternal(const std::string &file, std::string &error) {
  if (openedName == file && opened.fd >= 0)
    return success();
  auto refuse = [&](const llvm::Twine &why) {
    error = ("external data in '" + file + "'" + why).str();
    return failure();
  };
  if (!staysInside(file))
    return refuse(": expected a relative path inside the model's folder, without '..'");
  Descriptor at(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (at.fd < 0)
    return refuse(": " + llvm::Twine(std::strerror(errno)));
  SmallVector<StringRef> parts;
  StringRef(file).split(parts, '/');
  struct stat status {};
  for (auto [i, part] : llvm::enumerate(parts)) {
    const std::string name = part.str();
    Descriptor next(::openat(at.fd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (next.fd < 0 || ::fstat(next.fd, &status) != 0)
      return refuse(": " + llvm::Twine(std::strerror(errno)));
    if (S_ISLNK(status.st_mode))
      return refuse(": the path goes through a symbolic link; expected a file inside the model's folder");
    if (i + 1 < parts.size()) {
      at = std::move(next);
      continue;
    }
    if (!S_ISREG(status.st_mode))
      return refuse(" is no regular file");
    Descriptor readable(::openat(at.fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (readable.fd < 0 || ::fstat(readable.fd, &status) != 0)
      return refuse(": " + llvm::Twine(std::strerror(errno)));
    if (!S_ISREG(status.st_mode))
      return refuse(" is no regular file");
    opened = std::move(readable);
  }
  openedName = file;
  openedSize = static_cast<int64_t>(status.st_size);
  return success();
}

static bool parseCount(StringRef text, int64_t &value) { return !text.getAsInteger(10, value) && value >= 0; }

FailureOr<TensorData> TensorReader::inspect(const Proto &proto, std::string &error) {
  TensorData data;
  data.proto = &proto;
  data.element = lookupElement(proto.data_type());
  if (!data.element) {
    error = "elements of " + elementName(proto.data_type()) + " are not supported";
    return failure();
  }
  if (proto.has_segment()) {
    error = "segmented tensors are not supported";
    return failure();
  }
  data.elements = 1;
  int64_t extent = 1; // a dimension of 0 does not hide that the others overflow
  for (int64_t dim : proto.dims()) {
    int64_t factor = std::max<int64_t>(dim, 1);
    if (dim < 0 || extent > (int64_t(1) << 40) / factor) {
      error = "a dimension of " + std::to_string(dim) + " makes no shape of at most 2^40 elements";
      return failure();
    }
    extent *= factor;
    data.elements *= dim;
    data.shape.push_back(dim);
  }
  int64_t bytes = data.elements * data.element->bytes;
  if (proto.data_location() != Proto::EXTERNAL) {
    bool raw = proto.has_raw_data() && (!proto.raw_data().empty() || typedElements(proto) == 0);
    int64_t found = raw ? static_cast<int64_t>(proto.raw_data().size()) : typedElements(proto) * data.element->bytes;
    if (found == bytes)
      return data;
    error = "holds " + std::to_string(found) + " bytes of elements; its shape needs " + std::to_string(bytes);
    return failure();
  }

  bool hasLength = false;
  int64_t length = bytes;
  for (const auto &entry : proto.external_data()) {
    bool fine = true;
    if (entry.key() == "location")
      data.file = entry.value();
    else if (entry.key() == "offset")
      fine = parseCount(entry.value(), data.offset);
    else if (entry.key() == "length")
      hasLength = true, fine = parseCount(entry.value(), length);
    if (!fine) {
      error = "external data's " + entry.key() + " is '" + entry.value() + "'; expected a number of bytes";
      return failure();
    }
  }
  if (data.file.empty()) {
    error = "external data without a location";
    return failure();
  }
  StringRef file = data.file;
  while (file.consume_front("./")) // some exporters write it
    ;
  data.file = file.str();
  if (failed(openExternal(data.file, error)))
    return failure();
  if (hasLength && length != bytes) {
    error = "external data of " + std::to_string(length) + " bytes; its shape needs " + std::to_string(bytes);
    return failure();
  }
  if (data.offset > openedSize || bytes > openedSize - data.offset) {
    error = "external data at bytes " + std::to_string(data.offset) + " to " + std::to_string(data.offset) + " + " + std::to_string(bytes) +
            " of '" + data.file + "', which has " + std::to_string(openedSize);
    return failure();
  }
  return data;
}

//===-- Elements ---------------------------------------------------------------------------------------------------===//

// Appends the little-endian bytes of each value, as type T.
template <class T, class Range> static void appendAs(std::vector<char> &out, const Range &values) {
  for (auto value : values) {
    T element = static_cast<T>(value);
    char bytes[sizeof(T)];
    std::memcpy(bytes, &element, sizeof(T));
    out.insert(out.end(), bytes, bytes + sizeof(T));
  }
}

static std::vector<char> typedToRaw(const TensorData &data) {
  const Proto &proto = *data.proto;
  std::vector<char> out;
  out.reserve(static_cast<size_t>(data.elements) * data.element->bytes);
  switch (proto.data_type()) {
  case Proto::FLOAT:
    appendAs<float>(out, proto.float_data());
    break;
  case Proto::DOUBLE:
    appendAs<double>(out, proto.double_data());
    break;
  case Proto::INT64:
    appendAs<int64_t>(out, proto.int64_data());
    break;
  case Proto::UINT64:
    appendAs<uint64_t>(out, proto.uint64_data());
    break;
  case Proto::UINT32:
    appendAs<uint32_t>(out, proto.uint64_data());
    break;
  case Proto::INT32:
    appendAs<int32_t>(out, proto.int32_data());
    break;
  case Proto::INT16:
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16:
    appendAs<uint16_t>(out, proto.int32_data());
    break;
  default:
    appendAs<uint8_t>(out, proto.int32_data());
    break;
  }
  return out;
}

FailureOr<std::vector<char>> TensorReader::readRaw(const TensorData &data, std::string &error) {
  size_t bytes = static_cast<size_t>(data.elements) * data.element->bytes;
  if (!data.external()) {
    if (data.proto->has_raw_data() && data.proto->raw_data().size() == bytes)
      return std::vector<char>(data.proto->raw_data().begin(), data.proto->raw_data().end());
    return typedToRaw(data);
  }
  // Its size again: the file may have shrunk since it was inspected.
  if (failed(openExternal(data.file, error)))
    return failure();
  auto cut = [&] {
    error = "external data in '" + data.file + "' cannot be read: the file ends before byte " + std::to_string(data.offset) + " + " +
            std::to_string(bytes);
    return failure();
  };
  if (data.offset > openedSize || static_cast<int64_t>(bytes) > openedSize - data.offset)
    return cut();
  std::vector<char> out(bytes);
  for (size_t done = 0; done < bytes;) {
    ssize_t count = pread(opened.fd, out.data() + done, bytes - done, static_cast<off_t>(data.offset + static_cast<int64_t>(done)));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return cut();
    done += static_cast<size_t>(count);
  }
  return out;
}

template <class T> static T elementAt(const std::vector<char> &raw, size_t i) {
  T value;
  std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
  return value;
}

template <class From, class To> static std::vector<char> convert(const std::vector<char> &raw, llvm::function_ref<To(From)> rule) {
  std::vector<char> out(raw.size() / sizeof(From) * sizeof(To));
  for (size_t i = 0, n = raw.size() / sizeof(From); i < n; ++i) {
    To value = rule(elementAt<From>(raw, i));
    std::memcpy(out.data() + i * sizeof(To), &value, sizeof(To));
  }
  return out;
}

static float halfToFloat(uint16_t bits) { return llvm::APFloat(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits)).convertToFloat(); }
static float bfloatToFloat(uint16_t bits) { return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

FailureOr<std::vector<char>> TensorReader::readStored(const TensorData &data, std::string &error) {
  FailureOr<std::vector<char>> raw = readRaw(data, error);
  if (failed(raw))
    return failure();
  switch (data.element->onnx) {
  case Proto::DOUBLE:
    return convert<double, float>(*raw, [](double x) { return static_cast<float>(x); });
  case Proto::FLOAT16:
    return convert<uint16_t, float>(*raw, halfToFloat);
  case Proto::BFLOAT16:
    return convert<uint16_t, float>(*raw, bfloatToFloat);
  case Proto::INT16:
    return convert<int16_t, int32_t>(*raw, [](int16_t x) -> int32_t { return x; });
  case Proto::UINT16:
    return convert<uint16_t, int32_t>(*raw, [](uint16_t x) -> int32_t { return x; });
  case Proto::INT8:
    return convert<int8_t, int32_t>(*raw, [](int8_t x) -> int32_t { return x; });
  case Proto::UINT8:
    return convert<uint8_t, int32_t>(*raw, [](uint8_t x) -> int32_t { return x; });
  case Proto::UINT32:
    return convert<uint32_t, int64_t>(*raw, [](uint32_t x) -> int64_t { return x; });
  case Proto::UINT64:
    for (size_t i = 0, n = raw->size() / 8; i < n; ++i)
      if (elementAt<uint64_t>(*raw, i) > static_cast<uint64_t>(INT64_MAX)) {
        error = "a uint64 above the range of int64";
        return failure();
      }
    return raw;
  case Proto::BOOL:
    return convert<uint8_t, uint8_t>(*raw, [](uint8_t x) -> uint8_t { return x != 0; });
  default:
    return raw;
  }
}

DenseElementsAttr mlir::mpc::makeElements(const TensorData &data, ArrayRef<char> raw, MLIRContext *context) {
  auto type = RankedTensorType::get(data.shape, importedType(*data.element, context));
  if (data.element->kind == ElementInfo::Truth) {
    SmallVector<bool> bits;
    for (char byte : raw)
      bits.push_back(byte != 0);
    return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
  }
  if (data.elements == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  return DenseElementsAttr::getFromRawBuffer(type, raw);
}
