// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(convert-mpc-to-share)' | FileCheck %s
// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(convert-mpc-to-share{digit=3})' | FileCheck %s --check-prefix=DIGIT3

// The gate reads log2(period) + f bits. Coefficients of 0 cost nothing, small ones drop digits of the dealt value.
// CHECK-LABEL: func.func @periodic
func.func @periodic(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<20, 13>>> {
  // CHECK: %[[A:.*]] = share.shrink %{{.*}} -> tensor<4x!share.masked<18, 12>>
  // CHECK: %[[P:.*]] = share.periodic %[[A]] {coefficient_bits = 32 : i64, constant = 8589934592 : i64, cosines = array<i64: 4294967296, 0>, digits = array<i64: 15, 12>, frequencies = array<i64: 1, 5>, public_bits = 16 : i64, sines = array<i64: 0, 536870912>}
  // CHECK-SAME: -> tensor<4x!share.additive<20, 13>>
  // CHECK: share.remask %[[P]]
  %0 = mpc.periodic %x {period = 64.0 : f64, frequencies = array<i64: 1, 3, 5>, constant = 2.0 : f64, cosines = array<f64: 1.0, 0.0, 0.0>,
                        sines = array<f64: 0.0, 0.0, 0.125>, low = -32.0 : f64, high = 32.0 : f64, error = 0.01 : f64}
      : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<20, 13>>>
  return %0 : tensor<4x!mpc.secret<!mpc.fxp<20, 13>>>
}

// -----

// Floor 16 reads f + 5 bits, 48 reads f + 6. The tables' bits fill the 64 of the product, at most f + 13.
// CHECK-LABEL: func.func @exp
func.func @exp(%x: tensor<4x!mpc.secret<!mpc.fxp<24, 12>>>) -> (tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>, tensor<4x!mpc.secret<!mpc.fxp<40, 18>>>) {
  // CHECK: share.shrink %{{.*}} -> tensor<4x!share.masked<17, 12>>
  // CHECK: share.exp %{{.*}} {dealt_bits = 26 : i64, public_bits = 26 : i64} : tensor<4x!share.masked<17, 12>> -> tensor<4x!share.additive<16, 13>>
  // CHECK: share.remask
  %0 = mpc.exp_negative %x {floor = 16.0 : f64} : tensor<4x!mpc.secret<!mpc.fxp<24, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>
  // A wide result leaves no room for the product: 21 bits hold 1, and are extended.
  // CHECK: share.exp %{{.*}} {dealt_bits = 30 : i64, public_bits = 30 : i64} : tensor<4x!share.masked<18, 12>> -> tensor<4x!share.additive<21, 18>>
  // CHECK: share.extend_high
  // CHECK: share.join %{{.*}} -> tensor<4x!share.masked<40, 18>>
  %1 = mpc.exp_negative %x {floor = 48.0 : f64} : tensor<4x!mpc.secret<!mpc.fxp<24, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<40, 18>>>
  return %0, %1 : tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>, tensor<4x!mpc.secret<!mpc.fxp<40, 18>>>
}

// -----

// All thresholds share the digits. A threshold between two units is the upper one: x < 0.3 exactly if x <= 1 * 2^-2.
// 16 bits: digits of 4 take one round less than digits of 3.
// CHECK-LABEL: func.func @below
// DIGIT3-LABEL: func.func @below
func.func @below(%x: tensor<3x!mpc.secret<!mpc.fxp<16, 2>>>) -> tensor<2x3x!mpc.secret<i1>> {
  // CHECK: %[[D:.*]] = share.compare_digits %[[X:.*]] {digit = 4 : i64, thresholds = array<i64: -8, 2>} : {{.*}} -> tensor<2x7x3x!share.xor_bit>
  // CHECK: %[[M:.*]] = share.remask %[[D]]
  // CHECK: %[[L:.*]] = share.lex_combine %[[M]] : {{.*}} -> tensor<2x1x3x!share.xor_bit>
  // CHECK: %[[F:.*]] = share.compare_finish %[[X]], %[[L]] {thresholds = array<i64: -8, 2>} : {{.*}} -> tensor<2x3x!share.xor_bit>
  // CHECK: share.remask %[[F]] : {{.*}} -> tensor<2x3x!share.masked_bit>
  // CHECK: share.reveal %{{.*}} to "client" : tensor<2x3x!share.xor_bit> -> tensor<2x3xi1>
  // DIGIT3: share.compare_digits %{{.*}} {digit = 3 : i64, {{.*}} -> tensor<2x9x3x!share.xor_bit>
  // DIGIT3: share.lex_combine %{{.*}} -> tensor<2x3x3x!share.xor_bit>
  // DIGIT3: share.lex_combine %{{.*}} -> tensor<2x1x3x!share.xor_bit>
  %0 = mpc.below %x {thresholds = array<f64: -2.0, 0.3>} : tensor<3x!mpc.secret<!mpc.fxp<16, 2>>> -> tensor<2x3x!mpc.secret<i1>>
  return %0 : tensor<2x3x!mpc.secret<i1>>
}

// -----

// One digit needs no tree.
// CHECK-LABEL: func.func @below_narrow
func.func @below_narrow(%x: tensor<3x!mpc.secret<!mpc.fxp<3, 0>>>) -> tensor<1x3x!mpc.secret<i1>> {
  // CHECK: %[[D:.*]] = share.compare_digits %{{.*}} -> tensor<1x1x3x!share.xor_bit>
  // CHECK-NOT: share.lex_combine
  // CHECK: share.compare_finish %{{.*}}, %[[D]]
  %0 = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<3x!mpc.secret<!mpc.fxp<3, 0>>> -> tensor<1x3x!mpc.secret<i1>>
  return %0 : tensor<1x3x!mpc.secret<i1>>
}

// -----

// Bits to numbers: weights are exact integers, one remask for the sum.
// CHECK-LABEL: func.func @bits
func.func @bits(%b: tensor<2x3x!mpc.secret<i1>>, %x: tensor<4x2x3x!mpc.secret<!mpc.fxp<24, 12>>>)
    -> (tensor<3x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<4x2x3x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<2x3x!mpc.secret<!mpc.fxp<8, 0>>>) {
  // CHECK: %[[A:.*]] = share.bit_to_arith %[[B:.*]] : tensor<2x3x!share.masked_bit> -> tensor<2x3x!share.additive<20, 0>>
  // CHECK: mpc.constant dense<{{\[\[}}6144], [-2048]]> : tensor<2x1xi64>
  // CHECK: %[[W:.*]] = share.mul_public %[[A]], %{{.*}} -> tensor<2x3x!share.additive<20, 12>>
  // CHECK: %[[S:.*]] = share.reduce_sum %[[W]] {axes = array<i64: 0>}
  // CHECK: mpc.reshape %[[S]]
  // CHECK: mpc.constant dense<12288> : tensor<i64>
  // CHECK: %[[T:.*]] = share.add
  // CHECK: share.remask %[[T]] : {{.*}} -> tensor<3x!share.masked<20, 12>>
  %0 = mpc.bit_sum %b {coefficients = array<f64: 1.5, -0.5>, constant = 3.0 : f64} : tensor<2x3x!mpc.secret<i1>> -> tensor<3x!mpc.secret<!mpc.fxp<20, 12>>>
  // CHECK: %[[Y:.*]] = share.shrink %{{.*}} -> tensor<4x2x3x!share.masked<20, 12>>
  // CHECK: %[[P:.*]] = share.bit_mul %[[B]], %[[Y]] : {{.*}} -> tensor<4x2x3x!share.additive<20, 12>>
  // CHECK: share.remask %[[P]]
  %1 = mpc.select %b, %x : (tensor<2x3x!mpc.secret<i1>>, tensor<4x2x3x!mpc.secret<!mpc.fxp<24, 12>>>) -> tensor<4x2x3x!mpc.secret<!mpc.fxp<20, 12>>>
  // CHECK: share.bit_to_arith %{{.*}} -> tensor<1x2x3x!share.additive<8, 0>>
  %2 = mpc.cast %b : tensor<2x3x!mpc.secret<i1>> -> tensor<2x3x!mpc.secret<!mpc.fxp<8, 0>>>
  return %0, %1, %2 : tensor<3x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<4x2x3x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<2x3x!mpc.secret<!mpc.fxp<8, 0>>>
}

// -----

// or is and by De Morgan, xor and not are local.
// CHECK-LABEL: func.func @logic
func.func @logic(%a: tensor<3x!mpc.secret<i1>>, %b: tensor<3x!mpc.secret<i1>>) -> tensor<3x!mpc.secret<i1>> {
  // CHECK: %[[AND:.*]] = share.and %[[A:.*]], %[[B:.*]] : {{.*}} -> tensor<3x!share.xor_bit>
  // CHECK: %[[M:.*]] = share.remask %[[AND]]
  %0 = mpc.and %a, %b : (tensor<3x!mpc.secret<i1>>, tensor<3x!mpc.secret<i1>>) -> tensor<3x!mpc.secret<i1>>
  // CHECK: %[[NM:.*]] = share.not %[[M]]
  // CHECK: %[[NB:.*]] = share.not %[[B]]
  // CHECK: %[[NOR:.*]] = share.and %[[NM]], %[[NB]]
  // CHECK: %[[OR:.*]] = share.not %[[NOR]]
  // CHECK: %[[R:.*]] = share.remask %[[OR]]
  %1 = mpc.or %0, %b : (tensor<3x!mpc.secret<i1>>, tensor<3x!mpc.secret<i1>>) -> tensor<3x!mpc.secret<i1>>
  // CHECK: %[[X:.*]] = share.xor %[[R]], %[[A]] : {{.*}} -> tensor<3x!share.masked_bit>
  %2 = mpc.xor %1, %a : (tensor<3x!mpc.secret<i1>>, tensor<3x!mpc.secret<i1>>) -> tensor<3x!mpc.secret<i1>>
  // CHECK: share.not %[[X]]
  %3 = mpc.not %2 : tensor<3x!mpc.secret<i1>> -> tensor<3x!mpc.secret<i1>>
  return %3 : tensor<3x!mpc.secret<i1>>
}
