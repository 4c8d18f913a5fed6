// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-ranges,mpc-assign-formats,mpc-verify-ranges))' | FileCheck %s
// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-ranges,mpc-assign-formats{fraction=18}))' | FileCheck %s
// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-ranges,mpc-assign-formats{fraction=8},mpc-verify-ranges))' | FileCheck %s --check-prefix=EIGHT
// RUN: not mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-assign-formats{fraction=40}))' 2>&1 | FileCheck %s --check-prefix=PRESET
// PRESET: fraction must be from 6 to 30 bits, not 40

!s = tensor<4x4x!mpc.secret<f32>>
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 64 : i64, type = tensor<4x4xf32>}

// Unknown values: products in rings of 64, results of 46; one extension for both products; the owner shares at 64.
// CHECK-LABEL: @linear
// CHECK: %[[X:.*]] = mpc.owned "client"{{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<64, 18>>>
// CHECK: %[[W:.*]] = mpc.owned "model"{{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<64, 18>>>
// CHECK: %[[Y:.*]] = mpc.matmul %[[X]], %[[W]] {{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<46, 18>>>
// CHECK: %[[WIDE:.*]] = mpc.rescale %[[Y]] {{.*}}fxp<46, 18>>> -> tensor<4x4x!mpc.secret<!mpc.fxp<64, 18>>>
// CHECK-NOT: mpc.rescale
// CHECK: mpc.matmul %[[WIDE]], %[[W]]
// CHECK: mpc.mul %[[WIDE]], %[[WIDE]]
// CHECK: mpc.add %{{.*}}, %[[Y]] {{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<46, 18>>>
func.func @linear(%x: !s {mpc.owner = "client"}) -> (!s, !s) {
  %w = mpc.owned "model" () : () -> !s {
    %0 = mpc.weight @w : tensor<4x4xf32>
    mpc.yield %0 : tensor<4x4xf32>
  }
  %y = mpc.matmul %x, %w : (!s, !s) -> !s
  %z = mpc.matmul %y, %w : (!s, !s) -> !s
  %q = mpc.mul %y, %y : (!s, !s) -> !s
  %r = mpc.add %q, %y : (!s, !s) -> !s
  return %z, %r : !s, !s
}

// -----

!s = tensor<4x4x!mpc.secret<f32>>
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 64 : i64, type = tensor<4x4xf32>}

// A one-hot has no fraction and its product no truncation.
// CHECK-LABEL: @embedding
// CHECK: mpc.owned "client"{{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<30, 0>>>
// CHECK: mpc.owned "model"{{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<30, 18>>>
// CHECK: mpc.matmul {{.*}} -> tensor<4x4x!mpc.secret<!mpc.fxp<30, 18>>>
func.func @embedding(%ids: tensor<4x!mpc.secret<i64>> {mpc.owner = "client"}) -> !s {
  %hot = mpc.owned "client" (%ids) : (tensor<4x!mpc.secret<i64>>) -> !s {
  ^bb0(%i: tensor<4xi64>):
    %0 = mpc.one_hot %i {depth = 4 : i64} : tensor<4xi64> -> tensor<4x4xi1>
    %1 = mpc.cast %0 : tensor<4x4xi1> -> tensor<4x4xf32>
    mpc.yield %1 : tensor<4x4xf32>
  }
  %w = mpc.owned "model" () : () -> !s {
    %0 = mpc.weight @w : tensor<4x4xf32>
    mpc.yield %0 : tensor<4x4xf32>
  }
  %y = mpc.matmul %hot, %w : (!s, !s) -> !s
  return %y : !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>

// Public factors: masks and powers of two are exact and free, others are truncated; 1/768 keeps its significant bits.
// CHECK-LABEL: @factors
// CHECK: mpc.mul {{.*}}mpc.public_fraction = 0 : i64{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<{{[0-9]+}}, 18>>>
// CHECK: mpc.mul {{.*}}mpc.public_fraction = 2 : i64{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<{{[0-9]+}}, 20>>>
// CHECK: mpc.mul {{.*}}mpc.public_fraction = 28 : i64{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<20, 18>>>
// CHECK: mpc.mul {{.*}}mpc.public_fraction = 18 : i64{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<46, 18>>>
// EIGHT-LABEL: @factors
// EIGHT: mpc.public_fraction = 18 : i64{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<10, 8>>>
// EIGHT: mpc.public_fraction = 8 : i64
func.func @factors(%x: !s, %mask: tensor<4xi1>, %p: tensor<4xf32>) -> (!s, !s, !s, !s) {
  %m = mpc.cast %mask : tensor<4xi1> -> tensor<4xf32>
  %a = mpc.mul %x, %m : (!s, tensor<4xf32>) -> !s
  %quarter = mpc.constant dense<0.25> : tensor<f32>
  %b = mpc.mul %x, %quarter : (!s, tensor<f32>) -> !s
  %r = mpc.rescale %x {mpc.range = array<f64: -500.0, 500.0>, mpc.range_kind = "calibrated"} : !s -> !s
  %n = mpc.constant dense<0.00130208337> : tensor<f32>
  %c = mpc.mul %r, %n : (!s, tensor<f32>) -> !s
  %d = mpc.mul %x, %p : (!s, tensor<4xf32>) -> !s
  return %a, %b, %c, %d : !s, !s, !s, !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>

// Terms of different fractions meet at 18; a comparison reads the bits that its operand's range needs.
// CHECK-LABEL: @sum
// CHECK: %[[R:.*]] = mpc.rescale {{.*}}calibrated{{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<[[K:[0-9]+]], 18>>>
// CHECK: %[[Q:.*]] = mpc.mul {{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<{{[0-9]+}}, 20>>>
// CHECK: %[[T:.*]] = mpc.rescale %[[Q]] {{.*}}, 20>>> -> tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>
// CHECK: %[[S:.*]] = mpc.add %{{.*}}, %[[T]] {{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>
// CHECK: %[[N:.*]] = mpc.rescale %[[S]] {{.*}} -> tensor<4x!mpc.secret<!mpc.fxp<21, 18>>>
// CHECK: mpc.below %[[N]]
func.func @sum(%x: !s) -> (!s, tensor<1x4x!mpc.secret<i1>>) {
  %r = mpc.rescale %x {mpc.range = array<f64: -2.5, 2.5>, mpc.range_kind = "calibrated"} : !s -> !s
  %quarter = mpc.constant dense<0.25> : tensor<f32>
  %q = mpc.mul %r, %quarter : (!s, tensor<f32>) -> !s
  %s = mpc.add %r, %q : (!s, !s) -> !s
  %b = mpc.below %s {thresholds = array<f64: 0.5>} : !s -> tensor<1x4x!mpc.secret<i1>>
  return %s, %b : !s, tensor<1x4x!mpc.secret<i1>>
}

// -----

!s = tensor<65536x!mpc.secret<f32>>

// An exponential rests in a ring that just holds 1, and is extended for its product; of few elements it would be made wide at once.
// CHECK-LABEL: @exp
// CHECK: %[[E:.*]] = mpc.exp_negative {{.*}} -> tensor<65536x!mpc.secret<!mpc.fxp<21, 18>>>
// CHECK: %[[X:.*]] = mpc.rescale %[[E]] {{.*}} -> tensor<65536x!mpc.secret<!mpc.fxp<39, 18>>>
// CHECK: mpc.mul %[[X]], %[[X]] {{.*}} -> tensor<65536x!mpc.secret<!mpc.fxp<21, 18>>>
func.func @exp(%x: !s) -> !s {
  %e = mpc.exp_negative %x {floor = 48.0} : !s -> !s
  %y = mpc.mul %e, %e : (!s, !s) -> !s
  return %y : !s
}
