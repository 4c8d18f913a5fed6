// Passes on mpc and share, in the order of the phases. Each says its precondition, its effect and an example.
#ifndef MPC_TRANSFORMS_PASSES_TD
#define MPC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===-- import: raising ------------------------------------------------------------------------------------------===//

//===-- secrecy --------------------------------------------------------------------------------------------------===//

//===-- precision ------------------------------------------------------------------------------------------------===//

//===-- schedule (share) -----------------------------------------------------------------------------------------===//
def ShareOptimize : Pass<"share-optimize", "::mlir::func::FuncOp"> {
  let summary = "fewer and narrower remasks, fewer dealt bits";
  let description = [{
    Precondition: share level, not scheduled. Effect: remasks move behind linear ops where that sends no more bits, and vanish where
    the value is wanted additive; sums of products become matrix products; shrinks and truncations fold into the gates before
    them; a value is extended once; owners share in the ring that is read; duplicates and dead code go.

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
