// Pieces of C++ text.
#include "CppText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>

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

//===-- Constants ------------------------------------------------------------------------------------------------------===//

namespace {

// A public constant of more elements, not all alike, is read from the container.
constexpr int64_t kInlineElements = 256;

// The elements of an mpc.constant as a call writes them.
class ConstantText {
public:
  ConstantText(const tacit::Type &type, const std::vector<uint8_t> &data) : type(type), data(data) {}

  // "p.Floats(3, s[1], f32_2, {0.5f, 1.0f});"
  std::string call(const std::string &head, bool *container) const {
    bool real = type.kind == tacit::Kind::kF32;
    int64_t n = type.elements();
    bool splat = n > 1, nan = false;
    std::string first = n > 0 ? element(0) : "";
    for (int64_t i = 0; i < n; ++i) {
      splat = splat && std::memcmp(&data[i * size()], data.data(), size()) == 0;
      nan = nan || (real && std::isnan(load<float>(i)));
    }
    // What a text cannot say (the bits of a NaN), or only at length.
    if (nan || (!splat && n > kInlineElements)) {
      *container = true;
      return "p.FromContainer(" + head + ");";
    }
    if (splat)
      return (real ? "p.FillFloat(" : "p.FillInteger(") + head + ", " + first + ");";
    std::string out = (real ? "p.Floats(" : "p.Integers(") + head + ", {";
    for (int64_t i = 0; i < n; ++i)
      out += (i ? ", " : "") + element(i);
    return out + "});";
  }

private:
  template <class T> T load(int64_t i) const {
    T value;
    std::memcpy(&value, &data[i * sizeof(T)], sizeof(T));
    return value;
  }
  size_t size() const { return type.kind == tacit::Kind::kI64 ? 8 : type.kind == tacit::Kind::kI1 ? 1 : 4; }
  std::string element(int64_t i) const {
    switch (type.kind) {
    case tacit::Kind::kF32:
      return floatLiteral(load<float>(i));
    case tacit::Kind::kI64:
      return literal(load<int64_t>(i));
    case tacit::Kind::kI32:
      return literal(static_cast<int64_t>(load<int32_t>(i)));
    default:
      return literal(static_cast<int64_t>(data[i]));
    }
  }

  const tacit::Type &type;
  const std::vector<uint8_t> &data;
};

} // namespace

std::string constantCall(const std::string &head, const tacit::Type &type, const std::vector<uint8_t> &data, bool *container) {
  return ConstantText(type, data).call(head, container);
}

} // namespace mlir::mpc::cpp
