// A limit that no value reaches is no mask constant: exporters clip scores at the least f32.
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy,mpc-approximate),canonicalize,cse)' | FileCheck %s

// CHECK-LABEL: @clipped
// CHECK-SAME: (%[[X:.*]]: tensor<4x!mpc.secret<f32>>
// CHECK-NEXT: return %[[X]]
func.func @clipped(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  %high = mpc.constant dense<0x7F800000> : tensor<f32>
  %a = mpc.max %x, %low : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %b = mpc.min %a, %high : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
