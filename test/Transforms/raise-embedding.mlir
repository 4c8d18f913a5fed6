// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

mpc.param @table {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// A lookup by the client's ids.
// CHECK-LABEL: func.func @by_ids
// CHECK: %[[T:.*]] = mpc.weight @table
// CHECK: mpc.embedding %arg0, %[[T]] : (tensor<1x7xi64>, tensor<10x4xf32>) -> tensor<1x7x4xf32>
func.func @by_ids(%ids: tensor<1x7xi64> {mpc.owner = "client"}) -> tensor<1x7x4xf32> {
  %t = mpc.weight @table : tensor<10x4xf32>
  %y = mpc.gather %t, %ids {axis = 0 : i64} : (tensor<10x4xf32>, tensor<1x7xi64>) -> tensor<1x7x4xf32>
  return %y : tensor<1x7x4xf32>
}

// -----

mpc.param @table {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<4x10xf32>}

// Along another axis the table is turned first.
// CHECK-LABEL: func.func @along_columns
// CHECK: %[[T:.*]] = mpc.transpose %{{.*}} {permutation = array<i64: 1, 0>}
// CHECK: %[[E:.*]] = mpc.embedding %arg0, %[[T]] : (tensor<7xi64>, tensor<10x4xf32>) -> tensor<7x4xf32>
// CHECK: mpc.transpose %[[E]] {permutation = array<i64: 1, 0>} : tensor<7x4xf32> -> tensor<4x7xf32>
func.func @along_columns(%ids: tensor<7xi64> {mpc.owner = "client"}) -> tensor<4x7xf32> {
  %t = mpc.weight @table : tensor<4x10xf32>
  %y = mpc.gather %t, %ids {axis = 1 : i64} : (tensor<4x10xf32>, tensor<7xi64>) -> tensor<4x7xf32>
  return %y : tensor<4x7xf32>
}

// -----

mpc.param @table {file = "w", offset = 0 : i64, length = 160 : i64, type = tensor<10x4xf32>}

// At public positions the rows are structure, however the importer wrote it.
// CHECK-LABEL: func.func @by_positions
// CHECK-NOT: mpc.embedding
// CHECK: mpc.gather %{{.*}}, %arg0 {axis = 0 : i64}
func.func @by_positions(%ids: tensor<1x7xi64> {mpc.owner = "public"}) -> tensor<1x7x4xf32> {
  %t = mpc.weight @table : tensor<10x4xf32>
  %y = mpc.embedding %ids, %t : (tensor<1x7xi64>, tensor<10x4xf32>) -> tensor<1x7x4xf32>
  return %y : tensor<1x7x4xf32>
}
