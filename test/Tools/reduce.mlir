// A module that a pass refuses, made small: what the refusal does not need is gone, and the module is still refused.
// RUN: mpc-reduce %s "--mpc-reduce-module=test=%S/Inputs/refused.sh test-arg=mpc-opt test-arg=--mpc-infer-secrecy test-arg=no.form.on.secret.values" -o %t
// RUN: FileCheck %s --input-file %t
// RUN: not mpc-opt %t --mpc-infer-secrecy 2>&1 | FileCheck %s --check-prefix=STILL
// STILL: error: {{.*}}mpc.is_nan has no form on secret values

// CHECK: mpc.param @w
// CHECK-NOT: mpc.param
// CHECK: func.func @main(%[[X:.*]]: tensor<2x8xf32> {mpc.name = "cut2", mpc.owner = "client"}) {
// CHECK-NEXT: %[[W:.*]] = mpc.weight @w
// CHECK-NEXT: %[[C:.*]] = mpc.matmul %[[X]], %[[W]]
// CHECK-NEXT: %[[R:.*]] = mpc.reduce "sum" %[[C]]
// CHECK-NEXT: mpc.is_nan %[[R]]
// CHECK-NEXT: return{{$}}

// A test that finds nothing in the module that it is given is a mistake, and said.
// RUN: not mpc-reduce %s "--mpc-reduce-module=test=%S/Inputs/holds.sh test-arg=no.such.op" 2>&1 | FileCheck %s --check-prefix=BORED
// BORED: error: the test '{{.*}}holds.sh' does not call the module interesting

// Shares: everything goes but the gate; its operands become arguments.
// RUN: mpc-reduce %S/Inputs/shares.mlir "--mpc-reduce-module=test=%S/Inputs/holds.sh test-arg=share.truncate" | FileCheck %s --check-prefix=SHARE
// SHARE: func.func @main(%[[A:.*]]: tensor<4x!share.additive<64, 36>> {{.*}}) {
// SHARE-NEXT: share.truncate %[[A]]
// SHARE-NEXT: return{{$}}

mpc.param @w {file = "w", offset = 0 : i64, length = 128 : i64, type = tensor<8x4xf32>}
mpc.param @unused {file = "w", offset = 0 : i64, length = 128 : i64, type = tensor<8x4xf32>}
func.func @other(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %0 = mpc.tanh %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @main(%x: tensor<2x8xf32> {mpc.name = "x", mpc.owner = "client"}, %t: tensor<16x8xf32> {mpc.name = "t", mpc.owner = "client"})
    -> (tensor<2x4xf32> {mpc.owner = "client"}, tensor<16x8xf32> {mpc.owner = "client"}) {
  %a = mpc.gelu %x : tensor<2x8xf32> -> tensor<2x8xf32>
  %w = mpc.weight @w : tensor<8x4xf32>
  %c = mpc.matmul %a, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %r = mpc.reduce "sum" %c {axes = array<i64: 0, 1>} : tensor<2x4xf32> -> tensor<1x1xf32>
  %n = mpc.is_nan %r : tensor<1x1xf32> -> tensor<1x1xi1>
  %g = mpc.where %n, %t, %t : (tensor<1x1xi1>, tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  %h = mpc.exp %c : tensor<2x4xf32> -> tensor<2x4xf32>
  return %h, %g : tensor<2x4xf32>, tensor<16x8xf32>
}
