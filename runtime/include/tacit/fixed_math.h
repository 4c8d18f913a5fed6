// Integer functions that the evaluators and P0 must agree on to the last bit: no floating point, tables made by integer
// arithmetic at start-up, the same on every machine (decisions, 5).
#ifndef TACIT_FIXED_MATH_H
#define TACIT_FIXED_MATH_H

#include <cstdint>

namespace tacit {

// round(cos(2 pi a / 2^64) * 2^bits) and sine alike, a the angle as a 64-bit fraction of the turn, bits <= 40. Off by at most 1
// unit of 2^-bits for bits <= 30, and by 2^-30 above.
int64_t FixedCos(uint64_t angle, int bits);
int64_t FixedSin(uint64_t angle, int bits);

// round(e^(-x * 2^-f) * 2^bits) for 0 <= x < 2^63, bits <= 62, f <= 40; relative error below 2^-40 or 1 unit, whichever is more.
int64_t FixedExp(uint64_t x, int f, int bits);

}  // namespace tacit

#endif
