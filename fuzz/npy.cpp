// Arrays of a case: the input is one .npy file, put into an archive whose checksums fit, so that the reader of arrays is reached.
#include "support.h"
#include "tacit/npz.h"

#include <zip.h>

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string path = fuzz::Folder() + "/array.npz";
  zip_t *zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  fuzz::Require(zip != nullptr, "an archive can be made");
  zip_source_t *source = zip_source_buffer(zip, data, size, 0);
  const int64_t index = zip_file_add(zip, "x.npy", source, 0);
  fuzz::Require(index >= 0 && zip_set_file_compression(zip, index, ZIP_CM_STORE, 0) == 0 && zip_close(zip) == 0, "an archive can be made");
  absl::StatusOr<NamedTensors> tensors = ReadNpz(path);
  if (tensors.ok())
    fuzz::Require(tensors->size() == 1 && (*tensors)[0].second.bytes() <= 8 * size, "an array is no larger than its file");
  return 0;
}
