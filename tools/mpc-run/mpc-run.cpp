// mpc-run: a bundle on this machine, three parties as processes of their own, this process as both owners.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tacit/bundle.h"
#include "tacit/case.h"
#include "tacit/fault.h"
#include "tacit/keep_pages.h"
#include "tacit/npz.h"
#include "tacit/session.h"

namespace tacit {
namespace {

constexpr char kHelp[] =
    "Runs a bundle in three processes on this machine, as P0, P1, P2, and plays the data owner and the model's owner.\n\n"
    "Example:\n"
    "  mpc-run bundle --input case.npz --output out.npz --report report.json --compare case.npz\n\n"
    "  --input CASE.npz      inputs, by ONNX name or as in:NAME; or a folder with input_K.pb and output_K.pb\n"
    "  --output OUT.npz      write the outputs there\n"
    "  --report R.json       write bytes, rounds, seconds and memory there\n"
    "  --compare CASE.npz    print error and cosine per output against NAME or out:NAME; status 1 past the tolerance\n"
    "  --tolerance E         largest absolute error that passes (default 1e-2)\n"
    "  --entry NAME          entry point (default the only one, or main)\n"
    "  --network lan|wan|RTT_MS:MBIT   emulate a network between all processes (lan is 1 ms and 5000 Mbit/s, wan 40 ms and 100)\n"
    "  --threads N           threads of each party (default 1)\n"
    "  --deadline SECONDS    longest wait for a message (default 60)\n"
    "  --party [N=]PROGRAM   run this as every party, or as party N: compiled from mpc-translate --mpc-to-cpp of this bundle's program\n"
    "  --profile             print the cost of each op, by ONNX node\n"
    "Testing:\n"
    "  --fault PARTY:KIND:POINT   PARTY (0, 1, 2, data, model) misbehaves when it sends its message number POINT (from 0): kill, garbage,\n"
    "                             length, round, kind, session, sequence, digest, cut, hang, stop; says how each party ended\n"
    "  --dump-memory FOLDER       keep each party's memory and traffic there\n"
    "Exit status: 0 done, 1 the run failed or differs, 2 wrong usage.\n";

struct Options {
  std::string bundle, input, output, report, compare;
  double tolerance = 1e-2;
  bool profile = false;
  RunOptions run;
};

// --party PROGRAM or N=PROGRAM; false for what is neither.
bool ParseParty(const std::string &value, RunOptions *run) {
  std::string path = value;
  int only = -1;
  if (value.size() >= 2 && value[0] >= '0' && value[0] <= '2' && value[1] == '=') {
    only = value[0] - '0';
    path = value.substr(2);
  }
  if (path.empty() || access(path.c_str(), X_OK) != 0)
    return false;
  for (int party = 0; party < 3; ++party) {
    if (only < 0 || only == party)
      run->emitted[party] = path;
  }
  return true;
}

std::string Parse(int argc, char **argv, Options *options) {
  const std::vector<std::pair<std::string, std::string *>> texts = {
      {"--input", &options->input},     {"--output", &options->output},
      {"--report", &options->report},   {"--compare", &options->compare},
      {"--entry", &options->run.entry}, {"--network", &options->run.network},
      {"--fault", &options->run.fault}, {"--dump-memory", &options->run.dump_folder}};
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i], value;
    if (name.rfind("--", 0) != 0) {
      if (!options->bundle.empty())
        return absl::StrCat("one bundle at a time, found '", options->bundle, "' and '", name, "'");
      options->bundle = name;
      continue;
    }
    if (name == "--profile") {
      options->profile = true;
      continue;
    }
    const size_t equals = name.find('=');
    if (equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    std::string *text = nullptr;
    for (const auto &[option, target] : texts) {
      if (option == name)
        text = target;
    }
    if (!text && name != "--tolerance" && name != "--threads" && name != "--deadline" && name != "--party")
      return absl::StrCat("unknown option '", name, "'");
    if (equals == std::string::npos) {
      if (i + 1 == argc)
        return absl::StrCat(name, " needs a value");
      value = argv[++i];
    }
    bool fine = true;
    if (text) {
      *text = value;
    } else if (name == "--party") {
      if (!ParseParty(value, &options->run))
        return absl::StrCat("--party takes PROGRAM or N=PROGRAM, N 0, 1 or 2, a file that may be executed; found '", value, "'");
    } else if (name == "--tolerance") {
      fine = absl::SimpleAtod(value, &options->tolerance) && options->tolerance >= 0;
    } else if (name == "--threads") {
      fine = absl::SimpleAtoi(value, &options->run.threads) && options->run.threads >= 1 && options->run.threads <= 1024;
    } else {
      fine = absl::SimpleAtod(value, &options->run.deadline_s) && options->run.deadline_s > 0;
    }
    if (!fine)
      return absl::StrCat(name, " does not take '", value, "'");
  }
  if (options->bundle.empty())
    return "a bundle is needed";
  if (options->input.empty())
    return "--input CASE.npz is needed";
  if (!options->run.network.empty() && !ParseNetwork(options->run.network).ok())
    return std::string(ParseNetwork(options->run.network).status().message());
  if (!options->run.fault.empty() && !ParseFault(options->run.fault).ok())
    return std::string(ParseFault(options->run.fault).status().message());
  return "";
}

absl::Status WriteText(const std::string &path, const std::string &text) {
  const std::string partial = absl::StrCat(path, ".partial-", getpid());
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out || std::rename(partial.c_str(), path.c_str()) != 0) {
    std::remove(partial.c_str());
    return absl::UnavailableError(absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

// mpc-party stands beside this program.
std::string PartyBinary() {
  char path[4096];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  const std::string self(path, n > 0 ? n : 0);
  return self.substr(0, self.rfind('/') + 1) + "mpc-party";
}

void PrintSummary(const Json &r) {
  const auto total = [&](const char *section) { return r[section]["bytes"]["total"].get<uint64_t>() / 1e6; };
  std::printf("%d rounds; online %.3f MB, offline %.3f MB, input and results %.3f MB, set-up %.3f MB; online %.3f s, offline %.3f s, in "
              "all %.3f s\n",
              r["online"]["rounds"].get<int>(), total("online"), total("offline"), total("io"), total("setup"),
              r["seconds"]["online"].get<double>(), r["seconds"]["offline"].get<double>(), r["seconds"]["total"].get<double>());
}

void PrintProfile(const Json &r) {
  std::printf("%14s %14s %7s %10s  %-20s %s\n", "online bytes", "offline bytes", "rounds", "elements", "op", "node");
  for (const Json &op : r["ops"]) {
    std::printf("%14lu %14lu %7lu %10lu  %-20s %s\n", op["online_bytes"].get<uint64_t>(), op["offline_bytes"].get<uint64_t>(),
                op["rounds"].get<uint64_t>(), op["elements"].get<uint64_t>(), op["kind"].get<std::string>().c_str(),
                op["name"].get<std::string>().c_str());
  }
}

// Compares, adds the errors to the report, and tells whether all pass.
absl::StatusOr<bool> Compare(const Options &options, const Entry &entry, RunResult *result) {
  auto expected = ReadCase(options.compare, entry);
  if (!expected.ok())
    return expected.status();
  auto comparisons = CompareOutputs(result->outputs, *expected);
  if (!comparisons.ok())
    return absl::InvalidArgumentError(absl::StrCat(options.compare, ": ", comparisons.status().message()));
  bool fine = true;
  for (const Comparison &c : *comparisons) {
    const bool passes = c.max_abs_error <= options.tolerance;
    std::printf("%-32s max abs error %.3e  cosine %.7f%s\n", c.name.c_str(), c.max_abs_error, c.cosine,
                passes ? "" : "  ABOVE THE TOLERANCE");
    result->report["max_abs_error"][c.name] = c.max_abs_error;
    result->report["cosine"][c.name] = c.cosine;
    fine = fine && passes;
  }
  return fine;
}

absl::StatusOr<bool> Run(Options &options) {
  auto bundle = Bundle::Open(options.bundle);
  if (!bundle.ok())
    return bundle.status();
  auto entry = (*bundle)->program().FindEntry(options.run.entry);
  if (!entry.ok())
    return entry.status();
  auto tensors = ReadCase(options.input, **entry);
  if (!tensors.ok())
    return tensors.status();
  auto inputs = SelectInputs((*bundle)->program(), **entry, *tensors);
  if (!inputs.ok())
    return absl::InvalidArgumentError(absl::StrCat(options.input, ": ", inputs.status().message()));
  options.run.party_binary = PartyBinary();
  std::array<std::string, 3> ends;
  if (!options.run.fault.empty())
    options.run.ends = &ends;
  auto result = RunSession(**bundle, *inputs, options.run);
  for (size_t party = 0; party < ends.size() && !options.run.fault.empty(); ++party)
    std::fprintf(stderr, "P%zu: ended by %s\n", party, ends[party].c_str());
  if (!result.ok())
    return result.status();

  bool fine = true;
  PrintSummary(result->report);
  if (options.profile)
    PrintProfile(result->report);
  if (!options.compare.empty()) {
    auto compared = Compare(options, **entry, &*result);
    if (!compared.ok())
      return compared.status();
    fine = *compared;
  }
  if (!options.output.empty()) {
    if (auto s = WriteNpz(options.output, result->outputs); !s.ok())
      return s;
  }
  if (!options.report.empty()) {
    if (auto s = WriteText(options.report, result->report.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"); !s.ok())
      return s;
  }
  if (!fine)
    std::fprintf(stderr, "error: an output differs from %s by more than %g\n", options.compare.c_str(), options.tolerance);
  return fine;
}

int Main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--help" || std::string(argv[i]) == "-h") {
      std::fputs(kHelp, stdout);
      return 0;
    }
  }
  Options options;
  if (const std::string wrong = Parse(argc, argv, &options); !wrong.empty()) {
    std::fprintf(stderr, "error: %s; see mpc-run --help\n", wrong.c_str());
    return 2;
  }
  auto done = Run(options);
  if (!done.ok())
    std::fprintf(stderr, "error: %s\n", std::string(done.status().message()).c_str());
  return done.ok() && *done ? 0 : 1;
}

} // namespace
} // namespace tacit

int main(int argc, char **argv) {
  tacit::KeepPages();
  try {
    return tacit::Main(argc, argv);
  } catch (const std::exception &e) { // memory that is not there
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
