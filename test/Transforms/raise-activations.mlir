// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

!x = tensor<4x8xf32>

// CHECK-LABEL: func.func @silu
// CHECK: %[[Y:.*]] = mpc.silu %arg0
// CHECK-NEXT: return %[[Y]]
func.func @silu(%x: !x {mpc.owner = "client"}) -> !x {
  %s = mpc.sigmoid %x : !x -> !x
  %y = mpc.mul %s, %x : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// CLIP's x sigmoid(1.702 x) = silu(1.702 x) / 1.702
// CHECK-LABEL: func.func @quick_gelu
// CHECK: mpc.mul
// CHECK-NEXT: mpc.silu
// CHECK: %[[C:.*]] = mpc.mul
// CHECK-NEXT: return %[[C]]
func.func @quick_gelu(%x: !x {mpc.owner = "client"}) -> !x {
  %c = mpc.constant dense<1.702> : tensor<f32>
  %scaled = mpc.mul %x, %c : (!x, tensor<f32>) -> !x
  %s = mpc.sigmoid %scaled : !x -> !x
  %y = mpc.mul %x, %s : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// A sigmoid in pieces, then the gate: silu.
// CHECK-LABEL: func.func @swish_in_pieces
// CHECK: mpc.silu %arg0
// CHECK-NOT: mpc.exp
func.func @swish_in_pieces(%x: !x {mpc.owner = "client"}) -> !x {
  %one = mpc.constant dense<1.0> : tensor<f32>
  %n = mpc.neg %x : !x -> !x
  %e = mpc.exp %n : !x -> !x
  %d = mpc.add %e, %one : (!x, tensor<f32>) -> !x
  %y = mpc.div %x, %d : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// x * (0.5 * (1 + erf(x / 1.41421)))
// CHECK-LABEL: func.func @gelu_dynamo
// CHECK: %[[Y:.*]] = mpc.gelu %arg0 {{.*}}
// CHECK-NEXT: return %[[Y]]
func.func @gelu_dynamo(%x: !x {mpc.owner = "client"}) -> !x {
  %root = mpc.constant dense<1.4142135381698608> : tensor<f32>
  %one = mpc.constant dense<1.0> : tensor<f32>
  %half = mpc.constant dense<0.5> : tensor<f32>
  %u = mpc.div %x, %root : (!x, tensor<f32>) -> !x
  %t = mpc.erf %u : !x -> !x
  %p = mpc.add %t, %one : (!x, tensor<f32>) -> !x
  %h = mpc.mul %half, %p : (tensor<f32>, !x) -> !x
  %y = mpc.mul %x, %h : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// (x * (1 + erf(0.70711 x))) * 0.5, where x is a product itself
// CHECK-LABEL: func.func @gelu_torchscript
// CHECK: %[[P:.*]] = mpc.mul %arg0, %arg1
// CHECK-NEXT: %[[Y:.*]] = mpc.gelu %[[P]]
// CHECK-NEXT: return %[[Y]]
func.func @gelu_torchscript(%a: !x {mpc.owner = "client"}, %b: !x {mpc.owner = "client"}) -> !x {
  %root = mpc.constant dense<0.70710678> : tensor<f32>
  %one = mpc.constant dense<1.0> : tensor<f32>
  %half = mpc.constant dense<0.5> : tensor<f32>
  %x = mpc.mul %a, %b : (!x, !x) -> !x
  %u = mpc.mul %root, %x : (tensor<f32>, !x) -> !x
  %t = mpc.erf %u : !x -> !x
  %p = mpc.add %one, %t : (tensor<f32>, !x) -> !x
  %m = mpc.mul %x, %p : (!x, !x) -> !x
  %y = mpc.mul %m, %half : (!x, tensor<f32>) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// GPT-2: (0.5 x) (1 + tanh(0.79788 (x + 0.044715 x^3)))
// CHECK-LABEL: func.func @gelu_tanh
// CHECK: %[[Y:.*]] = mpc.gelu %arg0 {tanh = true}
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh(%x: !x {mpc.owner = "client"}) -> !x {
  %half = mpc.constant dense<0.5> : tensor<f32>
  %three = mpc.constant dense<3.0> : tensor<f32>
  %a = mpc.constant dense<0.044714998453855515> : tensor<f32>
  %b = mpc.constant dense<0.7978845834732056> : tensor<f32>
  %one = mpc.constant dense<1.0> : tensor<f32>
  %h = mpc.mul %x, %half : (!x, tensor<f32>) -> !x
  %cube = mpc.pow %x, %three : (!x, tensor<f32>) -> !x
  %ac = mpc.mul %cube, %a : (!x, tensor<f32>) -> !x
  %s = mpc.add %x, %ac : (!x, !x) -> !x
  %u = mpc.mul %s, %b : (!x, tensor<f32>) -> !x
  %t = mpc.tanh %u : !x -> !x
  %p = mpc.add %t, %one : (!x, tensor<f32>) -> !x
  %y = mpc.mul %h, %p : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// The form of fast GELU: x (0.5 + 0.5 tanh(x (0.79788 + 0.035677 x x)))
// CHECK-LABEL: func.func @gelu_fast
// CHECK: mpc.gelu %arg0 {tanh = true}
// CHECK-NOT: mpc.tanh
func.func @gelu_fast(%x: !x {mpc.owner = "client"}) -> !x {
  %half = mpc.constant dense<0.5> : tensor<1xf32>
  %a = mpc.constant dense<0.035677408136300125> : tensor<1xf32>
  %b = mpc.constant dense<0.7978845608028654> : tensor<1xf32>
  %xx = mpc.mul %x, %x : (!x, !x) -> !x
  %axx = mpc.mul %a, %xx : (tensor<1xf32>, !x) -> !x
  %c = mpc.add %b, %axx : (tensor<1xf32>, !x) -> !x
  %u = mpc.mul %x, %c : (!x, !x) -> !x
  %t = mpc.tanh %u : !x -> !x
  %ht = mpc.mul %half, %t : (tensor<1xf32>, !x) -> !x
  %p = mpc.add %ht, %half : (!x, tensor<1xf32>) -> !x
  %y = mpc.mul %x, %p : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// CHECK-LABEL: func.func @relu
// CHECK: mpc.relu %arg0
func.func @relu(%x: !x {mpc.owner = "client"}) -> !x {
  %zero = mpc.constant dense<0.0> : tensor<f32>
  %y = mpc.max %x, %zero : (!x, tensor<f32>) -> !x
  return %y : !x
}

// -----

!x = tensor<4x8xf32>

// Must be left alone: x * (1 + erf(x)) without the root is another function, and so is a gate by another value's sigmoid.
// CHECK-LABEL: func.func @others
// CHECK-NOT: mpc.gelu
// CHECK-NOT: mpc.silu
// CHECK: mpc.erf
// CHECK: mpc.sigmoid
func.func @others(%x: !x {mpc.owner = "client"}, %z: !x {mpc.owner = "client"}) -> (!x, !x) {
  %one = mpc.constant dense<1.0> : tensor<f32>
  %half = mpc.constant dense<0.5> : tensor<f32>
  %t = mpc.erf %x : !x -> !x
  %p = mpc.add %t, %one : (!x, tensor<f32>) -> !x
  %h = mpc.mul %p, %half : (!x, tensor<f32>) -> !x
  %y = mpc.mul %x, %h : (!x, !x) -> !x
  %s = mpc.sigmoid %z : !x -> !x
  %g = mpc.mul %x, %s : (!x, !x) -> !x
  return %y, %g : !x, !x
}

// -----

!x = tensor<4x8xf32>

// What no family takes is brought to products and reciprocals; a division by what is public costs no gate.
// CHECK-LABEL: func.func @normal_forms
func.func @normal_forms(%x: !x {mpc.owner = "client"}, %n: tensor<4x1xf32> {mpc.owner = "public"}) -> (!x, !x, !x) {
  %three = mpc.constant dense<3.0> : tensor<f32>
  // CHECK-DAG: %[[N:.*]] = mpc.reciprocal %arg1
  // CHECK-DAG: mpc.mul %arg0, %[[N]]
  %d = mpc.div %x, %n : (!x, tensor<4x1xf32>) -> !x
  // CHECK-DAG: %[[S:.*]] = mpc.mul %arg0, %arg0
  // CHECK-DAG: mpc.mul %[[S]], %arg0
  %p = mpc.pow %x, %three : (!x, tensor<f32>) -> !x
  %r = mpc.sqrt %x : !x -> !x
  // CHECK-DAG: mpc.rsqrt %arg0
  %i = mpc.reciprocal %r : !x -> !x
  // CHECK-NOT: mpc.div
  // CHECK-NOT: mpc.pow
  return %d, %p, %i : !x, !x, !x
}
