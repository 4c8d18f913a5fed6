// The leakage statement: every way in which a value leaves secrecy, by name.
// RUN: mpc-opt %s --phases -o %t
// RUN: mpc-opt %t --mpc-print-leakage -o /dev/null 2>&1 | FileCheck %s
// RUN: mpc-opt %t --mpc-print-leakage=summary=true -o /dev/null 2>&1 | FileCheck %s --check-prefix=SHORT
// The module itself is not changed.
// RUN: mpc-opt %t --mpc-print-leakage 2>/dev/null | diff - %t

// CHECK: ## Entry ask
// CHECK: | P0 | nothing else
// CHECK: | P1, P2 (each) | [[N:[1-9][0-9]*]] values under fresh masks {{.*}} values are truncated locally
// CHECK: ### Inputs that every party sees
// CHECK: | `position_ids` | 4x1 i64 |
// CHECK-NOT: | `x` | 4x8 f32 |
// CHECK: ### Inputs of which only the shape is seen
// CHECK: | `x` | 4x8 f32 |
// CHECK: ### Outputs
// CHECK: | `y` | 4x8 f32 | data owner |
// CHECK: ### Published by an owner for every party
// CHECK: | `inv_freq` | 4 f32 | model owner: inv_freq |
// CHECK-NOT: | `w` |
// CHECK: Of 1 parameters of the model only names, shapes and places in their files are seen.
// CHECK: ### Computed by an owner alone, then shared
// CHECK: | `x` | 4x8 numbers | data owner: x |
// CHECK: | `w` | 8x8 numbers | model owner: w by mpc.transpose |
// CHECK: ### Constants of the graph
// CHECK: | `mpc.constant` | scalar f32 | 0.37 |
// CHECK: ### Local truncations
// CHECK: | `share.matmul` | 1 | 32 |

// SHORT: leakage of ask:
// SHORT-NEXT: every party: the program, shapes and lengths; inputs position_ids; of the model inv_freq; {{[1-9][0-9]*}} constants of the graph
// SHORT-NEXT: P0: nothing else
// SHORT-NEXT: P1, P2: {{[1-9][0-9]*}} uniformly random values, the rounding bits of {{[1-9][0-9]*}} local truncations
// SHORT-NEXT: data owner: outputs y, with rounding noise

mpc.param @w {file = "w", offset = 0 : i64, length = 256 : i64, type = tensor<8x8xf32>}
mpc.param @inv_freq {file = "w", offset = 256 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @main(%x: tensor<4x8xf32> {mpc.name = "x", mpc.owner = "client"}, %p: tensor<4x1xi64> {mpc.name = "position_ids", mpc.owner = "public"})
    -> (tensor<4x8xf32> {mpc.name = "y", mpc.owner = "client"}) attributes {mpc.entry = "ask"} {
  %w = mpc.weight @w : tensor<8x8xf32>
  %t = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<8x8xf32> -> tensor<8x8xf32>
  %a = mpc.matmul %x, %t : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %f = mpc.weight @inv_freq : tensor<4xf32>
  %q = mpc.cast %p : tensor<4x1xi64> -> tensor<4x1xf32>
  %g = mpc.mul %q, %f : (tensor<4x1xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %h = mpc.concat %g, %g {axis = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %c = mpc.cos %h : tensor<4x8xf32> -> tensor<4x8xf32>
  %s = mpc.sin %h : tensor<4x8xf32> -> tensor<4x8xf32>
  %r = mpc.rotary %a, %c, %s : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %k = mpc.constant dense<0.37> : tensor<f32>
  %y = mpc.mul %r, %k : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
