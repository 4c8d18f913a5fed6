// What one case shows: a margin of 2 on values that an input makes, none on what the model's owner makes alone, and what a softmax and a norm have inside.
// RUN: %python %S/../Interpreter/Inputs/npz.py write %t.npz in:x=f4[2x4]:1,2,3,-4,0.5,0.5,0.5,0.5
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-calibrate-ranges{cases=%t.npz}))' | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-calibrate-ranges{cases=%t.npz margin=4}))' | FileCheck %s --check-prefix=FOUR
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-calibrate-ranges{cases=%t.npz margin=0.5}))' 2>&1 | FileCheck %s --check-prefix=MARGIN
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-calibrate-ranges{cases=%t.none}))' 2>&1 | FileCheck %s --check-prefix=NONE

// MARGIN: margin must be between 1 and 65536
// NONE: error: {{.*}}.none

!s = tensor<2x4x!mpc.secret<f32>>

// CHECK-LABEL: @main
// CHECK: mpc.owned "model"() {mpc.range = array<f64: -0.50146484375, 1.50146484375>, mpc.range_kind = "calibrated"}
// CHECK: mpc.mul {{.*}} {mpc.range = array<f64: -1.200000e+01, 7.000000e+00>, mpc.range_kind = "calibrated"}
// A function's range follows from its argument's, and so does that of a sum with it.
// CHECK: mpc.gelu %{{[0-9]+}} : tensor
// CHECK: mpc.softmax %{{.*}} {mpc.inner_range = array<f64: -8.000000e+00, 7.000000e+00>}
// CHECK: mpc.rms_norm {{.*}}mpc.inner_range = array<f64: 2.500000e-01, 1.200000e+02>, mpc.range = {{.*}}"calibrated"
// CHECK: mpc.add %{{[0-9]+}}, %{{[0-9]+}} : (
// FOUR: mpc.softmax {{.*}}mpc.inner_range = array<f64: -1.600000e+01, 1.500000e+01>
func.func @main(%x: !s {mpc.name = "x", mpc.owner = "client"}) -> (!s {mpc.name = "y", mpc.owner = "client"}) {
  %w = mpc.owned "model" () : () -> tensor<4x!mpc.secret<f32>> {
    %c = mpc.constant dense<[1.0, -0.5, 0.25, 1.5]> : tensor<4xf32>
    mpc.yield %c : tensor<4xf32>
  }
  %p = mpc.mul %x, %w : (!s, tensor<4x!mpc.secret<f32>>) -> !s
  %g = mpc.gelu %p : !s -> !s
  %s = mpc.softmax %x : (!s) -> !s
  %n = mpc.rms_norm %x, %w {epsilon = 1.0e-5 : f64} : (!s, tensor<4x!mpc.secret<f32>>) -> !s
  %a = mpc.add %g, %s : (!s, !s) -> !s
  %y = mpc.add %a, %n : (!s, !s) -> !s
  return %y : !s
}
