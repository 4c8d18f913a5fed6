// RUN: mpc-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(share-verify))'

// A scheduled program passes.
func.func @sound(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %b = share.mul %m#1, %m#1 {address = 3 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %ra = share.remask %a {address = 4 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %rb = share.remask %b {address = 5 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %s = share.add %ra, %rb : (tensor<8x!share.masked<32, 24>>, tensor<8x!share.masked<32, 24>>) -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %s : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// One mask, two openings: the remasks of two values under one address.
func.func @address_twice(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %b = share.mul %m#1, %m#1 {address = 3 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-note @+1 {{first used here}}
  %ra = share.remask %a {address = 4 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  // expected-error @+1 {{uses address 4 a second time: one mask would open two values}}
  %rb = share.remask %b {address = 4 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %ra : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// An input names a mask for each result.
func.func @address_of_input(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-note @+1 {{first used here}}
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  // expected-error @+1 {{uses address 1 a second time}}
  %a = share.mul %m#0, %m#0 {address = 1 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %a to "client" {address = 2 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @no_address(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  // expected-error @+1 {{needs an address from 0}}
  %a = share.mul %m#0, %m#0 {receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %a to "client" {address = 2 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @no_receiver(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  // expected-error @+1 {{needs a receiver, 1 or 2}}
  %a = share.mul %m#0, %m#0 {address = 2 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %a to "client" {address = 3 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @no_round(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-error @+1 {{needs a round, from 1}}
  %ra = share.remask %a {address = 3 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %ra : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 4 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// The operand of the second remask is made of the first: it cannot be of the same round.
func.func @wrong_round(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %ra = share.remask %a {address = 3 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %n = share.reinterpret %ra : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.masked<32, 12>>
  %b = share.mul %n, %n {address = 4 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-error @+1 {{is of round 1, but its operand is only there after round 1}}
  %rb = share.remask %b {address = 5 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %rb : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @not_neighbours(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %ra = share.remask %a {address = 3 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %b = share.mul %m#1, %m#1 {address = 4 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-error @+1 {{of round 1 is away from the others of its round}}
  %rb = share.remask %b {address = 5 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %rb : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @rounds_go_back(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %b = share.mul %m#1, %m#1 {address = 3 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %ra = share.remask %a {address = 4 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %n = share.reinterpret %ra : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.masked<32, 12>>
  %c = share.mul %n, %n {address = 5 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %rc = share.remask %c {address = 6 : i64, round = 2 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  // expected-error @+1 {{of round 1 follows one of round 2}}
  %rb = share.remask %b {address = 7 : i64, round = 1 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %rb : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 8 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @empty_round(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-error @+1 {{of round 2 follows round 0: a round without remasks}}
  %ra = share.remask %a {address = 3 : i64, round = 2 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8x!share.masked<32, 24>>
  %t = share.to_additive %ra : tensor<8x!share.masked<32, 24>> -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %t to "client" {address = 4 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// High bits belong to the low bits that they were made from.
func.func @join_other(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %h = share.extend_high %m#0 {address = 2 : i64, receiver = 1 : i64} : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.additive<8, 0>>
  %r = share.remask %h {address = 3 : i64, round = 1 : i64} : tensor<8x!share.additive<8, 0>> -> tensor<8x!share.masked<8, 0>>
  // expected-error @+1 {{joins high bits that are no share.extend_high, remasked, of its low bits}}
  %j = share.join %m#1, %r : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<8, 0>>) -> tensor<8x!share.masked<40, 12>>
  %t = share.to_additive %j : tensor<8x!share.masked<40, 12>> -> tensor<8x!share.additive<40, 12>>
  %o = share.reveal %t to "client" {address = 4 : i64} : tensor<8x!share.additive<40, 12>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// ... and to one value.
func.func @join_twice(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %h = share.extend_high %m#0 {address = 2 : i64, receiver = 1 : i64} : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.additive<8, 0>>
  %r = share.remask %h {address = 3 : i64, round = 1 : i64} : tensor<8x!share.additive<8, 0>> -> tensor<8x!share.masked<8, 0>>
  // expected-error @+1 {{joins high bits that are used elsewhere too}}
  %j = share.join %m#0, %r : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<8, 0>>) -> tensor<8x!share.masked<40, 12>>
  %e = share.extend_high %r {address = 5 : i64, receiver = 1 : i64} : tensor<8x!share.masked<8, 0>> -> tensor<8x!share.additive<2, 0>>
  %t = share.to_additive %j : tensor<8x!share.masked<40, 12>> -> tensor<8x!share.additive<40, 12>>
  %o = share.reveal %t to "client" {address = 4 : i64} : tensor<8x!share.additive<40, 12>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// The policy gives the result to the client.
func.func @wrong_owner(%x: tensor<8xf32>) -> (tensor<8xf32> {mpc.owner = "client"}) {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  // expected-error @+1 {{opens result 0 to 'model', but its owner is 'client'}}
  %o = share.reveal %a to "model" {address = 3 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @revealed_in_vain(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m:2 = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i, %i : tensor<8xf32>, tensor<8xf32>
  }
  %a = share.mul %m#0, %m#0 {address = 2 : i64, receiver = 1 : i64} : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.additive<32, 24>>
  %o = share.reveal %a to "client" {address = 3 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  // expected-error @+1 {{reveals a value that is no result of the function}}
  %p = share.reveal %a to "client" {address = 4 : i64} : tensor<8x!share.additive<32, 24>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

// A client's argument is public only if it was declared so.
func.func @published(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{publishes what it computes from argument 0 of owner 'client'}}
  %m = share.input "client"(%x) {address = 0 : i64} : (tensor<8xf32>) -> tensor<8xf32> {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  return %m : tensor<8xf32>
}

// -----

func.func @clear_use(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{reads argument 0 of owner 'client' outside that owner's share.input}}
  %o = mpc.exp %x : tensor<8xf32> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @secret_left(%x: tensor<8x!mpc.secret<!mpc.fxp<32, 12>>>) -> tensor<8x!mpc.secret<!mpc.fxp<32, 12>>> {
  // expected-error @+1 {{has a value of type 'tensor<8x!mpc.secret<!mpc.fxp<32, 12>>>': no share, and not clear}}
  %o = mpc.neg %x : tensor<8x!mpc.secret<!mpc.fxp<32, 12>>> -> tensor<8x!mpc.secret<!mpc.fxp<32, 12>>>
  return %o : tensor<8x!mpc.secret<!mpc.fxp<32, 12>>>
}

// -----

// The last address there is; a party would take it for one of the low 32 bits.
func.func @address_out_of_range(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{needs an address from 0 to 2^32 - 1}}
  %m = share.input "client"(%x) {address = 9223372036854775807 : i64} : (tensor<8xf32>) -> tensor<8x!share.masked<32, 12>> {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  %t = share.to_additive %m : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.additive<32, 12>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<32, 12>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}

// -----

func.func @coarse(%x: tensor<8xf32>) -> tensor<8xf32> {
  %m = share.input "client"(%x) {address = 1 : i64} : (tensor<8xf32>) -> tensor<8x!share.masked<32, 12>> {
  ^bb0(%i: tensor<8xf32>):
    share.yield %i : tensor<8xf32>
  }
  %c = share.coarsen %m : tensor<8x!share.masked<32, 12>> -> tensor<8x!share.masked<24, 4>>
  // expected-error @+1 {{reads a value of share.coarsen, whose halves do not add up to its mask; comparisons alone may}}
  %t = share.to_additive %c : tensor<8x!share.masked<24, 4>> -> tensor<8x!share.additive<24, 4>>
  %o = share.reveal %t to "client" {address = 6 : i64} : tensor<8x!share.additive<24, 4>> -> tensor<8xf32>
  return %o : tensor<8xf32>
}
