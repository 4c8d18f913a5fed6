// What functions of secrets keep to: the range of their arguments and the error within it. The table of ONNX ops prints it, tests hold
// compiled programs against it over the whole range.
#ifndef MPC_ANALYSIS_SECRETFORMS_H
#define MPC_ANALYSIS_SECRETFORMS_H

#include "mlir/Support/LLVM.h"

namespace mlir::mpc {

// |result - f(x)| <= absolute + relative |f(x)| for arguments in [low, high] given as f18 holds them. What is below 2^-18 in all is exact
// but for the rounding of the input.
struct SecretForm {
  StringRef name;
  double low, high;
  double absolute, relative;
  StringRef note; // what the numbers leave out
};

ArrayRef<SecretForm> secretForms();
// Null for a name that is not in the table.
const SecretForm *findSecretForm(StringRef name);

} // namespace mlir::mpc

#endif
