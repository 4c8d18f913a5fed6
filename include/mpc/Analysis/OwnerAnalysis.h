// Whose values does an expression depend on? The raising and the secrecy phase ask it of plain values, owner placement of secret ones.
#ifndef MPC_ANALYSIS_OWNERANALYSIS_H
#define MPC_ANALYSIS_OWNERANALYSIS_H

#include "dialects/Mpc/Mpc.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::mpc {

// What a value is a function of. Nothing set: a constant.
struct Owners {
  bool client = false;    // a secret input
  bool model = false;     // a secret parameter
  bool published = false; // a parameter whose owner publishes it
  bool live = false;      // a public input: known when the program runs, not when it is compiled

  Owners &operator|=(const Owners &other) {
    client |= other.client;
    model |= other.model;
    published |= other.published;
    live |= other.live;
    return *this;
  }
};

// Who can compute a value alone. `Model` needs no input, so the model's owner computes it once, before any client comes.
enum class OwnerClass { Public, Client, Model, Shared };

// Classes of the values of one function. It is a listener, so that a rewriter that carries it keeps it up to date: results of a
// new operation are classified from their operands.
//
// A parameter is published where that is needed and harmless: when it holds integers or one element, or when all of its
// uses, through arithmetic without the client's values, end where only a public value can stand: the argument of a sine or
// cosine, the tables of mpc.rotary, the indices of a gather (inverse frequencies, position buckets). Any other use makes it a weight.
class OwnerAnalysis : public RewriterBase::Listener {
public:
  // With `weightsPublic` every parameter is published.
  explicit OwnerAnalysis(func::FuncOp function, bool weightsPublic = false);

  Owners get(Value value);
  OwnerClass classOf(Value value);

  // Known to every party when the program runs.
  bool isPublic(Value value);
  bool dependsOnClient(Value value) { return get(value).client; }

  // Whether a parameter's owner publishes it.
  bool isPublished(WeightOp weight) const;

  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint previous) override;
  void notifyOperationErased(Operation *op) override;

private:
  void findPublished(func::FuncOp function);
  Owners classify(Operation *op);

  bool weightsPublic;
  llvm::StringSet<> published;
  DenseMap<Value, Owners> owners;
};

// The name of the ONNX node an operation comes from, for messages; the operation's own name where it has none.
std::string nodeName(Operation *op);

// Names of the client's inputs that `value` depends on, for messages: "'input_ids', 'mask'".
std::string clientInputsOf(Value value);

} // namespace mlir::mpc

#endif
