// The form in which ops reach the raising patterns, owners and locations.
// RUN: mpc-opt --convert-onnx-to-mpc %s --split-input-file --mlir-print-debuginfo | FileCheck %s

// Small whole exponents are products.
// CHECK-LABEL: func.func @pow
// CHECK: mpc.mul %arg0, %arg0
// CHECK: mpc.sqrt %arg0
// CHECK: mpc.pow %arg0
func.func @pow(%x: tensor<4xf32>) -> (!onnx.value, !onnx.value, !onnx.value) {
  %two = onnx.constant dense<2> : tensor<i64>
  %half = onnx.constant dense<5.0e-01> : tensor<f32>
  %odd = onnx.constant dense<1.7> : tensor<f32>
  %a = onnx.node "Pow"(%x, %two) opset "" 17 : (tensor<4xf32>, tensor<i64>) -> !onnx.value
  %b = onnx.node "Pow"(%x, %half) opset "" 17 : (tensor<4xf32>, tensor<f32>) -> !onnx.value
  %c = onnx.node "Pow"(%x, %odd) opset "" 17 : (tensor<4xf32>, tensor<f32>) -> !onnx.value
  return %a, %b, %c : !onnx.value, !onnx.value, !onnx.value
}

// -----

// A table of two dimensions by ids is an embedding; by constants a gather; another lookup at public indices a gather; one element a slice.
// CHECK-LABEL: func.func @lookup
// CHECK: mpc.embedding %arg0, %arg1
// CHECK: mpc.gather %arg1, %{{.*}} {axis = 0 : i64}
// CHECK: mpc.gather %arg2, %arg0 {axis = 1 : i64}
// CHECK: mpc.slice %arg2 {offsets = array<i64: 0, 4, 0>, strides = array<i64: 1, 1, 1>} : tensor<2x5x3xf32> -> tensor<2x1x3xf32>
// CHECK: mpc.reshape %{{.*}} : tensor<2x1x3xf32> -> tensor<2x3xf32>
func.func @lookup(%ids: tensor<3xi64>, %table: tensor<9x4xf32>, %x: tensor<2x5x3xf32>) -> (!onnx.value, !onnx.value, !onnx.value, !onnx.value) {
  %known = onnx.constant dense<[0, 8]> : tensor<2xi64>
  %last = onnx.constant dense<-1> : tensor<i64>
  %a = onnx.node "Gather"(%table, %ids) opset "" 17 : (tensor<9x4xf32>, tensor<3xi64>) -> !onnx.value
  %b = onnx.node "Gather"(%table, %known) opset "" 17 : (tensor<9x4xf32>, tensor<2xi64>) -> !onnx.value
  %c = onnx.node "Gather"(%x, %ids) opset "" 17 attributes {axis = 1 : i64} : (tensor<2x5x3xf32>, tensor<3xi64>) -> !onnx.value
  %d = onnx.node "Gather"(%x, %last) opset "" 17 attributes {axis = 1 : i64} : (tensor<2x5x3xf32>, tensor<i64>) -> !onnx.value
  return %a, %b, %c, %d : !onnx.value, !onnx.value, !onnx.value, !onnx.value
}

// -----

// Softmax: before opset 13 over all dimensions from the axis on; since then along one, the last by transposes.
// CHECK-LABEL: func.func @softmax
// CHECK: mpc.reshape %arg0 : tensor<2x3x4xf32> -> tensor<2x12xf32>
// CHECK: mpc.softmax %{{.*}} : (tensor<2x12xf32>) -> tensor<2x12xf32>
// CHECK: mpc.transpose %arg0 {permutation = array<i64: 0, 2, 1>}
// CHECK: mpc.softmax %{{.*}} : (tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
// CHECK: mpc.transpose %{{.*}} {permutation = array<i64: 0, 2, 1>}
func.func @softmax(%x: tensor<2x3x4xf32>) -> (!onnx.value, !onnx.value) {
  %a = onnx.node "Softmax"(%x) opset "" 11 attributes {axis = 1 : i64} : (tensor<2x3x4xf32>) -> !onnx.value
  %b = onnx.node "Softmax"(%x) opset "" 17 attributes {axis = 1 : i64} : (tensor<2x3x4xf32>) -> !onnx.value
  return %a, %b : !onnx.value, !onnx.value
}

// -----

// A mean without its dimension is a reduction that keeps it, and a reshape. Axes are an attribute or an input.
// CHECK-LABEL: func.func @mean
// CHECK: mpc.reduce "mean" %arg0 {axes = array<i64: 2>} : tensor<2x3x4xf32> -> tensor<2x3x1xf32>
// CHECK: mpc.reshape %{{.*}} : tensor<2x3x1xf32> -> tensor<2x3xf32>
// CHECK: mpc.reduce "mean" %arg0 {axes = array<i64: 0, 2>} : tensor<2x3x4xf32> -> tensor<1x3x1xf32>
func.func @mean(%x: tensor<2x3x4xf32>) -> (!onnx.value, !onnx.value) {
  %axes = onnx.constant dense<[-1, 0]> : tensor<2xi64>
  %a = onnx.node "ReduceMean"(%x) opset "" 17 attributes {axes = array<i64: -1>, keepdims = 0 : i64} : (tensor<2x3x4xf32>) -> !onnx.value
  %b = onnx.node "ReduceMean"(%x, %axes) opset "" 18 : (tensor<2x3x4xf32>, tensor<2xi64>) -> !onnx.value
  return %a, %b : !onnx.value, !onnx.value
}

// -----

// Weights keep their names, unread ones go, and f16 in the file is f32 here. Default owners go by the names of Hugging Face.
// CHECK: mpc.param @used
// CHECK-NOT: mpc.param
// CHECK-LABEL: func.func @owners(
// CHECK-SAME: tensor<2x4xf32> {mpc.name = "x", mpc.owner = "client"}
// CHECK-SAME: tensor<2x4xi64> {mpc.name = "attention_mask", mpc.owner = "public"}
// CHECK-SAME: -> (tensor<2x3xf32> {mpc.name = "output0", mpc.owner = "client"}
// CHECK-SAME: mpc.entry = "owners"
// CHECK: mpc.weight @used : tensor<4x3xf32>
// CHECK: mpc.matmul {{.*}} loc(#[[LOC:.*]])
// CHECK: #[[LOC]] = loc("layer/product")
mpc.param @used {file = "inline.safetensors", offset = 0 : i64, length = 48 : i64, type = tensor<4x3xf32>}
mpc.param @unused {file = "inline.safetensors", offset = 48 : i64, length = 48 : i64, type = tensor<4x3xf32>}
func.func @owners(%x: tensor<2x4xf16> {mpc.name = "x"}, %m: tensor<2x4xi64> {mpc.name = "attention_mask"}) -> !onnx.value {
  %w = onnx.param @used : tensor<4x3xf16>
  %u = onnx.param @unused : tensor<4x3xf32>
  %s = onnx.node "Shape"(%u) opset "" 17 : (tensor<4x3xf32>) -> !onnx.value
  %r = onnx.node "MatMul"(%x, %w) opset "" 17 : (tensor<2x4xf16>, tensor<4x3xf16>) -> !onnx.value loc("layer/product")
  return %r : !onnx.value
}

// -----

// Query heads that share keys stay shared in the fused op.
// CHECK-LABEL: func.func @attention
// CHECK: mpc.attention %arg0, %arg1, %arg2, %{{.*}} {scale = 2.500000e-01 : f64} : (tensor<1x4x2x16xf32>, tensor<1x2x2x16xf32>, tensor<1x2x2x16xf32>, tensor<2x2xf32>) -> tensor<1x4x2x16xf32>
func.func @attention(%q: tensor<1x4x2x16xf32>, %k: tensor<1x2x2x16xf32>, %v: tensor<1x2x2x16xf32>) -> !onnx.value {
  %r = onnx.node "Attention"(%q, %k, %v) opset "" 23 attributes {is_causal = 1 : i64}
      : (tensor<1x4x2x16xf32>, tensor<1x2x2x16xf32>, tensor<1x2x2x16xf32>) -> !onnx.value
  return %r : !onnx.value
}
