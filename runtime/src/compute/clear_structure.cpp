// Constants and structural clear ops: checks, then the kernels that shares use too.
#include <cstring>

#include "compute/clear_ops.h"

namespace tacit::clear {

namespace {

using kernels::Element;

Element ElementOf(Kind kind) {
  switch (ElementBytes(kind)) {
    case 8:
      return Element::k64;
    case 4:
      return Element::k32;
    default:
      return Element::k8;
  }
}

// `data` holds all elements, or one that all share.
absl::StatusOr<Tensor> Constant(const Call& call) {
  Tensor out = Result(call);
  const std::vector<uint8_t>& data = call.instruction.data;
  const size_t one = ElementBytes(out.kind());
  if (data.size() == out.bytes()) {
    if (!data.empty()) std::memcpy(out.data<uint8_t>(), data.data(), data.size());
  } else if (data.size() == one) {
    for (int64_t i = 0; i < out.size(); ++i) std::memcpy(out.data<uint8_t>() + i * one, data.data(), one);
  } else {
    return Bad(call, "holds ", data.size(), " bytes, expected ", out.bytes());
  }
  if (out.kind() == Kind::kI1) {
    for (int64_t i = 0; i < out.size(); ++i) out.i1()[i] = out.i1()[i] != 0;
  }
  return out;
}

absl::StatusOr<Tensor> Reshape(const Call& call) {
  const Tensor& x = call.operand(0);
  TACIT_CHECK_OK(IsKind(call, 0, call.result.kind));
  if (x.size() != call.result.elements())
    return Bad(call, Describe(x), " has not as many elements as ", tacit::Describe(call.result.kind, call.result.shape));
  Tensor out = Result(call);
  kernels::Copy(ElementOf(x.kind()), x.size(), x.data<uint8_t>(), out.data<uint8_t>());
  return out;
}

absl::StatusOr<Tensor> Transpose(const Call& call) {
  const Tensor& x = call.operand(0);
  const std::vector<int64_t>& permutation = call.instruction.Ints("permutation");
  const size_t rank = x.shape().size();
  if (permutation.size() != rank) return Bad(call, "the permutation has ", permutation.size(), " entries for ", Describe(x));
  std::vector<bool> seen(rank, false);
  Shape shape;
  for (int64_t p : permutation) {
    if (p < 0 || p >= static_cast<int64_t>(rank) || seen[p]) return Bad(call, "not a permutation");
    seen[p] = true;
    shape.push_back(x.shape()[p]);
  }
  TACIT_CHECK_OK(ResultIs(call, x.kind(), shape));
  Tensor out = Result(call);
  kernels::Transpose(ElementOf(x.kind()), x.shape(), x.data<uint8_t>(), permutation, out.data<uint8_t>());
  return out;
}

absl::StatusOr<Tensor> Slice(const Call& call) {
  const Tensor& x = call.operand(0);
  const std::vector<int64_t>&offsets = call.instruction.Ints("offsets"), &strides = call.instruction.Ints("strides");
  const size_t rank = x.shape().size();
  TACIT_CHECK_OK(IsKind(call, 0, call.result.kind));
  if (offsets.size() != rank || strides.size() != rank || call.result.shape.size() != rank)
    return Bad(call, "offsets, strides and result must have the rank of ", Describe(x));
  for (size_t d = 0; d < rank; ++d) {
    const int64_t size = call.result.shape[d], along = x.shape()[d];
    if (size == 0) continue;
    const __int128 last = offsets[d] + static_cast<__int128>(size - 1) * strides[d];
    if (offsets[d] < 0 || offsets[d] >= along || last < 0 || last >= along) return Bad(call, "dimension ", d, " leaves ", Describe(x));
  }
  Tensor out = Result(call);
  if (out.size() > 0) kernels::Slice(ElementOf(x.kind()), x.shape(), x.data<uint8_t>(), offsets, strides, out.shape(), out.data<uint8_t>());
  return out;
}

absl::StatusOr<Tensor> Concat(const Call& call) {
  const int64_t axis = call.instruction.Int("axis", -1);
  const Shape& first = call.operand(0).shape();
  if (axis < 0 || axis >= static_cast<int64_t>(first.size())) return Bad(call, "axis ", axis, " of ", Describe(call.operand(0)));
  Shape shape = first;
  shape[axis] = 0;
  std::vector<Shape> shapes;
  std::vector<const void*> data;
  for (size_t i = 0; i < call.operands.size(); ++i) {
    const Tensor& x = call.operand(i);
    TACIT_CHECK_OK(IsKind(call, i, call.result.kind));
    bool fits = x.shape().size() == first.size();
    for (size_t d = 0; fits && d < first.size(); ++d) fits = static_cast<int64_t>(d) == axis || x.shape()[d] == first[d];
    if (!fits) return Bad(call, Describe(x), " does not continue ", Describe(call.operand(0)));
    shape[axis] += x.shape()[axis];
    shapes.push_back(x.shape());
    data.push_back(x.data<uint8_t>());
  }
  TACIT_CHECK_OK(ResultIs(call, call.operand(0).kind(), shape));
  Tensor out = Result(call);
  kernels::Concat(ElementOf(out.kind()), shapes, data, axis, out.data<uint8_t>());
  return out;
}

absl::StatusOr<Tensor> Broadcast(const Call& call) {
  const Tensor& x = call.operand(0);
  TACIT_CHECK_OK(IsKind(call, 0, call.result.kind));
  TACIT_CHECK_OK(Broadcasts(call, 0, call.result.shape));
  Tensor out = Result(call);
  kernels::Broadcast(ElementOf(x.kind()), x.shape(), x.data<uint8_t>(), out.shape(), out.data<uint8_t>());
  return out;
}

// Rows along an axis, at indices that must be in [-d, d).
absl::StatusOr<Tensor> GatherRows(const Call& call, const Tensor& x, size_t indices_operand, int64_t axis) {
  if (axis < 0 || axis >= static_cast<int64_t>(x.shape().size())) return Bad(call, "axis ", axis, " of ", Describe(x));
  const Tensor& places = call.operand(indices_operand);
  absl::StatusOr<std::vector<int64_t>> indices = Indices(call, indices_operand);
  if (!indices.ok()) return indices.status();
  const int64_t along = x.shape()[axis];
  for (size_t k = 0; k < indices->size(); ++k) {
    const int64_t i = (*indices)[k];
    if (i < -along || i >= along)
      return Bad(call, "the index at element ", k, " is outside the ", along, " rows of axis ", axis, " of ", Describe(x));
  }
  Shape shape(x.shape().begin(), x.shape().begin() + axis);
  shape.insert(shape.end(), places.shape().begin(), places.shape().end());
  shape.insert(shape.end(), x.shape().begin() + axis + 1, x.shape().end());
  TACIT_CHECK_OK(ResultIs(call, x.kind(), shape));
  Tensor out = Result(call);
  kernels::Gather(ElementOf(x.kind()), x.shape(), x.data<uint8_t>(), axis, indices->data(), static_cast<int64_t>(indices->size()),
                  out.data<uint8_t>());
  return out;
}

absl::StatusOr<Tensor> Gather(const Call& call) { return GatherRows(call, call.operand(0), 1, call.instruction.Int("axis")); }

absl::StatusOr<Tensor> Embedding(const Call& call) {
  if (call.operand(1).shape().size() != 2) return Bad(call, "the table must have two dimensions, not ", Describe(call.operand(1)));
  return GatherRows(call, call.operand(1), 0, 0);
}

// ONNX GatherND: the last dimension of the indices names a place in the input's dimensions after the batch ones.
absl::StatusOr<Tensor> GatherNd(const Call& call) {
  const Tensor &x = call.operand(0), &places = call.operand(1);
  const int64_t batch = call.instruction.Int("batch_dims");
  const auto rank = static_cast<int64_t>(x.shape().size()), places_rank = static_cast<int64_t>(places.shape().size());
  if (places_rank < 1 || batch < 0 || batch >= places_rank || batch > rank)
    return Bad(call, "batch_dims ", batch, " of ", Describe(x), " and ", Describe(places));
  const int64_t depth = places.shape().back();
  if (batch + depth > rank) return Bad(call, "indices of ", depth, " dimensions into ", Describe(x));
  for (int64_t d = 0; d < batch; ++d) {
    if (x.shape()[d] != places.shape()[d]) return Bad(call, "batch dimensions of ", Describe(x), " and ", Describe(places), " differ");
  }
  Shape shape(places.shape().begin(), places.shape().end() - 1);
  shape.insert(shape.end(), x.shape().begin() + batch + depth, x.shape().end());
  TACIT_CHECK_OK(ResultIs(call, x.kind(), shape));
  absl::StatusOr<std::vector<int64_t>> indices = Indices(call, 1);
  if (!indices.ok()) return indices.status();

  Tensor out = Result(call);
  if (out.size() == 0) return out;
  const Shape strides = kernels::Strides(x.shape());
  int64_t batches = 1, run = 1;
  for (int64_t d = 0; d < batch; ++d) batches *= x.shape()[d];
  for (int64_t d = batch + depth; d < rank; ++d) run *= x.shape()[d];
  const int64_t tuples = out.size() / (batches * run), batch_size = x.size() / batches;
  const size_t bytes = ElementBytes(x.kind());
  const int64_t* tuple = indices->data();
  for (int64_t b = 0, to = 0; b < batches; ++b) {
    for (int64_t t = 0; t < tuples; ++t, tuple += depth, to += run) {
      int64_t from = b * batch_size;
      for (int64_t d = 0; d < depth; ++d) {
        const int64_t along = x.shape()[batch + d], i = tuple[d];
        if (i < -along || i >= along) {
          return Bad(call, "the index at element ", tuple + d - indices->data(), " is outside dimension ", batch + d, " of ", Describe(x));
        }
        from += (i < 0 ? i + along : i) * strides[batch + d];
      }
      std::memcpy(out.data<uint8_t>() + to * bytes, x.data<uint8_t>() + from * bytes, run * bytes);
    }
  }
  return out;
}

absl::StatusOr<Tensor> OneHot(const Call& call) {
  const int64_t depth = call.instruction.Int("depth", -1);
  Shape shape = call.operand(0).shape();
  shape.push_back(depth);
  TACIT_CHECK_OK(ResultIs(call, Kind::kI1, shape));
  absl::StatusOr<std::vector<int64_t>> indices = Indices(call, 0);
  if (!indices.ok()) return indices.status();
  Tensor out = Result(call);
  for (size_t i = 0; i < indices->size(); ++i) {
    const int64_t v = (*indices)[i];
    if (v < 0 || v >= depth) return Bad(call, "the index at element ", i, " is outside [0, ", depth, ")");
    out.i1()[static_cast<int64_t>(i) * depth + v] = 1;
  }
  return out;
}

constexpr Op kOps[] = {
    {"mpc.constant", 0, 0, Constant}, {"mpc.reshape", 1, 1, Reshape},    {"mpc.transpose", 1, 1, Transpose},
    {"mpc.slice", 1, 1, Slice},       {"mpc.concat", 1, -1, Concat},     {"mpc.broadcast", 1, 1, Broadcast},
    {"mpc.gather", 2, 2, Gather},     {"mpc.gather_nd", 2, 2, GatherNd}, {"mpc.embedding", 2, 2, Embedding},
    {"mpc.one_hot", 1, 1, OneHot},
};

}  // namespace

absl::Span<const Op> StructureOps() { return kOps; }

absl::StatusOr<std::vector<int64_t>> Indices(const Call& call, size_t operand) {
  const Tensor& t = call.operand(operand);
  if (t.kind() == Kind::kI64) return std::vector<int64_t>(t.i64(), t.i64() + t.size());
  if (t.kind() == Kind::kI32) return std::vector<int64_t>(t.i32(), t.i32() + t.size());
  return Bad(call, "indices must be i64 or i32, not ", Describe(t));
}

}  // namespace tacit::clear
