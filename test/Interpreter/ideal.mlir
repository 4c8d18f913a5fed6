// A share program on unmasked integers: a product with truncation, a comparison, a selection; and exact agreement where there is no
// truncation to round.
// REQUIRES: mpc-interpret
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/npz.py write %t/case.npz 'in:x=f4[4]:1.5,-2,0.25,-5.5' 'out:square=f4[4]:2.25,4,0.0625,30.25' 'out:relu=f4[4]:1.5,0,0.25,0'
// RUN: mpc-interpret %s --semantics ideal --input %t/case.npz --compare %t/case.npz --tolerance 0 | FileCheck %s
// RUN: mpc-interpret %s --semantics ideal --seed 3 --input %t/case.npz --compare %t/case.npz --tolerance 0.0004 | FileCheck %s --check-prefix=COINS
// RUN: not mpc-interpret %s --semantics f32 --input %t/case.npz 2>&1 | FileCheck %s --check-prefix=PHASE
// CHECK: square: max abs error 0.000e+00
// CHECK: relu: max abs error 0.000e+00
// COINS: square: max abs error
// COINS: relu: max abs error 0.000e+00
// PHASE: the f32 interpreter runs phases before protocol

!m = !share.masked<30, 12>
func.func @main(%x: tensor<4xf32> {mpc.name = "x", mpc.owner = "client"}) -> (tensor<4xf32> {mpc.name = "square"}, tensor<4xf32> {mpc.name = "relu"}) {
  %0 = share.input "client" (%x) : (tensor<4xf32>) -> tensor<4x!m> {
  ^bb0(%i: tensor<4xf32>):
    share.yield %i : tensor<4xf32>
  }
  %1 = share.mul %0, %0 : (tensor<4x!m>, tensor<4x!m>) -> tensor<4x!share.additive<18, 12>>
  %2 = share.reveal %1 to "client" : tensor<4x!share.additive<18, 12>> -> tensor<4xf32>
  // 29 bits by digits of 4: 8 digits, groups of 3, 3 and 2, then one group of 3.
  %3 = share.compare_digits %0 {thresholds = array<i64: 0>, digit = 4 : i64} : tensor<4x!m> -> tensor<1x15x4x!share.xor_bit>
  %4 = share.remask %3 : tensor<1x15x4x!share.xor_bit> -> tensor<1x15x4x!share.masked_bit>
  %5 = share.lex_combine %4 : tensor<1x15x4x!share.masked_bit> -> tensor<1x5x4x!share.xor_bit>
  %6 = share.remask %5 : tensor<1x5x4x!share.xor_bit> -> tensor<1x5x4x!share.masked_bit>
  %7 = share.lex_combine %6 : tensor<1x5x4x!share.masked_bit> -> tensor<1x1x4x!share.xor_bit>
  %8 = share.compare_finish %0, %7 {thresholds = array<i64: 0>} : (tensor<4x!m>, tensor<1x1x4x!share.xor_bit>) -> tensor<1x4x!share.xor_bit>
  %9 = share.not %8 : tensor<1x4x!share.xor_bit> -> tensor<1x4x!share.xor_bit>
  %10 = share.remask %9 : tensor<1x4x!share.xor_bit> -> tensor<1x4x!share.masked_bit>
  %11 = mpc.reshape %10 : tensor<1x4x!share.masked_bit> -> tensor<4x!share.masked_bit>
  %12 = share.bit_mul %11, %0 : (tensor<4x!share.masked_bit>, tensor<4x!m>) -> tensor<4x!share.additive<30, 12>>
  %13 = share.reveal %12 to "client" : tensor<4x!share.additive<30, 12>> -> tensor<4xf32>
  return %2, %13 : tensor<4xf32>, tensor<4xf32>
}
