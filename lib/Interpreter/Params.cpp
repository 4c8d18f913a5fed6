// Parameters from side files: the bytes that an mpc.param names.
#include "absl/strings/str_cat.h"
#include "mpc/Interpreter/Interpreter.h"
#include "mpc/Support/Attributes.h"

#include <filesystem>
#include <fstream>

using namespace mlir;
using namespace mlir::mpc;

// mpc.param's verifier refuses such names; a module that was not verified must not get past here either.
static bool staysInside(const std::filesystem::path &file) {
  if (file.empty() || file.is_absolute())
    return false;
  return llvm::none_of(file, [](const std::filesystem::path &part) { return part == ".."; });
}

static absl::StatusOr<tacit::Tensor> loadParam(ParamOp param, const std::vector<std::string> &folders) {
  std::string file = param.getFile().str(), name = param.getSymName().str();
  auto type = toProgramType(param.getType());
  if (failed(type) || !tacit::IsClear(type->kind))
    return absl::InvalidArgumentError(absl::StrCat("parameter '", name, "' is not of a plain type"));
  if (!staysInside(file))
    return absl::InvalidArgumentError(absl::StrCat("parameter '", name, "' lies outside the model's folder: ", file));
  tacit::Tensor tensor(type->kind, type->shape);
  if (static_cast<uint64_t>(param.getLength()) != tensor.bytes())
    return absl::InvalidArgumentError(
        absl::StrCat("parameter '", name, "' has a length of ", param.getLength(), " bytes, its type takes ", tensor.bytes()));
  for (const std::string &folder : folders) {
    std::filesystem::path path = std::filesystem::path(folder) / file;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
      continue;
    std::ifstream stream(path, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(param.getOffset()));
    stream.read(reinterpret_cast<char *>(tensor.data<uint8_t>()), static_cast<std::streamsize>(tensor.bytes()));
    if (!stream)
      return absl::InvalidArgumentError(absl::StrCat(path.string(), " is too short for parameter '", name, "'"));
    if (type->kind == tacit::Kind::kI1)
      for (int64_t i = 0; i < tensor.size(); ++i)
        tensor.i1()[i] = tensor.i1()[i] != 0;
    return tensor;
  }
  return absl::NotFoundError(absl::StrCat("no folder of parameters has ", file, ", which '", name, "' names"));
}

ParamLoader mlir::mpc::loadParamsFrom(std::vector<std::string> folders) {
  return [folders = std::move(folders)](ParamOp param) { return loadParam(param, folders); };
}
