// Weights are checked against what is assumed of them, where their files are given.
// RUN: rm -rf %t && mkdir -p %t/empty %t/model
// RUN: %python -c "import struct; open(r'%t/model/w.bin', 'wb').write(struct.pack('<4f', 0, 1, -2000, 3) + struct.pack('<4f', 0, 1, -1000, float('nan')))"
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{weights-dir=%t/empty,%t/model}))' 2>&1 | FileCheck %s
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{weights-dir=%t/model weight-bound=4096}))' 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges{weights-dir=%t/empty}))' 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: mpc-opt %s --pass-pipeline='builtin.module(func.func(mpc-infer-ranges))' | FileCheck %s --check-prefix=SILENT

// CHECK-DAG: error: weight 'large' holds -2.000000e+03 at element 2; weights must be finite and below 1.024000e+03 in magnitude
// CHECK-DAG: error: weight 'nan' holds nan at element 3
// WIDE-NOT: 'large'
// WIDE: weight 'nan'
// WIDE-NOT: 'large'
// NONE: no folder of weights has 'w.bin' with the bytes of 'large'
// SILENT: mpc.owned
mpc.param @large {file = "w.bin", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
mpc.param @nan {file = "w.bin", offset = 16 : i64, length = 16 : i64, type = tensor<4xf32>}
func.func @main() -> tensor<4x!mpc.secret<f32>> {
  %0 = mpc.owned "model" () : () -> tensor<4x!mpc.secret<f32>> {
    %1 = mpc.weight @large : tensor<4xf32>
    %2 = mpc.weight @nan : tensor<4xf32>
    %3 = mpc.add %1, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    mpc.yield %3 : tensor<4xf32>
  }
  return %0 : tensor<4x!mpc.secret<f32>>
}
