// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(mpc-verify-secrecy))'

!s = tensor<4x!mpc.secret<f32>>

// All in order: nothing is said.
func.func @good(%x: !s {mpc.owner = "client"}, %m: tensor<4xf32> {mpc.owner = "public"}) -> (!s {mpc.owner = "client"}) {
  %y = mpc.mul %x, %m : (!s, tensor<4xf32>) -> !s
  return %y : !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>

// expected-error @+1 {{result 0 is declared public and is secret: it would be opened}}
func.func @opens(%x: !s {mpc.owner = "client"}) -> (!s {mpc.owner = "public"}) {
  return %x : !s
}

// -----

// expected-error @+1 {{argument 0 belongs to the client and is plain: every party would see it}}
func.func @plain_input(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "public"}) {
  return %x : tensor<4xf32>
}

// -----

!s = tensor<4x!mpc.secret<f32>>

// expected-error @+1 {{result 0 has no mpc.owner: say who sees it}}
func.func @undeclared(%x: !s {mpc.owner = "client"}) -> !s {
  return %x : !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>

// expected-error @+1 {{result 0 belongs to the model's owner}}
func.func @for_the_model(%x: !s {mpc.owner = "client"}) -> (!s {mpc.owner = "model"}) {
  return %x : !s
}

// -----

!s = tensor<4x!mpc.secret<f32>>
mpc.param @w {file = "w", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

func.func @stray_weight(%x: !s {mpc.owner = "client"}) -> (!s {mpc.owner = "client"}) {
  // expected-error @+1 {{mpc.weight outside of a region of the model}}
  %w = mpc.weight @w : !s
  %y = mpc.add %x, %w : (!s, !s) -> !s
  return %y : !s
}

// -----

// A party would have to see the ids to add to them.
func.func @secret_integers(%i: tensor<4x!mpc.secret<i64>> {mpc.owner = "client"}) -> (tensor<4x!mpc.secret<i64>> {mpc.owner = "client"}) {
  // expected-error @+1 {{has no shares; only its owner can compute it}}
  %y = mpc.add %i, %i : (tensor<4x!mpc.secret<i64>>, tensor<4x!mpc.secret<i64>>) -> tensor<4x!mpc.secret<i64>>
  // expected-error @+1 {{which has no shares}}
  return %y : tensor<4x!mpc.secret<i64>>
}

// -----

func.func @client_publishes(%i: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "public"}) {
  // expected-error @+1 {{a value of the client is published, and nothing declares that}}
  %y = mpc.owned "client"(%i) : (tensor<4x!mpc.secret<f32>>) -> tensor<4xf32> {
  ^bb0(%p: tensor<4xf32>):
    mpc.yield %p : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

!s = tensor<4x!mpc.secret<f32>>

func.func @two_results(%i: !s {mpc.owner = "client"}) -> (!s {mpc.owner = "client"}) {
  // expected-error @+1 {{a region has one result, not 2}}
  %y:2 = mpc.owned "client"(%i) : (!s) -> (!s, !s) {
  ^bb0(%p: tensor<4xf32>):
    mpc.yield %p, %p : tensor<4xf32>, tensor<4xf32>
  }
  return %y#0 : !s
}
