// RUN: mpc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(mpc-raise))' | FileCheck %s

!q = tensor<1x4x6x16xf32>
!kt = tensor<1x4x16x6xf32>
!s = tensor<1x4x6x6xf32>
!m = tensor<1x1x6x6xf32>

// Eager attention: one scale on the scores, additive public mask.
// CHECK-LABEL: func.func @eager
// CHECK: %[[Y:.*]] = mpc.attention %arg0, %arg1, %arg2, %arg3 {scale = 2.500000e-01 : f64}
// CHECK-NEXT: return %[[Y]]
func.func @eager(%q: !q {mpc.owner = "client"}, %k: !q {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}, %m: !m {mpc.owner = "public"}) -> !q {
  %c = mpc.constant dense<0.25> : tensor<f32>
  %kt = mpc.transpose %k {permutation = array<i64: 0, 1, 3, 2>} : !q -> !kt
  %s = mpc.matmul %q, %kt : (!q, !kt) -> !s
  %sc = mpc.mul %s, %c : (!s, tensor<f32>) -> !s
  %b = mpc.add %sc, %m : (!s, !m) -> !s
  %p = mpc.softmax %b : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!q = tensor<1x4x6x16xf32>
!kt = tensor<1x4x16x6xf32>
!s = tensor<1x4x6x6xf32>
!m = tensor<1x1x6x6xi1>
!t = tensor<1x1x6x6xf32>

// sdpa below opset 23: the scale split over q and the transposed k, keys transposed in 3-D, a Boolean mask, the NaN guard.
// CHECK-LABEL: func.func @sdpa
// CHECK: %[[B:.*]] = mpc.where %arg3
// CHECK-NEXT: %[[Y:.*]] = mpc.attention %arg0, %arg1, %arg2, %[[B]] {scale = 2.500000e-01 : f64, zero_masked_rows = true}
// CHECK-NEXT: return %[[Y]]
func.func @sdpa(%q: !q {mpc.owner = "client"}, %k: !q {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}, %m: !m {mpc.owner = "public"}) -> !q {
  %c = mpc.constant dense<0.5> : tensor<f32>
  %zero = mpc.constant dense<0.0> : tensor<f32>
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  %k3 = mpc.reshape %k : !q -> tensor<4x6x16xf32>
  %k3t = mpc.transpose %k3 {permutation = array<i64: 0, 2, 1>} : tensor<4x6x16xf32> -> tensor<4x16x6xf32>
  %kt = mpc.reshape %k3t : tensor<4x16x6xf32> -> !kt
  %qs = mpc.mul %q, %c : (!q, tensor<f32>) -> !q
  %ks = mpc.mul %kt, %c : (!kt, tensor<f32>) -> !kt
  %bias = mpc.where %m, %zero, %low : (!m, tensor<f32>, tensor<f32>) -> !t
  %s = mpc.matmul %qs, %ks : (!q, !kt) -> !s
  %b = mpc.add %s, %bias : (!s, !t) -> !s
  %p = mpc.softmax %b : (!s) -> !s
  %nan = mpc.is_nan %p : !s -> tensor<1x4x6x6xi1>
  %g = mpc.where %nan, %zero, %p : (tensor<1x4x6x6xi1>, tensor<f32>, !s) -> !s
  %y = mpc.matmul %g, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!q = tensor<1x4x6x16xf32>
!kv = tensor<1x2x6x16xf32>
!s = tensor<1x4x6x6xf32>

// Grouped queries: the copies of key and value heads are not multiplied.
// CHECK-LABEL: func.func @grouped
// CHECK-NEXT: %[[Y:.*]] = mpc.attention %arg0, %arg1, %arg2 {scale = 1.000000e+00 : f64}
// CHECK-NEXT: return %[[Y]]
func.func @grouped(%q: !q {mpc.owner = "client"}, %k: !kv {mpc.owner = "client"}, %v: !kv {mpc.owner = "client"}) -> !q {
  %k5 = mpc.reshape %k : !kv -> tensor<1x2x1x6x16xf32>
  %kb = mpc.broadcast %k5 : tensor<1x2x1x6x16xf32> -> tensor<1x2x2x6x16xf32>
  %kh = mpc.reshape %kb : tensor<1x2x2x6x16xf32> -> !q
  %v5 = mpc.reshape %v : !kv -> tensor<1x2x1x6x16xf32>
  %vb = mpc.broadcast %v5 : tensor<1x2x1x6x16xf32> -> tensor<1x2x2x6x16xf32>
  %vh = mpc.reshape %vb : tensor<1x2x2x6x16xf32> -> !q
  %kt = mpc.transpose %kh {permutation = array<i64: 0, 1, 3, 2>} : !q -> tensor<1x4x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<1x4x16x6xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %vh : (!s, !q) -> !q
  return %y : !q
}

// -----

!q = tensor<4x6x16xf32>
!kv = tensor<2x6x16xf32>
!s = tensor<4x6x6xf32>

// The copies as a gather, key alone: keys and values must have the same heads, so the copies stay.
// CHECK-LABEL: func.func @one_side_copied
// CHECK: %[[K:.*]] = mpc.gather %arg1
// CHECK: mpc.attention %arg0, %[[K]], %arg2
func.func @one_side_copied(%q: !q {mpc.owner = "client"}, %k: !kv {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}) -> !q {
  %i = mpc.constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %kh = mpc.gather %k, %i {axis = 0 : i64} : (!kv, tensor<4xi64>) -> !q
  %kt = mpc.transpose %kh {permutation = array<i64: 0, 2, 1>} : !q -> tensor<4x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<4x16x6xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!x = tensor<1x6x4x16xf32>
!q = tensor<1x4x6x16xf32>
!s = tensor<1x4x6x6xf32>

// TorchScript transposes keys from [B, S, H, D] to [B, H, D, S] at once.
// CHECK-LABEL: func.func @transposed_at_once
// CHECK: %[[K:.*]] = mpc.transpose %arg1 {permutation = array<i64: 0, 2, 1, 3>}
// CHECK: mpc.attention %arg0, %[[K]], %arg2 {scale = 2.500000e-01 : f64}
func.func @transposed_at_once(%q: !q {mpc.owner = "client"}, %k: !x {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}) -> !q {
  %four = mpc.constant dense<4.0> : tensor<f32>
  %kt = mpc.transpose %k {permutation = array<i64: 0, 2, 3, 1>} : !x -> tensor<1x4x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<1x4x16x6xf32>) -> !s
  %sc = mpc.div %s, %four : (!s, tensor<f32>) -> !s
  %p = mpc.softmax %sc : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!s = tensor<4x6x6xf32>

// A position bias from weights stays with the scores, the public mask that was added to it first becomes the bias.
mpc.param @table {file = "w", offset = 0 : i64, length = 576 : i64, type = tensor<4x6x6xf32>}
// CHECK-LABEL: func.func @learned_bias
// CHECK: %[[T:.*]] = mpc.weight @table
// CHECK: %[[S:.*]] = mpc.add %arg0, %[[T]]
// CHECK: mpc.softmax %[[S]], %arg1
func.func @learned_bias(%x: !s {mpc.owner = "client"}, %m: tensor<1x1x6xf32> {mpc.owner = "public"}) -> !s {
  %t = mpc.weight @table : !s
  %tm = mpc.add %t, %m : (!s, tensor<1x1x6xf32>) -> !s
  %b = mpc.add %x, %tm : (!s, !s) -> !s
  %p = mpc.softmax %b : (!s) -> !s
  return %p : !s
}

// -----

!s = tensor<4x6x6xf32>

// A position bias from weights that is masked before it is added: the bias stays with the scores, its mask becomes the softmax's.
mpc.param @table {file = "w", offset = 0 : i64, length = 576 : i64, type = tensor<4x6x6xf32>}
// CHECK-LABEL: func.func @masked_bias
// CHECK: %[[T:.*]] = mpc.weight @table
// CHECK: %[[S:.*]] = mpc.add %arg0, %[[T]]
// CHECK: %[[B:.*]] = mpc.where %arg1, %{{.*}}, %{{.*}} : (tensor<1x1x6xi1>, tensor<f32>, tensor<f32>) -> tensor<1x1x6xf32>
// CHECK: mpc.softmax %[[S]], %[[B]]
func.func @masked_bias(%x: !s {mpc.owner = "client"}, %m: tensor<1x1x6xi1> {mpc.owner = "public"}) -> !s {
  %low = mpc.constant dense<-3.4028234663852886e+38> : tensor<f32>
  %t = mpc.weight @table : !s
  %tm = mpc.where %m, %t, %low : (tensor<1x1x6xi1>, !s, tensor<f32>) -> !s
  %b = mpc.add %x, %tm : (!s, !s) -> !s
  %p = mpc.softmax %b : (!s) -> !s
  return %p : !s
}

// -----

!s = tensor<4x6x6xf32>

// where(mask, scores, -inf)
// CHECK-LABEL: func.func @masked_by_where
// CHECK: %[[B:.*]] = mpc.where %arg1, %{{.*}}, %{{.*}} : (tensor<6x6xi1>, tensor<f32>, tensor<f32>) -> tensor<6x6xf32>
// CHECK: mpc.softmax %arg0, %[[B]]
func.func @masked_by_where(%x: !s {mpc.owner = "client"}, %m: tensor<6x6xi1> {mpc.owner = "public"}) -> !s {
  %low = mpc.constant dense<0xFF800000> : tensor<f32>
  %w = mpc.where %m, %x, %low : (tensor<6x6xi1>, !s, tensor<f32>) -> !s
  %p = mpc.softmax %w : (!s) -> !s
  return %p : !s
}

// -----

!s = tensor<4x6x6xf32>

// Must be left alone: the mask is the client's, and a bias is public.
// CHECK-LABEL: func.func @secret_mask
// CHECK: %[[A:.*]] = mpc.add %arg0, %arg1
// CHECK: mpc.softmax %[[A]] : (tensor<4x6x6xf32>) ->
func.func @secret_mask(%x: !s {mpc.owner = "client"}, %m: !s {mpc.owner = "client"}) -> !s {
  %b = mpc.add %x, %m : (!s, !s) -> !s
  %p = mpc.softmax %b : (!s) -> !s
  return %p : !s
}

// -----

!q = tensor<4x6x16xf32>
!s = tensor<4x6x6xf32>

// Must be left alone: the probabilities are a result of the model too.
// CHECK-LABEL: func.func @returned_probabilities
// CHECK-NOT: mpc.attention
func.func @returned_probabilities(%q: !q {mpc.owner = "client"}, %k: !q {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}) -> (!q, !s) {
  %kt = mpc.transpose %k {permutation = array<i64: 0, 2, 1>} : !q -> tensor<4x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<4x16x6xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y, %p : !q, !s
}

// -----

!s = tensor<4x6xf32>

// exp(x - max) / sum
// CHECK-LABEL: func.func @softmax_in_pieces
// CHECK: mpc.softmax %arg0
// CHECK-NOT: mpc.exp
func.func @softmax_in_pieces(%x: !s {mpc.owner = "client"}) -> !s {
  %max = mpc.reduce "max" %x {axes = array<i64: 1>} : !s -> tensor<4x1xf32>
  %d = mpc.sub %x, %max : (!s, tensor<4x1xf32>) -> !s
  %e = mpc.exp %d : !s -> !s
  %sum = mpc.reduce "sum" %e {axes = array<i64: 1>} : !s -> tensor<4x1xf32>
  %p = mpc.div %e, %sum : (!s, tensor<4x1xf32>) -> !s
  return %p : !s
}

// -----

!q = tensor<8x6x16xf32>
!s = tensor<8x6x6xf32>
!s4 = tensor<2x4x6x6xf32>

// Batch and heads merged for the products alone: the mask has them apart.
// CHECK-LABEL: func.func @merged_heads
// CHECK-DAG: %[[Q:.*]] = mpc.reshape %arg0 : tensor<8x6x16xf32> -> tensor<2x4x6x16xf32>
// CHECK-DAG: %[[K:.*]] = mpc.reshape %arg1
// CHECK-DAG: %[[V:.*]] = mpc.reshape %arg2
// CHECK: %[[Y:.*]] = mpc.attention %[[Q]], %[[K]], %[[V]], %arg3 {{.*}} -> tensor<2x4x6x16xf32>
// CHECK: mpc.reshape %[[Y]] : tensor<2x4x6x16xf32> -> tensor<8x6x16xf32>
func.func @merged_heads(%q: !q {mpc.owner = "client"}, %k: !q {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}, %m: tensor<2x1x6x6xf32> {mpc.owner = "public"}) -> !q {
  %kt = mpc.transpose %k {permutation = array<i64: 0, 2, 1>} : !q -> tensor<8x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<8x16x6xf32>) -> !s
  %s4 = mpc.reshape %s : !s -> !s4
  %b = mpc.add %s4, %m : (!s4, tensor<2x1x6x6xf32>) -> !s4
  %s3 = mpc.reshape %b : !s4 -> !s
  %p = mpc.softmax %s3 : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!q = tensor<1x4x6x16xf32>
!kv = tensor<1x1x6x16xf32>
!s = tensor<1x4x6x6xf32>

// One key and value head for all, broadcast by the products themselves.
// CHECK-LABEL: func.func @multi_query
// CHECK-NEXT: mpc.attention %arg0, %arg1, %arg2
func.func @multi_query(%q: !q {mpc.owner = "client"}, %k: !kv {mpc.owner = "client"}, %v: !kv {mpc.owner = "client"}) -> !q {
  %kt = mpc.transpose %k {permutation = array<i64: 0, 1, 3, 2>} : !kv -> tensor<1x1x16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<1x1x16x6xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !kv) -> !q
  return %y : !q
}

// -----

!q = tensor<6x16xf32>
!s = tensor<6x6xf32>

// A single head without a dimension of its own.
// CHECK-LABEL: func.func @one_head
// CHECK: mpc.attention {{.*}} -> tensor<1x6x16xf32>
func.func @one_head(%q: !q {mpc.owner = "client"}, %k: !q {mpc.owner = "client"}, %v: !q {mpc.owner = "client"}) -> !q {
  %kt = mpc.transpose %k {permutation = array<i64: 1, 0>} : !q -> tensor<16x6xf32>
  %s = mpc.matmul %q, %kt : (!q, tensor<16x6xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !q) -> !q
  return %y : !q
}

// -----

!s = tensor<4x6x6xf32>
!r = tensor<4x6x1xf32>

// CogView: ((x + m) / 32 - max) * 32. The row's maximum changes nothing; the mask is found below the factors, which cancel.
// CHECK-LABEL: func.func @shifted_rows
// CHECK-NOT: mpc.reduce
// CHECK: mpc.softmax %{{.*}}, %{{.*}} : (tensor<4x6x6xf32>, tensor<1x1x6xf32>)
// CHECK-NOT: mpc.reduce
func.func @shifted_rows(%x: !s {mpc.owner = "client"}, %m: tensor<1x1x6xf32> {mpc.owner = "public"}) -> !s {
  %c = mpc.constant dense<3.125000e-02> : tensor<f32>
  %i = mpc.constant dense<3.200000e+01> : tensor<f32>
  %a = mpc.add %x, %m : (!s, tensor<1x1x6xf32>) -> !s
  %d = mpc.mul %a, %c : (!s, tensor<f32>) -> !s
  %t = mpc.reduce "max" %d {axes = array<i64: 2>} : !s -> !r
  %u = mpc.sub %d, %t : (!s, !r) -> !s
  %v = mpc.mul %u, %i : (!s, tensor<f32>) -> !s
  %p = mpc.softmax %v : (!s) -> !s
  return %p : !s
}

// -----

!q = tensor<2x4x3x8xf32>
!v = tensor<2x1x5x6xf32>
!s = tensor<2x4x3x5xf32>

// Keys of all heads beside values of one: the values are repeated, as attention takes keys and values of as many heads.
// CHECK-LABEL: func.func @one_value
// CHECK-DAG: %[[K:.*]] = mpc.transpose %arg1
// CHECK-DAG: %[[V:.*]] = mpc.broadcast %arg2 : tensor<2x1x5x6xf32> -> tensor<2x4x5x6xf32>
// CHECK: mpc.attention %arg0, %[[K]], %[[V]]
func.func @one_value(%q: !q {mpc.owner = "client"}, %k: tensor<2x4x8x5xf32> {mpc.owner = "client"}, %v: !v {mpc.owner = "client"}) -> tensor<2x4x3x6xf32> {
  %s = mpc.matmul %q, %k : (!q, tensor<2x4x8x5xf32>) -> !s
  %p = mpc.softmax %s : (!s) -> !s
  %y = mpc.matmul %p, %v : (!s, !v) -> tensor<2x4x3x6xf32>
  return %y : tensor<2x4x3x6xf32>
}

// -----

!q = tensor<1x4x3x8xf32>
!k = tensor<1x2x5x8xf32>
!b = tensor<4x3x5xf32>

// A bias that is secret is an addend of the scores, and its public part the bias of the softmax; query heads that share a key stand together.
// CHECK-LABEL: func.func @secret_bias
// CHECK: %[[Q:.*]] = mpc.reshape %arg0 : tensor<1x4x3x8xf32> -> tensor<1x2x2x3x8xf32>
// CHECK: %[[S:.*]] = mpc.matmul %[[Q]], %{{.*}} : (tensor<1x2x2x3x8xf32>, tensor<1x2x1x8x5xf32>)
// CHECK: %[[R:.*]] = mpc.reshape %[[S]] : tensor<1x2x2x3x5xf32> -> tensor<1x4x3x5xf32>
// CHECK: %[[A:.*]] = mpc.mul %[[R]], %{{.*}} : (tensor<1x4x3x5xf32>, tensor<f32>)
// CHECK: %[[B:.*]] = mpc.add %[[A]], %arg2
// CHECK: mpc.softmax %[[B]], %arg3
// CHECK-NOT: mpc.attention
// CHECK: return
func.func @secret_bias(%q: !q {mpc.owner = "client"}, %k: !k {mpc.owner = "client"}, %b: !b {mpc.owner = "model"}, %m: tensor<3x5xf32> {mpc.owner = "public"}) -> !q {
  %sum = mpc.add %b, %m : (!b, tensor<3x5xf32>) -> !b
  %y = mpc.attention %q, %k, %k, %sum {scale = 0.25 : f64} : (!q, !k, !k, !b) -> !q
  return %y : !q
}
