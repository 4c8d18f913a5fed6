// Bundles: the input is manifest.json beside a program and weights that stay the same.
#include "tacit/bundle.h"
#include "support.h"

using namespace tacit;

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  const std::string from = std::string(TACIT_FUZZ_FOLDER) + "/bundle/";
  for (const char *name : {"program.mpcb", "cost.json", "inline.safetensors"})
    fuzz::WriteFile(fuzz::Folder() + "/" + name, fuzz::ReadFile(from + name));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::WriteFile(fuzz::Folder() + "/manifest.json", {reinterpret_cast<const char *>(data), size});
  absl::StatusOr<std::unique_ptr<Bundle>> bundle = Bundle::Open(fuzz::Folder());
  if (!bundle.ok())
    return 0;
  for (uint32_t i = 0; i <= (*bundle)->program().params.size(); ++i) {
    absl::StatusOr<Tensor> tensor = (*bundle)->LoadParam(i);
    fuzz::Require(!tensor.ok() || i < (*bundle)->program().params.size(), "there is no parameter past the last");
  }
  (void)ManifestText((*bundle)->program(), (*bundle)->manifest());
  return 0;
}
