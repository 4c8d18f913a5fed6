// One entry of a program as C++: tables, a function for its public part, one for each round, one for the results.
#ifndef LIB_TARGET_CPPENTRY_H
#define LIB_TARGET_CPPENTRY_H

#include "tacit/program.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace mlir::mpc::cpp {

// Writes a namespace with them and returns the entry's EntryCode. Sets `*container` where a constant is to be read from the container.
std::string emitEntry(const tacit::Program &program, const tacit::Entry &entry, llvm::raw_ostream &os, bool *container);

} // namespace mlir::mpc::cpp

#endif
