// Passes on mpc and share, in the order of the phases. Each says its precondition, its effect and an example.
#ifndef MPC_TRANSFORMS_PASSES_TD
#define MPC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===-- import: raising ------------------------------------------------------------------------------------------===//

def Raise : Pass<"mpc-raise", "func::FuncOp"> {
  let summary = "exporters' clusters of plain ops become the named functions of transformers";
  let description = [{
    Precondition: import phase, plain types, arguments carry mpc.owner. Effect: clusters that compute layer_norm, rms_norm
    (also x / |x|), gelu (erf and tanh forms), silu, sigmoid, relu, softmax with a public bias, attention (grouped heads are not
    multiplied by their copies), rotary and embedding become that op; what is left and depends on the client is brought
    to products, reciprocals and roots. A mask becomes the bias of a softmax only where it is public.
    The new op has the location of the cluster's last op.

    ```mlir
    %s = mpc.sigmoid %x : tensor<4x8xf32> -> tensor<4x8xf32>
    %y = mpc.mul %x, %s : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    // becomes
    %y = mpc.silu %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
  }];
}

def LabelOrigins : Pass<"mpc-label-origins", "func::FuncOp"> {
  let summary = "every op's location says which named op it was, for costs and profiles";
  let description = [{
    Precondition: raised, nothing expanded yet. Effect: an op `mpc.gelu` at loc("node") gets loc(fused<"mpc.gelu">["node"]);
    whatever a later phase makes of it takes over the location, so its cost is counted under the node and its kind. An op that has a
    label keeps it. Example: `loc("/act/Mul")` on an mpc.gelu becomes `loc(fused<"mpc.gelu">["/act/Mul"])`.
  }];
}

//===-- secrecy --------------------------------------------------------------------------------------------------===//

def InferSecrecy : Pass<"mpc-infer-secrecy", "func::FuncOp"> {
  let summary = "types say what is secret: the client's inputs, weights, and all that depends on them";
  let description = [{
    Precondition: plain types, raised; arguments and results carry mpc.owner. Effect: arguments of the client, weights (with
    `weights=secret`) and everything computed from them have elements `!mpc.secret<...>`; parameters that are public structure
    (inverse frequencies, integers, scalars) stay plain. An error names the ONNX node where a secret would have to be opened: an
    index, a mask, a position, a result declared public.

    ```mlir
    func.func @main(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
      %y = mpc.tanh %x : tensor<4xf32> -> tensor<4xf32>
    // becomes
    func.func @main(%x: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) {
      %y = mpc.tanh %x : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
    ```
  }];
  let options = [Option<"weights", "weights", "std::string", "\"secret\"", "secret or public">];
}

def PlaceOwners : Pass<"mpc-place-owners", "func::FuncOp"> {
  let summary = "what one owner can compute alone moves into mpc.owned regions";
  let description = [{
    Precondition: mpc-infer-secrecy. Effect: values that depend on the client's inputs and public values alone, and values that depend
    on parameters and constants alone, are computed in clear by their owner, in regions with one result each, fed by arguments of the
    function; a published parameter is the plain result of a region of the model. A weight that is used in two layouts is shared once. Lookups by
    the client's ids become a one-hot vector of the client times the table. No secret integer is left outside of regions' operands.

    ```mlir
    %w = mpc.weight @w : tensor<8x4x!mpc.secret<f32>>
    %t = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<8x4x!mpc.secret<f32>> -> tensor<4x8x!mpc.secret<f32>>
    // becomes
    %t = mpc.owned "model" () : () -> tensor<4x8x!mpc.secret<f32>> {
      %w = mpc.weight @w : tensor<8x4xf32>
      %0 = mpc.transpose %w {permutation = array<i64: 1, 0>} : tensor<8x4xf32> -> tensor<4x8xf32>
      mpc.yield %0 : tensor<4x8xf32>
    }
    ```
  }];
}

def LowerIntegers : Pass<"mpc-lower-integers", "func::FuncOp"> {
  let summary = "integers in shares become reals without fraction";
  let description = [{
    Precondition: mpc-place-owners. Effect: secret i64 and i32 outside of regions are `!mpc.secret<f32>` of whole numbers: an owner casts what
    it shares (abs < 2^23, checked when it encodes), public operands are cast, casts from reals truncate, argmax, one_hot and embedding by computed
    ids become comparisons, a division by a constant its remainder's. A result keeps in `mpc.element` the type that its owner gets. An
    integer op without a form on shares is refused by the name of its node.

    ```mlir
    %i = mpc.argmax %x {axis = 1 : i64} : tensor<2x2x!mpc.secret<f32>> -> tensor<2x1x!mpc.secret<i64>>
    // becomes
    %d = mpc.sub %a, %b : (tensor<2x1x!mpc.secret<f32>>, tensor<2x1x!mpc.secret<f32>>) -> tensor<2x1x!mpc.secret<f32>>
    %l = mpc.below %d {thresholds = array<f64: 0.0>} : tensor<2x1x!mpc.secret<f32>> -> tensor<1x2x1x!mpc.secret<i1>>
    %i = mpc.bit_sum %l {coefficients = array<f64: 1.0>, constant = 0.0 : f64} : tensor<1x2x1x!mpc.secret<i1>> -> tensor<2x1x!mpc.secret<f32>>
    ```
  }];
}

def VerifySecrecy : Pass<"mpc-verify-secrecy"> {
  let summary = "nothing secret reaches a place where it would be opened";
  let description = [{
    Precondition: mpc-place-owners. Effect: none on the program; an error for each of these that does not hold. Arguments and results are
    declared: the client's are secret, public ones plain (a result of the client may be public knowledge). A plain value is computed from plain values, or published by the
    model's owner. Weights occur in the model's regions alone. A region has one result, operands of its owner or public ones. Secret
    elements outside of regions' operands are f32, i1 or fixed point. Run on a module, it also compares entries: what one publishes is no weight in another. Example: a result that is `!mpc.secret` under mpc.owner = "public" is refused.
  }];
}

//===-- precision ------------------------------------------------------------------------------------------------===//
def MpcApproximate : Pass<"mpc-approximate", "::mlir::func::FuncOp"> {
  let summary = "functions of secrets become primitives that gates compute";
  let description = [{
    Precondition: secrecy phase done: types say what is secret, owners' computations are mpc.owned. Effect: every op with a secret operand becomes
    one of add, sub, mul, neg, matmul, sum, rotary, structure, periodic, exp_negative, below, bit_sum, select, rescale and logic of bits; public
    ops and owners' regions stay. What has no approximation is reported, all of it in one list. Each approximated function stays
    within `max-error` of its original (norms, softmax and inverses relative to their result) on the ranges that docs/spec/formats.md names.

    ```mlir
    %y = mpc.tanh %x : tensor<8x!mpc.secret<f32>> -> tensor<8x!mpc.secret<f32>>
    // becomes
    %p = mpc.periodic %x {period = 16384.0, frequencies = array<i64: 810, 2400, ...>, ...}
    %b = mpc.below %x {thresholds = array<f64: -4.875, 4.875>}            // [x < -T], [x < T]
    %y = select(b0 xor b1, p) + bit_sum(b, -1, -1, 1)
    ```
  }];
  let options = [Option<"maxError", "max-error", "double", "1.220703125e-4", "largest error of an approximated function (2^-13)">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcInferRanges : Pass<"mpc-infer-ranges", "::mlir::func::FuncOp"> {
  let summary = "an interval for every secret number";
  let description = [{
    Precondition: mpc-approximate. Effect: mpc.range and mpc.range_kind on each op with a secret number: proved by interval arithmetic, else
    cut at the bound that the preset assumes, and then marked assumed. Ranges that are there already (of a calibration or of mpc-approximate) are kept
    where they are tighter. With `weights-dir` every weight is checked against `weight-bound`; without, that is assumed.

    ```mlir
    %s = mpc.add %a, %b {mpc.range = array<f64: -2.0, 2.0>, mpc.range_kind = "proved"} : ...
    ```
  }];
  let options = [Option<"assumedBound", "assumed-bound", "double", "67108864.0", "values of which nothing is known are below this (2^26)">,
                 Option<"weightBound", "weight-bound", "double", "1024.0", "weights are below this (2^10)">,
                 ListOption<"weightsDirs", "weights-dir", "std::string", "folders of the weights' files; if given, the bound is checked">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcAssignFormats : Pass<"mpc-assign-formats", "::mlir::func::FuncOp"> {
  let summary = "fixed-point formats for secret numbers, with the rescales that they need";
  let description = [{
    Precondition: mpc-infer-ranges. Effect: every secret f32 becomes !mpc.fxp<k, f> by docs/spec/formats.md: f from the preset, from
    mpc.fraction, or as products with whole constants leave it; k from the interval and from what consumers add up in; mpc.rescale
    where an operand rests in another format, once for each value. Owners share in the widest ring that a product reads.

    ```mlir
    %w = mpc.owned "model" () : () -> tensor<8x8x!mpc.secret<!mpc.fxp<64, 18>>> {...}
    %y = mpc.rescale %x : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<4x8x!mpc.secret<!mpc.fxp<64, 18>>>
    %z = mpc.matmul %y, %w : (...) -> tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>>
    ```
  }];
  let options = [Option<"preset", "preset", "std::string", "\"f18\"", "f18 (18 fractional bits, rings up to 64); auto is f18 for now">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcVerifyRanges : Pass<"mpc-verify-ranges", "::mlir::func::FuncOp"> {
  let summary = "proves that intervals fit their rings and formats their gates";
  let description = [{
    Precondition: mpc-assign-formats. Changes nothing. Fails, naming the node, where a secret number has no format or no interval; an
    interval does not fit its ring (docs/spec/formats.md), or an extension's or comparison's condition; a product, periodic or exponential needs
    more than 64 bits; operands do not fit an op's result.
  }];
}


//===-- schedule (share) -----------------------------------------------------------------------------------------===//
def ShareOptimize : Pass<"share-optimize", "::mlir::func::FuncOp"> {
  let summary = "fewer and narrower remasks, fewer dealt bits";
  let description = [{
    Precondition: share level, not scheduled. Effect: remasks move behind linear ops where that sends no more bits, and vanish where
    the value is wanted additive; sums of products become matrix products; shrinks and truncations fold into the gates before
    them; a value is extended once, and by its owner where it is only read wide; duplicates and dead code go.

    ```mlir
    %a = share.remask %x : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    %b = share.remask %y : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    %c = share.add %a, %b : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.masked<32, 12>>
    // becomes
    %s = share.add %x, %y : (tensor<8x!share.additive<32, 12>>, tensor<8x!share.additive<32, 12>>) -> tensor<8x!share.additive<32, 12>>
    %c = share.remask %s : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    ```
  }];
  let dependentDialects = ["::mlir::share::ShareDialect"];
}

def ShareSchedule : Pass<"share-schedule", "::mlir::func::FuncOp"> {
  let summary = "rounds, order, addresses and receivers";
  let description = [{
    Precondition: share level, one block. Effect: every remask gets `round`, its depth; ops are ordered so that owners' inputs and
    clear ops come first, then for each round its local work and then its remasks as neighbours. Values made from weights
    alone wait until they are used. Every remask, gate, input and reveal gets an `address`, unique in the entry (an input takes one a
    result); every gate gets a `receiver`, such that the dealt bytes to P1 and P2 are about equal.

    ```mlir
    %z = share.mul %a, %b {address = 2 : i64, receiver = 1 : i64} : (...) -> tensor<4x!share.additive<28, 12>>
    %c = share.remask %z {address = 3 : i64, round = 1 : i64} : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    ```
  }];
  let dependentDialects = ["::mlir::share::ShareDialect"];
}

def ShareVerify : Pass<"share-verify", "::mlir::func::FuncOp"> {
  let summary = "proves a scheduled program: one mask an opening, nothing revealed that the policy keeps";
  let description = [{
    Changes nothing. Fails where an op's kinds, widths or fractions do not fit; an address is missing or used twice (a mask would open
    two values: protocol.md, security rule 7); a remask has no round, a wrong one, or is away from the others of its
    round; a gate has no receiver; an extension is joined over other low bits than those it was made from, or joined twice; a
    value is revealed to another than its declared owner, or used after that; a secret type is left.
  }];
}

#endif
