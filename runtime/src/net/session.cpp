// mpc-run's session: processes, owners, outputs.
#include "tacit/session.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tacit/fault.h"
#include "tacit/handshake.h"

namespace tacit {
namespace {

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int f) : fd(f) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Reset();
    fd = std::exchange(other.fd, -1);
    return *this;
  }
  ~Descriptor() { Reset(); }
  void Reset() {
    if (fd >= 0) close(std::exchange(fd, -1));
  }
  int Release() { return std::exchange(fd, -1); }
};

// The program's bytes in an anonymous, sealed file: what a party reads is not in a folder that it could walk.
absl::StatusOr<Descriptor> ProgramFile(const std::string& bytes) {
  Descriptor file(memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.fd < 0) return absl::UnavailableError("cannot make an anonymous file for the program");
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = write(file.fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) return absl::ResourceExhaustedError("cannot write the program to an anonymous file");
    done += n;
  }
  fcntl(file.fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return file;
}

// The three processes. They are killed with this object unless they ended before.
class Parties {
 public:
  ~Parties() { Kill(); }

  void Kill() {
    for (pid_t pid : pids_) {
      if (pid > 0) kill(pid, SIGKILL);
    }
    for (size_t party = 0; party < pids_.size(); ++party) {
      if (pids_[party] <= 0) continue;
      waitpid(pids_[party], nullptr, 0);
      pids_[party] = 0;
      ends_[party] = "killed";
    }
  }

  // `ends[i]` becomes descriptor kFirstLinkFd + i of the party; -1 leaves it closed.
  absl::Status Start(int party, const std::string& binary, const std::vector<std::string>& arguments, int program,
                     const std::array<int, 6>& ends) {
    // Sources are moved above the targets first, so that no dup2 overwrites one that is still needed.
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    std::vector<Descriptor> high;
    const auto pass = [&](int from, int to) {
      high.emplace_back(fcntl(from, F_DUPFD_CLOEXEC, 64));
      posix_spawn_file_actions_adddup2(&actions, high.back().fd, to);
    };
    pass(program, kProgramFd);
    for (size_t i = 0; i < ends.size(); ++i) {
      if (ends[i] >= 0) pass(ends[i], kFirstLinkFd + static_cast<int>(i));
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    std::vector<char*> argv{const_cast<char*>(binary.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    char* environment[] = {nullptr};
    const int error = posix_spawn(&pids_[party], binary.c_str(), &actions, nullptr, argv.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pids_[party] = 0;
      return absl::UnavailableError(absl::StrCat("cannot start ", binary, ": ", strerror(error)));
    }
    return absl::OkStatus();
  }

  pid_t pid(int party) const { return pids_[party]; }
  const std::array<std::string, 3>& ends() const { return ends_; }

  // Waits a moment for all to end by themselves.
  void Wait(double seconds) {
    const auto start = std::chrono::steady_clock::now();
    for (size_t party = 0; party < pids_.size(); ++party) {
      pid_t& pid = pids_[party];
      for (int status = 0; pid > 0;) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
          pid = 0;
          ends_[party] = WIFSIGNALED(status) ? absl::StrCat("signal ", WTERMSIG(status)) : absl::StrCat("exit ", WEXITSTATUS(status));
        } else if (Since(start) >= seconds) {
          break;
        } else {
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
      }
    }
  }

 private:
  std::array<pid_t, 3> pids_{};
  std::array<std::string, 3> ends_;
};

// Testing: the writable memory of a process, page after page, in one file; pages that were never touched are left out, and mappings
// above 64 GiB, which only a sanitizer's shadow is. Nothing is left of a dump that fails, or that grows beyond 16 GiB.
absl::Status DumpMemory(pid_t pid, const std::string& path) {
  constexpr uint64_t kMaxMapping = uint64_t{1} << 36, kMaxDump = uint64_t{1} << 34, kPresent = uint64_t{3} << 62;
  const uint64_t page_size = sysconf(_SC_PAGESIZE);
  std::ifstream maps(absl::StrCat("/proc/", pid, "/maps"));
  const Descriptor memory(open(absl::StrCat("/proc/", pid, "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor pages(open(absl::StrCat("/proc/", pid, "/pagemap").c_str(), O_RDONLY | O_CLOEXEC));
  // For its owner alone, also where the folder was there before.
  std::remove(path.c_str());
  const Descriptor made(open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  std::ofstream out(path, std::ios::binary);
  if (made.fd < 0 || !maps || memory.fd < 0 || pages.fd < 0 || !out)
    return absl::PermissionDeniedError(absl::StrCat("cannot read the memory of process ", pid));
  uint64_t written = 0;
  std::vector<char> page(page_size);
  std::vector<uint64_t> flags(4096);
  for (std::string line; out && written <= kMaxDump && std::getline(maps, line);) {
    uint64_t begin = 0, end = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3 || mode[0] != 'r' || mode[1] != 'w' || end - begin > kMaxMapping)
      continue;
    while (begin < end && out && written <= kMaxDump) {
      const ssize_t known =
          pread(pages.fd, flags.data(), 8 * std::min<uint64_t>(flags.size(), (end - begin) / page_size), begin / page_size * 8);
      if (known < 8) break;
      for (ssize_t i = 0; i < known / 8; ++i, begin += page_size) {
        if ((flags[i] & kPresent) == 0 || pread(memory.fd, page.data(), page_size, begin) != static_cast<ssize_t>(page_size)) continue;
        out.write(page.data(), page_size);
        written += page_size;
      }
    }
  }
  out.close();
  if (out && written <= kMaxDump) return absl::OkStatus();
  std::remove(path.c_str());
  return absl::ResourceExhaustedError(absl::StrCat("cannot write the memory of process ", pid, " to ", path));
}

// Everything of one run; its parts are in the order of the run.
class Session {
 public:
  Session(Bundle& bundle, const Entry& entry, const RunOptions& options) : bundle_(bundle), entry_(entry), options_(options) {}

  absl::StatusOr<RunResult> Run(const NamedTensors& inputs) {
    const auto start = std::chrono::steady_clock::now();
    auto network = options_.network.empty() ? absl::StatusOr<Network>(Network{}) : ParseNetwork(options_.network);
    if (!network.ok()) return network.status();
    network_ = *network;
    const Program& program = bundle_.program();
    parameters_.program = program.digest;
    parameters_.entry = static_cast<uint32_t>(&entry_ - program.entries.data());
    const Seed random = RandomSeed();
    std::memcpy(&parameters_.session, random.data(), sizeof parameters_.session);

    // What the owners hold is checked before a process is started.
    OwnerSeeds none;
    if (auto s = OwnerSession(program, entry_, "client", none).Prepare(inputs, NoParams); !s.ok()) return s;
    if (!options_.fault.empty()) {
      auto fault = ParseFault(options_.fault);
      if (!fault.ok()) return fault.status();
      fault_ = *fault;
    }
    if (auto s = StartParties(); !s.ok()) return s;
    auto result = Drive(inputs);
    if (!result.ok()) {
      // What the owners know stays here: parties are told that it is over, not why.
      for (auto& link : links_) link->Close(absl::AbortedError("the session is over"));
      parties_.Wait(1);
    }
    parties_.Kill();
    if (options_.ends) *options_.ends = parties_.ends();
    if (!result.ok()) return result.status();
    result->report["seconds"]["total"] = Since(start);
    return result;
  }

 private:
  static absl::StatusOr<Tensor> NoParams(uint32_t) { return absl::InvalidArgumentError("the data owner has no parameters"); }

  absl::Status StartParties() {
    auto program = ProgramFile(bundle_.program_bytes());
    if (!program.ok()) return program.status();
    Descriptor ends[5][5];  // ends[a][b]: a's end of the link between a and b; 3 is the client, 4 the model's owner
    for (int a = 0; a < 5; ++a) {
      for (int b = a + 1; b < 5 && a < 3; ++b) {
        auto pair = SocketPair();
        if (!pair.ok()) return pair.status();
        ends[a][b] = Descriptor(pair->first);
        ends[b][a] = Descriptor(pair->second);
      }
    }
    for (int p = 0; p < 3; ++p) {
      std::vector<std::string> arguments = {
          "--party",   absl::StrCat(p), "--insecure-clear-links",       "--session",  absl::StrCat(parameters_.session), "--entry",
          entry_.name, "--threads",     absl::StrCat(options_.threads), "--deadline", absl::StrCat(options_.deadline_s)};
      if (!options_.network.empty()) arguments.insert(arguments.end(), {"--network", options_.network});
      if (options_.queue_bytes > 0) arguments.insert(arguments.end(), {"--queue-bytes", absl::StrCat(options_.queue_bytes)});
      if (!options_.fault.empty()) arguments.insert(arguments.end(), {"--fault", options_.fault});
      Descriptor traffic;
      if (!options_.dump_folder.empty()) {
        mkdir(options_.dump_folder.c_str(), 0700);
        traffic = Descriptor(
            open(absl::StrCat(options_.dump_folder, "/party", p, ".traffic").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
        if (traffic.fd < 0) return absl::UnavailableError(absl::StrCat("cannot write to ", options_.dump_folder));
        arguments.push_back("--inspectable");
      }
      const std::array<int, 6> passed = {ends[p][0].fd, ends[p][1].fd, ends[p][2].fd, ends[p][3].fd, ends[p][4].fd, traffic.fd};
      const std::string& binary = options_.emitted[p].empty() ? options_.party_binary : options_.emitted[p];
      if (auto s = parties_.Start(p, binary, arguments, program->fd, passed); !s.ok()) return s;
    }
    std::vector<SocketLink*> all;
    for (int owner : {3, 4}) {
      for (int p = 0; p < 3; ++p) {
        // The parties notice each other's silence first and say who it is.
        SocketLinkOptions link{absl::StrCat("P", p), parameters_.session, 2 * options_.deadline_s + 1, network_, -1, {}};
        link.on_receive = [this] {
          for (SocketLink* socket : sockets_) socket->Alive();
        };
        if (options_.queue_bytes > 0) link.queue_bytes = options_.queue_bytes;
        const int fd = ends[owner][p].Release();
        auto socket = SocketLink::Make(fd, link);
        all.push_back(socket.get());
        if (fault_.party == owner) {
          links_.push_back(MakeFaulty(std::move(socket), fd, parameters_.session, fault_, &sent_));
        } else {
          links_.push_back(std::move(socket));
        }
      }
    }
    sockets_ = all;
    SocketLink::Watch(all);
    return absl::OkStatus();
  }

  absl::StatusOr<RunResult> Drive(const NamedTensors& inputs) {
    const Links client{links_[0].get(), links_[1].get(), links_[2].get(), nullptr, nullptr};
    const Links model{links_[3].get(), links_[4].get(), links_[5].get(), nullptr, nullptr};
    const Program& program = bundle_.program();
    auto client_seeds = OwnerHandshake(parameters_, client);
    if (!client_seeds.ok()) return client_seeds.status();
    auto model_seeds = OwnerHandshake(parameters_, model);
    if (!model_seeds.ok()) return model_seeds.status();
    OwnerSession data(program, entry_, "client", *client_seeds), weights(program, entry_, "model", *model_seeds);
    for (OwnerSeeds* seeds : {&*client_seeds, &*model_seeds}) explicit_bzero(seeds, sizeof *seeds);  // the generators have them
    if (auto s = data.Prepare(inputs, NoParams); !s.ok()) return s;
    if (auto s = weights.Prepare({}, [this](uint32_t index) { return bundle_.LoadParam(index); }); !s.ok()) return s;
    if (auto s = data.SendPublic(client); !s.ok()) return s;
    if (auto s = weights.SendPublic(model); !s.ok()) return s;
    if (auto s = weights.SendShares(model); !s.ok()) return s;
    if (auto s = data.SendShares(client); !s.ok()) return s;
    auto outputs = data.ReceiveOutputs(client);
    if (!outputs.ok()) return outputs.status();

    std::array<std::string, 3> reports;
    std::array<LinkCounts, 3> client_counts, model_counts;
    for (int p = 0; p < 3; ++p) {
      auto report = links_[p]->Receive(MessageKind::kReport, 0, -1);
      if (!report.ok()) return report.status();
      reports[p].assign(report->begin(), report->end());
      client_counts[p] = CountsOf(*links_[p]);
      model_counts[p] = CountsOf(*links_[3 + p]);
    }
    if (!options_.dump_folder.empty()) {
      for (int p = 0; p < 3; ++p) {
        if (auto s = DumpMemory(parties_.pid(p), absl::StrCat(options_.dump_folder, "/party", p, ".mem")); !s.ok()) return s;
      }
    }
    // Nobody leaves before all are done: a link that ends earlier is a party that died.
    for (int p = 0; p < 3; ++p) {
      if (auto s = links_[p]->Send(MessageKind::kDone, 0, Section::kControl, {}); !s.ok()) return s;
    }
    parties_.Wait(2);
    auto report = RunReport(program, entry_, reports, client_counts, model_counts);
    if (!report.ok()) return report.status();
    if (auto s = CompareWithCost(*report, bundle_.cost_text(), entry_.name); !s.ok()) return s;
    return RunResult{*std::move(outputs), *std::move(report)};
  }

  Bundle& bundle_;
  const Entry& entry_;
  const RunOptions& options_;
  SessionParameters parameters_;
  Network network_;
  Parties parties_;
  Fault fault_;
  int sent_ = 0;                              // messages of the owner that has a fault
  std::vector<std::unique_ptr<Link>> links_;  // client to P0, P1, P2; model's owner to P0, P1, P2
  std::vector<SocketLink*> sockets_;          // those under `links_`
};

}  // namespace

absl::StatusOr<RunResult> RunSession(Bundle& bundle, const NamedTensors& inputs, const RunOptions& options) {
  auto entry = bundle.program().FindEntry(options.entry);
  if (!entry.ok()) return entry.status();
  return Session(bundle, **entry, options).Run(inputs);
}

}  // namespace tacit
