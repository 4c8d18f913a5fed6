// mpc-translate: into MLIR and out of it.
//
//   mpc-translate --import-onnx model.onnx --bind=batch=1 --bind=seq=32 --inline-dir=weights -o model.mlir
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mpc/Import/Import.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#ifdef HAS_TACITTARGET
#include "mpc/Target/Program.h"
#endif
#ifdef HAS_TACITONNXTOMPC
#include "mpc/Conversion/OnnxOps.h"
#endif

int main(int argc, char **argv) {
  mlir::mpc::registerOnnxTranslations();
#ifdef HAS_TACITTARGET
  mlir::mpc::registerProgramTranslations();
#endif
#ifdef HAS_TACITONNXTOMPC
  // The table needs no input file.
  llvm::cl::opt<bool> printOnnxOps("print-onnx-ops", llvm::cl::desc("Print the table of supported ONNX ops as Markdown"));
  if (argc == 2 && llvm::StringRef(argv[1]).ltrim('-') == "print-onnx-ops") {
    mlir::mpc::printOnnxOps(llvm::outs());
    return 0;
  }
#endif
  return failed(mlir::mlirTranslateMain(argc, argv, "Tacit's translations: ONNX, programs and MLIR"));
}
