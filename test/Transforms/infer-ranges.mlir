// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges))' | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{assumed-bound=256 weight-bound=4}))' | FileCheck %s --check-prefix=SMALL
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{weight-bound=0}))' 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: assumed-bound must be positive

!s = tensor<4x!mpc.secret<f32>>
!b = tensor<2x4x!mpc.secret<i1>>
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

// CHECK-LABEL: @main
// SMALL-LABEL: @main
func.func @main(%x: !s, %bits: !b, %mask: tensor<4xi1>) -> (!s, !s, !s, !s, !s) {
  // Nothing is known of an argument, and of its double less than the bound.
  // CHECK: mpc.add {{.*}} {mpc.range = array<f64: 0xC190000000000000, 0x4190000000000000>, mpc.range_kind = "assumed"}
  // SMALL: mpc.add {{.*}} {mpc.range = array<f64: -2.560000e+02, 2.560000e+02>, mpc.range_kind = "assumed"}
  %0 = mpc.add %x, %x : (!s, !s) -> !s
  // CHECK: mpc.bit_sum {{.*}}mpc.range = array<f64: -1.500000e+00, 2.500000e+00>, mpc.range_kind = "proved"
  %1 = mpc.bit_sum %bits {coefficients = array<f64: 2.0, -2.0>, constant = 0.5} : !b -> !s
  // CHECK: mpc.select {{.*}} {mpc.range = array<f64: -1.500000e+00, 2.500000e+00>, mpc.range_kind = "proved"}
  %c = mpc.slice %bits {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : !b -> tensor<1x4x!mpc.secret<i1>>
  %bit = mpc.reshape %c : tensor<1x4x!mpc.secret<i1>> -> tensor<4x!mpc.secret<i1>>
  %2 = mpc.select %bit, %1 : (tensor<4x!mpc.secret<i1>>, !s) -> !s
  // A product by 0 or 1 is exact, others round.
  // CHECK: mpc.mul {{.*}} {mpc.range = array<f64: -1.500000e+00, 2.500000e+00>, mpc.range_kind = "proved"}
  %m = mpc.cast %mask : tensor<4xi1> -> tensor<4xf32>
  %3 = mpc.mul %1, %m : (!s, tensor<4xf32>) -> !s
  // CHECK: mpc.mul {{.*}} {mpc.range = array<f64: -2.44140625E-4, 6.250244140625>, mpc.range_kind = "proved"}
  %4 = mpc.mul %1, %1 : (!s, !s) -> !s
  // Terms that are one of two: their hull, not the sum of intervals.
  // CHECK: mpc.sub {{.*}} {mpc.range = array<f64: -4.000000e+00, 4.000000e+00>, mpc.range_kind = "proved"}
  // CHECK: mpc.select
  // CHECK: mpc.add {{.*}} {mpc.range = array<f64: -1.500000e+00, 2.500000e+00>, mpc.range_kind = "proved"}
  %5 = mpc.sub %3, %2 : (!s, !s) -> !s
  %6 = mpc.select %bit, %5 : (tensor<4x!mpc.secret<i1>>, !s) -> !s
  %7 = mpc.add %2, %6 : (!s, !s) -> !s
  // What a calibration said is kept where it is tighter, and is no proof.
  // CHECK: mpc.rescale {{.*}} {mpc.range = array<f64: -3.000000e+00, 3.000000e+00>, mpc.range_kind = "calibrated"}
  // CHECK: mpc.neg {{.*}} {mpc.range = array<f64: -3.000000e+00, 3.000000e+00>, mpc.range_kind = "calibrated"}
  %8 = mpc.rescale %0 {mpc.range = array<f64: -3.0, 3.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %9 = mpc.neg %8 : !s -> !s
  // What a case showed to be larger than what is assumed of others is no less large for it.
  // SMALL: mpc.rescale {{.*}} {mpc.range = array<f64: -1.000000e+03, 1.000000e+03>, mpc.range_kind = "calibrated"}
  // SMALL: mpc.neg {{.*}} {mpc.range = array<f64: -1.000000e+03, 1.000000e+03>, mpc.range_kind = "calibrated"}
  %large = mpc.rescale %x {mpc.range = array<f64: -1000.0, 1000.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %larger = mpc.neg %large : !s -> !s
  // SMALL: mpc.owned "model"() {mpc.range = array<f64: -4.000000e+00, 4.000000e+00>, mpc.range_kind = "assumed"}
  %w = mpc.owned "model" () : () -> !s {
    %10 = mpc.weight @w : tensor<4xf32>
    mpc.yield %10 : tensor<4xf32>
  }
  return %0, %4, %7, %9, %w : !s, !s, !s, !s, !s
}

// A one-hot picks rows: their interval, whatever the depth.
// CHECK-LABEL: @rows
// CHECK: mpc.matmul {{.*}} {mpc.range = array<f64: -1.024000e+03, 1.024000e+03>
func.func @rows(%ids: tensor<2x!mpc.secret<i64>>) -> tensor<2x2x!mpc.secret<f32>> {
  %hot = mpc.owned "client" (%ids) : (tensor<2x!mpc.secret<i64>>) -> tensor<2x2x!mpc.secret<f32>> {
  ^bb0(%i: tensor<2xi64>):
    %0 = mpc.one_hot %i {depth = 2 : i64} : tensor<2xi64> -> tensor<2x2xi1>
    %1 = mpc.cast %0 : tensor<2x2xi1> -> tensor<2x2xf32>
    mpc.yield %1 : tensor<2x2xf32>
  }
  %w = mpc.owned "model" () : () -> tensor<2x2x!mpc.secret<f32>> {
    %2 = mpc.weight @w2 : tensor<2x2xf32>
    mpc.yield %2 : tensor<2x2xf32>
  }
  %r = mpc.matmul %hot, %w : (tensor<2x2x!mpc.secret<f32>>, tensor<2x2x!mpc.secret<f32>>) -> tensor<2x2x!mpc.secret<f32>>
  return %r : tensor<2x2x!mpc.secret<f32>>
}
mpc.param @w2 {file = "m.safetensors", offset = 16 : i64, length = 16 : i64, type = tensor<2x2xf32>}
