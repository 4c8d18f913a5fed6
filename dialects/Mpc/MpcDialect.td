#ifndef DIALECTS_MPC_MPCDIALECT_TD
#define DIALECTS_MPC_MPCDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Mpc_Dialect : Dialect {
  let name = "mpc";
  let cppNamespace = "::mlir::mpc";
  let summary = "what is computed: real-valued tensors whose element type carries secrecy and format";
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

class Mpc_Type<string cppName, string typeMnemonic> : TypeDef<Mpc_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

def Mpc_FxpType : Mpc_Type<"Fxp", "fxp"> {
  let summary = "fixed point: ring width and fractional bits of a value at rest";
  let description = [{
    `!mpc.fxp<k, f>` stands for the reals x with x * 2^f an integer in [-2^(k-1), 2^(k-1)). `k` (1 to 64 bits) is the
    width of the ring in which the masked value rests, `f` (0 to 63) the number of fractional bits.
  }];
  let parameters = (ins "unsigned":$width, "unsigned":$fraction);
  let assemblyFormat = "`<` $width `,` $fraction `>`";
  let genVerifyDecl = 1;
}

def Mpc_SecretType : Mpc_Type<"Secret", "secret"> {
  let summary = "an element that no single party sees";
  let description = [{
    `!mpc.secret<T>` with T one of f32, i64, i32, i1 (before the precision phase) or `!mpc.fxp<k, f>`, i1 (after it).
  }];
  let parameters = (ins "::mlir::Type":$value);
  let assemblyFormat = "`<` $value `>`";
  let genVerifyDecl = 1;
}

// Any statically shaped tensor of public or secret elements.
def Mpc_Element : Type<CPred<"::mlir::mpc::isElementType($_self)">, "f32, i64, i32, i1 or a secret of them or of fxp">;
def Mpc_Tensor : Type<And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
    CPred<"::mlir::mpc::isElementType(::llvm::cast<::mlir::RankedTensorType>($_self).getElementType())">]>,
    "statically shaped tensor of public or secret elements", "::mlir::RankedTensorType">;
def Mpc_PublicTensor : Type<And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getElementType().isIntOrFloat()">]>,
    "statically shaped tensor of public elements", "::mlir::RankedTensorType">;
// Structural ops move elements of every level: public, secret, masked, additive, bits.
def Mpc_AnyTensor : Type<And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
    CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape()">]>,
    "statically shaped tensor", "::mlir::RankedTensorType">;

#endif
