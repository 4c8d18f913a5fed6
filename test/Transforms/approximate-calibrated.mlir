// Arguments of calibrated range: every rounding is within max-error, the bits of gates follow from it.
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate{fraction=12 max-error=0.001953125}),cse)' | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate{fraction=12 max-error=0.001953125}),cse,func.func(mpc-infer-ranges,mpc-assign-formats{fraction=12 round-bytes=0}))' | FileCheck %s --check-prefix=FORMATS

!s = tensor<4x!mpc.secret<f32>>

// The even part, less its centre, has a bit more of fraction and is extended; x / 2 joins it exactly. Both selections are one sum, of which the inner
// part is brought to the result's fraction.
// CHECK-LABEL: @both_sides
// CHECK: %[[X:.*]] = mpc.rescale
// CHECK: %[[E:.*]] = mpc.periodic %[[X]] {{.*}}mpc.fraction = 13 : i64, mpc.range = array<f64: -[[R:[0-9.]+]], [[R]]>, {{.*}}mpc.rounding = 0.00{{[0-9]*}} : f64, mpc.wraps, period = 5.120000e+02
// CHECK: mpc.below %[[X]] {thresholds = array<f64: -[[T:[0-9.e+]+]], [[T]]>, tolerance = {{1.250000e-01|2.500000e-01|5.000000e-01}} : f64}
// CHECK: %[[H:.*]] = mpc.mul %[[X]]
// CHECK: %[[S:.*]] = mpc.add %[[E]], %[[H]]
// CHECK: %[[I:.*]] = mpc.add %[[S]]
// CHECK: %[[P:.*]] = mpc.select %{{.*}}, %[[I]] {mpc.fraction = 13
// CHECK: %[[R:.*]] = mpc.rescale %[[P]] {mpc.fraction = 12
// CHECK: %[[O:.*]] = mpc.select %{{.*}}, %[[X]]
// CHECK: mpc.add %[[R]], %[[O]]
// FORMATS-LABEL: @both_sides
// FORMATS: mpc.periodic {{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<15, 13>>>
// FORMATS: mpc.rescale {{.*}}<15, 13>>> -> tensor<4x!mpc.secret<!mpc.fxp<21, 13>>>
func.func @both_sides(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: -60.0, 60.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.gelu %r : !s -> !s
  return %y : !s
}

// CHECK-LABEL: @odd
// CHECK: mpc.periodic {{.*}}mpc.fraction = 12 : i64, {{.*}}mpc.rounding = {{[0-9.E-]+}} : f64, mpc.wraps
// CHECK: mpc.below
// CHECK: mpc.bit_sum
func.func @odd(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: -60.0, 60.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.tanh %r : !s -> !s
  return %y : !s
}

// All of the argument inside: one sum.
// CHECK-LABEL: @inside
// CHECK: mpc.periodic
// CHECK-NOT: mpc.rounding
// CHECK-NOT: mpc.below
func.func @inside(%x: !s) -> !s {
  %r = mpc.rescale %x {mpc.range = array<f64: -3.0, 3.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.gelu %r : !s -> !s
  return %y : !s
}

// 2 cases of the gate, or 4; what a factor makes of the roundings, and its own, is taken into account.
// CHECK-LABEL: @exponentials
// CHECK: mpc.exp_negative %{{.*}} {floor = 1.600000e+01 : f64, {{.*}}mpc.rounding = 0.001953125 : f64}
// CHECK: mpc.add
// CHECK: mpc.exp_negative %{{.*}} {floor = 4.800000e+01 : f64, mpc.rounding = 0.00431{{[0-9]*}} : f64}
// CHECK: mpc.mul
func.func @exponentials(%x: !s) -> (!s, !s) {
  %a = mpc.rescale %x {mpc.range = array<f64: -16.0, 0.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %b = mpc.rescale %x {mpc.range = array<f64: -40.0, -1.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %y = mpc.exp %a : !s -> !s
  %z = mpc.exp %b : !s -> !s
  return %y, %z : !s, !s
}
