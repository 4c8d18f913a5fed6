// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy{weights=public}))' | FileCheck %s

mpc.param @w {file = "w", offset = 0 : i64, length = 128 : i64, type = tensor<8x4xf32>}

// CHECK-LABEL: func.func @plain_weights
func.func @plain_weights(%x: tensor<2x8xf32> {mpc.owner = "client"}) -> (tensor<2x4xf32> {mpc.owner = "client"}) {
  // CHECK: mpc.weight @w : tensor<8x4xf32>
  %w = mpc.weight @w : tensor<8x4xf32>
  // CHECK: mpc.matmul %{{.*}} : (tensor<2x8x!mpc.secret<f32>>, tensor<8x4xf32>) -> tensor<2x4x!mpc.secret<f32>>
  %p = mpc.matmul %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %p : tensor<2x4xf32>
}
