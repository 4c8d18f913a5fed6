#ifndef DIALECTS_SHARE_SHAREDIALECT_TD
#define DIALECTS_SHARE_SHAREDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "dialects/Mpc/MpcDialect.td"

def Share_Dialect : Dialect {
  let name = "share";
  let cppNamespace = "::mlir::share";
  let summary = "how it is computed: masked and additive shares over rings of 1 to 64 bits, and over bits";
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

class Share_RingType<string cppName, string typeMnemonic, string what, string more> : TypeDef<Share_Dialect, cppName> {
  let mnemonic = typeMnemonic;
  let summary = what;
  let description = more;
  let parameters = (ins "unsigned":$width, "unsigned":$fraction);
  let assemblyFormat = "`<` $width `,` $fraction `>`";
  let genVerifyDecl = 1;
}
def Share_MaskedType : Share_RingType<"Masked", "masked", "masked over Z_2^k", [{
    x = m - l1 - l2 mod 2^k. P0 holds l1, l2; P1 holds m, l1; P2 holds m, l2. The value is x * 2^-f.}]>;
def Share_AdditiveType : Share_RingType<"Additive", "additive", "additive over Z_2^k", [{
    x = x1 + x2 mod 2^k. P1 holds x1, P2 holds x2, P0 nothing.}]>;
def Share_PublicType : Share_RingType<"Public", "public", "public integers of Z_2^k", [{
    Known to all three parties: encoded constants, masks, cosines of positions.}]>;

def Share_MaskedBitType : TypeDef<Share_Dialect, "MaskedBit"> {
  let mnemonic = "masked_bit";
  let summary = "masked bit: b = m ^ l1 ^ l2";
}
def Share_XorBitType : TypeDef<Share_Dialect, "XorBit"> {
  let mnemonic = "xor_bit";
  let summary = "additive bit: b = x1 ^ x2";
}

class Share_TensorOf<string pred, string what> : Type<And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
    CPred<"::llvm::isa<" # pred # ">(::llvm::cast<::mlir::RankedTensorType>($_self).getElementType())">]>, what, "::mlir::RankedTensorType">;
def Share_Masked : Share_TensorOf<"::mlir::share::MaskedType", "tensor of masked values">;
def Share_Additive : Share_TensorOf<"::mlir::share::AdditiveType", "tensor of additive shares">;
def Share_Public : Share_TensorOf<"::mlir::share::PublicType", "tensor of public ring elements">;
def Share_MaskedBit : Share_TensorOf<"::mlir::share::MaskedBitType", "tensor of masked bits">;
def Share_XorBit : Share_TensorOf<"::mlir::share::XorBitType", "tensor of xor-shared bits">;
def Share_Ring : Share_TensorOf<"::mlir::share::MaskedType, ::mlir::share::AdditiveType, ::mlir::share::PublicType", "tensor of ring elements">;
def Share_Secret : Share_TensorOf<"::mlir::share::MaskedType, ::mlir::share::AdditiveType", "tensor of masked or additive elements">;
def Share_Bits : Share_TensorOf<"::mlir::share::MaskedBitType, ::mlir::share::XorBitType", "tensor of shared bits">;
def Share_AdditiveOrBit : Share_TensorOf<"::mlir::share::AdditiveType, ::mlir::share::XorBitType", "tensor of additive shares or xor-shared bits">;
def Share_MaskedOrBit : Share_TensorOf<"::mlir::share::MaskedType, ::mlir::share::MaskedBitType", "tensor of masked values or bits">;
def Share_Input : Share_TensorOf<"::mlir::share::MaskedType, ::mlir::share::MaskedBitType, ::mlir::share::PublicType, ::mlir::Float32Type, ::mlir::IntegerType", "tensor that an owner provides">;

#endif
