// Types of the mpc dialect and helpers on them.
#include "dialects/Mpc/Mpc.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::mpc;

#include "dialects/Mpc/MpcDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Mpc/MpcTypes.cpp.inc"

void MpcDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Mpc/MpcTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Mpc/MpcOps.cpp.inc"
      >();
}

// f32, i64, i32, i1: what a plain element may be.
static bool isPlain(Type type) { return type.isF32() || type.isInteger(64) || type.isInteger(32) || type.isInteger(1); }

bool mlir::mpc::isElementType(Type type) { return isPlain(type) || llvm::isa<SecretType>(type); }

Type mlir::mpc::getPlainElementType(Type type) {
  if (auto secret = llvm::dyn_cast<SecretType>(type))
    return secret.getValue();
  return type;
}

bool mlir::mpc::isSecret(Type type) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(type);
  return tensor && llvm::isa<SecretType>(tensor.getElementType());
}

RankedTensorType mlir::mpc::makeSecret(RankedTensorType type) {
  if (isSecret(type))
    return type;
  return RankedTensorType::get(type.getShape(), SecretType::get(type.getContext(), type.getElementType()));
}

RankedTensorType mlir::mpc::makePlain(RankedTensorType type) {
  return RankedTensorType::get(type.getShape(), getPlainElementType(type.getElementType()));
}

LogicalResult FxpType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, unsigned width, unsigned fraction) {
  if (width < 1 || width > 64)
    return emitError() << "ring width must be 1 to 64 bits, not " << width;
  if (fraction > 63)
    return emitError() << "fractional bits must be 0 to 63, not " << fraction;
  return success();
}

LogicalResult SecretType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, Type value) {
  if (!isPlain(value) && !llvm::isa<FxpType>(value))
    return emitError() << "a secret holds f32, i64, i32, i1 or !mpc.fxp, not " << value;
  return success();
}
