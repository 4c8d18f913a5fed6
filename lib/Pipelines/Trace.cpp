// --mpc-debug: an instrumentation that compares the IR before and after each pass. It reads what passes leave in the IR (ranges, formats,
// errors of approximations, rounds), so that passes need not know of it, and works in release builds.
#include "mpc/Pipelines/Trace.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mpc/Target/Origin.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <chrono>
#include <map>

using namespace mlir;
using namespace mlir::mpc;

namespace {

using Clock = std::chrono::steady_clock;
using Counts = std::map<std::string, int64_t>; // by op name

// The ops below an op, by the ONNX node that they come from.
struct Picture {
  llvm::MapVector<StringRef, Counts> nodes; // texts of attributes: they live as long as the context
  int64_t ops = 0;
};

Picture takePicture(Operation *root) {
  Picture picture;
  root->walk([&](Operation *op) {
    if (op == root || llvm::isa<func::FuncOp, ModuleOp, ParamOp>(op) || op->hasTrait<OpTrait::IsTerminator>())
      return;
    ++picture.nodes[getOrigin(op).name][op->getName().getStringRef().str()];
    ++picture.ops;
  });
  return picture;
}

// "-1 mpc.gelu, +2 mpc.below"; empty where nothing changed.
std::string difference(const Counts &before, const Counts &after) {
  std::string gone, come;
  for (const auto &[name, count] : before) {
    auto now = after.find(name);
    int64_t change = (now == after.end() ? 0 : now->second) - count;
    if (change < 0)
      gone += (gone.empty() ? "" : ", ") + std::to_string(change) + " " + name;
    if (change > 0)
      come += (come.empty() ? "" : ", ") + ("+" + std::to_string(change)) + " " + name;
  }
  for (const auto &[name, count] : after)
    if (!before.count(name))
      come += (come.empty() ? "" : ", ") + ("+" + std::to_string(count)) + " " + name;
  return gone + (gone.empty() || come.empty() ? "" : ", ") + come;
}

std::string label(Operation *op) {
  StringRef node = getOrigin(op).name;
  return "node '" + (node.empty() ? "-" : node.str()) + "': " + op->getName().getStringRef().str();
}

//===-- What some passes chose, and why -----------------------------------------------------------------------------===//

// Formats, by the interval that they rest on.
void describeFormats(Operation *root, llvm::raw_ostream &out) {
  root->walk([&](Operation *op) {
    if (op->getNumResults() != 1)
      return;
    auto tensor = llvm::dyn_cast<RankedTensorType>(op->getResult(0).getType());
    auto format = tensor ? llvm::dyn_cast<FxpType>(getPlainElementType(tensor.getElementType())) : FxpType();
    if (!format)
      return;
    out << "  " << label(op) << " rests in " << format.getWidth() << " bits, " << format.getFraction() << " of them fractional";
    if (auto range = op->getAttrOfType<DenseF64ArrayAttr>(kRangeAttr); range && range.size() == 2) {
      auto kind = op->getAttrOfType<StringAttr>(kRangeKindAttr);
      out << ": " << (kind ? kind.getValue() + " " : "") << llvm::formatv("range [{0:g6}, {1:g6}]", range[0], range[1]);
    }
    if (auto asked = op->getAttrOfType<IntegerAttr>(kFractionAttr))
      out << ", " << asked.getInt() << " fractional bits asked for";
    out << "\n";
  });
}

// Approximations, by their error.
void describeApproximations(Operation *root, llvm::raw_ostream &out) {
  root->walk([&](Operation *op) {
    if (auto periodic = llvm::dyn_cast<PeriodicOp>(op))
      out << "  " << label(op) << ": "
          << llvm::formatv("{0} frequencies of period {1:g6}, error {2:e2} on [{3:g6}, {4:g6}]\n", periodic.getFrequencies().size(),
                           periodic.getPeriod().convertToDouble(), periodic.getError().convertToDouble(),
                           periodic.getLow().convertToDouble(), periodic.getHigh().convertToDouble());
    else if (auto exp = llvm::dyn_cast<ExpNegativeOp>(op))
      out << "  " << label(op) << ": " << llvm::formatv("exact down to -{0:g6}\n", exp.getFloor().convertToDouble());
    else if (auto below = llvm::dyn_cast<BelowOp>(op))
      out << "  " << label(op) << ": " << below.getThresholds().size() << " thresholds\n";
  });
}

// Parameters by who sees them.
void describeSecrecy(Operation *root, llvm::raw_ostream &out) {
  std::map<std::string, bool> secret;
  root->walk([&](WeightOp weight) {
    auto owned = weight->getParentOfType<OwnedOp>();
    bool hidden = owned ? llvm::any_of(owned.getResultTypes(), [](Type type) { return isSecret(type); }) : isSecret(weight.getType());
    secret[weight.getParam().str()] |= hidden;
  });
  int64_t hidden = llvm::count_if(secret, [](const auto &entry) { return entry.second; });
  out << "  " << hidden << " parameters are secret\n";
  for (const auto &[name, isHidden] : secret)
    if (!isHidden)
      out << "  parameter '" << name << "' is published: one element, integers, or used as public structure alone\n";
}

// What owners compute on their own.
void describeOwners(Operation *root, llvm::raw_ostream &out) {
  root->walk([&](OwnedOp owned) {
    Counts ops;
    owned.walk([&](Operation *op) {
      if (op != owned.getOperation() && !op->hasTrait<OpTrait::IsTerminator>())
        ++ops[op->getName().getStringRef().str()];
    });
    out << "  " << label(owned) << " by the " << owned.getOwner() << ": " << difference({}, ops);
    out << (llvm::any_of(owned.getResultTypes(), [](Type type) { return isSecret(type); }) ? ", shared\n" : ", published\n");
  });
}

// Rounds: how many remasks and values each has.
void describeRounds(Operation *root, llvm::raw_ostream &out) {
  std::map<int64_t, std::pair<int64_t, int64_t>> rounds;
  root->walk([&](share::RemaskOp remask) {
    auto &[ops, values] = rounds[static_cast<int64_t>(remask.getRound().value_or(0))];
    ++ops;
    values += llvm::cast<RankedTensorType>(remask.getType()).getNumElements();
  });
  out << "  " << rounds.size() << " rounds\n";
  for (const auto &[round, counts] : rounds)
    out << "  round " << round << ": " << counts.first << " remasks, " << counts.second << " values\n";
}

using Describe = void (*)(Operation *, llvm::raw_ostream &);

Describe describerOf(StringRef pass) {
  if (pass == "mpc-assign-formats")
    return describeFormats;
  if (pass == "mpc-approximate")
    return describeApproximations;
  if (pass == "mpc-infer-secrecy")
    return describeSecrecy;
  if (pass == "mpc-place-owners")
    return describeOwners;
  if (pass == "share-schedule")
    return describeRounds;
  return nullptr;
}

//===-- The instrumentation ----------------------------------------------------------------------------------------===//

class Tracer : public PassInstrumentation {
public:
  Tracer(std::vector<std::string> passes, llvm::raw_ostream &out) : passes(std::move(passes)), out(out) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (isTraced(pass))
      running.push_back({takePicture(op), Clock::now()});
  }

  void runAfterPass(Pass *pass, Operation *op) override { report(pass, op, /*failed=*/false); }
  void runAfterPassFailed(Pass *pass, Operation *op) override { report(pass, op, /*failed=*/true); }

private:
  struct Running {
    Picture before;
    Clock::time_point started;
  };

  bool isTraced(Pass *pass) const {
    StringRef name = pass->getArgument(); // empty for the adaptors that run passes on functions
    return !name.empty() && (passes.empty() || llvm::is_contained(passes, name));
  }

  void report(Pass *pass, Operation *op, bool failed) {
    if (!isTraced(pass) || running.empty())
      return;
    Running run = std::move(running.back());
    running.pop_back();
    std::chrono::duration<double> seconds = Clock::now() - run.started;
    auto symbol = op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    out << "[" << pass->getArgument() << "] " << (symbol ? symbol.getValue() : "module") << ": ";
    if (failed) {
      out << "failed\n";
      return;
    }
    Picture after = takePicture(op);
    out << run.before.ops << " ops -> " << after.ops << llvm::format(" in %.3f s\n", seconds.count());
    for (auto &[node, counts] : after.nodes)
      if (std::string change = difference(run.before.nodes.lookup(node), counts); !change.empty())
        out << "  node '" << (node.empty() ? "-" : node) << "': " << change << "\n";
    for (auto &[node, counts] : run.before.nodes)
      if (!after.nodes.count(node))
        out << "  node '" << (node.empty() ? "-" : node) << "': " << difference(counts, {}) << "\n";
    if (Describe describe = describerOf(pass->getArgument()))
      describe(op, out);
  }

  std::vector<std::string> passes;
  llvm::raw_ostream &out;
  std::vector<Running> running;
};

} // namespace

void mlir::mpc::enableTrace(PassManager &manager, std::vector<std::string> passes, llvm::raw_ostream &out) {
  manager.addInstrumentation(std::make_unique<Tracer>(std::move(passes), out));
}

std::vector<std::string> mlir::mpc::parseTracedPasses(StringRef text) {
  std::vector<std::string> passes;
  if (text == "all")
    return passes;
  SmallVector<StringRef> parts;
  text.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    passes.push_back(part.trim().str());
  return passes;
}
