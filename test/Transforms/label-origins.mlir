// RUN: mpc-opt %s --mlir-print-debuginfo --mlir-print-local-scope --pass-pipeline='builtin.module(func.func(mpc-label-origins))' | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: mpc.gelu {{.*}} loc(fused<"mpc.gelu">["/act/Mul"])
  %g = mpc.gelu %x : tensor<4xf32> -> tensor<4xf32> loc("/act/Mul")
  // A label stays: this came out of something that was expanded before.
  // CHECK: mpc.tanh {{.*}} loc(fused<"mpc.softmax">["/Softmax"])
  %t = mpc.tanh %g : tensor<4xf32> -> tensor<4xf32> loc(fused<"mpc.softmax">["/Softmax"])
  // What computes nothing is not labelled.
  // CHECK: return {{.*}} loc("/out")
  return %t : tensor<4xf32> loc("/out")
}
