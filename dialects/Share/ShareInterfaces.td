#ifndef DIALECTS_SHARE_SHAREINTERFACES_TD
#define DIALECTS_SHARE_SHAREINTERFACES_TD

include "mlir/IR/OpBase.td"

def Share_GateInterface : OpInterface<"Gate"> {
  let cppNamespace = "::mlir::share";
  let description = [{
    A gate that P0 deals a correlation for. Each dealt array is one byte-aligned stream of `elements` words packed to `bits`;
    one half of the sharing comes from the PRG, the other travels to the op's `receiver`. These declarations are the
    formulas of protocol.md; the compiler's cost is their sum, and the runtime's counters must equal it.
  }];
  let methods = [
    InterfaceMethod<"What P0 deals, in order.", "::llvm::SmallVector<::mlir::share::DealtArray>", "getDealt">,
    InterfaceMethod<"Multiply-accumulates in the ring: {P0, an evaluator}.", "::mlir::share::RingMacs", "getRingMacs", (ins),
                    /*methodBody=*/"", /*defaultImplementation=*/"return {};">,
  ];
}

#endif
