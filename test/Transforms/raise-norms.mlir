// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// TorchScript's RMSNorm: Pow, ReduceMean, Add, Sqrt, Div(1, .), Mul, and the gain on the left.
mpc.param @gain {file = "w", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}
// CHECK-LABEL: func.func @rms_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
func.func @rms_norm(%x: !x {mpc.owner = "client"}) -> !x {
  %two = mpc.constant dense<2.0> : tensor<f32>
  %eps = mpc.constant dense<1.0e-5> : tensor<f32>
  %one = mpc.constant dense<1.0> : tensor<f32>
  %gain = mpc.weight @gain : tensor<8xf32>
  %square = mpc.pow %x, %two : (!x, tensor<f32>) -> !x
  %mean = mpc.reduce "mean" %square {axes = array<i64: 1>} : !x -> !row
  %guarded = mpc.add %mean, %eps : (!row, tensor<f32>) -> !row
  %root = mpc.sqrt %guarded : !row -> !row
  %inverse = mpc.div %one, %root : (tensor<f32>, !row) -> !row
  %normalised = mpc.mul %x, %inverse : (!x, !row) -> !x
  // CHECK: %[[G:.*]] = mpc.weight @gain
  // CHECK-NEXT: %[[Y:.*]] = mpc.rms_norm %[[X]], %[[G]] {epsilon = 9.99{{.*}}E-6 : f64}
  // CHECK-NEXT: return %[[Y]]
  %y = mpc.mul %gain, %normalised : (tensor<8xf32>, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// Reciprocal of the root, the square as a product, and no gain: the gain is 1.
// CHECK-LABEL: func.func @rms_norm_without_gain
func.func @rms_norm_without_gain(%x: !x {mpc.owner = "client"}) -> !x {
  %eps = mpc.constant dense<1.0e-5> : tensor<f32>
  %square = mpc.mul %x, %x : (!x, !x) -> !x
  %mean = mpc.reduce "mean" %square {axes = array<i64: 1>} : !x -> !row
  %guarded = mpc.add %eps, %mean : (tensor<f32>, !row) -> !row
  %root = mpc.sqrt %guarded : !row -> !row
  %inverse = mpc.reciprocal %root : !row -> !row
  // CHECK: %[[ONE:.*]] = mpc.constant dense<1.000000e+00> : tensor<8xf32>
  // CHECK-NEXT: mpc.rms_norm %{{.*}}, %[[ONE]]
  %y = mpc.mul %inverse, %x : (!row, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// torch.nn.functional.normalize: x / max(|x|, eps) has the gain 1 / sqrt(8).
// CHECK-LABEL: func.func @unit_length
func.func @unit_length(%x: !x {mpc.owner = "client"}) -> !x {
  %eps = mpc.constant dense<1.0e-12> : tensor<f32>
  %square = mpc.mul %x, %x : (!x, !x) -> !x
  %sum = mpc.reduce "sum" %square {axes = array<i64: 1>} : !x -> !row
  %length = mpc.sqrt %sum : !row -> !row
  %clamped = mpc.max %length, %eps : (!row, tensor<f32>) -> !row
  %wide = mpc.broadcast %clamped : !row -> !x
  // CHECK: %[[G:.*]] = mpc.constant dense<0.353553385> : tensor<8xf32>
  // CHECK-NEXT: mpc.rms_norm %{{.*}}, %[[G]] {epsilon = 1.2{{[0-9]*}}E-25 : f64}
  // CHECK-NEXT: return
  %y = mpc.div %x, %wide : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// A layer norm in pieces, the subtraction written twice, gain and bias on either side.
mpc.param @gain {file = "w", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}
mpc.param @bias {file = "w", offset = 32 : i64, length = 32 : i64, type = tensor<8xf32>}
// CHECK-LABEL: func.func @layer_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
func.func @layer_norm(%x: !x {mpc.owner = "client"}) -> !x {
  %two = mpc.constant dense<2.0> : tensor<f32>
  %eps = mpc.constant dense<1.0e-12> : tensor<f32>
  %gain = mpc.weight @gain : tensor<8xf32>
  %bias = mpc.weight @bias : tensor<8xf32>
  %mean = mpc.reduce "mean" %x {axes = array<i64: 1>} : !x -> !row
  %centred = mpc.sub %x, %mean : (!x, !row) -> !x
  %again = mpc.sub %x, %mean : (!x, !row) -> !x
  %square = mpc.pow %again, %two : (!x, tensor<f32>) -> !x
  %variance = mpc.reduce "mean" %square {axes = array<i64: 1>} : !x -> !row
  %guarded = mpc.add %variance, %eps : (!row, tensor<f32>) -> !row
  %root = mpc.sqrt %guarded : !row -> !row
  %normalised = mpc.div %centred, %root : (!x, !row) -> !x
  %scaled = mpc.mul %normalised, %gain : (!x, tensor<8xf32>) -> !x
  // CHECK-DAG: %[[G:.*]] = mpc.weight @gain
  // CHECK-DAG: %[[B:.*]] = mpc.weight @bias
  // CHECK: %[[Y:.*]] = mpc.layer_norm %[[X]], %[[G]], %[[B]]
  // CHECK-NEXT: return %[[Y]]
  %y = mpc.add %bias, %scaled : (tensor<8xf32>, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<1x8xf32>
!row = tensor<1x1xf32>

// A residual has the shape of a bias when there is one token; it is the client's, and stays an addition.
// CHECK-LABEL: func.func @residual_is_no_bias
func.func @residual_is_no_bias(%x: !x {mpc.owner = "client"}) -> !x {
  %one = mpc.constant dense<1.0> : tensor<8xf32>
  %norm = mpc.layer_norm %x, %one {epsilon = 1.0e-5 : f64} : (!x, tensor<8xf32>) -> !x
  // CHECK: %[[N:.*]] = mpc.layer_norm %{{.*}}, %{{.*}} {{{.*}}} : (tensor<1x8xf32>, tensor<8xf32>)
  // CHECK: mpc.add %[[N]], %{{.*}}
  %y = mpc.add %norm, %x : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// Must be left alone: the mean runs over the other dimension.
// CHECK-LABEL: func.func @other_axis
// CHECK-NOT: rms_norm
func.func @other_axis(%x: !x {mpc.owner = "client"}) -> !x {
  %eps = mpc.constant dense<1.0e-5> : tensor<f32>
  %square = mpc.mul %x, %x : (!x, !x) -> !x
  %mean = mpc.reduce "mean" %square {axes = array<i64: 0>} : !x -> tensor<1x8xf32>
  %guarded = mpc.add %mean, %eps : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %inverse = mpc.rsqrt %guarded : tensor<1x8xf32> -> tensor<1x8xf32>
  %y = mpc.mul %x, %inverse : (!x, tensor<1x8xf32>) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// Must be left alone: another value is normalised than is measured.
// CHECK-LABEL: func.func @other_value
// CHECK-NOT: rms_norm
func.func @other_value(%x: !x {mpc.owner = "client"}, %z: !x {mpc.owner = "client"}) -> !x {
  %square = mpc.mul %x, %x : (!x, !x) -> !x
  %mean = mpc.reduce "mean" %square {axes = array<i64: 1>} : !x -> !row
  %inverse = mpc.rsqrt %mean : !row -> !row
  %y = mpc.mul %z, %inverse : (!x, !row) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>
!row = tensor<4x1xf32>

// Must be left alone: rows of a length below 1 keep their length.
// CHECK-LABEL: func.func @clipped_length
// CHECK-NOT: rms_norm
func.func @clipped_length(%x: !x {mpc.owner = "client"}) -> !x {
  %one = mpc.constant dense<1.0> : tensor<f32>
  %square = mpc.mul %x, %x : (!x, !x) -> !x
  %sum = mpc.reduce "sum" %square {axes = array<i64: 1>} : !x -> !row
  %length = mpc.sqrt %sum : !row -> !row
  %clamped = mpc.max %length, %one : (!row, tensor<f32>) -> !row
  %y = mpc.div %x, %clamped : (!x, !row) -> !x
  return %y : !x
}

// -----

!x = tensor<2x3x4xf32>
!g = tensor<3x4xf32>
!v = tensor<4xf32>

// A gain or bias that differs along more dimensions than the last takes nothing in.
// CHECK-LABEL: func.func @wide_gain
// CHECK: %[[N:.*]] = mpc.layer_norm %arg0, %arg1, %arg1
// CHECK: %[[P:.*]] = mpc.mul %[[N]], %arg2
// CHECK: mpc.add %[[P]], %arg2
func.func @wide_gain(%x: !x {mpc.owner = "client"}, %g: !g {mpc.owner = "model"}, %v: !v {mpc.owner = "model"}) -> !x {
  %n = mpc.layer_norm %x, %g, %g {epsilon = 1.0e-05 : f64} : (!x, !g, !g) -> !x
  %p = mpc.mul %n, %v : (!x, !v) -> !x
  %y = mpc.add %p, %v : (!x, !v) -> !x
  return %y : !x
}
