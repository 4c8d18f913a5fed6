// What a gate's roundings may add decides how many bits are dealt; without it they stay near an ulp of the result.
// RUN: mpc-opt %s --convert-mpc-to-share | FileCheck %s

!x = tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
!y = tensor<4x!mpc.secret<!mpc.fxp<16, 13>>>

// CHECK-LABEL: @near
// CHECK: share.periodic {{.*}}digits = array<i64: 15, 12>, {{.*}}public_bits = 16 : i64
func.func @near(%x: !x) -> !y {
  %y = mpc.periodic %x {period = 256.0 : f64, frequencies = array<i64: 26, 71>, constant = 1.0 : f64, cosines = array<f64: -0.9, -0.1>,
                        sines = array<f64: 0.0, 0.0>, low = -4.0 : f64, high = 4.0 : f64, error = 1.0e-03 : f64} : !x -> !y
  return %y : !y
}

// Of 2^-9 a truncation takes 2^-13 at most, two public factors 2^-10.5, what is dealt (0.9 2^-11 + 0.1 2^-7) 2^-0.5.
// CHECK-LABEL: @coarse
// CHECK: share.periodic {{.*}}digits = array<i64: 11, 7>, {{.*}}public_bits = 11 : i64
func.func @coarse(%x: !x) -> !y {
  %y = mpc.periodic %x {mpc.rounding = 0.001953125 : f64, period = 256.0 : f64, frequencies = array<i64: 26, 71>, constant = 1.0 : f64,
                        cosines = array<f64: -0.9, -0.1>, sines = array<f64: 0.0, 0.0>, low = -4.0 : f64, high = 4.0 : f64,
                        error = 1.0e-03 : f64} : !x -> !y
  return %y : !y
}

// e^8 half units and an ulp: 2^-10 needs 21 bits, 2^-9 20.
// CHECK-LABEL: @exponentials
// CHECK: share.exp {{.*}}dealt_bits = 21 : i64, public_bits = 21 : i64
// CHECK: share.exp {{.*}}dealt_bits = 20 : i64, public_bits = 20 : i64
// CHECK: share.exp {{.*}}dealt_bits = 26 : i64, public_bits = 26 : i64
func.func @exponentials(%x: !x) -> (!y, !y, !y) {
  %0 = mpc.exp_negative %x {mpc.rounding = 0.0009765625 : f64, floor = 48.0 : f64} : !x -> !y
  %1 = mpc.exp_negative %x {mpc.rounding = 0.001953125 : f64, floor = 48.0 : f64} : !x -> !y
  %2 = mpc.exp_negative %x {floor = 48.0 : f64} : !x -> !y
  return %0, %1, %2 : !y, !y, !y
}
