// What a rule refuses, with the node's name, what was expected and what was found.
// RUN: mpc-opt --convert-onnx-to-mpc %s --split-input-file --verify-diagnostics

// expected-error @+1 {{no size is bound to dimension 1 of input 'ids' ('seq'): give --bind seq=N}}
func.func @unbound(%x: tensor<1x?xi64> {mpc.name = "ids", onnx.dims = ["", "seq"]}) -> !onnx.value {
  %r = onnx.node "Neg"(%x) opset "" 17 : (tensor<1x?xi64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{1 node cannot be converted: Add (opset 17) operands f32[2,3] and f32[4] do not fit each other, at 'line 5'}}
func.func @shapes(%x: tensor<2x3xf32>, %y: tensor<4xf32>) -> !onnx.value {
  %r = onnx.node "Add"(%x, %y) opset "" 17 : (tensor<2x3xf32>, tensor<4xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Add (opset 17) operands f32[2] and i64[2] do not fit each other}}
func.func @kinds(%x: tensor<2xf32>, %y: tensor<2xi64>) -> !onnx.value {
  %r = onnx.node "Add"(%x, %y) opset "" 17 : (tensor<2xf32>, tensor<2xi64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Reshape (opset 17) shape (input 1) must be integers known at compile time, found i64[2] that depends on the inputs}}
func.func @data_shape(%x: tensor<2x3xf32>, %s: tensor<2xi64>) -> !onnx.value {
  %r = onnx.node "Reshape"(%x, %s) opset "" 17 : (tensor<2x3xf32>, tensor<2xi64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{RMSNormalization (opset 17) is supported in opsets 23 to 23}}
func.func @too_early(%x: tensor<2x4xf32>, %g: tensor<4xf32>) -> !onnx.value {
  %r = onnx.node "RMSNormalization"(%x, %g) opset "" 17 : (tensor<2x4xf32>, tensor<4xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// A constant that cannot be computed: the kernel's own words.
// expected-error @+1 {{Div (opset 17) its constants cannot be computed:}}
func.func @by_zero() -> !onnx.value {
  %one = onnx.constant dense<1> : tensor<i64>
  %zero = onnx.constant dense<0> : tensor<i64>
  %r = onnx.node "Div"(%one, %zero) opset "" 17 : (tensor<i64>, tensor<i64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Gather (opset 17) index 7 is outside dimension 0 of f32[3,2]}}
func.func @outside(%x: tensor<3x2xf32>) -> !onnx.value {
  %i = onnx.constant dense<7> : tensor<i64>
  %r = onnx.node "Gather"(%x, %i) opset "" 17 : (tensor<3x2xf32>, tensor<i64>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Add (opset 17) needs 2 inputs, input 1 is left out}}
func.func @missing(%x: tensor<2xf32>) -> !onnx.value {
  %r = onnx.node "Add"(%x) opset "" 17 : (tensor<2xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{If (opset 17) has a condition that is not known at compile time}}
func.func @branch(%c: tensor<i1>, %x: tensor<2xf32>) -> !onnx.value {
  %r = onnx.node "If"(%c) opset "" 17 graphs ["then_branch", "else_branch"] : (tensor<i1>) -> !onnx.value {
    onnx.yield %x : tensor<2xf32>
  }, {
    onnx.yield %x : tensor<2xf32>
  }
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Loop (opset 17) has a graph of its own, which is not supported}}
func.func @loop(%c: tensor<i1>, %x: tensor<2xf32>) -> !onnx.value {
  %r = onnx.node "Loop"(%c) opset "" 17 graphs ["body"] : (tensor<i1>) -> !onnx.value {
    onnx.yield %x : tensor<2xf32>
  }
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Split (opset 13) dimension 0 of f32[5] has no 2 equal parts}}
func.func @split(%x: tensor<5xf32>) -> (!onnx.value, !onnx.value) {
  %r:2 = onnx.node "Split"(%x) opset "" 13 : (tensor<5xf32>) -> (!onnx.value, !onnx.value)
  return %r#0, %r#1 : !onnx.value, !onnx.value
}

// -----

// expected-error @+1 {{Abs (opset 17) takes reals, integers, not i1[4]}}
func.func @types(%x: tensor<4xi1>) -> !onnx.value {
  %r = onnx.node "Abs"(%x) opset "" 17 : (tensor<4xi1>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{ArgMax (opset 17) has an attribute 'order' that is not supported; known are axis keepdims select_last_index}}
func.func @attributes(%x: tensor<2x4xf32>) -> !onnx.value {
  %r = onnx.node "ArgMax"(%x) opset "" 17 attributes {axis = 1 : i64, order = 2 : i64} : (tensor<2x4xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{ReduceMax (opset 17) the largest or smallest of nothing (f32[2,0]) is infinite}}
func.func @nothing(%x: tensor<2x0xf32>) -> !onnx.value {
  %r = onnx.node "ReduceMax"(%x) opset "" 17 : (tensor<2x0xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{output 'y' is f32[2], the file states 'tensor<3xf32>'}}
func.func @stated(%x: tensor<2xf32>) -> (tensor<3xf32> {mpc.name = "y"}) {
  %r = onnx.node "Neg"(%x) opset "" 17 : (tensor<2xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

// expected-error @+1 {{Pow (opset 17) raises integers to exponents f32[]; of integers, whole ones known at compile time are supported}}
func.func @root_of_integers(%x: tensor<2xi32>) -> !onnx.value {
  %half = onnx.constant dense<0.5> : tensor<f32>
  %r = onnx.node "Pow"(%x, %half) opset "" 17 : (tensor<2xi32>, tensor<f32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Gemm (opset 17) multiplies integers i32[2,2] by 0.500000; whole factors are supported}}
func.func @half_of_integers(%x: tensor<2x2xi32>) -> !onnx.value {
  %r = onnx.node "Gemm"(%x, %x) opset "" 17 attributes {alpha = 0.5 : f32} : (tensor<2x2xi32>, tensor<2x2xi32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{Attention (opset 23) takes past keys and past values together}}
func.func @half_a_past(%q: tensor<1x2x3x4xf32>) -> !onnx.value {
  %none = onnx.none : !onnx.none
  %r = onnx.node "Attention"(%q, %q, %q, %none, %q) opset "" 23 : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, !onnx.none, tensor<1x2x3x4xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

// expected-error @+1 {{MaxPool (opset 17) attribute 'auto_pad': expected NOTSET, VALID, SAME_UPPER or SAME_LOWER, found 'SOME'}}
func.func @unknown_pads(%x: tensor<1x2x4xf32>) -> !onnx.value {
  %r = onnx.node "MaxPool"(%x) opset "" 17 attributes {auto_pad = "SOME", kernel_shape = array<i64: 2>} : (tensor<1x2x4xf32>) -> !onnx.value
  return %r : !onnx.value
}

// -----

func.func @beyond_int64() -> tensor<1xui64> {
  // expected-error @+1 {{elements of type 'ui64' are not supported, or are beyond int64}}
  %c = onnx.constant dense<18446744073709551615> : tensor<1xui64>
  return %c : tensor<1xui64>
}
