// Bundles: emission, cost, manifest, and the move to the bundle's place.
#include "mpc/Pipelines/Bundle.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mpc/Analysis/Leakage.h"
#include "mpc/Target/Cost.h"
#include "mpc/Target/Program.h"
#include "tacit/bundle.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::mpc;

// Writes one file of the staged bundle.
static LogicalResult writeFile(ModuleOp module, const llvm::Twine &path, StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream file(path.str(), error);
  if (!error) {
    file << bytes;
    file.close();
    error = file.error();
  }
  if (error)
    return module.emitError() << "cannot write " << path << ": " << error.message();
  return success();
}

// Weight files by their names in the program, with digests. Files of the model are referred to where they are; the inline file moves with
// the bundle.
static LogicalResult describeFiles(ModuleOp module, const tacit::Program &program, const WeightFiles &files, StringRef staging,
                                   tacit::Manifest &manifest) {
  for (const tacit::Param &param : program.params) {
    if (manifest.files.count(param.file))
      continue;
    auto at = files.find(param.file);
    if (at == files.end())
      return module.emitError() << "nothing says where the file '" << param.file << "' of '" << param.name << "' is";
    absl::StatusOr<tacit::Digest> digest = tacit::FileDigest(at->second);
    if (!digest.ok())
      return module.emitError() << std::string(digest.status().message());
    bool moves = llvm::sys::path::parent_path(at->second) == staging;
    manifest.files[param.file] = {moves ? param.file : at->second, *digest};
  }
  return success();
}

// What the policy lets out: outputs by owner, and parameters that every party sees.
static void describePolicy(ModuleOp module, const CompileOptions &options, tacit::Manifest &manifest) {
  manifest.tool = "mpc-compile 0.1.0";
  manifest.weights = options.phases.secretWeights ? "secret" : "public";
  module.walk([&](share::InputOp input) {
    bool published = llvm::any_of(input.getResultTypes(), [](Type type) {
      Type element = llvm::cast<RankedTensorType>(type).getElementType();
      return element.isIntOrFloat() || llvm::isa<share::PublicType>(element);
    });
    if (!published)
      return;
    input.walk([&](WeightOp weight) { manifest.published.push_back(weight.getParam().str()); });
  });
  llvm::sort(manifest.published);
  manifest.published.erase(std::unique(manifest.published.begin(), manifest.published.end()), manifest.published.end());
}

static void printPolicy(const tacit::Manifest &manifest, llvm::raw_ostream &out) {
  out << "policy: weights " << manifest.weights;
  if (!manifest.published.empty())
    out << " but for " << llvm::join(manifest.published, ", ") << " (public structure)";
  out << "\n";
}

static void printCost(const std::vector<EntryCost> &entries, llvm::raw_ostream &out) {
  auto sum = [](const std::array<int64_t, 3> &parts) { return parts[0] + parts[1] + parts[2]; };
  for (const EntryCost &cost : entries)
    out << "cost of " << cost.entry << ": " << cost.onlineRounds << " rounds, online " << sum(cost.online) << " B, offline "
        << sum(cost.offline) << " B, input and results " << sum(cost.io) << " B, set-up " << cost.setup << " B\n";
}

// Puts the staged folder in the bundle's place.
static LogicalResult publish(ModuleOp module, StringRef staging, StringRef target) {
  SmallString<128> old;
  if (llvm::sys::fs::exists(target)) {
    bool empty = false;
    std::error_code error;
    if (llvm::sys::fs::is_directory(target))
      empty = llvm::sys::fs::directory_iterator(target, error) == llvm::sys::fs::directory_iterator();
    if (!empty && !llvm::sys::fs::exists(target + "/program.mpcb"))
      return module.emitError() << target << " exists and is not a bundle; name another folder with -o";
    old = (staging + ".old").str();
    if (std::error_code moved = llvm::sys::fs::rename(target, old))
      return module.emitError() << "cannot replace " << target << ": " << moved.message();
  }
  if (std::error_code error = llvm::sys::fs::rename(staging, target)) {
    if (!old.empty())
      (void)llvm::sys::fs::rename(old, target);
    return module.emitError() << "cannot move the bundle to " << target << ": " << error.message();
  }
  if (!old.empty())
    llvm::sys::fs::remove_directories(old, /*IgnoreErrors=*/true);
  return success();
}

LogicalResult mlir::mpc::writeBundle(ModuleOp module, const CompileOptions &options, const WeightFiles &files, StringRef staging,
                                     llvm::raw_ostream &out) {
  FailureOr<tacit::Program> program = emitProgram(module);
  if (failed(program))
    return failure();
  FailureOr<std::vector<EntryCost>> cost = computeCost(module);
  if (failed(cost))
    return failure();
  FailureOr<std::vector<Leakage>> leakage = analyzeLeakage(module);
  if (failed(leakage))
    return failure();
  std::string statement;
  llvm::raw_string_ostream statementStream(statement);
  printLeakageStatement(*leakage, statementStream);
  constexpr llvm::StringLiteral calibrated =
      "formats and thresholds show the magnitudes of weights and of what the calibration cases made of them, to a "
      "power of two";
  if (options.calibratedRanges)
    statementStream << "\n## Calibrated ranges\n\nThe program is public, and its " << calibrated << ".\n";
  std::string bytes = tacit::SerializeProgram(*program);
  // What is written is what a party will accept, and carries the digest.
  absl::StatusOr<tacit::Program> parsed = tacit::ParseProgram(bytes);
  if (!parsed.ok())
    return module.emitError() << "the program does not load: " << std::string(parsed.status().message());

  tacit::Manifest manifest;
  describePolicy(module, options, manifest);
  for (const tacit::Entry &entry : parsed->entries)
    for (const tacit::Port &port : entry.outputs)
      manifest.declassified.push_back((parsed->entries.size() > 1 ? entry.name + ": " : "") + "output " + port.name + ": opened to the " +
                                      (port.owner == "client" ? "data owner" : port.owner) + " alone");
  if (failed(describeFiles(module, *parsed, files, staging, manifest)))
    return failure();

  std::string costText = llvm::formatv("{0:2}\n", toJson(*cost));
  if (failed(writeFile(module, staging + "/program.mpcb", bytes)) || failed(writeFile(module, staging + "/cost.json", costText)) ||
      failed(writeFile(module, staging + "/leakage.md", statement)) ||
      failed(writeFile(module, staging + "/manifest.json", tacit::ManifestText(*parsed, manifest))))
    return failure();
  std::string target = options.bundle;
  while (target.size() > 1 && target.back() == '/')
    target.pop_back();
  if (failed(publish(module, staging, target)))
    return failure();
  if (!options.cost.empty() && failed(writeFile(module, options.cost, costText)))
    return failure();
  printPolicy(manifest, out);
  printLeakageSummary(*leakage, out);
  if (options.calibratedRanges)
    out << "  every party: " << calibrated << "\n";
  printCost(*cost, out);
  out << "wrote " << target << "\n";
  return success();
}
