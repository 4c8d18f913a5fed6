// What parties report to the client, and the cost that the report is compared with: three reports and cost.json, a zero byte between them.
#include "tacit/report.h"
#include "support.h"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Program program = *LoadProgram(std::string(TACIT_FUZZ_FOLDER) + "/bundle/program.mpcb");
  const Entry &entry = program.entries[0];
  std::array<std::string, 4> texts;
  std::string_view rest(reinterpret_cast<const char *>(data), size);
  for (std::string &text : texts) {
    const size_t end = std::min(rest.find('\0'), rest.size());
    text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  absl::StatusOr<Json> report = RunReport(program, entry, {texts[0], texts[1], texts[2]}, {}, {});
  if (report.ok())
    (void)CompareWithCost(*report, texts[3], entry.name);
  return 0;
}
