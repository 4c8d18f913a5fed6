// The onnx dialect: an ONNX graph as the file states it, one generic node op.
#ifndef DIALECTS_ONNX_ONNX_H
#define DIALECTS_ONNX_ONNX_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Onnx/OnnxDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Onnx/OnnxTypes.h.inc"

namespace mlir::onnx {

// On an entry's arguments and results: the names of its dimensions, an array of strings ("" where a dimension has a number or no name).
inline constexpr llvm::StringLiteral kDimsAttr = "onnx.dims";

// Whether every party may see an input of this name unless the user says otherwise: lengths are public, and these carry nothing else.
inline bool isPublicByDefault(llvm::StringRef name) {
  return name == "attention_mask" || name == "position_ids" || name == "cache_position";
}

} // namespace mlir::onnx

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.h.inc"

#endif
