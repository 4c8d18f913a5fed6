// A program's text twin gives the same bytes, and so does the scheduled module that it came from.
// RUN: mpc-opt %s --pass-pipeline='builtin.module(convert-mpc-to-share,func.func(share-optimize,share-schedule,share-verify))' --mlir-print-debuginfo -o %t.mlir
// RUN: mpc-translate --mpc-to-program %t.mlir -o %t.mpcb
// RUN: mpc-translate --program-to-mlir %t.mpcb -o %t.twin.mlir
// RUN: mpc-translate --mpc-to-program %t.twin.mlir -o %t.twin.mpcb
// RUN: cmp %t.mpcb %t.twin.mpcb
// RUN: mpc-opt %t.twin.mlir --pass-pipeline='builtin.module(func.func(share-verify))' --mlir-print-debuginfo | FileCheck %s
// RUN: mpc-translate --mpc-to-cost %t.mlir -o %t.json
// RUN: mpc-translate --mpc-to-cost %t.twin.mlir -o %t.twin.json
// RUN: cmp %t.json %t.twin.json
// REQUIRES: mpc-translate

module {
  // CHECK: mpc.param @w {file = "m.safetensors", length = 64 : i64, offset = 128 : i64, type = tensor<4x4xf32>}
  // CHECK-NOT: @unused
  mpc.param @unused {file = "m.safetensors", offset = 0 : i64, length = 128 : i64, type = tensor<32xf32>}
  mpc.param @w {file = "m.safetensors", offset = 128 : i64, length = 64 : i64, type = tensor<4x4xf32>}
  // CHECK: func.func @main(%arg0: tensor<1x2xi64> {mpc.name = "ids", mpc.owner = "client"} {{.*}}%arg1: tensor<1x2xf32> {mpc.name = "mask", mpc.owner = "public"}
  // CHECK-SAME: -> (tensor<1x2x4xf32> {mpc.name = "y", mpc.owner = "client"}, tensor<2x1x2x1xi1> {mpc.name = "bits", mpc.owner = "client"}) attributes {mpc.entry = "main"}
  func.func @graph(%ids: tensor<1x2x!mpc.secret<i64>> {mpc.name = "ids", mpc.owner = "client"}, %mask: tensor<1x2xf32> {mpc.name = "mask", mpc.owner = "public"})
      -> (tensor<1x2x4x!mpc.secret<!mpc.fxp<28, 12>>> {mpc.name = "y", mpc.owner = "client"}, tensor<2x1x2x1x!mpc.secret<i1>> {mpc.name = "bits", mpc.owner = "client"})
      attributes {mpc.entry = "main"} {
    // CHECK: share.input "client"(%arg0) {address = 0 : i64}
    // CHECK: mpc.one_hot %{{.*}} {depth = 4 : i64}
    %hot = mpc.owned "client" (%ids) : (tensor<1x2x!mpc.secret<i64>>) -> tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 0>>> {
    ^bb0(%i: tensor<1x2xi64>):
      %0 = mpc.one_hot %i {depth = 4 : i64} : tensor<1x2xi64> -> tensor<1x2x4xi1>
      %1 = mpc.cast %0 : tensor<1x2x4xi1> -> tensor<1x2x4xf32>
      mpc.yield %1 : tensor<1x2x4xf32>
    }
    // CHECK: share.input "model"() {address = 1 : i64}
    // CHECK: mpc.weight @w
    %w = mpc.weight @w : tensor<4x4x!mpc.secret<!mpc.fxp<40, 12>>>
    // CHECK: share.matmul {{.*}} loc(#[[MATMUL:.*]])
    %x = mpc.matmul %hot, %w : (tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 0>>>, tensor<4x4x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 12>>> loc("/embed/MatMul")
    %q = mpc.constant dense<[[[0.25], [-1.5]]]> : tensor<1x2x1xf32>
    %k = mpc.constant dense<[[[true], [false]]]> : tensor<1x2x1xi1>
    %sum = mpc.reduce "sum" %x {axes = array<i64: 2>} : tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 12>>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %mean = mpc.mul %sum, %q {mpc.public_fraction = 8 : i64} : (tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<1x2x1xf32>) -> tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>>
    %zero = mpc.constant dense<0.0> : tensor<f32>
    %kept = mpc.where %k, %mean, %zero : (tensor<1x2x1xi1>, tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<f32>) -> tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>>
    %b = mpc.below %kept {thresholds = array<f64: 1.0, 2.5>} : tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<2x1x2x1x!mpc.secret<i1>>
    %s = mpc.bit_sum %b {coefficients = array<f64: 1.5, -0.5>, constant = 3.0 : f64} : tensor<2x1x2x1x!mpc.secret<i1>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %p = mpc.periodic %mean {period = 8.0 : f64, frequencies = array<i64: 1, 3>, constant = 0.5 : f64, cosines = array<f64: 0.25, 0.01>, sines = array<f64: 0.0, 0.125>,
                             low = -4.0 : f64, high = 4.0 : f64, error = 0.01 : f64} : tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>>
    %e = mpc.exp_negative %mean {floor = 48.0 : f64} : tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<16, 12>>>
    %e2 = mpc.rescale %e : tensor<1x2x1x!mpc.secret<!mpc.fxp<16, 12>>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %p2 = mpc.rescale %p : tensor<1x2x1x!mpc.secret<!mpc.fxp<20, 12>>> -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %a0 = mpc.add %e2, %p2 : (tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %a1 = mpc.add %a0, %s : (tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>
    %y0 = mpc.mul %x, %a1 : (tensor<1x2x4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<1x2x1x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<1x2x4x!mpc.secret<!mpc.fxp<28, 12>>> loc(fused<"mpc.gelu">["/act/Mul"])
    %m2 = mpc.reshape %mask : tensor<1x2xf32> -> tensor<1x2x1xf32>
    %y = mpc.add %y0, %m2 : (tensor<1x2x4x!mpc.secret<!mpc.fxp<28, 12>>>, tensor<1x2x1xf32>) -> tensor<1x2x4x!mpc.secret<!mpc.fxp<28, 12>>>
    return %y, %b : tensor<1x2x4x!mpc.secret<!mpc.fxp<28, 12>>>, tensor<2x1x2x1x!mpc.secret<i1>>
  }
  // CHECK-DAG: #[[NODE:.*]] = loc("/embed/MatMul")
  // CHECK-DAG: #[[MATMUL]] = loc(fused<"mpc.matmul">[#[[NODE]]])
}
