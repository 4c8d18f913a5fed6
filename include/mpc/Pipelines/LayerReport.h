// What became of each layer: mpc-compile --report. It tells magnitudes of a model's values and is for its owner alone.
#ifndef MPC_PIPELINES_LAYERREPORT_H
#define MPC_PIPELINES_LAYERREPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mpc/Pipelines/Phases.h"
#include "tacit/tensor.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <optional>

namespace mlir::mpc {

// Takes a module three times, as it goes through the phases, and then prints. A layer is an mpc op of an ONNX node (Origin.h).
class LayerReport {
public:
  // Before the precision phase: what layers give in f32 on the first of `cases` that is for an entry. Without one errors are not known.
  LogicalResult takeReference(ModuleOp module, const PhaseOptions &options, ArrayRef<std::string> cases);
  // After it: formats, and what they rest on.
  void takeFormats(ModuleOp module, const PhaseOptions &options);
  // When scheduled: costs, and errors of the ideal interpreter's values, with the rounding noise of one run.
  LogicalResult takeCosts(ModuleOp module);

  // A table for each entry, in Markdown: width and fractional bits, widest ring, range, reason, error, rounds, bytes.
  void print(llvm::raw_ostream &out) const;

private:
  struct Layer {
    std::optional<tacit::Tensor> reference;
    std::optional<double> error; // largest absolute, in units of the value
    double outlier = 1;          // the largest channel's magnitude by the median channel's
    double factor = 1;           // what the value is held times: a scale that was folded into it
    int64_t elements = 0;
    unsigned width = 0, fraction = 0, ring = 0; // bits
    std::string reason;
    double approximation = 0; // largest error of a function that it is made of
    int64_t rounds = 0, onlineBytes = 0, offlineBytes = 0;
  };
  using Key = std::pair<std::string, std::string>; // the node's name and the kind of op
  struct Entry {
    tacit::NamedTensors inputs;
    llvm::MapVector<Key, Layer, std::map<Key, unsigned>> layers;
  };
  static Layer &layerOf(Entry &entry, Operation *op);
  void takeFormat(Entry &entry, Operation *op, unsigned preset);

  PhaseOptions options;
  llvm::MapVector<std::string, Entry, std::map<std::string, unsigned>> entries;
};

} // namespace mlir::mpc

#endif
