// Pieces of C++ text: literals, identifiers, attributes, constants.
#ifndef LIB_TARGET_CPPTEXT_H
#define LIB_TARGET_CPPTEXT_H

#include "tacit/program.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace mlir::mpc::cpp {

// "a b\n" with its quotes; every byte that is not printable ASCII as an octal escape.
std::string quoted(llvm::StringRef text);
// Text that may stand in a // comment: printable ASCII, without backslashes (one at the end of a line would join the next to it) and
// trigraphs.
std::string comment(llvm::StringRef text);

std::string literal(int64_t value);
std::string literal(double value);
std::string floatLiteral(float value);
// "{1, 2}"
std::string list(llvm::ArrayRef<int64_t> values);

// "masked_46_18_24x128": the name of a type's constant; and what makes it: "Masked(46, 18, {24, 128})".
std::string typeName(const tacit::Type &type);
std::string typeValue(const tacit::Type &type);

// "Int("axis", 1)", as emitted.h has them.
std::string attribute(const tacit::Attribute &attribute);

// The call that makes an mpc.constant with these bytes; `head` is "number, slot, type". Sets `*container` where its elements are to be read
// from the container.
std::string constantCall(const std::string &head, const tacit::Type &type, const std::vector<uint8_t> &data, bool *container);

} // namespace mlir::mpc::cpp

#endif
