// From a program's tables to C++ (tacit/emitted.h says what the calls mean). An entry becomes a function for its public part, one for each
// round with the local work that leads to it, and one for the results: small functions compile in time that grows with the program and
// no faster, and a debugger's stack says in which round a party is.
#include "mpc/Target/EmitCpp.h"
#include "CppEntry.h"
#include "CppText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace mlir::mpc;
using namespace mlir::mpc::cpp;

namespace {

// Types of an entry's values, each once, in the order of their first use.
void emitTypes(const tacit::Program &program, raw_ostream &os) {
  StringSet<> seen;
  for (const tacit::Entry &entry : program.entries) {
    for (const tacit::Instruction &instruction : entry.instructions) {
      if (instruction.op == "share.reveal")
        continue;
      seen.insert(typeName(program.TypeOf(entry, instruction.results[0])));
    }
    for (const tacit::ClearFunction &function : entry.clear)
      for (uint32_t v : function.shares)
        seen.insert(typeName(program.TypeOf(entry, v)));
    for (const tacit::Port &port : entry.inputs)
      if (port.owner == "public")
        seen.insert(typeName(program.TypeOf(entry, port.value)));
  }
  os << "// Types: kind, ring width and fractional bits, shape.\n";
  for (const tacit::Type &type : program.types) {
    std::string name = typeName(type);
    if (seen.erase(name))
      os << "const Type " << name << " = " << typeValue(type) << ";\n";
  }
  os << "\n";
}

} // namespace

void mlir::mpc::emitCpp(const tacit::Program &program, raw_ostream &os) {
  std::string digest = toHex(ArrayRef<uint8_t>(program.digest.data(), program.digest.size()), /*LowerCase=*/true);
  os << "// A party's program in C++, written by mpc-translate --mpc-to-cpp (" << comment(program.tool) << ").\n"
     << "// Of the container with the digest " << digest << ".\n"
     << "//\n"
     << "// One call of a compiler makes a party of it, which takes the place of mpc-party:\n"
     << "//   c++ -std=c++20 -O1 THIS.cpp $(pkg-config --cflags --libs tacit) -o party\n"
     << "//   mpc-run BUNDLE --input CASE.npz --party ./party\n"
     << "//\n"
     << "// p.Op(number of the instruction, result, operands, type of the result, attributes, {address, receiver} of what P0 deals);\n"
     << "// s[k] is slot k of this party's memory, Last(s[k]) reads it for the last time (tacit/emitted.h).\n"
     << "#include \"tacit/emitted.h\"\n\n#include <cstdint>\n#include <limits>\n\n"
     << "namespace {\n\nusing namespace tacit::emitted;\nusing tacit::Type;\n\n";
  emitTypes(program, os);
  bool container = false;
  std::vector<std::string> entries;
  for (const tacit::Entry &entry : program.entries)
    entries.push_back(emitEntry(program, entry, os, &container));
  os << "// Name, index, instructions, slots, tables, functions.\nconst EntryCode kEntries[] = {\n";
  for (const std::string &entry : entries)
    os << "    " << entry << ",\n";
  os << "};\n\n}  // namespace\n\n"
     << "// The digest is what parties, emitted or not, meet under.\n"
     << "extern const ProgramCode tacit_program;\nconst ProgramCode tacit_program = {\"" << digest << "\", "
     << (container ? "true" : "false") << ", kEntries};\n\n"
     << "#ifndef TACIT_NO_MAIN\nint main(int argc, char** argv) { return tacit::PartyMain(argc, argv, &tacit_program); }\n#endif\n";
}
