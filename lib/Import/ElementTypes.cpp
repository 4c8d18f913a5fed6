// ONNX's element types.
#include "ElementTypes.h"
#include "mlir/IR/Builders.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::mpc;
using Proto = ::onnx::TensorProto;

static constexpr ElementInfo kElements[] = {
    {Proto::FLOAT, "float", 4, ElementInfo::Real},      {Proto::DOUBLE, "double", 8, ElementInfo::Real},
    {Proto::FLOAT16, "float16", 2, ElementInfo::Real},  {Proto::BFLOAT16, "bfloat16", 2, ElementInfo::Real},
    {Proto::INT64, "int64", 8, ElementInfo::Integer},   {Proto::INT32, "int32", 4, ElementInfo::Integer},
    {Proto::INT16, "int16", 2, ElementInfo::Integer},   {Proto::INT8, "int8", 1, ElementInfo::Integer},
    {Proto::UINT64, "uint64", 8, ElementInfo::Integer}, {Proto::UINT32, "uint32", 4, ElementInfo::Integer},
    {Proto::UINT16, "uint16", 2, ElementInfo::Integer}, {Proto::UINT8, "uint8", 1, ElementInfo::Integer},
    {Proto::BOOL, "bool", 1, ElementInfo::Truth},
};

const ElementInfo *mlir::mpc::lookupElement(int32_t onnxType) {
  for (const ElementInfo &info : kElements)
    if (info.onnx == onnxType)
      return &info;
  return nullptr;
}

std::string mlir::mpc::elementName(int32_t onnxType) {
  if (const ElementInfo *info = lookupElement(onnxType))
    return info->name.str();
  if (onnxType == Proto::STRING)
    return "string";
  if (onnxType == Proto::COMPLEX64 || onnxType == Proto::COMPLEX128)
    return "complex";
  return "type " + std::to_string(onnxType);
}

Type mlir::mpc::importedType(const ElementInfo &info, MLIRContext *context) {
  Builder builder(context);
  switch (info.onnx) {
  case Proto::FLOAT:
    return builder.getF32Type();
  case Proto::DOUBLE:
    return builder.getF64Type();
  case Proto::FLOAT16:
    return builder.getF16Type();
  case Proto::BFLOAT16:
    return builder.getBF16Type();
  case Proto::BOOL:
    return builder.getI1Type();
  case Proto::UINT64:
  case Proto::UINT32:
  case Proto::UINT16:
  case Proto::UINT8:
    return builder.getIntegerType(info.bytes * 8, /*isSigned=*/false);
  default:
    return builder.getIntegerType(info.bytes * 8);
  }
}

Type mlir::mpc::storedType(const ElementInfo &info, MLIRContext *context) {
  Builder builder(context);
  if (info.kind == ElementInfo::Real)
    return builder.getF32Type();
  if (info.kind == ElementInfo::Truth)
    return builder.getI1Type();
  bool wide = info.bytes == 8 || info.onnx == Proto::UINT32;
  return wide ? builder.getI64Type() : builder.getI32Type();
}

bool mlir::mpc::storedAsIs(const ElementInfo &info) {
  return info.onnx == Proto::FLOAT || info.onnx == Proto::INT64 || info.onnx == Proto::INT32 || info.onnx == Proto::BOOL;
}
