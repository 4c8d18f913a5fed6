// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy{weights=public},mpc-place-owners,mpc-verify-secrecy))' | FileCheck %s

mpc.param @embed {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// With public weights the client still does not run the model: the parties do, on its one-hot vectors.
// CHECK-LABEL: func.func @main
func.func @main(%ids: tensor<7xi64> {mpc.owner = "client"}) -> (tensor<7x4xf32> {mpc.owner = "client"}) {
  // CHECK-DAG: %[[HOT:.*]] = mpc.owned "client"(%arg0)
  // CHECK-DAG: %[[W:.*]] = mpc.owned "model"() : () -> tensor<10x4xf32>
  // CHECK: mpc.matmul %[[HOT]], %[[W]] : (tensor<7x10x!mpc.secret<f32>>, tensor<10x4xf32>) -> tensor<7x4x!mpc.secret<f32>>
  // CHECK: mpc.tanh
  %w = mpc.weight @embed : tensor<10x4xf32>
  %e = mpc.embedding %ids, %w : (tensor<7xi64>, tensor<10x4xf32>) -> tensor<7x4xf32>
  %y = mpc.tanh %e : tensor<7x4xf32> -> tensor<7x4xf32>
  return %y : tensor<7x4xf32>
}
