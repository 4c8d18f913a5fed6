// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse)' | FileCheck %s

!s = tensor<2x3x!mpc.secret<f32>>
!q = tensor<1x4x2x8x!mpc.secret<f32>>
!k = tensor<1x2x5x8x!mpc.secret<f32>>

// Mask in public arithmetic, maximum by a tournament of two levels (3 columns), exponential, clamp, sum, inverse.
// CHECK-LABEL: @softmax
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x!mpc.secret<f32>>, %[[BIAS:.*]]: tensor<3xf32>)
// CHECK-DAG: %[[FAR:.*]] = mpc.constant dense<-2.621440e+05>
// CHECK-DAG: %[[LIMIT:.*]] = mpc.constant dense<-5.120000e+02>
// CHECK: %[[R:.*]] = mpc.rescale %[[X]] {mpc.range = array<f64: -1.310720e+05, 1.310720e+05>, mpc.range_kind = "assumed"}
// A row that is masked as a whole is raised by its largest entry, and loses its scores if that is as low as -1e8.
// CHECK: %[[MOST:.*]] = mpc.reduce "max" %[[BIAS]] {axes = array<i64: 0>} : tensor<3xf32> -> tensor<1xf32>
// CHECK: %[[ANYOPEN:.*]] = mpc.compare %[[MOST]], %[[LIMIT]] {predicate = "gt"}
// CHECK: %[[FINITE:.*]] = mpc.max %[[MOST]], %{{.*}}
// CHECK: %[[BY:.*]] = mpc.where %[[ANYOPEN]], %{{.*}}, %[[FINITE]]
// CHECK: %[[RAISED:.*]] = mpc.sub %[[BIAS]], %[[BY]]
// CHECK: %[[SCORED:.*]] = mpc.compare %[[MOST]], %{{.*}} {predicate = "gt"}
// CHECK: %[[FACTOR:.*]] = mpc.{{where|cast}} %[[SCORED]]
// CHECK: %[[OPEN:.*]] = mpc.compare %[[RAISED]], %[[LIMIT]] {predicate = "gt"} : (tensor<3xf32>, tensor<f32>) -> tensor<3xi1>
// CHECK: %[[KEEP:.*]] = mpc.cast %[[OPEN]] : tensor<3xi1> -> tensor<3xf32>
// CHECK: %[[BOTH:.*]] = mpc.mul %[[KEEP]], %[[FACTOR]]
// CHECK: %[[KEPT:.*]] = mpc.mul %[[R]], %[[BOTH]]
// CHECK: %[[SHIFT:.*]] = mpc.where %[[OPEN]], %[[RAISED]], %[[FAR]]
// CHECK: %[[S:.*]] = mpc.add %[[KEPT]], %[[SHIFT]]
// CHECK-COUNT-2: mpc.below {{.*}} {thresholds = array<f64: 0.000000e+00>}
// CHECK: %[[D:.*]] = mpc.sub %[[S]], %{{.*}} {mpc.range = array<f64: -3.932160e+05, 0.000000e+00>
// CHECK: %[[E:.*]] = mpc.exp_negative %[[D]] {floor = 4.800000e+01 : f64}
// CHECK: mpc.below %[[D]] {thresholds = array<f64: -4.000000e+01>}
// CHECK: %[[CLAMPED:.*]] = mpc.select %{{.*}}, %[[E]]
// CHECK: %[[W:.*]] = mpc.mul %[[CLAMPED]], %[[KEEP]]
// CHECK: %[[TOTAL:.*]] = mpc.reduce "sum" %[[W]] {axes = array<i64: 1>}
// A row of -inf alone divides 0 by 1.
// CHECK: %[[ANY:.*]] = mpc.reduce "max" %[[KEEP]] {axes = array<i64: 0>} : tensor<3xf32> -> tensor<1xf32>
// CHECK: %[[NONE:.*]] = mpc.sub %{{.*}}, %[[ANY]] : (tensor<f32>, tensor<1xf32>)
// CHECK: %[[SUM:.*]] = mpc.add %[[TOTAL]], %[[NONE]]
// Its inverse in two pieces side by side, [1/2, 1] and [0.9, 4]; then hidden weights are 0 once more.
// CHECK: %[[BITS:.*]] = mpc.below %[[SUM]] {thresholds = array<f64: 0.88888888888888883>, tolerance = 0.1111111111111111 : f64}
// CHECK: %[[G1:.*]] = mpc.periodic
// CHECK: %[[S1:.*]] = mpc.select %{{.*}}, %[[G1]]
// CHECK: %[[G2:.*]] = mpc.periodic
// CHECK: %[[S2:.*]] = mpc.select %{{.*}}, %[[G2]]
// CHECK: %[[INV:.*]] = mpc.add %[[S1]], %[[S2]]
// CHECK: %[[P:.*]] = mpc.mul %[[W]], %[[INV]]
// CHECK: mpc.mul %[[P]], %[[KEEP]]
func.func @softmax(%x: !s, %bias: tensor<3xf32>) -> !s {
  %y = mpc.softmax %x, %bias : (!s, tensor<3xf32>) -> !s
  return %y : !s
}

// Grouped queries: rows of the group's heads under each other, one product with each key head, no copies.
// A scale that is a power of two stays a public factor: it costs nothing.
// CHECK-LABEL: @grouped
// CHECK-SAME: (%[[Q:.*]]: tensor<1x4x2x8x{{.*}}>, %[[K:.*]]: tensor<1x2x5x8x{{[^)]*}}>)
// CHECK: %[[SCALED:.*]] = mpc.mul %[[Q]], %{{.*}} : (tensor<1x4x2x8x!mpc.secret<f32>>, tensor<f32>)
// CHECK: %[[ROWS:.*]] = mpc.reshape %[[SCALED]] : {{.*}} -> tensor<1x2x4x8x!mpc.secret<f32>>
// CHECK: %[[KT:.*]] = mpc.transpose %[[K]] {permutation = array<i64: 0, 1, 3, 2>}
// CHECK: mpc.matmul %[[ROWS]], %[[KT]] {{.*}} -> tensor<1x2x4x5x!mpc.secret<f32>>
// CHECK: mpc.matmul %{{.*}}, %[[K]] : (tensor<1x2x4x5x!mpc.secret<f32>>, tensor<1x2x5x8x!mpc.secret<f32>>)
func.func @grouped(%q: !q, %k: !k) -> !q {
  %y = mpc.attention %q, %k, %k {scale = 0.25} : (!q, !k, !k) -> !q
  return %y : !q
}

// Any other scale goes into the public cosines and sines,
// CHECK-LABEL: @rotary
// CHECK-SAME: (%[[Q:.*]]: tensor<1x4x2x8x{{[^,]*}}>, %{{.*}}: tensor<1x2x5x8x{{[^,]*}}>, %[[C:.*]]: tensor<2x8xf32>, %[[S:.*]]: tensor<2x8xf32>)
// CHECK: %[[F:.*]] = mpc.constant dense<3.000000e-01>
// CHECK-DAG: %[[C2:.*]] = mpc.mul %[[C]], %[[F]]
// CHECK-DAG: %[[S2:.*]] = mpc.mul %[[S]], %[[F]]
// CHECK: mpc.rotary %[[Q]], %[[C2]], %[[S2]]
func.func @rotary(%q: !q, %k: !k, %c: tensor<2x8xf32>, %s: tensor<2x8xf32>) -> !q {
  %r = mpc.rotary %q, %c, %s : (!q, tensor<2x8xf32>, tensor<2x8xf32>) -> !q
  %y = mpc.attention %r, %k, %k {scale = 0.3} : (!q, !k, !k) -> !q
  return %y : !q
}

// or into the weights and the bias of the query, in their owner's own computation.
mpc.param @w {file = "m.safetensors", offset = 0 : i64, length = 256 : i64, type = tensor<8x8xf32>}
mpc.param @b {file = "m.safetensors", offset = 256 : i64, length = 32 : i64, type = tensor<8xf32>}
// CHECK-LABEL: @weights
// CHECK: mpc.owned "model"
// CHECK: %[[W:.*]] = mpc.weight @w
// CHECK: mpc.mul %[[W]], %{{.*}} : (tensor<8x8xf32>, tensor<f32>)
// CHECK: mpc.owned "model"
// CHECK: %[[B:.*]] = mpc.weight @b
// CHECK: mpc.mul %[[B]], %{{.*}} : (tensor<8xf32>, tensor<f32>)
func.func @weights(%x: !q, %k: !k) -> !q {
  %w = mpc.owned "model" () : () -> tensor<8x8x!mpc.secret<f32>> {
    %0 = mpc.weight @w : tensor<8x8xf32>
    mpc.yield %0 : tensor<8x8xf32>
  }
  %b = mpc.owned "model" () : () -> tensor<8x!mpc.secret<f32>> {
    %0 = mpc.weight @b : tensor<8xf32>
    mpc.yield %0 : tensor<8xf32>
  }
  %p = mpc.matmul %x, %w : (!q, tensor<8x8x!mpc.secret<f32>>) -> !q
  %q = mpc.add %p, %b : (!q, tensor<8x!mpc.secret<f32>>) -> !q
  %y = mpc.attention %q, %k, %k {scale = 0.3} : (!q, !k, !k) -> !q
  return %y : !q
}

// A fill with a large negative number is a mask.
// CHECK-LABEL: @filled
// CHECK-SAME: %[[X:.*]]: tensor<2x3x{{[^,]*}}>, %[[M:.*]]: tensor<2x3xi1>
// CHECK: mpc.where %[[M]], %{{.*}}, %{{.*}} : (tensor<2x3xi1>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
// CHECK: mpc.exp_negative
func.func @filled(%x: !s, %m: tensor<2x3xi1>) -> !s {
  %low = mpc.constant dense<-3.40282347E+38> : tensor<f32>
  %f = mpc.where %m, %low, %x : (tensor<2x3xi1>, tensor<f32>, !s) -> !s
  %y = mpc.softmax %f : (!s) -> !s
  return %y : !s
}
