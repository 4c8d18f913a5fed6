// A norm of rows of which one has a number in the ten thousands, as some models' first tokens do: sums of squares beyond what is assumed where
// nothing was measured. They keep the range that the case showed, and the row gives up fractional bits until its square has a ring.
// REQUIRES: mpc-interpret
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/npz.py write %t/case.npz in:x=f4[2x8]:-30000,4,-3,2.5,1.25,0.5,-6,1,1.5,-2,0.75,3,-0.25,1,2,-1.125
// RUN: mpc-interpret %s --input %t/case.npz --output %t/clear.npz
// RUN: mpc-opt %s -o %t/precision.mlir \
// RUN:   --pass-pipeline='builtin.module(func.func(mpc-place-owners,mpc-calibrate-ranges{cases=%t/case.npz},mpc-approximate{fraction=18 max-error=1e-4}),canonicalize,cse,func.func(mpc-calibrate-ranges{cases=%t/case.npz},mpc-infer-ranges,mpc-assign-formats{fraction=18}),canonicalize,cse,func.func(mpc-verify-ranges))'
// RUN: FileCheck %s < %t/precision.mlir
// RUN: mpc-opt %t/precision.mlir -o %t/schedule.mlir --phase-protocol --phase-schedule
// RUN: mpc-interpret %t/schedule.mlir --semantics ideal --input %t/case.npz --compare %t/clear.npz --tolerance 2e-3
// RUN: mpc-interpret %t/schedule.mlir --semantics exact --seed 1 --input %t/case.npz --compare %t/clear.npz --tolerance 2e-3

// The square in the widest ring, of numbers with 15 of 18 fractional bits.
// CHECK: mpc.matmul {{.*}}mpc.range_kind = "calibrated"} : (tensor<2x1x8x!mpc.secret<!mpc.fxp<64, 15>>>
!s = tensor<2x8x!mpc.secret<f32>>
!w = tensor<8x!mpc.secret<f32>>
func.func @main(%x: !s {mpc.name = "x", mpc.owner = "client"}) -> (!s {mpc.name = "y", mpc.owner = "client"}) {
  %w = mpc.owned "model" () : () -> !w {
    %c = mpc.constant dense<[1.0, 1.5, -1.0, 0.5, 1.0, 2.0, 1.0, -0.75]> : tensor<8xf32>
    mpc.yield %c : tensor<8xf32>
  }
  %p = mpc.mul %x, %w : (!s, !w) -> !s
  %y = mpc.rms_norm %p, %w {epsilon = 1.0e-5 : f64} : (!s, !w) -> !s
  return %y : !s
}
