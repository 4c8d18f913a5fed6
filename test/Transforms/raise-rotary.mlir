// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

!x = tensor<1x4x6x16xf32>
!h = tensor<1x4x6x8xf32>
!t = tensor<1x1x6x16xf32>

// Llama: x cos + concat(-x[8:], x[:8]) sin
// CHECK-LABEL: func.func @halves
// CHECK-NEXT: %[[Y:.*]] = mpc.rotary %arg0, %arg1, %arg2
// CHECK-NEXT: return %[[Y]]
func.func @halves(%x: !x {mpc.owner = "client"}, %cos: !t {mpc.owner = "public"}, %sin: !t {mpc.owner = "public"}) -> !x {
  %a = mpc.mul %x, %cos : (!x, !t) -> !x
  %lo = mpc.slice %x {offsets = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1, 1, 1>} : !x -> !h
  %hi = mpc.slice %x {offsets = array<i64: 0, 0, 0, 8>, strides = array<i64: 1, 1, 1, 1>} : !x -> !h
  %n = mpc.neg %hi : !h -> !h
  %r = mpc.concat %n, %lo {axis = 3 : i64} : (!h, !h) -> !x
  %b = mpc.mul %sin, %r : (!t, !x) -> !x
  %y = mpc.add %b, %a : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<6x16xf32>
!q = tensor<6x4xf32>
!p = tensor<6x8xf32>

// GPT-NeoX rotates the first 8 of 16; slices of a slice read through to x.
// CHECK-LABEL: func.func @partial
// CHECK: %[[P:.*]] = mpc.slice %arg0
// CHECK: mpc.rotary %[[P]], %arg1, %arg2
func.func @partial(%x: !x {mpc.owner = "client"}, %cos: !p {mpc.owner = "public"}, %sin: !p {mpc.owner = "public"}) -> !x {
  %p = mpc.slice %x {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : !x -> !p
  %rest = mpc.slice %x {offsets = array<i64: 0, 8>, strides = array<i64: 1, 1>} : !x -> !p
  %lo = mpc.slice %p {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : !p -> !q
  %hi = mpc.slice %x {offsets = array<i64: 0, 4>, strides = array<i64: 1, 1>} : !x -> !q
  %n = mpc.neg %hi : !q -> !q
  %r = mpc.concat %n, %lo {axis = 1 : i64} : (!q, !q) -> !p
  %a = mpc.mul %p, %cos : (!p, !p) -> !p
  %b = mpc.mul %r, %sin : (!p, !p) -> !p
  %s = mpc.add %a, %b : (!p, !p) -> !p
  %y = mpc.concat %s, %rest {axis = 1 : i64} : (!p, !p) -> !x
  return %y : !x
}

// -----

!x = tensor<6x16xf32>
!h = tensor<6x8xf32>
!u = tensor<6x8x1xf32>

// GPT-J: pairs.
// CHECK-LABEL: func.func @interleaved
// CHECK: mpc.rotary %arg0, %arg1, %arg2 {interleaved = true}
func.func @interleaved(%x: !x {mpc.owner = "client"}, %cos: !x {mpc.owner = "public"}, %sin: !x {mpc.owner = "public"}) -> !x {
  %even = mpc.slice %x {offsets = array<i64: 0, 0>, strides = array<i64: 1, 2>} : !x -> !h
  %odd = mpc.slice %x {offsets = array<i64: 0, 1>, strides = array<i64: 1, 2>} : !x -> !h
  %n = mpc.neg %odd : !h -> !h
  %n1 = mpc.reshape %n : !h -> !u
  %e1 = mpc.reshape %even : !h -> !u
  %st = mpc.concat %n1, %e1 {axis = 2 : i64} : (!u, !u) -> tensor<6x8x2xf32>
  %r = mpc.reshape %st : tensor<6x8x2xf32> -> !x
  %a = mpc.mul %x, %cos : (!x, !x) -> !x
  %b = mpc.mul %r, %sin : (!x, !x) -> !x
  %y = mpc.add %a, %b : (!x, !x) -> !x
  return %y : !x
}

// -----

!x = tensor<6x16xf32>
!h = tensor<6x8xf32>

// Halves computed apart.
// CHECK-LABEL: func.func @apart
// CHECK-DAG: %[[C:.*]] = mpc.concat %arg1, %arg1
// CHECK-DAG: %[[S:.*]] = mpc.concat %arg2, %arg2
// CHECK: mpc.rotary %arg0, %[[C]], %[[S]]
func.func @apart(%x: !x {mpc.owner = "client"}, %cos: !h {mpc.owner = "public"}, %sin: !h {mpc.owner = "public"}) -> !x {
  %lo = mpc.slice %x {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : !x -> !h
  %hi = mpc.slice %x {offsets = array<i64: 0, 8>, strides = array<i64: 1, 1>} : !x -> !h
  %a = mpc.mul %lo, %cos : (!h, !h) -> !h
  %b = mpc.mul %hi, %sin : (!h, !h) -> !h
  %c = mpc.mul %hi, %cos : (!h, !h) -> !h
  %d = mpc.mul %lo, %sin : (!h, !h) -> !h
  %first = mpc.sub %a, %b : (!h, !h) -> !h
  %second = mpc.add %c, %d : (!h, !h) -> !h
  %y = mpc.concat %first, %second {axis = 1 : i64} : (!h, !h) -> !x
  return %y : !x
}

// -----

!x = tensor<6x16xf32>
!h = tensor<6x8xf32>

// Must be left alone: the halves are not swapped, or the table is the client's.
// CHECK-LABEL: func.func @others
// CHECK-NOT: mpc.rotary
func.func @others(%x: !x {mpc.owner = "client"}, %cos: !x {mpc.owner = "public"}, %sin: !x {mpc.owner = "public"}, %secret: !x {mpc.owner = "client"}) -> (!x, !x) {
  %lo = mpc.slice %x {offsets = array<i64: 0, 0>, strides = array<i64: 1, 1>} : !x -> !h
  %hi = mpc.slice %x {offsets = array<i64: 0, 8>, strides = array<i64: 1, 1>} : !x -> !h
  %nl = mpc.neg %lo : !h -> !h
  %nh = mpc.neg %hi : !h -> !h
  %wrong = mpc.concat %nl, %hi {axis = 1 : i64} : (!h, !h) -> !x
  %right = mpc.concat %nh, %lo {axis = 1 : i64} : (!h, !h) -> !x
  %a = mpc.mul %x, %cos : (!x, !x) -> !x
  %b = mpc.mul %wrong, %sin : (!x, !x) -> !x
  %y = mpc.add %a, %b : (!x, !x) -> !x
  %c = mpc.mul %right, %secret : (!x, !x) -> !x
  %z = mpc.add %a, %c : (!x, !x) -> !x
  return %y, %z : !x, !x
}

// -----

!x = tensor<1x4x6x16xf32>
!h = tensor<1x4x6x8xf32>
!t = tensor<1x1x6x16xf32>

// Must be left alone: tables that are weights (a tool folded them) are secret, and mpc.rotary takes public ones; products take any.
mpc.param @cos {file = "w", offset = 0 : i64, length = 384 : i64, type = tensor<1x1x6x16xf32>}
mpc.param @sin {file = "w", offset = 384 : i64, length = 384 : i64, type = tensor<1x1x6x16xf32>}
// CHECK-LABEL: func.func @folded_tables
// CHECK-NOT: mpc.rotary
// CHECK-COUNT-2: mpc.mul
// CHECK-NOT: mpc.rotary
func.func @folded_tables(%x: !x {mpc.owner = "client"}) -> !x {
  %cos = mpc.weight @cos : !t
  %sin = mpc.weight @sin : !t
  %a = mpc.mul %x, %cos : (!x, !t) -> !x
  %lo = mpc.slice %x {offsets = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1, 1, 1>} : !x -> !h
  %hi = mpc.slice %x {offsets = array<i64: 0, 0, 0, 8>, strides = array<i64: 1, 1, 1, 1>} : !x -> !h
  %n = mpc.neg %hi : !h -> !h
  %r = mpc.concat %n, %lo {axis = 3 : i64} : (!h, !h) -> !x
  %b = mpc.mul %sin, %r : (!t, !x) -> !x
  %y = mpc.add %b, %a : (!x, !x) -> !x
  return %y : !x
}
