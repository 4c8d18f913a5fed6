// All sections of cost.json on a program small enough to count by hand.
// RUN: mpc-translate --mpc-to-cost %s | FileCheck %s
// REQUIRES: mpc-translate

// Client: 3 elements of 21 bits are 8 bytes, to P1 and to P2; 3 bits are 1 byte. Public input: 5 i64 are 40 bytes to each party.
// Reveal: 6 elements of 9 bits are 7 bytes from each of P1 and P2.
// CHECK: "owner-P0": 40,
// CHECK-NEXT: "owner-P1": 56,
// CHECK-NEXT: "owner-P2": 56,
// CHECK-NEXT: "total": 152

// PRG, 8 bytes a word: masks of 3 elements, of 3 bits in 1 word, of 2 and of 6 elements are 12 words at P1 and P2, twice that at P0; matmul's
// 6 dealt words go to P2, so P1 expands them; the bit's 12 go to P1; the reveal takes 6 at P1 and P2.
// P0: 24 + 6 + 12, P1: 12 + 6 + 6, P2: 12 + 12 + 6 words.
// CHECK: "prg_bytes": {
// CHECK-NEXT: "P0": 336,
// CHECK-NEXT: "P1": 192,
// CHECK-NEXT: "P2": 240

// Multiply-accumulates of gates: a product of [2, 1] and [1, 3] is 6 at P0 and 12 at an evaluator, a bit times 6 elements 6 and 18. What is
// local (matmul_public) is no gate.
// CHECK: "ring_macs": {
// CHECK-NEXT: "P0": 12,
// CHECK-NEXT: "P1": 30,
// CHECK-NEXT: "P2": 30

// Dealt: 6 of 21 bits are 16 bytes to P2, 6 of 9 bits are 7, twice, to P1.
// CHECK: "offline": {
// CHECK: "P0-P1": 14,
// CHECK-NEXT: "P0-P2": 16,
// CHECK-NEXT: "P1-P2": 0,
// CHECK-NEXT: "total": 30
// CHECK: "messages": 2

// Remask: 6 of 9 bits are 7 bytes in each direction.
// CHECK: "online": {
// CHECK: "P1-P2": 14,
// CHECK: "rounds": 1

// CHECK: "ops": [
// CHECK: "elements": 6,
// CHECK-NEXT: "kind": "mpc.matmul",
// CHECK-NEXT: "name": "/a",
// CHECK-NEXT: "offline_bytes": 16,
// CHECK-NEXT: "online_bytes": 14,
// CHECK-NEXT: "rounds": 1
// CHECK: "kind": "share.bit_mul",
// CHECK-NEXT: "name": "/b",
// CHECK-NEXT: "offline_bytes": 14,

// Model: 2 elements of 21 bits are 6 bytes, twice; 3 published f32 are 12 bytes to each of three: 48. Handshakes: 6 times 80 + 32 between
// parties, 3 times 48 and 4 seeds of 16 for each of two owners: 1088.
// CHECK: "setup": {
// CHECK: "total": 1136
module {
  mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 8 : i64, type = tensor<2x1xf32>}
  mpc.param @p {file = "m.safetensors", offset = 8 : i64, length = 12 : i64, type = tensor<3xf32>}
  func.func @main(%x: tensor<1x3xf32> {mpc.owner = "client"}, %u: tensor<5xi64> {mpc.owner = "public"}) -> tensor<2x3xf32> {
    %a:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<1x3xf32>) -> (tensor<1x3x!share.masked<21, 4>>, tensor<1x3x!share.masked_bit>) {
    ^bb0(%i: tensor<1x3xf32>):
      %0 = mpc.cast %i : tensor<1x3xf32> -> tensor<1x3xi1>
      share.yield %i, %0 : tensor<1x3xf32>, tensor<1x3xi1>
    }
    %w = share.input "model"() {address = 2 : i64} : () -> tensor<2x1x!share.masked<21, 4>> {
      %0 = mpc.weight @w : tensor<2x1xf32>
      share.yield %0 : tensor<2x1xf32>
    }
    %p = share.input "model"() {address = 3 : i64} : () -> tensor<3xf32> {
      %0 = mpc.weight @p : tensor<3xf32>
      share.yield %0 : tensor<3xf32>
    }
    %z = share.matmul %w, %a#0 {address = 4 : i64, receiver = 2 : i64} : (tensor<2x1x!share.masked<21, 4>>, tensor<1x3x!share.masked<21, 4>>) -> tensor<2x3x!share.additive<21, 8>> loc(fused<"mpc.matmul">["/a"])
    %n = share.shrink %z : tensor<2x3x!share.additive<21, 8>> -> tensor<2x3x!share.additive<9, 8>>
    %r = share.remask %n {address = 5 : i64, round = 1 : i64} : tensor<2x3x!share.additive<9, 8>> -> tensor<2x3x!share.masked<9, 8>> loc(fused<"mpc.matmul">["/a"])
    %b = share.bit_mul %a#1, %r {address = 6 : i64, receiver = 1 : i64} : (tensor<1x3x!share.masked_bit>, tensor<2x3x!share.masked<9, 8>>) -> tensor<2x3x!share.additive<9, 8>> loc("/b")
    %c = mpc.constant dense<1> : tensor<3x3xi64>
    %e = share.encode %c : tensor<3x3xi64> -> tensor<3x3x!share.public<9, 0>>
    %m = share.matmul_public %b, %e : (tensor<2x3x!share.additive<9, 8>>, tensor<3x3x!share.public<9, 0>>) -> tensor<2x3x!share.additive<9, 8>>
    %o = share.reveal %m to "client" {address = 7 : i64} : tensor<2x3x!share.additive<9, 8>> -> tensor<2x3xf32>
    return %o : tensor<2x3xf32>
  }
}
