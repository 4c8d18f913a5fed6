// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{assumed-bound=1.0e12},mpc-assign-formats))'

!s = tensor<4x!mpc.secret<f32>>

func.func @wide(%x: !s) -> !s {
  // expected-error @+1 {{a product whose result lies in [0.000000e+00, 1.000000e+12] needs a ring of 78 bits with 18 and 18 fractional bits in its operands; 64 is the most}}
  %y = mpc.mul %x, %x : (!s, !s) -> !s
  return %y : !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>

func.func @left(%x: !s) -> !s {
  // expected-error @+1 {{'mpc.tanh' has no fixed-point form; mpc-approximate turns it into ops that do}}
  %y = mpc.tanh %x : !s -> !s
  return %y : !s
}
