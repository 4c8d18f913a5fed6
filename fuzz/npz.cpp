// Archives of cases: what is read is written and read again, with the same result.
#include "tacit/npz.h"
#include "support.h"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::AnonymousFile file({reinterpret_cast<const char *>(data), size});
  absl::StatusOr<NamedTensors> tensors = ReadNpz(file.path);
  if (!tensors.ok() || tensors->empty())
    return 0;
  // Names that an archive cannot hold twice, or at all, are the writer's to refuse.
  const std::string copy = fuzz::Folder() + "/copy.npz";
  if (!WriteNpz(copy, *tensors).ok())
    return 0;
  absl::StatusOr<NamedTensors> again = ReadNpz(copy);
  fuzz::Require(again.ok() && again->size() == tensors->size(), "a written archive can be read");
  for (size_t i = 0; i < again->size(); ++i) {
    const Tensor &before = (*tensors)[i].second, &after = (*again)[i].second;
    fuzz::Require(before.kind() == after.kind() && before.shape() == after.shape() &&
                      std::memcmp(before.data<char>(), after.data<char>(), before.bytes()) == 0,
                  "a written array reads as it was");
  }
  return 0;
}
