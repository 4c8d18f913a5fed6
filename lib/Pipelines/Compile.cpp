// The compiler's driver: import, the phases, and the bundle, written beside its place and moved there when all went well.
#include "mpc/Pipelines/Compile.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mpc/Analysis/WeightBounds.h"
#include "mpc/Pipelines/Bundle.h"
#include "mpc/Pipelines/CheckCases.h"
#include "mpc/Pipelines/ChooseFraction.h"
#include "mpc/Pipelines/ChooseWidths.h"
#include "mpc/Pipelines/Graphs.h"
#include "mpc/Pipelines/LayerReport.h"
#include "mpc/Pipelines/Trace.h"
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

static LogicalResult runPhase(Phase phase, const PhaseOptions &phases, const CompileOptions &options, ModuleOp module) {
  std::string passes = getPhasePipeline(phase, phases);
  if (passes.empty())
    return success();
  PassManager manager(module.getContext());
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (failed(parsePassPipeline(passes, manager, stream)))
    return module.emitError() << "the passes of phase " << getPhaseName(phase) << " are not registered: " << problem;
  manager.enableVerifier(true);
  if (options.traced)
    enableTrace(manager, *options.traced, llvm::errs());
  // The IR names weights and holds none of their elements, but for constants of the graph, which the program shows to every party.
  if (!options.crashReproducer.empty())
    manager.enableCrashReproducerGeneration(options.crashReproducer);
  return manager.run(module);
}

// What `auto` makes of the cases: a fraction, and the error of functions that goes with it. Without cases it is f18.
static LogicalResult choosePrecision(const CompileOptions &options, ModuleOp module, PhaseOptions &phases) {
  if (phases.cases.empty()) {
    phases.maxError = phases.maxError > 0 ? phases.maxError : options.functionError;
    return success();
  }
  double budget = options.phases.maxError > 0 ? options.phases.maxError : kOutputError;
  phases.maxError = options.functionError;
  if (options.fraction) {
    phases.fraction = *options.fraction;
  } else {
    FailureOr<FractionChoice> choice = chooseFraction(module, phases, budget);
    if (failed(choice))
      return failure();
    if (choice->error > budget && options.phases.maxError > 0)
      return module.emitError() << "--max-error " << budget << " cannot be met: with " << choice->fraction
                                << " fractional bits an output is off by " << choice->error << " on the first case";
    phases.fraction = choice->fraction;
    llvm::errs() << llvm::formatv("precision: {0} fractional bits; an output is off by {1:e2} at most on the first case\n",
                                  choice->fraction, choice->error);
  }
  if (phases.maxError == 0)
    phases.maxError = functionErrorAt(phases.fraction);
  return success();
}

static LogicalResult chooseRings(const CompileOptions &options, ModuleOp module, PhaseOptions &phases) {
  if (!options.networkRound)
    return success();
  FailureOr<WidthChoice> choice = chooseWidths(module, phases, *options.networkRound);
  if (failed(choice))
    return failure();
  phases.roundBytes = choice->roundBytes;
  llvm::errs() << llvm::formatv("rings: widths are bought where a round costs {0} B: {1} rounds, {2} B online and offline\n",
                                choice->roundBytes, choice->rounds, choice->bytes);
  return success();
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

// The phase, with what the report reads before and after it.
static LogicalResult runReported(Phase phase, const PhaseOptions &phases, const CompileOptions &options, ModuleOp module,
                                 LayerReport &report) {
  bool reports = !options.report.empty();
  if (reports && phase == Phase::Precision && failed(report.takeReference(module, phases, options.calibration)))
    return failure();
  if (failed(runPhase(phase, phases, options, module)))
    return failure();
  if (reports && phase == Phase::Precision)
    report.takeFormats(module, phases);
  return success(!reports || phase != Phase::Schedule || succeeded(report.takeCosts(module)));
}

static LogicalResult writeReport(const LayerReport &report, const std::string &path, MLIRContext &context) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (!error) {
    report.print(file);
    file.close();
    error = file.error();
  }
  return error ? fail(context, "--report: cannot write " + path + ": " + error.message()) : success();
}

LogicalResult mlir::mpc::compileBundle(const CompileOptions &options, MLIRContext &context, llvm::raw_ostream &out) {
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

  auto started = std::chrono::steady_clock::now();
  auto reportTime = [&](StringRef what) {
    auto now = std::chrono::steady_clock::now();
    if (options.timing)
      llvm::errs() << llvm::formatv("{0,-10} {1:f2} s\n", what, std::chrono::duration<double>(now - started).count());
    started = now;
  };
  WeightFiles files;
  OwningOpRef<ModuleOp> module = importGraphs(options, context, staging, files);
  if (!module)
    return failure();

  PhaseOptions phases = options.phases;
  for (const auto &[name, path] : files)
    if (std::string folder = llvm::sys::path::parent_path(path).str(); !llvm::is_contained(phases.weightsDirs, folder))
      phases.weightsDirs.push_back(folder.empty() ? "." : folder);
  if (options.calibratedRanges) // else cases give shapes alone
    phases.cases = options.calibration;
  for (const std::string &path : phases.cases)
    if (StringRef(path).find_first_of(",{}") != StringRef::npos)
      return fail(context, "--calibrate: '" + path + "' has a comma or a brace in its name, which pass pipelines cannot hold");
  LayerReport report;
  for (Phase phase : kPhases) {
    // The precision phase takes weights to be below its bound; one that is not would overflow unnoticed.
    if (phase == Phase::Precision && failed(checkWeightBounds(*module, files, kWeightBound)))
      return failure();
    if (phase == Phase::Precision && !options.calibratedRanges && failed(checkCases(*module, phases, options.calibration)))
      return failure();
    if (phase == Phase::Precision && (failed(choosePrecision(options, *module, phases)) || failed(chooseRings(options, *module, phases))))
      return failure();
    if (failed(runReported(phase, phases, options, *module, report)))
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
  if (failed(writeBundle(*module, options, files, staging, out)))
    return failure();
  return options.report.empty() ? success() : writeReport(report, options.report, context);
}
