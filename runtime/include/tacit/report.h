// Reports: what a party counted, and the run's report made of the three (interfaces.md, "cost.json and the run report").
#ifndef TACIT_REPORT_H
#define TACIT_REPORT_H

#include <array>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tacit/executor.h"
#include "tacit/program.h"

namespace tacit {

using Json = nlohmann::ordered_json;

// Payload bytes that one end handed to a link, by Section, and framing.
struct LinkCounts {
  std::array<uint64_t, 5> sent{};
  uint64_t framing = 0;
};
LinkCounts CountsOf(const Link& link);

// What a party sends to the client at the end of a run: counters by instruction, and what each of its links sent (order: P0, P1, P2,
// client, model; its own place empty).
std::string PartyReport(const Counters& counters, const std::array<LinkCounts, 5>& links);

// The run's report from the parties' and what the owners' links sent to each party (client, model).
absl::StatusOr<Json> RunReport(const Program& program, const Entry& entry, const std::array<std::string, 3>& parties,
                               const std::array<LinkCounts, 3>& client, const std::array<LinkCounts, 3>& model);

// Whether the report has exactly the figures of the compiler's cost (cost.json) for this entry; Internal names the first that differs.
absl::Status CompareWithCost(const Json& report, const std::string& cost_text, const std::string& entry);

}  // namespace tacit

#endif
