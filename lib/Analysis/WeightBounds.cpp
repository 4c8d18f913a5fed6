// Weights against the bound that the formats rest on.
#include "mpc/Analysis/WeightBounds.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

// Where a file of this name may be.
using Places = llvm::function_ref<SmallVector<std::string>(StringRef)>;

static LogicalResult checkParam(WeightOp weight, ParamOp param, Places places, double bound) {
  for (const std::string &path : places(param.getFile())) {
    auto bytes = llvm::MemoryBuffer::getFileSlice(path, static_cast<uint64_t>(param.getLength()), static_cast<uint64_t>(param.getOffset()));
    if (!bytes)
      continue;
    StringRef data = (*bytes)->getBuffer();
    for (size_t at = 0; at + 4 <= data.size(); at += 4) {
      float x = llvm::bit_cast<float>(llvm::support::endian::read32le(data.data() + at));
      if (std::abs(x) < bound) // false for NaN
        continue;
      return weight.emitError() << "weight '" << param.getSymName() << "' holds " << x << " at element " << at / 4
                                << "; weights must be finite and below " << bound << " in magnitude (mpc-infer-ranges{weight-bound})";
    }
    return success();
  }
  return weight.emitError() << "no folder of weights has '" << param.getFile() << "' with the bytes of '" << param.getSymName() << "'";
}

static LogicalResult checkAll(Operation *root, Places places, double bound) {
  LogicalResult result = success();
  llvm::StringSet<> seen;
  root->walk([&](WeightOp weight) {
    auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(weight, weight.getParamAttr());
    if (!param || !seen.insert(param.getSymName()).second)
      return;
    auto type = llvm::dyn_cast<RankedTensorType>(param.getType());
    if (type && type.getElementType().isF32() && failed(checkParam(weight, param, places, bound)))
      result = failure();
  });
  return result;
}

LogicalResult mlir::mpc::checkWeightBounds(Operation *root, ArrayRef<std::string> folders, double bound) {
  auto places = [&](StringRef file) {
    SmallVector<std::string> paths;
    for (const std::string &folder : folders) {
      llvm::SmallString<256> path(folder);
      llvm::sys::path::append(path, file);
      paths.push_back(path.str().str());
    }
    return paths;
  };
  return checkAll(root, places, bound);
}

LogicalResult mlir::mpc::checkWeightBounds(Operation *root, const std::map<std::string, std::string> &files, double bound) {
  auto places = [&](StringRef file) {
    auto at = files.find(file.str());
    return at == files.end() ? SmallVector<std::string>() : SmallVector<std::string>{at->second};
  };
  return checkAll(root, places, bound);
}
