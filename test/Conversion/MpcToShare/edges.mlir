// RUN: mpc-opt %s --split-input-file --mlir-print-debuginfo --pass-pipeline='builtin.module(convert-mpc-to-share)' | FileCheck %s

// Owners' computations keep their bodies; arguments get the types that their owners see; results go to their owners.
// CHECK-LABEL: func.func @owners
// CHECK-SAME: %arg0: tensor<1x2xi64> {mpc.name = "ids", mpc.owner = "client"}
// CHECK-SAME: -> (tensor<1x2x8xf32> {mpc.name = "y", mpc.owner = "model"})
module {
  mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 128 : i64, type = tensor<4x8xf32>}
  mpc.param @scale {file = "m.safetensors", offset = 128 : i64, length = 4 : i64, type = tensor<f32>}
  func.func @owners(%ids: tensor<1x2x!mpc.secret<i64>> {mpc.name = "ids", mpc.owner = "client"})
      -> (tensor<1x2x8x!mpc.secret<!mpc.fxp<40, 12>>> {mpc.name = "y", mpc.owner = "model"}) {
    // CHECK: %[[H:.*]] = share.input "client"(%arg0) : (tensor<1x2xi64>) -> tensor<1x2x4x!share.masked<40, 0>> {
    // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<1x2xi64>
    // CHECK-NEXT: %[[O:.*]] = mpc.one_hot %[[I]]
    // CHECK-NEXT: %[[C:.*]] = mpc.cast %[[O]]
    // CHECK-NEXT: share.yield %[[C]] : tensor<1x2x4xf32>
    %hot = mpc.owned "client" (%ids) : (tensor<1x2x!mpc.secret<i64>>) -> tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 0>>> {
    ^bb0(%i: tensor<1x2xi64>):
      %0 = mpc.one_hot %i {depth = 4 : i64} : tensor<1x2xi64> -> tensor<1x2x4xi1>
      %1 = mpc.cast %0 : tensor<1x2x4xi1> -> tensor<1x2x4xf32>
      mpc.yield %1 : tensor<1x2x4xf32>
    }
    // CHECK: %[[W:.*]] = share.input "model"() : () -> tensor<4x8x!share.masked<40, 12>> {
    // CHECK-NEXT: mpc.weight @w : tensor<4x8xf32>
    %w = mpc.weight @w : tensor<4x8x!mpc.secret<!mpc.fxp<40, 12>>>
    // CHECK: share.input "model"() : () -> tensor<f32> {
    // CHECK-NEXT: mpc.weight @scale : tensor<f32>
    %s = mpc.weight @scale : tensor<f32>
    // The mpc op is kept as the kind of the location.
    // CHECK: share.matmul %[[H]], %[[W]] {{.*}} loc(#[[MM:.*]])
    // CHECK: share.remask {{.*}} loc(#[[MM]])
    %x = mpc.matmul %hot, %w : (tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 0>>>, tensor<4x8x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<1x2x8x!mpc.secret<!mpc.fxp<40, 12>>> loc("/embed")
    // CHECK: share.add {{.*}} loc(#[[ADD:.*]])
    %y = mpc.add %x, %s : (tensor<1x2x8x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<f32>) -> tensor<1x2x8x!mpc.secret<!mpc.fxp<40, 12>>> loc(fused<"mpc.gelu">["/act"])
    // CHECK: share.reveal %{{.*}} to "model"
    return %y : tensor<1x2x8x!mpc.secret<!mpc.fxp<40, 12>>>
  }
}
// CHECK-DAG: #[[MM]] = loc(fused<"mpc.matmul">[
// CHECK-DAG: #[[ADD]] = loc(fused<"mpc.gelu">[

// -----

// Structure moves shares: wider operands shrink, public ones among secrets are lifted by way of zero times a secret.
// CHECK-LABEL: func.func @structure
func.func @structure(%x: tensor<2x3x!mpc.secret<!mpc.fxp<40, 12>>>, %p: tensor<1x3xf32> {mpc.owner = "public"}, %i: tensor<2xi64> {mpc.owner = "public"})
    -> tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>> {
  // CHECK: %[[N:.*]] = share.shrink %[[X:.*]] : {{.*}} -> tensor<2x3x!share.masked<28, 12>>
  // CHECK: %[[P:.*]] = share.encode %arg1
  // CHECK: %[[Z:.*]] = share.mul_public %{{.*}} -> tensor<1x3x!share.masked<28, 12>>
  // CHECK: %[[L:.*]] = share.add %[[Z]], %[[P]]
  // CHECK: %[[C:.*]] = mpc.concat %[[N]], %[[L]] {axis = 0 : i64} : {{.*}} -> tensor<3x3x!share.masked<28, 12>>
  %0 = mpc.concat %x, %p {axis = 0 : i64} : (tensor<2x3x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<1x3xf32>) -> tensor<3x3x!mpc.secret<!mpc.fxp<28, 12>>>
  // CHECK: mpc.gather %[[C]], %arg2 {axis = 0 : i64} : (tensor<3x3x!share.masked<28, 12>>, tensor<2xi64>) -> tensor<2x3x!share.masked<28, 12>>
  %1 = mpc.gather %0, %i {axis = 0 : i64} : (tensor<3x3x!mpc.secret<!mpc.fxp<28, 12>>>, tensor<2xi64>) -> tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>>
  return %1 : tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>>
}
