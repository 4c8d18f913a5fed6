// Weights against the bound that the formats rest on.
#include "mpc/Analysis/WeightBounds.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace mlir::mpc;

static LogicalResult checkParam(WeightOp weight, ParamOp param, ArrayRef<std::string> folders, double bound) {
  for (const std::string &folder : folders) {
    llvm::SmallString<256> path(folder);
    llvm::sys::path::append(path, param.getFile());
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

LogicalResult mlir::mpc::checkWeightBounds(Operation *root, ArrayRef<std::string> folders, double bound) {
  LogicalResult result = success();
  llvm::StringSet<> seen;
  root->walk([&](WeightOp weight) {
    auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(weight, weight.getParamAttr());
    if (!param || !seen.insert(param.getSymName()).second)
      return;
    auto type = llvm::dyn_cast<RankedTensorType>(param.getType());
    if (type && type.getElementType().isF32() && failed(checkParam(weight, param, folders, bound)))
      result = failure();
  });
  return result;
}
