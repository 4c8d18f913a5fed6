// Where an op comes from, for the profile and the cost report: the ONNX node's name and the mpc op it became. Both are read
// from locations: NameLoc is the node, the StringAttr metadata of a FusedLoc around it is the kind.
#ifndef MPC_TARGET_ORIGIN_H
#define MPC_TARGET_ORIGIN_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

namespace mlir::mpc {

struct OpOrigin {
  StringRef name; // ONNX node, "" where unknown
  StringRef kind; // "mpc.gelu", the op's own name where unknown
};

namespace detail {
inline void findOrigin(Location loc, OpOrigin &origin) {
  if (auto fused = llvm::dyn_cast<FusedLoc>(loc)) {
    if (auto kind = llvm::dyn_cast_or_null<StringAttr>(fused.getMetadata()); kind && origin.kind.empty())
      origin.kind = kind.getValue();
    for (Location part : fused.getLocations())
      findOrigin(part, origin);
  } else if (auto name = llvm::dyn_cast<NameLoc>(loc)) {
    if (origin.name.empty())
      origin.name = name.getName().getValue();
    findOrigin(name.getChildLoc(), origin);
  } else if (auto call = llvm::dyn_cast<CallSiteLoc>(loc)) {
    findOrigin(call.getCallee(), origin);
  }
}
} // namespace detail

// The origin of an op.
inline OpOrigin getOrigin(Operation *op) {
  OpOrigin origin;
  detail::findOrigin(op->getLoc(), origin);
  if (origin.kind.empty())
    origin.kind = op->getName().getStringRef();
  return origin;
}

// The op's location with its own name as kind, unless an earlier phase gave one already.
inline Location getOriginLoc(Operation *op) {
  OpOrigin origin;
  detail::findOrigin(op->getLoc(), origin);
  if (!origin.kind.empty())
    return op->getLoc();
  StringAttr kind = StringAttr::get(op->getContext(), op->getName().getStringRef());
  return FusedLoc::get({op->getLoc()}, kind, op->getContext());
}

} // namespace mlir::mpc

#endif
