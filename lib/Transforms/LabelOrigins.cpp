// mpc-label-origins: names and kinds for cost reports and profiles survive the expansion of named ops.
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_LABELORIGINS
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// The ONNX node of a location, the location itself where there is none.
Location originOf(Location location) {
  if (auto name = location->findInstanceOf<NameLoc>())
    return name;
  return location;
}

bool isLabelled(Location location) {
  auto fused = dyn_cast<FusedLoc>(location);
  return fused && isa_and_nonnull<StringAttr>(fused.getMetadata());
}

struct LabelOriginsPass : mpc::impl::LabelOriginsBase<LabelOriginsPass> {
  void runOnOperation() override {
    getOperation().walk([&](Operation *op) {
      bool computes = op->getName().getDialectNamespace() == "mpc" && op->getNumResults() > 0;
      if (!computes || isLabelled(op->getLoc()))
        return;
      StringAttr kind = StringAttr::get(&getContext(), op->getName().getStringRef());
      op->setLoc(FusedLoc::get(&getContext(), {originOf(op->getLoc())}, kind));
    });
  }
};

} // namespace
