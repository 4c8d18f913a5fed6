// Every op of the mpc dialect, in each form it has, survives printing and parsing.
// RUN: mpc-opt %s --verify-roundtrip | FileCheck %s

!s = !mpc.secret<f32>
!b = !mpc.secret<i1>
!x = !mpc.secret<!mpc.fxp<40, 12>>
!y = !mpc.secret<!mpc.fxp<28, 12>>

// CHECK: mpc.param @embed {file = "model.safetensors", length = 128 : i64, offset = 4096 : i64, type = tensor<8x4xf32>}
mpc.param @embed {file = "model.safetensors", offset = 4096 : i64, length = 128 : i64, type = tensor<8x4xf32>}

// CHECK-LABEL: func.func @leaves
func.func @leaves() -> (tensor<8x4xf32>, tensor<8x4x!s>, tensor<8x4x!x>) {
  // CHECK: mpc.constant dense<9.99999974E-6> : tensor<f32>
  %0 = mpc.constant dense<1.0e-5> : tensor<f32>
  // CHECK: mpc.constant dense<[-1, 2]> : tensor<2xi64>
  %1 = mpc.constant dense<[-1, 2]> : tensor<2xi64>
  // CHECK: mpc.constant dense<true> : tensor<3xi1>
  %2 = mpc.constant dense<true> : tensor<3xi1>
  // CHECK: mpc.weight @embed : tensor<8x4xf32>
  %3 = mpc.weight @embed : tensor<8x4xf32>
  // CHECK: mpc.weight @embed : tensor<8x4x!mpc.secret<f32>>
  %4 = mpc.weight @embed : tensor<8x4x!s>
  // CHECK: mpc.weight @embed : tensor<8x4x!mpc.secret<!mpc.fxp<40, 12>>>
  %5 = mpc.weight @embed : tensor<8x4x!x>
  return %3, %4, %5 : tensor<8x4xf32>, tensor<8x4x!s>, tensor<8x4x!x>
}

// CHECK-LABEL: func.func @owned
func.func @owned(%ids: tensor<1x7x!mpc.secret<i64>> {mpc.name = "input_ids", mpc.owner = "client"}) -> (tensor<1x7x8x!b>, tensor<8x4x!x>, tensor<1x7xi64>) {
  // CHECK: mpc.owned "client"(%{{.*}}) : (tensor<1x7x!mpc.secret<i64>>) -> tensor<1x7x8x!mpc.secret<i1>> {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<1x7xi64>):
  %0 = mpc.owned "client" (%ids) : (tensor<1x7x!mpc.secret<i64>>) -> tensor<1x7x8x!b> {
  ^bb0(%i: tensor<1x7xi64>):
    // CHECK-NEXT: %[[H:.*]] = mpc.one_hot %[[I]] {depth = 8 : i64} : tensor<1x7xi64> -> tensor<1x7x8xi1>
    %1 = mpc.one_hot %i {depth = 8 : i64} : tensor<1x7xi64> -> tensor<1x7x8xi1>
    // CHECK-NEXT: mpc.yield %[[H]] : tensor<1x7x8xi1>
    mpc.yield %1 : tensor<1x7x8xi1>
  }
  // CHECK: mpc.owned "model"() : () -> tensor<8x4x!mpc.secret<!mpc.fxp<40, 12>>> {
  // CHECK-NEXT: mpc.weight @embed : tensor<8x4xf32>
  %2 = mpc.owned "model" () : () -> tensor<8x4x!x> {
    %3 = mpc.weight @embed : tensor<8x4xf32>
    mpc.yield %3 : tensor<8x4xf32>
  }
  // A published value: plain result of a plain yield.
  // CHECK: mpc.owned "client"(%{{.*}}) : (tensor<1x7x!mpc.secret<i64>>) -> tensor<1x7xi64> {
  %4 = mpc.owned "client" (%ids) : (tensor<1x7x!mpc.secret<i64>>) -> tensor<1x7xi64> {
  ^bb0(%i: tensor<1x7xi64>):
    mpc.yield %i : tensor<1x7xi64>
  }
  return %0, %2, %4 : tensor<1x7x8x!b>, tensor<8x4x!x>, tensor<1x7xi64>
}

// CHECK-LABEL: func.func @structure
func.func @structure(%a: tensor<2x6xf32>, %s: tensor<2x6x!x>, %i: tensor<3xi64>) -> tensor<4x6x!y> {
  // CHECK: mpc.reshape %{{.*}} : tensor<2x6xf32> -> tensor<3x4xf32>
  %0 = mpc.reshape %a : tensor<2x6xf32> -> tensor<3x4xf32>
  // CHECK: mpc.transpose %{{.*}} {permutation = array<i64: 1, 0>} : tensor<2x6x!mpc.secret<!mpc.fxp<40, 12>>> -> tensor<6x2x!mpc.secret<!mpc.fxp<40, 12>>>
  %1 = mpc.transpose %s {permutation = array<i64: 1, 0>} : tensor<2x6x!x> -> tensor<6x2x!x>
  // CHECK: mpc.slice %{{.*}} {offsets = array<i64: 0, 5>, strides = array<i64: 1, -2>} : tensor<2x6xf32> -> tensor<2x3xf32>
  %2 = mpc.slice %a {offsets = array<i64: 0, 5>, strides = array<i64: 1, -2>} : tensor<2x6xf32> -> tensor<2x3xf32>
  // A public operand enters a secret result; a secret one comes to rest in a smaller ring.
  // CHECK: mpc.concat %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<2x6xf32>, tensor<2x6x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<4x6x!mpc.secret<!mpc.fxp<28, 12>>>
  %3 = mpc.concat %a, %s {axis = 0 : i64} : (tensor<2x6xf32>, tensor<2x6x!x>) -> tensor<4x6x!y>
  // CHECK: mpc.broadcast %{{.*}} : tensor<2x6xf32> -> tensor<5x2x6xf32>
  %4 = mpc.broadcast %a : tensor<2x6xf32> -> tensor<5x2x6xf32>
  // CHECK: mpc.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<2x6x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<3xi64>) -> tensor<2x3x!mpc.secret<!mpc.fxp<40, 12>>>
  %5 = mpc.gather %s, %i {axis = 1 : i64} : (tensor<2x6x!x>, tensor<3xi64>) -> tensor<2x3x!x>
  return %3 : tensor<4x6x!y>
}

// Structure moves elements of the share level too.
// CHECK-LABEL: func.func @shares
func.func @shares(%a: tensor<2x3x!share.masked<20, 12>>, %b: tensor<2x3x!share.xor_bit>) -> (tensor<3x2x!share.masked<20, 12>>, tensor<6x!share.xor_bit>) {
  // CHECK: mpc.transpose {{.*}} -> tensor<3x2x!share.masked<20, 12>>
  %0 = mpc.transpose %a {permutation = array<i64: 1, 0>} : tensor<2x3x!share.masked<20, 12>> -> tensor<3x2x!share.masked<20, 12>>
  // CHECK: mpc.reshape {{.*}} -> tensor<6x!share.xor_bit>
  %1 = mpc.reshape %b : tensor<2x3x!share.xor_bit> -> tensor<6x!share.xor_bit>
  return %0, %1 : tensor<3x2x!share.masked<20, 12>>, tensor<6x!share.xor_bit>
}

// CHECK-LABEL: func.func @unary
func.func @unary(%x: tensor<4x!s>, %b: tensor<4x!b>, %f: tensor<4x!x>, %n: tensor<4xi64>) -> tensor<4x!s> {
  // CHECK: mpc.neg %{{.*}} : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
  %0 = mpc.neg %x : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.abs
  %1 = mpc.abs %0 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.exp
  %2 = mpc.exp %1 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.log
  %3 = mpc.log %2 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.sqrt
  %4 = mpc.sqrt %3 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.rsqrt
  %5 = mpc.rsqrt %4 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.reciprocal
  %6 = mpc.reciprocal %5 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.tanh
  %7 = mpc.tanh %6 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.sigmoid
  %8 = mpc.sigmoid %7 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.silu
  %9 = mpc.silu %8 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.relu
  %10 = mpc.relu %9 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.erf
  %11 = mpc.erf %10 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.gelu %{{[0-9]+}} : tensor
  %12 = mpc.gelu %11 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.gelu %{{[0-9]+}} {tanh = true} : tensor
  %13 = mpc.gelu %12 {tanh = true} : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.sin
  %14 = mpc.sin %13 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.cos
  %15 = mpc.cos %14 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.floor
  %16 = mpc.floor %15 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.ceil
  %17 = mpc.ceil %16 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.round
  %18 = mpc.round %17 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.sign
  %19 = mpc.sign %18 : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.not
  %20 = mpc.not %b : tensor<4x!b> -> tensor<4x!b>
  // CHECK: mpc.is_nan %{{.*}} : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<i1>>
  %21 = mpc.is_nan %19 : tensor<4x!s> -> tensor<4x!b>
  // CHECK: mpc.cast %{{.*}} : tensor<4xi64> -> tensor<4xf32>
  %22 = mpc.cast %n : tensor<4xi64> -> tensor<4xf32>
  // CHECK: mpc.cast %{{.*}} : tensor<4x!mpc.secret<i1>> -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %23 = mpc.cast %b : tensor<4x!b> -> tensor<4x!y>
  // CHECK: mpc.rescale %{{.*}} : tensor<4x!mpc.secret<!mpc.fxp<40, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<30, 4>>>
  %24 = mpc.rescale %f : tensor<4x!x> -> tensor<4x!mpc.secret<!mpc.fxp<30, 4>>>
  // CHECK: mpc.neg %{{.*}} : tensor<4x!mpc.secret<!mpc.fxp<40, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %25 = mpc.neg %f : tensor<4x!x> -> tensor<4x!y>
  return %19 : tensor<4x!s>
}

// CHECK-LABEL: func.func @binary
func.func @binary(%x: tensor<2x4x!s>, %y: tensor<4xf32>, %i: tensor<4xi64>, %b: tensor<4x!b>, %c: tensor<2x1xi1>, %f: tensor<4x!x>) {
  // CHECK: mpc.add %{{.*}}, %{{.*}} : (tensor<2x4x!mpc.secret<f32>>, tensor<4xf32>) -> tensor<2x4x!mpc.secret<f32>>
  %0 = mpc.add %x, %y : (tensor<2x4x!s>, tensor<4xf32>) -> tensor<2x4x!s>
  // CHECK: mpc.sub
  %1 = mpc.sub %y, %x : (tensor<4xf32>, tensor<2x4x!s>) -> tensor<2x4x!s>
  // CHECK: mpc.mul
  %2 = mpc.mul %x, %x : (tensor<2x4x!s>, tensor<2x4x!s>) -> tensor<2x4x!s>
  // CHECK: mpc.div
  %3 = mpc.div %x, %y : (tensor<2x4x!s>, tensor<4xf32>) -> tensor<2x4x!s>
  // CHECK: mpc.pow
  %4 = mpc.pow %y, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: mpc.mod %{{.*}}, %{{.*}} : (tensor<4xi64>
  %5 = mpc.mod %i, %i : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: mpc.mod %{{.*}}, %{{.*}} {fmod = true} : (tensor<4xf32>
  %6 = mpc.mod %y, %y {fmod = true} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: mpc.min
  %7 = mpc.min %x, %y : (tensor<2x4x!s>, tensor<4xf32>) -> tensor<2x4x!s>
  // CHECK: mpc.max
  %8 = mpc.max %i, %i : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  // CHECK: mpc.and
  %9 = mpc.and %b, %c : (tensor<4x!b>, tensor<2x1xi1>) -> tensor<2x4x!b>
  // CHECK: mpc.or
  %10 = mpc.or %c, %c : (tensor<2x1xi1>, tensor<2x1xi1>) -> tensor<2x1xi1>
  // CHECK: mpc.xor
  %11 = mpc.xor %b, %b : (tensor<4x!b>, tensor<4x!b>) -> tensor<4x!b>
  // CHECK: mpc.compare %{{.*}}, %{{.*}} {predicate = "le"} : (tensor<2x4x!mpc.secret<f32>>, tensor<4xf32>) -> tensor<2x4x!mpc.secret<i1>>
  %12 = mpc.compare %x, %y {predicate = "le"} : (tensor<2x4x!s>, tensor<4xf32>) -> tensor<2x4x!b>
  // CHECK: mpc.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x1xi1>, tensor<2x4x!mpc.secret<f32>>, tensor<4xf32>) -> tensor<2x4x!mpc.secret<f32>>
  %13 = mpc.where %c, %x, %y : (tensor<2x1xi1>, tensor<2x4x!s>, tensor<4xf32>) -> tensor<2x4x!s>
  // CHECK: mpc.mul %{{.*}}, %{{.*}} : (tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %14 = mpc.mul %f, %f : (tensor<4x!x>, tensor<4x!x>) -> tensor<4x!y>
  // CHECK: mpc.mul %{{.*}}, %{{.*}} {mpc.public_fraction = 10 : i64, mpc.range = array<f64: -4.000000e+00, 4.000000e+00>, mpc.range_kind = "proved"}
  %15 = mpc.mul %f, %y {mpc.public_fraction = 10 : i64, mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "proved"} : (tensor<4x!x>, tensor<4xf32>) -> tensor<4x!mpc.secret<!mpc.fxp<30, 12>>>
  // CHECK: mpc.add %{{.*}}, %{{.*}} : (tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<4xf32>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %16 = mpc.add %f, %y : (tensor<4x!x>, tensor<4xf32>) -> tensor<4x!y>
  return
}

// CHECK-LABEL: func.func @products
func.func @products(%x: tensor<2x3x4x!s>, %w: tensor<4x5xf32>, %i: tensor<2x1xi64>, %t: tensor<2x3xi64>, %f: tensor<2x4x!x>) {
  // CHECK: mpc.reduce "sum" %{{.*}} {axes = array<i64: 0, 2>} : tensor<2x3x4x!mpc.secret<f32>> -> tensor<1x3x1x!mpc.secret<f32>>
  %0 = mpc.reduce "sum" %x {axes = array<i64: 0, 2>} : tensor<2x3x4x!s> -> tensor<1x3x1x!s>
  // CHECK: mpc.reduce "sum" %{{.*}} -> tensor<2x1x!mpc.secret<!mpc.fxp<28, 12>>>
  %1 = mpc.reduce "sum" %f {axes = array<i64: 1>} : tensor<2x4x!x> -> tensor<2x1x!y>
  // CHECK: mpc.matmul %{{.*}}, %{{.*}} : (tensor<2x3x4x!mpc.secret<f32>>, tensor<4x5xf32>) -> tensor<2x3x5x!mpc.secret<f32>>
  %2 = mpc.matmul %x, %w : (tensor<2x3x4x!s>, tensor<4x5xf32>) -> tensor<2x3x5x!s>
  // CHECK: mpc.cumsum %{{.*}} {axis = 1 : i64, exclusive = true} : tensor<2x3xi64> -> tensor<2x3xi64>
  %3 = mpc.cumsum %t {axis = 1 : i64, exclusive = true} : tensor<2x3xi64> -> tensor<2x3xi64>
  // CHECK: mpc.argmax %{{.*}} {axis = 2 : i64} : tensor<2x3x4x!mpc.secret<f32>> -> tensor<2x3x1x!mpc.secret<i64>>
  %4 = mpc.argmax %x {axis = 2 : i64} : tensor<2x3x4x!s> -> tensor<2x3x1x!mpc.secret<i64>>
  // CHECK: mpc.one_hot
  %5 = mpc.one_hot %i {depth = 3 : i64} : tensor<2x1xi64> -> tensor<2x1x3xi1>
  // CHECK: mpc.gather_nd %{{.*}}, %{{.*}} {batch_dims = 1 : i64} : (tensor<2x3x4x!mpc.secret<f32>>, tensor<2x1xi64>) -> tensor<2x4x!mpc.secret<f32>>
  %6 = mpc.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x3x4x!s>, tensor<2x1xi64>) -> tensor<2x4x!s>
  return
}

// CHECK-LABEL: func.func @transformers
func.func @transformers(%ids: tensor<1x6xi64>, %table: tensor<8x4x!s>, %x: tensor<1x4x6x8x!s>, %k: tensor<1x2x6x8x!s>, %mask: tensor<6x6xf32>,
                        %g: tensor<8x!s>, %c: tensor<6x8xf32>) {
  // CHECK: mpc.embedding %{{.*}}, %{{.*}} : (tensor<1x6xi64>, tensor<8x4x!mpc.secret<f32>>) -> tensor<1x6x4x!mpc.secret<f32>>
  %0 = mpc.embedding %ids, %table : (tensor<1x6xi64>, tensor<8x4x!s>) -> tensor<1x6x4x!s>
  // CHECK: mpc.softmax %{{[a-z0-9]+}} : (tensor<1x4x6x8x!mpc.secret<f32>>) -> tensor<1x4x6x8x!mpc.secret<f32>>
  %1 = mpc.softmax %x : (tensor<1x4x6x8x!s>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.softmax %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {zero_masked_rows = true}
  %2 = mpc.softmax %x, %c {zero_masked_rows = true} : (tensor<1x4x6x8x!s>, tensor<6x8xf32>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.attention %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {scale = 2.500000e-01 : f64}
  %3 = mpc.attention %x, %k, %k {scale = 0.25 : f64} : (tensor<1x4x6x8x!s>, tensor<1x2x6x8x!s>, tensor<1x2x6x8x!s>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.attention %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {scale = 2.500000e-01 : f64}
  %4 = mpc.attention %x, %k, %k, %mask {scale = 0.25 : f64} : (tensor<1x4x6x8x!s>, tensor<1x2x6x8x!s>, tensor<1x2x6x8x!s>, tensor<6x6xf32>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.layer_norm %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {epsilon = 1.000000e-05 : f64}
  %5 = mpc.layer_norm %x, %g {epsilon = 1.0e-5 : f64} : (tensor<1x4x6x8x!s>, tensor<8x!s>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.layer_norm %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {epsilon
  %6 = mpc.layer_norm %x, %g, %g {epsilon = 1.0e-5 : f64} : (tensor<1x4x6x8x!s>, tensor<8x!s>, tensor<8x!s>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.rms_norm
  %7 = mpc.rms_norm %x, %g {epsilon = 1.0e-5 : f64} : (tensor<1x4x6x8x!s>, tensor<8x!s>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.rotary %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} : (
  %8 = mpc.rotary %x, %c, %c : (tensor<1x4x6x8x!s>, tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<1x4x6x8x!s>
  // CHECK: mpc.rotary %{{[a-z0-9]+}}, %{{[a-z0-9]+}}, %{{[a-z0-9]+}} {interleaved = true}
  %9 = mpc.rotary %x, %c, %c {interleaved = true} : (tensor<1x4x6x8x!s>, tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<1x4x6x8x!s>
  return
}

// CHECK-LABEL: func.func @primitives
func.func @primitives(%x: tensor<4x!s>, %f: tensor<4x!x>, %b: tensor<4x!b>) {
  // CHECK: mpc.periodic %{{.*}} {constant = 5.000000e-01 : f64, cosines = array<f64: 1.000000e+00, 2.500000e-01>, error = 1.000000e-03 : f64, frequencies = array<i64: 1, 3>, high = 4.000000e+00 : f64, low = -4.000000e+00 : f64, period = 2.560000e+02 : f64, sines = array<f64: 0.000000e+00, 0.000000e+00>}
  %0 = mpc.periodic %x {period = 256.0 : f64, frequencies = array<i64: 1, 3>, constant = 0.5 : f64, cosines = array<f64: 1.0, 0.25>, sines = array<f64: 0.0, 0.0>,
                        low = -4.0 : f64, high = 4.0 : f64, error = 1.0e-3 : f64} : tensor<4x!s> -> tensor<4x!s>
  // CHECK: mpc.exp_negative %{{.*}} {floor = 4.800000e+01 : f64} : tensor<4x!mpc.secret<!mpc.fxp<40, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>
  %1 = mpc.exp_negative %f {floor = 48.0 : f64} : tensor<4x!x> -> tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>
  // CHECK: mpc.below %{{.*}} {thresholds = array<f64: -1.000000e+00, 1.000000e+00>} : tensor<4x!mpc.secret<f32>> -> tensor<2x4x!mpc.secret<i1>>
  %2 = mpc.below %x {thresholds = array<f64: -1.0, 1.0>} : tensor<4x!s> -> tensor<2x4x!b>
  // CHECK: mpc.bit_sum %{{.*}} {coefficients = array<f64: 5.000000e-01, -1.000000e+00>, constant = 1.000000e+00 : f64} : tensor<2x4x!mpc.secret<i1>> -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %3 = mpc.bit_sum %2 {coefficients = array<f64: 0.5, -1.0>, constant = 1.0 : f64} : tensor<2x4x!b> -> tensor<4x!y>
  // CHECK: mpc.select %{{.*}}, %{{.*}} : (tensor<4x!mpc.secret<i1>>, tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  %4 = mpc.select %b, %f : (tensor<4x!b>, tensor<4x!x>) -> tensor<4x!y>
  return
}
