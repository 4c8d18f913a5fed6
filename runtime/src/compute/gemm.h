// Matrix products on plain arrays with leading strides: the one blocked loop behind ring and f32 products.
#ifndef TACIT_SRC_COMPUTE_GEMM_H
#define TACIT_SRC_COMPUTE_GEMM_H

#include <cstdint>

#include "tacit/kernels.h"

namespace tacit::kernels {

// One factor: element (i, j) is data[i * row + j * column], less minus[..], plus plus[..] where those are there.
template <class T>
struct GemmFactor {
  const T* data;
  const T* minus;
  const T* plus;
  int64_t row, column;
};

template <class T>
struct GemmArgs {
  int64_t m, n, p;  // [m, n] x [n, p]
  GemmFactor<T> a, b;
  T* c;   // [m, p], rows of p
  int k;  // ring width; not read for float
  Update update;
};

// c (update) a b for f32: every element is a sum in the order of n, in blocks of 256, the same on every machine.
void GemmF32(const GemmArgs<float>& args);

}  // namespace tacit::kernels

#endif
