// Pieces of C++ text.
#include "CppText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;

namespace mlir::mpc::cpp {

std::string quoted(StringRef text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (isPrint(c)) {
      out += c;
    } else {
      out += '\\';
      for (int shift : {6, 3, 0})
        out += static_cast<char>('0' + (c >> shift & 7));
    }
  }
  return out + "\"";
}

std::string comment(StringRef text) {
  std::string out;
  for (unsigned char c : text)
    out += !isPrint(c) || c == '\\' || (c == '?' && StringRef(out).ends_with("?")) ? '_' : static_cast<char>(c);
  return out;
}

std::string literal(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min())
    return "INT64_MIN";
  return std::to_string(value);
}

// The shortest of the precisions that read back as the same number.
template <class T> static std::string real(T value, StringRef type, StringRef suffix) {
  if (std::isnan(value))
    return ("std::numeric_limits<" + type + ">::quiet_NaN()").str();
  if (std::isinf(value))
    return (Twine(value < 0 ? "-" : "") + "std::numeric_limits<" + type + ">::infinity()").str();
  std::string text;
  for (int digits = 6; digits <= std::numeric_limits<T>::max_digits10; ++digits) {
    text.clear();
    raw_string_ostream(text) << format("%.*g", digits, static_cast<double>(value));
    if (static_cast<T>(std::strtod(text.c_str(), nullptr)) == value)
      break;
  }
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return text + suffix.str();
}

std::string literal(double value) { return real(value, "double", ""); }
std::string floatLiteral(float value) { return real(value, "float", "f"); }

std::string list(ArrayRef<int64_t> values) {
  std::string out = "{";
  for (size_t i = 0; i < values.size(); ++i)
    out += (i ? ", " : "") + literal(values[i]);
  return out + "}";
}

static StringRef kindName(tacit::Kind kind) {
  static constexpr StringRef names[] = {"f32", "i64", "i32", "i1", "public", "masked", "additive", "masked_bit", "xor_bit"};
  return names[static_cast<int>(kind)];
}

static StringRef kindFunction(tacit::Kind kind) {
  static constexpr StringRef names[] = {"F32", "I64", "I32", "I1", "Public", "Masked", "Additive", "MaskedBit", "XorBit"};
  return names[static_cast<int>(kind)];
}

std::string typeName(const tacit::Type &type) {
  std::string out = kindName(type.kind).str();
  if (type.width)
    out += "_" + std::to_string(type.width) + "_" + std::to_string(type.fraction);
  else if (type.kind == tacit::Kind::kPublic)
    out += "_0";
  out += "_";
  for (size_t i = 0; i < type.shape.size(); ++i)
    out += (i ? "x" : "") + std::to_string(type.shape[i]);
  return type.shape.empty() ? out + "scalar" : out;
}

std::string typeValue(const tacit::Type &type) {
  std::string out = kindFunction(type.kind).str() + "(";
  if (type.width)
    out += std::to_string(type.width) + ", " + std::to_string(type.fraction) + ", ";
  return out + list(type.shape) + ")";
}

std::string attribute(const tacit::Attribute &attribute) {
  std::string name = quoted(attribute.name);
  struct Print {
    std::string name;
    std::string operator()(int64_t v) const { return "Int(" + name + ", " + literal(v) + ")"; }
    std::string operator()(double v) const { return "Real(" + name + ", " + literal(v) + ")"; }
    std::string operator()(bool v) const { return "Bool(" + name + (v ? ", true)" : ", false)"); }
    std::string operator()(const std::string &v) const { return "Text(" + name + ", " + quoted(v) + ")"; }
    std::string operator()(const std::vector<int64_t> &v) const { return "Ints(" + name + ", " + list(v) + ")"; }
    std::string operator()(const std::vector<double> &v) const {
      std::string out = "Reals(" + name + ", {";
      for (size_t i = 0; i < v.size(); ++i)
        out += (i ? ", " : "") + literal(v[i]);
      return out + "})";
    }
  };
  return std::visit(Print{name}, attribute.value);
}

} // namespace mlir::mpc::cpp
