// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(convert-mpc-to-share)'

func.func @no_public_fraction(%x: tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, %p: tensor<f32> {mpc.owner = "public"}) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>> {
  // expected-error @+2 {{needs mpc.public_fraction from 0 to 63}}
  // expected-error @+1 {{failed to legalize operation 'mpc.mul'}}
  %0 = mpc.mul %x, %p : (tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<f32>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
  return %0 : tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
}

// -----

// Types that the precision phase did not touch are refused, not passed on.
func.func @no_format(%x: tensor<4x!mpc.secret<f32>>) -> tensor<4x!mpc.secret<f32>> {
  // expected-error @+1 {{uses argument 0 of type 'tensor<4x!mpc.secret<f32>>' outside its owner's clear computation}}
  %0 = mpc.neg %x : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
  return %0 : tensor<4x!mpc.secret<f32>>
}

// -----

// So are ops that have no gate, and weights without a format.
module {
  mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
  func.func @too_high() -> tensor<4x!mpc.secret<f32>> {
    // expected-error @+2 {{needs a fixed-point format and an mpc.param}}
    // expected-error @+1 {{failed to legalize operation 'mpc.weight'}}
    %0 = mpc.weight @w : tensor<4x!mpc.secret<f32>>
    return %0 : tensor<4x!mpc.secret<f32>>
  }
}

// -----

func.func @public_result(%x: tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>) -> (tensor<4x!mpc.secret<!mpc.fxp<16, 12>>> {mpc.owner = "public"}) {
  // expected-error @+2 {{result 0 is secret and declared public}}
  // expected-error @+1 {{failed to legalize operation 'func.return'}}
  return %x : tensor<4x!mpc.secret<!mpc.fxp<16, 12>>>
}

// -----

func.func @public_bit(%a: tensor<3x!mpc.secret<i1>>, %b: tensor<3xi1> {mpc.owner = "public"}) -> tensor<3x!mpc.secret<i1>> {
  // expected-error @+2 {{of a secret and a public bit has no gate}}
  // expected-error @+1 {{failed to legalize operation 'mpc.and'}}
  %0 = mpc.and %a, %b : (tensor<3x!mpc.secret<i1>>, tensor<3xi1>) -> tensor<3x!mpc.secret<i1>>
  return %0 : tensor<3x!mpc.secret<i1>>
}

// -----

// 64 bits do not hold 20 integer bits and the product of tables for 30 fractional bits.
func.func @periodic_room(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<60, 30>>> {
  // expected-error @+2 {{leaves no room for the gate's product in 64 bits}}
  // expected-error @+1 {{failed to legalize operation 'mpc.periodic'}}
  %0 = mpc.periodic %x {period = 64.0 : f64, frequencies = array<i64: 1>, constant = 0.0 : f64, cosines = array<f64: 1048576.0>, sines = array<f64: 0.0>,
                        low = -32.0 : f64, high = 32.0 : f64, error = 0.01 : f64} : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<4x!mpc.secret<!mpc.fxp<60, 30>>>
  return %0 : tensor<4x!mpc.secret<!mpc.fxp<60, 30>>>
}
