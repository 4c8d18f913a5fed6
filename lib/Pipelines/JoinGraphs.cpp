// Several graphs, one module: parameters are compared by the SHA-256 of their bytes, so that prefill and decode of one model hold its
// weights once, whatever the exporter called them.
#include "JoinGraphs.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Onnx/Onnx.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::mpc;

// Type and digest of elements as a parameter stores them.
static std::string contentKey(Type type, ArrayRef<uint8_t> bytes) {
  std::string key;
  llvm::raw_string_ostream(key) << type << " " << llvm::toHex(llvm::SHA256::hash(bytes));
  return key;
}

// Names the file of a parameter in the joined module and notes where it is. Two files of one name in different folders get two names.
LogicalResult GraphJoiner::placeFile(ParamOp param, const ImportedGraph &graph) {
  std::string name = param.getFile().str();
  SmallString<256> path(name == graph.inlineFile ? staging : graph.folder);
  llvm::sys::path::append(path, name);
  llvm::sys::path::remove_dots(path);
  auto [at, fresh] = files.try_emplace(name, path.str().str());
  if (fresh || at->second == path)
    return success();
  std::string renamed = graph.entry + "/" + name;
  auto [other, added] = files.try_emplace(renamed, path.str().str());
  if (!added && other->second != path)
    return param.emitError() << "the file name '" << renamed << "' stands for two files; name the entry differently";
  param.setFile(renamed);
  return success();
}

FailureOr<std::string> GraphJoiner::contentOf(ParamOp param) {
  auto bytes = llvm::MemoryBuffer::getFileSlice(files[param.getFile().str()], static_cast<uint64_t>(param.getLength()),
                                                static_cast<uint64_t>(param.getOffset()));
  if (!bytes)
    return param.emitError() << "cannot read the bytes of '" << param.getSymName() << "' in '" << param.getFile()
                             << "': " << bytes.getError().message();
  StringRef data = (*bytes)->getBuffer();
  return contentKey(param.getType(), ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), data.size()));
}

// What one graph keeps secret, another must not state in the program: both are of one owner, and P0, P1 and P2 read the program.
LogicalResult GraphJoiner::checkConstants(const ImportedGraph &graph) {
  LogicalResult result = success();
  ModuleOp module = *graph.module;
  module.walk([&](mlir::onnx::ConstantOp constant) {
    auto value = llvm::dyn_cast<DenseElementsAttr>(constant.getValue());
    // Zeros and ones are in every model: that they are the elements of a weight too says nothing of it.
    if (!value || !value.getElementType().isF32() || value.isSplat())
      return;
    std::vector<uint8_t> bytes(static_cast<size_t>(value.getNumElements()) * 4);
    for (auto [i, element] : llvm::enumerate(value.getValues<float>()))
      llvm::support::endian::write32le(bytes.data() + 4 * i, llvm::bit_cast<uint32_t>(element));
    constantOf.try_emplace(contentKey(value.getType(), bytes), graph.entry);
  });
  for (const auto &constant : constantOf) {
    auto weight = weightOf.find(constant.getKey());
    if (weight != weightOf.end() && succeeded(result))
      result = module.emitError() << "a tensor is a weight in '" << weight->second << "' and a public constant in '" << constant.getValue()
                                  << "', whose program would show it; compile the graphs into bundles of their own";
  }
  return result;
}

// Parameters that the joined module has already are taken from it, the others move into it.
LogicalResult GraphJoiner::joinParams(ImportedGraph &graph) {
  ModuleOp module = *graph.module;
  SymbolTable taken(*joined);
  llvm::StringSet<> own; // names of this graph's symbols
  for (Operation &op : *module.getBody())
    if (auto symbol = llvm::dyn_cast<SymbolOpInterface>(op))
      own.insert(symbol.getName());
  llvm::DenseMap<StringAttr, StringAttr> renamed;
  for (ParamOp param : llvm::make_early_inc_range(module.getOps<ParamOp>())) {
    FailureOr<std::string> content = contentOf(param);
    if (failed(content))
      return failure();
    weightOf.try_emplace(*content, graph.entry);
    auto [at, fresh] = paramOf.try_emplace(*content, param.getSymNameAttr());
    StringAttr old = param.getSymNameAttr();
    if (!fresh) {
      renamed[old] = at->second;
      param.erase();
      continue;
    }
    if (taken.lookup(old)) {
      std::string name = graph.entry + "." + old.str();
      while (taken.lookup(name) || own.contains(name))
        name += "_";
      renamed[old] = StringAttr::get(module.getContext(), name);
      param.setSymName(name);
      at->second = renamed[old];
    }
    param->remove();
    joined->push_back(param);
    taken.insert(param);
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](FlatSymbolRefAttr reference) -> std::optional<Attribute> {
    auto found = renamed.find(reference.getAttr());
    return found == renamed.end() ? Attribute(reference) : FlatSymbolRefAttr::get(found->second);
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true);
  return success();
}

LogicalResult GraphJoiner::add(ImportedGraph &graph) {
  for (ParamOp param : graph.module->getOps<ParamOp>())
    if (failed(placeFile(param, graph)))
      return failure();
  if (!several) {
    joined = std::move(graph.module);
    return success();
  }
  if (!joined) {
    joined = ModuleOp::create(graph.module->getLoc());
    joined->getOperation()->setAttrs(graph.module->getOperation()->getAttrDictionary());
  } else {
    inlineFiles.push_back(graph.inlineFile);
  }
  SymbolTable taken(*joined);
  if (taken.lookup(graph.entry))
    if (auto param = llvm::dyn_cast<ParamOp>(taken.lookup(graph.entry))) {
      // An earlier weight has the name of this entry.
      StringAttr old = param.getSymNameAttr();
      StringAttr fresh = StringAttr::get(param.getContext(), old.getValue() + "_");
      while (taken.lookup(fresh))
        fresh = StringAttr::get(param.getContext(), fresh.getValue() + "_");
      if (failed(SymbolTable::replaceAllSymbolUses(param, fresh, joined->getOperation())))
        return param.emitError() << "'" << old.getValue() << "' has the name of an entry; name the entry differently";
      param.setSymNameAttr(fresh);
      for (auto &content : paramOf)
        if (content.getValue() == old)
          content.getValue() = fresh;
    }
  if (failed(joinParams(graph)) || failed(checkConstants(graph)))
    return failure();
  for (func::FuncOp function : llvm::make_early_inc_range(graph.module->getOps<func::FuncOp>())) {
    function->remove();
    joined->push_back(function);
  }
  return success();
}

// The inline file with the parameters that are left in it alone; no file where none is.
LogicalResult GraphJoiner::compact(const std::string &inlineFile) {
  std::vector<ParamOp> params;
  for (ParamOp param : joined->getOps<ParamOp>())
    if (param.getFile() == inlineFile)
      params.push_back(param);
  SmallString<256> path(staging);
  llvm::sys::path::append(path, inlineFile);
  if (!llvm::sys::fs::exists(path))
    return success();
  if (params.empty()) {
    llvm::sys::fs::remove(path);
    files.erase(inlineFile);
    return success();
  }
  auto old = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!old)
    return joined->emitError() << "cannot read " << path << ": " << old.getError().message();
  std::string header;
  llvm::raw_string_ostream stream(header);
  llvm::json::OStream json(stream);
  int64_t at = 0;
  json.object([&] {
    for (ParamOp param : params) {
      auto type = llvm::cast<RankedTensorType>(param.getType());
      Type element = type.getElementType();
      json.attributeObject(llvm::json::fixUTF8(param.getSymName()), [&] {
        json.attribute("dtype", element.isF32() ? "F32" : element.isInteger(64) ? "I64" : element.isInteger(32) ? "I32" : "BOOL");
        json.attributeArray("shape", [&] {
          for (int64_t dim : type.getShape())
            json.value(dim);
        });
        json.attributeArray("data_offsets", [&] {
          json.value(at);
          json.value(at + static_cast<int64_t>(param.getLength()));
        });
      });
      at += static_cast<int64_t>(param.getLength());
    }
  });
  stream.flush();
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string bytes(8, '\0');
  llvm::support::endian::write64le(bytes.data(), header.size());
  bytes += header;
  for (ParamOp param : params) {
    StringRef data = (*old)->getBuffer().substr(param.getOffset(), param.getLength());
    param.setOffset(static_cast<int64_t>(bytes.size()));
    bytes.append(data.begin(), data.end());
  }
  SmallString<256> partial(path);
  partial += ".partial";
  std::error_code error;
  {
    llvm::raw_fd_ostream out(partial, error);
    if (!error) {
      out << bytes;
      out.close();
      error = out.error();
      out.clear_error();
    }
  }
  if (!error)
    error = llvm::sys::fs::rename(partial, path);
  if (error)
    return joined->emitError() << "cannot write " << path << ": " << error.message();
  return success();
}

FailureOr<OwningOpRef<ModuleOp>> GraphJoiner::finish() {
  for (const std::string &inlineFile : inlineFiles)
    if (failed(compact(inlineFile)))
      return failure();
  return std::move(joined);
}
