// The named phases between an ONNX file and a program, and the pass pipeline of each.
#ifndef MPC_PIPELINES_PHASES_H
#define MPC_PIPELINES_PHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace mlir::mpc {

enum class Phase { Import, Secrecy, Model, Precision, Protocol, Schedule, Emit };

inline constexpr std::array<Phase, 7> kPhases = {Phase::Import,   Phase::Secrecy,  Phase::Model, Phase::Precision,
                                                 Phase::Protocol, Phase::Schedule, Phase::Emit};

// What the passes of the phases take from the command line.
struct PhaseOptions {
  bool secretWeights = true;
  std::string gelu = "gelu";       // or quad
  std::string softmax = "softmax"; // or 2quad, 2relu
  bool ditto = false;              // linear layers with 8 fractional bits in rings of 32
  double maxError = 0;             // largest error of an approximation; 0: the preset's own
  unsigned fraction = 18;          // fractional bits of a value for which nothing else decides
  int64_t roundBytes = 65536;      // what a round is worth
  double margin = 2;               // how much larger than calibrated a value may be
  std::vector<std::string> cases;  // npz files to calibrate ranges on; none: ranges are proved or assumed
  std::vector<std::string> weightsDirs;
};

llvm::StringRef getPhaseName(Phase phase);
std::optional<Phase> parsePhase(llvm::StringRef name);

// The phase's passes as a textual pipeline on builtin.module, as mpc-opt --pass-pipeline takes it; empty for Emit, which is no pass.
std::string getPhasePipeline(Phase phase, const PhaseOptions &options);

// Runs the passes of these phases; failure with diagnostics.
LogicalResult runPhases(ModuleOp module, ArrayRef<Phase> phases, const PhaseOptions &options);

// Registers each phase as a pipeline of mpc-opt: --phase-import, --phase-secrecy{weights=...}, ..., and --phases for all of them.
void registerPhasePipelines();

// The phases with what they do and their passes, for --help.
void printPhases(llvm::raw_ostream &out);

} // namespace mlir::mpc

#endif
