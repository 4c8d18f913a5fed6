// Structure: every function is a copy from strided places, for elements of 1, 4 and 8 bytes and for packed bits.
#include <algorithm>
#include <cstring>

#include "tacit/kernels.h"

namespace tacit::kernels {

namespace {

size_t BytesOf(Element e) { return e == Element::k64 ? 8 : e == Element::k32 ? 4 : 1; }

// A walk over a C-order result: where each of its runs lies in the input.
struct Walk {
  std::vector<int64_t> size, step;  // merged dimensions, the last is the run
  int64_t runs = 1;

  Walk(const Shape& shape, const Shape& stride) {
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 1) continue;
      if (!size.empty() && step.back() == stride[d] * shape[d]) {
        size.back() *= shape[d];
        step.back() = stride[d];
      } else {
        size.push_back(shape[d]);
        step.push_back(stride[d]);
      }
    }
    if (size.empty()) {
      size.push_back(1);
      step.push_back(1);
    }
    for (size_t d = 0; d + 1 < size.size(); ++d) runs *= size[d];
  }

  // Calls f(input offset of the run) in the result's order. `skip` names a dimension that f handles itself.
  template <class F>
  void ForEach(int64_t offset, F f, int skip = -1) const {
    std::vector<int64_t> index(size.size(), 0);
    int64_t count = runs;
    if (skip >= 0) count /= size[skip];
    for (int64_t r = 0; r < count; ++r) {
      f(offset, index);
      for (int d = static_cast<int>(size.size()) - 2; d >= 0; --d) {
        if (d == skip) continue;
        offset += step[d];
        if (++index[d] < size[d]) break;
        offset -= step[d] * size[d];
        index[d] = 0;
      }
    }
  }
};

template <class T>
void CopyWalk(const Walk& walk, const T* in, int64_t offset, T* out) {
  const int64_t run = walk.size.back(), step = walk.step.back();
  const int last = static_cast<int>(walk.size.size()) - 1;
  // Where an outer dimension is the input's inner one (a transpose), both are walked in tiles, so that lines are used whole.
  int other = -1;
  if (step > 1) {
    for (int d = 0; d < last; ++d) {
      if (walk.step[d] == 1) other = d;
    }
  }
  if (other >= 0) {
    std::vector<int64_t> place(walk.size.size(), 1);  // strides of the result
    for (int d = last - 1; d >= 0; --d) place[d] = place[d + 1] * walk.size[d + 1];
    const int64_t rows = walk.size[other], row_place = place[other];
    walk.ForEach(
        offset,
        [&](int64_t at, const std::vector<int64_t>& index) {
          int64_t to = 0;
          for (int d = 0; d < last; ++d) to += d == other ? 0 : index[d] * place[d];
          constexpr int64_t kTile = 16;
          for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
            for (int64_t j0 = 0; j0 < run; j0 += kTile) {
              const int64_t i1 = std::min(rows, i0 + kTile), j1 = std::min(run, j0 + kTile);
              for (int64_t i = i0; i < i1; ++i) {
                for (int64_t j = j0; j < j1; ++j) out[to + i * row_place + j] = in[at + i + j * step];
              }
            }
          }
        },
        other);
    return;
  }
  walk.ForEach(offset, [&](int64_t at, const std::vector<int64_t>&) {
    const T* from = in + at;
    if (step == 1) {
      if (run < 8) {
        for (int64_t i = 0; i < run; ++i) out[i] = from[i];
      } else {
        std::memcpy(out, from, run * sizeof(T));
      }
    } else if (step == 0) {
      std::fill(out, out + run, *from);
    } else {
      for (int64_t i = 0; i < run; ++i) out[i] = from[i * step];
    }
    out += run;
  });
}

void CopyWalkBits(const Walk& walk, const Word* in, int64_t offset, Word* out) {
  const int64_t run = walk.size.back(), step = walk.step.back();
  const auto bit = [in](int64_t at) { return (in[at / 64] >> (at % 64)) & 1; };
  int64_t to = 0;
  walk.ForEach(offset, [&](int64_t at, const std::vector<int64_t>&) {
    if (step == 1) {
      CopyBits(in, at, out, to, run);
      to += run;
      return;
    }
    for (int64_t i = 0; i < run;) {
      const int64_t shift = to % 64, count = std::min<int64_t>(run - i, 64 - shift);
      const Word mask = LowMask(static_cast<int>(count)) << shift;
      Word word = 0;
      if (step == 0) {
        word = bit(at) != 0 ? mask : 0;
      } else {
        for (int64_t j = 0; j < count; ++j) word |= bit(at + (i + j) * step) << (shift + j);
      }
      out[to / 64] = (out[to / 64] & ~mask) | word;
      i += count;
      to += count;
    }
  });
}

// Bits past the end are 0; whatever the array held before.
void ClearTail(Element e, int64_t n, void* out) {
  if (e == Element::kBit && n % 64 != 0) static_cast<Word*>(out)[n / 64] = 0;
}

void CopyStrided(Element e, const Shape& shape, const Shape& stride, int64_t offset, const void* in, void* out) {
  const int64_t n = Elements(shape);
  if (n == 0) return;
  ClearTail(e, n, out);
  const Walk walk(shape, stride);
  switch (e) {
    case Element::kBit:
      return CopyWalkBits(walk, static_cast<const Word*>(in), offset, static_cast<Word*>(out));
    case Element::k8:
      return CopyWalk(walk, static_cast<const uint8_t*>(in), offset, static_cast<uint8_t*>(out));
    case Element::k32:
      return CopyWalk(walk, static_cast<const uint32_t*>(in), offset, static_cast<uint32_t*>(out));
    case Element::k64:
      return CopyWalk(walk, static_cast<const uint64_t*>(in), offset, static_cast<uint64_t*>(out));
  }
}

// n elements from one place to another.
void CopyRun(Element e, const void* in, int64_t from, void* out, int64_t to, int64_t n) {
  if (e == Element::kBit) {
    CopyBits(static_cast<const Word*>(in), from, static_cast<Word*>(out), to, n);
  } else if (n > 0) {
    const size_t bytes = BytesOf(e);
    std::memcpy(static_cast<uint8_t*>(out) + to * bytes, static_cast<const uint8_t*>(in) + from * bytes, n * bytes);
  }
}

int64_t Product(const Shape& shape, size_t begin, size_t end) {
  int64_t n = 1;
  for (size_t d = begin; d < end; ++d) n *= shape[d];
  return n;
}

}  // namespace

size_t StorageBytes(Element e, int64_t n) { return e == Element::kBit ? BitWords(n) * sizeof(Word) : n * BytesOf(e); }

void Copy(Element e, int64_t n, const void* in, void* out) {
  if (n > 0) std::memcpy(out, in, StorageBytes(e, n));
}

void Transpose(Element e, const Shape& in_shape, const void* in, absl::Span<const int64_t> permutation, void* out) {
  const Shape own = Strides(in_shape);
  Shape shape(in_shape.size()), stride(in_shape.size());
  for (size_t d = 0; d < in_shape.size(); ++d) {
    shape[d] = in_shape[permutation[d]];
    stride[d] = own[permutation[d]];
  }
  CopyStrided(e, shape, stride, 0, in, out);
}

void Slice(Element e, const Shape& in_shape, const void* in, absl::Span<const int64_t> offsets, absl::Span<const int64_t> strides,
           const Shape& out_shape, void* out) {
  Shape stride = Strides(in_shape);
  int64_t offset = 0;
  for (size_t d = 0; d < in_shape.size(); ++d) {
    offset += offsets[d] * stride[d];
    stride[d] *= strides[d];
  }
  CopyStrided(e, out_shape, stride, offset, in, out);
}

void Concat(Element e, absl::Span<const Shape> in_shapes, absl::Span<const void* const> ins, int64_t axis, void* out) {
  if (in_shapes.empty()) return;
  const Shape& first = in_shapes[0];
  const int64_t outer = Product(first, 0, axis), inner = Product(first, axis + 1, first.size());
  int64_t along = 0;
  for (const Shape& s : in_shapes) along += s[axis];
  ClearTail(e, outer * along * inner, out);
  int64_t to = 0;
  for (int64_t o = 0; o < outer; ++o) {
    for (size_t j = 0; j < ins.size(); ++j) {
      const int64_t run = in_shapes[j][axis] * inner;
      CopyRun(e, ins[j], o * run, out, to, run);
      to += run;
    }
  }
}

void Broadcast(Element e, const Shape& in_shape, const void* in, const Shape& out_shape, void* out) {
  const Shape own = Strides(in_shape);
  Shape stride(out_shape.size(), 0);
  const size_t added = out_shape.size() - in_shape.size();
  for (size_t d = 0; d < in_shape.size(); ++d) stride[added + d] = in_shape[d] == 1 ? 0 : own[d];
  CopyStrided(e, out_shape, stride, 0, in, out);
}

void Gather(Element e, const Shape& in_shape, const void* in, int64_t axis, const int64_t* indices, int64_t count, void* out) {
  const int64_t outer = Product(in_shape, 0, axis), along = in_shape[axis], inner = Product(in_shape, axis + 1, in_shape.size());
  ClearTail(e, outer * count * inner, out);
  int64_t to = 0;
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t j = 0; j < count; ++j, to += inner) {
      const int64_t index = indices[j] < 0 ? indices[j] + along : indices[j];
      CopyRun(e, in, (o * along + index) * inner, out, to, inner);
    }
  }
}

}  // namespace tacit::kernels
