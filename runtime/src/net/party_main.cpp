// A party's process. mpc-run starts it with a program and links by descriptor; it opens nothing itself.
#include "tacit/party_main.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tacit/emitted.h"
#include "tacit/executor.h"
#include "tacit/fault.h"
#include "tacit/handshake.h"
#include "tacit/keep_pages.h"
#include "tacit/kernels.h"
#include "tacit/report.h"
#include "tacit/sandbox.h"
#include "tacit/session.h"
#include "tacit/socket_link.h"

namespace tacit {
namespace {

constexpr char kHelp[] =
    "One party of a private inference: mpc-party, or what was compiled from mpc-translate --mpc-to-cpp. mpc-run starts three of these:\n"
    "  mpc-party --party 1 --entry main --session 7 --insecure-clear-links\n"
    "with the program as descriptor 3 and links to P0, P1, P2, the data owner and the model's owner as descriptors 4 to 8.\n\n"
    "  --party N                0 (helper), 1 or 2 (evaluators)\n"
    "  --entry NAME             entry point of the program\n"
    "  --session ID             64-bit number that all ends of this session were given\n"
    "  --insecure-clear-links   needed: the links are not encrypted, which is right inside one machine only\n"
    "  --threads N              threads of the kernels (default 1)\n"
    "  --deadline SECONDS       longest wait for a message (default 60)\n"
    "  --queue-bytes N          payloads that wait on a link before a send waits (default 32 MiB)\n"
    "  --network lan|wan|RTT_MS:MBIT   emulated by the sending end\n"
    "Testing: --fault PARTY:KIND:POINT (all parties get it and say on stderr how the session ended), --inspectable (memory stays readable, descriptor 9 receives the traffic)\n"
    "Exit status: 0 done, 1 the session failed, 2 wrong usage.\n";

struct PartyOptions {
  int party = -1, threads = 1;
  std::string entry;
  SocketLinkOptions link;
  bool clear_links = false, inspectable = false;
  Fault fault;
};

// Text of a usage error, or "".
std::string Parse(int argc, char **argv, PartyOptions *options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--insecure-clear-links") {
      options->clear_links = true;
      continue;
    }
    if (name == "--inspectable") {
      options->inspectable = true;
      continue;
    }
    if (i + 1 == argc) return absl::StrCat("unknown option '", name, "', or it lacks its value");
    const std::string value = argv[++i];
    bool fine = true;
    if (name == "--party") {
      fine = absl::SimpleAtoi(value, &options->party) && options->party >= 0 && options->party <= 2;
    } else if (name == "--entry") {
      options->entry = value;
    } else if (name == "--session") {
      fine = absl::SimpleAtoi(value, &options->link.session);
    } else if (name == "--threads") {
      fine = absl::SimpleAtoi(value, &options->threads) && options->threads >= 1 && options->threads <= 1024;
    } else if (name == "--deadline") {
      fine = absl::SimpleAtod(value, &options->link.deadline_s) && options->link.deadline_s > 0;
    } else if (name == "--queue-bytes") {
      fine = absl::SimpleAtoi(value, &options->link.queue_bytes) && options->link.queue_bytes > 0;
    } else if (name == "--network") {
      auto network = ParseNetwork(value);
      fine = network.ok();
      if (fine) options->link.network = *network;
    } else if (name == "--fault") {
      auto fault = ParseFault(value);
      fine = fault.ok();
      if (fine) options->fault = *fault;
    } else {
      return absl::StrCat("unknown option '", name, "'");
    }
    if (!fine) return absl::StrCat(name, " does not take '", value, "'");
  }
  if (options->party < 0) return "--party 0, 1 or 2 is needed";
  if (!options->clear_links) return "links by descriptor are not encrypted; --insecure-clear-links says that this is meant";
  return "";
}

absl::StatusOr<Program> ReadProgram() {
  struct stat info;
  if (fstat(kProgramFd, &info) != 0 || info.st_size <= 0 || info.st_size > (off_t{1} << 30)) {
    return absl::InvalidArgumentError("descriptor 3 is no program");
  }
  std::string bytes(info.st_size, '\0');
  for (off_t done = 0; done < info.st_size;) {
    const ssize_t n = pread(kProgramFd, bytes.data() + done, info.st_size - done, done);
    if (n <= 0) return absl::InvalidArgumentError("descriptor 3 is no program");
    done += n;
  }
  close(kProgramFd);
  return ParseProgram(bytes);
}

constexpr int kClientPlace = 3;

// The links of one party, by place: P0, P1, P2, client, model.
struct Ends {
  std::array<std::unique_ptr<Link>, 5> links;
  std::vector<SocketLink *> sockets;  // those under `links`
  SocketLink *client = nullptr;
  int sent = 0;  // messages, for faults

  void Open(const PartyOptions &options) {
    static constexpr const char *kPeers[] = {"P0", "P1", "P2", "the data owner", "the model's owner"};
    for (int place = 0; place < 5; ++place) {
      if (place == options.party) continue;
      SocketLinkOptions link = options.link;
      link.peer = kPeers[place];
      link.record_fd = options.inspectable ? kTrafficFd : -1;
      link.on_receive = [this] { Alive(); };
      auto socket = SocketLink::Make(kFirstLinkFd + place, link);
      sockets.push_back(socket.get());
      if (place == kClientPlace) client = socket.get();
      if (options.fault.kind != Fault::Kind::kNone && options.fault.party == options.party) {
        links[place] = MakeFaulty(std::move(socket), kFirstLinkFd + place, options.link.session, options.fault, &sent);
      } else {
        links[place] = std::move(socket);
      }
    }
    SocketLink::Watch(sockets);
  }

  // Tells the peers, now and then, that this party makes progress.
  void Alive() {
    for (SocketLink *socket : sockets) socket->Alive();
  }

  Links view() const { return {links[0].get(), links[1].get(), links[2].get(), links[3].get(), links[4].get()}; }
};

// What a party runs: the container, or emitted C++.
struct Source {
  const Program *container = nullptr;
  const emitted::ProgramCode *emitted = nullptr;

  // What all ends of a session must agree on; NotFound for an entry that is not there.
  absl::StatusOr<SessionParameters> Parameters(const PartyOptions &options) const {
    SessionParameters parameters;
    parameters.session = options.link.session;
    if (emitted) {
      auto digest = emitted::DigestOf(*emitted);
      if (!digest.ok()) return digest.status();
      auto entry = emitted::FindEntry(*emitted, options.entry);
      if (!entry.ok()) return entry.status();
      parameters.program = *digest;
      parameters.entry = (*entry)->index;
      return parameters;
    }
    auto entry = container->FindEntry(options.entry);
    if (!entry.ok()) return entry.status();
    parameters.program = container->digest;
    parameters.entry = static_cast<uint32_t>(*entry - container->entries.data());
    return parameters;
  }

  absl::StatusOr<std::unique_ptr<PartyRun>> Make(const PartyOptions &options, const PartySeeds &seeds, const Links &links,
                                                 const ExecutorOptions &execution) const {
    if (emitted) {
      auto entry = emitted::FindEntry(*emitted, options.entry);
      if (!entry.ok()) return entry.status();
      return emitted::MakeRun(*emitted, **entry, options.party, seeds, links, execution, container);
    }
    auto entry = container->FindEntry(options.entry);
    if (!entry.ok()) return entry.status();
    return std::make_unique<PartyExecutor>(*container, **entry, options.party, seeds, links, execution);
  }
};

absl::Status RunParty(const PartyOptions &options, const Source &source, Ends &ends) {
  auto parameters = source.Parameters(options);
  if (!parameters.ok()) return parameters.status();
  const Links links = ends.view();
  auto seeds = PartyHandshake(options.party, *parameters, links);
  if (!seeds.ok()) return seeds.status();
  ExecutorOptions execution;
  execution.progress = [&](size_t, size_t) { ends.Alive(); };
  auto run = source.Make(options, *seeds, links, execution);
  explicit_bzero(&*seeds, sizeof *seeds);  // the generators keep what they need of them
  if (!run.ok()) return run.status();
  PartyRun &party = **run;
  if (auto s = party.ReceivePublicAndPreamble(); !s.ok()) return s;
  if (auto s = AgreeOnPublic(options.party, party.public_digest(), links); !s.ok()) return s;
  if (auto s = party.ReceiveWeights(); !s.ok()) return s;
  if (auto s = party.Offline(); !s.ok()) return s;
  if (auto s = party.Online(); !s.ok()) return s;

  std::array<LinkCounts, 5> counts;
  for (int place = 0; place < 5; ++place) {
    if (ends.links[place]) counts[place] = CountsOf(*ends.links[place]);
  }
  const std::string report = PartyReport(party.counters(), counts);
  if (auto s = links.client->Send(MessageKind::kReport, 0, Section::kControl, Bytes(report.begin(), report.end())); !s.ok()) return s;
  // However long the evaluators take: the data owner ends the session when they fall silent. It alone is listened to from here on, since
  // a party that it told so before may be gone already.
  ends.client->SetDeadline(std::numeric_limits<double>::infinity());
  SocketLink::Watch({ends.client});
  return links.client->Receive(MessageKind::kDone, 0, 0).status();
}

absl::Status ReadAndRun(const PartyOptions &options, const emitted::ProgramCode *emitted, Ends &ends) {
  if (emitted && !emitted->container) {
    close(kProgramFd);
    return RunParty(options, {nullptr, emitted}, ends);
  }
  auto program = ReadProgram();
  if (!program.ok()) return program.status();
  return RunParty(options, {&*program, emitted}, ends);
}

int Main(int argc, char **argv, const emitted::ProgramCode *emitted) {
  KeepPages();
  if (argc > 1 && (std::string(argv[1]) == "--help" || std::string(argv[1]) == "-h")) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  PartyOptions options;
  if (const std::string wrong = Parse(argc, argv, &options); !wrong.empty()) {
    std::fprintf(stderr, "error: %s; see mpc-party --help\n", wrong.c_str());
    return 2;
  }
  // Nothing inherited by mistake, also at the places that this party does not use.
  close_range(kTrafficFd + 1, ~0u, 0);
  close(kFirstLinkFd + options.party);
  if (!options.inspectable) close(kTrafficFd);
  absl::Status status = EnterSandbox(options.inspectable);
  if (status.ok()) {
    kernels::SetThreads(options.threads);
    Ends ends;
    ends.Open(options);
    try {
      status = ReadAndRun(options, emitted, ends);
    } catch (const std::exception &e) {  // memory that is not there
      status = absl::ResourceExhaustedError(e.what());
    }
    if (options.fault.kind != Fault::Kind::kNone) std::fprintf(stderr, "P%d: %s\n", options.party, status.ToString().c_str());
    // The owners print the reason; a party only passes it on.
    for (auto &link : ends.links) {
      if (link) link->Close(status);
    }
    return status.ok() ? 0 : 1;
  }
  std::fprintf(stderr, "error: P%d: %s\n", options.party, std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int PartyMain(int argc, char **argv, const emitted::ProgramCode *emitted) {
  try {
    return Main(argc, argv, emitted);
  } catch (const std::exception &e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}

}  // namespace tacit
