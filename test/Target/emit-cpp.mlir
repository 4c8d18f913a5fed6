// The C++ of a program small enough to read: tables, the public part, a function a round, nodes in comments, last uses, what P0 deals.
// RUN: mpc-translate --mpc-to-cpp %s | FileCheck %s --match-full-lines
// The same text comes from the container, by way of its twin.
// RUN: mpc-translate --mpc-to-program %s -o %t.mpcb
// RUN: mpc-translate --mpc-to-cpp %s -o %t.cpp
// RUN: mpc-translate --program-to-mlir %t.mpcb | mpc-translate --mpc-to-cpp -o %t.twin.cpp
// RUN: cmp %t.cpp %t.twin.cpp
// REQUIRES: mpc-translate

// CHECK: #include "tacit/emitted.h"
// CHECK: const Type masked_21_4_1x3 = Masked(21, 4, {1, 3});
// CHECK: const Type masked_bit_1x3 = MaskedBit({1, 3});
// CHECK: const Type f32_3 = F32({3});
// CHECK: const Type public_9_0_3x3 = Public(9, 0, {3, 3});

// The published value has share number 3, and no place here.
// CHECK: const SharedValue kShared[] = {
// CHECK-NEXT:     {"client", 0, 0, &masked_21_4_1x3},  // [0] x
// CHECK-NEXT:     {"client", 1, 1, &masked_bit_1x3},  // [1] x
// CHECK-NEXT:     {"model", 2, 2, &masked_21_4_2x1},  // [2] w
// CHECK-NEXT: };

// 6 elements of 21 bits are 16 bytes to P2, two arrays of 6 elements of 9 bits are 14 to P1.
// CHECK: const Material kMaterial[] = {
// CHECK-NEXT:     {0, 2, 16}, {3, 1, 14},
// CHECK-NEXT: };

// CHECK: void Preamble(Party& p, Slot* s) {
// CHECK-NEXT:   p.PublicInput(0, s[0], i64_5, 1, "u");
// CHECK-NEXT:   p.Published(4, s[4], f32_3, 5, "model");  // p
// CHECK-NEXT:   // (mpc.constant)
// CHECK-NEXT:   p.FillInteger(4, s[{{[0-9]+}}], i64_3x3, 1);
// CHECK-NEXT:   // /weird _ name?__(mpc.cast) (mpc.constant)
// CHECK-NEXT:   p.Floats(5, s[{{[0-9]+}}], f32_3, {0.5f, -1.0f, std::numeric_limits<float>::infinity()});
// CHECK-NEXT:   // (share.encode)
// CHECK-NEXT:   p.Encode(6, [[E:s\[[0-9]+\]]], s[{{[0-9]+}}], public_9_0_3x3, "");
// CHECK-NEXT:   // What secret values will meet.
// CHECK-NEXT:   p.Commit({{[{][{]}}11, [[E]]}});
// CHECK-NEXT: }

// CHECK: // Round 1: 1 value, 7 bytes each way between P1 and P2.
// CHECK-NEXT: void Round1(Party& p, Slot* s) {
// CHECK-NEXT:   p.Expand([[W:s\[[0-9]+\]]], kShared[2]);  // w
// CHECK-NEXT:   p.Expand([[X:s\[[0-9]+\]]], kShared[0]);  // x
// CHECK-NEXT:   // /a (mpc.matmul)
// CHECK-NEXT:   p.Matmul(0, [[Z:s\[[0-9]+\]]], Last([[W]]), Last([[X]]), additive_21_8_2x3, {4, 2});  // P0 deals 16 bytes to P2
// CHECK-NEXT:   // (share.shrink)
// CHECK-NEXT:   p.Shrink(1, [[N:s\[[0-9]+\]]], Last([[Z]]), additive_9_8_2x3);
// CHECK-NEXT:   // /a (mpc.matmul)
// CHECK-NEXT:   p.Remask(2, [[R:s\[[0-9]+\]]], Last([[N]]), masked_9_8_2x3, 5);
// CHECK-NEXT:   p.Exchange(1);
// CHECK-NEXT: }

// CHECK: void Results(Party& p, Slot* s) {
// CHECK-NEXT:   p.Expand([[B:s\[[0-9]+\]]], kShared[1]);  // x
// CHECK-NEXT:   // /b (share.bit_mul)
// CHECK-NEXT:   p.BitMul(3, [[Y:s\[[0-9]+\]]], Last([[B]]), Last([[R]]), additive_9_8_2x3, {6, 1});  // P0 deals 14 bytes to P1
// CHECK-NEXT:   // (share.matmul_public)
// CHECK-NEXT:   p.MatmulPublic(7, [[M:s\[[0-9]+\]]], Last([[Y]]), Last([[E]]), additive_9_8_2x3);
// CHECK-NEXT:   // (share.reveal)
// CHECK-NEXT:   p.Reveal(8, Last([[M]]), "client", 7);  // output0
// CHECK-NEXT: }

// CHECK: void Body(Party& p, Slot* s) {
// CHECK-NEXT:   Round1(p, s);
// CHECK-NEXT:   Results(p, s);
// CHECK-NEXT: }

// CHECK:     {"main", 0, 9, {{[0-9]+}}, entry0::kShared, entry0::kMaterial, entry0::Preamble, entry0::Body},
// CHECK: const ProgramCode tacit_program = {"{{[0-9a-f]+}}", false, kEntries};
// CHECK: int main(int argc, char** argv) { return tacit::PartyMain(argc, argv, &tacit_program); }
module {
  mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 8 : i64, type = tensor<2x1xf32>}
  mpc.param @p {file = "m.safetensors", offset = 8 : i64, length = 12 : i64, type = tensor<3xf32>}
  func.func @main(%x: tensor<1x3xf32> {mpc.name = "x", mpc.owner = "client"}, %u: tensor<5xi64> {mpc.name = "u", mpc.owner = "public"}) -> tensor<2x3xf32> {
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
    %d = mpc.constant dense<[0.5, -1.0, 0x7F800000]> : tensor<3xf32> loc("/weird \0A name?\\\0A(mpc.cast)")
    %e = share.encode %c : tensor<3x3xi64> -> tensor<3x3x!share.public<9, 0>>
    %m = share.matmul_public %b, %e : (tensor<2x3x!share.additive<9, 8>>, tensor<3x3x!share.public<9, 0>>) -> tensor<2x3x!share.additive<9, 8>>
    %o = share.reveal %m to "client" {address = 7 : i64} : tensor<2x3x!share.additive<9, 8>> -> tensor<2x3xf32>
    return %o : tensor<2x3xf32>
  }
}
