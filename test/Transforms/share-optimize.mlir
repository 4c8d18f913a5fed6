// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(share-optimize))' | FileCheck %s

!m = tensor<8x!share.masked<32, 12>>

// Two products that are summed are remasked once.
// CHECK-LABEL: func.func @sum_of_remasks
func.func @sum_of_remasks(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<1x9x8xi1>) {
  %m:2 = share.input "client"(%x) : (tensor<8xf32>) -> (!m, tensor<8x!share.masked<32, 11>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  // CHECK: %[[Z1:.*]] = share.mul
  // CHECK: %[[Z2:.*]] = share.mul
  // CHECK: %[[S:.*]] = share.add %[[Z1]], %[[Z2]] : {{.*}} -> tensor<8x!share.additive<20, 12>>
  // CHECK: share.remask %[[S]]
  // CHECK-NOT: share.remask
  %z1 = share.mul %m#0, %m#0 : (!m, !m) -> tensor<8x!share.additive<20, 12>>
  %z2 = share.mul %m#1, %m#1 : (tensor<8x!share.masked<32, 11>>, tensor<8x!share.masked<32, 11>>) -> tensor<8x!share.additive<20, 12>>
  %r1 = share.remask %z1 : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  %r2 = share.remask %z2 : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  %s = share.add %r1, %r2 : (tensor<8x!share.masked<20, 12>>, tensor<8x!share.masked<20, 12>>) -> tensor<8x!share.masked<20, 12>>
  %b = share.compare_digits %s {digit = 4 : i64, thresholds = array<i64: 0>} : tensor<8x!share.masked<20, 12>> -> tensor<1x9x8x!share.xor_bit>
  %o = share.reveal %b to "client" : tensor<1x9x8x!share.xor_bit> -> tensor<1x9x8xi1>
  %t = share.to_additive %s : tensor<8x!share.masked<20, 12>> -> tensor<8x!share.additive<20, 12>>
  %p = share.reveal %t to "client" : tensor<8x!share.additive<20, 12>> -> tensor<8xf32>
  return %p, %o : tensor<8xf32>, tensor<1x9x8xi1>
}

// -----

!m = tensor<8x!share.masked<32, 12>>

// A result is revealed from the additive product: no remask.
// CHECK-LABEL: func.func @reveal_additive
func.func @reveal_additive(%x: tensor<8xf32>) -> tensor<2x4xf32> {
  %m = share.input "client"(%x) : (tensor<8xf32>) -> !m {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  // CHECK-NOT: share.remask
  // CHECK: %[[Z:.*]] = share.mul
  // CHECK: %[[N:.*]] = share.neg %[[Z]] : tensor<8x!share.additive<20, 12>>
  // CHECK: %[[R:.*]] = mpc.reshape %[[N]]
  // CHECK: share.reveal %[[R]]
  %z = share.mul %m, %m : (!m, !m) -> tensor<8x!share.additive<20, 12>>
  %r = share.remask %z : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  %n = share.neg %r : tensor<8x!share.masked<20, 12>> -> tensor<8x!share.masked<20, 12>>
  %h = mpc.reshape %n : tensor<8x!share.masked<20, 12>> -> tensor<2x4x!share.masked<20, 12>>
  %t = share.to_additive %h : tensor<2x4x!share.masked<20, 12>> -> tensor<2x4x!share.additive<20, 12>>
  %o = share.reveal %t to "client" : tensor<2x4x!share.additive<20, 12>> -> tensor<2x4xf32>
  return %o : tensor<2x4xf32>
}

// -----

!m = tensor<2x8x!share.masked<32, 12>>

// A sum of squares is a row times a column: 2 dealt products instead of 16, one remask of 2 elements.
// CHECK-LABEL: func.func @sum_of_squares
func.func @sum_of_squares(%x: tensor<2x8xf32>) -> tensor<2x1x!share.masked<20, 12>> {
  %m = share.input "client"(%x) : (tensor<2x8xf32>) -> !m {
  ^bb0(%i: tensor<2x8xf32>):
    share.yield %i : tensor<2x8xf32>
  }
  // CHECK: %[[Z:.*]] = share.matmul %{{.*}}, %{{.*}} : (tensor<2x1x8x!share.masked<32, 12>>, tensor<2x8x1x!share.masked<32, 12>>) -> tensor<2x1x1x!share.additive<20, 12>>
  // CHECK: %[[R:.*]] = mpc.reshape %[[Z]] : {{.*}} -> tensor<2x1x!share.additive<20, 12>>
  // CHECK: share.remask %[[R]]
  %z = share.mul %m, %m : (!m, !m) -> tensor<2x8x!share.additive<20, 12>>
  %r = share.remask %z : tensor<2x8x!share.additive<20, 12>> -> tensor<2x8x!share.masked<20, 12>>
  %s = share.reduce_sum %r {axes = array<i64: 1>} : tensor<2x8x!share.masked<20, 12>> -> tensor<2x1x!share.masked<20, 12>>
  return %s : tensor<2x1x!share.masked<20, 12>>
}

// -----

// What is only read narrower is opened and dealt narrower; an owner still checks that its values fit what was declared.
// CHECK-LABEL: func.func @narrow
func.func @narrow(%x: tensor<8xf32>) -> (tensor<8x!share.masked<16, 12>>, tensor<8x!share.masked<14, 12>>) {
  // CHECK: share.input "client"(%arg0) : (tensor<8xf32>) -> tensor<8x!share.masked<64, 12>>
  %m = share.input "client"(%x) : (tensor<8xf32>) -> tensor<8x!share.masked<64, 12>> {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  %n = share.shrink %m : tensor<8x!share.masked<64, 12>> -> tensor<8x!share.masked<40, 12>>
  // CHECK: %[[Z:.*]] = share.mul %{{.*}} -> tensor<8x!share.additive<16, 12>>
  // CHECK: %[[R:.*]] = share.remask %[[Z]] : tensor<8x!share.additive<16, 12>>
  // CHECK: %[[S:.*]] = share.shrink %[[R]] : {{.*}} -> tensor<8x!share.masked<14, 12>>
  // CHECK: return %[[R]], %[[S]]
  %z = share.mul %n, %n : (tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<40, 12>>) -> tensor<8x!share.additive<28, 12>>
  %r = share.remask %z : tensor<8x!share.additive<28, 12>> -> tensor<8x!share.masked<28, 12>>
  %a = share.shrink %r : tensor<8x!share.masked<28, 12>> -> tensor<8x!share.masked<16, 12>>
  %b = share.shrink %r : tensor<8x!share.masked<28, 12>> -> tensor<8x!share.masked<14, 12>>
  return %a, %b : tensor<8x!share.masked<16, 12>>, tensor<8x!share.masked<14, 12>>
}

// -----

// A product that is truncated again truncates once, without a round between.
// CHECK-LABEL: func.func @truncate_twice
func.func @truncate_twice(%x: tensor<8xf32>) -> tensor<8x!share.masked<20, 8>> {
  %m = share.input "client"(%x) : (tensor<8xf32>) -> tensor<8x!share.masked<40, 12>> {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  // CHECK: %[[Z:.*]] = share.mul %{{.*}} -> tensor<8x!share.additive<20, 8>>
  // CHECK-NEXT: share.remask %[[Z]]
  // CHECK-NOT: share.truncate
  %z = share.mul %m, %m : (tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<40, 12>>) -> tensor<8x!share.additive<28, 12>>
  %r = share.remask %z : tensor<8x!share.additive<28, 12>> -> tensor<8x!share.masked<28, 12>>
  %a = share.to_additive %r : tensor<8x!share.masked<28, 12>> -> tensor<8x!share.additive<28, 12>>
  %t = share.truncate %a : tensor<8x!share.additive<28, 12>> -> tensor<8x!share.additive<20, 8>>
  %s = share.remask %t : tensor<8x!share.additive<20, 8>> -> tensor<8x!share.masked<20, 8>>
  return %s : tensor<8x!share.masked<20, 8>>
}

// -----

// One extension serves all widths; an owner shares wide at once what is only read wide (input 0, not input 1).
// CHECK-LABEL: func.func @extensions
func.func @extensions(%x: tensor<8xf32>) -> (tensor<8x!share.masked<44, 12>>, tensor<8x!share.masked<30, 12>>, tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<40, 12>>) {
  // CHECK: %[[M:.*]]:2 = share.input "client"(%arg0) : (tensor<8xf32>) -> (tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<32, 12>>)
  %m:2 = share.input "client"(%x) : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %h = share.extend_high %m#0 : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.additive<8, 0>>
  %hr = share.remask %h : tensor<8x!share.additive<8, 0>> -> tensor<8x!share.masked<8, 0>>
  %wide = share.join %m#0, %hr : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<8, 0>>) -> tensor<8x!share.masked<40, 12>>
  // CHECK: share.extend_high %[[M]]#1
  // CHECK: %[[W:.*]] = share.join %[[M]]#1
  %k = share.extend_high %m#1 : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.additive<8, 0>>
  %kr = share.remask %k : tensor<8x!share.additive<8, 0>> -> tensor<8x!share.masked<8, 0>>
  %wide1 = share.join %m#1, %kr : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<8, 0>>) -> tensor<8x!share.masked<40, 12>>
  // CHECK: share.mul %[[M]]#1, %[[M]]#1
  %z = share.mul %m#1, %m#1 : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<20, 12>>
  // CHECK: %[[R:.*]] = share.remask
  %r = share.remask %z : tensor<8x!share.additive<20, 12>> -> tensor<8x!share.masked<20, 12>>
  %h1 = share.extend_high %r : tensor<8x!share.masked<20, 12>> -> tensor<8x!share.additive<10, 0>>
  %r1 = share.remask %h1 : tensor<8x!share.additive<10, 0>> -> tensor<8x!share.masked<10, 0>>
  %e1 = share.join %r, %r1 : (tensor<8x!share.masked<20, 12>>, tensor<8x!share.masked<10, 0>>) -> tensor<8x!share.masked<30, 12>>
  // CHECK: %[[H:.*]] = share.extend_high %[[R]] : {{.*}} -> tensor<8x!share.additive<24, 0>>
  // CHECK: %[[J:.*]] = share.join %[[R]]
  // CHECK: %[[E:.*]] = share.shrink %[[J]] : {{.*}} -> tensor<8x!share.masked<30, 12>>
  // CHECK-NOT: share.extend_high
  %h2 = share.extend_high %r : tensor<8x!share.masked<20, 12>> -> tensor<8x!share.additive<24, 0>>
  %r2 = share.remask %h2 : tensor<8x!share.additive<24, 0>> -> tensor<8x!share.masked<24, 0>>
  %e2 = share.join %r, %r2 : (tensor<8x!share.masked<20, 12>>, tensor<8x!share.masked<24, 0>>) -> tensor<8x!share.masked<44, 12>>
  // CHECK: return %[[J]], %[[E]], %[[M]]#0, %[[W]]
  return %e2, %e1, %wide, %wide1 : tensor<8x!share.masked<44, 12>>, tensor<8x!share.masked<30, 12>>, tensor<8x!share.masked<40, 12>>, tensor<8x!share.masked<40, 12>>
}

// -----

// What must stay: a remask that something else reads too, one that would send more, and a remask of a value read by a gate.
// CHECK-LABEL: func.func @keeps
func.func @keeps(%x: tensor<1x8xf32>) -> (tensor<4x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>) {
  %m:2 = share.input "client"(%x) : (tensor<1x8xf32>) -> (tensor<1x8x!share.masked<32, 12>>, tensor<1x8x!share.masked<20, 12>>) {
  ^bb0(%i: tensor<1x8xf32>):
    share.yield %i, %i : tensor<1x8xf32>, tensor<1x8xf32>
  }
  // CHECK: %[[Z1:.*]] = share.mul
  // CHECK: %[[R1:.*]] = share.remask %[[Z1]] : tensor<1x8x
  // CHECK: mpc.broadcast %[[R1]]
  // CHECK: %[[R2:.*]] = share.remask
  // CHECK: share.add %[[R2]], %{{.*}} : (tensor<1x8x!share.masked<20, 12>>
  // CHECK: share.neg %[[R2]]
  %z1 = share.mul %m#0, %m#0 : (tensor<1x8x!share.masked<32, 12>>, tensor<1x8x!share.masked<32, 12>>) -> tensor<1x8x!share.additive<20, 12>>
  %r1 = share.remask %z1 : tensor<1x8x!share.additive<20, 12>> -> tensor<1x8x!share.masked<20, 12>>
  %b = mpc.broadcast %r1 : tensor<1x8x!share.masked<20, 12>> -> tensor<4x8x!share.masked<20, 12>>
  %z2 = share.mul %m#1, %m#1 : (tensor<1x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>) -> tensor<1x8x!share.additive<20, 24>>
  %z3 = share.reinterpret %z2 : tensor<1x8x!share.additive<20, 24>> -> tensor<1x8x!share.additive<20, 12>>
  %r2 = share.remask %z3 : tensor<1x8x!share.additive<20, 12>> -> tensor<1x8x!share.masked<20, 12>>
  %s = share.add %r2, %m#1 : (tensor<1x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>) -> tensor<1x8x!share.masked<20, 12>>
  %n = share.neg %r2 : tensor<1x8x!share.masked<20, 12>> -> tensor<1x8x!share.masked<20, 12>>
  return %b, %s, %n : tensor<4x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>, tensor<1x8x!share.masked<20, 12>>
}
