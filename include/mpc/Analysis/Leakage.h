// What running a program reveals to whom, read off its declassifications: reveals, public inputs, what owners publish, constants, shapes,
// and the rounding bits of local truncations. docs/threat-model.md says what each of these means.
#ifndef MPC_ANALYSIS_LEAKAGE_H
#define MPC_ANALYSIS_LEAKAGE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace mlir::mpc {

// A value that somebody sees, or that an owner keeps.
struct SeenValue {
  std::string name; // ONNX name of an input or output, parameter, or node
  std::string type; // "1x24 i64"
  std::string note; // to whom it is opened; what it is made of; the value of a public number
};

// Values that are truncated where they lie, by kind of op.
struct LocalRounding {
  std::string op;
  int64_t ops = 0;
  int64_t values = 0;
};

struct Leakage {
  std::string entry;
  std::vector<SeenValue> publicInputs; // every party sees these values
  std::vector<SeenValue> secretInputs; // of these it sees the shape
  std::vector<SeenValue> outputs;      // note: the owner to whom they are opened
  std::vector<SeenValue> published;    // what an owner makes of its values for all to see
  std::vector<SeenValue> constants;    // numbers of the graph that are in the program; note: the value of a single one
  std::vector<SeenValue> shared;       // what owners compute alone and share; note: of what, by which ops
  std::vector<LocalRounding> rounding;
  int64_t sharedWeights = 0;  // parameters of which only the shape is seen
  int64_t remaskedValues = 0; // uniformly random values that P1 and P2 exchange
};

// One for each function of a module after the secrecy phase; roundings are there from the protocol phase on. Failure, with a
// diagnostic, where a function has several blocks or an argument without an owner.
FailureOr<std::vector<Leakage>> analyzeLeakage(ModuleOp module);

// A few lines: who learns what.
void printLeakageSummary(ArrayRef<Leakage> entries, llvm::raw_ostream &out);

// The statement as Markdown, with every value by name.
void printLeakageStatement(ArrayRef<Leakage> entries, llvm::raw_ostream &out);

} // namespace mlir::mpc

#endif
