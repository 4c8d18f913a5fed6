// Conversions between levels. Each says its precondition, its effect and an example.
#ifndef MPC_CONVERSION_PASSES_TD
#define MPC_CONVERSION_PASSES_TD

include "include/mpc/Transforms/DescribedPass.td"

//===-- onnx to mpc ----------------------------------------------------------------------------------------------===//

def ConvertOnnxToMpc : DescribedPass<"convert-onnx-to-mpc", "::mlir::ModuleOp", "every ONNX node by the table's rule, with static shapes", [{
    Precondition: functions in the onnx dialect whose arguments have static shapes (importOnnx binds them).
    Effect: ops of mpc on plain tensors; arithmetic on shapes and other constants is computed, so that what is left depends on inputs or
    weights. Arguments and results get `mpc.name` and `mpc.owner` where they have none (attention_mask, position_ids and cache_position
    are public, all else is the client's). Params that nothing reads go. Locations are kept. A node without a rule, or that its rule
    refuses, is an error that lists all such nodes.
    Example:
    ```mlir
    %s = onnx.node "Softmax"(%x) opset "" 17 attributes {axis = -1 : i64} : (tensor<2x8xf32>) -> !onnx.value
    // becomes
    %s = mpc.softmax %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }]> {
  let dependentDialects = ["::mlir::mpc::MpcDialect"];
}

//===-- mpc to share ---------------------------------------------------------------------------------------------===//

def ConvertMpcToShare : DescribedPass<"convert-mpc-to-share", "::mlir::ModuleOp", "each op on secrets becomes gates and remasks on shares", [{
    Precondition: every secret value is `!mpc.secret<!mpc.fxp<k, f>>` or `!mpc.secret<i1>`; mpc.owned computes what owners share.
    Effect: the table of docs/spec/formats.md. Clear ops, locations and the bodies of mpc.owned (now share.input) stay; secret arguments
    get the plain types that their owners see; secret results are revealed to the owner that the function names for them.
    Example:
    ```mlir
    %c = mpc.mul %a, %b : (tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>, tensor<4x!mpc.secret<!mpc.fxp<40, 12>>>) -> tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>
    // becomes
    %z = share.mul %a, %b : (tensor<4x!share.masked<40, 12>>, tensor<4x!share.masked<40, 12>>) -> tensor<4x!share.additive<28, 12>>
    %c = share.remask %z : tensor<4x!share.additive<28, 12>> -> tensor<4x!share.masked<28, 12>>
    ```
  }]> {
  let dependentDialects = ["::mlir::share::ShareDialect"];
  let options = [Option<"digit", "digit", "int64_t", "0", "bits of a comparison's digits, 0 to choose by rounds and bytes">];
}

#endif
