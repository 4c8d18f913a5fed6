// Arithmetic on shapes and other constants is computed, in integers and in reals; only ops on inputs and weights stay.
// RUN: mpc-opt --convert-onnx-to-mpc %s --split-input-file | FileCheck %s

// The scale of TorchScript's attention: 1 / sqrt(last dimension), by Shape, Slice, Cast, Sqrt and Div.
// CHECK-LABEL: func.func @scale
// CHECK-NEXT: %[[S:.*]] = mpc.constant dense<2.500000e-01> : tensor<1xf32>
// CHECK-NEXT: %[[R:.*]] = mpc.mul %arg0, %[[S]]
// CHECK-NEXT: return %[[R]]
func.func @scale(%x: tensor<2x8x16xf32>) -> !onnx.value {
  %start = onnx.constant dense<-1> : tensor<1xi64>
  %end = onnx.constant dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.constant dense<1.0> : tensor<f32>
  %shape = onnx.node "Shape"(%x) opset "" 17 : (tensor<2x8x16xf32>) -> !onnx.value
  %last = onnx.node "Slice"(%shape, %start, %end) opset "" 17 : (!onnx.value, tensor<1xi64>, tensor<1xi64>) -> !onnx.value
  %real = onnx.node "Cast"(%last) opset "" 17 attributes {to = 1 : i64} : (!onnx.value) -> !onnx.value
  %root = onnx.node "Sqrt"(%real) opset "" 17 : (!onnx.value) -> !onnx.value
  %scale = onnx.node "Div"(%one, %root) opset "" 17 : (tensor<f32>, !onnx.value) -> !onnx.value
  %r = onnx.node "Mul"(%x, %scale) opset "" 17 : (tensor<2x8x16xf32>, !onnx.value) -> !onnx.value
  return %r : !onnx.value
}

// -----

// Expand's shape with -1 replaced, as TorchScript writes it: Where(Equal(ConstantOfShape * -1, shape), ones, shape).
// CHECK-LABEL: func.func @expand
// CHECK-NEXT: %[[R:.*]] = mpc.broadcast %arg0 : tensor<1x1x8xi64> -> tensor<2x1x8xi64>
// CHECK-NEXT: return %[[R]]
func.func @expand(%x: tensor<1x1x8xi64>) -> !onnx.value {
  %rank = onnx.constant dense<3> : tensor<1xi64>
  %minus = onnx.constant dense<-1> : tensor<i64>
  %wanted = onnx.constant dense<[2, -1, -1]> : tensor<3xi64>
  %ones = onnx.node "ConstantOfShape"(%rank) opset "" 17 attributes {value = dense<1> : tensor<1xi64>} : (tensor<1xi64>) -> !onnx.value
  %all = onnx.node "Mul"(%ones, %minus) opset "" 17 : (!onnx.value, tensor<i64>) -> !onnx.value
  %equal = onnx.node "Equal"(%wanted, %all) opset "" 17 : (tensor<3xi64>, !onnx.value) -> !onnx.value
  %shape = onnx.node "Where"(%equal, %ones, %wanted) opset "" 17 : (!onnx.value, !onnx.value, tensor<3xi64>) -> !onnx.value
  %r = onnx.node "Expand"(%x, %shape) opset "" 17 : (tensor<1x1x8xi64>, !onnx.value) -> !onnx.value
  return %r : !onnx.value
}

// -----

// A causal mask by Range, Unsqueeze, LessOrEqual, Where: lowest number where the key is later.
// CHECK-LABEL: func.func @mask
// CHECK-NEXT: %[[M:.*]] = mpc.constant dense<{{\[\[}}0.000000e+00, -3.40282347E+38, -3.40282347E+38], [0.000000e+00, 0.000000e+00, -3.40282347E+38], [0.000000e+00, 0.000000e+00, 0.000000e+00]]> : tensor<3x3xf32>
// CHECK-NEXT: mpc.add %arg0, %[[M]]
func.func @mask(%x: tensor<2x3x3xf32>) -> !onnx.value {
  %zero = onnx.constant dense<0> : tensor<i64>
  %one = onnx.constant dense<1> : tensor<i64>
  %axis = onnx.constant dense<1> : tensor<1xi64>
  %keep = onnx.constant dense<0.0> : tensor<f32>
  %low = onnx.constant dense<-3.40282347E+38> : tensor<f32>
  %shape = onnx.node "Shape"(%x) opset "" 17 : (tensor<2x3x3xf32>) -> !onnx.value
  %length = onnx.node "Gather"(%shape, %one) opset "" 17 : (!onnx.value, tensor<i64>) -> !onnx.value
  %range = onnx.node "Range"(%zero, %length, %one) opset "" 17 : (tensor<i64>, !onnx.value, tensor<i64>) -> !onnx.value
  %column = onnx.node "Unsqueeze"(%range, %axis) opset "" 17 : (!onnx.value, tensor<1xi64>) -> !onnx.value
  %seen = onnx.node "LessOrEqual"(%range, %column) opset "" 17 : (!onnx.value, !onnx.value) -> !onnx.value
  %bias = onnx.node "Where"(%seen, %keep, %low) opset "" 17 : (!onnx.value, tensor<f32>, tensor<f32>) -> !onnx.value
  %r = onnx.node "Add"(%x, %bias) opset "" 17 : (tensor<2x3x3xf32>, !onnx.value) -> !onnx.value
  return %r : !onnx.value
}

// -----

// A constant that would be large stays an op: 2^20 reals are computed by the program, not stored in it.
// CHECK-LABEL: func.func @large
// CHECK: %[[R:.*]] = mpc.constant dense<"0x
// CHECK: mpc.add %{{.*}}, %{{.*}} : (tensor<1024x1xi64>, tensor<1024xi64>) -> tensor<1024x1024xi64>
// CHECK: mpc.cast
func.func @large(%x: tensor<1024x1024xf32>) -> !onnx.value {
  %zero = onnx.constant dense<0> : tensor<i64>
  %one = onnx.constant dense<1> : tensor<i64>
  %many = onnx.constant dense<1024> : tensor<i64>
  %axis = onnx.constant dense<1> : tensor<1xi64>
  %range = onnx.node "Range"(%zero, %many, %one) opset "" 17 : (tensor<i64>, tensor<i64>, tensor<i64>) -> !onnx.value
  %column = onnx.node "Unsqueeze"(%range, %axis) opset "" 17 : (!onnx.value, tensor<1xi64>) -> !onnx.value
  %grid = onnx.node "Add"(%column, %range) opset "" 17 : (!onnx.value, !onnx.value) -> !onnx.value
  %real = onnx.node "Cast"(%grid) opset "" 17 attributes {to = 1 : i64} : (!onnx.value) -> !onnx.value
  %r = onnx.node "Mul"(%x, %real) opset "" 17 : (tensor<1024x1024xf32>, !onnx.value) -> !onnx.value
  return %r : !onnx.value
}
