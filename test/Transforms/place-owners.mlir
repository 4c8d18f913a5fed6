// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy,mpc-place-owners,mpc-verify-secrecy))' | FileCheck %s

mpc.param @w {file = "w", offset = 0 : i64, length = 128 : i64, type = tensor<4x8xf32>}

// Layout and scaling of a weight is the model owner's work.
// CHECK-LABEL: func.func @weights
func.func @weights(%x: tensor<2x8xf32> {mpc.owner = "client"}) -> (tensor<2x4xf32> {mpc.owner = "client"}) {
  // CHECK: %[[W:.*]] = mpc.owned "model"() : () -> tensor<8x4x!mpc.secret<f32>> {
  // CHECK-DAG:   %[[P:.*]] = mpc.weight @w : tensor<4x8xf32>
  // CHECK-DAG:   %[[C:.*]] = mpc.constant dense<5.000000e-01>
  // CHECK:   %[[T:.*]] = mpc.transpose %[[P]]
  // CHECK:   %[[S:.*]] = mpc.mul %[[T]], %[[C]]
  // CHECK:   mpc.yield %[[S]] : tensor<8x4xf32>
  // CHECK: }
  // CHECK-NOT: mpc.weight
  // CHECK: mpc.matmul %arg0, %[[W]]
  %half = mpc.constant dense<0.5> : tensor<f32>
  %w = mpc.weight @w : tensor<4x8xf32>
  %t = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<4x8xf32> -> tensor<8x4xf32>
  %s = mpc.mul %t, %half : (tensor<8x4xf32>, tensor<f32>) -> tensor<8x4xf32>
  %y = mpc.matmul %x, %s : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

mpc.param @embed {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// A lookup by the client's ids is its one-hot rows times the table; the table and the head, its transpose, are one secret.
// CHECK-LABEL: func.func @tied
func.func @tied(%ids: tensor<1x7xi64> {mpc.owner = "client"}) -> (tensor<1x7x10xf32> {mpc.owner = "client"}) {
  // CHECK: %[[HOT:.*]] = mpc.owned "client"(%arg0) {mpc.fraction = 0 : i64, mpc.range = array<f64: 0.000000e+00, 1.000000e+00>, mpc.range_kind = "proved"} : (tensor<1x7x!mpc.secret<i64>>) -> tensor<7x10x!mpc.secret<f32>> {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<1x7xi64>):
  // CHECK-NEXT:   %[[F:.*]] = mpc.reshape %[[I]] : tensor<1x7xi64> -> tensor<7xi64>
  // CHECK-NEXT:   %[[B:.*]] = mpc.one_hot %[[F]] {depth = 10 : i64}
  // CHECK-NEXT:   %[[N:.*]] = mpc.cast %[[B]] : tensor<7x10xi1> -> tensor<7x10xf32>
  // CHECK-NEXT:   mpc.yield %[[N]]
  // CHECK: %[[W:.*]] = mpc.owned "model"() : () -> tensor<10x4x!mpc.secret<f32>> {
  // CHECK-NOT: mpc.owned
  // CHECK: %[[E:.*]] = mpc.matmul %[[HOT]], %[[W]]
  // CHECK: %[[H:.*]] = mpc.reshape %[[E]] : tensor<7x4x!mpc.secret<f32>> -> tensor<1x7x4x!mpc.secret<f32>>
  // CHECK: %[[T:.*]] = mpc.transpose %[[W]]
  // CHECK: mpc.matmul %[[H]], %[[T]]
  %w = mpc.weight @embed : tensor<10x4xf32>
  %e = mpc.embedding %ids, %w : (tensor<1x7xi64>, tensor<10x4xf32>) -> tensor<1x7x4xf32>
  %t = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<10x4xf32> -> tensor<4x10xf32>
  %y = mpc.matmul %e, %t : (tensor<1x7x4xf32>, tensor<4x10xf32>) -> tensor<1x7x10xf32>
  return %y : tensor<1x7x10xf32>
}

// -----

mpc.param @table {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// Positions counted from the ids are the client's: they stay inside its region, and so does the public mask they read.
// CHECK-LABEL: func.func @positions_of_ids
func.func @positions_of_ids(%ids: tensor<7xi64> {mpc.owner = "client"}, %m: tensor<7xi64> {mpc.owner = "public"}) -> (tensor<7x4xf32> {mpc.owner = "client"}) {
  // CHECK: mpc.owned "client"(%arg0, %arg1) {{.*}} : (tensor<7x!mpc.secret<i64>>, tensor<7xi64>) -> tensor<7x10x!mpc.secret<f32>>
  // CHECK:   mpc.mul
  // CHECK:   mpc.cumsum
  // CHECK:   mpc.one_hot
  // CHECK: mpc.matmul
  // CHECK-NOT: cumsum
  %seen = mpc.mul %ids, %m : (tensor<7xi64>, tensor<7xi64>) -> tensor<7xi64>
  %pos = mpc.cumsum %seen {axis = 0 : i64} : tensor<7xi64> -> tensor<7xi64>
  %w = mpc.weight @table : tensor<10x4xf32>
  %y = mpc.embedding %pos, %w : (tensor<7xi64>, tensor<10x4xf32>) -> tensor<7x4xf32>
  return %y : tensor<7x4xf32>
}

// -----

mpc.param @inv_freq {file = "w", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}

// A published parameter is a plain result of the model's region; what it makes of public positions is the parties' preamble.
// CHECK-LABEL: func.func @published
func.func @published(%x: tensor<6x8xf32> {mpc.owner = "client"}, %pos: tensor<6x1xf32> {mpc.owner = "public"}) -> (tensor<6x8xf32> {mpc.owner = "client"}) {
  // CHECK: %[[F:.*]] = mpc.owned "model"() : () -> tensor<8xf32> {
  // CHECK: %[[A:.*]] = mpc.mul %arg1, %[[F]] : (tensor<6x1xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  // CHECK: mpc.cos %[[A]]
  %f = mpc.weight @inv_freq : tensor<8xf32>
  %a = mpc.mul %pos, %f : (tensor<6x1xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  %c = mpc.cos %a : tensor<6x8xf32> -> tensor<6x8xf32>
  %y = mpc.mul %x, %c : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
  return %y : tensor<6x8xf32>
}

// -----

mpc.param @a {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}
mpc.param @b {file = "w", offset = 160 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// Two tables of one height read at the same ids: one one-hot vector is sent.
// CHECK-LABEL: func.func @two_tables
// CHECK-COUNT-1: mpc.owned "client"
// CHECK-NOT: mpc.owned "client"
func.func @two_tables(%ids: tensor<7xi64> {mpc.owner = "client"}) -> (tensor<7x4xf32> {mpc.owner = "client"}) {
  %a = mpc.weight @a : tensor<10x4xf32>
  %b = mpc.weight @b : tensor<10x4xf32>
  %x = mpc.embedding %ids, %a : (tensor<7xi64>, tensor<10x4xf32>) -> tensor<7x4xf32>
  %y = mpc.embedding %ids, %b : (tensor<7xi64>, tensor<10x4xf32>) -> tensor<7x4xf32>
  %s = mpc.add %x, %y : (tensor<7x4xf32>, tensor<7x4xf32>) -> tensor<7x4xf32>
  return %s : tensor<7x4xf32>
}

// -----

mpc.param @w {file = "w", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

// A choice by a bit that the client alone knows: bit * (x - y) + y.
// CHECK-LABEL: func.func @secret_choice
func.func @secret_choice(%x: tensor<4xf32> {mpc.owner = "client"}, %i: tensor<4xi64> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %zero = mpc.constant dense<0> : tensor<i64>
  %w = mpc.weight @w : tensor<4xf32>
  // CHECK: %[[BIT:.*]] = mpc.owned "client"(%arg1) : (tensor<4x!mpc.secret<i64>>) -> tensor<4x!mpc.secret<i1>>
  %bit = mpc.compare %i, %zero {predicate = "gt"} : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  // CHECK: %[[D:.*]] = mpc.sub %arg0, %[[W:.*]] :
  // CHECK: %[[S:.*]] = mpc.select %[[BIT]], %[[D]]
  // CHECK: mpc.add %[[S]], %[[W]]
  %y = mpc.where %bit, %x, %w : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

mpc.param @w {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// Rows of a weight at positions that are known only when the program runs: the weight was shared before, so the parties gather.
// CHECK-LABEL: func.func @rows_at_run_time
// CHECK: %[[W:.*]] = mpc.owned "model"() : () -> tensor<10x4x!mpc.secret<f32>>
// CHECK: mpc.gather %[[W]], %arg0
func.func @rows_at_run_time(%p: tensor<7xi64> {mpc.owner = "public"}) -> (tensor<7x4xf32> {mpc.owner = "client"}) {
  %w = mpc.weight @w : tensor<10x4xf32>
  %y = mpc.gather %w, %p {axis = 0 : i64} : (tensor<10x4xf32>, tensor<7xi64>) -> tensor<7x4xf32>
  return %y : tensor<7x4xf32>
}

// -----

mpc.param @w {file = "w", offset = 0 : i64, length = 64 : i64, type = tensor<4x4xf32>}

// Must be left alone: shared computation, and public arithmetic.
// CHECK-LABEL: func.func @shared
// CHECK: mpc.exp %arg1
// CHECK: mpc.owned "model"
// CHECK-NOT: mpc.owned
func.func @shared(%x: tensor<4x4xf32> {mpc.owner = "client"}, %m: tensor<4x4xf32> {mpc.owner = "public"}) -> (tensor<4x4xf32> {mpc.owner = "client"}) {
  %e = mpc.exp %m : tensor<4x4xf32> -> tensor<4x4xf32>
  %w = mpc.weight @w : tensor<4x4xf32>
  %p = mpc.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = mpc.mul %p, %e : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
