// safetensors: 8 bytes of header length, a JSON header padded to 8 bytes, the elements.
#include "InlineFile.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace mlir;
using namespace mlir::mpc;

static StringRef dtypeOf(Type element) {
  if (element.isF32())
    return "F32";
  if (element.isInteger(64))
    return "I64";
  return element.isInteger(32) ? "I32" : "BOOL";
}

LogicalResult InlineFile::write(StringRef folder, StringRef name, TensorReader &reader, std::string &error) {
  std::string header;
  llvm::raw_string_ostream stream(header);
  int64_t at = 0;
  std::vector<int64_t> offsets;
  llvm::json::OStream json(stream);
  json.object([&] {
    for (Entry &entry : entries) {
      json.attributeObject(llvm::json::fixUTF8(entry.param.getSymName()), [&] {
        json.attribute("dtype", dtypeOf(llvm::cast<RankedTensorType>(entry.param.getType()).getElementType()));
        json.attributeArray("shape", [&] {
          for (int64_t dim : entry.data.shape)
            json.value(dim);
        });
        json.attributeArray("data_offsets", [&] {
          json.value(at);
          json.value(at + static_cast<int64_t>(entry.param.getLength()));
        });
      });
      offsets.push_back(at);
      at += static_cast<int64_t>(entry.param.getLength());
    }
  });
  stream.flush();
  header.resize((header.size() + 7) / 8 * 8, ' ');

  if (std::error_code code = llvm::sys::fs::create_directories(folder)) {
    error = "the folder '" + folder.str() + "' cannot be made: " + code.message();
    return failure();
  }
  SmallString<256> path(folder), partial;
  llvm::sys::path::append(path, name);
  partial = path;
  partial += (".partial-" + llvm::Twine(::getpid())).str();
  auto removePartial = llvm::make_scope_exit([&] { llvm::sys::fs::remove(partial); });
  std::error_code code;
  {
    llvm::raw_fd_ostream out(partial, code);
    if (!code) {
      char length[8];
      llvm::support::endian::write64le(length, header.size());
      out.write(length, 8);
      out << header;
      for (Entry &entry : entries) {
        FailureOr<std::vector<char>> bytes = reader.readStored(entry.data, error);
        if (failed(bytes)) {
          error = "tensor '" + entry.param.getSymName().str() + "': " + error;
          return failure();
        }
        out.write(bytes->data(), bytes->size());
      }
      out.close();
      code = out.error();
      out.clear_error();
    }
  }
  if (!code)
    code = llvm::sys::fs::rename(partial, path);
  if (code) {
    error = "'" + path.str().str() + "' cannot be written: " + code.message();
    return failure();
  }
  removePartial.release();
  for (auto [entry, offset] : llvm::zip_equal(entries, offsets))
    entry.param.setOffset(offset + 8 + static_cast<int64_t>(header.size()));
  return success();
}
