// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(mpc-verify-secrecy)'

// expected-error @+1 {{parameter 'w' is a weight in 'decode' and would be published for 'prefill'}}
module {
  mpc.param @w {file = "w", offset = 0 : i64, length = 16 : i64, type = tensor<4xf32>}
  func.func @prefill(%m: tensor<4xf32> {mpc.owner = "public"}) -> (tensor<4xf32> {mpc.owner = "public"}) {
    %w = mpc.owned "model"() : () -> tensor<4xf32> {
      %0 = mpc.weight @w : tensor<4xf32>
      mpc.yield %0 : tensor<4xf32>
    }
    %y = mpc.mul %m, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %y : tensor<4xf32>
  }
  func.func @decode(%x: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) {
    %w = mpc.owned "model"() : () -> tensor<4x!mpc.secret<f32>> {
      %0 = mpc.weight @w : tensor<4xf32>
      mpc.yield %0 : tensor<4xf32>
    }
    %y = mpc.mul %x, %w : (tensor<4x!mpc.secret<f32>>, tensor<4x!mpc.secret<f32>>) -> tensor<4x!mpc.secret<f32>>
    return %y : tensor<4x!mpc.secret<f32>>
  }
}
