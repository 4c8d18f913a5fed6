// A recursive descent over sums, products and atoms. Overflow makes no value.
#include "Expression.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir::mpc;
using llvm::StringRef;

namespace {

class Parser {
public:
  Parser(StringRef text, llvm::function_ref<std::optional<int64_t>(StringRef)> sizeOf) : text(text), sizeOf(sizeOf) {}

  std::optional<int64_t> parse() {
    std::optional<int64_t> value = sum(0);
    skip();
    return text.empty() ? value : std::nullopt;
  }

  bool wellFormed() {
    int64_t value = 0;
    return parseAll(value);
  }

private:
  bool parseAll(int64_t &value) {
    std::optional<int64_t> parsed = parse();
    value = parsed.value_or(0);
    return parsed.has_value();
  }

  void skip() { text = text.ltrim(); }

  std::optional<int64_t> sum(unsigned depth) {
    std::optional<int64_t> left = product(depth);
    while (left) {
      skip();
      bool plus = text.consume_front("+");
      if (!plus && !text.consume_front("-"))
        return left;
      std::optional<int64_t> right = product(depth);
      int64_t result = 0;
      if (!right || (plus ? llvm::AddOverflow(*left, *right, result) : llvm::SubOverflow(*left, *right, result)))
        return std::nullopt;
      left = result;
    }
    return left;
  }

  std::optional<int64_t> product(unsigned depth) {
    std::optional<int64_t> left = atom(depth);
    while (left) {
      skip();
      char op = text.empty() ? 0 : text.front();
      if (op != '*' && op != '/' && op != '%')
        return left;
      text = text.drop_front(op == '/' && text.starts_with("//") ? 2 : 1);
      std::optional<int64_t> right = atom(depth);
      if (!right)
        return std::nullopt;
      int64_t result = 0;
      if (op == '*') {
        if (llvm::MulOverflow(*left, *right, result))
          return std::nullopt;
      } else {
        // Sizes: floor division and remainder of non-negative numbers.
        if (*right <= 0 || *left < 0)
          return std::nullopt;
        result = op == '/' ? *left / *right : *left % *right;
      }
      left = result;
    }
    return left;
  }

  std::optional<int64_t> atom(unsigned depth) {
    skip();
    if (text.empty() || depth > 64)
      return std::nullopt;
    if (text.consume_front("(")) {
      std::optional<int64_t> value = sum(depth + 1);
      skip();
      return text.consume_front(")") ? value : std::nullopt;
    }
    if (llvm::isDigit(text.front())) {
      int64_t value = 0;
      return text.consumeInteger(10, value) ? std::nullopt : std::optional<int64_t>(value);
    }
    StringRef name = text.take_while([](char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == ':'; });
    if (name.empty())
      return std::nullopt;
    text = text.drop_front(name.size());
    if ((name.equals_insensitive("max") || name.equals_insensitive("min")) && text.consume_front("(")) {
      std::optional<int64_t> left = sum(depth + 1);
      skip();
      if (!left || !text.consume_front(","))
        return std::nullopt;
      std::optional<int64_t> right = sum(depth + 1);
      skip();
      if (!right || !text.consume_front(")"))
        return std::nullopt;
      return name.equals_insensitive("max") ? std::max(*left, *right) : std::min(*left, *right);
    }
    return sizeOf(name);
  }

  StringRef text;
  llvm::function_ref<std::optional<int64_t>(StringRef)> sizeOf;
};

} // namespace

std::optional<int64_t> mlir::mpc::evaluateExpression(StringRef text, llvm::function_ref<std::optional<int64_t>(StringRef)> sizeOf) {
  return Parser(text, sizeOf).parse();
}

std::set<std::string> mlir::mpc::expressionNames(StringRef text) {
  std::set<std::string> names;
  auto collect = [&](StringRef name) -> std::optional<int64_t> {
    names.insert(name.str());
    return 1;
  };
  // Whether it parses with every name 1: a subtraction may go below 0, which only a division minds.
  if (!Parser(text, collect).wellFormed())
    return {text.str()};
  return names;
}
