// The file as protobuf's classes. The one place of the compiler where exceptions may pass; none leaves it.
#ifndef LIB_IMPORT_READMODEL_H
#define LIB_IMPORT_READMODEL_H

#include <memory>
#include <onnx/onnx_pb.h>
#include <string>

namespace tacit_import {

// The model of the file; null, and what is wrong in `error`, for a file that is missing, truncated, no ONNX, or of an IR version that
// is not read here.
std::unique_ptr<::onnx::ModelProto> readModel(const std::string &path, std::string &error);

} // namespace tacit_import

#endif
