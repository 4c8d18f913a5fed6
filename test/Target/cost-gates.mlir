// The cost of each gate alone, on 8 elements: bits an element are bytes here, and the figures are those that the protocol's
// executable model counts (protocol.md, "Gates"), with the one round and 2 bits of the last remask added, and without the subsets that
// lt and eq share, which the model deals twice: one in each group but the last of a level. A digit that a level
// passes on alone (20 bits by 3, 64 bits) is opened once more than in the model: 2 bits.
// RUN: mpc-opt %s --pass-pipeline='builtin.module(convert-mpc-to-share{digit=3},func.func(share-schedule,share-verify))' -o %t.mlir
// RUN: mpc-translate --mpc-to-cost %t.mlir -o %t.json
// RUN: %python %S/Inputs/cost_table.py %t.json | FileCheck %s
// RUN: mpc-opt %s --pass-pipeline='builtin.module(convert-mpc-to-share{digit=4},func.func(share-schedule,share-verify))' -o %t4.mlir
// RUN: mpc-translate --mpc-to-cost %t4.mlir -o %t4.json
// RUN: %python %S/Inputs/cost_table.py %t4.json | FileCheck %s --check-prefix=DIGIT4
// REQUIRES: mpc-translate

// CHECK: multiply online 56 offline 28 rounds 1
func.func @multiply(%x: tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>, %y: tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<8x!mpc.secret<!mpc.fxp<28, 12>>> {
  %r = mpc.mul %x, %y : (tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<8x!mpc.secret<!mpc.fxp<28, 12>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<28, 12>>>
}

// CHECK: extend_8_20 online 24 offline 24 rounds 1
func.func @extend_8_20(%x: tensor<8x!mpc.secret<!mpc.fxp<8, 2>>>) -> tensor<8x!mpc.secret<!mpc.fxp<20, 2>>> {
  %r = mpc.rescale %x : tensor<8x!mpc.secret<!mpc.fxp<8, 2>>> -> tensor<8x!mpc.secret<!mpc.fxp<20, 2>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<20, 2>>>
}

// CHECK: extend_20_44 online 48 offline 48 rounds 1
func.func @extend_20_44(%x: tensor<8x!mpc.secret<!mpc.fxp<20, 2>>>) -> tensor<8x!mpc.secret<!mpc.fxp<44, 2>>> {
  %r = mpc.rescale %x : tensor<8x!mpc.secret<!mpc.fxp<20, 2>>> -> tensor<8x!mpc.secret<!mpc.fxp<44, 2>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<44, 2>>>
}

// CHECK: extend_32_52 online 40 offline 40 rounds 1
func.func @extend_32_52(%x: tensor<8x!mpc.secret<!mpc.fxp<32, 2>>>) -> tensor<8x!mpc.secret<!mpc.fxp<52, 2>>> {
  %r = mpc.rescale %x : tensor<8x!mpc.secret<!mpc.fxp<32, 2>>> -> tensor<8x!mpc.secret<!mpc.fxp<52, 2>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<52, 2>>>
}

// CHECK: extend_63_64 online 2 offline 2 rounds 1
func.func @extend_63_64(%x: tensor<8x!mpc.secret<!mpc.fxp<63, 2>>>) -> tensor<8x!mpc.secret<!mpc.fxp<64, 2>>> {
  %r = mpc.rescale %x : tensor<8x!mpc.secret<!mpc.fxp<63, 2>>> -> tensor<8x!mpc.secret<!mpc.fxp<64, 2>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<64, 2>>>
}

// CHECK: sign_8 online 12 offline 21 rounds 2
// DIGIT4: sign_8 online 8 offline 24 rounds 2
func.func @sign_8(%x: tensor<8x!mpc.secret<!mpc.fxp<8, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<8, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: sign_12 online 16 offline 40 rounds 2
// DIGIT4: sign_12 online 12 offline 43 rounds 2
func.func @sign_12(%x: tensor<8x!mpc.secret<!mpc.fxp<12, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<12, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: sign_16 online 26 offline 46 rounds 3
// DIGIT4: sign_16 online 16 offline 68 rounds 2
func.func @sign_16(%x: tensor<8x!mpc.secret<!mpc.fxp<16, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<16, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: sign_20 online 38 offline 65 rounds 3
// DIGIT4: sign_20 online 26 offline 78 rounds 3
func.func @sign_20(%x: tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<20, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: sign_32 online 58 offline 112 rounds 3
// DIGIT4: sign_32 online 42 offline 135 rounds 3
func.func @sign_32(%x: tensor<8x!mpc.secret<!mpc.fxp<32, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<32, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: sign_64 online 120 offline 222 rounds 4
// DIGIT4: sign_64 online 92 offline 287 rounds 4
func.func @sign_64(%x: tensor<8x!mpc.secret<!mpc.fxp<64, 0>>>) -> tensor<8x!mpc.secret<i1>> {
  %s = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<!mpc.fxp<64, 0>>> -> tensor<1x8x!mpc.secret<i1>>
  %r = mpc.reshape %s : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: select_20 online 40 offline 40 rounds 1
func.func @select_20(%b: tensor<8x!mpc.secret<i1>>, %x: tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>) -> tensor<8x!mpc.secret<!mpc.fxp<20, 0>>> {
  %r = mpc.select %b, %x : (tensor<8x!mpc.secret<i1>>, tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>) -> tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>
}

// CHECK: bit_to_number_20 online 40 offline 20 rounds 1
func.func @bit_to_number_20(%b: tensor<8x!mpc.secret<i1>>) -> tensor<8x!mpc.secret<!mpc.fxp<20, 0>>> {
  %r = mpc.cast %b : tensor<8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<20, 0>>>
}

// CHECK: conjunction online 2 offline 1 rounds 1
func.func @conjunction(%a: tensor<8x!mpc.secret<i1>>, %b: tensor<8x!mpc.secret<i1>>) -> tensor<8x!mpc.secret<i1>> {
  %r = mpc.and %a, %b : (tensor<8x!mpc.secret<i1>>, tensor<8x!mpc.secret<i1>>) -> tensor<8x!mpc.secret<i1>>
  return %r : tensor<8x!mpc.secret<i1>>
}

// CHECK: exp_16 online 32 offline 110 rounds 1
func.func @exp_16(%x: tensor<8x!mpc.secret<!mpc.fxp<17, 12>>>) -> tensor<8x!mpc.secret<!mpc.fxp<16, 13>>> {
  %r = mpc.exp_negative %x {floor = 16.0 : f64} : tensor<8x!mpc.secret<!mpc.fxp<17, 12>>> -> tensor<8x!mpc.secret<!mpc.fxp<16, 13>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<16, 13>>>
}

// CHECK: exp_48 online 32 offline 220 rounds 1
func.func @exp_48(%x: tensor<8x!mpc.secret<!mpc.fxp<18, 12>>>) -> tensor<8x!mpc.secret<!mpc.fxp<16, 13>>> {
  %r = mpc.exp_negative %x {floor = 48.0 : f64} : tensor<8x!mpc.secret<!mpc.fxp<18, 12>>> -> tensor<8x!mpc.secret<!mpc.fxp<16, 13>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<16, 13>>>
}

// CHECK: public_product online 56 offline 0 rounds 1
func.func @public_product(%x: tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>, %p: tensor<8xf32> {mpc.owner = "public"}) -> tensor<8x!mpc.secret<!mpc.fxp<28, 12>>> {
  %r = mpc.mul %x, %p {mpc.public_fraction = 12 : i64} : (tensor<8x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<8xf32>) -> tensor<8x!mpc.secret<!mpc.fxp<28, 12>>>
  return %r : tensor<8x!mpc.secret<!mpc.fxp<28, 12>>>
}
