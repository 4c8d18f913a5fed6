// One violation for each numbered constraint of dialects/Onnx/README.md.
// RUN: mpc-opt %s -verify-diagnostics -split-input-file

func.func @c1(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs an op type (ONNX-C1)}}
  %0 = onnx.node ""(%x) opset "" 17 : (tensor<2xf32>) -> !onnx.value
  return
}

// -----

func.func @c2(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs an opset of at least 1, not 0 (ONNX-C2)}}
  %0 = onnx.node "Abs"(%x) opset "" 0 : (tensor<2xf32>) -> !onnx.value
  return
}

// -----

func.func @c3(%c: tensor<i1>) {
  // expected-error @+1 {{has 1 regions and names for 2 (ONNX-C3)}}
  %0 = onnx.node "If"(%c) opset "" 17 graphs ["then_branch", "else_branch"] : (tensor<i1>) -> !onnx.value {
    %1 = onnx.constant dense<1.0> : tensor<f32>
    onnx.yield %1 : tensor<f32>
  }
  return
}

// -----

func.func @c3_no_yield(%c: tensor<i1>) {
  // expected-error @+1 {{each region must be one block that ends in onnx.yield (ONNX-C3)}}
  %0 = onnx.node "If"(%c) opset "" 17 graphs ["then_branch"] : (tensor<i1>) -> !onnx.value {
    %1 = onnx.constant dense<1.0> : tensor<f32>
  }
  return
}

// -----

func.func @c4(%x: tensor<2xf32>) {
  // expected-error @+1 {{an output cannot be left out by type; leave it unused (ONNX-C4)}}
  %0 = onnx.node "Abs"(%x) opset "" 17 : (tensor<2xf32>) -> !onnx.none
  return
}

// -----

func.func @c5() {
  // expected-error @+1 {{holds dense elements alone (ONNX-C5)}}
  %0 = onnx.constant sparse<0, 1.0> : tensor<4xf32>
  return
}

// -----

func.func @c6() {
  // expected-error @+1 {{'missing' is no mpc.param (ONNX-C6)}}
  %0 = onnx.param @missing : tensor<4xf32>
  return
}

// -----

mpc.param @w {file = "w", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @c6_shape() {
  // expected-error @+1 {{is of type 'tensor<5xf32>', its parameter of type 'tensor<4xf32>' (ONNX-C6)}}
  %0 = onnx.param @w : tensor<5xf32>
  return
}
