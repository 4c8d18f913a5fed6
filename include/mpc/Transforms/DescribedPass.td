// The form in which every pass describes itself: one line of what it does, then Precondition, Effect and Example. All of it is what
// `mpc-opt --help` prints, since PassGen hands only the summary on to the help.
#ifndef MPC_TRANSFORMS_DESCRIBEDPASS_TD
#define MPC_TRANSFORMS_DESCRIBEDPASS_TD

include "mlir/Pass/PassBase.td"

class DescribedPass<string mnemonic, string operation, string what, string text> : Pass<mnemonic, operation> {
  // PassGen prints the summary between quotes as it is.
  let summary = !subst("\n", "\\n", !subst("\"", "\\\"", what # "\n" # text));
  let description = text;
}

#endif
