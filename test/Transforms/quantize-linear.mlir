// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-quantize-linear))' --split-input-file | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-quantize-linear,mpc-infer-ranges,mpc-assign-formats,mpc-verify-ranges))' \
// RUN:   --split-input-file | FileCheck %s --check-prefix=FORMATS
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-quantize-linear{ring=16}))' --split-input-file 2>&1 \
// RUN:   | FileCheck %s --check-prefix=RING
// RING: error: fraction must be from 4 to 18 bits, and ring from twice that and 4 to 64; they are 8 and 16

// The owner rounds a weight that only layers read; a value with other readers is rounded for them, once.
// CHECK-LABEL: @layer
// CHECK: %[[W:.*]] = mpc.weight @w {mpc.fraction = 8 : i64}
// CHECK: %[[X:.*]] = mpc.rescale %{{.*}} {mpc.fraction = 8 : i64, mpc.range = array<f64: 0xC150000000000000, 0x4150000000000000>
// CHECK-NOT: mpc.rescale
// CHECK: mpc.matmul %[[X]], %[[W]] {mpc.fraction = 8 : i64, mpc.range = array<f64: -1.638400e+04, 1.638400e+04>, mpc.range_kind = "assumed"}
// CHECK: mpc.matmul %[[X]], %[[W]] {mpc.fraction = 8 : i64, mpc.range = array<f64: -1.000000e+00, 1.000000e+00>
// Products of a 32-bit ring.
// FORMATS-LABEL: @layer
// FORMATS: mpc.matmul {{.*}}fxp<32, 8>>>, tensor<8x8x!mpc.secret<!mpc.fxp<32, 8>>>) -> tensor<4x8x!mpc.secret<!mpc.fxp<24, 8>>>
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 256 : i64, type = tensor<8x8xf32>}
func.func @layer(%a: tensor<4x8x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x8x!mpc.secret<f32>>, tensor<4x8x!mpc.secret<f32>>, tensor<4x8x!mpc.secret<f32>>) {
  %w = mpc.weight @w : tensor<8x8x!mpc.secret<f32>>
  %x = mpc.neg %a : tensor<4x8x!mpc.secret<f32>> -> tensor<4x8x!mpc.secret<f32>>
  %y = mpc.matmul %x, %w : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
  %z = mpc.matmul %x, %w {mpc.range = array<f64: -1.0, 1.0>, mpc.range_kind = "calibrated"} : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
  return %x, %y, %z : tensor<4x8x!mpc.secret<f32>>, tensor<4x8x!mpc.secret<f32>>, tensor<4x8x!mpc.secret<f32>>
}

// -----

// A sum of squares is part of a norm and stays as it is.
// CHECK-LABEL: @squares
// CHECK-NOT: mpc.fraction
// CHECK: return
func.func @squares(%x: tensor<1x8x!mpc.secret<f32>> {mpc.owner = "client"}) -> tensor<1x1x!mpc.secret<f32>> {
  %t = mpc.transpose %x {permutation = array<i64: 1, 0>} : tensor<1x8x!mpc.secret<f32>> -> tensor<8x1x!mpc.secret<f32>>
  %y = mpc.matmul %x, %t : (tensor<1x8x!mpc.secret<f32>>, tensor<8x1x!mpc.secret<f32>>) -> tensor<1x1x!mpc.secret<f32>>
  return %y : tensor<1x1x!mpc.secret<f32>>
}

// -----

// A weight that an embedding reads with all its bits, and the last layer transposed: shared twice, and nothing is rounded online.
// CHECK-LABEL: @tied
// CHECK-DAG: %[[FINE:.*]] = mpc.weight @w : tensor
// CHECK-DAG: %[[COARSE:.*]] = mpc.weight @w {mpc.fraction = 8 : i64}
// CHECK: mpc.transpose %[[COARSE]]
// CHECK-NOT: mpc.rescale %[[FINE]]
// CHECK: return
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 256 : i64, type = tensor<8x8xf32>}
func.func @tied(%a: tensor<4x8x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) {
  %w = mpc.weight @w : tensor<8x8x!mpc.secret<f32>>
  %x = mpc.neg %a : tensor<4x8x!mpc.secret<f32>> -> tensor<4x8x!mpc.secret<f32>>
  %r = mpc.neg %w : tensor<8x8x!mpc.secret<f32>> -> tensor<8x8x!mpc.secret<f32>>
  %t = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<8x8x!mpc.secret<f32>> -> tensor<8x8x!mpc.secret<f32>>
  %y = mpc.matmul %x, %t : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
  return %y, %r : tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>
}
