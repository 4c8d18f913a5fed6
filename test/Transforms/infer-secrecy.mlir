// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy))' | FileCheck %s

mpc.param @w {file = "w", offset = 0 : i64, length = 128 : i64, type = tensor<8x4xf32>}

// Inputs of the client and weights are secret, and what depends on them; a public mask stays plain.
// CHECK-LABEL: func.func @flow
// CHECK-SAME: %arg0: tensor<2x8x!mpc.secret<f32>> {mpc.owner = "client"}, %arg1: tensor<2x4xf32> {mpc.owner = "public"}
// CHECK-SAME: -> (tensor<2x4x!mpc.secret<f32>> {mpc.owner = "client"})
func.func @flow(%x: tensor<2x8xf32> {mpc.owner = "client"}, %m: tensor<2x4xf32> {mpc.owner = "public"}) -> (tensor<2x4xf32> {mpc.owner = "client"}) {
  // CHECK: mpc.weight @w : tensor<8x4x!mpc.secret<f32>>
  %w = mpc.weight @w : tensor<8x4xf32>
  // CHECK: mpc.exp %arg1 : tensor<2x4xf32> -> tensor<2x4xf32>
  %e = mpc.exp %m : tensor<2x4xf32> -> tensor<2x4xf32>
  // CHECK: mpc.matmul %{{.*}} : (tensor<2x8x!mpc.secret<f32>>, tensor<8x4x!mpc.secret<f32>>) -> tensor<2x4x!mpc.secret<f32>>
  %p = mpc.matmul %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  // CHECK: mpc.mul %{{.*}} : (tensor<2x4x!mpc.secret<f32>>, tensor<2x4xf32>) -> tensor<2x4x!mpc.secret<f32>>
  %y = mpc.mul %p, %e : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

mpc.param @inv_freq {file = "w", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}
mpc.param @gain {file = "w", offset = 32 : i64, length = 64 : i64, type = tensor<16xf32>}

// Inverse frequencies only reach sines of public positions: their owner publishes them. A gain meets a secret: it is a weight.
// CHECK-LABEL: func.func @frequencies
func.func @frequencies(%x: tensor<6x16xf32> {mpc.owner = "client"}, %pos: tensor<6x1xi64> {mpc.owner = "public"}) -> (tensor<6x16xf32> {mpc.owner = "client"}) {
  // CHECK: mpc.weight @inv_freq : tensor<8xf32>
  // CHECK: mpc.weight @gain : tensor<16x!mpc.secret<f32>>
  %f = mpc.weight @inv_freq : tensor<8xf32>
  %g = mpc.weight @gain : tensor<16xf32>
  %p = mpc.cast %pos : tensor<6x1xi64> -> tensor<6x1xf32>
  %a = mpc.mul %p, %f : (tensor<6x1xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  %aa = mpc.concat %a, %a {axis = 1 : i64} : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x16xf32>
  // CHECK: mpc.cos %{{.*}} : tensor<6x16xf32> -> tensor<6x16xf32>
  %c = mpc.cos %aa : tensor<6x16xf32> -> tensor<6x16xf32>
  %s = mpc.sin %aa : tensor<6x16xf32> -> tensor<6x16xf32>
  %n = mpc.rms_norm %x, %g {epsilon = 1.0e-5 : f64} : (tensor<6x16xf32>, tensor<16xf32>) -> tensor<6x16xf32>
  %y = mpc.rotary %n, %c, %s : (tensor<6x16xf32>, tensor<6x16xf32>, tensor<6x16xf32>) -> tensor<6x16xf32>
  return %y : tensor<6x16xf32>
}

// -----

mpc.param @both {file = "w", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}

// A parameter that a sine reads and that meets a secret as well is not published, so the sine stays its owner's.
// CHECK-LABEL: func.func @used_twice
// CHECK: mpc.weight @both : tensor<8x!mpc.secret<f32>>
func.func @used_twice(%x: tensor<6x8xf32> {mpc.owner = "client"}) -> (tensor<6x8xf32> {mpc.owner = "client"}) {
  %w = mpc.weight @both : tensor<8xf32>
  %s = mpc.sin %w : tensor<8xf32> -> tensor<8xf32>
  %a = mpc.mul %x, %w : (tensor<6x8xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  %y = mpc.mul %a, %s : (tensor<6x8xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  return %y : tensor<6x8xf32>
}
