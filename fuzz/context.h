// A context of the compiler's dialects that counts errors: what is refused must say so.
#ifndef FUZZ_CONTEXT_H
#define FUZZ_CONTEXT_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mpc/InitAll.h"
#include "support.h"

namespace tacit::fuzz {

class Context {
public:
  Context()
      : context(registry(), mlir::MLIRContext::Threading::DISABLED), handler(&context, [this](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
          return mlir::success();
        }) {
    context.loadAllAvailableDialects();
  }

  mlir::MLIRContext *get() { return &context; }

  // A failure has to come with a diagnostic.
  void RequireSaid(bool done, const char *what) const { Require(done || errors > 0, what); }

private:
  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    mlir::mpc::registerAllDialects(registry);
    return registry;
  }

  int errors = 0;
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace tacit::fuzz

#endif
