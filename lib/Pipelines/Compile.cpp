// The compiler's driver: import, the phases, and the bundle, written beside its place and moved there when all went well.
#include "mpc/Pipelines/Compile.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mpc/Analysis/WeightBounds.h"
#include "mpc/Import/Import.h"
#include "mpc/Pipelines/Bundle.h"
#include "tacit/npz.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <unistd.h>

using namespace mlir;
using namespace mlir::mpc;

// Default of mpc-infer-ranges{weight-bound}.
static constexpr double kWeightBound = 1024;

static LogicalResult fail(MLIRContext &context, const llvm::Twine &text) { return emitError(UnknownLoc::get(&context)) << text; }

// Shapes of the inputs in a case, by name; "in:NAME" and "NAME" alike.
static LogicalResult readShapes(StringRef path, MLIRContext &context, ImportOptions &import) {
  absl::StatusOr<tacit::NamedTensors> tensors = tacit::ReadNpz(path.str());
  if (!tensors.ok())
    return fail(context, path + ": " + std::string(tensors.status().message()));
  for (const auto &[key, tensor] : *tensors) {
    StringRef name(key);
    if (name.consume_front("in:") || !name.contains(':'))
      import.inputShapes[name.str()] = tensor.shape();
  }
  return success();
}

static LogicalResult runPhase(Phase phase, const CompileOptions &options, ModuleOp module) {
  std::string passes = getPhasePipeline(phase, options.phases);
  if (passes.empty())
    return success();
  PassManager manager(module.getContext());
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (failed(parsePassPipeline(passes, manager, stream)))
    return module.emitError() << "the passes of phase " << getPhaseName(phase) << " are not registered: " << problem;
  manager.enableVerifier(true);
  return manager.run(module);
}

// For a reader, large constants shortened; or whole, with locations, for mpc-opt and mpc-interpret to go on from.
static void printModule(ModuleOp module, llvm::raw_ostream &out, bool whole) {
  OpPrintingFlags flags;
  if (whole)
    flags.enableDebugInfo();
  else
    flags.elideLargeElementsAttrs(32);
  module.print(out, flags);
  out << "\n";
}

LogicalResult mlir::mpc::compileBundle(const CompileOptions &options, MLIRContext &context, llvm::raw_ostream &out) {
  if (options.graphs.size() != 1)
    return fail(context, "one graph makes a bundle so far, found " + llvm::Twine(options.graphs.size()) + "; compile each on its own");

  // Everything is written to a folder beside the bundle's place, which no failure leaves behind.
  bool emits = !options.compileTo || *options.compileTo == Phase::Emit;
  SmallString<128> staging(emits ? StringRef(options.bundle) : StringRef());
  if (emits) {
    while (staging.size() > 1 && staging.back() == '/')
      staging.pop_back();
    staging += (".partial-" + llvm::Twine(::getpid())).str();
    if (std::error_code error = llvm::sys::fs::create_directories(staging))
      return fail(context, "cannot make the folder " + staging + ": " + error.message());
  } else if (std::error_code error = llvm::sys::fs::createUniqueDirectory("mpc-compile", staging)) {
    return fail(context, "cannot make a temporary folder: " + error.message());
  }
  auto removeStaging = llvm::make_scope_exit([&] { llvm::sys::fs::remove_directories(staging, /*IgnoreErrors=*/true); });

  ImportOptions import;
  import.bindings.insert(options.bindings.begin(), options.bindings.end());
  import.inlineDir = staging.str().str();
  import.entry = options.graphs.front().entry;
  import.publicInputs = options.publicInputs;
  import.secretInputs = options.secretInputs;
  if (!options.calibration.empty() && failed(readShapes(options.calibration.front(), context, import)))
    return failure();

  auto started = std::chrono::steady_clock::now();
  auto reportTime = [&](StringRef what) {
    auto now = std::chrono::steady_clock::now();
    if (options.timing)
      llvm::errs() << llvm::formatv("{0,-10} {1:f2} s\n", what, std::chrono::duration<double>(now - started).count());
    started = now;
  };
  OwningOpRef<ModuleOp> module = importOnnx(options.graphs.front().path, &context, import);
  if (!module)
    return failure();

  SmallString<128> modelFolder(options.graphs.front().path);
  llvm::sys::path::remove_filename(modelFolder);
  if (modelFolder.empty())
    modelFolder = ".";
  const std::string weightFolders[] = {staging.str().str(), modelFolder.str().str()};
  for (Phase phase : kPhases) {
    // The precision phase takes weights to be below its bound; one that is not would overflow unnoticed.
    if (phase == Phase::Precision && failed(checkWeightBounds(*module, weightFolders, kWeightBound)))
      return failure();
    if (failed(runPhase(phase, options, *module)))
      return failure();
    reportTime(getPhaseName(phase));
    if (llvm::is_contained(options.printAfter, phase)) {
      llvm::errs() << "// after phase " << getPhaseName(phase) << "\n";
      printModule(*module, llvm::errs(), /*whole=*/false);
    }
    if (options.compileTo == phase && phase != Phase::Emit) {
      printModule(*module, out, /*whole=*/true);
      return success();
    }
  }
  return writeBundle(*module, options, staging, out);
}
