// External data: the input is a TensorProto; its location may name files of the folder, links, folders and files outside. Nothing from
// outside may be read, and what is read has the size that the shape says.
#include "../lib/Import/TensorData.h"
#include "support.h"

using namespace mlir;
using namespace mlir::mpc;
using tacit::fuzz::Folder;
using tacit::fuzz::Require;

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  google::protobuf::SetLogHandler(nullptr);
  const std::string in = Folder() + "/in";
  for (const std::string &folder : {in, in + "/sub", Folder() + "/out"})
    mkdir(folder.c_str(), 0700);
  // 'S' is secret: it is nowhere inside.
  tacit::fuzz::WriteFile(Folder() + "/secret", std::string(64, 'S'));
  tacit::fuzz::WriteFile(Folder() + "/out/w", std::string(64, 'S'));
  tacit::fuzz::WriteFile(in + "/w", std::string(64, '\1'));
  tacit::fuzz::WriteFile(in + "/sub/w", std::string(64, '\2'));
  bool made = symlink("../secret", (in + "/l").c_str()) == 0 && symlink("../out", (in + "/d").c_str()) == 0 &&
              symlink("w", (in + "/k").c_str()) == 0 && mkfifo((in + "/f").c_str(), 0600) == 0;
  Require(made, "links can be made");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ::onnx::TensorProto proto;
  if (!proto.ParseFromArray(data, static_cast<int>(size)))
    return 0;
  TensorReader reader(Folder() + "/in");
  std::string error;
  FailureOr<TensorData> tensor = reader.inspect(proto, error);
  Require(succeeded(tensor) || !error.empty(), "a tensor that is refused has a text");
  if (failed(tensor))
    return 0;
  FailureOr<std::vector<char>> raw = reader.readRaw(*tensor, error);
  Require(succeeded(raw) || !error.empty(), "a tensor that cannot be read has a text");
  if (failed(raw))
    return 0;
  Require(static_cast<int64_t>(raw->size()) == tensor->elements * tensor->element->bytes, "a tensor has the size of its shape");
  if (tensor->external())
    Require(llvm::none_of(*raw, [](char byte) { return byte == 'S'; }), "external data lies in the model's folder");
  FailureOr<std::vector<char>> stored = reader.readStored(*tensor, error);
  Require(succeeded(stored) || !error.empty(), "a tensor that cannot be stored has a text");
  MLIRContext context(MLIRContext::Threading::DISABLED);
  if (succeeded(raw))
    (void)makeElements(*tensor, *raw, &context);
  return 0;
}
