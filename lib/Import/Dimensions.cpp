// Binding of symbolic dimensions: direct names first, then expressions that have become known, then expressions that a case gives the
// value of and that one unknown name enters linearly.
#include "Dimensions.h"
#include "Expression.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mpc;

LogicalResult DimensionBinder::assign(const std::string &name, int64_t size, const std::string &source) {
  if (size < 0)
    return emitError(loc) << "dimension '" << name << "': expected a size of at least 0 by " << source << ", found " << size;
  auto [at, added] = sizes.try_emplace(name, Binding{size, source});
  if (!added && at->second.size != size)
    return emitError(loc) << "dimension '" << name << "' is " << at->second.size << " by " << at->second.source << " and " << size << " by "
                          << source;
  return success();
}

std::optional<int64_t> DimensionBinder::lookup(const PortShape &port, size_t d) const {
  const Dimension &dim = port.dims[d];
  if (dim.size >= 0)
    return dim.size;
  if (dim.name.empty()) {
    auto found = unnamed.find({port.name, d});
    return found == unnamed.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }
  auto sizeOf = [&](StringRef name) -> std::optional<int64_t> {
    auto found = sizes.find(name.str());
    return found == sizes.end() ? std::nullopt : std::optional<int64_t>(found->second.size);
  };
  if (std::optional<int64_t> direct = sizeOf(dim.name))
    return direct;
  std::optional<int64_t> value = evaluateExpression(dim.name, sizeOf);
  return value && *value >= 0 ? value : std::nullopt;
}

// The size of `unknown` that makes `text` equal `value`, where it enters linearly.
static std::optional<int64_t> solve(StringRef text, StringRef unknown, int64_t value,
                                    llvm::function_ref<std::optional<int64_t>(StringRef)> sizeOf) {
  auto at = [&](int64_t x) {
    return evaluateExpression(text, [&](StringRef name) { return name == unknown ? std::optional<int64_t>(x) : sizeOf(name); });
  };
  std::optional<int64_t> zero = at(0), one = at(1);
  constexpr int64_t kLargest = int64_t(1) << 40; // keeps the arithmetic below in range
  auto small = [](int64_t n) { return n > -kLargest && n < kLargest; };
  if (!zero || !one || !small(*zero) || !small(*one) || !small(value) || *one == *zero || (value - *zero) % (*one - *zero) != 0)
    return std::nullopt;
  int64_t x = (value - *zero) / (*one - *zero);
  return x >= 0 && at(x) == value ? std::optional<int64_t>(x) : std::nullopt;
}

LogicalResult DimensionBinder::bind(ArrayRef<PortShape> inputs, ArrayRef<PortShape> outputs) {
  // What --bind may name: the dimensions as written, and the names in their expressions.
  std::set<std::string> known;
  for (const PortShape &port : llvm::concat<const PortShape>(inputs, outputs))
    for (const Dimension &dim : port.dims)
      if (dim.size < 0 && !dim.name.empty()) {
        known.insert(dim.name);
        known.merge(expressionNames(dim.name));
      }
  for (const auto &[name, size] : options.bindings) {
    if (!known.count(name) && options.usedNames)
      continue;
    if (!known.count(name)) {
      // Exporters invent names for dimensions of outputs by the dozen: only those of inputs are worth listing.
      std::set<std::string> listed;
      for (const PortShape &port : inputs)
        for (const Dimension &dim : port.dims)
          if (dim.size < 0 && !dim.name.empty())
            listed.merge(expressionNames(dim.name));
      InFlightDiagnostic error = emitError(loc) << "--bind " << name << "=" << size << ": the model has no dimension of that name";
      if (listed.empty())
        return error << ", and its inputs none with a name at all";
      return error << "; its inputs have " << llvm::join(listed, ", ");
    }
    if (failed(assign(name, size, "--bind")))
      return failure();
    if (options.usedNames)
      options.usedNames->insert(name);
  }

  struct Given {
    std::string name, source;
    int64_t size;
  };
  std::vector<Given> given;
  for (const auto &[input, shape] : options.inputShapes) {
    auto named = [&, &input = input](const PortShape &port) { return port.name == input; };
    const auto *port = llvm::find_if(inputs, named);
    if (port == inputs.end()) {
      if (llvm::any_of(outputs, named)) // a case may hold outputs too
        continue;
      return emitError(loc) << "the case holds '" << input << "', which is no input of the model; inputs are "
                            << llvm::join(llvm::map_range(inputs, [](const PortShape &p) { return p.name; }), ", ");
    }
    if (port->dims.size() != shape.size())
      return emitError(loc) << "input '" << input << "' has " << port->dims.size() << " dimensions, in the case " << shape.size();
    for (size_t d = 0; d < shape.size(); ++d) {
      const Dimension &dim = port->dims[d];
      std::string source = "dimension " + std::to_string(d) + " of '" + input + "' in the case";
      if (dim.size >= 0 && dim.size != shape[d])
        return emitError(loc) << "input '" << input << "': dimension " << d << " is " << dim.size << ", in the case " << shape[d];
      if (dim.size < 0 && dim.name.empty())
        unnamed[{input, d}] = shape[d];
      else if (dim.size < 0)
        given.push_back({dim.name, source, shape[d]});
    }
  }
  for (const Given &entry : given)
    if (failed(assign(entry.name, entry.size, entry.source)))
      return failure();

  // Names inside expressions, until nothing is learned.
  auto sizeOf = [&](StringRef name) -> std::optional<int64_t> {
    auto found = sizes.find(name.str());
    return found == sizes.end() ? std::nullopt : std::optional<int64_t>(found->second.size);
  };
  for (bool learned = true; learned;) {
    learned = false;
    std::map<std::string, Binding> known = sizes;
    for (const auto &[text, binding] : known) {
      std::set<std::string> names = expressionNames(text);
      std::vector<std::string> unknown;
      llvm::copy_if(names, std::back_inserter(unknown), [&](const std::string &name) { return !sizeOf(name); });
      if (unknown.size() == 1 && unknown.front() != text) {
        if (std::optional<int64_t> size = solve(text, unknown.front(), binding.size, sizeOf)) {
          if (failed(assign(unknown.front(), *size, "'" + text + "' = " + std::to_string(binding.size))))
            return failure();
          learned = true;
        }
      } else if (unknown.empty() && !names.count(text)) {
        std::optional<int64_t> value = evaluateExpression(text, sizeOf);
        if (value && *value != binding.size)
          return emitError(loc) << "dimension '" << text << "' is " << binding.size << " by " << binding.source << ", but " << *value
                                << " by the names in it";
      }
    }
  }
  return success();
}

// The names that are left get the longest length; a program is as long as that, and shorter inputs are padded.
LogicalResult DimensionBinder::bindRest(ArrayRef<PortShape> inputs) {
  for (const PortShape &input : inputs)
    for (const auto &[d, dim] : llvm::enumerate(input.dims)) {
      if (dim.name.empty() || lookup(input, d))
        continue;
      for (const std::string &name : expressionNames(dim.name))
        if (!sizes.count(name) &&
            failed(assign(name, StringRef(name).contains_insensitive("batch") ? 1 : options.maxLength, "--max-length")))
          return failure();
    }
  return success();
}

LogicalResult DimensionBinder::checkBound(ArrayRef<PortShape> inputs) const {
  std::vector<std::string> missing, flags;
  for (const PortShape &input : inputs)
    for (const auto &[d, dim] : llvm::enumerate(input.dims)) {
      if (lookup(input, d))
        continue;
      std::string what = "dimension " + std::to_string(d) + " of input '" + input.name + "'";
      missing.push_back(dim.name.empty() ? what + " (without a name)" : what + " ('" + dim.name + "')");
      for (const std::string &name : dim.name.empty() ? std::set<std::string>() : expressionNames(dim.name))
        if (!sizes.count(name) && !llvm::is_contained(flags, "--bind " + name + "=N"))
          flags.push_back("--bind " + name + "=N");
    }
  if (missing.empty())
    return success();
  InFlightDiagnostic error = emitError(loc) << "no size is bound to " << llvm::join(missing, ", ") << ": give ";
  if (!flags.empty())
    error << llvm::join(flags, " ") << ", or ";
  return error << "a case by --calibrate CASE.npz";
}
