// Dimension expressions, as exporters write them in dim_param: "past + 1", "2*batch", "(seq // 2) + 1".
#ifndef LIB_IMPORT_EXPRESSION_H
#define LIB_IMPORT_EXPRESSION_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <set>
#include <string>

namespace mlir::mpc {

// The value of `text`, given sizes of names. nullopt where a name has none, or it is no expression: integers, names, + - * / // %,
// parentheses, max(a, b), min(a, b).
std::optional<int64_t> evaluateExpression(llvm::StringRef text, llvm::function_ref<std::optional<int64_t>(llvm::StringRef)> sizeOf);

// The names in `text`; only `text` itself where it is a plain name or no expression.
std::set<std::string> expressionNames(llvm::StringRef text);

} // namespace mlir::mpc

#endif
