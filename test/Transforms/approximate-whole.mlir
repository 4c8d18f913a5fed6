// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse)' | FileCheck %s

!s = tensor<4x!mpc.secret<f32>>
!b = tensor<4x!mpc.secret<i1>>

// A whole number around x, less 1 where it is above.
// CHECK-LABEL: @floor
// CHECK-SAME: (%[[X:.*]]: tensor
// CHECK: %[[T:.*]] = mpc.near %[[X]]
// CHECK: %[[D:.*]] = mpc.sub %[[X]], %[[T]] {mpc.range = array<f64: -1.000000e+00, 1.000000e+00>
// CHECK: %[[B:.*]] = mpc.below %[[D]] {thresholds = array<f64: 0.000000e+00>}
// CHECK: %[[S:.*]] = mpc.bit_sum %[[B]] {coefficients = array<f64: -1.000000e+00>, constant = 0.000000e+00 : f64, mpc.fraction = 0
// CHECK: mpc.add %[[T]], %[[S]]
func.func @floor(%x: !s) -> !s {
  %y = mpc.floor %x : !s -> !s
  return %y : !s
}

// CHECK-LABEL: @ceil
// CHECK: mpc.below {{.*}}thresholds = array<f64: {{3\.8[0-9]*[eE]-0?6}}>
// CHECK: mpc.bit_sum {{.*}}constant = 1.000000e+00
func.func @ceil(%x: !s) -> !s {
  %y = mpc.ceil %x : !s -> !s
  return %y : !s
}

// Ties are told by a second threshold, and whether the number is odd by a half of it.
// CHECK-LABEL: @round
// CHECK: mpc.near
// CHECK: mpc.below {{.*}}thresholds = array<f64: 0.000000e+00, {{3\.8[0-9]*[eE]-0?6}}>
// CHECK: mpc.near
// CHECK: mpc.and
func.func @round(%x: !s) -> !s {
  %y = mpc.round %x : !s -> !s
  return %y : !s
}

// The quotient is one off at most, and both thresholds share one comparison gate.
// CHECK-LABEL: @mod
// CHECK: mpc.near
// CHECK: mpc.below {{.*}}thresholds = array<f64: 0.000000e+00, 3.000000e+00>
// CHECK-NOT: mpc.mod
func.func @mod(%x: !s) -> !s {
  %c = mpc.constant dense<3.0> : tensor<f32>
  %y = mpc.mod %x, %c {fmod = false} : (!s, tensor<f32>) -> !s
  return %y : !s
}

// One comparison finds the power of e^4 and both ends.
// CHECK-LABEL: @exp
// CHECK: mpc.below {{.*}}thresholds = array<f64: -4.000000e+01, 0.000000e+00, 4.000000e+00, 8.000000e+00, 1.200000e+01, 1.600000e+01>
// CHECK: mpc.exp_negative
// CHECK: mpc.select
func.func @exp(%x: !s) -> !s {
  %y = mpc.exp %x : !s -> !s
  return %y : !s
}

// A public bit decides which element is read: no gate.
// CHECK-LABEL: @and_public
// CHECK-NOT: mpc.and
// CHECK: mpc.xor
// CHECK: mpc.concat
// CHECK: mpc.gather
// CHECK-NOT: mpc.and
// CHECK-LABEL: @xor_public
// CHECK: mpc.not
// CHECK: mpc.concat
// CHECK: mpc.gather
// CHECK-NOT: mpc.xor
func.func @and_public(%x: !b, %p: tensor<4xi1>) -> !b {
  %y = mpc.and %x, %p : (!b, tensor<4xi1>) -> !b
  return %y : !b
}
func.func @xor_public(%x: !b, %p: tensor<4xi1>) -> !b {
  %y = mpc.xor %p, %x : (tensor<4xi1>, !b) -> !b
  return %y : !b
}
