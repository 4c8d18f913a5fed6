// Reshape, transpose, slice, concat, broadcast, gather on shares: the same move of m and of each half of the mask, of words or of packed
// bits.
#include "absl/strings/str_cat.h"
#include "party/gate_functions.h"

namespace tacit::gates {

namespace {

// The public indices of a gather, each in [-d, d).
absl::StatusOr<std::vector<int64_t>> Indices(const Tensor& tensor, int64_t d) {
  std::vector<int64_t> indices(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i) {
    indices[i] = tensor.kind() == Kind::kI64 ? tensor.i64()[i] : tensor.i32()[i];
    if (indices[i] < -d || indices[i] >= d)
      return absl::InvalidArgumentError(absl::StrCat("index ", indices[i], " at element ", i, " is not in a dimension of ", d));
  }
  return indices;
}

}  // namespace

template <Role R>
absl::Status Structural(GateIo&, const GateCall& call, Held* out) {
  const Instruction& instruction = *call.instruction;
  const Type& r = *call.result_type;
  if (IsHelper(R) && IsAdditive(r.kind)) return absl::OkStatus();
  const std::string& op = instruction.op;
  const Held& x = *call.values[0];
  if (op == "mpc.reshape") {
    *out = x;
    return absl::OkStatus();
  }
  const Element e = ElementOf(r.kind);
  const Shape& shape = ShapeOf(call, 0);
  std::vector<int64_t> indices;
  if (op == "mpc.gather") {
    absl::StatusOr<std::vector<int64_t>> checked = Indices(call.values[1]->clear, shape[instruction.Int("axis")]);
    if (!checked.ok()) return checked.status();
    indices = *std::move(checked);
  }
  const auto move = [&](Array Held::*part) {
    Words z(StorageWords(r));
    const void* in = (x.*part)->data();
    if (op == "mpc.transpose") {
      kernels::Transpose(e, shape, in, instruction.Ints("permutation"), z.data());
    } else if (op == "mpc.slice") {
      kernels::Slice(e, shape, in, instruction.Ints("offsets"), instruction.Ints("strides"), r.shape, z.data());
    } else if (op == "mpc.broadcast") {
      kernels::Broadcast(e, shape, in, r.shape, z.data());
    } else if (op == "mpc.gather") {
      kernels::Gather(e, shape, in, instruction.Int("axis"), indices.data(), indices.size(), z.data());
    } else {
      std::vector<Shape> shapes;
      std::vector<const void*> ins;
      for (size_t i = 0; i < call.values.size(); ++i) {
        shapes.push_back(ShapeOf(call, i));
        ins.push_back((call.values[i]->*part)->data());
      }
      kernels::Concat(e, shapes, ins, instruction.Int("axis"), z.data());
    }
    out->*part = Keep(std::move(z));
  };
  move(&Held::a);
  if (IsMasked(r.kind)) move(&Held::b);
  return absl::OkStatus();
}

TACIT_GATE_ROLES(Structural)

}  // namespace tacit::gates
