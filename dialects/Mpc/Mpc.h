// The mpc dialect: what is computed, on tensors whose element type carries secrecy and format.
#ifndef DIALECTS_MPC_MPC_H
#define DIALECTS_MPC_MPC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Mpc/MpcDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Mpc/MpcTypes.h.inc"

namespace mlir::mpc {

// f32, i64, i32, i1, or a secret of these or of fxp.
bool isElementType(Type type);

// The type under !mpc.secret, or `type` itself when it is public.
Type getPlainElementType(Type type);

// Whether a tensor's elements are secret.
bool isSecret(Type tensorType);

// `tensorType` with its elements secret / plain.
RankedTensorType makeSecret(RankedTensorType tensorType);
RankedTensorType makePlain(RankedTensorType tensorType);

// numpy's broadcast of two shapes; failure where they do not fit.
FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs);

// Names of attributes on entry functions' arguments and results, and on ops.
inline constexpr llvm::StringLiteral kNameAttr = "mpc.name";            // ONNX value name (argument, result)
inline constexpr llvm::StringLiteral kOwnerAttr = "mpc.owner";          // "client", "model" or "public" (argument, result)
inline constexpr llvm::StringLiteral kElementAttr = "mpc.element";      // element type of a result that is computed as a real (result)
inline constexpr llvm::StringLiteral kEntryAttr = "mpc.entry";          // on func.func: the entry's name, e.g. "main"
inline constexpr llvm::StringLiteral kRangeAttr = "mpc.range";          // on ops: array<f64: lo, hi> of result 0
inline constexpr llvm::StringLiteral kRangeKindAttr = "mpc.range_kind"; // "proved", "assumed" or "calibrated"
inline constexpr llvm::StringLiteral kFractionAttr = "mpc.fraction";    // requested fractional bits of the result (i64)

} // namespace mlir::mpc

#define GET_OP_CLASSES
#include "dialects/Mpc/MpcOps.h.inc"

#endif
