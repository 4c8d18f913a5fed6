// Registration of dialects and passes for the tools. MLIR's own InitAll headers would cost 25 s of compiling: only what is used is
// named here.
#include "mpc/InitAll.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"
#include "mpc/Conversion/Passes.h"
#include "mpc/Transforms/Passes.h"
#ifdef TACIT_HAS_ONNX
#include "dialects/Onnx/Onnx.h"
#endif

using namespace mlir;

void mlir::mpc::registerAllDialects(DialectRegistry &registry) {
  registry.insert<func::FuncDialect, MpcDialect, share::ShareDialect>();
#ifdef TACIT_HAS_ONNX
  registry.insert<onnx::OnnxDialect>();
#endif
  func::registerInlinerExtension(registry);
}

void mlir::mpc::registerAllPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerInlinerPass();
  registerSymbolDCEPass();
  registerStripDebugInfoPass();
  registerPrintOpStatsPass();
  registerLocationSnapshotPass();
#ifdef TACIT_HAS_TRANSFORMS
  registerMpcTransformsPasses();
#endif
#if defined(TACIT_HAS_ONNX_TO_MPC) && defined(TACIT_HAS_MPC_TO_SHARE)
  registerMpcConversionPasses();
#elif defined(TACIT_HAS_MPC_TO_SHARE)
  registerConvertMpcToShare();
#endif
}
