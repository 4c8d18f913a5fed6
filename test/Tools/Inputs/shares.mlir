func.func @main(%a: tensor<4xf32> {mpc.name = "a", mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
  %x = share.input "client" (%a) : (tensor<4xf32>) -> tensor<4x!share.masked<64, 18>> {
  ^bb0(%0: tensor<4xf32>):
    share.yield %0 : tensor<4xf32>
  }
  %c = mpc.constant dense<2.5> : tensor<f32>
  %p = share.encode %c : tensor<f32> -> tensor<!share.public<64, 18>>
  %m = share.mul_public %x, %p : (tensor<4x!share.masked<64, 18>>, tensor<!share.public<64, 18>>) -> tensor<4x!share.masked<64, 36>>
  %s = share.to_additive %m : tensor<4x!share.masked<64, 36>> -> tensor<4x!share.additive<64, 36>>
  %t = share.truncate %s : tensor<4x!share.additive<64, 36>> -> tensor<4x!share.additive<46, 18>>
  %y = share.reveal %t to "client" : tensor<4x!share.additive<46, 18>> -> tensor<4xf32>
  return %y : tensor<4xf32>
}
