// mpc-interpret: runs a phase's IR on a case in one process, and compares. Nothing is private here.
//
//   mpc-interpret precision.mlir --semantics f32 --input case0.npz --compare case0.npz --weights-dir models/bert-tiny
//   mpc-interpret schedule.mlir --semantics ideal --seed 1 --input case0.npz --probe values.npz
//
// A case's arrays are named by ONNX value names, or in:NAME and out:NAME in one file. Exit status 1 for any error, and where an output is
// further than the tolerance from what --compare says.
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mpc/InitAll.h"
#include "mpc/Interpreter/Interpreter.h"
#include "mpc/Target/Origin.h"
#include "tacit/npz.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

#include <cmath>

using namespace mlir;
namespace cl = llvm::cl;

namespace {

enum class Semantics { F32, Ideal, Exact };

struct Options {
  cl::opt<std::string> ir{cl::Positional, cl::desc("<IR.mlir>"), cl::Required};
  cl::opt<Semantics> semantics{"semantics", cl::desc("What the program means"), cl::init(Semantics::F32),
                               cl::values(clEnumValN(Semantics::F32, "f32", "mpc in clear, any phase before protocol"),
                                          clEnumValN(Semantics::Ideal, "ideal", "share on unmasked integers"),
                                          clEnumValN(Semantics::Exact, "exact", "the scheduled program by the runtime's gates"))};
  cl::opt<std::string> input{"input", cl::desc("Case with the inputs"), cl::value_desc("CASE.npz"), cl::Required};
  cl::opt<std::string> compare{"compare", cl::desc("Case with the expected outputs"), cl::value_desc("CASE.npz")};
  cl::opt<double> tolerance{"tolerance", cl::desc("Largest absolute error that passes (1e-2)"), cl::init(1e-2)};
  cl::list<std::string> weights{"weights-dir", cl::desc("Folder of the parameters' files; may be given several times"),
                                cl::value_desc("DIR")};
  cl::opt<std::string> entry{"entry", cl::desc("Entry to run; the only one by default"), cl::init("")};
  cl::opt<std::string> output{"output", cl::desc("Writes the outputs"), cl::value_desc("OUT.npz")};
  cl::opt<std::string> probe{"probe", cl::desc("Writes every value that is computed (f32, ideal)"), cl::value_desc("OUT.npz")};
  cl::opt<uint64_t> seed{"seed", cl::desc("ideal: seeds the rounding of truncations, 0 rounds to nearest; exact: seeds the parties"),
                         cl::init(0)};
};

LogicalResult fail(const Twine &what) {
  llvm::errs() << "mpc-interpret: " << what << "\n";
  return failure();
}

// The arrays of a case under `prefix`, with it taken off; where the file has no prefixes, all of them.
FailureOr<tacit::NamedTensors> readCase(const std::string &path, StringRef prefix) {
  auto all = tacit::ReadNpz(path);
  if (!all.ok())
    return fail(std::string(all.status().message()));
  bool prefixed = llvm::any_of(
      *all, [](const auto &array) { return StringRef(array.first).starts_with("in:") || StringRef(array.first).starts_with("out:"); });
  tacit::NamedTensors arrays;
  for (auto &[name, tensor] : *all) {
    StringRef rest = name;
    if (!prefixed || rest.consume_front(prefix))
      arrays.emplace_back(rest.str(), std::move(tensor));
  }
  return arrays;
}

// An input that the function does not take is a mistake in the case.
LogicalResult checkNames(func::FuncOp function, const tacit::NamedTensors &inputs) {
  for (const auto &input : inputs) {
    bool known = false;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      known |= mpc::argumentName(function, i) == input.first;
    if (!known)
      return fail("the case has an input '" + input.first + "', which the program does not take");
  }
  return success();
}

// Prints each output's largest absolute error and its cosine to what is expected; failure past the tolerance.
LogicalResult compareOutputs(const tacit::NamedTensors &outputs, const tacit::NamedTensors &expected, double tolerance) {
  bool within = true;
  unsigned compared = 0;
  for (const auto &[name, value] : outputs) {
    auto found = llvm::find_if(expected, [&, &wanted = name](const auto &array) { return array.first == wanted; });
    if (found == expected.end())
      continue;
    const tacit::Tensor &want = found->second;
    if (want.shape() != value.shape())
      return fail("output '" + name + "' is " + tacit::Describe(value.kind(), value.shape()) + ", expected " +
                  tacit::Describe(want.kind(), want.shape()));
    double error = 0, dot = 0, own = 0, other = 0;
    bool finite = true;
    for (int64_t i = 0; i < value.size(); ++i) {
      double a = value.At(i), b = want.At(i);
      finite &= std::isfinite(a);
      error = std::max(error, std::abs(a - b));
      dot += a * b, own += a * a, other += b * b;
    }
    double cosine = own > 0 && other > 0 ? dot / std::sqrt(own * other) : own == other ? 1 : 0;
    bool passes = finite && error <= tolerance;
    llvm::outs() << llvm::formatv("{0}: max abs error {1:e3}, cosine {2:f7}{3}\n", name, error, cosine,
                                  passes ? "" : "  EXCEEDS THE TOLERANCE");
    within &= passes;
    ++compared;
  }
  if (compared == 0)
    return fail("the case to compare with has none of the program's outputs");
  return success(within);
}

LogicalResult write(const std::string &path, const tacit::NamedTensors &tensors) {
  absl::Status status = tacit::WriteNpz(path, tensors);
  return status.ok() ? success() : fail(std::string(status.message()));
}

LogicalResult interpret(const Options &options) {
  DialectRegistry registry;
  mpc::registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false); // a function in full says less than its line
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler diagnostics(sources, &context);
  auto module = parseSourceFile<ModuleOp>(options.ir, sources, ParserConfig(&context));
  if (!module)
    return failure();
  auto function = mpc::findEntry(*module, options.entry);
  if (failed(function))
    return failure();
  auto inputs = readCase(options.input, "in:");
  if (failed(inputs) || failed(checkNames(*function, *inputs)))
    return failure();

  mpc::InterpreterOptions how;
  how.load = mpc::loadParamsFrom({options.weights.begin(), options.weights.end()});
  how.seed = options.seed;
  tacit::NamedTensors values;
  if (!options.probe.empty())
    how.probe = [&](Operation *op, unsigned result, const tacit::Tensor &value) {
      StringRef node = mpc::getOrigin(op).name;
      values.emplace_back(llvm::formatv("{0,0+5} {1} {2}{3}", values.size(), op->getName(), node.empty() ? "-" : node.str(),
                                        result ? "#" + std::to_string(result) : ""),
                          value);
    };
  auto run = options.semantics == Semantics::F32     ? mpc::interpretF32
             : options.semantics == Semantics::Ideal ? mpc::interpretIdeal
                                                     : mpc::interpretExact;
  auto outputs = run(*function, *inputs, how);
  // What was computed before an error is what one wants to look at.
  if (!options.probe.empty() && failed(write(options.probe, values)))
    return failure();
  if (failed(outputs))
    return failure();
  if (!options.output.empty() && failed(write(options.output, *outputs)))
    return failure();
  if (options.compare.empty())
    return success();
  auto expected = readCase(options.compare, "out:");
  if (failed(expected))
    return failure();
  return compareOutputs(*outputs, *expected, options.tolerance);
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  static Options options;
  cl::ParseCommandLineOptions(argc, argv,
                              "Runs a phase's IR on a case in one process, and compares\n\n"
                              "  mpc-interpret precision.mlir --semantics f32 --input case0.npz --compare case0.npz --weights-dir model\n");
  return succeeded(interpret(options)) ? 0 : 1;
}
