// Maps the file and parses it. Protobuf and the standard library may throw (std::bad_alloc on an absurd length, protobuf's fatal
// errors): all is caught here.
#include "ReadModel.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tacit_import {
namespace {

// A whole file, mapped for reading.
struct Mapping {
  void *data = MAP_FAILED;
  size_t size = 0;
  int file = -1;

  ~Mapping() {
    if (data != MAP_FAILED)
      munmap(data, size);
    if (file >= 0)
      close(file);
  }

  bool open(const std::string &path, std::string &error) {
    file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status {};
    if (file < 0 || fstat(file, &status) != 0) {
      error = std::string("cannot be opened: ") + std::strerror(errno);
      return false;
    }
    if (!S_ISREG(status.st_mode)) {
      error = "is no regular file";
      return false;
    }
    size = static_cast<size_t>(status.st_size);
    if (size == 0) {
      error = "is empty; expected an ONNX model";
      return false;
    }
    if (size > static_cast<size_t>(INT_MAX)) {
      error = "is " + std::to_string(size) + " bytes; a protobuf message is limited to 2 GiB, so the weights belong in external data";
      return false;
    }
    data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED)
      error = std::string("cannot be mapped: ") + std::strerror(errno);
    return data != MAP_FAILED;
  }
};

std::unique_ptr<::onnx::ModelProto> parse(const std::string &path, std::string &error) {
  Mapping mapping;
  if (!mapping.open(path, error))
    return nullptr;
  google::protobuf::LogSilencer silence; // the diagnostic is ours
  auto model = std::make_unique<::onnx::ModelProto>();
  google::protobuf::io::CodedInputStream stream(static_cast<const uint8_t *>(mapping.data), static_cast<int>(mapping.size));
  stream.SetTotalBytesLimit(INT_MAX);
  stream.SetRecursionLimit(100);
  if (!model->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    error = "is no whole ONNX model: its protobuf breaks off or is malformed near byte " + std::to_string(stream.CurrentPosition()) +
            " of " + std::to_string(mapping.size);
    return nullptr;
  }
  if (!model->has_graph()) {
    error = "holds no graph; expected an ONNX model";
    return nullptr;
  }
  // IR 11 adds placement on devices and 4-bit floats to IR 10: the first is a hint, the second an element type that is refused.
  if (model->ir_version() < 3 || model->ir_version() > 11) {
    error = "is of IR version " + std::to_string(model->ir_version()) + "; versions 3 to 11 are read";
    return nullptr;
  }
  return model;
}

} // namespace

std::unique_ptr<::onnx::ModelProto> readModel(const std::string &path, std::string &error) {
  try {
    return parse(path, error);
  } catch (const std::exception &exception) {
    error = std::string("cannot be read: ") + exception.what();
  } catch (...) {
    error = "cannot be read";
  }
  return nullptr;
}

} // namespace tacit_import
