// From ONNX files to a bundle: what mpc-compile does.
#ifndef MPC_PIPELINES_COMPILE_H
#define MPC_PIPELINES_COMPILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mpc/Pipelines/Phases.h"
#include <map>
#include <string>
#include <vector>

namespace mlir::mpc {

// One graph of the bundle.
struct GraphSource {
  std::string entry; // name of the entry point
  std::string path;  // .onnx
};

struct CompileOptions {
  std::vector<GraphSource> graphs;
  std::string bundle;                      // folder to write; replaced as a whole when all went well
  int64_t maxLength = 0;                   // --max-length: of symbols that are not bound otherwise; 0: they are errors
  std::map<std::string, int64_t> bindings; // --bind NAME=N, with several graphs also ENTRY:NAME=N
  std::vector<std::string> calibration;    // cases, .npz or folders, with several graphs as ENTRY=CASE; the first of an entry gives shapes
  std::vector<std::string> publicInputs;   // --public-input
  std::vector<std::string> secretInputs;   // --secret-input
  PhaseOptions phases;                     // with cases, maxError is the outputs' budget
  bool calibratedRanges = false;           // --ranges calibrated
  std::optional<unsigned> fraction;        // fractional bits in place of those that the budget asks for
  std::optional<int64_t> networkRound;     // --network: bytes that it carries in a round trip
  double functionError = 0;                // largest error of an approximated function; 0: what fits the fraction
  std::optional<Phase> compileTo;          // stop after this phase
  std::vector<Phase> printAfter;           // print the IR after these
  std::string cost;                        // also write cost.json here
  std::string report;                      // write what became of each layer here (LayerReport.h)
  std::string crashReproducer;             // where a phase fails or crashes, its IR and pipeline go here, for mpc-opt --run-reproducer
  std::optional<std::vector<std::string>> traced; // --mpc-debug: passes to trace on standard error, all where empty
  bool timing = false;                            // seconds of each phase on standard error
};

// Runs the phases. The text of errors goes to the context's diagnostics; on failure nothing is left on disk. Where compileTo stops before
// Emit, the IR is printed to `out` and no bundle is written.
LogicalResult compileBundle(const CompileOptions &options, MLIRContext &context, llvm::raw_ostream &out);

} // namespace mlir::mpc

#endif
