// How it is computed. Every gate takes masked operands and makes an additive result without talking; share.remask is the
// one online step. Elementwise ops broadcast as numpy does. Structure (reshape, transpose, slice, concat, broadcast,
// gather) is that of the mpc dialect, on share element types.
#ifndef DIALECTS_SHARE_SHAREOPS_TD
#define DIALECTS_SHARE_SHAREOPS_TD

include "dialects/Share/ShareDialect.td"
include "dialects/Share/ShareInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Share_Op<string mnemonic, list<Trait> traits = []> : Op<Share_Dialect, mnemonic, traits>;

// A gate that P0 deals for. `address` names its PRG streams (unique in an entry), `receiver` (1 or 2) says which evaluator
// is sent the half that does not come from a PRG; both are written by the schedule.
class Share_GateOp<string mnemonic, list<Trait> traits = []>
    : Share_Op<mnemonic, [Pure, DeclareOpInterfaceMethods<Share_GateInterface, ["getRingMacs"]>] # traits>;

//===-- Edges of the program -------------------------------------------------------------------------------------===//

def Share_InputOp : Share_Op<"input", [IsolatedFromAbove, RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "an owner computes in clear and shares the results";
  let description = [{
    The region (mpc ops on plain types) is run by `owner`; its operands are function arguments that this owner provides.
    A masked result is encoded (round to nearest, ties to even) and shared with masks from the owner's seeds; a result of
    plain type is published to all parties. `address` + result index name the masks.
    Cost: per masked result k bits each to P1 and P2 (`io` for the client, `setup` for the model).

    ```mlir
    %h = share.input "client" (%ids) : (tensor<1x4xi64>) -> tensor<1x4x16x!share.masked_bit> {
    ^bb0(%i: tensor<1x4xi64>):
      %0 = mpc.one_hot %i {depth = 16 : i64} : tensor<1x4xi64> -> tensor<1x4x16xi1>
      share.yield %0 : tensor<1x4x16xi1>
    }
    ```
  }];
  let arguments = (ins StrAttr:$owner, Variadic<Mpc_AnyTensor>:$inputs, OptionalAttr<I64Attr>:$address);
  let results = (outs Variadic<Mpc_AnyTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$owner `(` $inputs `)` attr-dict `:` functional-type($inputs, $results) $body";
  let hasVerifier = 1;
}
def Share_YieldOp : Share_Op<"yield", [Pure, Terminator, ParentOneOf<["InputOp"]>]> {
  let summary = "results of a share.input region, in clear";
  let description = [{
    ```mlir
    %x = share.input "client" (%a) : (tensor<4x8xf32>) -> tensor<4x8x!share.masked<46, 18>> {
    ^bb0(%0: tensor<4x8xf32>):
      share.yield %0 : tensor<4x8xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Mpc_AnyTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}
def Share_EncodeOp : Share_Op<"encode", [Pure]> {
  let summary = "public real or integer values to ring elements: round(x * 2^f), ties to even; out of range is an error";
  let description = [{
    ```mlir
    %y = share.encode %x : tensor<8xf32> -> tensor<8x!share.public<46, 18>>
    ```
  }];
  let arguments = (ins Mpc_PublicTensor:$input);
  let results = (outs Share_Public:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_RevealOp : Share_Op<"reveal", []> {
  let summary = "opens a value to its owner, and to nobody else";
  let description = [{
    Each evaluator sends its summand under a fresh sharing of zero from s12: k bits from each of P1 and P2 (`io`).
    Declassification of the program; the result may only be returned by the function.

    ```mlir
    %y = share.reveal %x to "client" : tensor<4x8x!share.additive<46, 18>> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Share_AdditiveOrBit:$input, StrAttr:$owner, OptionalAttr<I64Attr>:$address);
  let results = (outs Mpc_PublicTensor:$result);
  let assemblyFormat = "$input `to` $owner attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===-- The online step ------------------------------------------------------------------------------------------===//

def Share_RemaskOp : Share_Op<"remask", [Pure]> {
  let summary = "additive to masked: both evaluators add their half of a fresh mask and swap k bits";
  let description = [{
    l1 from s01, l2 from s02. Online: ceil(n k / 8) bytes in each direction, one round. `round` (from 1) is its depth.
    Works alike on bits with xor in place of +.

    ```mlir
    %y = share.remask %x {round = 7 : i64} : tensor<4x8x!share.additive<46, 18>> -> tensor<4x8x!share.masked<46, 18>>
    ```
  }];
  let arguments = (ins Share_AdditiveOrBit:$input, OptionalAttr<I64Attr>:$round, OptionalAttr<I64Attr>:$address);
  let results = (outs Share_MaskedOrBit:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===-- Local and linear -----------------------------------------------------------------------------------------===//

class Share_BinaryOp<string mnemonic, string what> : Share_Op<mnemonic, [Pure]> {
  let summary = what;
  let description = "```mlir\n%z = share." # mnemonic #
      " %x, %y : (tensor<4x8x!share.masked<46, 18>>, tensor<8x!share.public<46, 18>>) -> tensor<4x8x!share.masked<46, 18>>\n```";
  let arguments = (ins Share_Ring:$lhs, Share_Ring:$rhs);
  let results = (outs Share_Secret:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_AddOp : Share_BinaryOp<"add", "x + y; both masked or both additive, or one of them public; one width and fraction">;
def Share_SubOp : Share_BinaryOp<"sub", "x - y; as share.add">;
def Share_NegOp : Share_Op<"neg", [Pure]> {
  let summary = "-x";
  let description = [{
    ```mlir
    %y = share.neg %x : tensor<4x8x!share.additive<46, 18>> -> tensor<4x8x!share.additive<46, 18>>
    ```
  }];
  let arguments = (ins Share_Secret:$input);
  let results = (outs Share_Secret:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_MulPublicOp : Share_Op<"mul_public", [Pure]> {
  let summary = "x times public y: same width and kind, fractions add";
  let description = [{
    ```mlir
    %z = share.mul_public %x, %y : (tensor<4x8x!share.masked<64, 18>>, tensor<8x!share.public<64, 12>>) -> tensor<4x8x!share.masked<64, 30>>
    ```
  }];
  let arguments = (ins Share_Secret:$lhs, Share_Public:$rhs);
  let results = (outs Share_Secret:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_MatmulPublicOp : Share_Op<"matmul_public", [Pure]> {
  let summary = "matrix product with one public operand: local, kind of the secret operand, fractions add";
  let description = [{
    ```mlir
    %z = share.matmul_public %x, %y : (tensor<4x8x!share.masked<64, 18>>, tensor<8x3x!share.public<64, 12>>) -> tensor<4x3x!share.masked<64, 30>>
    ```
  }];
  let arguments = (ins Share_Ring:$lhs, Share_Ring:$rhs);
  let results = (outs Share_Secret:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_ReduceSumOp : Share_Op<"reduce_sum", [Pure]> {
  let summary = "sum over `axes`, which stay as dimensions of 1";
  let description = [{
    ```mlir
    %y = share.reduce_sum %x {axes = array<i64: 1>} : tensor<4x8x!share.masked<46, 18>> -> tensor<4x1x!share.masked<46, 18>>
    ```
  }];
  let arguments = (ins Share_Secret:$input, DenseI64ArrayAttr:$axes);
  let results = (outs Share_Secret:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_ShrinkOp : Share_Op<"shrink", [Pure]> {
  let summary = "the low bits: a smaller ring, the same value where it fits";
  let description = [{
    ```mlir
    %y = share.shrink %x : tensor<4x8x!share.masked<64, 18>> -> tensor<4x8x!share.masked<24, 18>>
    ```
  }];
  let arguments = (ins Share_Ring:$input);
  let results = (outs Share_Ring:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_CoarsenOp : Share_Op<"coarsen", [Pure]> {
  let summary = "the high bits of a masked value, about: x / 2^s + e for e in (-1, 1), local, for comparisons";
  let description = [{
    Drops the low s = k - k' bits of m and of l; the borrow between them is lost, which is the error e. The halves of the mask lose theirs each and do not
    add up to l: only P0, who deals for it, has that. So comparisons alone may read the result, with thresholds that are fuzzy by a unit (protocol.md,
    GELU). The fraction falls by s, and stays 0 from there on.

    ```mlir
    // units of 1/4, off by less than one
    %y = share.coarsen %x : tensor<4x8x!share.masked<20, 12>> -> tensor<4x8x!share.masked<10, 2>>
    ```
  }];
  let arguments = (ins Share_Masked:$input);
  let results = (outs Share_Masked:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_ReinterpretOp : Share_Op<"reinterpret", [Pure]> {
  let summary = "the same ring elements under another fraction: times a power of two, free";
  let description = [{
    ```mlir
    // x / 16
    %y = share.reinterpret %x : tensor<4x8x!share.masked<46, 18>> -> tensor<4x8x!share.masked<46, 22>>
    ```
  }];
  let arguments = (ins Share_Ring:$input);
  let results = (outs Share_Ring:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_ToAdditiveOp : Share_Op<"to_additive", [Pure]> {
  let summary = "masked to additive: P1 takes m - l1, P2 -l2; bits alike";
  let description = [{
    ```mlir
    %y = share.to_additive %x : tensor<4x8x!share.masked<64, 36>> -> tensor<4x8x!share.additive<64, 36>>
    ```
  }];
  let arguments = (ins Share_MaskedOrBit:$input);
  let results = (outs Share_AdditiveOrBit:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_TruncateOp : Share_Op<"truncate", [Pure]> {
  let summary = "drop t = f - f' low bits of additive shares, keep k' <= K - t";
  let description = [{
    P1 adds 2^t - 1, then each evaluator shifts its own share. Error in (-1, 1) ulp of mean 0, integers exact, no failure
    probability (protocol.md, "truncate").

    ```mlir
    // t = 18: the result has at most 64 - 18 bits
    %y = share.truncate %x : tensor<4x8x!share.additive<64, 36>> -> tensor<4x8x!share.additive<46, 18>>
    ```
  }];
  let arguments = (ins Share_Additive:$input);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===-- Gates ----------------------------------------------------------------------------------------------------===//

class Share_ProductOp<string mnemonic, string what> : Share_GateOp<mnemonic> {
  let summary = what;
  let arguments = (ins Share_Masked:$lhs, Share_Masked:$rhs, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_MulOp : Share_ProductOp<"mul", "x * y with truncation by t = fx + fy - f'"> {
  let description = [{
    z1 = mx (my - ly1) - lx1 my + G1, z2 = -mx ly2 - lx2 my + G2, G = lx ly. The k' <= k - t
    bits of G >> t that reach the result are dealt; with t > 0 P1 adds 3 * 2^(t-1) before its shift; error within 1.5 ulp.

    ```mlir
    %z = share.mul %x, %y : (tensor<4x8x!share.masked<64, 18>>, tensor<8x!share.masked<64, 18>>) -> tensor<4x8x!share.additive<46, 18>>
    ```
  }];
}
def Share_MatmulOp : Share_ProductOp<"matmul", "matrix product of the last two dimensions, leading ones broadcast, truncation as share.mul"> {
  let description = [{
    ```mlir
    %z = share.matmul %x, %y : (tensor<4x8x!share.masked<64, 18>>, tensor<8x3x!share.masked<64, 18>>) -> tensor<4x3x!share.additive<46, 18>>
    ```
  }];
}

def Share_ExtendHighOp : Share_GateOp<"extend_high"> {
  let summary = "the d high bits that extend a ring from k to k + d bits, additive";
  let description = [{
    Needs -2^(k-2) <= x < 2^(k-2), k >= 2 (in ring units). P0 deals them for either msb of m (2 arrays of d bits). After share.remask,
    share.join puts them above the low bits, which keep mask and masked value.

    ```mlir
    // from 46 to 64 bits: the 18 above
    %y = share.extend_high %x : tensor<4x8x!share.masked<46, 18>> -> tensor<4x8x!share.additive<18, 0>>
    ```
  }];
  let arguments = (ins Share_Masked:$input, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_JoinOp : Share_Op<"join", [Pure]> {
  let summary = "low k bits and opened high d bits of an extend: masked over k + d bits";
  let description = [{
    ```mlir
    %z = share.join %x, %y : (tensor<4x8x!share.masked<46, 18>>, tensor<4x8x!share.masked<18, 0>>) -> tensor<4x8x!share.masked<64, 18>>
    ```
  }];
  let arguments = (ins Share_Masked:$low, Share_Masked:$high);
  let results = (outs Share_Masked:$result);
  let assemblyFormat = "$low `,` $high attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_CompareDigitsOp : Share_GateOp<"compare_digits"> {
  let summary = "digits of [m_T mod 2^(k-1) < l mod 2^(k-1)] for x - T, per threshold T";
  let description = [{
    Result shape [T, P] + shape(x): per threshold the planes lt_0, eq_0, lt_1, eq_1, ..., lt_last, most significant digit
    first, P = 2 * digits - 1, digits = ceil((k-1) / digit); the least significant digit takes what is left over. `thresholds` are in ring units. P0 deals the one-hot vector of each
    digit of l without its last entry, once for all thresholds: sum of (2^w - 1) bits. k >= 2.

    ```mlir
    // 23 bits in 6 digits: 11 planes
    %y = share.compare_digits %x {thresholds = array<i64: 0>, digit = 4 : i64} : tensor<8x!share.masked<24, 18>> -> tensor<1x11x8x!share.xor_bit>
    ```
  }];
  let arguments = (ins Share_Masked:$input, DenseI64ArrayAttr:$thresholds, I64Attr:$digit, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_XorBit:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_LexCombineOp : Share_GateOp<"lex_combine"> {
  let summary = "combines neighbouring digits' (lt, eq) by wide ANDs";
  let description = [{
    Input [T, P] + s of masked bits as share.compare_digits lays them out. Up to 4 digits make one group, more are taken in
    groups of 3 from the most significant. P0 deals the products of masks that occur, each distinct subset once per group.
    Result [T, P'] + s, P' = 2 * groups - 1.

    ```mlir
    // 6 digits, two groups of 3
    %y = share.lex_combine %x : tensor<1x11x8x!share.masked_bit> -> tensor<1x3x8x!share.xor_bit>
    ```
  }];
  let arguments = (ins Share_MaskedBit:$input, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_XorBit:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_CompareFinishOp : Share_GateOp<"compare_finish"> {
  let summary = "[x < T] = msb(m_T) ^ msb(l) ^ lt";
  let description = [{
    `less`: [T, 1] + shape(x) from the last share.lex_combine (or share.compare_digits). Deals msb(l), 1 bit an element. Result [T] + shape(x).

    ```mlir
    %z = share.compare_finish %x, %less {thresholds = array<i64: 0>} : (tensor<8x!share.masked<24, 18>>, tensor<1x1x8x!share.xor_bit>) -> tensor<1x8x!share.xor_bit>
    ```
  }];
  let arguments = (ins Share_Masked:$input, Share_XorBit:$less, DenseI64ArrayAttr:$thresholds, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_XorBit:$result);
  let assemblyFormat = "$input `,` $less attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_XorOp : Share_Op<"xor", [Pure]> {
  let summary = "exclusive or of bits of one kind (broadcasting)";
  let description = [{
    ```mlir
    %z = share.xor %x, %y : (tensor<4x8x!share.xor_bit>, tensor<8x!share.xor_bit>) -> tensor<4x8x!share.xor_bit>
    ```
  }];
  let arguments = (ins Share_Bits:$lhs, Share_Bits:$rhs);
  let results = (outs Share_Bits:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_NotOp : Share_Op<"not", [Pure]> {
  let summary = "1 - b";
  let description = [{
    ```mlir
    %y = share.not %x : tensor<4x8x!share.masked_bit> -> tensor<4x8x!share.masked_bit>
    ```
  }];
  let arguments = (ins Share_Bits:$input);
  let results = (outs Share_Bits:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_AndOp : Share_GateOp<"and"> {
  let summary = "b and c; P0 deals the product of the masks, 1 bit";
  let description = [{
    ```mlir
    %z = share.and %x, %y : (tensor<4x8x!share.masked_bit>, tensor<8x!share.masked_bit>) -> tensor<4x8x!share.xor_bit>
    ```
  }];
  let arguments = (ins Share_MaskedBit:$lhs, Share_MaskedBit:$rhs, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_XorBit:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_BitToArithOp : Share_GateOp<"bit_to_arith"> {
  let summary = "bit to 0 or 1 (fraction 0) of Z_2^k: b' + (1 - 2b')u, u dealt, k bits";
  let description = [{
    ```mlir
    %y = share.bit_to_arith %x : tensor<4x8x!share.masked_bit> -> tensor<4x8x!share.additive<20, 0>>
    ```
  }];
  let arguments = (ins Share_MaskedBit:$input, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_BitMulOp : Share_GateOp<"bit_mul"> {
  let summary = "b * y (broadcasting b to y): b'y + (1 - 2b')(u my - u ly); u and u ly dealt, 2k bits per result";
  let description = [{
    ```mlir
    %z = share.bit_mul %b, %x : (tensor<4x1x!share.masked_bit>, tensor<4x8x!share.masked<46, 18>>) -> tensor<4x8x!share.additive<46, 18>>
    ```
  }];
  let arguments = (ins Share_MaskedBit:$bit, Share_Masked:$input, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$bit `,` $input attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
def Share_PeriodicOp : Share_GateOp<"periodic"> {
  let summary = "constant + sum_j c_j cos(2 pi q_j x / 2^k) + s_j sin(2 pi q_j x / 2^k)";
  let description = [{
    All coefficients are integers in units of 2^-coefficient_bits. P0 deals cos and sin of the mask for each frequency with `digits[j]` fractional
    bits in a ring of K - (max(digits) - digits[j]) bits, K = k' + t; the evaluators multiply by public integers of `public_bits` fractional
    bits made from m by integer tables. The sum is truncated by t = max(digits) + public_bits - f' to the result's k' bits.
    A frequency costs 2 arrays; where both c_j and s_j are there the same two arrays serve.

    ```mlir
    // sin of period 16 over 22 bits, 18 of them fractional
    %y = share.periodic %x {frequencies = array<i64: 1>, constant = 0 : i64, cosines = array<i64: 0>, sines = array<i64: 1048576>,
                            digits = array<i64: 22>, coefficient_bits = 20 : i64, public_bits = 20 : i64}
        : tensor<4x8x!share.masked<22, 18>> -> tensor<4x8x!share.additive<22, 18>>
    ```
  }];
  let arguments = (ins Share_Masked:$input, DenseI64ArrayAttr:$frequencies, I64Attr:$constant, DenseI64ArrayAttr:$cosines, DenseI64ArrayAttr:$sines,
                   DenseI64ArrayAttr:$digits, I64Attr:$coefficient_bits, I64Attr:$public_bits, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}
def Share_ExpOp : Share_GateOp<"exp"> {
  let summary = "e^x on (-(2^k - 2^(f+4)) 2^-f, 0]";
  let description = [{
    k > f + 4; A = 2^(k-f-4) cases by the top bits of m. P0 deals e^-l + 8 scaled by `dealt_bits`, once per case, over K bits, K = k' + t,
    t = dealt_bits + public_bits - f', K <= 64; the evaluators multiply by e^(m-8) of `public_bits` (integer tables) and truncate by t.
    k' >= f' + 3. (protocol.md, "exponential")

    ```mlir
    %y = share.exp %x {dealt_bits = 20 : i64, public_bits = 22 : i64} : tensor<4x8x!share.masked<23, 18>> -> tensor<4x8x!share.additive<21, 18>>
    ```
  }];
  let arguments = (ins Share_Masked:$input, I64Attr:$dealt_bits, I64Attr:$public_bits, OptionalAttr<I64Attr>:$address, OptionalAttr<I64Attr>:$receiver);
  let results = (outs Share_Additive:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

#endif
