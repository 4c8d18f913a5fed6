// Types of the share dialect.
#include "dialects/Share/Share.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::share;

#include "dialects/Share/ShareDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Share/ShareTypes.cpp.inc"

#include "dialects/Share/ShareInterfaces.cpp.inc"

void ShareDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Share/ShareTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Share/ShareOps.cpp.inc"
      >();
}

std::optional<RingFormat> mlir::share::getRingFormat(Type type) {
  return llvm::TypeSwitch<Type, std::optional<RingFormat>>(type)
      .Case<MaskedType, AdditiveType, PublicType>([](auto t) {
        return RingFormat{t.getWidth(), t.getFraction()};
      })
      .Default([](Type) { return std::nullopt; });
}

// Width and fraction that every ring type obeys.
static LogicalResult verifyFormat(llvm::function_ref<InFlightDiagnostic()> emitError, unsigned width, unsigned fraction) {
  if (width < 1 || width > 64)
    return emitError() << "ring width must be 1 to 64 bits, not " << width;
  if (fraction > 127)
    return emitError() << "fractional bits must be 0 to 127, not " << fraction;
  return success();
}
LogicalResult MaskedType::verify(llvm::function_ref<InFlightDiagnostic()> e, unsigned k, unsigned f) { return verifyFormat(e, k, f); }
LogicalResult AdditiveType::verify(llvm::function_ref<InFlightDiagnostic()> e, unsigned k, unsigned f) { return verifyFormat(e, k, f); }
LogicalResult PublicType::verify(llvm::function_ref<InFlightDiagnostic()> e, unsigned k, unsigned f) { return verifyFormat(e, k, f); }
