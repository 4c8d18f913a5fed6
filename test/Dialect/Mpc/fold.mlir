// Structure folds on every level; what is not the identity stays.
// RUN: mpc-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: func.func @identity(
// CHECK-SAME: %[[A:.*]]: tensor<2x3x!share.masked<20, 12>>
func.func @identity(%a: tensor<2x3x!share.masked<20, 12>>) -> tensor<2x3x!share.masked<20, 12>> {
  // CHECK-NEXT: return %[[A]]
  %0 = mpc.reshape %a : tensor<2x3x!share.masked<20, 12>> -> tensor<2x3x!share.masked<20, 12>>
  %1 = mpc.transpose %0 {permutation = array<i64: 0, 1>} : tensor<2x3x!share.masked<20, 12>> -> tensor<2x3x!share.masked<20, 12>>
  %2 = mpc.slice %1 {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : tensor<2x3x!share.masked<20, 12>> -> tensor<2x3x!share.masked<20, 12>>
  %3 = mpc.broadcast %2 : tensor<2x3x!share.masked<20, 12>> -> tensor<2x3x!share.masked<20, 12>>
  return %3 : tensor<2x3x!share.masked<20, 12>>
}

// CHECK-LABEL: func.func @not_identity(
// CHECK: mpc.slice {{.*}} {offsets = array<i64: 1>, strides = array<i64: -1>}
// CHECK: mpc.reshape {{.*}} -> tensor<2x!mpc.secret<!mpc.fxp<16, 12>>>
func.func @not_identity(%a: tensor<2x!share.masked<20, 12>>, %s: tensor<2x!mpc.secret<!mpc.fxp<20, 12>>>)
    -> (tensor<2x!share.masked<20, 12>>, tensor<2x!mpc.secret<!mpc.fxp<16, 12>>>) {
  %0 = mpc.slice %a {offsets = array<i64: 1>, strides = array<i64: -1>} : tensor<2x!share.masked<20, 12>> -> tensor<2x!share.masked<20, 12>>
  // The same shape in a smaller ring: not the identity.
  %1 = mpc.reshape %s : tensor<2x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x!mpc.secret<!mpc.fxp<16, 12>>>
  return %0, %1 : tensor<2x!share.masked<20, 12>>, tensor<2x!mpc.secret<!mpc.fxp<16, 12>>>
}

// CHECK-LABEL: func.func @inverse(
// CHECK-SAME: %[[A:.*]]: tensor<2x3x4x!mpc.secret<f32>>
func.func @inverse(%a: tensor<2x3x4x!mpc.secret<f32>>) -> (tensor<2x3x4x!mpc.secret<f32>>, tensor<2x3x4x!mpc.secret<f32>>) {
  // CHECK-NEXT: return %[[A]], %[[A]]
  %0 = mpc.transpose %a {permutation = array<i64: 2, 0, 1>} : tensor<2x3x4x!mpc.secret<f32>> -> tensor<4x2x3x!mpc.secret<f32>>
  %1 = mpc.transpose %0 {permutation = array<i64: 1, 2, 0>} : tensor<4x2x3x!mpc.secret<f32>> -> tensor<2x3x4x!mpc.secret<f32>>
  %2 = mpc.reshape %a : tensor<2x3x4x!mpc.secret<f32>> -> tensor<6x4x!mpc.secret<f32>>
  %3 = mpc.reshape %2 : tensor<6x4x!mpc.secret<f32>> -> tensor<2x3x4x!mpc.secret<f32>>
  return %1, %3 : tensor<2x3x4x!mpc.secret<f32>>, tensor<2x3x4x!mpc.secret<f32>>
}

// CHECK-LABEL: func.func @composition(
// CHECK-SAME: %[[A:.*]]: tensor<2x3x4xf32>, %[[V:.*]]: tensor<10xf32>, %[[R:.*]]: tensor<1x3xf32>
func.func @composition(%a: tensor<2x3x4xf32>, %v: tensor<10xf32>, %r: tensor<1x3xf32>) -> (tensor<3x4x2xf32>, tensor<3xf32>, tensor<5x2x3xf32>) {
  // CHECK-DAG: %[[T:.*]] = mpc.transpose %[[A]] {permutation = array<i64: 1, 2, 0>}
  %0 = mpc.transpose %a {permutation = array<i64: 2, 0, 1>} : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %1 = mpc.transpose %0 {permutation = array<i64: 2, 0, 1>} : tensor<4x2x3xf32> -> tensor<3x4x2xf32>
  // Elements 9, 7, 5, 3, 1 and of those the last three, from the end: 1, 3, 5.
  // CHECK-DAG: %[[S:.*]] = mpc.slice %[[V]] {offsets = array<i64: 1>, strides = array<i64: 2>} : tensor<10xf32> -> tensor<3xf32>
  %2 = mpc.slice %v {offsets = array<i64: 9>, strides = array<i64: -2>} : tensor<10xf32> -> tensor<5xf32>
  %3 = mpc.slice %2 {offsets = array<i64: 4>, strides = array<i64: -1>} : tensor<5xf32> -> tensor<3xf32>
  // CHECK-DAG: %[[B:.*]] = mpc.broadcast %[[R]] : tensor<1x3xf32> -> tensor<5x2x3xf32>
  %4 = mpc.broadcast %r : tensor<1x3xf32> -> tensor<2x3xf32>
  %5 = mpc.broadcast %4 : tensor<2x3xf32> -> tensor<5x2x3xf32>
  // CHECK: return %[[T]], %[[S]], %[[B]]
  return %1, %3, %5 : tensor<3x4x2xf32>, tensor<3xf32>, tensor<5x2x3xf32>
}

// CHECK-LABEL: func.func @constants(
func.func @constants() -> (tensor<3x2xi64>, tensor<2xi64>, tensor<2x3xi64>, tensor<512x512xf32>) {
  %c = mpc.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  // CHECK-DAG: %[[T:.*]] = mpc.constant dense<{{\[}}[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi64>
  %0 = mpc.transpose %c {permutation = array<i64: 1, 0>} : tensor<2x3xi64> -> tensor<3x2xi64>
  // CHECK-DAG: %[[S:.*]] = mpc.constant dense<[6, 4]> : tensor<2xi64>
  %1 = mpc.slice %c {offsets = array<i64: 1, 2>, strides = array<i64: 1, -2>} : tensor<2x3xi64> -> tensor<1x2xi64>
  %2 = mpc.reshape %1 : tensor<1x2xi64> -> tensor<2xi64>
  // CHECK-DAG: %[[B:.*]] = mpc.constant dense<{{\[}}[7, 8, 9], [7, 8, 9]]> : tensor<2x3xi64>
  %d = mpc.constant dense<[7, 8, 9]> : tensor<3xi64>
  %3 = mpc.broadcast %d : tensor<3xi64> -> tensor<2x3xi64>
  // CHECK-DAG: %[[Z:.*]] = mpc.constant dense<0.000000e+00> : tensor<512x512xf32>
  %z = mpc.constant dense<0.0> : tensor<f32>
  %4 = mpc.broadcast %z : tensor<f32> -> tensor<512x512xf32>
  // CHECK: return %[[T]], %[[S]], %[[B]], %[[Z]]
  return %0, %2, %3, %4 : tensor<3x2xi64>, tensor<2xi64>, tensor<2x3xi64>, tensor<512x512xf32>
}
