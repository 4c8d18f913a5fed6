// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),cse)' | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate{max-error=0.01}))' | FileCheck %s --check-prefix=COARSE

!s = tensor<4x!mpc.secret<f32>>

// x/2 plus an even part inside (-T, T), 0 below, x above; both thresholds in one comparison.
// CHECK-LABEL: @gelu
// CHECK-SAME: (%[[X:.*]]: tensor<4x!mpc.secret<f32>>)
// CHECK: %[[HALF:.*]] = mpc.constant dense<5.000000e-01>
// CHECK: %[[E:.*]] = mpc.periodic %[[X]] {{.*}}error = {{.*}}E-5 : f64, frequencies = array<i64: {{[0-9]+}}, {{[0-9]+}}, {{[0-9]+}}, {{[0-9]+}}>, high = [[T:[0-9.e+]+]] : f64, low = -[[T]] : f64
// CHECK-SAME: sines = array<f64: 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00>
// CHECK: %[[LOW:.*]] = mpc.rescale %[[X]] {mpc.range = array<f64: -[[T]], [[T]]>, mpc.range_kind = "proved", mpc.wraps}
// CHECK: %[[H:.*]] = mpc.mul %[[LOW]], %[[HALF]]
// CHECK: %[[S:.*]] = mpc.add %[[E]], %[[H]]
// CHECK: %[[B:.*]] = mpc.below %[[X]] {thresholds = array<f64: -[[EDGE:[0-9.e+]+]], [[EDGE]]>, tolerance = 1.875000e-01 : f64}
// CHECK: %[[B1:.*]] = mpc.slice %[[B]] {offsets = array<i64: 1, 0>
// CHECK: %[[UNDER:.*]] = mpc.reshape %[[B1]]
// CHECK: %[[B0:.*]] = mpc.slice %[[B]] {offsets = array<i64: 0, 0>
// CHECK: %[[BELOW:.*]] = mpc.reshape %[[B0]]
// CHECK: %[[INSIDE:.*]] = mpc.xor %[[BELOW]], %[[UNDER]]
// CHECK: %[[IN:.*]] = mpc.select %[[INSIDE]], %[[S]]
// CHECK: %[[ABOVE:.*]] = mpc.not %[[UNDER]]
// CHECK: %[[OUT:.*]] = mpc.select %[[ABOVE]], %[[X]]
// CHECK: mpc.add %[[IN]], %[[OUT]]
// CHECK-NOT: mpc.gelu
// A coarser bound needs fewer frequencies.
// COARSE-LABEL: @gelu
// COARSE: frequencies = array<i64: {{[0-9]+(, [0-9]+)?}}>
func.func @gelu(%x: !s) -> !s {
  %y = mpc.gelu %x : !s -> !s
  return %y : !s
}

// An odd function about 1/2: sines only, and constants outside.
// CHECK-LABEL: @sigmoid
// CHECK: mpc.periodic %{{.*}} {constant = 5.000000e-01 : f64, cosines = array<f64: 0.000000e+00, 0.000000e+00
// CHECK: %[[IN:.*]] = mpc.select
// CHECK: %[[OUT:.*]] = mpc.bit_sum %{{.*}} {coefficients = array<f64: 0.000000e+00, -1.000000e+00>, constant = 1.000000e+00 : f64}
// CHECK: mpc.add %[[IN]], %[[OUT]] {mpc.range = array<f64: {{.*}}>, mpc.range_kind = "proved"}
func.func @sigmoid(%x: !s) -> !s {
  %y = mpc.sigmoid %x : !s -> !s
  return %y : !s
}

// CHECK-LABEL: @tanh
// CHECK: mpc.bit_sum %{{.*}} {coefficients = array<f64: -1.000000e+00, -1.000000e+00>, constant = 1.000000e+00 : f64}
func.func @tanh(%x: !s) -> !s {
  %y = mpc.tanh %x : !s -> !s
  return %y : !s
}

// Where a range is known to lie inside, nothing is compared, and the sum is made for that range.
// CHECK-LABEL: @inside
// CHECK: mpc.periodic {{.*}} high = 2.000000e+00 : f64, low = -2.000000e+00 : f64
// CHECK-NOT: mpc.below
// CHECK: return
func.func @inside(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: -2.0, 2.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.silu %r : !s -> !s
  return %y : !s
}

// Public arithmetic and owners' regions stay as they are.
// CHECK-LABEL: @public
// CHECK: mpc.owned "client"
// CHECK: mpc.tanh
// CHECK: mpc.gelu %{{.*}} : tensor<4xf32> -> tensor<4xf32>
func.func @public(%x: !s, %p: tensor<4xf32>) -> (!s, tensor<4xf32>) {
  %0 = mpc.owned "client" (%x) : (!s) -> !s {
  ^bb0(%i: tensor<4xf32>):
    %1 = mpc.tanh %i : tensor<4xf32> -> tensor<4xf32>
    mpc.yield %1 : tensor<4xf32>
  }
  %2 = mpc.gelu %p : tensor<4xf32> -> tensor<4xf32>
  return %0, %2 : !s, tensor<4xf32>
}
