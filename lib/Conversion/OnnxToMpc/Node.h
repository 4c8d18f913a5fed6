// A node under conversion, and the table's entries.
#ifndef LIB_CONVERSION_ONNXTOMPC_NODE_H
#define LIB_CONVERSION_ONNXTOMPC_NODE_H

#include "Emitter.h"
#include "dialects/Onnx/Onnx.h"

namespace mlir::mpc::fromonnx {

// What a converter sees: inputs as mpc values (null where left out), attributes with defaults, and the emitter. It sets the outputs.
// Getters of attributes record an error for a wrong kind, as the emitter's functions do.
struct Node {
  Emitter &emit;
  mutable onnx::NodeOp op;
  int64_t opset;
  SmallVector<Value> inputs, outputs;

  Value in(size_t i) const { return i < inputs.size() ? inputs[i] : Value(); }
  bool has(size_t i) const { return !!in(i); }
  void set(size_t i, Value value) {
    if (i < outputs.size())
      outputs[i] = value;
  }
  // Whether something reads output i.
  bool wants(size_t i) const { return i < op.getNumResults() && !op.getResult(i).use_empty(); }

  Attribute find(StringRef name) const { return op.getOnnxAttributes() ? op.getOnnxAttributes()->get(name) : Attribute(); }
  int64_t getInt(StringRef name, int64_t absent);
  double getReal(StringRef name, double absent);
  StringRef getText(StringRef name, StringRef absent);
  std::optional<SmallVector<int64_t>> getInts(StringRef name);

  // The integers of input i, which must be constant: `what` names it in the error.
  std::optional<SmallVector<int64_t>> constInts(size_t i, StringRef what);
  // From the attribute of that name, or (by version) from input i; empty where neither is there.
  std::optional<SmallVector<int64_t>> intsFrom(StringRef attribute, size_t i);

  // `axis` of a value of `rank`, counted from the front; an error outside [-rank, rank).
  std::optional<int64_t> axisOf(int64_t axis, int64_t rank);
  // Sorted and distinct.
  std::optional<SmallVector<int64_t>> axesOf(ArrayRef<int64_t> axes, int64_t rank);

  // Records the error.
  LogicalResult fail(const Twine &text) {
    emit.fail(text);
    return failure();
  }
  // Sets output 0: the end of most converters.
  LogicalResult result(Value value) {
    set(0, value);
    return success(!!value);
  }
};

using Convert = LogicalResult (*)(Node &node);

// One line of the table: an op of a domain, over a range of opsets of that domain.
struct OnnxRule {
  StringRef domain; // "" for ai.onnx
  StringRef op;
  int64_t since, until; // inclusive
  unsigned required;    // leading inputs that must be there
  Convert convert;
  StringRef note; // what is not, or not fully, supported; for the docs
};

inline constexpr int64_t kLatestOpset = 23;

// What an op takes and knows, whatever its version. Reals are f16, bf16, f32, f64; integers of all widths up to 64.
enum class Kinds { Any, Numbers, Reals, Integers, Bits };
struct OnnxFacts {
  StringRef domain, op;
  Kinds kinds;          // of the first input
  StringRef form;       // its form on secrets, in mpc/Analysis/SecretForms.h
  StringRef attributes; // names, blanks between; others are refused
};

// Null where the table has no line for the rule's op.
const OnnxFacts *findFacts(const OnnxRule &rule);
StringRef describe(Kinds kinds);
// Why a node is refused before its rule sees it; empty where it is not.
std::string checkFacts(const OnnxRule &rule, Node &node);

// Tables of the files that hold the converters.
ArrayRef<OnnxRule> elementwiseRules();
ArrayRef<OnnxRule> activationRules();
ArrayRef<OnnxRule> structureRules();
ArrayRef<OnnxRule> constantRules();
ArrayRef<OnnxRule> indexRules();
ArrayRef<OnnxRule> reductionRules();
ArrayRef<OnnxRule> productRules();
ArrayRef<OnnxRule> normalizationRules();
ArrayRef<OnnxRule> attentionRules();
ArrayRef<OnnxRule> windowRules();
ArrayRef<OnnxRule> scatterRules();
ArrayRef<OnnxRule> sequenceRules();

// The rule for a node; null, with the reason, where there is none.
const OnnxRule *findRule(StringRef domain, StringRef op, int64_t opset, std::string &reason);

// TensorProto's number of an element type, as the program holds it; null for one that it does not.
Type elementByNumber(Builder &builder, int64_t number);

// Normalisation and activation that fused ops are made of.
Value emitLayerNorm(Emitter &emit, Value input, Value gain, Value bias, double epsilon);
Value emitRmsNorm(Emitter &emit, Value input, Value gain, double epsilon);
Value emitRotary(Emitter &emit, Value input, Value cos, Value sin, bool interleaved); // input [..., S, D], tables [..., S, D / 2]
// softmax(scale q k^T + bias) v on [B, H, S, D]; heads of k and v may be fewer. `bias` may be null. `causalOffset`: query i sees keys up to
// i + offset; nullopt for all. `zeroMaskedRows`: a query that sees no key gets 0.
Value emitAttention(Emitter &emit, Value query, Value key, Value value, Value bias, double scale, std::optional<int64_t> causalOffset,
                    double softcap, bool zeroMaskedRows = false);

} // namespace mlir::mpc::fromonnx

#endif
