// What mpc-reduce does to a module that fails: reductions of the mpc and share dialects.
#ifndef MPC_REDUCE_REDUCE_H
#define MPC_REDUCE_REDUCE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>
#include <vector>

namespace mlir::mpc {

// One way to make a module smaller, at numbered places. Places are counted in the order of a walk.
struct Reduction {
  std::string name;
  std::string what;
  // How many places the module has.
  size_t (*count)(ModuleOp module);
  // Reduces at the places for which `chosen` is true. The verifier need not hold afterwards; the caller checks.
  void (*apply)(ModuleOp module, llvm::function_ref<bool(size_t)> chosen);
};

// From coarse to fine: entries, outputs, values as arguments, ops passed by, public values as zeros, attributes, what is unused.
const std::vector<Reduction> &getReductions();

// Patterns of these reductions for mlir::DialectReductionPatternInterface (mpc-reduce --reduction-tree).
void registerReductionPatterns(DialectRegistry &registry);

// Registers mpc-reduce-module, which applies getReductions() as long as a test script still calls the module interesting.
void registerReduceModulePass();

} // namespace mlir::mpc

#endif
