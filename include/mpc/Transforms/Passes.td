// Passes on mpc and share, in the order of the phases. Each says its precondition, its effect and an example.
#ifndef MPC_TRANSFORMS_PASSES_TD
#define MPC_TRANSFORMS_PASSES_TD

include "include/mpc/Transforms/DescribedPass.td"

//===-- import: raising ------------------------------------------------------------------------------------------===//

def Raise : DescribedPass<"mpc-raise", "func::FuncOp", "exporters' clusters of plain ops become the named functions of transformers", [{
    Precondition: import phase, plain types, arguments carry mpc.owner.
    Effect: clusters that compute layer_norm, rms_norm (also x / |x|), gelu (erf and tanh forms), silu, sigmoid, relu, softmax with a
    public bias, attention (grouped heads are not multiplied by their copies), rotary and embedding become that op; what is left and
    depends on the client is brought to products, reciprocals and roots. A mask becomes the bias of a softmax only where it is public.
    The new op has the location of the cluster's last op.
    Example:
    ```mlir
    %s = mpc.sigmoid %x : tensor<4x8xf32> -> tensor<4x8xf32>
    %y = mpc.mul %x, %s : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    // becomes
    %y = mpc.silu %x : tensor<4x8xf32> -> tensor<4x8xf32>
    ```
  }]>;

def LabelOrigins : DescribedPass<"mpc-label-origins", "func::FuncOp", "every op's location says which named op it was, for costs and profiles", [{
    Precondition: raised, nothing expanded yet.
    Effect: an op's location gets the op's name; whatever a later phase makes of the op takes over the location, so its cost is counted
    under the node and its kind. An op that has a label keeps it.
    Example:
    ```mlir
    %y = mpc.gelu %x {tanh = false} : tensor<4xf32> -> tensor<4xf32> loc("/act/Mul")
    // becomes
    %y = mpc.gelu %x {tanh = false} : tensor<4xf32> -> tensor<4xf32> loc(fused<"mpc.gelu">["/act/Mul"])
    ```
  }]>;

//===-- secrecy --------------------------------------------------------------------------------------------------===//

def InferSecrecy : DescribedPass<"mpc-infer-secrecy", "func::FuncOp", "types say what is secret: the client's inputs, weights, and all that depends on them", [{
    Precondition: plain types, raised; arguments and results carry mpc.owner.
    Effect: arguments of the client, weights (with `weights=secret`) and everything computed from them have elements `!mpc.secret<...>`;
    parameters that are public structure (inverse frequencies, integers, scalars) stay plain. An error names the ONNX node where a
    secret would have to be opened: an index, a mask, a position, a result declared public.
    Example:
    ```mlir
    func.func @main(%x: tensor<4xf32> {mpc.owner = "client"}) -> (tensor<4xf32> {mpc.owner = "client"}) {
      %y = mpc.tanh %x : tensor<4xf32> -> tensor<4xf32>
    // becomes
    func.func @main(%x: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) {
      %y = mpc.tanh %x : tensor<4x!mpc.secret<f32>> -> tensor<4x!mpc.secret<f32>>
    ```
  }]> {
  let options = [Option<"weights", "weights", "std::string", "\"secret\"", "secret or public">];
}

def PlaceOwners : DescribedPass<"mpc-place-owners", "func::FuncOp", "what one owner can compute alone moves into mpc.owned regions", [{
    Precondition: mpc-infer-secrecy.
    Effect: values that depend on the client's inputs and public values alone, and values that depend on parameters and constants
    alone, are computed in clear by their owner, in regions with one result each, fed by arguments of the function; a published
    parameter is the plain result of a region of the model. A weight that is used in two layouts is shared once. Lookups by the
    client's ids become a one-hot vector of the client times the table. No secret integer is left outside of regions' operands.
    Example:
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
  }]>;

def LowerIntegers : DescribedPass<"mpc-lower-integers", "func::FuncOp", "integers in shares become reals without fraction", [{
    Precondition: mpc-place-owners.
    Effect: secret i64 and i32 outside of regions are `!mpc.secret<f32>` of whole numbers: an owner casts what it shares (abs < 2^23,
    checked when it encodes), public operands are cast, casts from reals truncate, argmax, one_hot and embedding by computed ids become
    comparisons, a division by a constant its remainder's. A result keeps in `mpc.element` the type that its owner gets. An integer op
    without a form on shares is refused by the name of its node.
    Example:
    ```mlir
    %i = mpc.argmax %x {axis = 1 : i64} : tensor<2x2x!mpc.secret<f32>> -> tensor<2x1x!mpc.secret<i64>>
    // becomes
    %d = mpc.sub %a, %b : (tensor<2x1x!mpc.secret<f32>>, tensor<2x1x!mpc.secret<f32>>) -> tensor<2x1x!mpc.secret<f32>>
    %l = mpc.below %d {thresholds = array<f64: 0.0>} : tensor<2x1x!mpc.secret<f32>> -> tensor<1x2x1x!mpc.secret<i1>>
    %i = mpc.bit_sum %l {coefficients = array<f64: 1.0>, constant = 0.0 : f64} : tensor<1x2x1x!mpc.secret<i1>> -> tensor<2x1x!mpc.secret<f32>>
    ```
  }]>;

def VerifySecrecy : DescribedPass<"mpc-verify-secrecy", "", "nothing secret reaches a place where it would be opened", [{
    Precondition: mpc-place-owners.
    Effect: none on the program; an error for each of these that does not hold. Arguments and results are declared: the client's are
    secret, public ones plain (a result of the client may be public knowledge). A plain value is computed from plain values, or
    published by the model's owner. Weights occur in the model's regions alone. A region has one result, operands of its owner or public
    ones. Secret elements outside of regions' operands are f32, i1 or fixed point. Run on a module, it also compares entries: what one
    publishes is no weight in another.
    Example:
    ```mlir
    func.func @main(%x: tensor<4x!mpc.secret<f32>> {mpc.owner = "client"}) -> (tensor<4x!mpc.secret<f32>> {mpc.owner = "public"}) {
      return %x : tensor<4x!mpc.secret<f32>>
    // is refused: the result is declared public and its type is secret
    ```
  }]>;

//===-- model ----------------------------------------------------------------------------------------------------===//

def MpcReplaceFunctions : DescribedPass<"mpc-replace-functions", "::mlir::func::FuncOp", "functions that the model was trained for in place of GELU and softmax", [{
    Precondition: mpc-raise; the model was trained with these functions, for they are no approximations (MPCFormer, Li et al., ICLR 2023).
    Effect: with `gelu=quad` every mpc.gelu becomes x^2/8 + x/4 + 1/2; with `softmax=2quad` or `softmax=2relu` every mpc.softmax, and the one
    inside mpc.attention, becomes f(x) / (sum of f + 2^-10) of rows, f = (x + 5)^2 or max(x, 0). What a mask hides stays 0, rows that it
    hides as a whole are 0.
    Example:
    ```mlir
    %y = mpc.gelu %x : tensor<8x!mpc.secret<f32>> -> tensor<8x!mpc.secret<f32>>
    // becomes
    %a = mpc.mul %x, %x : (tensor<8x!mpc.secret<f32>>, tensor<8x!mpc.secret<f32>>) -> tensor<8x!mpc.secret<f32>>
    %b = mpc.mul %a, %eighth : (tensor<8x!mpc.secret<f32>>, tensor<f32>) -> tensor<8x!mpc.secret<f32>>
    %c = mpc.mul %x, %quarter : (tensor<8x!mpc.secret<f32>>, tensor<f32>) -> tensor<8x!mpc.secret<f32>>
    %d = mpc.add %b, %c : (tensor<8x!mpc.secret<f32>>, tensor<8x!mpc.secret<f32>>) -> tensor<8x!mpc.secret<f32>>
    %y = mpc.add %d, %half : (tensor<8x!mpc.secret<f32>>, tensor<f32>) -> tensor<8x!mpc.secret<f32>>
    ```
  }]> {
  let options = [Option<"gelu", "gelu", "std::string", "\"gelu\"", "gelu, or quad">,
                 Option<"softmax", "softmax", "std::string", "\"softmax\"", "softmax, 2quad or 2relu">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

//===-- precision ------------------------------------------------------------------------------------------------===//

def MpcApproximate : DescribedPass<"mpc-approximate", "::mlir::func::FuncOp", "functions of secrets become primitives that gates compute", [{
    Precondition: secrecy phase done: types say what is secret, owners' computations are mpc.owned.
    Effect: every op with a secret operand becomes one of add, sub, mul, neg, matmul, sum, rotary, structure, periodic, exp_negative,
    below, bit_sum, select, rescale and logic of bits; public ops and owners' regions stay. What has no approximation is reported, all
    of it in one list. Each approximated function stays within `max-error` of its original (norms, softmax and inverses relative to
    their result) on the ranges that docs/spec/formats.md names.
    Example:
    ```mlir
    %y = mpc.relu %x : tensor<8x!mpc.secret<f32>> -> tensor<8x!mpc.secret<f32>>
    // becomes
    %b = mpc.below %x {thresholds = array<f64: 0.0>} : tensor<8x!mpc.secret<f32>> -> tensor<1x8x!mpc.secret<i1>>
    %c = mpc.reshape %b : tensor<1x8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
    %n = mpc.not %c : tensor<8x!mpc.secret<i1>> -> tensor<8x!mpc.secret<i1>>
    %y = mpc.select %n, %x {mpc.range = array<f64: 0.0, 67108864.0>, mpc.range_kind = "assumed"} : ...
    ```
  }]> {
  let options = [Option<"maxError", "max-error", "double", "6.103515625e-5", "largest error of an approximated function (2^-14)">,
                 Option<"fraction", "fraction", "unsigned", "18", "fractional bits of the formats that will be assigned">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcCalibrateRanges : DescribedPass<"mpc-calibrate-ranges", "::mlir::func::FuncOp", "states the ranges that cases show", [{
    Precondition: secrecy inferred; reals are f32.
    Effect: runs the function in clear on each of `cases` and sets mpc.range, of kind calibrated, on each op with a secret number that a sum, a
    product or an owner makes: what was seen, widened by `margin` (values of a model's owner alone by rounding only, since they do not depend on
    the input), cut by what is proved. Attention, softmax and norms get mpc.inner_range for their scores and sums of squares. A run whose values
    leave a calibrated range has wrong results: docs/spec/formats.md. What the program shows of the ranges, it shows of weights and cases.
    Example:
    ```mlir
    %y = mpc.matmul %x, %w : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
    // becomes
    %y = mpc.matmul %x, %w {mpc.range = array<f64: -3.4, 5.1>, mpc.range_kind = "calibrated"} : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
    ```
  }]> {
  let options = [ListOption<"cases", "cases", "std::string", "npz files with the inputs; none: the pass does nothing">,
                 ListOption<"weightsDirs", "weights-dir", "std::string", "folders of the weights' files">,
                 Option<"margin", "margin", "double", "2.0", "how much larger than seen a value may be">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcQuantizeLinear : DescribedPass<"mpc-quantize-linear", "::mlir::func::FuncOp", "linear layers in a narrow ring with few fractional bits (the preset ditto)", [{
    Precondition: mpc-approximate.
    Effect: products of two secret matrices, those of attention among them, ask for `fraction` fractional bits of their operands and results
    (mpc.fraction), by an mpc.rescale where an operand has other readers, and are taken to stay where a ring of `ring` bits holds the product;
    everything else keeps its format (Ditto: Wu et al., ICML 2024, section 4). Look-ups by one-hot vectors and sums of squares are no layers.
    Example:
    ```mlir
    %z = mpc.matmul %x, %w : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
    // becomes, where %w comes from its owner
    %y = mpc.rescale %x {mpc.fraction = 8 : i64} : tensor<4x8x!mpc.secret<f32>> -> tensor<4x8x!mpc.secret<f32>>
    %z = mpc.matmul %y, %w {mpc.fraction = 8 : i64, mpc.range = array<f64: -16384.0, 16384.0>, mpc.range_kind = "assumed"} : ...
    ```
  }]> {
  let options = [Option<"fraction", "fraction", "unsigned", "8", "fractional bits of a linear layer, 4 to 18">,
                 Option<"ring", "ring", "unsigned", "32", "bits of the ring of its products">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcInferRanges : DescribedPass<"mpc-infer-ranges", "::mlir::func::FuncOp", "an interval for every secret number", [{
    Precondition: mpc-approximate.
    Effect: mpc.range and mpc.range_kind on each op with a secret number: proved by interval arithmetic, else cut at the bound that the
    preset assumes, and then marked assumed. Ranges that are there already (of a calibration or of mpc-approximate) are kept where they
    are tighter. With `weights-dir` every weight is checked against `weight-bound`; without, that is assumed.
    Example:
    ```mlir
    %a = mpc.bit_sum %b {coefficients = array<f64: 1.0, 2.0>, constant = -1.0 : f64} : tensor<2x4x!mpc.secret<i1>> -> tensor<4x!mpc.secret<f32>>
    // becomes
    %a = mpc.bit_sum %b {coefficients = array<f64: 1.0, 2.0>, constant = -1.0 : f64, mpc.range = array<f64: -1.0, 2.0>, mpc.range_kind = "proved"} : ...
    ```
  }]> {
  let options = [Option<"assumedBound", "assumed-bound", "double", "67108864.0", "values of which nothing is known are below this (2^26)">,
                 Option<"weightBound", "weight-bound", "double", "1024.0", "weights are below this (2^10)">,
                 ListOption<"weightsDirs", "weights-dir", "std::string", "folders of the weights' files; if given, the bound is checked">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcAssignFormats : DescribedPass<"mpc-assign-formats", "::mlir::func::FuncOp", "fixed-point formats for secret numbers, with the rescales that they need", [{
    Precondition: mpc-infer-ranges.
    Effect: every secret f32 becomes !mpc.fxp<k, f> by docs/spec/formats.md: f from the preset, from mpc.fraction, or as products with
    whole constants leave it; k from the interval and from what consumers add up in; mpc.rescale where an operand rests in another
    format, once for each value. Owners share in the widest ring that a product reads.
    Example (ranges not shown):
    ```mlir
    %z = mpc.matmul %x, %w : (tensor<4x8x!mpc.secret<f32>>, tensor<8x8x!mpc.secret<f32>>) -> tensor<4x8x!mpc.secret<f32>>
    // becomes, where %x is a sum of shared values and %w comes from its owner
    %y = mpc.rescale %x : tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>> -> tensor<4x8x!mpc.secret<!mpc.fxp<64, 18>>>
    %z = mpc.matmul %y, %w : (tensor<4x8x!mpc.secret<!mpc.fxp<64, 18>>>, tensor<8x8x!mpc.secret<!mpc.fxp<64, 18>>>) -> tensor<4x8x!mpc.secret<!mpc.fxp<46, 18>>>
    ```
  }]> {
  let options = [Option<"fraction", "fraction", "unsigned", "18", "fractional bits where nothing else decides, 6 to 30">,
                 Option<"roundBytes", "round-bytes", "int64_t", "65536",
                        "bytes that a round is worth: what a link of 0.1 ms and 5 Gbit/s, or of 40 ms and 13 Mbit/s, carries in its time">];
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

def MpcVerifyRanges : DescribedPass<"mpc-verify-ranges", "::mlir::func::FuncOp", "proves that intervals fit their rings and formats their gates", [{
    Precondition: mpc-assign-formats.
    Effect: none on the program. Fails, naming the node, where a secret number has no format or no interval; an interval does not fit its
    ring (docs/spec/formats.md), or an extension's or comparison's condition; a product, periodic or exponential needs more than 64
    bits; operands do not fit an op's result; a public constant does not fit the ring that it is encoded in, or is no number.
    Example:
    ```mlir
    %y = mpc.add %x, %x {mpc.range = array<f64: -300.0, 300.0>} : (tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<20, 12>>>
    // is refused: 20 bits with 12 fractional hold up to 128
    ```
  }]>;

//===-- schedule (share) -----------------------------------------------------------------------------------------===//

def ShareOptimize : DescribedPass<"share-optimize", "::mlir::func::FuncOp", "fewer and narrower remasks, fewer dealt bits", [{
    Precondition: share level, not scheduled.
    Effect: remasks move behind linear ops where that sends no more bits, and vanish where the value is wanted additive; sums of
    products become matrix products; shrinks and truncations fold into the gates before them; a value is extended once, and by its owner
    where it is only read wide; duplicates and dead code go.
    Example:
    ```mlir
    %a = share.remask %x : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    %b = share.remask %y : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    %c = share.add %a, %b : (tensor<8x!share.masked<32, 12>>, tensor<8x!share.masked<32, 12>>) -> tensor<8x!share.masked<32, 12>>
    // becomes
    %s = share.add %x, %y : (tensor<8x!share.additive<32, 12>>, tensor<8x!share.additive<32, 12>>) -> tensor<8x!share.additive<32, 12>>
    %c = share.remask %s : tensor<8x!share.additive<32, 12>> -> tensor<8x!share.masked<32, 12>>
    ```
  }]> {
  let dependentDialects = ["::mlir::share::ShareDialect"];
}

def ShareSchedule : DescribedPass<"share-schedule", "::mlir::func::FuncOp", "rounds, order, addresses and receivers", [{
    Precondition: share level, one block.
    Effect: every remask gets `round`, its depth; ops are ordered so that owners' inputs and clear ops come first, then for each round its
    local work and then its remasks as neighbours. Values made from weights alone wait until they are used. Every remask, gate, input
    and reveal gets an `address`, unique in the entry (an input takes one a result); every gate gets a `receiver`, such that the dealt
    bytes to P1 and P2 are about equal.
    Example:
    ```mlir
    %z = share.mul %a, %b : (...) -> tensor<4x!share.additive<28, 12>>
    %c = share.remask %z : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    // becomes
    %z = share.mul %a, %b {address = 2 : i64, receiver = 1 : i64} : (...) -> tensor<4x!share.additive<28, 12>>
    %c = share.remask %z {address = 3 : i64, round = 1 : i64} : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    ```
  }]> {
  let dependentDialects = ["::mlir::share::ShareDialect"];
}

def ShareVerify : DescribedPass<"share-verify", "::mlir::func::FuncOp", "proves a scheduled program: one mask an opening, nothing revealed that the policy keeps", [{
    Precondition: share-schedule.
    Effect: none on the program. Fails where an op's kinds, widths or fractions do not fit; an address is missing or used twice (a mask
    would open two values: protocol.md, security rule 7); a remask has no round, a wrong one, or is away from the others of its round; a
    gate has no receiver; an extension is joined over other low bits than those it was made from, or joined twice; a value is revealed
    to another than its declared owner, or used after that; a secret type is left.
    Example:
    ```mlir
    %a = share.remask %x {address = 2 : i64, round = 1 : i64} : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    %b = share.remask %y {address = 2 : i64, round = 1 : i64} : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    // is refused: whoever sees both openings knows the difference of %x and %y
    ```
  }]>;

#endif
