// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(convert-mpc-to-share)' | FileCheck %s

// Sums shrink wider operands and encode public ones in the result's format.
// CHECK-LABEL: func.func @sums
func.func @sums(%x: tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, %p: tensor<f32> {mpc.owner = "public"}) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>> {
  // CHECK: %[[X:.*]] = share.input "client"(%arg0) : (tensor<4xf32>) -> tensor<4x!share.masked<40, 12>>
  // CHECK: %[[A:.*]] = share.shrink %[[X]] : tensor<4x!share.masked<40, 12>> -> tensor<4x!share.masked<28, 12>>
  // CHECK: %[[P:.*]] = share.encode %arg1 : tensor<f32> -> tensor<!share.public<28, 12>>
  // CHECK: %[[S:.*]] = share.add %[[A]], %[[P]] : (tensor<4x!share.masked<28, 12>>, tensor<!share.public<28, 12>>) -> tensor<4x!share.masked<28, 12>>
  %0 = mpc.add %x, %p : (tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<f32>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  // CHECK: share.sub %{{.*}}, %[[S]] : (tensor<!share.public<28, 12>>, tensor<4x!share.masked<28, 12>>) -> tensor<4x!share.masked<28, 12>>
  %1 = mpc.sub %p, %0 : (tensor<f32>, tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  // CHECK: share.neg
  %2 = mpc.neg %1 : tensor<4x!mpc.secret<!mpc.fxp<28, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  // CHECK: %[[T:.*]] = share.to_additive
  // CHECK: share.reveal %[[T]] to "client" : tensor<4x!share.additive<28, 12>> -> tensor<4xf32>
  return %2 : tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
}

// -----

// A product of secrets is one gate that truncates, and one remask; factors meet in the narrower ring.
// CHECK-LABEL: func.func @products
func.func @products(%x: tensor<2x4x!mpc.secret<!mpc.fxp<44, 12>>>, %y: tensor<4x3x!mpc.secret<!mpc.fxp<40, 12>>>)
    -> (tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>>, tensor<2x4x!mpc.secret<!mpc.fxp<28, 12>>>) {
  // CHECK: %[[A:.*]] = share.shrink %{{.*}} : tensor<2x4x!share.masked<44, 12>> -> tensor<2x4x!share.masked<40, 12>>
  // CHECK: %[[Z:.*]] = share.matmul %[[A]], %{{.*}} -> tensor<2x3x!share.additive<28, 12>>
  // CHECK: share.remask %[[Z]] : tensor<2x3x!share.additive<28, 12>> -> tensor<2x3x!share.masked<28, 12>>
  %0 = mpc.matmul %x, %y : (tensor<2x4x!mpc.secret<!mpc.fxp<44, 12>>>, tensor<4x3x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>>
  // CHECK: share.mul %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<44, 12>>, tensor<2x4x!share.masked<44, 12>>) -> tensor<2x4x!share.additive<28, 12>>
  %1 = mpc.mul %x, %x : (tensor<2x4x!mpc.secret<!mpc.fxp<44, 12>>>, tensor<2x4x!mpc.secret<!mpc.fxp<44, 12>>>) -> tensor<2x4x!mpc.secret<!mpc.fxp<28, 12>>>
  return %0, %1 : tensor<2x3x!mpc.secret<!mpc.fxp<28, 12>>>, tensor<2x4x!mpc.secret<!mpc.fxp<28, 12>>>
}

// -----

// With a public factor a product is local; it is additive where a truncation follows, masked where none does.
// CHECK-LABEL: func.func @public_products
func.func @public_products(%x: tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>, %w: tensor<4x3xf32> {mpc.owner = "public"}, %n: tensor<4xi64> {mpc.owner = "public"})
    -> (tensor<2x3x!mpc.secret<!mpc.fxp<24, 12>>>, tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>) {
  // CHECK: %[[A:.*]] = share.shrink %[[X:.*]] : tensor<2x4x!share.masked<40, 12>> -> tensor<2x4x!share.masked<34, 12>>
  // CHECK: %[[B:.*]] = share.to_additive %[[A]]
  // CHECK: %[[W:.*]] = share.encode %arg1 : tensor<4x3xf32> -> tensor<4x3x!share.public<34, 10>>
  // CHECK: %[[Z:.*]] = share.matmul_public %[[B]], %[[W]] : {{.*}} -> tensor<2x3x!share.additive<34, 22>>
  // CHECK: %[[T:.*]] = share.truncate %[[Z]] : tensor<2x3x!share.additive<34, 22>> -> tensor<2x3x!share.additive<24, 12>>
  // CHECK: share.remask %[[T]]
  %0 = mpc.matmul %x, %w {mpc.public_fraction = 10 : i64} : (tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<4x3xf32>) -> tensor<2x3x!mpc.secret<!mpc.fxp<24, 12>>>
  // CHECK: %[[N:.*]] = share.encode %arg2 : tensor<4xi64> -> tensor<4x!share.public<40, 0>>
  // CHECK: share.mul_public %[[X]], %[[N]] : {{.*}} -> tensor<2x4x!share.masked<40, 12>>
  %1 = mpc.mul %n, %x : (tensor<4xi64>, tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>
  return %0, %1 : tensor<2x3x!mpc.secret<!mpc.fxp<24, 12>>>, tensor<2x4x!mpc.secret<!mpc.fxp<40, 12>>>
}

// -----

// Both products of a rotation are summed before the one truncation and the one remask.
// CHECK-LABEL: func.func @rotary
func.func @rotary(%x: tensor<3x4x!mpc.secret<!mpc.fxp<40, 12>>>, %c: tensor<3x4xf32> {mpc.owner = "public"}, %s: tensor<3x4xf32> {mpc.owner = "public"})
    -> tensor<3x4x!mpc.secret<!mpc.fxp<24, 12>>> {
  // CHECK: %[[X:.*]] = share.to_additive %{{.*}} -> tensor<3x4x!share.additive<36, 12>>
  // CHECK: %[[C:.*]] = share.mul_public
  // CHECK: mpc.slice %[[X]] {offsets = array<i64: 0, 2>
  // CHECK: share.neg
  // CHECK: mpc.slice %[[X]] {offsets = array<i64: 0, 0>
  // CHECK: mpc.concat
  // CHECK: %[[S:.*]] = share.mul_public
  // CHECK: %[[Z:.*]] = share.add %{{.*}}, %{{.*}} -> tensor<3x4x!share.additive<36, 24>>
  // CHECK: %[[T:.*]] = share.truncate %[[Z]]
  // CHECK: share.remask %[[T]]
  // CHECK-NOT: share.remask
  %0 = mpc.rotary %x, %c, %s {mpc.public_fraction = 12 : i64} : (tensor<3x4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4x!mpc.secret<!mpc.fxp<24, 12>>>
  return %0 : tensor<3x4x!mpc.secret<!mpc.fxp<24, 12>>>
}

// -----

// rescale: extend, shrink, truncate, or more fraction.
// CHECK-LABEL: func.func @rescale
func.func @rescale(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>)
    -> (tensor<4x!mpc.secret<!mpc.fxp<44, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<16, 8>>>, tensor<4x!mpc.secret<!mpc.fxp<20, 15>>>) {
  // CHECK: %[[H:.*]] = share.extend_high %[[X:.*]] : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.additive<24, 0>>
  // CHECK: %[[M:.*]] = share.remask %[[H]]
  // CHECK: share.join %[[X]], %[[M]] : {{.*}} -> tensor<4x!share.masked<44, 12>>
  %0 = mpc.rescale %x : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<44, 12>>>
  // CHECK: share.shrink %[[X]] : {{.*}} -> tensor<4x!share.masked<16, 12>>
  %1 = mpc.rescale %x : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>
  // CHECK: %[[A:.*]] = share.to_additive %[[X]]
  // CHECK: %[[T:.*]] = share.truncate %[[A]] : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.additive<16, 8>>
  // CHECK: share.remask %[[T]]
  %2 = mpc.rescale %x : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<16, 8>>>
  // CHECK: mpc.constant dense<8>
  // CHECK: share.mul_public %[[X]], %{{.*}} -> tensor<4x!share.masked<20, 15>>
  %3 = mpc.rescale %x : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<20, 15>>>
  return %0, %1, %2, %3 : tensor<4x!mpc.secret<!mpc.fxp<44, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<16, 8>>>, tensor<4x!mpc.secret<!mpc.fxp<20, 15>>>
}

// -----

// A public condition chooses locally: y + c (x - y).
// CHECK-LABEL: func.func @where
func.func @where(%c: tensor<4xi1> {mpc.owner = "public"}, %x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>, %y: tensor<f32> {mpc.owner = "public"}) -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> {
  // CHECK: %[[Y:.*]] = share.encode %arg2 : tensor<f32> -> tensor<!share.public<20, 12>>
  // CHECK: %[[D:.*]] = share.sub %{{.*}}, %[[Y]]
  // CHECK: %[[C:.*]] = share.encode %arg0 : tensor<4xi1> -> tensor<4x!share.public<20, 0>>
  // CHECK: %[[P:.*]] = share.mul_public %[[D]], %[[C]]
  // CHECK: share.add %[[P]], %[[Y]]
  // CHECK-NOT: share.remask
  %0 = mpc.where %c, %x, %y : (tensor<4xi1>, tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<f32>) -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
  return %0 : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
}

// -----

// Public arithmetic stays clear.
// CHECK-LABEL: func.func @clear
func.func @clear(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>, %p: tensor<4xf32> {mpc.owner = "public"}) -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> {
  // CHECK: %[[E:.*]] = mpc.exp %arg1 : tensor<4xf32> -> tensor<4xf32>
  // CHECK: share.encode %[[E]]
  %0 = mpc.exp %p : tensor<4xf32> -> tensor<4xf32>
  %1 = mpc.add %x, %0 : (tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<4xf32>) -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
  return %1 : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
}
