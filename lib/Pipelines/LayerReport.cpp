#include "mpc/Pipelines/LayerReport.h"
#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/Interval.h"
#include "mpc/Interpreter/Case.h"
#include "mpc/Interpreter/Interpreter.h"
#include "mpc/Target/Cost.h"
#include "mpc/Target/Origin.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

namespace {

// The name by which the cost and the program know an entry.
std::string nameOf(func::FuncOp function) {
  auto name = function->getAttrOfType<StringAttr>(kEntryAttr);
  return (name ? name.getValue() : function.getName()).str();
}

FxpType formatOf(Value value) {
  auto tensor = llvm::dyn_cast<RankedTensorType>(value.getType());
  return tensor ? llvm::dyn_cast<FxpType>(getPlainElementType(tensor.getElementType())) : FxpType();
}

// From here on a tensor's range is that of few channels.
constexpr double kOutlier = 8;

// Largest |x - factor y|.
double largestDifference(const tacit::Tensor &x, const tacit::Tensor &y, double factor) {
  double largest = 0;
  for (int64_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, std::abs(x.f32()[i] - factor * y.f32()[i]));
  return largest;
}

// The factor of y that x is nearest to: not 1 where a constant scale was folded into a layer. Errors move it by far less than 5 %.
double findFactor(const tacit::Tensor &x, const tacit::Tensor &y) {
  double product = 0, square = 0;
  for (int64_t i = 0; i < x.size(); ++i)
    product += static_cast<double>(x.f32()[i]) * y.f32()[i], square += static_cast<double>(y.f32()[i]) * y.f32()[i];
  double factor = square > 0 ? product / square : 1;
  return std::abs(factor - 1) > 0.05 ? factor : 1;
}

// Channels are the last dimension's.
double outlierOf(const tacit::Tensor &value) {
  int64_t channels = value.shape().empty() ? 1 : value.shape().back();
  if (channels < 2 || value.size() == 0)
    return 1;
  std::vector<double> most(channels, 0);
  for (int64_t i = 0; i < value.size(); ++i)
    most[i % channels] = std::max(most[i % channels], static_cast<double>(std::abs(value.f32()[i])));
  llvm::sort(most);
  double median = most[channels / 2];
  return median > 0 && std::isfinite(most.back()) ? most.back() / median : 1;
}

// Bits of a number that is known to stay in `range`: sign, and the one that an extension needs, included (AssignFormatsPlan.h).
unsigned leastWidth(const Interval &range, unsigned fraction) {
  double units = std::ldexp(range.magnitude(), static_cast<int>(fraction));
  return std::max(3u, 2 + static_cast<unsigned>(std::ceil(std::log2(std::max(units, 1.0)))));
}

} // namespace

LayerReport::Layer &LayerReport::layerOf(Entry &entry, Operation *op) {
  OpOrigin origin = getOrigin(op);
  return entry.layers[Key(origin.name.str(), origin.kind.str())];
}

LogicalResult LayerReport::takeReference(ModuleOp module, const PhaseOptions &phases, ArrayRef<std::string> cases) {
  options = phases;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    Entry &entry = entries[nameOf(function)];
    for (const std::string &name : cases) {
      std::optional<std::string> path = casePathFor(function, name);
      if (!path)
        continue;
      FailureOr<tacit::NamedTensors> inputs = readCaseInputs(function, *path);
      if (failed(inputs))
        return failure();
      InterpreterOptions interpreter;
      interpreter.load = loadParamsFrom(options.weightsDirs);
      interpreter.probe = [&](Operation *op, unsigned index, const tacit::Tensor &value) {
        if (index != 0 || value.kind() != tacit::Kind::kF32 || !isSecret(op->getResult(0).getType()))
          return;
        Layer &layer = layerOf(entry, op);
        layer.reference = value;
        layer.outlier = outlierOf(value);
      };
      if (failed(interpretF32(function, *inputs, interpreter)))
        return failure();
      entry.inputs = std::move(*inputs);
      break;
    }
  }
  return success();
}

void LayerReport::takeFormat(Entry &entry, Operation *op, unsigned preset) {
  FxpType format = formatOf(op->getResult(0));
  Layer &layer = layerOf(entry, op);
  if (auto periodic = llvm::dyn_cast<PeriodicOp>(op))
    layer.approximation = std::max(layer.approximation, periodic.getError().convertToDouble());
  layer.width = format.getWidth(), layer.fraction = format.getFraction();
  layer.elements = llvm::cast<RankedTensorType>(op->getResult(0).getType()).getNumElements();
  for (Value value : op->getOperands())
    if (FxpType operand = formatOf(value))
      layer.ring = std::max(layer.ring, operand.getWidth());
  layer.ring = std::max(layer.ring, layer.width);
  layer.reason.clear();
  if (std::optional<Interval> range = getRangeAttr(op)) {
    layer.reason = llvm::formatv("{0} [{1:g6}, {2:g6}]", stringifyRangeKind(range->kind), range->low, range->high).str();
    if (unsigned least = leastWidth(*range, layer.fraction); layer.width > least)
      layer.reason += llvm::formatv(" in {0} bits, {1} more for its readers", least, layer.width - least).str();
  }
  if (layer.fraction > preset)
    layer.reason += "; bits of exact products kept";
  if (layer.fraction < preset)
    layer.reason += layer.fraction == 0 ? "; whole numbers" : "; a coarse fraction asked for";
}

void LayerReport::takeFormats(ModuleOp module, const PhaseOptions &phases) {
  options = phases;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal())
      for (Operation &op : function.getBody().front())
        if (op.getNumResults() == 1 && formatOf(op.getResult(0)))
          takeFormat(entries[nameOf(function)], &op, options.fraction);
}

LogicalResult LayerReport::takeCosts(ModuleOp module) {
  FailureOr<std::vector<EntryCost>> costs = computeCost(module);
  if (failed(costs))
    return failure();
  for (const EntryCost &cost : *costs)
    for (const OpCost &op : cost.ops) {
      Layer &layer = entries[cost.entry].layers[Key(op.name, op.kind)];
      layer.rounds = op.rounds, layer.onlineBytes = op.onlineBytes, layer.offlineBytes = op.offlineBytes;
    }
  for (auto function : module.getOps<func::FuncOp>()) {
    Entry &entry = entries[nameOf(function)];
    if (function.isExternal() || entry.inputs.empty())
      continue;
    InterpreterOptions interpreter;
    interpreter.load = loadParamsFrom(options.weightsDirs);
    interpreter.seed = 1;
    // The last of a layer's values that has its shape is its result.
    interpreter.probe = [&](Operation *op, unsigned index, const tacit::Tensor &value) {
      if (index != 0 || value.kind() != tacit::Kind::kF32)
        return;
      Layer &layer = layerOf(entry, op);
      if (!layer.reference || layer.reference->shape() != value.shape())
        return;
      layer.factor = findFactor(value, *layer.reference);
      layer.error = largestDifference(value, *layer.reference, layer.factor);
    };
    if (failed(interpretIdeal(function, entry.inputs, interpreter)))
      return failure();
  }
  return success();
}

void LayerReport::print(llvm::raw_ostream &out) const {
  out << "# Layers\n\nWritten by `mpc-compile --report`. It tells magnitudes of the model's values: it is for the model's owner, and no "
         "part of the "
         "bundle.\n\n"
      << llvm::formatv("Where nothing else decides a value has {0} fractional bits; calibrated ranges have a margin of {1:g3}.\n",
                       options.fraction, options.margin)
      << "*Format* is bits, fractional bits; *ring* the widest that the layer computes in. *Error* is the largest absolute difference to "
         "f32 "
         "on the first case, errors of the layers before included;\n*approximation* what a function in it adds at most. Rounds are shared "
         "with other layers, bytes are those of all parties.\n";
  for (const auto &[name, entry] : entries) {
    out << "\n## " << name << "\n\n| node | op | elements | format | ring | why | error | approximation | rounds | online B | offline B |\n"
        << "|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const auto &[key, layer] : entry.layers) {
      if (layer.width == 0 && layer.onlineBytes == 0 && layer.offlineBytes == 0)
        continue; // an owner's own
      std::string more = layer.factor == 1 ? "" : llvm::formatv("; held times {0:g3}", layer.factor).str();
      if (layer.outlier >= kOutlier)
        more += llvm::formatv("; its largest channel is {0:f0} times the median one", layer.outlier);
      out << "| " << key.first << " | " << key.second << " | " << layer.elements << " | "
          << llvm::formatv("{0}, {1} | {2} | {3} | ", layer.width, layer.fraction, layer.ring, layer.reason + more)
          << (layer.error ? llvm::formatv("{0:e2}", *layer.error).str() : "") << " | "
          << (layer.approximation > 0 ? llvm::formatv("{0:e2}", layer.approximation).str() : "") << " | "
          << llvm::formatv("{0} | {1} | {2} |\n", layer.rounds, layer.onlineBytes, layer.offlineBytes);
    }
  }
}
