#ifndef DIALECTS_ONNX_ONNXDIALECT_TD
#define DIALECTS_ONNX_ONNXDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::mlir::onnx";
  let summary = "an ONNX graph as the file states it";
  let useDefaultTypePrinterParser = 1;
}

def Onnx_UntypedType : TypeDef<Onnx_Dialect, "Untyped"> {
  let mnemonic = "value";
  let summary = "a value of which the file states no type";
  let description = [{
    Files need not state the types of intermediate values, and most do not. `!onnx.value` stands for them until the conversion
    to `mpc` infers them; it also stands for what no tensor type describes (sequences, maps, optionals, strings).
  }];
}

def Onnx_AbsentType : TypeDef<Onnx_Dialect, "Absent"> {
  let mnemonic = "none";
  let summary = "the type of an optional input that a node leaves out";
}

// Tensors, with known or unknown dimensions, and values of no stated type.
def Onnx_AnyValue : Type<Or<[CPred<"::llvm::isa<::mlir::RankedTensorType, ::mlir::UnrankedTensorType>($_self)">,
                             CPred<"::llvm::isa<::mlir::onnx::UntypedType, ::mlir::onnx::AbsentType>($_self)">]>,
                         "tensor, !onnx.value or !onnx.none">;

#endif
