// One violation for each numbered constraint of dialects/Mpc/README.md.
// RUN: mpc-opt %s -verify-diagnostics -split-input-file

func.func @c1() {
  // expected-error @+1 {{holds dense elements of f32, i64, i32 or i1 (MPC-C1)}}
  %0 = mpc.constant dense<1.0> : tensor<2xf64>
  return
}

// -----

// expected-error @+1 {{file must be a relative path without '..' (MPC-C2)}}
mpc.param @w {file = "weights/../../etc/passwd", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

// -----

// expected-error @+1 {{needs an offset >= 0 and a length of 16 bytes (MPC-C2)}}
mpc.param @w {file = "w.bin", offset = 0 : i64, length = 15 : i64, type = tensor<4xf32>}

// -----

// expected-error @+1 {{type must be a statically shaped tensor of f32, i64, i32 or i1 (MPC-C2)}}
mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<?xf32>}

// -----

func.func @c3() {
  // expected-error @+1 {{'nowhere' is no mpc.param (MPC-C3)}}
  %0 = mpc.weight @nowhere : tensor<4xf32>
  return
}

// -----

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @c3_type() {
  // expected-error @+1 {{is of type 'tensor<2x2xf32>', its parameter of type 'tensor<4xf32>' (MPC-C3)}}
  %0 = mpc.weight @w : tensor<2x2xf32>
  return
}

// -----

func.func @c4() {
  // expected-error @+1 {{owner must be "client" or "model", not "helper" (MPC-C4)}}
  mpc.owned "helper" () : () -> () {
    mpc.yield
  }
  return
}

// -----

func.func @c5(%a: tensor<4x!mpc.secret<f32>>) {
  %0 = mpc.neg %a : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
  // A computed secret must not become its owner's clear value.
  // expected-error @+1 {{a secret operand must be an argument of the function: an owner computes on what it provides (MPC-C5)}}
  %1 = mpc.owned "client" (%0) : (tensor<4x!mpc.secret<f32>>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    mpc.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @c5_owner(%a: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) {
  // expected-error @+1 {{argument 0 belongs to "client", the region to "model" (MPC-C5)}}
  %1 = mpc.owned "model" (%a) : (tensor<4x!mpc.secret<f32>>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    mpc.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @c6(%a: tensor<4x!mpc.secret<f32>>) {
  // expected-error @+1 {{block argument of type 'tensor<4xi64>' does not stand for an operand of type 'tensor<4x!mpc.secret<f32>>' (MPC-C6)}}
  %1 = mpc.owned "client" (%a) : (tensor<4x!mpc.secret<f32>>) -> tensor<4xi64> {
  ^bb0(%x: tensor<4xi64>):
    mpc.yield %x : tensor<4xi64>
  }
  return
}

// -----

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @c7_weight() {
  // expected-error @+1 {{weights belong to "model" (MPC-C7)}}
  %1 = mpc.owned "client" () : () -> tensor<4xf32> {
    %0 = mpc.weight @w : tensor<4xf32>
    mpc.yield %0 : tensor<4xf32>
  }
  return
}

// -----

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @c7_secret() {
  // expected-error @+1 {{region computes a value that is not plain, by mpc.weight (MPC-C7)}}
  mpc.owned "model" () : () -> () {
    %0 = mpc.weight @w : tensor<4x!mpc.secret<f32>>
    mpc.yield
  }
  return
}

// -----

func.func @c7_dialect() {
  // expected-error @+1 {{region holds func.call: an owner runs mpc ops in clear, and no region of its own (MPC-C7)}}
  mpc.owned "model" () : () -> () {
    func.call @c7_dialect() : () -> ()
    mpc.yield
  }
  return
}

// -----

func.func @c8(%a: tensor<4x!mpc.secret<f32>>) {
  // expected-error @+1 {{yields 'tensor<4xf32>' for a result of type 'tensor<4x!mpc.secret<i64>>' (MPC-C8)}}
  %1 = mpc.owned "client" (%a) : (tensor<4x!mpc.secret<f32>>) -> tensor<4x!mpc.secret<i64>> {
  ^bb0(%x: tensor<4xf32>):
    mpc.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @c10(%a: tensor<4x!mpc.secret<f32>>) {
  // Structure must not open a secret.
  // expected-error @+1 {{cannot move elements of type '!mpc.secret<f32>' into 'f32' (MPC-C10)}}
  %0 = mpc.reshape %a : tensor<4x!mpc.secret<f32>> -> tensor<2x2xf32>
  return
}

// -----

func.func @c10_wider(%a: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) {
  // expected-error @+1 {{cannot move elements of type '!mpc.secret<!mpc.fxp<20, 12>>' into '!mpc.secret<!mpc.fxp<24, 12>>' (MPC-C10)}}
  %0 = mpc.reshape %a : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x2x!mpc.secret<!mpc.fxp<24, 12>>>
  return
}

// -----

func.func @c11(%a: tensor<4xf32>) {
  // expected-error @+1 {{has 4 elements to place and room for 6 (MPC-C11)}}
  %0 = mpc.reshape %a : tensor<4xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @c12(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{permutation must name each dimension of the input once (MPC-C12)}}
  %0 = mpc.transpose %a {permutation = array<i64: 1, 1>} : tensor<2x3xf32> -> tensor<3x3xf32>
  return
}

// -----

func.func @c12_shape(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{shape must be 3x2, not 2x3 (MPC-C12)}}
  %0 = mpc.transpose %a {permutation = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @c13(%a: tensor<4xf32>) {
  // expected-error @+1 {{reads outside dimension 0 of 4 elements (MPC-C13)}}
  %0 = mpc.slice %a {offsets = array<i64: 1>, strides = array<i64: 2>} : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @c13_wraps(%a: tensor<4xf32>) {
  // 3 + 2 * 2^63 - 2 wraps to 1 in 64 bits.
  // expected-error @+1 {{reads outside dimension 0 of 4 elements (MPC-C13)}}
  %0 = mpc.slice %a {offsets = array<i64: 3>, strides = array<i64: 9223372036854775807>} : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @c14(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+1 {{operands must agree in all dimensions but the axis (MPC-C14)}}
  %0 = mpc.concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @c14_axis(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axis must be in [0, 2), not -1 (MPC-C14)}}
  %0 = mpc.concat %a, %a {axis = -1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @c15(%a: tensor<2xf32>) {
  // expected-error @+1 {{cannot broadcast 2 to 3x4 (MPC-C15)}}
  %0 = mpc.broadcast %a : tensor<2xf32> -> tensor<3x4xf32>
  return
}

// -----

func.func @c16(%a: tensor<2x3xf32>, %i: tensor<5xi64>) {
  // expected-error @+1 {{shape must be 2x5, not 5x3 (MPC-C16)}}
  %0 = mpc.gather %a, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<5xi64>) -> tensor<5x3xf32>
  return
}

// -----

func.func @secret_index(%a: tensor<8x3xf32>, %i: tensor<5x!mpc.secret<i64>>) {
  // A gather at a secret index would open it: refused by the operand's type.
  // expected-error @+1 {{operand #1 must be statically shaped tensor of public elements}}
  %0 = mpc.gather %a, %i {axis = 0 : i64} : (tensor<8x3xf32>, tensor<5x!mpc.secret<i64>>) -> tensor<5x3xf32>
  return
}

// -----

func.func @c20(%a: tensor<4x!mpc.secret<f32>>) {
  // expected-error @+1 {{would open a secret: its result is plain (MPC-C20)}}
  %0 = mpc.exp %a : tensor<4x!mpc.secret<f32>> -> tensor<4xf32>
  return
}

// -----

func.func @c20_plain(%a: tensor<4xf32>) {
  // expected-error @+1 {{result is secret though no operand is (MPC-C20)}}
  %0 = mpc.add %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4x!mpc.secret<f32>>
  return
}

// -----

func.func @c20_condition(%c: tensor<4x!mpc.secret<i1>>, %a: tensor<4xf32>) {
  // expected-error @+1 {{would open a secret: its result is plain (MPC-C20)}}
  %0 = mpc.where %c, %a, %a : (tensor<4x!mpc.secret<i1>>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @c21(%a: tensor<4xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{cannot broadcast 4 and 3 together (MPC-C21)}}
  %0 = mpc.add %a, %b : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @c21_result(%a: tensor<4xf32>, %b: tensor<2x1xf32>) {
  // expected-error @+1 {{shape must be 2x4, not 4 (MPC-C21)}}
  %0 = mpc.add %a, %b : (tensor<4xf32>, tensor<2x1xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @c22(%a: tensor<4xf32>, %b: tensor<4xi64>) {
  // expected-error @+1 {{takes two numbers of one kind and makes the same (MPC-C22)}}
  %0 = mpc.add %a, %b : (tensor<4xf32>, tensor<4xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @c22_real(%a: tensor<4xi64>) {
  // expected-error @+1 {{takes real numbers and makes the same (MPC-C22)}}
  %0 = mpc.exp %a : tensor<4xi64> -> tensor<4xi64>
  return
}

// -----

func.func @c22_bits(%a: tensor<4xf32>) {
  // expected-error @+1 {{takes two i1 and makes i1 (MPC-C22)}}
  %0 = mpc.and %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

!x = !mpc.secret<!mpc.fxp<40, 12>>
func.func @c23(%a: tensor<4x!x>) {
  // expected-error @+1 {{has no fixed-point form; it must be approximated before formats are assigned (MPC-C23)}}
  %0 = mpc.tanh %a : tensor<4x!x> -> tensor<4x!x>
  return
}

// -----

!x = !mpc.secret<!mpc.fxp<40, 12>>
func.func @c23_cast(%a: tensor<4x!x>) {
  // expected-error @+1 {{casts no fixed-point value but to its own type}}
  %0 = mpc.cast %a : tensor<4x!x> -> tensor<4x!mpc.secret<!mpc.fxp<40, 8>>>
  return
}

// -----

!x = !mpc.secret<!mpc.fxp<40, 12>>
!y = !mpc.secret<!mpc.fxp<40, 8>>
func.func @c24(%a: tensor<4x!x>, %b: tensor<4x!y>) {
  // expected-error @+1 {{operand format '!mpc.fxp<40, 8>' does not fit '!mpc.fxp<40, 12>': one fraction and at least its width are needed (MPC-C24)}}
  %0 = mpc.add %a, %b : (tensor<4x!x>, tensor<4x!y>) -> tensor<4x!x>
  return
}

// -----

!x = !mpc.secret<!mpc.fxp<40, 12>>
func.func @c25(%a: tensor<4x!x>) {
  // 12 + 12 - 12 bits are truncated: 28 remain.
  // expected-error @+1 {{a product of 40 bits with 24 fractional cannot become '!mpc.fxp<29, 12>': t >= 0 and k <= K - t are needed (MPC-C25)}}
  %0 = mpc.mul %a, %a : (tensor<4x!x>, tensor<4x!x>) -> tensor<4x!mpc.secret<!mpc.fxp<29, 12>>>
  return
}

// -----

func.func @c26(%a: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) {
  // expected-error @+1 {{cannot truncate '!mpc.fxp<20, 12>' to '!mpc.fxp<18, 8>': k' <= k - (f - f') is needed (MPC-C26)}}
  %0 = mpc.rescale %a : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<18, 8>>>
  return
}

// -----

func.func @near_with_fraction(%a: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) {
  // expected-error @+1 {{makes fixed point without fraction, k' <= k - f (MPC-C26)}}
  %0 = mpc.near %a : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<8, 1>>>
  return
}

// -----

func.func @c27(%a: tensor<4xf32>) {
  // expected-error @+1 {{predicate must be eq, ne, lt, le, gt or ge, not "less" (MPC-C27)}}
  %0 = mpc.compare %a, %a {predicate = "less"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  return
}

// -----

func.func @c28(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axes must be sorted, distinct and dimensions of the input (MPC-C28)}}
  %0 = mpc.reduce "sum" %a {axes = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<1x1xf32>
  return
}

// -----

func.func @c28_kind(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{kind must be sum, mean, max, min or prod, not "median" (MPC-C28)}}
  %0 = mpc.reduce "median" %a {axes = array<i64: 1>} : tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @c29(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  // expected-error @+1 {{cannot multiply 2x3 by 2x3 (MPC-C29)}}
  %0 = mpc.matmul %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @c30(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{axis must be in [0, 2), not 2 (MPC-C30)}}
  %0 = mpc.argmax %a {axis = 2 : i64} : tensor<2x3xf32> -> tensor<2x1xi64>
  return
}

// -----

func.func @c31(%a: tensor<2xi64>) {
  // expected-error @+1 {{depth must be at least 1 (MPC-C31)}}
  %0 = mpc.one_hot %a {depth = 0 : i64} : tensor<2xi64> -> tensor<2x0xi1>
  return
}

// -----

func.func @c32(%a: tensor<2x3xf32>, %i: tensor<4x3xi64>) {
  // expected-error @+1 {{needs equal batch dimensions and indices into dimensions that the input has (MPC-C32)}}
  %0 = mpc.gather_nd %a, %i {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @c33(%i: tensor<3xi64>, %t: tensor<8x4xf32>) {
  // expected-error @+1 {{shape must be 3x4, not 3x8 (MPC-C33)}}
  %0 = mpc.embedding %i, %t : (tensor<3xi64>, tensor<8x4xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @c34(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{bias must be f32 and broadcast to 2x3 (MPC-C34)}}
  %0 = mpc.softmax %a, %b : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @c35(%q: tensor<1x4x6x8xf32>, %k: tensor<1x3x6x8xf32>) {
  // expected-error @+1 {{the query's 4 heads must be a multiple of the key's 3 (MPC-C35)}}
  %0 = mpc.attention %q, %k, %k {scale = 1.0 : f64} : (tensor<1x4x6x8xf32>, tensor<1x3x6x8xf32>, tensor<1x3x6x8xf32>) -> tensor<1x4x6x8xf32>
  return
}

// -----

func.func @c36(%a: tensor<2x3xf32>, %g: tensor<2xf32>) {
  // expected-error @+1 {{gain and bias must broadcast to the input, 2x3 (MPC-C36)}}
  %0 = mpc.rms_norm %a, %g {epsilon = 1.0e-5 : f64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @c37(%a: tensor<2x4xf32>, %c: tensor<2x4x!mpc.secret<f32>>) {
  // expected-error @+1 {{cos and sin must be public f32 and broadcast to 2x4 (MPC-C37)}}
  %0 = mpc.rotary %a, %c, %c : (tensor<2x4xf32>, tensor<2x4x!mpc.secret<f32>>, tensor<2x4x!mpc.secret<f32>>) -> tensor<2x4x!mpc.secret<f32>>
  return
}

// -----

func.func @c38(%a: tensor<4xf32>) {
  // expected-error @+1 {{period must be a power of two and at least 1 (MPC-C38)}}
  %0 = mpc.periodic %a {period = 6.28 : f64, frequencies = array<i64: 1>, constant = 0.5 : f64, cosines = array<f64: 1.0>, sines = array<f64: 0.0>,
                        low = -4.0 : f64, high = 4.0 : f64, error = 1.0e-3 : f64} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @c38_ring(%a: tensor<4x!mpc.secret<!mpc.fxp<19, 12>>>) {
  // expected-error @+1 {{reads 20 bits of '!mpc.fxp<19, 12>' (MPC-C38)}}
  %0 = mpc.periodic %a {period = 256.0 : f64, frequencies = array<i64: 1>, constant = 0.5 : f64, cosines = array<f64: 1.0>, sines = array<f64: 0.0>,
                        low = -4.0 : f64, high = 4.0 : f64, error = 1.0e-3 : f64} : tensor<4x!mpc.secret<!mpc.fxp<19, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
  return
}

// -----

func.func @c39(%a: tensor<4xf32>) {
  // expected-error @+1 {{floor must be 16, 48, 112, ...: 32 A - 16 for A a power of two (MPC-C39)}}
  %0 = mpc.exp_negative %a {floor = 32.0 : f64} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @c40(%a: tensor<4xf32>) {
  // expected-error @+1 {{mpc.range must be array<f64: lo, hi> with lo <= hi (MPC-C40)}}
  %0 = mpc.neg %a {mpc.range = array<f64: 1.0, -1.0>} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// expected-error @+1 {{mpc.owner must be "client", "model" or "public" (MPC-C41)}}
func.func @c41(%a: tensor<4xf32> {mpc.owner = "server"}) {
  return
}

// -----

func.func @c42(%a: tensor<4xf32>) {
  // expected-error @+1 {{shape must be 2x4, not 4 (MPC-C42)}}
  %0 = mpc.below %a {thresholds = array<f64: 0.0, 1.0>} : tensor<4xf32> -> tensor<4xi1>
  return
}

// -----

func.func @c42_ring(%a: tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>) {
  // expected-error @+1 {{threshold 9.000000e+00 lies outside '!mpc.fxp<16, 12>' (MPC-C42)}}
  %0 = mpc.below %a {thresholds = array<f64: 9.0>} : tensor<4x!mpc.secret<!mpc.fxp<16, 12>>> -> tensor<1x4x!mpc.secret<i1>>
  return
}

// -----

func.func @c43(%b: tensor<3x4xi1>) {
  // expected-error @+1 {{needs a coefficient for each of the bits along the first dimension (MPC-C43)}}
  %0 = mpc.bit_sum %b {coefficients = array<f64: 1.0, 2.0>, constant = 0.0 : f64} : tensor<3x4xi1> -> tensor<4xf32>
  return
}

// -----

func.func @c44(%b: tensor<2x4xi1>, %a: tensor<4xf32>) {
  // expected-error @+1 {{the bit must broadcast to 4 (MPC-C44)}}
  %0 = mpc.select %b, %a : (tensor<2x4xi1>, tensor<4xf32>) -> tensor<2x4xf32>
  return
}

// -----

// expected-error @+1 {{a secret holds f32, i64, i32, i1 or !mpc.fxp, not 'f64'}}
func.func private @secret_of_f64(tensor<4x!mpc.secret<f64>>)

// -----

// expected-error @+2 {{ring width must be 1 to 64 bits, not 65}}
// expected-error @+1 {{failed to parse Mpc_SecretType parameter 'value'}}
func.func private @ring_of_65(tensor<4x!mpc.secret<!mpc.fxp<65, 12>>>)
