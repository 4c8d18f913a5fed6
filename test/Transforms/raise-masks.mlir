// Public masks reach the softmax from under a scale and a limit; a limit that can matter, and one on public values, stay.
// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

!s = tensor<1x2x4x4xf32>
!m = tensor<1x1x4x4xf32>

// softmax((x + mask) / 4): both addends are scaled.
// CHECK-LABEL: func.func @scaled
// CHECK-DAG: %[[X:.*]] = mpc.mul %arg0, %{{.*}} : (tensor<1x2x4x4xf32>, tensor<f32>)
// CHECK-DAG: %[[M:.*]] = mpc.mul %arg1, %{{.*}} : (tensor<1x1x4x4xf32>, tensor<f32>)
// CHECK: mpc.softmax %[[X]], %[[M]]
func.func @scaled(%x: !s {mpc.owner = "client"}, %m: !m {mpc.owner = "public"}) -> !s {
  %c = mpc.constant dense<4.0> : tensor<f32>
  %a = mpc.add %x, %m : (!s, !m) -> !s
  %d = mpc.div %a, %c : (!s, tensor<f32>) -> !s
  %p = mpc.softmax %d : (!s) -> !s
  return %p : !s
}

// -----

!s = tensor<1x2x4x4xf32>
!m = tensor<1x1x4x4xf32>

// softmax(max(x + mask, lowest))
// CHECK-LABEL: func.func @limited
// CHECK-NOT: mpc.max
// CHECK: mpc.softmax %arg0, %arg1
func.func @limited(%x: !s {mpc.owner = "client"}, %m: !m {mpc.owner = "public"}) -> !s {
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  %a = mpc.add %x, %m : (!s, !m) -> !s
  %l = mpc.max %a, %low : (!s, tensor<f32>) -> !s
  %p = mpc.softmax %l : (!s) -> !s
  return %p : !s
}

// -----

!s = tensor<2x4xf32>

// CHECK-LABEL: func.func @kept
// CHECK: mpc.max %arg0
// CHECK: mpc.max %arg1
func.func @kept(%x: !s {mpc.owner = "client"}, %m: !s {mpc.owner = "public"}) -> (!s, !s) {
  %near = mpc.constant dense<-1.0e+4> : tensor<f32>
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  %a = mpc.max %x, %near : (!s, tensor<f32>) -> !s
  %b = mpc.max %m, %low : (!s, tensor<f32>) -> !s
  return %a, %b : !s, !s
}

// -----

!s = tensor<1x2x4x4xf32>
!m = tensor<4x4xi1>

// A selection of -1000 under a scale of 0.002 hides nothing: -2 is a score like others. Under 0.75 it masks.
// CHECK-LABEL: func.func @scaled_selections
// CHECK: %[[W:.*]] = mpc.where %arg1, %arg0
// CHECK: %[[S:.*]] = mpc.mul %[[W]]
// CHECK: mpc.softmax %[[S]] :
// CHECK: %[[S2:.*]] = mpc.mul %arg0
// CHECK: %[[B:.*]] = mpc.where %arg1
// CHECK: mpc.softmax %[[S2]], %[[B]]
func.func @scaled_selections(%x: !s {mpc.owner = "client"}, %m: !m {mpc.owner = "public"}) -> (!s, !s) {
  %low = mpc.constant dense<-1000.0> : tensor<f32>
  %small = mpc.constant dense<0.002> : tensor<f32>
  %large = mpc.constant dense<0.75> : tensor<f32>
  %w = mpc.where %m, %x, %low : (!m, !s, tensor<f32>) -> !s
  %a = mpc.mul %w, %small : (!s, tensor<f32>) -> !s
  %p = mpc.softmax %a : (!s) -> !s
  %b = mpc.mul %w, %large : (!s, tensor<f32>) -> !s
  %q = mpc.softmax %b : (!s) -> !s
  return %p, %q : !s, !s
}
