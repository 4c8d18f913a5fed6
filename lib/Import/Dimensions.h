// Symbolic dimensions: sizes from the command line, from a case, and from each other.
#ifndef LIB_IMPORT_DIMENSIONS_H
#define LIB_IMPORT_DIMENSIONS_H

#include "mlir/IR/Diagnostics.h"
#include "mpc/Import/Import.h"
#include "llvm/ADT/ArrayRef.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlir::mpc {

// One dimension as the file states it: a size, a name or an expression over names, or neither.
struct Dimension {
  int64_t size = -1;
  std::string name;
};

// An input or output and its dimensions.
struct PortShape {
  std::string name;
  std::vector<Dimension> dims;
};

class DimensionBinder {
public:
  DimensionBinder(const ImportOptions &options, Location loc) : options(options), loc(loc) {}

  // Binds all that the options give; errors where they disagree, name nothing of the model, or have another rank than an input.
  LogicalResult bind(ArrayRef<PortShape> inputs, ArrayRef<PortShape> outputs);

  // The size of dimension `d` of the input or output `port`, nullopt where nothing binds it.
  std::optional<int64_t> lookup(const PortShape &port, size_t d) const;

  // One error that names every dimension of `inputs` to which nothing is bound, and what to do.
  // Gives options.maxLength to what bind() left open.
  LogicalResult bindRest(ArrayRef<PortShape> inputs);
  LogicalResult checkBound(ArrayRef<PortShape> inputs) const;

private:
  LogicalResult assign(const std::string &name, int64_t size, const std::string &source);

  struct Binding {
    int64_t size;
    std::string source; // for diagnostics
  };
  const ImportOptions &options;
  Location loc;
  std::map<std::string, Binding> sizes;
  std::map<std::pair<std::string, size_t>, int64_t> unnamed; // sizes of dimensions without a name, by input and position
};

} // namespace mlir::mpc

#endif
