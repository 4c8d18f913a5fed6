// Constants are small until they are emitted: a splat of a billion elements is refused before it becomes bytes.
// RUN: not mpc-translate --mpc-to-program %s -o %t 2>&1 | FileCheck %s
// CHECK: error: 'mpc.constant' op brings the program's constants above 1 GiB; a program holds less
func.func @main() -> (tensor<1000000000xf32> {mpc.name = "y", mpc.owner = "client"}) {
  %c = mpc.constant dense<0.5> : tensor<1000000000xf32>
  return %c : tensor<1000000000xf32>
}
