// ONNX's element types: what they are in MLIR, how they are stored.
#ifndef LIB_IMPORT_ELEMENTTYPES_H
#define LIB_IMPORT_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include <optional>

namespace mlir::mpc {

struct ElementInfo {
  int32_t onnx;         // TensorProto::DataType
  llvm::StringRef name; // as ONNX spells it, for diagnostics
  unsigned bytes;       // of one element in raw_data
  enum Class { Real, Integer, Truth } kind;
};

// What is known of an element type; null for those that are no numbers here (strings, complex numbers, 8- and 4-bit floats).
const ElementInfo *lookupElement(int32_t onnxType);

// The name of any element type, "type 23" for one that has none here.
std::string elementName(int32_t onnxType);

// As the file states it: f64, f32, f16, bf16, i8, ui8, ..., i1. The type must be known to lookupElement.
Type importedType(const ElementInfo &info, MLIRContext *context);

// As an mpc.param stores it: f32 for any real, i32 or i64 for integers (the smaller that holds all values; i64 for ui64), i1.
Type storedType(const ElementInfo &info, MLIRContext *context);

// Whether raw elements and stored ones are the same bytes.
bool storedAsIs(const ElementInfo &info);

} // namespace mlir::mpc

#endif
