// One block of each kind of transformer from import to schedule, run after every phase: in clear, on integers, and by the parties' own
// gates. A phase that changes what the program means shows here by its name.
// REQUIRES: mpc-interpret
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python -c "import math, struct; open(r'%t/w.bin', 'wb').write(struct.pack('<80f', *[math.sin(3.7 * i + 0.2 * i * i) for i in range(80)]))"
// RUN: %python -c "import math, sys; print(','.join('%%.5f' %% (2 * math.sin(1.3 * i * i + i)) for i in range(48)))" > %t/x
// RUN: %python -c "import subprocess, sys; subprocess.run([sys.executable, r'%S/Inputs/npz.py', 'write', r'%t/in.npz', 'x=f4[1x6x8]:' + open(r'%t/x').read().strip()], check=True)"
// RUN: mpc-interpret %s --input %t/in.npz --weights-dir %t --output %t/clear.npz

// RUN: mpc-opt %s -o %t/secrecy.mlir --mlir-print-debuginfo \
// RUN:   --pass-pipeline='builtin.module(func.func(mpc-label-origins,mpc-infer-secrecy,mpc-place-owners),canonicalize,cse,symbol-dce,func.func(mpc-verify-secrecy))'
// RUN: mpc-interpret %t/secrecy.mlir --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 0 | FileCheck %s

// RUN: mpc-opt %t/secrecy.mlir -o %t/approximate.mlir --mlir-print-debuginfo --pass-pipeline='builtin.module(func.func(mpc-approximate),canonicalize,cse,symbol-dce)'
// RUN: mpc-interpret %t/approximate.mlir --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 2e-3 | FileCheck %s

// RUN: mpc-opt %t/approximate.mlir -o %t/precision.mlir --mlir-print-debuginfo \
// RUN:   --pass-pipeline='builtin.module(func.func(mpc-infer-ranges,mpc-assign-formats),canonicalize,cse,symbol-dce,func.func(mpc-verify-ranges))'
// RUN: mpc-interpret %t/precision.mlir --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 2e-3 | FileCheck %s

// RUN: mpc-opt %t/precision.mlir -o %t/protocol.mlir --mlir-print-debuginfo \
// RUN:   --pass-pipeline='builtin.module(convert-mpc-to-share,canonicalize,cse,symbol-dce,func.func(share-optimize),canonicalize,cse,symbol-dce)'
// RUN: mpc-interpret %t/protocol.mlir --semantics ideal --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 5e-3 | FileCheck %s
// RUN: mpc-interpret %t/protocol.mlir --semantics ideal --seed 7 --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 5e-3 | FileCheck %s

// RUN: mpc-opt %t/protocol.mlir -o %t/schedule.mlir --mlir-print-debuginfo --pass-pipeline='builtin.module(func.func(share-schedule,share-verify))'
// RUN: mpc-interpret %t/schedule.mlir --semantics ideal --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 5e-3 | FileCheck %s
// RUN: mpc-interpret %t/schedule.mlir --semantics exact --seed 1 --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 5e-3 | FileCheck %s
// RUN: mpc-interpret %t/schedule.mlir --semantics exact --seed 2 --input %t/in.npz --weights-dir %t --compare %t/clear.npz --tolerance 5e-3 | FileCheck %s

// CHECK: y: max abs error {{.*}}, cosine {{1.0000|0.9999}}

mpc.param @w {file = "w.bin", offset = 0 : i64, length = 256 : i64, type = tensor<8x8xf32>}
mpc.param @gain {file = "w.bin", offset = 256 : i64, length = 32 : i64, type = tensor<8xf32>}
mpc.param @bias {file = "w.bin", offset = 288 : i64, length = 32 : i64, type = tensor<8xf32>}
func.func @main(%x: tensor<1x6x8xf32> {mpc.name = "x", mpc.owner = "client"}) -> (tensor<1x6x8xf32> {mpc.name = "y", mpc.owner = "client"}) attributes {mpc.entry = "main"} {
  %w = mpc.weight @w : tensor<8x8xf32>
  %gain = mpc.weight @gain : tensor<8xf32>
  %bias = mpc.weight @bias : tensor<8xf32>
  // LLaMA: RMSNorm, rotary attention of two heads with a causal mask, SiLU.
  %n = mpc.rms_norm %x, %gain {epsilon = 1.0e-5 : f64} : (tensor<1x6x8xf32>, tensor<8xf32>) -> tensor<1x6x8xf32> loc("rms")
  %q = mpc.matmul %n, %w : (tensor<1x6x8xf32>, tensor<8x8xf32>) -> tensor<1x6x8xf32> loc("q")
  %h = mpc.reshape %q : tensor<1x6x8xf32> -> tensor<1x6x2x4xf32>
  %t = mpc.transpose %h {permutation = array<i64: 0, 2, 1, 3>} : tensor<1x6x2x4xf32> -> tensor<1x2x6x4xf32>
  %cos = mpc.constant dense<[[1.0, 1.0, 1.0, 1.0], [0.54, 0.99, 0.54, 0.99], [-0.42, 0.98, -0.42, 0.98], [-0.99, 0.96, -0.99, 0.96], [-0.65, 0.92, -0.65, 0.92],
                             [0.28, 0.88, 0.28, 0.88]]> : tensor<6x4xf32>
  %sin = mpc.constant dense<[[0.0, 0.0, 0.0, 0.0], [0.84, 0.1, 0.84, 0.1], [0.91, 0.2, 0.91, 0.2], [0.14, 0.3, 0.14, 0.3], [-0.76, 0.39, -0.76, 0.39],
                             [-0.96, 0.48, -0.96, 0.48]]> : tensor<6x4xf32>
  %r = mpc.rotary %t, %cos, %sin : (tensor<1x2x6x4xf32>, tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<1x2x6x4xf32> loc("rope")
  %mask = mpc.constant dense<[[0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000],
                              [0.0, 0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0xFF800000, 0xFF800000],
                              [0.0, 0.0, 0.0, 0.0, 0.0, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<6x6xf32>
  %a = mpc.attention %r, %r, %t, %mask {scale = 0.5 : f64} : (tensor<1x2x6x4xf32>, tensor<1x2x6x4xf32>, tensor<1x2x6x4xf32>, tensor<6x6xf32>) -> tensor<1x2x6x4xf32> loc("attention")
  %b = mpc.transpose %a {permutation = array<i64: 0, 2, 1, 3>} : tensor<1x2x6x4xf32> -> tensor<1x6x2x4xf32>
  %c = mpc.reshape %b : tensor<1x6x2x4xf32> -> tensor<1x6x8xf32>
  %s = mpc.silu %c : tensor<1x6x8xf32> -> tensor<1x6x8xf32> loc("silu")
  %d = mpc.add %x, %s : (tensor<1x6x8xf32>, tensor<1x6x8xf32>) -> tensor<1x6x8xf32> loc("residual")
  // BERT and GPT: LayerNorm, GELU, tanh, a softmax at the end.
  %l = mpc.layer_norm %d, %gain, %bias {epsilon = 1.0e-5 : f64} : (tensor<1x6x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x6x8xf32> loc("ln")
  %m = mpc.matmul %l, %w : (tensor<1x6x8xf32>, tensor<8x8xf32>) -> tensor<1x6x8xf32> loc("up")
  %g = mpc.gelu %m : tensor<1x6x8xf32> -> tensor<1x6x8xf32> loc("gelu")
  %e = mpc.tanh %g : tensor<1x6x8xf32> -> tensor<1x6x8xf32> loc("tanh")
  %y = mpc.softmax %e : (tensor<1x6x8xf32>) -> tensor<1x6x8xf32> loc("softmax")
  return %y : tensor<1x6x8xf32>
}
