// The pass pipelines of the phases: the compiler's table of contents.
#include "mpc/Pipelines/Phases.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
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
  return llvm::formatv("func.func(mpc-infer-secrecy{{weights={1}},mpc-place-owners,mpc-lower-integers),{0},func.func(mpc-verify-secrecy)", kClean, weights).str();
}

static std::string precisionPasses(const PhaseOptions &options) {
  std::string approximate = options.maxError > 0 ? llvm::formatv("mpc-approximate{{max-error={0:E9}}", options.maxError).str() : "mpc-approximate";
  return llvm::formatv("func.func({1}),{0},func.func(mpc-infer-ranges,mpc-assign-formats{{preset={2}}),{0},func.func(mpc-verify-ranges)", kClean, approximate, options.precision)
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
    return kClean;
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

void mlir::mpc::registerPhasePipelines() {
  static std::vector<std::unique_ptr<PassPipelineRegistration<>>> registered;
  for (Phase phase : kPhases) {
    std::string passes = getPhasePipeline(phase, {});
    if (passes.empty())
      continue;
    static std::vector<std::unique_ptr<std::string>> texts; // registrations keep references
    texts.push_back(std::make_unique<std::string>(("phase-" + getPhaseName(phase)).str()));
    texts.push_back(std::make_unique<std::string>(("The " + getPhaseName(phase) + " phase with its default options: " + passes).str()));
    registered.push_back(std::make_unique<PassPipelineRegistration<>>(
        *texts[texts.size() - 2], *texts.back(), [passes](OpPassManager &manager) { (void)parsePassPipeline(passes, manager); }));
  }
}
