// From the text of a module to a program as parties read it, for the tests beside this one.
#ifndef TEST_UNIT_COMPILER_COMPILE_TEXT_H
#define TEST_UNIT_COMPILER_COMPILE_TEXT_H

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mpc/Conversion/Passes.h"
#include "mpc/Target/Cost.h"
#include "mpc/Target/Program.h"
#include "mpc/Transforms/Passes.h"

struct Compiled {
  tacit::Program program; // written and read back
  mlir::mpc::EntryCost cost;
};

// A module of one function, brought to the share level by the passes that `toShare` adds, optimized on demand, scheduled, verified and
// emitted; fails the test where a step does.
inline std::optional<Compiled> compileText(const std::string &text, const std::function<void(mlir::PassManager &)> &toShare,
                                           bool optimize) {
  using namespace mlir;
  MLIRContext context;
  context.loadDialect<func::FuncDialect, mpc::MpcDialect, share::ShareDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "does not parse: " << text;
    return std::nullopt;
  }
  PassManager pm(&context);
  toShare(pm);
  if (optimize)
    pm.addNestedPass<func::FuncOp>(mpc::createShareOptimize());
  pm.addNestedPass<func::FuncOp>(mpc::createShareSchedule());
  pm.addNestedPass<func::FuncOp>(mpc::createShareVerify());
  if (failed(pm.run(*module))) {
    ADD_FAILURE() << "does not compile: " << text;
    return std::nullopt;
  }
  auto cost = mpc::computeCost(*module);
  auto program = mpc::emitProgram(*module);
  if (failed(cost) || failed(program)) {
    ADD_FAILURE() << "cannot be emitted";
    return std::nullopt;
  }
  auto loaded = tacit::ParseProgram(tacit::SerializeProgram(*program));
  if (!loaded.ok()) {
    ADD_FAILURE() << loaded.status();
    return std::nullopt;
  }
  return Compiled{*std::move(loaded), cost->front()};
}

#endif
