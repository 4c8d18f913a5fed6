// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-approximate))'
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate{max-error=0}))' 2>&1 | FileCheck %s
// CHECK: max-error must be between 1e-7 and 0.5

!s = tensor<4x!mpc.secret<f32>>

// All of them in one list.
func.func @list(%x: !s, %e: tensor<4x0x!mpc.secret<f32>>) -> (!s, !s, tensor<4x1x!mpc.secret<f32>>) {
  // expected-error @+1 {{'mpc.mod' needs one constant divisor other than 0}}
  %0 = mpc.mod %x, %x : (!s, !s) -> !s
  %zero = mpc.constant dense<0.0> : tensor<f32>
  // expected-error @+1 {{'mpc.div' divides by 0}}
  %1 = mpc.div %x, %zero : (!s, tensor<f32>) -> !s
  // expected-error @+1 {{'mpc.reduce' reduces a dimension of size 0, of which no number is the max}}
  %2 = mpc.reduce "max" %e {axes = array<i64: 1>} : tensor<4x0x!mpc.secret<f32>> -> tensor<4x1x!mpc.secret<f32>>
  return %0, %1, %2 : !s, !s, tensor<4x1x!mpc.secret<f32>>
}

// -----

!i = tensor<4x!mpc.secret<i64>>

func.func @integers(%x: !i) -> !i {
  // expected-error @+1 {{'mpc.add' computes on secret integers; only their owner can}}
  %0 = mpc.add %x, %x : (!i, !i) -> !i
  return %0 : !i
}
