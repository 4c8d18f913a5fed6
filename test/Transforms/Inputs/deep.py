"""Prints a function whose values rest on a hundred thousand others, one after the other; and one in which a public value is doubled a hundred
times, so that 2^100 paths lead to where it comes from."""
print("func.func @chain(%v0: tensor<2x!mpc.secret<f32>>) -> tensor<2x!mpc.secret<f32>> {")
for i in range(100000):
    print(f"  %v{i + 1} = mpc.neg %v{i} : tensor<2x!mpc.secret<f32>> -> tensor<2x!mpc.secret<f32>>")
print("  return %v100000 : tensor<2x!mpc.secret<f32>>\n}")
print("func.func @doubling(%x: tensor<2x!mpc.secret<f32>>, %m: tensor<2xi1>) -> tensor<2x!mpc.secret<f32>> {")
print("  %v0 = mpc.cast %m : tensor<2xi1> -> tensor<2xf32>")
for i in range(100):
    print(f"  %v{i + 1} = mpc.add %v{i}, %v{i} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>")
print("  %y = mpc.mul %x, %v100 : (tensor<2x!mpc.secret<f32>>, tensor<2xf32>) -> tensor<2x!mpc.secret<f32>>")
print("  return %y : tensor<2x!mpc.secret<f32>>\n}")
