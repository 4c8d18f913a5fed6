// Every op of the onnx dialect, read, printed and read again.
// RUN: mpc-opt %s --verify-roundtrip | FileCheck %s

mpc.param @"a weight" {file = "model.safetensors", offset = 8 : i64, length = 16 : i64, type = tensor<4xf32>}

// CHECK-LABEL: func.func @ops
func.func @ops(%x: tensor<2x?xf32> {mpc.name = "x", onnx.dims = ["", "seq"]}, %c: tensor<i1>) -> !onnx.value {
  // The element type of the file, whatever the parameter is stored as.
  // CHECK: %[[W:.*]] = onnx.param @"a weight" : tensor<4xf16>
  %w = onnx.param @"a weight" : tensor<4xf16>
  // CHECK: %[[K:.*]] = onnx.constant dense<[1, -1]> : tensor<2xi64>
  %k = onnx.constant dense<[1, -1]> : tensor<2xi64>
  // CHECK: %[[NONE:.*]] = onnx.none : !onnx.none
  %none = onnx.none : !onnx.none
  // CHECK: onnx.node "Foo"(%{{.*}}, %[[NONE]], %[[K]]) opset "my.domain" 3 attributes
  // CHECK-SAME: {alpha = 5.000000e-01 : f32, axes = array<i64: 0, -1>, kind = {bytes = "\0A\02", onnx.proto = "TypeProto"}, mode = "linear"}
  // CHECK-SAME: : (tensor<2x?xf32>, !onnx.none, tensor<2xi64>) -> (tensor<*xf32>, !onnx.value)
  %f:2 = onnx.node "Foo"(%x, %none, %k) opset "my.domain" 3
      attributes {alpha = 5.000000e-01 : f32, axes = array<i64: 0, -1>, mode = "linear", kind = {onnx.proto = "TypeProto", bytes = "\0A\02"}}
      : (tensor<2x?xf32>, !onnx.none, tensor<2xi64>) -> (tensor<*xf32>, !onnx.value)
  // CHECK: onnx.node "If"(%{{.*}}) opset "" 17 graphs ["then_branch", "else_branch"] : (tensor<i1>) -> !onnx.value {
  // CHECK:   onnx.yield %[[W]] : tensor<4xf16>
  // CHECK: }, {
  // CHECK:   onnx.yield %{{.*}} : !onnx.value
  // CHECK: }
  %r = onnx.node "If"(%c) opset "" 17 graphs ["then_branch", "else_branch"] : (tensor<i1>) -> !onnx.value {
    onnx.yield %w : tensor<4xf16>
  }, {
    %n = onnx.node "Neg"(%w) opset "" 17 : (tensor<4xf16>) -> !onnx.value
    onnx.yield %n : !onnx.value
  }
  return %r : !onnx.value
}
