// The reductions, each on numbered places of a module.
#include "ReduceSupport.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mpc/Reduce/Reduce.h"

using namespace mlir;
using namespace mlir::mpc;

using Chosen = llvm::function_ref<bool(size_t)>;

// Ops of function bodies, owners' regions left alone: they are reduced as one op.
static std::vector<Operation *> opsOf(ModuleOp module, llvm::function_ref<bool(Operation *)> wanted) {
  std::vector<Operation *> ops;
  for (auto function : module.getOps<func::FuncOp>())
    for (Block &block : function.getBody())
      for (Operation &op : block)
        if (!op.hasTrait<OpTrait::IsTerminator>() && wanted(&op))
          ops.push_back(&op);
  return ops;
}

template <typename Wanted> static size_t countOps(ModuleOp module, Wanted wanted) { return opsOf(module, wanted).size(); }

template <typename Wanted, typename Apply> static void applyToOps(ModuleOp module, Chosen chosen, Wanted wanted, Apply apply) {
  for (auto [i, op] : llvm::enumerate(opsOf(module, wanted)))
    if (chosen(i))
      apply(op);
}

//===-- Entries and outputs ----------------------------------------------------------------------------------------===//

// A module needs no function to be a module, but a test that wants one says so.
static size_t countEntries(ModuleOp module) { return llvm::range_size(module.getOps<func::FuncOp>()); }

static void dropEntries(ModuleOp module, Chosen chosen) {
  for (auto [i, function] : llvm::enumerate(llvm::to_vector(module.getOps<func::FuncOp>())))
    if (chosen(i))
      function.erase();
}

static size_t countOutputs(ModuleOp module) {
  size_t n = 0;
  for (auto function : module.getOps<func::FuncOp>())
    n += function.getNumResults();
  return n;
}

static void dropOutputs(ModuleOp module, Chosen chosen) {
  size_t place = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    BitVector dropped(function.getNumResults());
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (chosen(place++))
        dropped.set(i);
    if (dropped.none())
      continue;
    for (Block &block : function.getBody())
      if (auto ret = llvm::dyn_cast<func::ReturnOp>(block.getTerminator()))
        ret->eraseOperands(dropped);
    function.eraseResults(dropped);
  }
}

//===-- Values -----------------------------------------------------------------------------------------------------===//

static bool isCuttable(Operation *op) { return !op->use_empty() && !llvm::isa<ConstantOp, share::RevealOp>(op); }

static void cutAll(ModuleOp module, Chosen chosen) {
  applyToOps(module, chosen, isCuttable, [](Operation *op) { cutToArguments(op); });
}

static void bypassAll(ModuleOp module, Chosen chosen) {
  applyToOps(
      module, chosen, [](Operation *op) { return !op->use_empty() && findBypass(op); },
      [](Operation *op) {
        if (Value operand = findBypass(op)) // one before it may have changed it
          op->getResult(0).replaceAllUsesWith(operand);
      });
}

static bool isZeroable(Operation *op) { return !op->use_empty() && op->getNumResults() == 1 && zeroOf(op->getResult(0).getType()); }

static void zeroAll(ModuleOp module, Chosen chosen) {
  applyToOps(module, chosen, isZeroable, [](Operation *op) { replaceByZero(op); });
}

//===-- Attributes -------------------------------------------------------------------------------------------------===//

static bool hasNotes(Operation *op) { return !op->getDiscardableAttrDictionary().empty(); }

static void dropNotes(ModuleOp module, Chosen chosen) {
  applyToOps(module, chosen, hasNotes, [](Operation *op) { op->setDiscardableAttrs(DictionaryAttr::get(op->getContext())); });
}

static size_t countNamed(ModuleOp module) {
  return countOps(module, [](Operation *op) { return !llvm::isa<UnknownLoc>(op->getLoc()); });
}

static void dropLocations(ModuleOp module, Chosen chosen) {
  applyToOps(
      module, chosen, [](Operation *op) { return !llvm::isa<UnknownLoc>(op->getLoc()); },
      [](Operation *op) { op->walk([](Operation *inner) { inner->setLoc(UnknownLoc::get(inner->getContext())); }); });
}

//===-- What is unused ---------------------------------------------------------------------------------------------===//

static bool isUnused(Operation *op) { return op->use_empty(); }

static void dropUnused(ModuleOp module, Chosen chosen) {
  std::vector<Operation *> ops = opsOf(module, isUnused);
  for (size_t i = ops.size(); i-- > 0;)
    if (chosen(i))
      ops[i]->erase();
}

static size_t countArguments(ModuleOp module) {
  size_t n = 0;
  for (auto function : module.getOps<func::FuncOp>())
    n += llvm::count_if(function.getArguments(), [](BlockArgument argument) { return argument.use_empty(); });
  return n;
}

static void dropArguments(ModuleOp module, Chosen chosen) {
  size_t place = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    BitVector dropped(function.getNumArguments());
    for (BlockArgument argument : function.getArguments())
      if (argument.use_empty() && chosen(place++))
        dropped.set(argument.getArgNumber());
    function.eraseArguments(dropped);
  }
}

static std::vector<ParamOp> unusedParams(ModuleOp module) {
  llvm::DenseSet<StringAttr> used;
  module.walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      if (auto symbol = llvm::dyn_cast<FlatSymbolRefAttr>(attribute.getValue()))
        used.insert(symbol.getAttr());
  });
  std::vector<ParamOp> params;
  for (auto param : module.getOps<ParamOp>())
    if (!used.contains(param.getSymNameAttr()))
      params.push_back(param);
  return params;
}

static void dropParams(ModuleOp module, Chosen chosen) {
  for (auto [i, param] : llvm::enumerate(unusedParams(module)))
    if (chosen(i))
      param.erase();
}

//===-- The list ---------------------------------------------------------------------------------------------------===//

const std::vector<Reduction> &mlir::mpc::getReductions() {
  static const std::vector<Reduction> reductions = {
      {"entries", "functions are dropped", countEntries, dropEntries},
      {"outputs", "results of functions are dropped", countOutputs, dropOutputs},
      {"unused", "ops whose results nothing reads are dropped", [](ModuleOp m) { return countOps(m, isUnused); }, dropUnused},
      {"cut", "results become arguments of the function", [](ModuleOp m) { return countOps(m, isCuttable); }, cutAll},
      {"bypass", "a result is replaced by an operand of its type",
       [](ModuleOp m) { return countOps(m, [](Operation *op) { return !op->use_empty() && findBypass(op); }); }, bypassAll},
      {"zero", "public values become constants of 0", [](ModuleOp m) { return countOps(m, isZeroable); }, zeroAll},
      {"notes", "attributes that an op does not need are dropped", [](ModuleOp m) { return countOps(m, hasNotes); }, dropNotes},
      {"locations", "names of nodes are dropped", countNamed, dropLocations},
      {"unused", "ops whose results nothing reads are dropped", [](ModuleOp m) { return countOps(m, isUnused); }, dropUnused},
      {"arguments", "arguments that nothing reads are dropped", countArguments, dropArguments},
      {"params", "parameters that nothing reads are dropped", [](ModuleOp m) { return unusedParams(m).size(); }, dropParams},
  };
  return reductions;
}
