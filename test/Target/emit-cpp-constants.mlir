// Constants: few elements and elements alike are in the text, others and what a literal cannot say (a NaN's bits) in the container.
// RUN: mpc-translate --mpc-to-cpp %s | FileCheck %s
// REQUIRES: mpc-translate

// CHECK: void Preamble
// CHECK: p.FromContainer(0, s[{{[0-9]+}}], i1_300);
// CHECK: p.FromContainer(1, s[{{[0-9]+}}], f32_2);
// CHECK: p.FillFloat(2, s[{{[0-9]+}}], f32_300, 0.1f);
// CHECK: p.FillInteger(3, s[{{[0-9]+}}], i1_300, 1);
// CHECK: p.Integers(4, s[{{[0-9]+}}], i64_2, {INT64_MIN, 9223372036854775807});
// CHECK: p.Integers(5, s[{{[0-9]+}}], i32_scalar, {-7});
// CHECK: p.Floats(6, s[{{[0-9]+}}], f32_3, {-0.0f, 1e+30f, 0.33333334f});
// CHECK: p.Integers(7, s[{{[0-9]+}}], i64_0, {{[{][}]}});
// CHECK: const ProgramCode tacit_program = {{.*}}, true, kEntries};
func.func @main(%x: tensor<3xf32> {mpc.owner = "client"}) -> tensor<3xf32> {
  %m = share.input "client"(%x) {address = 0 : i64} : (tensor<3xf32>) -> tensor<3x!share.masked<32, 12>> {
  ^bb0(%i: tensor<3xf32>):
    share.yield %i : tensor<3xf32>
  }
  %a = mpc.constant dense<"0xA5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A505"> : tensor<300xi1>
  %b = mpc.constant dense<[0x7FC00001, 1.0]> : tensor<2xf32>
  %c = mpc.constant dense<0.1> : tensor<300xf32>
  %d = mpc.constant dense<true> : tensor<300xi1>
  %e = mpc.constant dense<[-9223372036854775808, 9223372036854775807]> : tensor<2xi64>
  %f = mpc.constant dense<-7> : tensor<i32>
  %g = mpc.constant dense<[-0.0, 1.0e30, 0.333333343]> : tensor<3xf32>
  %h = mpc.constant dense<> : tensor<0xi64>
  %t = share.to_additive %m : tensor<3x!share.masked<32, 12>> -> tensor<3x!share.additive<32, 12>>
  %o = share.reveal %t to "client" {address = 1 : i64} : tensor<3x!share.additive<32, 12>> -> tensor<3xf32>
  return %o : tensor<3xf32>
}
