// What is no program is refused before a line is written.
// RUN: not mpc-translate --mpc-to-cpp --split-input-file %s -o %t.cpp 2>&1 | FileCheck %s
// RUN: not ls %t.cpp
// REQUIRES: mpc-translate

// CHECK: 'share.input' op has no address (run share-schedule)
func.func @not_scheduled(%x: tensor<4xf32>) -> tensor<4xf32> {
  %m = share.input "client"(%x) : (tensor<4xf32>) -> tensor<4x!share.masked<32, 12>> {
  ^bb0(%i: tensor<4xf32>):
    share.yield %i : tensor<4xf32>
  }
  %t = share.to_additive %m : tensor<4x!share.masked<32, 12>> -> tensor<4x!share.additive<32, 12>>
  %o = share.reveal %t to "client" : tensor<4x!share.additive<32, 12>> -> tensor<4xf32>
  return %o : tensor<4xf32>
}

// -----

// One address for two gates is what the runtime's loader refuses.
// CHECK: the program does not load:
func.func @same_address(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32>, tensor<4xf32>) {
  %m = share.input "client"(%x) {address = 0 : i64} : (tensor<4xf32>) -> tensor<4x!share.masked<32, 12>> {
  ^bb0(%i: tensor<4xf32>):
    share.yield %i : tensor<4xf32>
  }
  %y = share.mul %m, %m {address = 1 : i64, receiver = 1 : i64} : (tensor<4x!share.masked<32, 12>>, tensor<4x!share.masked<32, 12>>) -> tensor<4x!share.additive<20, 12>>
  %z = share.mul %m, %m {address = 1 : i64, receiver = 1 : i64} : (tensor<4x!share.masked<32, 12>>, tensor<4x!share.masked<32, 12>>) -> tensor<4x!share.additive<20, 12>>
  %o = share.reveal %y to "client" {address = 2 : i64} : tensor<4x!share.additive<20, 12>> -> tensor<4xf32>
  %q = share.reveal %z to "client" {address = 3 : i64} : tensor<4x!share.additive<20, 12>> -> tensor<4xf32>
  return %o, %q : tensor<4xf32>, tensor<4xf32>
}
