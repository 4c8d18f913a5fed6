// The pass pipelines of the phases: the compiler's table of contents.
#include "mpc/Pipelines/Phases.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::mpc;

StringRef mlir::mpc::getPhaseName(Phase phase) {
  static constexpr StringRef names[] = {"import", "secrecy", "model", "precision", "protocol", "schedule", "emit"};
  return names[static_cast<size_t>(phase)];
}

std::optional<Phase> mlir::mpc::parsePhase(StringRef name) {
  for (Phase phase : kPhases)
    if (getPhaseName(phase) == name)
      return phase;
  return std::nullopt;
}

// Removes what a phase left over: constants folded, equal values merged, unused symbols and values dropped.
static constexpr const char *kClean = "canonicalize,cse,symbol-dce";

static std::string importPasses() {
  return llvm::formatv("convert-onnx-to-mpc,{0},func.func(mpc-raise),{0},func.func(mpc-label-origins)", kClean).str();
}

static std::string secrecyPasses(const PhaseOptions &options) {
  StringRef weights = options.secretWeights ? "secret" : "public";
  return llvm::formatv("func.func(mpc-infer-secrecy{{weights={1}},mpc-place-owners,mpc-lower-integers),{0},mpc-verify-secrecy", kClean,
                       weights)
      .str();
}

// Where the model itself is changed, as it was trained for.
static std::string modelPasses(const PhaseOptions &options) {
  if (options.gelu == "gelu" && options.softmax == "softmax")
    return kClean;
  return llvm::formatv("func.func(mpc-replace-functions{{gelu={1} softmax={2}}),{0}", kClean, options.gelu, options.softmax).str();
}

// Calibration comes twice: what approximations are chosen by, and what their steps turn out to be.
static std::string calibrationPass(const PhaseOptions &options) {
  if (options.cases.empty())
    return "";
  auto list = [](const std::vector<std::string> &paths) { return '{' + llvm::join(paths, ",") + '}'; };
  return llvm::formatv("mpc-calibrate-ranges{{cases={0} weights-dir={1} margin={2}},", list(options.cases), list(options.weightsDirs),
                       options.margin)
      .str();
}

static std::string precisionPasses(const PhaseOptions &options) {
  std::string calibrate = calibrationPass(options), approximate = llvm::formatv("mpc-approximate{{fraction={0}", options.fraction);
  if (options.maxError > 0)
    approximate += llvm::formatv(" max-error={0:E9}", options.maxError);
  return llvm::formatv("func.func({1}{2}}),{0},func.func({1}{5}mpc-infer-ranges,mpc-assign-formats{{fraction={3} "
                       "round-bytes={4}}),{0},func.func(mpc-verify-ranges)",
                       kClean, calibrate, approximate, options.fraction, options.roundBytes, options.ditto ? "mpc-quantize-linear," : "")
      .str();
}

static std::string protocolPasses() { return llvm::formatv("convert-mpc-to-share,{0},func.func(share-optimize),{0}", kClean).str(); }

std::string mlir::mpc::getPhasePipeline(Phase phase, const PhaseOptions &options) {
  switch (phase) {
  case Phase::Import:
    return importPasses();
  case Phase::Secrecy:
    return secrecyPasses(options);
  case Phase::Model:
    return modelPasses(options);
  case Phase::Precision:
    return precisionPasses(options);
  case Phase::Protocol:
    return protocolPasses();
  case Phase::Schedule:
    return "func.func(share-schedule,share-verify)";
  case Phase::Emit:
    return "";
  }
  return "";
}

LogicalResult mlir::mpc::runPhases(ModuleOp module, ArrayRef<Phase> phases, const PhaseOptions &options) {
  for (Phase phase : phases) {
    PassManager manager(module.getContext());
    if (failed(parsePassPipeline(getPhasePipeline(phase, options), manager)) || failed(manager.run(module)))
      return failure();
  }
  return success();
}

// What a phase needs and what it leaves, for --help.
static StringRef getPhaseDescription(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return "onnx to mpc on plain types, functions of transformers raised, every op labelled with its node";
  case Phase::Secrecy:
    return "types say what is secret, owners' own computations in regions, checked";
  case Phase::Model:
    return "functions that the model was trained for put in, what is left over removed";
  case Phase::Precision:
    return "functions approximated, ranges and fixed-point formats chosen, checked";
  case Phase::Protocol:
    return "mpc to share: gates and remasks, optimised";
  case Phase::Schedule:
    return "rounds, addresses and receivers, checked";
  case Phase::Emit:
    return "the program container; no pass";
  }
  return "";
}

namespace {
struct PhasePipelineOptions : public PassPipelineOptions<PhasePipelineOptions> {
  Option<std::string> weights{*this, "weights", llvm::cl::desc("secret or public"), llvm::cl::init("secret")};
  Option<double> maxError{*this, "max-error", llvm::cl::desc("Largest error of an approximation; 0: the preset's own"), llvm::cl::init(0)};
};
} // namespace

static void registerPipeline(StringRef name, const std::string &description, std::vector<Phase> phases) {
  static std::vector<std::unique_ptr<std::string>> texts; // registrations keep references
  static std::vector<std::unique_ptr<PassPipelineRegistration<PhasePipelineOptions>>> registered;
  texts.push_back(std::make_unique<std::string>(name.str()));
  texts.push_back(std::make_unique<std::string>(description));
  registered.push_back(std::make_unique<PassPipelineRegistration<PhasePipelineOptions>>(
      *texts[texts.size() - 2], *texts.back(), [phases](OpPassManager &manager, const PhasePipelineOptions &given) {
        PhaseOptions options;
        options.secretWeights = given.weights != "public";
        options.maxError = given.maxError;
        for (Phase phase : phases)
          if (std::string passes = getPhasePipeline(phase, options); !passes.empty())
            (void)parsePassPipeline(passes, manager);
      }));
}

void mlir::mpc::registerPhasePipelines() {
  std::vector<Phase> all;
  for (Phase phase : kPhases) {
    std::string passes = getPhasePipeline(phase, {});
    if (passes.empty())
      continue;
    all.push_back(phase);
    registerPipeline(("phase-" + getPhaseName(phase)).str(), (getPhaseDescription(phase) + ": " + passes).str(), {phase});
  }
  registerPipeline("phases", "All phases, from an imported graph to a scheduled program", all);
}

void mlir::mpc::printPhases(llvm::raw_ostream &out) {
  out << "PHASES (mpc-opt runs each as --phase-NAME, all as --phases):\n\n";
  for (Phase phase : kPhases) {
    out << llvm::formatv("  {0,-10} {1}\n", getPhaseName(phase), getPhaseDescription(phase));
    if (std::string passes = getPhasePipeline(phase, {}); !passes.empty())
      out << "             " << passes << "\n";
  }
  out << "\n";
}
