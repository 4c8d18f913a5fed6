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
