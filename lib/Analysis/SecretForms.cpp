// The table of functions of secrets: preset f18, max-error of its default (2^-13).
#include "mpc/Analysis/SecretForms.h"

using namespace mlir;
using namespace mlir::mpc;

ArrayRef<SecretForm> mlir::mpc::secretForms() {
  static constexpr double kFar = 0x1p26, kUlp = 0x1p-18, kFit = 0x1p-13;
  static const SecretForm forms[] = {
      {"attention", -512, 512, 0x1p-12, 0x1p-12, "scores abs < 2^17; mask public"},
      {"bits", 0, 1, 0, 0, ""},
      {"cast", -kFar, kFar, 0, 0, "to integers towards 0; integers of owners abs < 2^23"},
      {"choice", -kFar / 4, kFar / 4, 4 * kUlp, 0, ""},
      {"compare", -kFar / 4, kFar / 4, 0, 0, "reals that differ by less than 2^-18 are equal"},
      {"div", 0x1p-4, 0x1p12, kFit, kFit,
       "of the divisor, of either sign; less than 2^-18 counts as 2^-18; integers by constants alone, abs < 2^18"},
      {"elu", -kFar / 8, kFar / 8, 2 * kFit, 0, ""},
      {"erf", -kFar / 4, kFar / 4, kFit, 0, ""},
      {"exp", -kFar / 4, 16, 0x1p-14, 0x1p-14, "16 is the most; more counts as 16"},
      {"gelu", -kFar / 4, kFar / 4, kFit, 0, ""},
      {"linear", -kFar / 8, kFar / 8, 8 * kUlp, 0, "sums abs < 2^26"},
      {"log", 0x1p-8, kFar / 4, 4 * kFit, 0, "less than 2^-18 counts as 2^-18; below 2^-8 the input's own rounding shows"},
      {"logsoftmax", -512, 512, 4 * kFit, 0, ""},
      {"lookup", 0, 65535, 2 * kUlp, 0, "computed ids in [0, rows), rows <= 2^16; an owner's own ids in any table"},
      {"mish", -kFar / 8, 0x1p16, 0x1p-9, 0x1p-12, ""},
      {"mod", -0x1p16, 0x1p16, 2 * kUlp, 0, "divisor constant"},
      {"move", -kFar, kFar, kUlp, 0, ""},
      {"never", -kFar, kFar, 0, 0, "false: a secret is a finite number"},
      {"norm", -512, 512, 2 * kFit, kFit, "sum of squares of a row < 2^26, variance >= 2^-18"},
      {"place", -kFar / 16, kFar / 16, 2 * kUlp, 0, "places exact; reals that differ by less than 2^-18 are equal"},
      {"pow", 0x1p-4, 16, 0x1p-8, 0x1p-8,
       "whole constant exponents up to 16: any base, the power < 2^26; all others: base > 0, the power < e^16"},
      {"prod", -8, 8, 0x1p-10, 0x1p-12, "products abs < 2^26"},
      {"product", -512, 512, 0x1p-9, 0x1p-12, "results abs < 2^26; 2^-18 of the other factor for each term"},
      {"public", 0, 0, 0, 0, "public"},
      {"quick", -512, 512, 0x1p-10, 0, ""},
      {"reciprocal", 0x1p-4, 0x1p12, kFit, kFit, "of either sign; less than 2^-18 counts as 2^-18"},
      {"rotary", -512, 512, 0x1p-10, 0, "tables and positions public"},
      {"sigmoid", -kFar / 4, kFar / 4, kFit, 0, ""},
      {"softmax", -512, 512, 16 * kUlp, 0, "scores abs < 2^17; mask public"},
      {"softsign", -kFar / 8, kFar / 8, kFit, 0, ""},
      {"softplus", -kFar / 4, kFar / 4, 4 * kFit, 0, ""},
      {"sqrt", 0, kFar / 4, kFit, kFit, "below 2^-18 the result is x 2^9"},
      {"tan", -1.4, 1.4, 0x1p-10, 0x1p-10, "as div of waves"},
      {"tanh", -kFar / 4, kFar / 4, kFit, 0, ""},
      {"wave", -256, 256, 0x1p-10, 0, "the error grows with abs x: 2^-18 of it"},
      {"whole", -kFar / 4, kFar / 4, 0, 0, "of x as f18 holds it: 18 fractional bits"},
  };
  return forms;
}

const SecretForm *mlir::mpc::findSecretForm(StringRef name) {
  for (const SecretForm &form : secretForms())
    if (form.name == name)
      return &form;
  return nullptr;
}
