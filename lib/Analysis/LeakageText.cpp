// The leakage statement as text: short for the terminal, whole as Markdown.
#include "mpc/Analysis/Leakage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mpc;

static std::string namesOf(ArrayRef<SeenValue> values, size_t most = 6) {
  std::string text;
  for (const auto &[i, value] : llvm::enumerate(values)) {
    if (i == most)
      return text + " and " + std::to_string(values.size() - most) + " more";
    text += (i ? ", " : "") + value.name;
  }
  return text;
}

static int64_t roundedValues(const Leakage &entry) {
  int64_t values = 0;
  for (const LocalRounding &rounding : entry.rounding)
    values += rounding.values;
  return values;
}

void mlir::mpc::printLeakageSummary(ArrayRef<Leakage> entries, llvm::raw_ostream &out) {
  for (const Leakage &entry : entries) {
    out << "leakage of " << entry.entry << ":\n  every party: the program, shapes and lengths";
    if (!entry.publicInputs.empty())
      out << "; inputs " << namesOf(entry.publicInputs);
    if (!entry.published.empty())
      out << "; of the model " << namesOf(entry.published);
    if (!entry.constants.empty())
      out << "; " << entry.constants.size() << " constants of the graph";
    std::vector<SeenValue> opened, shown;
    for (const SeenValue &value : entry.outputs)
      (value.note == "every party" ? shown : opened).push_back(value);
    if (!shown.empty())
      out << "; outputs " << namesOf(shown);
    out << "\n  P0: nothing else\n  P1, P2: " << entry.remaskedValues << " uniformly random values";
    if (int64_t values = roundedValues(entry))
      out << ", the rounding bits of " << values << " local truncations";
    out << "\n  data owner: " << (opened.empty() ? "no output" : "outputs " + namesOf(opened)) << ", with rounding noise\n";
  }
}

//===-- Markdown ---------------------------------------------------------------------------------------------------===//

static std::string cell(StringRef text) {
  std::string escaped;
  for (char c : text)
    if (c == '|')
      escaped += "\\|";
    else
      escaped += c == '\n' || c == '\r' ? ' ' : c;
  return escaped;
}

static void printTable(StringRef title, ArrayRef<StringRef> header, ArrayRef<SeenValue> values, llvm::raw_ostream &out) {
  if (values.empty())
    return;
  out << "\n### " << title << "\n\n";
  for (StringRef name : header)
    out << "| " << name << " ";
  out << "|\n";
  for (size_t i = 0; i < header.size(); ++i)
    out << "|---";
  out << "|\n";
  for (const SeenValue &value : values) {
    out << "| `" << cell(value.name) << "` | " << cell(value.type) << " |";
    if (header.size() > 2)
      out << " " << cell(value.note) << " |";
    out << "\n";
  }
}

static void printEntry(const Leakage &entry, llvm::raw_ostream &out) {
  out << "\n## Entry " << entry.entry
      << "\n\n| who | learns |\n|---|---|\n| every party and owner | this program (ops, shapes, formats), lengths";
  if (!entry.publicInputs.empty())
    out << ", the values of the public inputs";
  if (!entry.published.empty())
    out << ", what owners publish";
  out << ", the constants below; time and size of every message, which depend on nothing secret |\n";
  out << "| P0 | nothing else: masks that it knows cover values that it does not see |\n";
  out << "| P1, P2 (each) | " << entry.remaskedValues << " values under fresh masks and dealt halves: uniformly random";
  if (int64_t values = roundedValues(entry))
    out << ". " << values
        << " values are truncated locally: whether one is rounded up or down depends on its share, which an evaluator knows";
  out << " |\n| data owner | the outputs opened to it, with the noise of roundings and approximations; whatever they tell of the weights "
         "|\n";
  out << "| model owner | its weights; no input and no output |\n";
  printTable("Inputs that every party sees", {"input", "type"}, entry.publicInputs, out);
  printTable("Inputs of which only the shape is seen", {"input", "type"}, entry.secretInputs, out);
  printTable("Outputs", {"output", "type", "opened to"}, entry.outputs, out);
  printTable("Published by an owner for every party", {"value", "type", "made by"}, entry.published, out);
  if (entry.sharedWeights)
    out << "\nOf " << entry.sharedWeights << " parameters of the model only names, shapes and places in their files are seen.\n";
  printTable("Computed by an owner alone, then shared", {"value", "type", "made by"}, entry.shared, out);
  printTable("Constants of the graph, which are in the program", {"node", "type", "value where it is one"}, entry.constants, out);
  if (!entry.rounding.empty()) {
    out << "\n### Local truncations\n\n| op | ops | values |\n|---|---|---|\n";
    for (const LocalRounding &rounding : entry.rounding)
      out << "| `" << rounding.op << "` | " << rounding.ops << " | " << rounding.values << " |\n";
  }
}

void mlir::mpc::printLeakageStatement(ArrayRef<Leakage> entries, llvm::raw_ostream &out) {
  out << "# What running this program reveals\n\n"
         "Made by the compiler from the program's declassifications. It holds for at most one corrupt party of three that follows the "
         "protocol, and\n"
         "for the data owner together with one party; two parties together learn everything, and a party that departs from the protocol is "
         "not\n"
         "covered (docs/threat-model.md of the compiler). An owner refuses values outside of the ranges that the formats assume before it "
         "shares\n"
         "anything: that it refused is seen. Values that leave their ranges later make the result wrong and reveal nothing more.\n";
  for (const Leakage &entry : entries)
    printEntry(entry, out);
}
