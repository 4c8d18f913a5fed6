// What is computed. Conventions: static shapes; elementwise ops broadcast as numpy does; an op with at least one secret
// operand has secret results unless its description says otherwise. Attributes are of the kinds that the program
// container stores: i64, f64, bool, string, array<i64>, array<f64>, and dense elements on mpc.constant alone.
#ifndef DIALECTS_MPC_MPCOPS_TD
#define DIALECTS_MPC_MPCOPS_TD

include "dialects/Mpc/MpcDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Mpc_Op<string mnemonic, list<Trait> traits = []> : Op<Mpc_Dialect, mnemonic, traits>;

//===-- Leaves -------------------------------------------------------------------------------------------------===//

def Mpc_ConstantOp : Mpc_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "public constant";
  let description = [{
    A public tensor known at compile time.

    ```mlir
    %0 = mpc.constant dense<1.0e-5> : tensor<f32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Mpc_PublicTensor:$result);
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{ build($_builder, $_state, value.getType(), value); }]>];
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Mpc_ParamOp : Mpc_Op<"param", [Symbol]> {
  let summary = "a tensor of the model by name: a byte range of a side file";
  let description = [{
    Names `length` bytes at `offset` of `file` (relative to the model's folder, or to the bundle for
    `inline.safetensors`): little-endian elements of `type`, C order. The bytes are never in the IR.

    ```mlir
    mpc.param @embed {file = "model.safetensors", offset = 4096 : i64, length = 524288 : i64, type = tensor<1024x128xf32>}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$file, I64Attr:$offset, I64Attr:$length, TypeAttr:$type);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def Mpc_WeightOp : Mpc_Op<"weight", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of an mpc.param";
  let description = [{
    Before the secrecy phase its type is plain; there it becomes secret (owner `model`), or stays plain where the policy
    or its use makes it public.

    ```mlir
    %w = mpc.weight @embed : tensor<1024x128xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$param);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$param attr-dict `:` type($result)";
}

def Mpc_OwnedOp : Mpc_Op<"owned", [IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">, RecursiveMemoryEffects]> {
  let summary = "a clear computation done by the owner of its operands";
  let description = [{
    The region is run by `owner` (`client` or `model`) on its own values in clear, before sharing; its operands are inputs
    of that owner, mpc.weight ops inside belong to `model`, and block arguments have the plain types of the operands.
    Results are secret (shared by the owner), or plain where the owner publishes them to every party (`publish`).

    ```mlir
    %hot = mpc.owned "client" (%ids) : (tensor<1x7x!mpc.secret<i64>>) -> tensor<1x7x1024x!mpc.secret<i1>> {
    ^bb0(%i: tensor<1x7xi64>):
      %0 = mpc.one_hot %i {depth = 1024 : i64} : tensor<1x7xi64> -> tensor<1x7x1024xi1>
      mpc.yield %0 : tensor<1x7x1024xi1>
    }
    ```
  }];
  let arguments = (ins StrAttr:$owner, Variadic<Mpc_AnyTensor>:$inputs);
  let results = (outs Variadic<Mpc_AnyTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$owner `(` $inputs `)` attr-dict `:` functional-type($inputs, $results) $body";
  let hasVerifier = 1;
}

def Mpc_YieldOp : Mpc_Op<"yield", [Pure, Terminator, ParentOneOf<["OwnedOp"]>]> {
  let summary = "results of an mpc.owned region";
  let description = [{
    ```mlir
    mpc.owned "client" (%x) : (tensor<2x3x!mpc.secret<f32>>) -> tensor<2x3x!mpc.secret<f32>> {
    ^bb0(%a: tensor<2x3xf32>):
      mpc.yield %a : tensor<2x3xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Mpc_AnyTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

//===-- Structure: any element type, every level ---------------------------------------------------------------===//

class Mpc_StructuralOp<string mnemonic, list<Trait> traits = []> : Mpc_Op<mnemonic, [Pure] # traits> {
  let results = (outs Mpc_AnyTensor:$result);
  let hasVerifier = 1;
}

def Mpc_ReshapeOp : Mpc_StructuralOp<"reshape"> {
  let summary = "same elements in C order, another shape";
  let description = [{
    ```mlir
    %y = mpc.reshape %x : tensor<4x6xf32> -> tensor<2x12xf32>
    ```
  }];
  let arguments = (ins Mpc_AnyTensor:$input);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}
def Mpc_TransposeOp : Mpc_StructuralOp<"transpose"> {
  let summary = "result dimension i is input dimension permutation[i]";
  let description = [{
    ```mlir
    %y = mpc.transpose %x {permutation = array<i64: 0, 2, 1>} : tensor<2x3x4xf32> -> tensor<2x4x3xf32>
    ```
  }];
  let arguments = (ins Mpc_AnyTensor:$input, DenseI64ArrayAttr:$permutation);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}
def Mpc_SliceOp : Mpc_StructuralOp<"slice"> {
  let summary = "strided slice: element i of a dimension is input element offset + i * stride (stride may be negative)";
  let description = [{
    ```mlir
    // every second column, from the last one backwards
    %y = mpc.slice %x {offsets = array<i64: 0, 7>, strides = array<i64: 1, -2>} : tensor<4x8xf32> -> tensor<4x4xf32>
    ```
  }];
  let arguments = (ins Mpc_AnyTensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$strides);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}
def Mpc_ConcatOp : Mpc_StructuralOp<"concat"> {
  let summary = "concatenation along `axis` (non-negative)";
  let description = [{
    ```mlir
    %z = mpc.concat %x, %y {axis = 1 : i64} : (tensor<4x8xf32>, tensor<4x2xf32>) -> tensor<4x10xf32>
    ```
  }];
  let arguments = (ins Variadic<Mpc_AnyTensor>:$inputs, I64Attr:$axis);
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, $result)";
}
def Mpc_BroadcastOp : Mpc_StructuralOp<"broadcast"> {
  let summary = "numpy's broadcast_to: dimensions of 1 are repeated, missing leading dimensions added";
  let description = [{
    ```mlir
    %y = mpc.broadcast %x : tensor<8x1xf32> -> tensor<2x8x4xf32>
    ```
  }];
  let arguments = (ins Mpc_AnyTensor:$input);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}
def Mpc_GatherOp : Mpc_StructuralOp<"gather"> {
  let summary = "rows of `input` along `axis` at public indices (ONNX Gather: negative indices count from the end)";
  let description = [{
    Result shape: input.shape[:axis] + indices.shape + input.shape[axis+1:].

    ```mlir
    %y = mpc.gather %x, %i {axis = 0 : i64} : (tensor<16x8x!mpc.secret<f32>>, tensor<3xi64>) -> tensor<3x8x!mpc.secret<f32>>
    ```
  }];
  let arguments = (ins Mpc_AnyTensor:$input, Mpc_PublicTensor:$indices, I64Attr:$axis);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, $result)";
}

//===-- Elementwise ---------------------------------------------------------------------------------------------===//

// The example of an op whose own description has none.
class Mpc_Example<string text> {
  string fenced = "```mlir\n" # text # "\n```";
}
class Mpc_UnaryOp<string mnemonic, string what, string example = ""> : Mpc_Op<mnemonic, [Pure]> {
  let summary = what;
  let description = Mpc_Example<!if(!empty(example), "%y = mpc." # mnemonic # " %x : tensor<4x8xf32> -> tensor<4x8xf32>", example)>.fenced;
  let arguments = (ins Mpc_Tensor:$input);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
class Mpc_BinaryOp<string mnemonic, string what, string example = ""> : Mpc_Op<mnemonic, [Pure]> {
  let summary = what;
  let description = Mpc_Example<!if(!empty(example),
                                    "%z = mpc." # mnemonic # " %x, %y : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>", example)>.fenced;
  let arguments = (ins Mpc_Tensor:$lhs, Mpc_Tensor:$rhs);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

def Mpc_NegOp : Mpc_UnaryOp<"neg", "-x">;
def Mpc_AbsOp : Mpc_UnaryOp<"abs", "|x|">;
def Mpc_ExpOp : Mpc_UnaryOp<"exp", "e^x">;
def Mpc_LogOp : Mpc_UnaryOp<"log", "natural logarithm">;
def Mpc_SqrtOp : Mpc_UnaryOp<"sqrt", "square root">;
def Mpc_RsqrtOp : Mpc_UnaryOp<"rsqrt", "1 / sqrt(x), x > 0">;
def Mpc_ReciprocalOp : Mpc_UnaryOp<"reciprocal", "1 / x">;
def Mpc_TanhOp : Mpc_UnaryOp<"tanh", "hyperbolic tangent">;
def Mpc_SigmoidOp : Mpc_UnaryOp<"sigmoid", "1 / (1 + e^-x)">;
def Mpc_SiluOp : Mpc_UnaryOp<"silu", "x / (1 + e^-x)">;
def Mpc_ReluOp : Mpc_UnaryOp<"relu", "max(x, 0)">;
def Mpc_ErfOp : Mpc_UnaryOp<"erf", "error function">;
def Mpc_GeluOp : Mpc_UnaryOp<"gelu", "x * Phi(x); with `tanh`, Hendrycks and Gimpel's tanh form",
    "%y = mpc.gelu %x {tanh = true} : tensor<4x8xf32> -> tensor<4x8xf32>"> {
  let arguments = (ins Mpc_Tensor:$input, DefaultValuedAttr<BoolAttr, "false">:$tanh);
}
def Mpc_SinOp : Mpc_UnaryOp<"sin", "sine of radians">;
def Mpc_CosOp : Mpc_UnaryOp<"cos", "cosine of radians">;
def Mpc_FloorOp : Mpc_UnaryOp<"floor", "floor">;
def Mpc_CeilOp : Mpc_UnaryOp<"ceil", "ceiling">;
def Mpc_RoundOp : Mpc_UnaryOp<"round", "nearest integer, ties to even">;
def Mpc_NearOp : Mpc_UnaryOp<"near", "one of the two whole numbers around x, x itself where it is whole; floor, ceil and round correct it by a comparison">;
def Mpc_SignOp : Mpc_UnaryOp<"sign", "-1, 0 or 1">;
def Mpc_NotOp : Mpc_UnaryOp<"not", "logical not of i1",
    "%y = mpc.not %x : tensor<4x8xi1> -> tensor<4x8xi1>">;
def Mpc_IsNanOp : Mpc_UnaryOp<"is_nan", "NaN test; a fixed-point secret is never NaN",
    "%y = mpc.is_nan %x : tensor<4x8xf32> -> tensor<4x8xi1>">;
def Mpc_CastOp : Mpc_UnaryOp<"cast", "conversion of the element type as ONNX Cast does (float to integer truncates, to i1 tests for not 0)",
    "%y = mpc.cast %x : tensor<4x8xi64> -> tensor<4x8xf32>">;
def Mpc_RescaleOp : Mpc_UnaryOp<"rescale", "the same value in another fixed-point format (extend, shrink or truncate)",
    "%y = mpc.rescale %x : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<4x8x!mpc.secret<!mpc.fxp<64, 18>>>">;

def Mpc_AddOp : Mpc_BinaryOp<"add", "x + y">;
def Mpc_SubOp : Mpc_BinaryOp<"sub", "x - y">;
def Mpc_MulOp : Mpc_BinaryOp<"mul", "x * y">;
def Mpc_DivOp : Mpc_BinaryOp<"div", "x / y; integers truncate towards 0">;
def Mpc_PowOp : Mpc_BinaryOp<"pow", "x^y">;
def Mpc_ModOp : Mpc_BinaryOp<"mod", "remainder, sign of the divisor; `fmod` takes the sign of the dividend",
    "%z = mpc.mod %x, %y {fmod = true} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>"> {
  let arguments = (ins Mpc_Tensor:$lhs, Mpc_Tensor:$rhs, DefaultValuedAttr<BoolAttr, "false">:$fmod);
}
def Mpc_MinOp : Mpc_BinaryOp<"min", "smaller of two">;
def Mpc_MaxOp : Mpc_BinaryOp<"max", "larger of two">;
def Mpc_AndOp : Mpc_BinaryOp<"and", "logical and of i1",
    "%z = mpc.and %x, %y : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>">;
def Mpc_OrOp : Mpc_BinaryOp<"or", "logical or of i1",
    "%z = mpc.or %x, %y : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>">;
def Mpc_XorOp : Mpc_BinaryOp<"xor", "logical exclusive or of i1",
    "%z = mpc.xor %x, %y : (tensor<4x8xi1>, tensor<8xi1>) -> tensor<4x8xi1>">;
def Mpc_CompareOp : Mpc_BinaryOp<"compare", "x `predicate` y: eq, ne, lt, le, gt, ge; an i1",
    "%z = mpc.compare %x, %y {predicate = \"lt\"} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xi1>"> {
  let arguments = (ins Mpc_Tensor:$lhs, Mpc_Tensor:$rhs, StrAttr:$predicate);
}
def Mpc_WhereOp : Mpc_Op<"where", [Pure]> {
  let summary = "condition ? x : y, broadcasting";
  let description = [{
    ```mlir
    %z = mpc.where %c, %x, %y : (tensor<4x8xi1>, tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$condition, Mpc_Tensor:$lhs, Mpc_Tensor:$rhs);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$condition `,` $lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

//===-- Reductions, products, indices ---------------------------------------------------------------------------===//

def Mpc_ReduceOp : Mpc_Op<"reduce", [Pure]> {
  let summary = "sum, mean, max, min or prod over `axes` (sorted, non-negative); the axes stay as dimensions of 1";
  let description = [{
    ```mlir
    %y = mpc.reduce "mean" %x {axes = array<i64: 1>} : tensor<4x8xf32> -> tensor<4x1xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, StrAttr:$kind, DenseI64ArrayAttr:$axes);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Mpc_MatmulOp : Mpc_Op<"matmul", [Pure]> {
  let summary = "product of the last two dimensions, leading ones broadcast (ranks >= 2)";
  let description = [{
    [..., m, n] x [..., n, p] -> [..., m, p].

    ```mlir
    // a product of secrets, truncated by t = 18 + 18 - 18 bits, rests in a ring of 46 - 18 = 28 bits
    %z = mpc.matmul %x, %y : (tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>>, tensor<8x3x!mpc.secret<!mpc.fxp<46, 18>>>) -> tensor<4x3x!mpc.secret<!mpc.fxp<28, 18>>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$lhs, Mpc_Tensor:$rhs);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_CumsumOp : Mpc_UnaryOp<"cumsum", "running sum along `axis`",
    "%y = mpc.cumsum %x {axis = 1 : i64} : tensor<4x8xf32> -> tensor<4x8xf32>"> {
  let arguments = (ins Mpc_Tensor:$input, I64Attr:$axis, DefaultValuedAttr<BoolAttr, "false">:$exclusive,
                   DefaultValuedAttr<BoolAttr, "false">:$reverse);
}
def Mpc_ArgmaxOp : Mpc_UnaryOp<"argmax", "index of the first largest element along `axis`; the axis stays as 1",
    "%y = mpc.argmax %x {axis = 1 : i64} : tensor<4x8xf32> -> tensor<4x1xi64>"> {
  let arguments = (ins Mpc_Tensor:$input, I64Attr:$axis);
}
def Mpc_OneHotOp : Mpc_UnaryOp<"one_hot", "i1 vector of `depth` with 1 at the index, as new last dimension; an index out of range is an error of its owner",
    "%y = mpc.one_hot %x {depth = 16 : i64} : tensor<1x4xi64> -> tensor<1x4x16xi1>"> {
  let arguments = (ins Mpc_Tensor:$input, I64Attr:$depth);
}
def Mpc_GatherNdOp : Mpc_Op<"gather_nd", [Pure]> {
  let summary = "ONNX GatherND at public indices";
  let description = [{
    ```mlir
    %y = mpc.gather_nd %x, %i {batch_dims = 0 : i64} : (tensor<4x8xf32>, tensor<3x2xi64>) -> tensor<3xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, Mpc_PublicTensor:$indices, I64Attr:$batch_dims);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

//===-- Named functions of transformers -------------------------------------------------------------------------===//

def Mpc_EmbeddingOp : Mpc_Op<"embedding", [Pure]> {
  let summary = "rows of a table: ids [...] of i64, table [V, D] -> [..., D]";
  let description = [{
    ```mlir
    %y = mpc.embedding %ids, %table : (tensor<1x7x!mpc.secret<i64>>, tensor<16x8x!mpc.secret<f32>>) -> tensor<1x7x8x!mpc.secret<f32>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$ids, Mpc_Tensor:$table);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_SoftmaxOp : Mpc_Op<"softmax", [Pure]> {
  let summary = "softmax of input + bias along the last dimension";
  let description = [{
    `bias` is public, broadcasts to the input and may hold -inf or values like -3.4e38: entries <= -512 are masked out.
    With `zero_masked_rows` a row whose entries are all masked gives 0 (the exporters' NaN guard), else it is undefined.

    ```mlir
    %y = mpc.softmax %x, %mask : (tensor<2x4x4x!mpc.secret<f32>>, tensor<4x4xf32>) -> tensor<2x4x4x!mpc.secret<f32>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, Optional<Mpc_PublicTensor>:$bias, DefaultValuedAttr<BoolAttr, "false">:$zero_masked_rows);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input (`,` $bias^)? attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_AttentionOp : Mpc_Op<"attention", [Pure]> {
  let summary = "softmax(scale * q k^T + bias) v";
  let description = [{
    query [..., H, Sq, D], key [..., Hkv, Sk, D], value [..., Hkv, Sk, Dv], H a multiple of Hkv (grouped queries: head h
    uses key and value head h / (H / Hkv)) -> [..., H, Sq, Dv]. `bias` as in mpc.softmax, broadcast to [..., H, Sq, Sk].

    ```mlir
    // four heads of queries, two of keys and values
    %y = mpc.attention %q, %k, %v {scale = 3.5e-01 : f64} : (tensor<1x4x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x4x5x8xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$query, Mpc_Tensor:$key, Mpc_Tensor:$value, Optional<Mpc_PublicTensor>:$bias, F64Attr:$scale,
                   DefaultValuedAttr<BoolAttr, "false">:$zero_masked_rows);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$query `,` $key `,` $value (`,` $bias^)? attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_LayerNormOp : Mpc_Op<"layer_norm", [Pure]> {
  let summary = "(x - mean) / sqrt(var + epsilon) * gain + bias over the last dimension";
  let description = [{
    ```mlir
    %y = mpc.layer_norm %x, %gain, %bias {epsilon = 1.0e-5 : f64} : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, Mpc_Tensor:$gain, Optional<Mpc_Tensor>:$bias, F64Attr:$epsilon);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input `,` $gain (`,` $bias^)? attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_RmsNormOp : Mpc_Op<"rms_norm", [Pure]> {
  let summary = "x / sqrt(mean(x^2) + epsilon) * gain over the last dimension";
  let description = [{
    ```mlir
    %y = mpc.rms_norm %x, %gain {epsilon = 1.0e-6 : f64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, Mpc_Tensor:$gain, F64Attr:$epsilon);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input `,` $gain attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Mpc_RotaryOp : Mpc_Op<"rotary", [Pure]> {
  let summary = "rotary positions: x * cos + rotate(x) * sin";
  let description = [{
    x [..., S, D]; cos, sin public, broadcast to x. rotate is concat(-x[D/2:], x[:D/2]), or with `interleaved` pairs (-x1, x0).

    ```mlir
    %y = mpc.rotary %x, %cos, %sin : (tensor<2x4x8x!mpc.secret<f32>>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<2x4x8x!mpc.secret<f32>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, Mpc_Tensor:$cos, Mpc_Tensor:$sin, DefaultValuedAttr<BoolAttr, "false">:$interleaved);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$input `,` $cos `,` $sin attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

//===-- Primitives that gates compute: what the approximation pass leaves ---------------------------------------===//

def Mpc_PeriodicOp : Mpc_UnaryOp<"periodic", "a trigonometric sum on the ring's own frequencies"> {
  let description = [{
    constant + sum_j cosines[j] cos(2 pi q_j x / period) + sines[j] sin(2 pi q_j x / period), q = frequencies. `period` is a
    power of two: the gate reads only the low log2(period) + f bits of the masked value, so it is periodic by itself.
    `error` is the largest deviation from the function it stands for, on [`low`, `high`] (protocol.md, "periodic function").

    ```mlir
    %y = mpc.periodic %x {period = 1.6e+01 : f64, frequencies = array<i64: 1, 3>, constant = 0.0 : f64, cosines = array<f64: 0.0, 0.0>,
                           sines = array<f64: 1.2, 0.3>, low = -4.0 : f64, high = 4.0 : f64, error = 1.0e-03 : f64}
        : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<4x8x!mpc.secret<!mpc.fxp<22, 18>>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, F64Attr:$period, DenseI64ArrayAttr:$frequencies, F64Attr:$constant, DenseF64ArrayAttr:$cosines,
                   DenseF64ArrayAttr:$sines, F64Attr:$low, F64Attr:$high, F64Attr:$error);
}
def Mpc_ExpNegativeOp : Mpc_UnaryOp<"exp_negative", "e^x for x in (-floor, 0]; any finite value elsewhere"> {
  let description = [{
    `floor` is 16 * (2 * cases) - 16 for cases A = 1, 2, 4, ...: 16, 48, 112 (protocol.md, "exponential").

    ```mlir
    %y = mpc.exp_negative %x {floor = 1.6e+01 : f64} : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<4x8x!mpc.secret<!mpc.fxp<21, 18>>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, F64Attr:$floor);
}
def Mpc_BelowOp : Mpc_UnaryOp<"below", "bits [x < thresholds[t]]"> {
  let description = [{
    Result: secret i1 of shape [T] + shape(x): one comparison per public threshold, all fed by one dealt one-hot vector per digit of the mask.

    ```mlir
    %b = mpc.below %x {thresholds = array<f64: -2.5, 2.5>} : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<2x4x8x!mpc.secret<i1>>
    ```

    With `tolerance` a bit may be wrong for x within it of its threshold, and only the bits of x that matter are compared (protocol.md, GELU).
  }];
  let arguments = (ins Mpc_Tensor:$input, DenseF64ArrayAttr:$thresholds, OptionalAttr<F64Attr>:$tolerance);
}
def Mpc_BitSumOp : Mpc_UnaryOp<"bit_sum", "constant + sum_t coefficients[t] * bit[t] over the first dimension"> {
  let description = [{
    Input: i1 of shape [T] + s; result: numbers of shape s.

    ```mlir
    // 1 - 2 b, the sign
    %y = mpc.bit_sum %b {coefficients = array<f64: -2.0>, constant = 1.0 : f64} : tensor<1x4x8x!mpc.secret<i1>> -> tensor<4x8x!mpc.secret<!mpc.fxp<20, 0>>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$input, DenseF64ArrayAttr:$coefficients, F64Attr:$constant);
}
def Mpc_SelectOp : Mpc_Op<"select", [Pure]> {
  let summary = "bit * x: x where the secret bit is 1, else 0 (the bit broadcasts to x)";
  let description = [{
    ```mlir
    %y = mpc.select %b, %x : (tensor<4x8x!mpc.secret<i1>>, tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>>) -> tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>>
    ```
  }];
  let arguments = (ins Mpc_Tensor:$bit, Mpc_Tensor:$input);
  let results = (outs Mpc_Tensor:$result);
  let assemblyFormat = "$bit `,` $input attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

#endif
