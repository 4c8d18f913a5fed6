// Importing the graphs of a bundle: which options are whose, and the shapes that cases give.
#include "mpc/Pipelines/Graphs.h"
#include "JoinGraphs.h"
#include "mlir/IR/Verifier.h"
#include "mpc/Import/Import.h"
#include "tacit/case.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::mpc;

static LogicalResult fail(MLIRContext &context, const llvm::Twine &text) { return emitError(UnknownLoc::get(&context)) << text; }

// Shapes of the inputs in a case, an archive or a folder of numbered files; "in:NAME" and "NAME" alike.
static LogicalResult readShapes(const std::string &path, MLIRContext &context, ArrayRef<std::string> inputs, ArrayRef<std::string> outputs,
                                std::map<std::string, std::vector<int64_t>> &shapes) {
  tacit::Entry names; // ReadCase asks for the ports' names alone
  for (const std::string &input : inputs)
    names.inputs.push_back({input, "client"});
  for (const std::string &output : outputs)
    names.outputs.push_back({output, "client"});
  absl::StatusOr<tacit::NamedTensors> tensors = tacit::ReadCase(path, names);
  if (!tensors.ok()) {
    std::string message(tensors.status().message());
    return fail(context, "--calibrate: " + (StringRef(message).contains(path) ? message : path + ": " + message));
  }
  for (const auto &[key, tensor] : *tensors) {
    StringRef name(key);
    if (name.consume_front("in:") || !name.contains(':'))
      shapes[name.str()] = tensor.shape();
  }
  return success();
}

// Reads every case of a graph: the first gives the shapes, the others must be readable.
static LogicalResult readCases(const std::vector<std::string> &cases, MLIRContext &context, ArrayRef<std::string> inputs,
                               ArrayRef<std::string> outputs, std::map<std::string, std::vector<int64_t>> &shapes) {
  for (const auto &[i, path] : llvm::enumerate(cases)) {
    std::map<std::string, std::vector<int64_t>> found;
    if (failed(readShapes(path, context, inputs, outputs, found)))
      return failure();
    if (i == 0)
      shapes = std::move(found);
  }
  return success();
}

// The part of an option that is for this entry: all of it where it names none.
static std::optional<std::string> partFor(StringRef text, StringRef separator, const GraphSource &graph, ArrayRef<GraphSource> graphs) {
  auto [entry, rest] = text.split(separator);
  bool named = text.contains(separator) && llvm::any_of(graphs, [&, &entry = entry](const GraphSource &g) { return g.entry == entry; });
  if (!named)
    return text.str();
  return entry == graph.entry ? std::optional<std::string>(rest.str()) : std::nullopt;
}

OwningOpRef<ModuleOp> mlir::mpc::importGraphs(const CompileOptions &options, MLIRContext &context, StringRef staging, WeightFiles &files) {
  bool several = options.graphs.size() > 1;
  std::set<std::string> used; // names of dimensions and inputs that some graph has
  GraphJoiner joiner(staging, files, several);
  for (const auto &[i, graph] : llvm::enumerate(options.graphs)) {
    SmallString<256> folder(llvm::sys::path::parent_path(graph.path));
    if (folder.empty())
      folder = ".";
    // A manifest names files without "..", which a reader would have to trust.
    SmallString<256> real;
    if (std::error_code error = llvm::sys::fs::real_path(folder, real))
      return (void)fail(context, graph.path + ": cannot resolve its folder: " + error.message()), nullptr;
    folder = real;

    ImportOptions import;
    import.inlineDir = staging.str();
    if (i > 0)
      import.inlineFile = "inline-" + graph.entry + ".safetensors";
    import.entry = graph.entry;
    import.maxLength = options.maxLength;
    import.publicInputs = options.publicInputs;
    import.secretInputs = options.secretInputs;
    for (const auto &[name, size] : options.bindings)
      if (std::optional<std::string> part = partFor(name, ":", graph, options.graphs))
        import.bindings[*part] = size;
    std::vector<std::string> cases;
    for (const std::string &path : options.calibration)
      if (std::optional<std::string> part = partFor(path, "=", graph, options.graphs))
        cases.push_back(*part);
    if (!cases.empty())
      import.readCase = [&](ArrayRef<std::string> inputs, ArrayRef<std::string> outputs,
                            std::map<std::string, std::vector<int64_t>> & shapes) {
        return readCases(cases, context, inputs, outputs, shapes);
  };
  std::set<std::string> known; // of `used`, what this graph has
  if (several)
    import.usedNames = &known;
  ImportedGraph imported{graph.entry, folder.str().str(), import.inlineFile, importOnnx(graph.path, &context, import)};
  if (!imported.module || failed(joiner.add(imported)))
    return nullptr;
  for (const auto &[name, size] : import.bindings)
    if (several && !known.count(name) && options.bindings.count(graph.entry + ":" + name))
      return (void)fail(context, "--bind " + graph.entry + ":" + name + ": that graph has no dimension of that name"), nullptr;
  used.merge(known);
}

std::vector<std::string> asked = options.publicInputs;
asked.insert(asked.end(), options.secretInputs.begin(), options.secretInputs.end());
for (const auto &[name, size] : options.bindings)
  asked.push_back(StringRef(name).contains(':') ? StringRef(name).split(':').second.str() : name);
for (const std::string &name : asked)
  if (several && !used.count(name))
    return (void)fail(context, "'" + name + "' is no dimension or input of any of the graphs"), nullptr;

FailureOr<OwningOpRef<ModuleOp>> joined = joiner.finish();
if (failed(joined) || failed(verify(**joined)))
  return nullptr;
return std::move(*joined);
}
