// Instruction sets that kernels are compiled for: the baseline, AVX2 and AVX-512 on x86, NEON on Arm. Included after HWY_TARGET_INCLUDE is
// set, once per target, as Highway's foreach_target wants it.
#ifndef HWY_DISABLED_TARGETS
// Between these there is nothing that a loop over words gains from; sizeless vectors cannot be in arrays.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// The function of an HWY_EXPORTed name for this processor.
#ifndef TACIT_CHOSEN
#define TACIT_CHOSEN(f) (&HWY_DYNAMIC_DISPATCH(f))
#endif
