// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-verify-ranges))'

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>
!b = tensor<4x!mpc.secret<!mpc.fxp<40, 18>>>

// Whatever fits is silent.
func.func @good(%x: !a) -> !b {
  %0 = mpc.neg %x {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "proved"} : !a -> !a
  %1 = mpc.rescale %0 {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "proved"} : !a -> !b
  return %1 : !b
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>

func.func @overflow(%x: !a) -> !a {
  // expected-error @+1 {{'mpc.neg' lies in [-9.000000e+00, 9.000000e+00], which a ring of 22 bits with 18 fractional cannot hold}}
  %0 = mpc.neg %x {mpc.range = array<f64: -9.0, 9.0>, mpc.range_kind = "proved"} : !a -> !a
  return %0 : !a
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>
!b = tensor<4x!mpc.secret<!mpc.fxp<40, 18>>>

func.func @extends(%x: !a) -> !b {
  // expected-error @+1 {{extends a ring that its interval fills: one bit must be spare}}
  %0 = mpc.rescale %x {mpc.range = array<f64: -8.0, 8.0>, mpc.range_kind = "assumed"} : !a -> !b
  return %0 : !b
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>
!c = tensor<4x!mpc.secret<!mpc.fxp<20, 18>>>

func.func @narrows(%x: !a) -> (!c, !c) {
  %0 = mpc.neg %x {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "proved"} : !a -> !a
  // Not used outside: fine.
  %1 = mpc.rescale %0 {mpc.range = array<f64: -1.0, 1.0>, mpc.range_kind = "proved", mpc.wraps} : !a -> !c
  // expected-error @+1 {{states a proved interval that its operand's does not imply}}
  %2 = mpc.rescale %0 {mpc.range = array<f64: -1.0, 1.0>, mpc.range_kind = "proved"} : !a -> !c
  return %1, %2 : !c, !c
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>

func.func @compares(%x: !a) -> tensor<1x4x!mpc.secret<i1>> {
  %0 = mpc.neg %x {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "proved"} : !a -> !a
  // expected-error @+1 {{compares a value in [-4.000000e+00, 4.000000e+00] with 6.000000e+00: the difference does not fit 22 bits with 18 fractional}}
  %1 = mpc.below %0 {thresholds = array<f64: 6.0>} : !a -> tensor<1x4x!mpc.secret<i1>>
  return %1 : tensor<1x4x!mpc.secret<i1>>
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>

func.func @adds(%x: !a) -> !a {
  %c = mpc.constant dense<100.0> : tensor<f32>
  // expected-error @+1 {{adds a public value in [1.000000e+02, 1.000000e+02], which a ring of 22 bits with 18 fractional cannot hold}}
  %0 = mpc.add %x, %c {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "assumed"} : (!a, tensor<f32>) -> !a
  return %0 : !a
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>

func.func @unstated(%x: !a) -> !a {
  // expected-error @+1 {{has no interval (mpc.range); run mpc-infer-ranges}}
  %0 = mpc.neg %x : !a -> !a
  return %0 : !a
}

// -----

!a = tensor<4x!mpc.secret<f32>>

func.func @no_format(%x: !a) -> !a {
  // expected-error @+1 {{has no fixed-point format; run mpc-assign-formats}}
  %0 = mpc.neg %x : !a -> !a
  return %0 : !a
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<64, 18>>>

// Beyond every ring, though its product was said to be small.
func.func @huge_factor(%x: !a) -> !a {
  %c = mpc.constant dense<1.0e+30> : tensor<f32>
  // expected-error @+1 {{has a public factor that its ring cannot hold}}
  %0 = mpc.mul %x, %c {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "assumed", mpc.public_fraction = 0 : i64} : (!a, tensor<f32>) -> !a
  return %0 : !a
}

// -----

!a = tensor<4x!mpc.secret<!mpc.fxp<22, 18>>>

// One element that is no number among others that fit.
func.func @not_a_number(%x: !a) -> !a {
  %c = mpc.constant dense<[1.0, 0x7FC00000, 2.0, 0.5]> : tensor<4xf32>
  // expected-error @+1 {{adds a public value in}}
  %0 = mpc.add %x, %c {mpc.range = array<f64: -4.0, 4.0>, mpc.range_kind = "assumed"} : (!a, tensor<4xf32>) -> !a
  return %0 : !a
}
