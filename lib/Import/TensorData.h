// Where a TensorProto's elements are, and reading them.
#ifndef LIB_IMPORT_TENSORDATA_H
#define LIB_IMPORT_TENSORDATA_H

#include "ElementTypes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <onnx/onnx_pb.h>
#include <string>
#include <utility>
#include <vector>

namespace mlir::mpc {

// A tensor of the file, checked: a known element type, a shape whose elements can be counted, and as many elements as the shape says.
// It refers to the TensorProto, which must outlive it.
struct TensorData {
  const ::onnx::TensorProto *proto = nullptr;
  const ElementInfo *element = nullptr;
  std::vector<int64_t> shape;
  int64_t elements = 0;
  // External data only.
  std::string file; // relative to the model's folder
  int64_t offset = 0;

  bool external() const { return !file.empty(); }
};

// A file descriptor that is closed with this object.
struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor();
};

// Reads headers, checks ranges, and fetches elements. All errors are texts without the tensor's name.
class TensorReader {
public:
  explicit TensorReader(std::string folder) : folder(std::move(folder)) {}

  // Checks `proto`; for external data also that the range lies in a regular file inside the model's folder, reached by no link.
  FailureOr<TensorData> inspect(const ::onnx::TensorProto &proto, std::string &error);

  // All elements, little-endian, as raw_data has them (one byte for a bool).
  FailureOr<std::vector<char>> readRaw(const TensorData &data, std::string &error);

  // All elements as an mpc.param stores them. Fails for a uint64 above the range of int64.
  FailureOr<std::vector<char>> readStored(const TensorData &data, std::string &error);

private:
  // Leaves `file` in `opened` and its size in `openedSize`, after the checks of its path. One file stays open: exporters put the weights into
  // one, or into one each.
  LogicalResult openExternal(const std::string &file, std::string &error);

  std::string folder;
  std::string openedName;
  Descriptor opened;
  int64_t openedSize = 0;
};

// The elements as an attribute of the type that the file states.
DenseElementsAttr makeElements(const TensorData &data, ArrayRef<char> raw, MLIRContext *context);

} // namespace mlir::mpc

#endif
