#include "tacit/report.h"

#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "net/json_text.h"

namespace tacit {
namespace {

// at() throws where operator[] on a constant would have no result; so does this for what is no count.
uint64_t Count(const Json& number) { return number.get_ref<const Json::number_unsigned_t&>(); }

uint64_t Sent(const Json& party, int link, Section section) {
  return Count(party.at("links").at(link).at("sent").at(static_cast<size_t>(section)));
}

// Both directions of a pair of parties.
uint64_t Pair(const std::array<Json, 3>& parties, int a, int b, Section section) {
  return Sent(parties[a], b, section) + Sent(parties[b], a, section);
}

Json PairBytes(const std::array<Json, 3>& parties, Section section) {
  const uint64_t a = Pair(parties, 0, 1, section), b = Pair(parties, 0, 2, section), c = Pair(parties, 1, 2, section);
  return {{"P0-P1", a}, {"P0-P2", b}, {"P1-P2", c}, {"total", a + b + c}};
}

double Largest(const std::array<Json, 3>& parties, const char* key) {
  double most = 0;
  for (const Json& party : parties) most = std::max(most, party.at(key).get<double>());
  return most;
}

// Rows by origin, in the order in which an origin first opens or deals something.
Json OpRows(const Program& program, const Entry& entry, const std::array<Json, 3>& parties) {
  struct Row {
    uint64_t elements = 0, online = 0, offline = 0;
    std::set<int64_t> rounds;
    double seconds = 0;
  };
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, Row> rows;
  for (size_t i = 0; i < entry.instructions.size(); ++i) {
    const Instruction& instruction = entry.instructions[i];
    const Json &p0 = parties[0].at("ops").at(i), &p1 = parties[1].at("ops").at(i), &p2 = parties[2].at("ops").at(i);
    const uint64_t online = Count(p1.at(0)) + Count(p2.at(0)), offline = Count(p0.at(1)) + Count(p0.at(2));
    if (online == 0 && offline == 0) continue;
    const Origin& origin = program.origins[instruction.origin];
    const auto key = std::make_pair(origin.name, origin.kind);
    if (!rows.count(key)) order.push_back(key);
    Row& row = rows[key];
    row.online += online;
    row.offline += offline;
    if (instruction.op == "share.remask") {
      row.elements += program.TypeOf(entry, instruction.results[0]).elements();
      row.rounds.insert(instruction.Int("round"));
    }
  }
  Json out = Json::array();
  for (const auto& key : order) {
    const Row& row = rows[key];
    out.push_back({{"name", key.first},
                   {"kind", key.second},
                   {"elements", row.elements},
                   {"rounds", row.rounds.size()},
                   {"online_bytes", row.online},
                   {"offline_bytes", row.offline}});
  }
  return out;
}

}  // namespace

LinkCounts CountsOf(const Link& link) {
  LinkCounts counts;
  for (int s = 0; s < 5; ++s) counts.sent[s] = link.sent(static_cast<Section>(s));
  counts.framing = link.framing_sent();
  return counts;
}

std::string PartyReport(const Counters& counters, const std::array<LinkCounts, 5>& links) {
  Json ops = Json::array();
  for (const OpCounters& op : counters.ops) {
    ops.push_back({op.online_sent, op.offline_to_p1, op.offline_to_p2, op.offline_seconds, op.online_seconds});
  }
  Json ends = Json::array();
  for (const LinkCounts& link : links) ends.push_back({{"sent", link.sent}, {"framing", link.framing}});
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const OpCounters sum = counters.Sum();
  return Json{{"ops", ops},
              {"links", ends},
              {"rounds", counters.rounds},
              {"deal_messages", counters.deal_messages},
              {"prg_bytes", counters.PrgBytes()},
              {"ring_macs", sum.ring_macs},
              {"preamble", counters.preamble_seconds},
              {"weights", counters.weights_seconds},
              {"offline", counters.offline_seconds},
              {"online", counters.online_seconds},
              {"peak_rss_bytes", static_cast<uint64_t>(usage.ru_maxrss) * 1024}}
      .dump();
}

absl::StatusOr<Json> RunReport(const Program& program, const Entry& entry, const std::array<std::string, 3>& texts,
                               const std::array<LinkCounts, 3>& client, const std::array<LinkCounts, 3>& model) try {
  std::array<Json, 3> parties;
  for (int p = 0; p < 3; ++p) {
    parties[p] = ParseJson(texts[p]);
    const Json& party = parties[p];
    if (!party.is_object() || !party.contains("ops") || party["ops"].size() != entry.instructions.size() || !party.contains("links") ||
        party["links"].size() != 5) {
      return absl::DataLossError(absl::StrCat("P", p, " sent a report that is none"));
    }
  }
  constexpr int kIo = static_cast<int>(Section::kIo), kSetup = static_cast<int>(Section::kSetup);
  std::array<uint64_t, 3> io;
  uint64_t setup = 0, framing = 0, io_total = 0;
  for (int p = 0; p < 3; ++p) {
    io[p] = client[p].sent[kIo] + Sent(parties[p], 3, Section::kIo) + model[p].sent[kIo] + Sent(parties[p], 4, Section::kIo);
    io_total += io[p];
    setup += client[p].sent[kSetup] + model[p].sent[kSetup];
    framing += client[p].framing + model[p].framing;
    for (int link = 0; link < 5; ++link) {
      setup += Sent(parties[p], link, Section::kSetup);
      framing += Count(parties[p].at("links").at(link).at("framing"));
    }
  }
  const auto of_each = [&](const char* key) {
    Json out;
    for (int p = 0; p < 3; ++p) out[absl::StrCat("P", p)] = parties[p].at(key);
    return out;
  };
  Json report;
  report["entry"] = entry.name;
  report["online"] = {{"rounds", parties[1].at("rounds")}, {"bytes", PairBytes(parties, Section::kOnline)}};
  report["offline"] = {{"messages", parties[0].at("deal_messages")}, {"bytes", PairBytes(parties, Section::kOffline)}};
  report["io"] = {{"bytes", {{"owner-P0", io[0]}, {"owner-P1", io[1]}, {"owner-P2", io[2]}, {"total", io_total}}}};
  report["setup"] = {{"bytes", {{"total", setup}}}};
  report["ops"] = OpRows(program, entry, parties);
  report["local"] = {{"ring_macs", of_each("ring_macs")}, {"prg_bytes", of_each("prg_bytes")}};
  report["framing_bytes"] = framing;
  report["seconds"] = {{"load", Largest(parties, "preamble") + Largest(parties, "weights")},
                       {"offline", Largest(parties, "offline")},
                       {"online", Largest(parties, "online")},
                       {"parties", {{"offline", of_each("offline")}, {"online", of_each("online")}}}};
  report["peak_rss_bytes"] = of_each("peak_rss_bytes");
  return report;
} catch (const nlohmann::json::exception&) {  // a field that is missing or of another type
  return absl::DataLossError("a party sent a report that is none");
}

absl::Status CompareWithCost(const Json& report, const std::string& cost_text, const std::string& entry) try {
  const Json cost = ParseJson(cost_text);
  if (!cost.is_object() || !cost.contains("entries") || !cost["entries"].is_array()) {
    return absl::InvalidArgumentError("cost.json is not a cost; compile the model again");
  }
  for (const Json& expected : cost["entries"]) {
    if (!expected.is_object() || expected.value("entry", Json()) != entry) continue;
    const nlohmann::json want = expected, got = report;  // objects without order
    for (const char* section : {"online", "offline", "io", "setup", "ops", "local"}) {
      const nlohmann::json wanted_section = want.value(section, nlohmann::json());
      const nlohmann::json difference = nlohmann::json::diff(wanted_section, got.at(section));
      if (difference.empty()) continue;
      const nlohmann::json& first = difference.front();
      const nlohmann::json::json_pointer at(first.value("path", ""));
      const nlohmann::json wanted = wanted_section.contains(at) ? wanted_section.at(at) : nlohmann::json();
      return absl::InternalError(absl::StrCat("the run differs from the compiler's cost in ", section, first.value("path", ""),
                                              ": expected ", wanted.dump(), ", counted ", first.value("value", nlohmann::json()).dump()));
    }
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("cost.json has no entry '", entry, "'; compile the model again"));
} catch (const nlohmann::json::exception&) {
  return absl::InvalidArgumentError("cost.json is not a cost; compile the model again");
}

}  // namespace tacit
