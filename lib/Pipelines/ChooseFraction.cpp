// The search for a fraction: an error falls by half with each bit, so that one measurement nearly tells the next one.
#include "mpc/Pipelines/ChooseFraction.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

double mlir::mpc::functionErrorAt(unsigned fraction) { return std::ldexp(1.0, -std::min<int>(14, static_cast<int>(fraction) - 3)); }

namespace {

// A case of an entry with what f32 makes of it.
struct Judged {
  std::string entry;
  tacit::NamedTensors inputs, outputs;
};

FailureOr<std::vector<Judged>> judge(ModuleOp module, const PhaseOptions &options, const InterpreterOptions &interpreter) {
  std::vector<Judged> judged;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    for (const std::string &name : options.cases) {
      std::optional<std::string> path = casePathFor(function, name);
      if (!path)
        continue;
      FailureOr<tacit::NamedTensors> inputs = readCaseInputs(function, *path);
      if (failed(inputs))
        return failure();
      FailureOr<tacit::NamedTensors> outputs = interpretF32(function, *inputs, interpreter);
      if (failed(outputs))
        return failure();
      judged.push_back({function.getName().str(), std::move(*inputs), std::move(*outputs)});
      break; // formats were made for all of them; one tells how much is lost
    }
  }
  return judged;
}

// Largest absolute difference of real outputs; infinite where one is no number.
double largestError(const tacit::NamedTensors &got, const tacit::NamedTensors &expected) {
  double largest = 0;
  for (const auto &[name, want] : expected) {
    auto found = llvm::find_if(got, [&, &wanted = name](const auto &output) { return output.first == wanted; });
    if (found == got.end() || want.kind() != tacit::Kind::kF32)
      continue;
    for (int64_t i = 0; i < want.size(); ++i) {
      double error = std::abs(found->second.At(i) - want.At(i));
      largest = error <= largest ? largest : std::isnan(error) ? INFINITY : error;
    }
  }
  return largest;
}

// The largest error of an output with a fraction. Where `quiet`, what does not compile says nothing: there is a fraction that does.
FailureOr<double> errorAt(ModuleOp module, const PhaseOptions &options, const InterpreterOptions &interpreter, ArrayRef<Judged> judged,
                          unsigned fraction, bool quiet) {
  PhaseOptions trial = options;
  trial.fraction = fraction;
  if (trial.maxError == 0)
    trial.maxError = functionErrorAt(fraction);
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &) { return success(quiet); });
  OwningOpRef<ModuleOp> copy = module.clone();
  if (failed(runPhases(*copy, {Phase::Precision, Phase::Protocol, Phase::Schedule}, trial)))
    return failure();
  double error = 0;
  for (const Judged &one : judged) {
    auto outputs = interpretExact(copy->lookupSymbol<func::FuncOp>(one.entry), one.inputs, interpreter);
    if (failed(outputs))
      return failure();
    error = std::max(error, largestError(*outputs, one.outputs));
  }
  return error;
}

} // namespace

FailureOr<FractionChoice> mlir::mpc::chooseFraction(ModuleOp module, const PhaseOptions &options, double budget) {
  InterpreterOptions interpreter;
  interpreter.load = loadParamsFrom(options.weightsDirs);
  interpreter.seed = 1;
  FailureOr<std::vector<Judged>> judged = judge(module, options, interpreter);
  if (failed(judged))
    return failure();
  const double aim = kMeasuredShare * budget;
  FractionChoice best{0, INFINITY};
  unsigned most = kMostFraction;
  for (unsigned fraction = kLeastFraction;;) {
    FailureOr<double> error = errorAt(module, options, interpreter, *judged, fraction, best.fraction > 0);
    if (failed(error)) {
      if (best.fraction == 0)
        return failure();
      most = fraction - 1; // no ring of 64 bits has room for so many: fewer, if any are left to try
      if (most <= best.fraction)
        return best;
      fraction = most;
      continue;
    }
    if (best.fraction == 0 || *error < best.error)
      best = {fraction, *error};
    if (*error <= aim || fraction >= most)
      return best;
    double missing = std::isfinite(*error) ? std::ceil(std::log2(*error / aim)) : 1;
    fraction = std::min(most, fraction + static_cast<unsigned>(std::max(1.0, std::min(missing, 6.0))));
  }
}
