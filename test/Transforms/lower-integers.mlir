// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-lower-integers))' --split-input-file --verify-diagnostics | FileCheck %s

!s = tensor<2x2x!mpc.secret<f32>>
!i = tensor<2x1x!mpc.secret<i64>>

// Places of a tournament are reals without fraction; the result remembers what it was.
// CHECK-LABEL: @argmax
// CHECK-SAME: mpc.element = i64
// CHECK-NOT: mpc.argmax
// CHECK: mpc.below
// CHECK: mpc.bit_sum {{.*}}mpc.fraction = 0
func.func @argmax(%x: !s) -> (!i {mpc.name = "y", mpc.owner = "client"}) {
  %y = mpc.argmax %x {axis = 1 : i64} : !s -> !i
  return %y : !i
}

// -----

!i = tensor<3x!mpc.secret<i64>>

// The owner casts, and is held to what f32 holds; constants become reals.
// CHECK-LABEL: @shared_ids
// CHECK: %[[O:.*]] = mpc.owned "client"
// CHECK-SAME: mpc.range = array<f64: {{0xC160000000000000|-8[^,]*}},
// CHECK: mpc.cast {{.*}} : tensor<3xi64> -> tensor<3xf32>
// CHECK: %[[C:.*]] = mpc.constant dense<2.000000e+00> : tensor<f32>
// CHECK: mpc.add %[[O]], %[[C]] : (tensor<3x!mpc.secret<f32>>, tensor<f32>) -> tensor<3x!mpc.secret<f32>>
func.func @shared_ids(%x: !i {mpc.owner = "client"}) -> (!i {mpc.name = "y", mpc.owner = "client"}) {
  %c = mpc.constant dense<2> : tensor<i64>
  %y = mpc.add %x, %c : (!i, tensor<i64>) -> !i
  return %y : !i
}

// -----

!i = tensor<3x!mpc.secret<i64>>

// Computed ids choose rows by comparisons: one gate of all thresholds.
// CHECK-LABEL: @lookup
// CHECK: mpc.below {{.*}}thresholds = array<f64: 0.000000e+00, 1.000000e+00, 2.000000e+00>
// CHECK: mpc.xor
// CHECK: mpc.matmul
func.func @lookup(%x: tensor<3x!mpc.secret<f32>>, %t: tensor<2x4x!mpc.secret<f32>>) -> tensor<3x4x!mpc.secret<f32>> {
  %i = mpc.cast %x : tensor<3x!mpc.secret<f32>> -> !i
  %y = mpc.embedding %i, %t : (!i, tensor<2x4x!mpc.secret<f32>>) -> tensor<3x4x!mpc.secret<f32>>
  return %y : tensor<3x4x!mpc.secret<f32>>
}

// -----

!i = tensor<3x!mpc.secret<i64>>

func.func @division(%x: !i {mpc.owner = "client"}, %d: !i {mpc.owner = "client"}) -> !i {
  // expected-error @+1 {{divides secret integers by what is no constant other than 0}}
  %y = mpc.div %x, %d : (!i, !i) -> !i
  return %y : !i
}
