// One violation for each numbered constraint of dialects/Share/README.md.
// RUN: mpc-opt %s -verify-diagnostics -split-input-file

!m = !share.masked<20, 12>
func.func @c1(%x: tensor<4x!m>) {
  // expected-error @+1 {{receiver must be 1 or 2 (SHARE-C1)}}
  %0 = share.mul %x, %x {receiver = 0 : i64} : (tensor<4x!m>, tensor<4x!m>) -> tensor<4x!share.additive<8, 12>>
  return
}

// -----

func.func @c1_round(%x: tensor<4x!share.xor_bit>) {
  // expected-error @+1 {{round must be at least 1 (SHARE-C1)}}
  %0 = share.remask %x {round = 0 : i64} : tensor<4x!share.xor_bit> -> tensor<4x!share.masked_bit>
  return
}

// -----

func.func @c2() {
  // expected-error @+1 {{owner must be "client" or "model", not "public" (SHARE-C2)}}
  share.input "public" () : () -> () {
    share.yield
  }
  return
}

// -----

func.func @c3(%a: tensor<4xf32>) {
  %0 = mpc.neg %a : tensor<4xf32> -> tensor<4xf32>
  // expected-error @+1 {{operands must be arguments of the function: an owner computes on what it provides (SHARE-C3)}}
  %1 = share.input "client" (%0) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    share.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @c3_owner(%a: tensor<4xf32> {mpc.owner = "client"}) {
  // expected-error @+1 {{an operand belongs to "client", the region to "model" (SHARE-C3)}}
  %1 = share.input "model" (%a) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    share.yield %x : tensor<4xf32>
  }
  return
}

// -----

!m = !share.masked<20, 12>
func.func @c3_share(%a: tensor<4x!m>) {
  // expected-error @+1 {{operands and block arguments must have one plain type (SHARE-C3)}}
  %1 = share.input "client" (%a) : (tensor<4x!m>) -> tensor<4x!m> {
  ^bb0(%x: tensor<4x!m>):
    share.yield %x : tensor<4x!m>
  }
  return
}

// -----

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @c4() {
  // expected-error @+1 {{weights belong to "model" (SHARE-C4)}}
  %1 = share.input "client" () : () -> tensor<4xf32> {
    %0 = mpc.weight @w : tensor<4xf32>
    share.yield %0 : tensor<4xf32>
  }
  return
}

// -----

func.func @c4_gate(%a: tensor<4xf32>) {
  // expected-error @+1 {{region holds share.encode: an owner runs mpc ops in clear (SHARE-C4)}}
  share.input "client" (%a) : (tensor<4xf32>) -> () {
  ^bb0(%x: tensor<4xf32>):
    %0 = share.encode %x : tensor<4xf32> -> tensor<4x!share.public<20, 12>>
    share.yield
  }
  return
}

// -----

func.func @c5(%a: tensor<4xf32>) {
  // expected-error @+1 {{yields 'tensor<4xf32>' for a result of type 'tensor<4x!share.masked_bit>' (SHARE-C5)}}
  %1 = share.input "client" (%a) : (tensor<4xf32>) -> tensor<4x!share.masked_bit> {
  ^bb0(%x: tensor<4xf32>):
    share.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @c6(%a: tensor<4xf32>) {
  // expected-error @+1 {{shape must be 4, not 5 (SHARE-C6)}}
  %0 = share.encode %a : tensor<4xf32> -> tensor<5x!share.public<20, 12>>
  return
}

// -----

func.func @c7(%a: tensor<4x!share.additive<20, 12>>) {
  // What is revealed must not go on through the program.
  // expected-error @+1 {{result may only be returned, not used by mpc.neg (SHARE-C7)}}
  %0 = share.reveal %a to "client" : tensor<4x!share.additive<20, 12>> -> tensor<4xf32>
  %1 = mpc.neg %0 : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @c7_owner(%a: tensor<4x!share.additive<20, 12>>) -> tensor<4xf32> {
  // expected-error @+1 {{owner must be "client" or "model", not "public" (SHARE-C7)}}
  %0 = share.reveal %a to "public" : tensor<4x!share.additive<20, 12>> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @c7_masked(%a: tensor<4x!share.masked<20, 12>>) -> tensor<4xf32> {
  // expected-error @+1 {{operand #0 must be tensor of additive shares or xor-shared bits}}
  %0 = share.reveal %a to "client" : tensor<4x!share.masked<20, 12>> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @c8(%a: tensor<4x!share.additive<20, 12>>) {
  // expected-error @+1 {{operand and result must be of one format (SHARE-C8)}}
  %0 = share.remask %a : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.masked<16, 12>>
  return
}

// -----

func.func @c9(%a: tensor<4x!share.masked_bit>) {
  // expected-error @+1 {{operand and result must be of one format (SHARE-C9)}}
  %0 = share.to_additive %a : tensor<4x!share.masked_bit> -> tensor<4x!share.additive<1, 0>>
  return
}

// -----

func.func @c10(%a: tensor<4x!share.masked<20, 12>>, %b: tensor<4x!share.additive<20, 12>>) {
  // expected-error @+1 {{operands must be both masked or both additive as the result is, or one of them public (SHARE-C10)}}
  %0 = share.add %a, %b : (tensor<4x!share.masked<20, 12>>, tensor<4x!share.additive<20, 12>>) -> tensor<4x!share.additive<20, 12>>
  return
}

// -----

func.func @c11(%a: tensor<4x!share.masked<20, 12>>, %b: tensor<4x!share.masked<20, 8>>) {
  // expected-error @+1 {{operands and result must have one width and one fraction (SHARE-C11)}}
  %0 = share.add %a, %b : (tensor<4x!share.masked<20, 12>>, tensor<4x!share.masked<20, 8>>) -> tensor<4x!share.masked<20, 12>>
  return
}

// -----

func.func @c12(%a: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{operand and result must have one type (SHARE-C12)}}
  %0 = share.neg %a : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.masked<20, 8>>
  return
}

// -----

func.func @c13(%a: tensor<4x!share.masked<20, 12>>, %b: tensor<4x!share.public<20, 8>>) {
  // expected-error @+1 {{operands and result must have one width, and the operands' fractions add up to the result's (SHARE-C13)}}
  %0 = share.mul_public %a, %b : (tensor<4x!share.masked<20, 12>>, tensor<4x!share.public<20, 8>>) -> tensor<4x!share.masked<20, 12>>
  return
}

// -----

func.func @c14(%a: tensor<2x4x!share.masked<20, 0>>, %b: tensor<3x4x!share.public<20, 0>>) {
  // expected-error @+1 {{operands' shapes do not fit a matrix product (SHARE-C14)}}
  %0 = share.matmul_public %a, %b : (tensor<2x4x!share.masked<20, 0>>, tensor<3x4x!share.public<20, 0>>) -> tensor<2x4x!share.masked<20, 0>>
  return
}

// -----

func.func @c15(%a: tensor<2x4x!share.masked<20, 0>>) {
  // expected-error @+1 {{shape must be 2x1, not 2 (SHARE-C15)}}
  %0 = share.reduce_sum %a {axes = array<i64: 1>} : tensor<2x4x!share.masked<20, 0>> -> tensor<2x!share.masked<20, 0>>
  return
}

// -----

func.func @c16(%a: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{result must have the operand's kind and fraction and at most its width (SHARE-C16)}}
  %0 = share.shrink %a : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.masked<24, 12>>
  return
}

// -----

func.func @c31(%a: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{s = k - k' >= 1 bits are dropped, and as many of the fraction as it has (SHARE-C31)}}
  %0 = share.coarsen %a : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.masked<10, 3>>
  return
}

// -----

func.func @c16_opens(%a: tensor<4x!share.masked<20, 12>>) {
  // A local op must not turn shares into public elements.
  // expected-error @+1 {{result must have the operand's kind and fraction and at most its width (SHARE-C16)}}
  %0 = share.shrink %a : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.public<20, 12>>
  return
}

// -----

func.func @c17(%a: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{result must have the operand's kind and width (SHARE-C17)}}
  %0 = share.reinterpret %a : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.additive<20, 0>>
  return
}

// -----

func.func @c18(%a: tensor<4x!share.additive<20, 12>>) {
  // expected-error @+1 {{t = f - f' >= 0 and k' <= K - t are needed (SHARE-C18)}}
  %0 = share.truncate %a : tensor<4x!share.additive<20, 12>> -> tensor<4x!share.additive<17, 8>>
  return
}

// -----

func.func @c19(%a: tensor<4x!share.masked<60, 12>>) {
  // expected-error @+1 {{needs a ring of at least 2 bits, and of at most 64 with the 8 bits above it (SHARE-C19)}}
  %0 = share.extend_high %a : tensor<4x!share.masked<60, 12>> -> tensor<4x!share.additive<8, 0>>
  return
}

// -----

func.func @c20(%a: tensor<4x!share.masked<20, 12>>, %b: tensor<4x!share.masked<8, 0>>) {
  // expected-error @+1 {{widths must add up, and the fraction be that of the low bits (SHARE-C20)}}
  %0 = share.join %a, %b : (tensor<4x!share.masked<20, 12>>, tensor<4x!share.masked<8, 0>>) -> tensor<4x!share.masked<32, 12>>
  return
}

// -----

!m = !share.masked<20, 12>
func.func @c21(%a: tensor<4x!m>) {
  // expected-error @+1 {{t = fx + fy - f' >= 0 and k' <= k - t are needed (SHARE-C21)}}
  %0 = share.mul %a, %a : (tensor<4x!m>, tensor<4x!m>) -> tensor<4x!share.additive<9, 12>>
  return
}

// -----

func.func @c21_rings(%a: tensor<4x!share.masked<20, 12>>, %b: tensor<4x!share.masked<24, 12>>) {
  // expected-error @+1 {{operands must have one width (SHARE-C21)}}
  %0 = share.mul %a, %b : (tensor<4x!share.masked<20, 12>>, tensor<4x!share.masked<24, 12>>) -> tensor<4x!share.additive<8, 12>>
  return
}

// -----

func.func @c22(%a: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{shape must be 1x13x4, not 1x14x4 (SHARE-C22)}}
  %0 = share.compare_digits %a {thresholds = array<i64: 0>, digit = 3 : i64} : tensor<4x!share.masked<20, 12>> -> tensor<1x14x4x!share.xor_bit>
  return
}

// -----

func.func @c22_threshold(%a: tensor<4x!share.masked<8, 4>>) {
  // expected-error @+1 {{threshold 129 lies outside the ring of 8 bits (SHARE-C22)}}
  %0 = share.compare_digits %a {thresholds = array<i64: 129>, digit = 4 : i64} : tensor<4x!share.masked<8, 4>> -> tensor<1x3x4x!share.xor_bit>
  return
}

// -----

func.func @c23(%a: tensor<1x5x4x!share.masked_bit>) {
  // expected-error @+1 {{shape must be 1x1x4, not 1x3x4 (SHARE-C23)}}
  %0 = share.lex_combine %a : tensor<1x5x4x!share.masked_bit> -> tensor<1x3x4x!share.xor_bit>
  return
}

// -----

func.func @c23_one(%a: tensor<1x1x4x!share.masked_bit>) {
  // expected-error @+1 {{needs [T, P] + s with P = 2 * digits - 1 planes of at least 2 digits (SHARE-C23)}}
  %0 = share.lex_combine %a : tensor<1x1x4x!share.masked_bit> -> tensor<1x1x4x!share.xor_bit>
  return
}

// -----

func.func @c24(%a: tensor<4x!share.masked_bit>, %b: tensor<4x!share.xor_bit>) {
  // expected-error @+1 {{bits must be of one kind (SHARE-C24)}}
  %0 = share.xor %a, %b : (tensor<4x!share.masked_bit>, tensor<4x!share.xor_bit>) -> tensor<4x!share.xor_bit>
  return
}

// -----

func.func @c25(%a: tensor<4x!share.masked<20, 12>>, %l: tensor<1x3x4x!share.xor_bit>) {
  // expected-error @+1 {{shape must be 1x1x4, not 1x3x4 (SHARE-C25)}}
  %0 = share.compare_finish %a, %l {thresholds = array<i64: 0>} : (tensor<4x!share.masked<20, 12>>, tensor<1x3x4x!share.xor_bit>) -> tensor<1x4x!share.xor_bit>
  return
}

// -----

func.func @c26(%a: tensor<4x!share.masked_bit>, %b: tensor<3x!share.masked_bit>) {
  // expected-error @+1 {{cannot broadcast 4 and 3 together (SHARE-C26)}}
  %0 = share.and %a, %b : (tensor<4x!share.masked_bit>, tensor<3x!share.masked_bit>) -> tensor<4x!share.xor_bit>
  return
}

// -----

func.func @c27(%a: tensor<4x!share.masked_bit>) {
  // expected-error @+1 {{result is 0 or 1, of fraction 0 (SHARE-C27)}}
  %0 = share.bit_to_arith %a : tensor<4x!share.masked_bit> -> tensor<4x!share.additive<20, 12>>
  return
}

// -----

func.func @c28(%a: tensor<2x4x!share.masked_bit>, %b: tensor<4x!share.masked<20, 12>>) {
  // expected-error @+1 {{the bit must broadcast to 4 (SHARE-C28)}}
  %0 = share.bit_mul %a, %b : (tensor<2x4x!share.masked_bit>, tensor<4x!share.masked<20, 12>>) -> tensor<2x4x!share.additive<20, 12>>
  return
}

// -----

!m = !share.masked<20, 12>
func.func @c29(%a: tensor<4x!m>) {
  // expected-error @+1 {{needs at least one frequency, and a cosine, a sine and a number of digits for each (SHARE-C29)}}
  %0 = share.periodic %a {frequencies = array<i64: 23, 64>, constant = 0 : i64, cosines = array<i64: 1, 1>, sines = array<i64: 0, 0>,
                          digits = array<i64: 12>, coefficient_bits = 16 : i64, public_bits = 12 : i64} : tensor<4x!m> -> tensor<4x!share.additive<20, 13>>
  return
}

// -----

!m = !share.masked<20, 12>
func.func @c29_ring(%a: tensor<4x!m>) {
  // expected-error @+1 {{needs t >= 0 and K = k' + t <= 64 bits, not t = 47, K = 67 (SHARE-C29)}}
  %0 = share.periodic %a {frequencies = array<i64: 23>, constant = 0 : i64, cosines = array<i64: 1>, sines = array<i64: 0>,
                          digits = array<i64: 30>, coefficient_bits = 16 : i64, public_bits = 30 : i64} : tensor<4x!m> -> tensor<4x!share.additive<20, 13>>
  return
}

// -----

func.func @c30(%a: tensor<4x!share.masked<16, 12>>) {
  // expected-error @+1 {{needs f + 4 < k <= f + 10: one case of the mask's wrap for each value of the bits above (SHARE-C30)}}
  %0 = share.exp %a {dealt_bits = 21 : i64, public_bits = 21 : i64} : tensor<4x!share.masked<16, 12>> -> tensor<4x!share.additive<16, 13>>
  return
}

// -----

func.func @c30_result(%a: tensor<4x!share.masked<17, 12>>) {
  // expected-error @+1 {{result needs 3 bits above its fraction (SHARE-C30)}}
  %0 = share.exp %a {dealt_bits = 21 : i64, public_bits = 21 : i64} : tensor<4x!share.masked<17, 12>> -> tensor<4x!share.additive<15, 13>>
  return
}
