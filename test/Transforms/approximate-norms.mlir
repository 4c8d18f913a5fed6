// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse)' | FileCheck %s

!s = tensor<2x64x!mpc.secret<f32>>
!g = tensor<64x!mpc.secret<f32>>

// The sum of squares is a product of each row with itself; 1/n is in the coefficients; the result is bounded by sqrt(n).
// CHECK-LABEL: @rms
// CHECK-SAME: (%[[X:.*]]: tensor<2x64x{{[^,]*}}>, %[[GAIN:.*]]: tensor<64x{{.*}}>)
// CHECK-DAG: %[[ROW:.*]] = mpc.reshape %[[X]] : {{.*}} -> tensor<2x1x64x!mpc.secret<f32>>
// CHECK-DAG: %[[COLUMN:.*]] = mpc.reshape %[[X]] : {{.*}} -> tensor<2x64x1x!mpc.secret<f32>>
// CHECK: mpc.matmul %[[ROW]], %[[COLUMN]] {mpc.fraction = 26 : i64, mpc.range = array<f64: 0.000000e+00, {{.*}}>, mpc.range_kind = "assumed"}
// CHECK: mpc.add
// CHECK: %[[BITS:.*]] = mpc.below %{{.*}} {thresholds = array<f64: 9.765625E-4, 3.906250e-03, {{.*}}, 0x4170000000000000>}
// CHECK-DAG: mpc.bit_sum %[[BITS]] {{.*}}constant = 1.4901161193847656E-8 : f64, mpc.fraction = 26
// CHECK-DAG: mpc.bit_sum %[[BITS]] {{.*}}constant = 9.765625E-4 : f64
// CHECK: %[[Z:.*]] = mpc.mul %[[X]], %{{.*}} {mpc.range = array<f64: -8.080000e+00, 8.080000e+00>, mpc.range_kind = "proved"}
// CHECK: mpc.mul %[[Z]], %[[GAIN]]
func.func @rms(%x: !s, %gain: !g) -> !s {
  %y = mpc.rms_norm %x, %gain {epsilon = 1.0e-5} : (!s, !g) -> !s
  return %y : !s
}

// An epsilon below the formats' reach: a clamp in its place, whose bit is the first threshold.
// CHECK-LABEL: @layer
// CHECK-SAME: (%[[X:.*]]: tensor<2x64x{{[^,]*}}>,
// CHECK: %[[SUM:.*]] = mpc.reduce "sum" %[[X]] {axes = array<i64: 1>}
// CHECK: %[[MEAN:.*]] = mpc.mul %[[SUM]]
// CHECK: mpc.sub %[[X]], %[[MEAN]]
// CHECK: %[[BITS:.*]] = mpc.below
// CHECK: mpc.bit_sum %[[BITS]] {coefficients = array<f64: -1.024000e+03, 7.680000e+02
// CHECK: %[[LOW:.*]] = mpc.slice %[[BITS]]
// CHECK: mpc.bit_sum %[[LOW]] {coefficients = array<f64: 2.500000e-01>
func.func @layer(%x: !s, %gain: !g) -> !s {
  %y = mpc.layer_norm %x, %gain, %gain {epsilon = 1.0e-12} : (!s, !g, !g) -> !s
  return %y : !s
}
