// Every op of the share dialect, in each form it has, survives printing and parsing.
// RUN: mpc-opt %s --verify-roundtrip | FileCheck %s

!m = !share.masked<20, 12>
!a = !share.additive<20, 12>
!p = !share.public<20, 12>
!mb = !share.masked_bit
!xb = !share.xor_bit

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

// CHECK-LABEL: func.func @edges
func.func @edges(%ids: tensor<2xi64> {mpc.owner = "client"}, %s: tensor<4x!a>, %b: tensor<4x!xb>, %c: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xi1>) {
  // CHECK: share.input "client"(%{{.*}}) {address = 3 : i64} : (tensor<2xi64>) -> (tensor<2x4x!share.masked_bit>, tensor<2xi64>) {
  // CHECK-NEXT: ^bb0(%[[I:.*]]: tensor<2xi64>):
  %0:2 = share.input "client" (%ids) {address = 3 : i64} : (tensor<2xi64>) -> (tensor<2x4x!mb>, tensor<2xi64>) {
  ^bb0(%i: tensor<2xi64>):
    // CHECK-NEXT: %[[H:.*]] = mpc.one_hot
    %1 = mpc.one_hot %i {depth = 4 : i64} : tensor<2xi64> -> tensor<2x4xi1>
    // CHECK-NEXT: share.yield %[[H]], %[[I]] : tensor<2x4xi1>, tensor<2xi64>
    share.yield %1, %i : tensor<2x4xi1>, tensor<2xi64>
  }
  // CHECK: share.input "model"() : () -> tensor<4x!share.masked<20, 12>> {
  %2 = share.input "model" () : () -> tensor<4x!m> {
    %3 = mpc.weight @w : tensor<4xf32>
    share.yield %3 : tensor<4xf32>
  }
  // CHECK: share.encode %{{.*}} : tensor<4xf32> -> tensor<4x!share.public<20, 12>>
  %4 = share.encode %c : tensor<4xf32> -> tensor<4x!p>
  // CHECK: share.reveal %{{.*}} to "client" : tensor<4x!share.additive<20, 12>> -> tensor<4xf32>
  %5 = share.reveal %s to "client" : tensor<4x!a> -> tensor<4xf32>
  // CHECK: share.reveal %{{.*}} to "client" {address = 9 : i64} : tensor<4x!share.xor_bit> -> tensor<4xi1>
  %6 = share.reveal %b to "client" {address = 9 : i64} : tensor<4x!xb> -> tensor<4xi1>
  return %5, %6 : tensor<4xf32>, tensor<4xi1>
}

// CHECK-LABEL: func.func @local
func.func @local(%m: tensor<2x4x!m>, %a: tensor<4x!a>, %p: tensor<4x!p>, %q: tensor<4x3x!p>, %b: tensor<4x!mb>, %x: tensor<4x!xb>) {
  // CHECK: share.remask %{{.*}} {address = 5 : i64, round = 2 : i64} : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.masked<20, 12>>
  %0 = share.remask %a {round = 2 : i64, address = 5 : i64} : tensor<4x!a> -> tensor<4x!m>
  // CHECK: share.remask %{{.*}} : tensor<4x!share.xor_bit> -> tensor<4x!share.masked_bit>
  %1 = share.remask %x : tensor<4x!xb> -> tensor<4x!mb>
  // CHECK: share.to_additive %{{.*}} : tensor<2x4x!share.masked<20, 12>> -> tensor<2x4x!share.additive<20, 12>>
  %2 = share.to_additive %m : tensor<2x4x!m> -> tensor<2x4x!a>
  // CHECK: share.to_additive %{{.*}} : tensor<4x!share.masked_bit> -> tensor<4x!share.xor_bit>
  %3 = share.to_additive %b : tensor<4x!mb> -> tensor<4x!xb>
  // CHECK: share.add %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<20, 12>>, tensor<4x!share.masked<20, 12>>) -> tensor<2x4x!share.masked<20, 12>>
  %4 = share.add %m, %0 : (tensor<2x4x!m>, tensor<4x!m>) -> tensor<2x4x!m>
  // CHECK: share.sub %{{.*}}, %{{.*}} : (tensor<4x!share.public<20, 12>>, tensor<4x!share.additive<20, 12>>) -> tensor<4x!share.additive<20, 12>>
  %5 = share.sub %p, %a : (tensor<4x!p>, tensor<4x!a>) -> tensor<4x!a>
  // CHECK: share.neg %{{.*}} : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.additive<20, 12>>
  %6 = share.neg %a : tensor<4x!a> -> tensor<4x!a>
  // CHECK: share.mul_public %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<20, 12>>, tensor<4x!share.public<20, 12>>) -> tensor<2x4x!share.masked<20, 24>>
  %7 = share.mul_public %m, %p : (tensor<2x4x!m>, tensor<4x!p>) -> tensor<2x4x!share.masked<20, 24>>
  // CHECK: share.matmul_public %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<20, 12>>, tensor<4x3x!share.public<20, 12>>) -> tensor<2x3x!share.masked<20, 24>>
  %8 = share.matmul_public %m, %q : (tensor<2x4x!m>, tensor<4x3x!p>) -> tensor<2x3x!share.masked<20, 24>>
  // CHECK: share.reduce_sum %{{.*}} {axes = array<i64: 1>} : tensor<2x4x!share.masked<20, 12>> -> tensor<2x1x!share.masked<20, 12>>
  %9 = share.reduce_sum %m {axes = array<i64: 1>} : tensor<2x4x!m> -> tensor<2x1x!m>
  // CHECK: share.coarsen %{{.*}} : tensor<2x4x!share.masked<20, 12>> -> tensor<2x4x!share.masked<6, 0>>
  %coarse = share.coarsen %m : tensor<2x4x!m> -> tensor<2x4x!share.masked<6, 0>>
  // CHECK: share.shrink %{{.*}} : tensor<4x!share.public<20, 12>> -> tensor<4x!share.public<16, 12>>
  %10 = share.shrink %p : tensor<4x!p> -> tensor<4x!share.public<16, 12>>
  // CHECK: share.reinterpret %{{.*}} : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.additive<20, 0>>
  %11 = share.reinterpret %a : tensor<4x!a> -> tensor<4x!share.additive<20, 0>>
  // CHECK: share.truncate %{{.*}} : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.additive<16, 8>>
  %12 = share.truncate %a : tensor<4x!a> -> tensor<4x!share.additive<16, 8>>
  // CHECK: share.xor %{{.*}}, %{{.*}} : (tensor<4x!share.xor_bit>, tensor<4x!share.xor_bit>) -> tensor<4x!share.xor_bit>
  %13 = share.xor %x, %3 : (tensor<4x!xb>, tensor<4x!xb>) -> tensor<4x!xb>
  // CHECK: share.not %{{.*}} : tensor<4x!share.masked_bit> -> tensor<4x!share.masked_bit>
  %14 = share.not %b : tensor<4x!mb> -> tensor<4x!mb>
  return
}

// CHECK-LABEL: func.func @gates
func.func @gates(%m: tensor<2x4x!m>, %w: tensor<4x3x!m>, %b: tensor<4x!mb>, %n: tensor<4x!share.masked<17, 12>>) {
  // CHECK: share.mul %{{.*}}, %{{.*}} {address = 1 : i64, receiver = 2 : i64} : (tensor<2x4x!share.masked<20, 12>>, tensor<2x4x!share.masked<20, 12>>) -> tensor<2x4x!share.additive<8, 12>>
  %0 = share.mul %m, %m {address = 1 : i64, receiver = 2 : i64} : (tensor<2x4x!m>, tensor<2x4x!m>) -> tensor<2x4x!share.additive<8, 12>>
  // CHECK: share.matmul %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<20, 12>>, tensor<4x3x!share.masked<20, 12>>) -> tensor<2x3x!share.additive<20, 24>>
  %1 = share.matmul %m, %w : (tensor<2x4x!m>, tensor<4x3x!m>) -> tensor<2x3x!share.additive<20, 24>>
  // CHECK: share.extend_high %{{.*}} : tensor<2x4x!share.masked<20, 12>> -> tensor<2x4x!share.additive<12, 0>>
  %2 = share.extend_high %m : tensor<2x4x!m> -> tensor<2x4x!share.additive<12, 0>>
  %3 = share.remask %2 : tensor<2x4x!share.additive<12, 0>> -> tensor<2x4x!share.masked<12, 0>>
  // CHECK: share.join %{{.*}}, %{{.*}} : (tensor<2x4x!share.masked<20, 12>>, tensor<2x4x!share.masked<12, 0>>) -> tensor<2x4x!share.masked<32, 12>>
  %4 = share.join %m, %3 : (tensor<2x4x!m>, tensor<2x4x!share.masked<12, 0>>) -> tensor<2x4x!share.masked<32, 12>>
  // 19 bits below the msb: 7 digits of 3 bits, the last of 1; 13 planes; groups of 3, 3 and 1.
  // CHECK: share.compare_digits %{{.*}} {digit = 3 : i64, thresholds = array<i64: -4096, 4096>} : tensor<2x4x!share.masked<20, 12>> -> tensor<2x13x2x4x!share.xor_bit>
  %5 = share.compare_digits %m {thresholds = array<i64: -4096, 4096>, digit = 3 : i64} : tensor<2x4x!m> -> tensor<2x13x2x4x!xb>
  %6 = share.remask %5 : tensor<2x13x2x4x!xb> -> tensor<2x13x2x4x!mb>
  // CHECK: share.lex_combine %{{.*}} : tensor<2x13x2x4x!share.masked_bit> -> tensor<2x5x2x4x!share.xor_bit>
  %7 = share.lex_combine %6 : tensor<2x13x2x4x!mb> -> tensor<2x5x2x4x!xb>
  %8 = share.remask %7 : tensor<2x5x2x4x!xb> -> tensor<2x5x2x4x!mb>
  %9 = share.lex_combine %8 : tensor<2x5x2x4x!mb> -> tensor<2x1x2x4x!xb>
  // CHECK: share.compare_finish %{{.*}}, %{{.*}} {thresholds = array<i64: -4096, 4096>} : (tensor<2x4x!share.masked<20, 12>>, tensor<2x1x2x4x!share.xor_bit>) -> tensor<2x2x4x!share.xor_bit>
  %10 = share.compare_finish %m, %9 {thresholds = array<i64: -4096, 4096>} : (tensor<2x4x!m>, tensor<2x1x2x4x!xb>) -> tensor<2x2x4x!xb>
  // CHECK: share.and
  %11 = share.and %b, %b : (tensor<4x!mb>, tensor<4x!mb>) -> tensor<4x!xb>
  // CHECK: share.bit_to_arith %{{.*}} : tensor<4x!share.masked_bit> -> tensor<4x!share.additive<20, 0>>
  %12 = share.bit_to_arith %b : tensor<4x!mb> -> tensor<4x!share.additive<20, 0>>
  // CHECK: share.bit_mul %{{.*}}, %{{.*}} : (tensor<4x!share.masked_bit>, tensor<2x4x!share.masked<20, 12>>) -> tensor<2x4x!share.additive<20, 12>>
  %13 = share.bit_mul %b, %m : (tensor<4x!mb>, tensor<2x4x!m>) -> tensor<2x4x!a>
  // CHECK: share.periodic %{{.*}} {coefficient_bits = 16 : i64, constant = 65536 : i64, cosines = array<i64: -30000, 900>, digits = array<i64: 12, 8>, frequencies = array<i64: 23, 64>, public_bits = 12 : i64, sines = array<i64: 0, 1>}
  %14 = share.periodic %m {frequencies = array<i64: 23, 64>, constant = 65536 : i64, cosines = array<i64: -30000, 900>, sines = array<i64: 0, 1>,
                           digits = array<i64: 12, 8>, coefficient_bits = 16 : i64, public_bits = 12 : i64} : tensor<2x4x!m> -> tensor<2x4x!share.additive<20, 13>>
  // CHECK: share.exp %{{.*}} {dealt_bits = 21 : i64, public_bits = 21 : i64} : tensor<4x!share.masked<17, 12>> -> tensor<4x!share.additive<16, 13>>
  %15 = share.exp %n {dealt_bits = 21 : i64, public_bits = 21 : i64} : tensor<4x!share.masked<17, 12>> -> tensor<4x!share.additive<16, 13>>
  return
}
