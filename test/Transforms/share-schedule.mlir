// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(share-schedule,share-verify))' | FileCheck %s

// Independent remasks of one depth are one round, whatever their order in the source; local work of a level precedes its
// remasks; addresses are unique, inputs take one a result; what P0 deals is split between P1 and P2.
// CHECK-LABEL: func.func @rounds
func.func @rounds(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: share.input "client"(%arg0) {address = 0 : i64}
  %m:2 = share.input "client"(%x) : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  // CHECK: %[[A:.*]] = share.mul %{{.*}} {address = 2 : i64, receiver = 1 : i64}
  // CHECK: %[[B:.*]] = share.mul %{{.*}} {address = 3 : i64, receiver = 2 : i64}
  // CHECK-NEXT: %[[RA:.*]] = share.remask %[[A]] {address = 4 : i64, round = 1 : i64}
  // CHECK-NEXT: %[[RB:.*]] = share.remask %[[B]] {address = 5 : i64, round = 1 : i64}
  %a = share.mul %m#0, %m#0 : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<20, 12>>
  %ra = share.remask %a : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  // CHECK: %[[C:.*]] = share.mul %[[RA]], %[[RA]] {address = 6 : i64
  // CHECK: %[[RC:.*]] = share.remask %[[C]] {address = 7 : i64, round = 2 : i64}
  %c = share.mul %ra, %ra : (tensor<8x!share.masked<20, 12>>, tensor<8x!share.masked<20, 12>>) -> tensor<8x!share.additive<20, 24>>
  %rc = share.remask %c : tensor<8x!share.additive<20, 24>> -> tensor<8x!share.masked<20, 24>>
  %b = share.mul %m#1, %m#1 : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<20, 12>>
  %rb = share.remask %b : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  // CHECK: share.mul %[[RC]], %[[RB]] {address = 8 : i64
  // CHECK: share.reveal %{{.*}} to "client" {address = 9 : i64}
  %d = share.mul %rc, %rb : (tensor<8x!share.masked<20, 24>>, tensor<8x!share.masked<20, 12>>) -> tensor<8x!share.additive<20, 36>>
  %o = share.reveal %d to "client" : tensor<8x!share.additive<20, 36>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// What is made of weights alone waits until it is read: here the extension of a weight goes to round 2, not 1. Clear ops come first.
// CHECK-LABEL: func.func @weights
module {
  mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 32 : i64, type = tensor<8xf32>}
  func.func @weights(%x: tensor<8xf32>, %p: tensor<8xf32> {mpc.owner = "public"}) -> tensor<8xf32> {
    %w = share.input "model"() : () -> tensor<8x!share.masked<20, 12>> {
      %0 = mpc.weight @w : tensor<8xf32>
      share.yield %0 : tensor<8xf32>
    }
    %m = share.input "client"(%x) : (tensor<8xf32>) -> tensor<8x!share.masked<40, 12>> {
    ^bb0(%i: tensor<8xf32>):
      share.yield %i : tensor<8xf32>
    }
    // CHECK: share.input "client"
    // CHECK: mpc.exp
    // CHECK: %[[A:.*]] = share.mul
    // CHECK-NEXT: share.remask %[[A]] {{.*}}round = 1
    // CHECK-NEXT: share.extend_high
    // CHECK-NEXT: share.mul
    // CHECK-NEXT: share.remask {{.*}}round = 2
    // CHECK-NEXT: share.remask {{.*}}round = 2
    // CHECK-NEXT: share.join
    // CHECK: share.encode
    %h = share.extend_high %w : tensor<8x!share.masked<20, 12>> -> tensor<8x!share.additive<20, 0>>
    %hr = share.remask %h : tensor<8x!share.additive<20, 0>> -> tensor<8x!share.masked<20, 0>>
    %wide = share.join %w, %hr : (tensor<8x!share.masked<20, 12>>, tensor<8x!share.masked<20, 0>>) -> tensor<8x!share.masked<40, 12>>
    %a = share.mul %m, %m : (tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<40, 12>>) -> tensor<8x!share.additive<28, 12>>
    %ra = share.remask %a : tensor<8x!share.additive<28, 12>> -> tensor<8x!share.masked<28, 12>>
    %b = share.mul %ra, %ra : (tensor<8x!share.masked<28, 12>>, tensor<8x!share.masked<28, 12>>) -> tensor<8x!share.additive<28, 24>>
    %rb = share.remask %b : tensor<8x!share.additive<28, 24>> -> tensor<8x!share.masked<28, 24>>
    %n = share.shrink %wide : tensor<8x!share.masked<40, 12>> -> tensor<8x!share.masked<28, 12>>
    %c = share.mul %rb, %n : (tensor<8x!share.masked<28, 24>>, tensor<8x!share.masked<28, 12>>) -> tensor<8x!share.additive<28, 36>>
    %e = mpc.exp %p : tensor<8xf32> -> tensor<8xf32>
    %u = share.encode %e : tensor<8xf32> -> tensor<8x!share.public<28, 36>>
    %s = share.add %c, %u : (tensor<8x!share.additive<28, 36>>, tensor<8x!share.public<28, 36>>) -> tensor<8x!share.additive<28, 36>>
    %o = share.reveal %s to "client" : tensor<8x!share.additive<28, 36>> -> tensor<8xf32>
    return %o : tensor<8xf32>
  }
}
