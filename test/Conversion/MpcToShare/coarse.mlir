// A comparison with a tolerance reads the high bits of its operand alone: the low bits of value and mask are dropped.
// RUN: mpc-opt %s --convert-mpc-to-share | FileCheck %s

// 20 bits, 12 fractional; a tolerance of 3/16 leaves units of 1/8: 9 bits are dropped, thresholds count eighths.
// CHECK-LABEL: @fuzzy
// CHECK-NOT: share.add
// CHECK: %[[C:.*]] = share.coarsen %{{.*}} : tensor<4x!share.masked<20, 12>> -> tensor<4x!share.masked<11, 3>>
// CHECK: share.compare_digits %[[C]] {{.*}}thresholds = array<i64: -28, 28>
// CHECK: share.compare_finish %[[C]]
func.func @fuzzy(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<2x4x!mpc.secret<i1>> {
  %b = mpc.below %x {thresholds = array<f64: -3.5, 3.5>, tolerance = 0.1875 : f64} : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x4x!mpc.secret<i1>>
  return %b : tensor<2x4x!mpc.secret<i1>>
}

// What all thresholds are beyond whole units is taken off first.
// CHECK-LABEL: @moved
// CHECK: mpc.constant dense<-256>
// CHECK: share.add
// CHECK: %[[C:.*]] = share.coarsen %{{.*}} -> tensor<4x!share.masked<11, 3>>
// CHECK: share.compare_digits %[[C]] {{.*}}thresholds = array<i64: -28, 28>
func.func @moved(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<2x4x!mpc.secret<i1>> {
  %b = mpc.below %x {thresholds = array<f64: -3.4375, 3.5625>, tolerance = 0.1875 : f64} : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x4x!mpc.secret<i1>>
  return %b : tensor<2x4x!mpc.secret<i1>>
}

// A threshold that is no whole number of units from the others takes its share of the tolerance.
// CHECK-LABEL: @between
// CHECK: share.coarsen %{{.*}} -> tensor<4x!share.masked<12, 4>>
func.func @between(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<2x4x!mpc.secret<i1>> {
  %b = mpc.below %x {thresholds = array<f64: -3.5, 3.5625>, tolerance = 0.125 : f64} : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x4x!mpc.secret<i1>>
  return %b : tensor<2x4x!mpc.secret<i1>>
}

// Without, every bit is compared.
// CHECK-LABEL: @exact
// CHECK-NOT: share.coarsen
func.func @exact(%x: tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<1x4x!mpc.secret<i1>> {
  %b = mpc.below %x {thresholds = array<f64: 3.5>} : tensor<4x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<1x4x!mpc.secret<i1>>
  return %b : tensor<1x4x!mpc.secret<i1>>
}

// Five bits beside the sign are one look-up, whatever their number of thresholds: no tree.
// CHECK-LABEL: @short
// CHECK: share.compare_digits %{{.*}} {digit = 5 : i64{{.*}}} : tensor<4x!share.masked<6, 0>> -> tensor<3x1x4x!share.xor_bit>
// CHECK-NOT: share.lex_combine
// CHECK: share.compare_finish
func.func @short(%x: tensor<4x!mpc.secret<!mpc.fxp<6, 0>>>) -> tensor<3x4x!mpc.secret<i1>> {
  %b = mpc.below %x {thresholds = array<f64: -5.0, 0.0, 7.0>} : tensor<4x!mpc.secret<!mpc.fxp<6, 0>>> -> tensor<3x4x!mpc.secret<i1>>
  return %b : tensor<3x4x!mpc.secret<i1>>
}
