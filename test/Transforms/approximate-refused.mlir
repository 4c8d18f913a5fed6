// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-approximate))'
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate{max-error=0}))' 2>&1 | FileCheck %s
// CHECK: max-error must be between 1e-7 and 0.5

!s = tensor<4x!mpc.secret<f32>>

// All of them in one list.
func.func @list(%x: !s) -> (!s, !s, !s) {
  // expected-error @+1 {{'mpc.floor' has no approximation on secret values yet}}
  %0 = mpc.floor %x : !s -> !s
  // expected-error @+1 {{'mpc.exp' needs a stated range of its argument}}
  %1 = mpc.exp %x : !s -> !s
  // expected-error @+1 {{'mpc.pow' has a secret or unsuitable exponent}}
  %2 = mpc.pow %x, %x : (!s, !s) -> !s
  return %0, %1, %2 : !s, !s, !s
}

// -----

!i = tensor<4x!mpc.secret<i64>>

func.func @integers(%x: !i) -> !i {
  // expected-error @+1 {{'mpc.add' computes on secret integers; only their owner can}}
  %0 = mpc.add %x, %x : (!i, !i) -> !i
  return %0 : !i
}
