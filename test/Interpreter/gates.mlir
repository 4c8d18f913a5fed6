// Every gate and local op by the runtime's parties against the ideal functionality, which shares no code with them. Where nothing is rounded
// the two are equal; where something is, they differ by an ulp or the gate's own error.
// REQUIRES: mpc-interpret
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python -c "print('x=f4[3x4]:1.5,-2.25,0.125,-5.5,3,-3,0,7.9375,-8,0.0625,-0.0625,2', 'y=f4[4]:-1.25,0.5,3.75,-2', 'w=f4[4x2]:1,-1,0.5,2,-0.25,0,3,-3', 'e=f4[6]:0,-0.5,-1,-2.75,-9,-15.5', 'b=b1[4]:1,0,0,1', 'c=b1[3x4]:1,1,0,0,1,0,1,0,0,1,1,1', sep='\n')" > %t/case
// RUN: %python -c "import subprocess, sys; subprocess.run([sys.executable, r'%S/Inputs/npz.py', 'write', r'%t/case.npz'] + open(r'%t/case').read().split(), check=True)"
// RUN: mpc-opt %s -o %t/schedule.mlir --pass-pipeline='builtin.module(func.func(share-schedule,share-verify))'

// RUN: mpc-interpret %t/schedule.mlir --entry equal --semantics ideal --input %t/case.npz --output %t/ideal.npz
// RUN: mpc-interpret %t/schedule.mlir --entry equal --semantics exact --seed 1 --input %t/case.npz --compare %t/ideal.npz --tolerance 0 | FileCheck %s --check-prefix=EQUAL
// RUN: mpc-interpret %t/schedule.mlir --entry equal --semantics exact --seed 2 --input %t/case.npz --compare %t/ideal.npz --tolerance 0
// EQUAL-COUNT-14: max abs error 0.000e+00

// RUN: mpc-interpret %t/schedule.mlir --entry rounded --semantics ideal --input %t/case.npz --output %t/rounded.npz
// RUN: mpc-interpret %t/schedule.mlir --entry rounded --semantics exact --seed 1 --input %t/case.npz --compare %t/rounded.npz --tolerance 0.0005 | FileCheck %s --check-prefix=ROUNDED
// RUN: mpc-interpret %t/schedule.mlir --entry rounded --semantics exact --seed 5 --input %t/case.npz --compare %t/rounded.npz --tolerance 0.0005
// RUN: mpc-interpret %t/schedule.mlir --entry rounded --semantics ideal --seed 9 --input %t/case.npz --compare %t/rounded.npz --tolerance 0.0005
// ROUNDED-COUNT-5: max abs error

!m = !share.masked<32, 8>
!a = !share.additive<32, 8>
!mb = !share.masked_bit
!xb = !share.xor_bit

func.func @equal(%x: tensor<3x4xf32> {mpc.name = "x", mpc.owner = "client"}, %y: tensor<4xf32> {mpc.name = "y", mpc.owner = "client"},
                 %w: tensor<4x2xf32> {mpc.name = "w", mpc.owner = "public"}, %e: tensor<6xf32> {mpc.name = "e", mpc.owner = "client"},
                 %b: tensor<4xi1> {mpc.name = "b", mpc.owner = "client"}, %c: tensor<3x4xi1> {mpc.name = "c", mpc.owner = "client"})
    -> (tensor<3x4xf32> {mpc.name = "sum"}, tensor<3x4xf32> {mpc.name = "difference"}, tensor<3x4xf32> {mpc.name = "negated"},
        tensor<3x4xf32> {mpc.name = "scaled"}, tensor<3x2xf32> {mpc.name = "matmul_public"}, tensor<3x1xf32> {mpc.name = "sums"},
        tensor<3x4xf32> {mpc.name = "product"}, tensor<3x3xf32> {mpc.name = "matmul"}, tensor<3x4xf32> {mpc.name = "extended"},
        tensor<2x3x4xi1> {mpc.name = "below"}, tensor<3x4xi1> {mpc.name = "logic"}, tensor<4xf32> {mpc.name = "arith"}, tensor<3x4xf32> {mpc.name = "selected"},
        tensor<4x6xf32> {mpc.name = "moved"})
    attributes {mpc.entry = "equal"} {
  %sx = share.input "client" (%x) : (tensor<3x4xf32>) -> tensor<3x4x!m> {
  ^bb0(%i: tensor<3x4xf32>):
    share.yield %i : tensor<3x4xf32>
  }
  %sy = share.input "client" (%y) : (tensor<4xf32>) -> tensor<4x!m> {
  ^bb0(%i: tensor<4xf32>):
    share.yield %i : tensor<4xf32>
  }
  %sb = share.input "client" (%b) : (tensor<4xi1>) -> tensor<4x!mb> {
  ^bb0(%i: tensor<4xi1>):
    share.yield %i : tensor<4xi1>
  }
  %sc = share.input "client" (%c) : (tensor<3x4xi1>) -> tensor<3x4x!mb> {
  ^bb0(%i: tensor<3x4xi1>):
    share.yield %i : tensor<3x4xi1>
  }
  %pw = share.encode %w : tensor<4x2xf32> -> tensor<4x2x!share.public<32, 8>>
  %k = mpc.constant dense<[2.0, -0.5, 0.25, 3.0]> : tensor<4xf32>
  %pk = share.encode %k : tensor<4xf32> -> tensor<4x!share.public<32, 8>>

  // Local and linear.
  %sum = share.add %sx, %sy : (tensor<3x4x!m>, tensor<4x!m>) -> tensor<3x4x!m>
  %dif = share.sub %pk, %sx : (tensor<4x!share.public<32, 8>>, tensor<3x4x!m>) -> tensor<3x4x!m>
  %neg = share.neg %sx : tensor<3x4x!m> -> tensor<3x4x!m>
  %xa = share.to_additive %sx : tensor<3x4x!m> -> tensor<3x4x!a>
  %sca = share.mul_public %xa, %pk : (tensor<3x4x!a>, tensor<4x!share.public<32, 8>>) -> tensor<3x4x!share.additive<32, 16>>
  %mmp = share.matmul_public %sx, %pw : (tensor<3x4x!m>, tensor<4x2x!share.public<32, 8>>) -> tensor<3x2x!share.masked<32, 16>>
  %red = share.reduce_sum %sx {axes = array<i64: 1>} : tensor<3x4x!m> -> tensor<3x1x!m>

  // Products without truncation, in a smaller ring by the way.
  %sxs = share.shrink %sx : tensor<3x4x!m> -> tensor<3x4x!share.masked<30, 8>>
  %sys = share.shrink %sy : tensor<4x!m> -> tensor<4x!share.masked<30, 8>>
  %pro = share.mul %sxs, %sys : (tensor<3x4x!share.masked<30, 8>>, tensor<4x!share.masked<30, 8>>) -> tensor<3x4x!share.additive<28, 16>>
  %xt = mpc.transpose %sx {permutation = array<i64: 1, 0>} : tensor<3x4x!m> -> tensor<4x3x!m>
  %mat = share.matmul %sx, %xt : (tensor<3x4x!m>, tensor<4x3x!m>) -> tensor<3x3x!share.additive<32, 16>>

  // 14 bits hold [-32, 32) with 8 fractional bits; an extend needs half of that.
  %low = share.shrink %sx : tensor<3x4x!m> -> tensor<3x4x!share.masked<14, 8>>
  %high = share.extend_high %low : tensor<3x4x!share.masked<14, 8>> -> tensor<3x4x!share.additive<34, 0>>
  %highm = share.remask %high : tensor<3x4x!share.additive<34, 0>> -> tensor<3x4x!share.masked<34, 0>>
  %joined = share.join %low, %highm : (tensor<3x4x!share.masked<14, 8>>, tensor<3x4x!share.masked<34, 0>>) -> tensor<3x4x!share.masked<48, 8>>

  // x < -2, x < 0.0625 on 14 bits: 13 bits by digits of 2: 7 digits, groups of 3, 3 and 1, then one of 3.
  %d = share.compare_digits %low {thresholds = array<i64: -512, 16>, digit = 2 : i64} : tensor<3x4x!share.masked<14, 8>> -> tensor<2x13x3x4x!xb>
  %dm = share.remask %d : tensor<2x13x3x4x!xb> -> tensor<2x13x3x4x!mb>
  %l = share.lex_combine %dm : tensor<2x13x3x4x!mb> -> tensor<2x5x3x4x!xb>
  %lm = share.remask %l : tensor<2x5x3x4x!xb> -> tensor<2x5x3x4x!mb>
  %ll = share.lex_combine %lm : tensor<2x5x3x4x!mb> -> tensor<2x1x3x4x!xb>
  %less = share.compare_finish %low, %ll {thresholds = array<i64: -512, 16>} : (tensor<3x4x!share.masked<14, 8>>, tensor<2x1x3x4x!xb>) -> tensor<2x3x4x!xb>

  // (b and c) xor not b.
  %and = share.and %sb, %sc : (tensor<4x!mb>, tensor<3x4x!mb>) -> tensor<3x4x!xb>
  %not = share.not %sb : tensor<4x!mb> -> tensor<4x!mb>
  %notx = share.to_additive %not : tensor<4x!mb> -> tensor<4x!xb>
  %logic = share.xor %and, %notx : (tensor<3x4x!xb>, tensor<4x!xb>) -> tensor<3x4x!xb>
  %arith = share.bit_to_arith %sb : tensor<4x!mb> -> tensor<4x!share.additive<9, 0>>
  %selected = share.bit_mul %sb, %sx : (tensor<4x!mb>, tensor<3x4x!m>) -> tensor<3x4x!a>

  // Structure on shares.
  %back = mpc.slice %xt {offsets = array<i64: 3, 0>, strides = array<i64: -1, 1>} : tensor<4x3x!m> -> tensor<4x3x!m>
  %twice = mpc.concat %back, %xt {axis = 1 : i64} : (tensor<4x3x!m>, tensor<4x3x!m>) -> tensor<4x6x!m>

  %0 = share.to_additive %sum : tensor<3x4x!m> -> tensor<3x4x!a>
  %1 = share.to_additive %dif : tensor<3x4x!m> -> tensor<3x4x!a>
  %2 = share.to_additive %neg : tensor<3x4x!m> -> tensor<3x4x!a>
  %4 = share.to_additive %mmp : tensor<3x2x!share.masked<32, 16>> -> tensor<3x2x!share.additive<32, 16>>
  %5 = share.to_additive %red : tensor<3x1x!m> -> tensor<3x1x!a>
  %8 = share.to_additive %joined : tensor<3x4x!share.masked<48, 8>> -> tensor<3x4x!share.additive<48, 8>>
  %13 = share.to_additive %twice : tensor<4x6x!m> -> tensor<4x6x!a>
  %r0 = share.reveal %0 to "client" : tensor<3x4x!a> -> tensor<3x4xf32>
  %r1 = share.reveal %1 to "client" : tensor<3x4x!a> -> tensor<3x4xf32>
  %r2 = share.reveal %2 to "client" : tensor<3x4x!a> -> tensor<3x4xf32>
  %r3 = share.reveal %sca to "client" : tensor<3x4x!share.additive<32, 16>> -> tensor<3x4xf32>
  %r4 = share.reveal %4 to "client" : tensor<3x2x!share.additive<32, 16>> -> tensor<3x2xf32>
  %r5 = share.reveal %5 to "client" : tensor<3x1x!a> -> tensor<3x1xf32>
  %r6 = share.reveal %pro to "client" : tensor<3x4x!share.additive<28, 16>> -> tensor<3x4xf32>
  %r7 = share.reveal %mat to "client" : tensor<3x3x!share.additive<32, 16>> -> tensor<3x3xf32>
  %r8 = share.reveal %8 to "client" : tensor<3x4x!share.additive<48, 8>> -> tensor<3x4xf32>
  %r9 = share.reveal %less to "client" : tensor<2x3x4x!xb> -> tensor<2x3x4xi1>
  %r10 = share.reveal %logic to "client" : tensor<3x4x!xb> -> tensor<3x4xi1>
  %r11 = share.reveal %arith to "client" : tensor<4x!share.additive<9, 0>> -> tensor<4xf32>
  %r12 = share.reveal %selected to "client" : tensor<3x4x!a> -> tensor<3x4xf32>
  %r13 = share.reveal %13 to "client" : tensor<4x6x!a> -> tensor<4x6xf32>
  return %r0, %r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8, %r9, %r10, %r11, %r12, %r13
      : tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x2xf32>, tensor<3x1xf32>, tensor<3x4xf32>, tensor<3x3xf32>, tensor<3x4xf32>,
        tensor<2x3x4xi1>, tensor<3x4xi1>, tensor<4xf32>, tensor<3x4xf32>, tensor<4x6xf32>
}

!f = !share.masked<40, 12>
func.func @rounded(%x: tensor<3x4xf32> {mpc.name = "x", mpc.owner = "client"}, %y: tensor<4xf32> {mpc.name = "y", mpc.owner = "client"},
                   %w: tensor<4x2xf32> {mpc.name = "w", mpc.owner = "public"}, %e: tensor<6xf32> {mpc.name = "e", mpc.owner = "client"},
                   %b: tensor<4xi1> {mpc.name = "b", mpc.owner = "client"}, %c: tensor<3x4xi1> {mpc.name = "c", mpc.owner = "client"})
    -> (tensor<3x4xf32> {mpc.name = "truncated"}, tensor<3x4xf32> {mpc.name = "product"}, tensor<3x3xf32> {mpc.name = "matmul"},
        tensor<3x4xf32> {mpc.name = "periodic"}, tensor<6xf32> {mpc.name = "exp"})
    attributes {mpc.entry = "rounded"} {
  %sx = share.input "client" (%x) : (tensor<3x4xf32>) -> tensor<3x4x!f> {
  ^bb0(%i: tensor<3x4xf32>):
    share.yield %i : tensor<3x4xf32>
  }
  %sy = share.input "client" (%y) : (tensor<4xf32>) -> tensor<4x!f> {
  ^bb0(%i: tensor<4xf32>):
    share.yield %i : tensor<4xf32>
  }
  %se = share.input "client" (%e) : (tensor<6xf32>) -> tensor<6x!share.masked<18, 12>> {
  ^bb0(%i: tensor<6xf32>):
    share.yield %i : tensor<6xf32>
  }
  %third = mpc.constant dense<0.3333> : tensor<f32>
  %pt = share.encode %third : tensor<f32> -> tensor<!share.public<40, 12>>
  %xa = share.to_additive %sx : tensor<3x4x!f> -> tensor<3x4x!share.additive<40, 12>>
  %long = share.mul_public %xa, %pt : (tensor<3x4x!share.additive<40, 12>>, tensor<!share.public<40, 12>>) -> tensor<3x4x!share.additive<40, 24>>
  %0 = share.truncate %long : tensor<3x4x!share.additive<40, 24>> -> tensor<3x4x!share.additive<28, 12>>
  %1 = share.mul %sx, %sy : (tensor<3x4x!f>, tensor<4x!f>) -> tensor<3x4x!share.additive<28, 12>>
  %xt = mpc.transpose %sx {permutation = array<i64: 1, 0>} : tensor<3x4x!f> -> tensor<4x3x!f>
  %2 = share.matmul %sx, %xt : (tensor<3x4x!f>, tensor<4x3x!f>) -> tensor<3x3x!share.additive<28, 12>>
  %n = share.shrink %sx : tensor<3x4x!f> -> tensor<3x4x!share.masked<20, 12>>
  %3 = share.periodic %n {frequencies = array<i64: 5, 23>, constant = 16384 : i64, cosines = array<i64: 65536, -9830>, sines = array<i64: 0, 6554>, digits = array<i64: 17, 15>,
                          coefficient_bits = 16 : i64, public_bits = 17 : i64} : tensor<3x4x!share.masked<20, 12>> -> tensor<3x4x!share.additive<20, 13>>
  // In 17 bits the far half of (-16, 0] is positive.
  %s17 = share.shrink %se : tensor<6x!share.masked<18, 12>> -> tensor<6x!share.masked<17, 12>>
  %4 = share.exp %s17 {dealt_bits = 24 : i64, public_bits = 24 : i64} : tensor<6x!share.masked<17, 12>> -> tensor<6x!share.additive<16, 13>>
  %r0 = share.reveal %0 to "client" : tensor<3x4x!share.additive<28, 12>> -> tensor<3x4xf32>
  %r1 = share.reveal %1 to "client" : tensor<3x4x!share.additive<28, 12>> -> tensor<3x4xf32>
  %r2 = share.reveal %2 to "client" : tensor<3x3x!share.additive<28, 12>> -> tensor<3x3xf32>
  %r3 = share.reveal %3 to "client" : tensor<3x4x!share.additive<20, 13>> -> tensor<3x4xf32>
  %r4 = share.reveal %4 to "client" : tensor<6x!share.additive<16, 13>> -> tensor<6xf32>
  return %r0, %r1, %r2, %r3, %r4 : tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x3xf32>, tensor<3x4xf32>, tensor<6xf32>
}
