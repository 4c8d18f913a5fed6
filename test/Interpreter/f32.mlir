// A model with an owner's region and a weight, in clear: outputs, comparison, values on the way.
// REQUIRES: mpc-interpret
// RUN: rm -rf %t && mkdir -p %t/model
// RUN: %python -c "import struct; open(r'%t/model/w.bin', 'wb').write(bytes(4) + struct.pack('<4f', 1, 2, 3, 4))"
// RUN: %python %S/Inputs/npz.py write %t/case.npz 'in:x=i8[1x2]:5,-1' 'out:y=f4[1x2]:12,26'
// RUN: mpc-interpret %s --input %t/case.npz --compare %t/case.npz --weights-dir %t --weights-dir %t/model --output %t/out.npz --probe %t/values.npz | FileCheck %s
// RUN: %python %S/Inputs/npz.py print %t/out.npz | FileCheck %s --check-prefix=OUT
// RUN: %python %S/Inputs/npz.py print %t/values.npz | FileCheck %s --check-prefix=VALUES

// CHECK: y: max abs error 0.000e+00, cosine 1.0000000
// OUT: y f4 [1, 2] 12 26
// VALUES: 00000 mpc.cast embed f4 [1, 2] 5 -1
// VALUES: 00001 mpc.owned embed f4 [1, 2] 5 -1
// VALUES: mpc.matmul /head/MatMul f4 [1, 2] 2 6

// Past the tolerance, and a NaN, the status is 1.
// RUN: %python %S/Inputs/npz.py write %t/other.npz 'in:x=i8[1x2]:5,-1' 'out:y=f4[1x2]:12,26.02'
// RUN: not mpc-interpret %s --input %t/case.npz --compare %t/other.npz --weights-dir %t/model | FileCheck %s --check-prefix=FAR
// RUN: mpc-interpret %s --input %t/case.npz --compare %t/other.npz --weights-dir %t/model --tolerance 0.05
// FAR: y: max abs error 2.000e-02, cosine {{.*}} EXCEEDS THE TOLERANCE

// RUN: not mpc-interpret %s --input %t/case.npz 2>&1 | FileCheck %s --check-prefix=NOFILE
// NOFILE: no folder of parameters has w.bin, which 'w' names
// RUN: %python %S/Inputs/npz.py write %t/wrong.npz 'in:z=i8[1x2]:5,-1'
// RUN: not mpc-interpret %s --input %t/wrong.npz --weights-dir %t/model 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: the case has an input 'z', which the program does not take
// RUN: %python %S/Inputs/npz.py write %t/shape.npz 'in:x=i8[2]:5,-1'
// RUN: not mpc-interpret %s --input %t/shape.npz --weights-dir %t/model 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: input 'x' is i64[2], the function takes i64[1,2]
// RUN: not mpc-interpret %s --input %t/case.npz --compare %t/wrong.npz --weights-dir %t/model 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: the case to compare with has none of the program's outputs
// RUN: %python -c "open(r'%t/model/w.bin', 'wb').write(bytes(19))"
// RUN: not mpc-interpret %s --input %t/case.npz --weights-dir %t/model 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: w.bin is too short for parameter 'w'

!s = !mpc.secret<f32>
mpc.param @w {file = "w.bin", offset = 4 : i64, length = 16 : i64, type = tensor<2x2xf32>}
func.func @main(%x: tensor<1x2x!mpc.secret<i64>> {mpc.name = "x", mpc.owner = "client"}) -> (tensor<1x2x!s> {mpc.name = "y"}) {
  %0 = mpc.owned "client" (%x) : (tensor<1x2x!mpc.secret<i64>>) -> tensor<1x2x!s> {
  ^bb0(%i: tensor<1x2xi64>):
    %n = mpc.cast %i : tensor<1x2xi64> -> tensor<1x2xf32> loc("embed")
    mpc.yield %n : tensor<1x2xf32>
  } loc("embed")
  %w = mpc.weight @w : tensor<2x2x!s>
  %1 = mpc.matmul %0, %w : (tensor<1x2x!s>, tensor<2x2x!s>) -> tensor<1x2x!s> loc("/head/MatMul")
  %b = mpc.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %2 = mpc.add %1, %b : (tensor<1x2x!s>, tensor<2xf32>) -> tensor<1x2x!s>
  return %2 : tensor<1x2x!s>
}
