// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy{weights=hidden}))' 2>&1 | FileCheck %s
// CHECK: error: weights must be "secret" or "public", not "hidden"
func.func @main(%x: tensor<2xf32> {mpc.owner = "client"}) -> (tensor<2xf32> {mpc.owner = "client"}) {
  return %x : tensor<2xf32>
}
