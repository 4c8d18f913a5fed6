// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse)' | FileCheck %s

!s = tensor<4x!mpc.secret<f32>>

// x in [1, 8]: three binades, two thresholds; the same power of two brings x into [1/2, 1) and the result back.
// CHECK-LABEL: @reciprocal
// CHECK: %[[X:.*]] = mpc.rescale
// CHECK: %[[B:.*]] = mpc.below %[[X]] {thresholds = array<f64: 2.000000e+00, 4.000000e+00>}
// CHECK: %[[U:.*]] = mpc.bit_sum %[[B]] {coefficients = array<f64: 2.500000e-01, 1.250000e-01>, constant = 1.250000e-01 : f64
// CHECK: %[[Y:.*]] = mpc.mul %[[X]], %[[U]]
// CHECK: %[[G:.*]] = mpc.periodic %[[Y]]
// CHECK: mpc.mul %[[G]], %[[U]]
func.func @reciprocal(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: 1.0, 8.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.reciprocal %r : !s -> !s
  return %y : !s
}

// Of unknown sign: 1/|x|, and the sign put back.
// CHECK-LABEL: @signed
// CHECK: mpc.below %{{.*}} {thresholds = array<f64: 0.000000e+00>}
// CHECK: mpc.select
// CHECK: mpc.periodic
// CHECK: mpc.select
func.func @signed(%x: !s) -> !s {
  %y = mpc.reciprocal %x : !s -> !s
  return %y : !s
}

// Powers of four, since their root is whole.
// CHECK-LABEL: @rsqrt
// CHECK: %[[B:.*]] = mpc.below %{{.*}} {thresholds = array<f64: 4.000000e+00>}
// CHECK-DAG: mpc.bit_sum %[[B]] {coefficients = array<f64: 1.875000e-01>, constant = 6.250000e-02
// CHECK-DAG: mpc.bit_sum %[[B]] {coefficients = array<f64: 2.500000e-01>, constant = 2.500000e-01
func.func @rsqrt(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: 1.0, 16.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.rsqrt %r : !s -> !s
  return %y : !s
}

// One inverse root, not a root and its inverse.
// CHECK-LABEL: @over_root
// CHECK: mpc.periodic
// CHECK-NOT: mpc.periodic
// CHECK: return
func.func @over_root(%x: !s, %z: !s) -> !s {
  %r = mpc.sqrt %z : !s -> !s
  %y = mpc.div %x, %r : (!s, !s) -> !s
  return %y : !s
}

// CHECK-LABEL: @by_constant
// CHECK: mpc.constant dense<2.500000e-01>
// CHECK: mpc.mul
// CHECK-NOT: mpc.div
// CHECK: return
func.func @by_constant(%x: !s) -> !s {
  %c = mpc.constant dense<4.0> : tensor<f32>
  %y = mpc.div %x, %c : (!s, tensor<f32>) -> !s
  return %y : !s
}

// By a public value that is known at run time only: its inverse is public arithmetic.
// CHECK-LABEL: @by_public
// CHECK: %[[I:.*]] = mpc.div %{{.*}}, %{{.*}} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
// CHECK: mpc.mul %{{.*}}, %[[I]]
func.func @by_public(%x: !s, %p: tensor<4xf32>) -> !s {
  %y = mpc.div %x, %p : (!s, tensor<4xf32>) -> !s
  return %y : !s
}

// x^5 = x (x^2)^2
// CHECK-LABEL: @power
// CHECK-COUNT-3: mpc.mul
// CHECK-NOT: mpc.mul
// CHECK: return
func.func @power(%x: !s) -> !s {
  %c = mpc.constant dense<5.0> : tensor<f32>
  %y = mpc.pow %x, %c : (!s, tensor<f32>) -> !s
  return %y : !s
}

// CHECK-LABEL: @log
// CHECK: mpc.periodic
// CHECK: mpc.bit_sum %{{.*}} {coefficients = array<f64: -0.69314{{.*}}, -0.69314{{.*}}>, constant = 2.0794
func.func @log(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: 1.0, 8.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.log %r : !s -> !s
  return %y : !s
}
