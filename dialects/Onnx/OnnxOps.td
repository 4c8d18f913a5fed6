// One generic node: all knowledge of ops and opsets is in the tables of lib/Conversion/OnnxToMpc.
#ifndef DIALECTS_ONNX_ONNXOPS_TD
#define DIALECTS_ONNX_ONNXOPS_TD

include "dialects/Onnx/OnnxDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Onnx_Op<string mnemonic, list<Trait> traits = []> : Op<Onnx_Dialect, mnemonic, traits>;

def Onnx_NodeOp : Onnx_Op<"node"> {
  let summary = "a node of the graph: op type, domain, opset, attributes, in the file's order";
  let description = [{
    Operands are the node's inputs in order, those left out being `onnx.none`; results are its outputs (an output with an empty name is a
    result that nothing uses). `opset` is the version of `domain` that the graph, or the function that was inlined, imports; the default
    domain is the empty string. `onnx_attributes` holds the attributes by name: i64, f32, strings, arrays of them, dense elements, and a
    dictionary `{onnx.proto = "TypeProto", bytes = "..."}` for the kinds that nothing here reads. An attribute that is a graph is a
    region, named at the same place in `graphs`; it sees the values around it.

    ```mlir
    %2 = onnx.node "Softmax"(%1) opset "" 17 attributes {axis = -1 : i64} : (tensor<1x?xf32>) -> !onnx.value
    ```
  }];
  let arguments = (ins StrAttr:$op_type, Variadic<Onnx_AnyValue>:$inputs, StrAttr:$domain, I64Attr:$opset,
                   OptionalAttr<DictionaryAttr>:$onnx_attributes, OptionalAttr<StrArrayAttr>:$graphs);
  let results = (outs Variadic<Onnx_AnyValue>:$outputs);
  let regions = (region VariadicRegion<MaxSizedRegion<1>>:$bodies);
  let assemblyFormat = "$op_type `(` $inputs `)` `opset` $domain $opset (`attributes` $onnx_attributes^)? (`graphs` $graphs^)? attr-dict `:` functional-type($inputs, $outputs) $bodies";
  let hasVerifier = 1;
}

def Onnx_YieldOp : Onnx_Op<"yield", [Terminator, ReturnLike, Pure, ParentOneOf<["NodeOp"]>]> {
  let summary = "outputs of a graph that is an attribute";
  let description = [{
    ```mlir
    %y = onnx.node "If"(%c) opset "" 17 graphs ["else_branch", "then_branch"] : (tensor<i1>) -> tensor<4xf32> {
      onnx.yield %a : tensor<4xf32>
    }, {
      onnx.yield %b : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Onnx_AnyValue>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Onnx_NoneOp : Onnx_Op<"none", [Pure]> {
  let summary = "an optional input that a node leaves out";
  let description = [{
    ```mlir
    %0 = onnx.none : !onnx.none
    %1 = onnx.node "Clip"(%x, %0, %high) opset "" 17 : (tensor<4xf32>, !onnx.none, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let results = (outs Onnx_AbsentType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Onnx_ConstantOp : Onnx_Op<"constant", [Pure, AllTypesMatch<["value", "result"]>]> {
  let summary = "a public tensor of the graph: an initialiser or Constant node that is no weight";
  let description = [{
    Integers, truth values, numbers of one element, and the frequencies of rotary positions (README.md says where the line to weights is).

    ```mlir
    %0 = onnx.constant dense<[1, -1]> : tensor<2xi64>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Onnx_AnyValue:$result);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
}

def Onnx_ParamOp : Onnx_Op<"param", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a weight: the value of an mpc.param";
  let description = [{
    The result has the element type that the file states; the parameter may have another one (f64, f16 and bf16 are stored as f32, small
    integers as i32 or i64).

    ```mlir
    %w = onnx.param @embed : tensor<1024x128xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$param);
  let results = (outs Onnx_AnyValue:$result);
  let assemblyFormat = "$param attr-dict `:` type($result)";
}

#endif
