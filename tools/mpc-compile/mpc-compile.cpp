// mpc-compile: an ONNX model to a bundle that three parties run.
#include "mlir/IR/MLIRContext.h"
#include "mpc/InitAll.h"
#include "mpc/Pipelines/Compile.h"
#include "mpc/Pipelines/Trace.h"
#include "tacit/socket_link.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::mpc;
namespace cl = llvm::cl;

static cl::OptionCategory category("mpc-compile options");

static cl::list<std::string> models(cl::Positional, cl::OneOrMore, cl::desc("MODEL.onnx, or ENTRY=MODEL.onnx for each of several"),
                                    cl::cat(category));
static cl::opt<std::string> bundle("o", cl::desc("Folder of the bundle"), cl::value_desc("BUNDLE"), cl::cat(category));
static cl::list<std::string> bindings("bind",
                                      cl::desc("Size of a symbolic dimension, by its ONNX name; of one of several graphs as ENTRY:NAME=N"),
                                      cl::value_desc("NAME=N"), cl::cat(category));
static cl::opt<int64_t>
    maxLength("max-length",
              cl::desc("Size of the symbolic dimensions that neither --bind nor a case gives (1 where the name says batch); pad "
                       "shorter inputs"),
              cl::value_desc("N"), cl::init(0), cl::cat(category));
static cl::opt<std::string>
    network("network", cl::desc("lan, wan or RTT_MS:MBIT: what a round is worth; ring widths are chosen by the cost of several programs"),
            cl::cat(category));
static cl::list<std::string>
    calibrate("calibrate",
              cl::desc("Cases (.npz, or folders of input_K.pb); the first gives the shapes of the inputs; ENTRY=CASE with several graphs"),
              cl::value_desc("CASE"), cl::cat(category));
static cl::opt<std::string> weights("weights", cl::desc("secret (default) or public"), cl::init("secret"), cl::cat(category));
static cl::list<std::string> publicInputs("public-input", cl::desc("An input that every party may see"), cl::value_desc("NAME"),
                                          cl::cat(category));
static cl::list<std::string> secretInputs("secret-input", cl::desc("An input that no party may see"), cl::value_desc("NAME"),
                                          cl::cat(category));
static cl::opt<std::string>
    precision("precision",
              cl::desc("auto (default); f18: 18 fractional bits everywhere; ditto: 8 in rings of 32 bits for linear "
                       "layers, 18 for the rest. Without calibrated ranges auto is f18"),
              cl::init("auto"), cl::cat(category));
static cl::opt<std::string> gelu("gelu", cl::desc("gelu (default); quad for a model that was trained with it (MPCFormer)"),
                                 cl::init("gelu"), cl::cat(category));
static cl::opt<std::string> softmax("softmax",
                                    cl::desc("softmax (default); 2quad or 2relu for a model that was trained with it (MPCFormer)"),
                                    cl::init("softmax"), cl::cat(category));
static cl::opt<double> maxError(
    "max-error",
    cl::desc("With --ranges calibrated: largest absolute error of an output, measured on the first case (5e-3); else as --function-error"),
    cl::value_desc("E"), cl::init(0), cl::cat(category));
static cl::opt<double> functionError("function-error",
                                     cl::desc("Largest absolute error of an approximated function (default: what fits the formats)"),
                                     cl::value_desc("E"), cl::init(0), cl::cat(category));
static cl::opt<unsigned>
    fraction("fraction", cl::desc("With --ranges calibrated: fractional bits, 6 to 30, in place of those that --max-error asks for"),
             cl::init(0), cl::cat(category));
static cl::opt<std::string>
    ranges("ranges", cl::desc("proved (default): formats hold for every input; calibrated: for inputs like the cases, far cheaper"),
           cl::init("proved"), cl::cat(category));
static cl::opt<double> margin("margin", cl::desc("How much larger than in the calibration cases a value may be (2)"), cl::init(2),
                              cl::cat(category));
static cl::opt<std::string>
    compileTo("compile-to", cl::desc("Stop after this phase and print its IR: import, secrecy, model, precision, protocol, schedule"),
              cl::value_desc("PHASE"), cl::cat(category));
static cl::list<std::string> printAfter("print-ir-after", cl::desc("Print the IR after this phase on standard error"),
                                        cl::value_desc("PHASE"), cl::cat(category));
static cl::opt<std::string> cost("cost", cl::desc("Write the cost to this file too"), cl::value_desc("cost.json"), cl::cat(category));
static cl::opt<std::string>
    report("report",
           cl::desc("Write what became of each layer: format and why, error on the first case, rounds, bytes. For the "
                    "model's owner alone"),
           cl::value_desc("FILE.md"), cl::cat(category));
static cl::opt<std::string>
    crashReproducer("crash-reproducer",
                    cl::desc("Where a phase fails, write its IR and passes here; mpc-opt --run-reproducer takes the file"),
                    cl::value_desc("FILE.mlir"), cl::cat(category));
static cl::opt<std::string> debug("mpc-debug", cl::desc("Print what each pass (or those named) did and chose, on standard error"),
                                  cl::value_desc("PASS,PASS"), cl::ValueOptional, cl::cat(category));
static cl::opt<bool> timing("timing", cl::desc("Print the seconds of each phase"), cl::cat(category));

static constexpr const char *kOverview =
    "Compiles a transformer in ONNX to a program for three parties that see neither weights nor inputs.\n\n"
    "Example:\n"
    "  mpc-compile model.onnx -o bundle --bind batch=1 --bind seq=32\n"
    "  mpc-compile model.onnx -o bundle --calibrate case.npz --print-ir-after precision\n"
    "  mpc-run bundle --input case.npz --output out.npz\n"
    "  mpc-compile prefill=A.onnx decode=B.onnx -o bundle --calibrate prefill=a.npz --calibrate decode=b.npz\n"
    "  mpc-run bundle --entry decode --input b.npz --output out.npz\n\n"
    "Weights, inputs and outputs are secret, but for inputs named attention_mask, position_ids and cache_position.\n"
    "Exit status: 0 done, 1 the model could not be compiled, 2 wrong usage.\n";

// A usage error: one line, status 2.
static int usage(const llvm::Twine &text) {
  llvm::errs() << "error: " << text << "; see mpc-compile --help\n";
  return 2;
}

static bool parsePhases(ArrayRef<std::string> names, std::vector<Phase> &phases, std::string &unknown) {
  for (const std::string &name : names) {
    std::optional<Phase> phase = parsePhase(name);
    if (!phase) {
      unknown = name;
      return false;
    }
    phases.push_back(*phase);
  }
  return true;
}

// MODEL.onnx, or ENTRY=MODEL.onnx for each of several graphs. Names of entries are names of files in the bundle too.
static std::optional<std::string> readGraphs(CompileOptions &options) {
  for (const std::string &model : models) {
    auto [entry, path] = StringRef(model).split('=');
    bool named = !path.empty() && !entry.contains('/');
    options.graphs.push_back({named ? entry.str() : "main", named ? path.str() : model});
    if (!named && models.size() > 1)
      return "several graphs need names: give ENTRY=MODEL.onnx in place of '" + model + "'";
    if (!named)
      continue;
    if (entry.empty() || entry.starts_with(".") ||
        !llvm::all_of(entry, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.'; }))
      return "the entry '" + entry.str() + "' is no name: use letters, digits, '_', '-' and '.'";
    if (llvm::count_if(options.graphs, [&, &entry = entry](const GraphSource &graph) { return graph.entry == entry; }) > 1)
      return "two graphs have the entry '" + entry.str() + "'";
  }
  for (const std::string &path : calibrate) {
    StringRef entry = StringRef(path).split('=').first;
    bool known = llvm::any_of(options.graphs, [&](const GraphSource &graph) { return graph.entry == entry; });
    if (models.size() > 1 && (!known || !StringRef(path).contains('=')))
      return "with several graphs --calibrate takes ENTRY=CASE, found '" + path + "'";
  }
  return std::nullopt;
}

// Fills `options` from the command line; text of a usage error, or nothing.
static std::optional<std::string> readOptions(CompileOptions &options) {
  if (std::optional<std::string> wrong = readGraphs(options))
    return wrong;
  for (const std::string &binding : bindings) {
    auto [name, size] = StringRef(binding).rsplit('=');
    int64_t value;
    if (name.empty() || size.getAsInteger(10, value) || value < 1)
      return "--bind expects NAME=N with N at least 1, found '" + binding + "'";
    options.bindings[name.str()] = value;
  }
  if (weights != "secret" && weights != "public")
    return "--weights expects secret or public, found '" + weights + "'";
  if (ranges != "proved" && ranges != "calibrated")
    return "--ranges expects proved or calibrated, found '" + ranges + "'";
  if (ranges == "calibrated" && calibrate.empty())
    return std::string("--ranges calibrated needs cases (--calibrate)");
  if (ranges != "calibrated" && fraction.getNumOccurrences())
    return std::string("--fraction is for --ranges calibrated; without, formats have 18 fractional bits");
  if (precision != "auto" && precision != "f18" && precision != "ditto")
    return "--precision expects auto, f18 or ditto, found '" + precision + "'";
  if (precision != "auto" && fraction.getNumOccurrences())
    return "--precision " + precision + " has fractional bits of its own; --fraction is for auto";
  if (maxError < 0)
    return "--max-error expects a positive number";
  options.calibration.assign(calibrate.begin(), calibrate.end());
  options.publicInputs.assign(publicInputs.begin(), publicInputs.end());
  options.secretInputs.assign(secretInputs.begin(), secretInputs.end());
  options.phases.secretWeights = weights == "secret";
  options.phases.maxError = maxError;
  options.functionError = functionError;
  if (gelu != "gelu" && gelu != "quad")
    return "--gelu expects gelu or quad, found '" + gelu + "'";
  if (softmax != "softmax" && softmax != "2quad" && softmax != "2relu")
    return "--softmax expects softmax, 2quad or 2relu, found '" + softmax + "'";
  options.phases.gelu = gelu;
  options.phases.softmax = softmax;
  options.phases.ditto = precision == "ditto";
  if (precision != "auto")
    options.fraction = 18;
  else if (fraction.getNumOccurrences())
    options.fraction = fraction;
  if (maxLength.getNumOccurrences() && (maxLength < 1 || maxLength > (int64_t{1} << 31)))
    return "--max-length expects a whole number from 1 to 2^31, found " + std::to_string(maxLength);
  options.maxLength = maxLength;
  if (!network.empty()) {
    absl::StatusOr<tacit::Network> link = tacit::ParseNetwork(network);
    if (!link.ok())
      return std::string(link.status().message());
    // A round trip's time in bytes: ms times Mbit/s is kbit.
    options.networkRound = static_cast<int64_t>(std::min(link->round_trip_ms * link->megabit_per_s * 125, 1e12));
  }
  options.phases.margin = margin;
  options.calibratedRanges = ranges == "calibrated";
  options.cost = cost;
  options.report = report;
  options.timing = timing;
  options.crashReproducer = crashReproducer;
  if (debug.getNumOccurrences())
    options.traced = parseTracedPasses(debug);
  std::string unknown;
  std::vector<Phase> stop;
  if (!parsePhases(printAfter, options.printAfter, unknown) || (!compileTo.empty() && !parsePhases({compileTo}, stop, unknown)))
    return "there is no phase '" + unknown + "'; phases are import, secrecy, model, precision, protocol, schedule, emit";
  if (!stop.empty())
    options.compileTo = stop.front();
  options.bundle = bundle;
  if (bundle.empty() && (!options.compileTo || *options.compileTo == Phase::Emit))
    return "-o BUNDLE is needed";
  return std::nullopt;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  std::string phases;
  llvm::raw_string_ostream phasesStream(phases);
  printPhases(phasesStream);
  cl::extrahelp phasesHelp(phases);
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &stream))
    return usage(StringRef(problem).take_until([](char c) { return c == '\n'; }));
  CompileOptions options;
  if (std::optional<std::string> wrong = readOptions(options))
    return usage(*wrong);

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  // One line an error, with the ONNX node that the location names.
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Note)
      return success();
    bool error = diagnostic.getSeverity() == DiagnosticSeverity::Error;
    std::string text = diagnostic.str();
    // MLIR's own word that there is a reproducer; the failure itself was said before.
    if (error && !crashReproducer.empty() && StringRef(text).starts_with("Failures have been detected")) {
      llvm::errs() << "the failing phase is in " << crashReproducer << "; mpc-opt --run-reproducer " << crashReproducer << " repeats it\n";
      return success();
    }
    llvm::errs() << (error ? "error: " : "warning: ");
    // Some passes name the node themselves, for mpc-opt.
    if (auto name = diagnostic.getLocation()->findInstanceOf<NameLoc>(); name && !StringRef(text).starts_with("node '"))
      llvm::errs() << "node '" << name.getName().getValue() << "': ";
    llvm::errs() << text << "\n";
    return success();
  });
  return succeeded(compileBundle(options, context, llvm::outs())) ? 0 : 1;
}
