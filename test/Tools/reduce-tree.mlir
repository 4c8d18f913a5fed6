// MLIR's own reducer, with the patterns of the dialects: the op is passed by, functions that do not matter go.
// RUN: mpc-reduce %s "--reduction-tree=traversal-mode=0 test=%S/Inputs/refused.sh test-arg=mpc-opt test-arg=--mpc-infer-secrecy test-arg=declared.public" 2>/dev/null | FileCheck %s

// CHECK-NOT: @other
// CHECK: func.func @main(%[[X:.*]]: tensor<4xf32>
// CHECK-NOT: mpc.tanh
// CHECK: return %[[X]]
func.func @other(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  return %x : tensor<4xf32>
}
func.func @main(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "public"}) {
  %0 = mpc.tanh %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
