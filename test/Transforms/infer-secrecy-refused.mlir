// What would open a secret, or has no form on shares, is refused by the name of its node, with what to do.
// RUN: not mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-infer-secrecy))' 2>&1 | FileCheck %s

// Cosines and sines of positions that only the client knows.
func.func @secret_positions(%x: tensor<4x8xf32> {mpc.owner = "client"}, %p: tensor<4x8xf32> {mpc.owner = "client", mpc.name = "positions"}) -> (tensor<4x8xf32> {mpc.owner = "client"}) {
  // CHECK: error:{{.*}} node '/rope': its table of positions is secret, and would have to be opened; it depends on 'positions': declare that input with --public-input NAME if it may be known to the parties
  %y = mpc.rotary %x, %p, %p : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32> loc("/rope")
  return %y : tensor<4x8xf32>
}

// -----

func.func @secret_bias(%x: tensor<4x8xf32> {mpc.owner = "client"}, %m: tensor<4x8xf32> {mpc.owner = "client", mpc.name = "mask"}) -> (tensor<4x8xf32> {mpc.owner = "client"}) {
  // CHECK: error:{{.*}} node '/attn/Softmax': its mask is secret, and would have to be opened; it depends on 'mask'
  %y = mpc.softmax %x, %m : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32> loc("/attn/Softmax")
  return %y : tensor<4x8xf32>
}

// -----

// The exporters' mask constant fits no fixed point.
func.func @secret_mask(%x: tensor<4x8xf32> {mpc.owner = "client"}, %m: tensor<4x8xi1> {mpc.owner = "client", mpc.name = "mask"}) -> (tensor<4x8xf32> {mpc.owner = "client"}) {
  %zero = mpc.constant dense<0.0> : tensor<f32>
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  // CHECK: error:{{.*}} node '/mask/Where': a mask constant such as -inf or -3.4e38 meets a secret
  %b = mpc.where %m, %zero, %low : (tensor<4x8xi1>, tensor<f32>, tensor<f32>) -> tensor<4x8xf32> loc("/mask/Where")
  %s = mpc.add %x, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = mpc.softmax %s : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

mpc.param @w {file = "w", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}

// A remainder by what is no constant, of what no owner knows, has no gate; the client's own would be computed by the client.
func.func @shared_mod(%x: tensor<4xf32> {mpc.owner = "client", mpc.name = "x"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %w = mpc.weight @w : tensor<4xf32>
  // CHECK: error:{{.*}} node '/Mod': mpc.mod has no form on secret values
  %y = mpc.mod %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("/Mod")
  return %y : tensor<4xf32>
}

// -----

// CHECK: error:{{.*}} result 'logits' is declared public and is computed from secrets, so it would be opened
func.func @public_result(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "public", mpc.name = "logits"}) {
  %y = mpc.tanh %x : tensor<4xf32> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// CHECK: error:{{.*}} argument 0 has no owner
func.func @no_owner(%x: tensor<4xf32>) -> (tensor<4xf32> {mpc.owner = "client"}) {
  return %x : tensor<4xf32>
}

// -----

// A limit that every value exceeds makes all of them infinite.
func.func @limit_of_the_wrong_side(%x: tensor<4xf32> {mpc.owner = "client", mpc.name = "x"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  // CHECK: error:{{.*}} node '/Min': a mask constant such as -inf or -3.4e38 meets a secret
  %y = mpc.min %x, %low : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32> loc("/Min")
  return %y : tensor<4xf32>
}
