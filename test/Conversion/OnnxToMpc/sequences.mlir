// Sequences that are taken apart at once are slices; one that goes elsewhere, or that nothing here made, is refused.
// RUN: mpc-opt --convert-onnx-to-mpc %s --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @chunks
// CHECK: mpc.slice %arg0 {{.*}}-> tensor<2x1xf32>
func.func @chunks(%x: tensor<2x5xf32>) -> !onnx.value {
  %two = onnx.constant dense<2> : tensor<i64>
  %last = onnx.constant dense<-1> : tensor<i64>
  %s = onnx.node "SplitToSequence"(%x, %two) opset "" 18 attributes {axis = 1 : i64} : (tensor<2x5xf32>, tensor<i64>) -> !onnx.value
  %r = onnx.node "SequenceAt"(%s, %last) opset "" 18 : (!onnx.value, tensor<i64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{SplitToSequence (opset 18) makes a sequence that more than SequenceAt, SequenceLength and ConcatFromSequence read}}
func.func @escapes(%x: tensor<2x4xf32>) -> !onnx.value {
  %s = onnx.node "SplitToSequence"(%x) opset "" 18 : (tensor<2x4xf32>) -> !onnx.value
  %r = onnx.node "Relu"(%s) opset "" 18 : (!onnx.value) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{SequenceAt (opset 18) reads a sequence that is not made by SplitToSequence or SequenceConstruct}}
func.func @foreign(%x: tensor<2x4xf32>) -> !onnx.value {
  %at = onnx.constant dense<0> : tensor<i64>
  %r = onnx.node "SequenceAt"(%x, %at) opset "" 18 : (tensor<2x4xf32>, tensor<i64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{SequenceAt (opset 18) its position is outside a sequence of 2}}
func.func @outside(%x: tensor<2x4xf32>) -> !onnx.value {
  %at = onnx.constant dense<2> : tensor<i64>
  %s = onnx.node "SplitToSequence"(%x) opset "" 18 : (tensor<2x4xf32>) -> !onnx.value
  %r = onnx.node "SequenceAt"(%s, %at) opset "" 18 : (!onnx.value, tensor<i64>) -> !onnx.value
  return %r : !onnx.value
}
