// What the converter asks of every node before its rule sees it: the kind of its first input, and attributes that the rule knows. The
// documentation of ops is printed from here and from the rules.
#include "Node.h"

using namespace mlir;
using namespace mlir::mpc;
using namespace mlir::mpc::fromonnx;

static constexpr OnnxFacts kFacts[] = {
    {"", "Abs", Kinds::Numbers, "choice", ""},
    {"", "Add", Kinds::Numbers, "linear", ""},
    {"", "And", Kinds::Bits, "bits", ""},
    {"", "ArgMax", Kinds::Numbers, "place", "axis keepdims select_last_index"},
    {"", "ArgMin", Kinds::Numbers, "place", "axis keepdims select_last_index"},
    {"", "Attention", Kinds::Reals, "attention",
     "is_causal kv_num_heads q_num_heads qk_matmul_output_mode scale softcap softmax_precision"},
    {"", "AveragePool", Kinds::Reals, "linear", "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides"},
    {"", "BatchNormalization", Kinds::Reals, "product", "epsilon momentum training_mode"},
    {"", "BitwiseAnd", Kinds::Bits, "bits", ""},
    {"", "BitwiseNot", Kinds::Bits, "bits", ""},
    {"", "BitwiseOr", Kinds::Bits, "bits", ""},
    {"", "BitwiseXor", Kinds::Bits, "bits", ""},
    {"", "Cast", Kinds::Any, "cast", "saturate to"},
    {"", "CastLike", Kinds::Any, "cast", "saturate"},
    {"", "Ceil", Kinds::Reals, "whole", ""},
    {"", "Celu", Kinds::Reals, "elu", "alpha"},
    {"", "Clip", Kinds::Numbers, "choice", ""},
    {"", "Compress", Kinds::Any, "move", "axis"},
    {"", "Concat", Kinds::Any, "move", "axis"},
    {"", "ConcatFromSequence", Kinds::Any, "move", "axis new_axis"},
    {"", "Constant", Kinds::Any, "public", "value value_float value_floats value_int value_ints"},
    {"", "ConstantOfShape", Kinds::Integers, "public", "value"},
    {"", "Conv", Kinds::Reals, "product", "auto_pad dilations group kernel_shape pads strides"},
    {"", "Cos", Kinds::Reals, "wave", ""},
    {"", "Cosh", Kinds::Reals, "exp", ""},
    {"", "CumSum", Kinds::Numbers, "linear", "exclusive reverse"},
    {"", "DepthToSpace", Kinds::Any, "move", "blocksize mode"},
    {"", "Div", Kinds::Numbers, "div", ""},
    {"", "Dropout", Kinds::Any, "move", "ratio seed"},
    {"", "Einsum", Kinds::Numbers, "product", "equation"},
    {"", "Elu", Kinds::Reals, "elu", "alpha"},
    {"", "Equal", Kinds::Any, "compare", ""},
    {"", "Erf", Kinds::Reals, "erf", ""},
    {"", "Exp", Kinds::Reals, "exp", ""},
    {"", "Expand", Kinds::Any, "move", ""},
    {"", "EyeLike", Kinds::Any, "public", "dtype k"},
    {"", "Flatten", Kinds::Any, "move", "axis"},
    {"", "Floor", Kinds::Reals, "whole", ""},
    {"", "Gather", Kinds::Any, "lookup", "axis"},
    {"", "GatherElements", Kinds::Any, "lookup", "axis"},
    {"", "GatherND", Kinds::Any, "move", "batch_dims"},
    {"", "Gelu", Kinds::Reals, "gelu", "approximate"},
    {"", "Gemm", Kinds::Numbers, "product", "alpha beta transA transB"},
    {"", "GlobalAveragePool", Kinds::Reals, "linear", ""},
    {"", "GlobalMaxPool", Kinds::Reals, "choice", ""},
    {"", "Greater", Kinds::Numbers, "compare", ""},
    {"", "GreaterOrEqual", Kinds::Numbers, "compare", ""},
    {"", "GroupNormalization", Kinds::Reals, "norm", "epsilon num_groups stash_type"},
    {"", "HardSigmoid", Kinds::Reals, "choice", "alpha beta"},
    {"", "HardSwish", Kinds::Reals, "choice", ""},
    {"", "Hardmax", Kinds::Reals, "place", "axis"},
    {"", "Identity", Kinds::Any, "move", ""},
    {"", "InstanceNormalization", Kinds::Reals, "norm", "epsilon"},
    {"", "IsInf", Kinds::Reals, "never", "detect_negative detect_positive"},
    {"", "IsNaN", Kinds::Reals, "never", ""},
    {"", "LayerNormalization", Kinds::Reals, "norm", "axis epsilon stash_type"},
    {"", "LeakyRelu", Kinds::Reals, "choice", "alpha"},
    {"", "Less", Kinds::Numbers, "compare", ""},
    {"", "LessOrEqual", Kinds::Numbers, "compare", ""},
    {"", "Log", Kinds::Reals, "log", ""},
    {"", "LogSoftmax", Kinds::Reals, "logsoftmax", "axis"},
    {"", "LpNormalization", Kinds::Reals, "reciprocal", "axis p"},
    {"", "MatMul", Kinds::Numbers, "product", ""},
    {"", "Max", Kinds::Numbers, "choice", ""},
    {"", "MaxPool", Kinds::Reals, "choice", "auto_pad ceil_mode dilations kernel_shape pads storage_order strides"},
    {"", "Mean", Kinds::Reals, "linear", ""},
    {"", "MeanVarianceNormalization", Kinds::Reals, "norm", "axes"},
    {"", "Min", Kinds::Numbers, "choice", ""},
    {"", "Mish", Kinds::Reals, "mish", ""},
    {"", "Mod", Kinds::Numbers, "mod", "fmod"},
    {"", "Mul", Kinds::Numbers, "product", ""},
    {"", "Neg", Kinds::Numbers, "linear", ""},
    {"", "NonZero", Kinds::Any, "public", ""},
    {"", "Not", Kinds::Bits, "bits", ""},
    {"", "OneHot", Kinds::Numbers, "lookup", "axis"},
    {"", "Or", Kinds::Bits, "bits", ""},
    {"", "PRelu", Kinds::Numbers, "choice", ""},
    {"", "Pad", Kinds::Any, "move", "mode"},
    {"", "Pow", Kinds::Numbers, "pow", ""},
    {"", "RMSNormalization", Kinds::Reals, "norm", "axis epsilon stash_type"},
    {"", "Range", Kinds::Numbers, "public", ""},
    {"", "Reciprocal", Kinds::Reals, "reciprocal", ""},
    {"", "ReduceL1", Kinds::Numbers, "choice", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceL2", Kinds::Reals, "sqrt", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceLogSum", Kinds::Reals, "log", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceLogSumExp", Kinds::Reals, "logsoftmax", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceMax", Kinds::Any, "choice", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceMean", Kinds::Numbers, "linear", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceMin", Kinds::Any, "choice", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceProd", Kinds::Numbers, "prod", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceSum", Kinds::Numbers, "linear", "axes keepdims noop_with_empty_axes"},
    {"", "ReduceSumSquare", Kinds::Numbers, "product", "axes keepdims noop_with_empty_axes"},
    {"", "Relu", Kinds::Numbers, "choice", ""},
    {"", "Resize", Kinds::Numbers, "linear",
     "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy mode "
     "nearest_mode"},
    {"", "Reshape", Kinds::Any, "move", "allowzero"},
    {"", "RotaryEmbedding", Kinds::Reals, "rotary", "interleaved num_heads rotary_embedding_dim"},
    {"", "Round", Kinds::Reals, "whole", ""},
    {"", "ScatterElements", Kinds::Any, "move", "axis reduction"},
    {"", "ScatterND", Kinds::Any, "move", "reduction"},
    {"", "Selu", Kinds::Reals, "elu", "alpha gamma"},
    {"", "SequenceAt", Kinds::Any, "move", ""},
    {"", "SequenceConstruct", Kinds::Any, "move", ""},
    {"", "SequenceLength", Kinds::Any, "public", ""},
    {"", "Shape", Kinds::Any, "public", "end start"},
    {"", "Shrink", Kinds::Reals, "choice", "bias lambd"},
    {"", "Sigmoid", Kinds::Reals, "sigmoid", ""},
    {"", "Sign", Kinds::Numbers, "choice", ""},
    {"", "Sin", Kinds::Reals, "wave", ""},
    {"", "Sinh", Kinds::Reals, "exp", ""},
    {"", "Size", Kinds::Any, "public", ""},
    {"", "Slice", Kinds::Any, "move", ""},
    {"", "Softmax", Kinds::Reals, "softmax", "axis"},
    {"", "Softplus", Kinds::Reals, "softplus", ""},
    {"", "Softsign", Kinds::Reals, "softsign", ""},
    {"", "SpaceToDepth", Kinds::Any, "move", "blocksize"},
    {"", "Split", Kinds::Any, "move", "axis num_outputs split"},
    {"", "SplitToSequence", Kinds::Any, "move", "axis keepdims"},
    {"", "Sqrt", Kinds::Reals, "sqrt", ""},
    {"", "Squeeze", Kinds::Any, "move", "axes"},
    {"", "Sub", Kinds::Numbers, "linear", ""},
    {"", "Sum", Kinds::Numbers, "linear", ""},
    {"", "Tan", Kinds::Reals, "tan", ""},
    {"", "Tanh", Kinds::Reals, "tanh", ""},
    {"", "ThresholdedRelu", Kinds::Reals, "choice", "alpha"},
    {"", "Tile", Kinds::Any, "move", ""},
    {"", "TopK", Kinds::Numbers, "place", "axis largest sorted"},
    {"", "Transpose", Kinds::Any, "move", "perm"},
    {"", "Trilu", Kinds::Any, "move", "upper"},
    {"", "Unsqueeze", Kinds::Any, "move", "axes"},
    {"", "Where", Kinds::Any, "choice", ""},
    {"", "Xor", Kinds::Bits, "bits", ""},
    {"com.microsoft", "Attention", Kinds::Reals, "attention",
     "do_rotary mask_filter_value num_heads past_present_share_buffer qkv_hidden_sizes rotary_embedding_dim scale unidirectional"},
    {"com.microsoft", "GroupQueryAttention", Kinds::Reals, "attention",
     "do_rotary kv_num_heads local_window_size num_heads rotary_interleaved scale smooth_softmax softcap"},
    {"com.microsoft", "MultiHeadAttention", Kinds::Reals, "attention", "mask_filter_value num_heads scale unidirectional"},
    {"com.microsoft", "BiasGelu", Kinds::Reals, "gelu", ""},
    {"com.microsoft", "EmbedLayerNormalization", Kinds::Integers, "lookup", "epsilon mask_index_type"},
    {"com.microsoft", "FastGelu", Kinds::Reals, "gelu", ""},
    {"com.microsoft", "FusedGemm", Kinds::Reals, "product",
     "activation activation_alpha activation_beta activation_gamma alpha beta transA transB"},
    {"com.microsoft", "FusedMatMul", Kinds::Numbers, "product", "alpha transA transB transBatchA transBatchB"},
    {"com.microsoft", "Gelu", Kinds::Reals, "gelu", "approximate"},
    {"com.microsoft", "LayerNormalization", Kinds::Reals, "norm", "axis epsilon stash_type"},
    {"com.microsoft", "QuickGelu", Kinds::Reals, "quick", "alpha"},
    {"com.microsoft", "RotaryEmbedding", Kinds::Reals, "rotary", "interleaved is_packed_batching num_heads rotary_embedding_dim scale"},
    {"com.microsoft", "SimplifiedLayerNormalization", Kinds::Reals, "norm", "axis epsilon stash_type"},
    {"com.microsoft", "SkipLayerNormalization", Kinds::Reals, "norm", "epsilon"},
    {"com.microsoft", "SkipSimplifiedLayerNormalization", Kinds::Reals, "norm", "epsilon"},
};

const OnnxFacts *mlir::mpc::fromonnx::findFacts(const OnnxRule &rule) {
  for (const OnnxFacts &facts : kFacts)
    if (facts.domain == rule.domain && facts.op == rule.op)
      return &facts;
  return nullptr;
}

StringRef mlir::mpc::fromonnx::describe(Kinds kinds) {
  switch (kinds) {
  case Kinds::Any:
    return "reals, integers, truth values";
  case Kinds::Numbers:
    return "reals, integers";
  case Kinds::Reals:
    return "reals";
  case Kinds::Integers:
    return "integers";
  case Kinds::Bits:
    return "truth values";
  }
  return "";
}

// Types first: where they are wrong, what attributes say is beside the point.
std::string mlir::mpc::fromonnx::checkFacts(const OnnxRule &rule, Node &node) {
  const OnnxFacts *facts = findFacts(rule);
  if (!facts)
    return "";
  if (Value input = node.in(0)) {
    bool fits = facts->kinds == Kinds::Any || (facts->kinds == Kinds::Numbers && !isBit(input)) ||
                (facts->kinds == Kinds::Reals && isReal(input)) || (facts->kinds == Kinds::Integers && isInt(input)) ||
                (facts->kinds == Kinds::Bits && isBit(input));
    if (!fits)
      return ("takes " + describe(facts->kinds) + ", not " + describe(input)).str();
  }
  // Fused ops of com.microsoft gain attributes in every release; their rules read what matters.
  if (!rule.domain.empty())
    return "";
  SmallVector<StringRef> known;
  facts->attributes.split(known, ' ', -1, /*KeepEmpty=*/false);
  if (DictionaryAttr given = node.op.getOnnxAttributes().value_or(DictionaryAttr()))
    for (NamedAttribute attribute : given)
      if (!llvm::is_contained(known, attribute.getName().getValue()))
        return ("has an attribute '" + attribute.getName().getValue() + "' that is not supported; " +
                (known.empty() ? Twine("it takes none") : "known are " + facts->attributes))
            .str();
  return "";
}
