// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-replace-functions{gelu=quad softmax=2quad}))' | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-replace-functions{softmax=2relu}))' | FileCheck %s --check-prefix=RELU
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-replace-functions))' | FileCheck %s --check-prefix=NONE
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-replace-functions{softmax=3quad}))' 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: error: softmax is softmax, 2quad or 2relu, not '3quad'

!s = tensor<2x4x!mpc.secret<f32>>

// CHECK-LABEL: @gelu
// CHECK: %[[SQUARE:.*]] = mpc.mul %arg0, %arg0
// CHECK: mpc.mul %[[SQUARE]]
// CHECK-NOT: mpc.gelu
// RELU-LABEL: @gelu
// RELU: mpc.gelu
// NONE-LABEL: @gelu
// NONE: mpc.gelu
func.func @gelu(%x: !s) -> !s {
  %y = mpc.gelu %x : !s -> !s
  return %y : !s
}

// A public bias that masks makes weights of 0; the others add it to their scores.
// CHECK-LABEL: @softmax
// CHECK: %[[SCORES:.*]] = mpc.add %arg0
// CHECK: %[[SHIFTED:.*]] = mpc.add %[[SCORES]]
// CHECK: %[[SQUARE:.*]] = mpc.mul %[[SHIFTED]], %[[SHIFTED]]
// CHECK: %[[KEPT:.*]] = mpc.mul %[[SQUARE]]
// CHECK: mpc.reduce "sum" %[[KEPT]]
// CHECK: mpc.div %[[KEPT]]
// RELU-LABEL: @softmax
// RELU: mpc.relu
// RELU: mpc.div
// RELU-NOT: mpc.softmax
// NONE-LABEL: @softmax
// NONE: mpc.softmax
func.func @softmax(%x: !s, %mask: tensor<4xf32>) -> !s {
  %y = mpc.softmax %x, %mask : (!s, tensor<4xf32>) -> !s
  return %y : !s
}

// Two heads of queries share a head of keys: they are four rows of one product.
// CHECK-LABEL: @attention
// CHECK: mpc.matmul {{.*}} : (tensor<1x4x8x!mpc.secret<f32>>, tensor<1x8x3x!mpc.secret<f32>>) -> tensor<1x4x3x!mpc.secret<f32>>
// CHECK: mpc.div {{.*}} -> tensor<2x2x3x!mpc.secret<f32>>
// CHECK: mpc.matmul {{.*}} : (tensor<1x4x3x!mpc.secret<f32>>, tensor<1x3x5x!mpc.secret<f32>>) -> tensor<1x4x5x!mpc.secret<f32>>
// CHECK-NOT: mpc.attention
func.func @attention(%q: tensor<2x2x8x!mpc.secret<f32>>, %k: tensor<1x3x8x!mpc.secret<f32>>, %v: tensor<1x3x5x!mpc.secret<f32>>) -> tensor<2x2x5x!mpc.secret<f32>> {
  %y = mpc.attention %q, %k, %v {scale = 0.5 : f64} : (tensor<2x2x8x!mpc.secret<f32>>, tensor<1x3x8x!mpc.secret<f32>>, tensor<1x3x5x!mpc.secret<f32>>) -> tensor<2x2x5x!mpc.secret<f32>>
  return %y : tensor<2x2x5x!mpc.secret<f32>>
}
