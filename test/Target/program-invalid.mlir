// RUN: not mpc-translate --mpc-to-program --split-input-file %s 2>&1 | FileCheck %s
// RUN: echo garbage > %t.mpcb
// RUN: not mpc-translate --program-to-mlir %t.mpcb 2>&1 | FileCheck %s --check-prefix=GARBAGE
// REQUIRES: mpc-translate

// GARBAGE: error:

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

// CHECK: 'func.func' op result 0 is public
func.func @public_result(%x: tensor<4xf32> {mpc.owner = "public"}) -> tensor<4xf32> {
  %0 = mpc.exp %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// CHECK: 'func.func' op has a value of type 'tensor<4x!mpc.secret<f32>>', which a program does not store
func.func @secret(%x: tensor<4x!mpc.secret<f32>> {mpc.owner = "public"}) -> tensor<4x!mpc.secret<f32>> {
  %0 = mpc.neg %x : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
  return %0 : tensor<4x!mpc.secret<f32>>
}

// -----

// CHECK: has a value of type 'tensor<65536x0x65536xf32>', more than the 2^31 elements of a program's largest tensor
func.func @large(%x: tensor<65536x0x65536xf32> {mpc.owner = "public"}) -> tensor<65536x0x65536xf32> {
  %0 = mpc.neg %x : tensor<65536x0x65536xf32> -> tensor<65536x0x65536xf32>
  return %0 : tensor<65536x0x65536xf32>
}
