// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse)' | FileCheck %s

!s = tensor<4x!mpc.secret<f32>>
!b = tensor<4x!mpc.secret<i1>>
!m = tensor<2x5x3x!mpc.secret<f32>>

// CHECK-LABEL: @relu
// CHECK: mpc.below %[[X:.*]] {thresholds = array<f64: 0.000000e+00>}
// CHECK: %[[N:.*]] = mpc.not
// CHECK: mpc.select %[[N]], %[[X]] {mpc.range = array<f64: 0.000000e+00,
func.func @relu(%x: !s) -> !s {
  %y = mpc.relu %x : !s -> !s
  return %y : !s
}

// a + [a < b] (b - a)
// CHECK-LABEL: @max
// CHECK-SAME: (%[[A:.*]]: tensor<4x{{[^,]*}}>, %[[B:.*]]: tensor<4x
// CHECK: %[[D:.*]] = mpc.sub %[[A]], %[[B]]
// CHECK: %[[O:.*]] = mpc.neg %[[D]]
// CHECK: mpc.below %[[D]]
// CHECK: %[[S:.*]] = mpc.select %{{.*}}, %[[O]]
// CHECK: mpc.add %[[A]], %[[S]]
func.func @max(%a: !s, %b: !s) -> !s {
  %y = mpc.max %a, %b : (!s, !s) -> !s
  return %y : !s
}

// Nothing is below -inf.
// CHECK-LABEL: @idle
// CHECK-SAME: (%[[A:.*]]: tensor
// CHECK-NEXT: return %[[A]]
func.func @idle(%a: !s) -> !s {
  %c = mpc.constant dense<0xFF800000> : tensor<f32>
  %y = mpc.max %a, %c : (!s, tensor<f32>) -> !s
  return %y : !s
}

// Five elements: levels of 2, 1 and 1 comparisons, an odd one out each time.
// CHECK-LABEL: @reduce_max
// CHECK: mpc.transpose %{{.*}} {permutation = array<i64: 0, 2, 1>}
// CHECK-COUNT-3: mpc.below
// CHECK-NOT: mpc.below
// CHECK: mpc.reshape %{{.*}} -> tensor<2x1x3x!mpc.secret<f32>>
func.func @reduce_max(%x: !m) -> tensor<2x1x3x!mpc.secret<f32>> {
  %y = mpc.reduce "max" %x {axes = array<i64: 1>} : !m -> tensor<2x1x3x!mpc.secret<f32>>
  return %y : tensor<2x1x3x!mpc.secret<f32>>
}

// CHECK-LABEL: @mean
// CHECK: mpc.constant dense<2.000000e-01>
// CHECK: mpc.reduce "sum"
// CHECK: mpc.mul
func.func @mean(%x: !m) -> tensor<2x1x3x!mpc.secret<f32>> {
  %y = mpc.reduce "mean" %x {axes = array<i64: 1>} : !m -> tensor<2x1x3x!mpc.secret<f32>>
  return %y : tensor<2x1x3x!mpc.secret<f32>>
}

// Both orders from one comparison with two thresholds, 0 and the least positive value.
// CHECK-LABEL: @equal
// CHECK: mpc.below %{{.*}} {thresholds = array<f64: 0.000000e+00, 3.81{{.*}}>}
// CHECK: mpc.xor
func.func @equal(%a: !s, %b: !s) -> !b {
  %y = mpc.compare %a, %b {predicate = "eq"} : (!s, !s) -> !b
  return %y : !b
}

// CHECK-LABEL: @where_secret
// CHECK: %[[D:.*]] = mpc.sub %[[A:.*]], %[[B:.*]] :
// CHECK: %[[S:.*]] = mpc.select %{{.*}}, %[[D]]
// CHECK: mpc.add %[[B]], %[[S]]
func.func @where_secret(%c: !b, %a: !s, %b: !s) -> !s {
  %y = mpc.where %c, %a, %b : (!b, !s, !s) -> !s
  return %y : !s
}

// A public condition multiplies by 0 and 1; the public branch never meets a product, so it may be infinite where it is not taken.
// CHECK-LABEL: @where_public
// CHECK-SAME: (%[[C:.*]]: tensor<4xi1>, %[[A:.*]]: tensor<4x!mpc.secret<f32>>, %[[P:.*]]: tensor<4xf32>)
// CHECK: %[[N:.*]] = mpc.cast %[[C]]
// CHECK: %[[L:.*]] = mpc.mul %[[A]], %[[N]]
// CHECK: %[[R:.*]] = mpc.where %[[C]], %{{.*}}, %[[P]] : (tensor<4xi1>, tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
// CHECK: mpc.add %[[L]], %[[R]]
func.func @where_public(%c: tensor<4xi1>, %a: !s, %p: tensor<4xf32>) -> !s {
  %y = mpc.where %c, %a, %p : (tensor<4xi1>, !s, tensor<4xf32>) -> !s
  return %y : !s
}

// The exporters' NaN guard: a fixed-point secret is never NaN.
// CHECK-LABEL: @nan_guard
// CHECK-SAME: (%[[A:.*]]: tensor
// CHECK-NEXT: return %[[A]]
func.func @nan_guard(%a: !s) -> !s {
  %zero = mpc.constant dense<0.0> : tensor<f32>
  %n = mpc.is_nan %a : !s -> !b
  %y = mpc.where %n, %zero, %a : (!b, tensor<f32>, !s) -> !s
  return %y : !s
}
