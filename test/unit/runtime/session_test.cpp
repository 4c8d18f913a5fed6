// Whole sessions with three real party processes: results, costs, bundles that are damaged, parties that misbehave.
#include "tacit/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "runtime/bundle_fixture.h"
#include "tacit/handshake.h"
#include "tacit/npz.h"

namespace tacit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ReadFile;
using testing::TemporaryFolder;
using testing::TinyModel;
using testing::WriteFile;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The folder of the tools: this test is in bin/unit, they are in bin.
std::string Tools() { return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().string(); }

class SessionTest : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = bundle_ / "tiny";
    model_.Write(folder_);
    options_.party_binary = Tools() + "/mpc-party";
    options_.deadline_s = 20;
    WriteNpz(bundle_ / "case.npz", Case()).IgnoreError();
  }

  NamedTensors Case() const {
    NamedTensors tensors = model_.Inputs();
    std::vector<float> y;
    for (int i = 0; i < 8; ++i)
      y.push_back(model_.Expected(i / 4, i % 4));
    tensors.emplace_back("out:y", Tensor::F32({2, 4}, y));
    return tensors;
  }

  absl::StatusOr<RunResult> Run() {
    auto bundle = Bundle::Open(folder_);
    if (!bundle.ok())
      return bundle.status();
    return RunSession(**bundle, model_.Inputs(), options_);
  }
  absl::Status RunStatus() { return Run().status(); }

  TinyModel model_;
  TemporaryFolder bundle_;
  std::string folder_;
  RunOptions options_;
};

TEST_F(SessionTest, ThreeProcessesGiveTheResultAtTheStatedCost) {
  const auto result = Run();
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->outputs.size(), 1u);
  EXPECT_EQ(result->outputs[0].first, "y");
  const Tensor &y = result->outputs[0].second;
  ASSERT_EQ(y.shape(), (std::vector<int64_t>{2, 4}));
  for (int i = 0; i < 8; ++i)
    EXPECT_NEAR(y.f32()[i], model_.Expected(i / 4, i % 4), 2.0 / 65536);
  const Json &report = result->report;
  const Json cost = model_.Cost()["entries"][0];
  for (const char *section : {"online", "offline", "io", "setup", "ops", "local"})
    EXPECT_EQ(report[section], cost[section]) << section;
  EXPECT_GT(report["framing_bytes"].get<int64_t>(), 0);
  for (const char *party : {"P0", "P1", "P2"})
    EXPECT_GT(report["peak_rss_bytes"][party].get<int64_t>(), 100000);
  for (const char *phase : {"load", "offline", "online", "total"})
    EXPECT_GE(report["seconds"][phase].get<double>(), 0) << phase;
}

TEST_F(SessionTest, EverySessionHasFreshMasks) {
  options_.dump_folder = bundle_ / "first";
  ASSERT_EQ(RunStatus(), absl::OkStatus());
  options_.dump_folder = bundle_ / "second";
  ASSERT_EQ(RunStatus(), absl::OkStatus());
  EXPECT_NE(ReadFile(bundle_ / "first/party1.traffic"), ReadFile(bundle_ / "second/party1.traffic"));
}

TEST_F(SessionTest, MemoryAndTrafficOfPartiesHoldNoClearValue) {
  options_.dump_folder = bundle_ / "dump";
  const auto result = Run();
  ASSERT_TRUE(result.ok()) << result.status();
  const auto text = [](const auto &values) {
    return std::string(reinterpret_cast<const char *>(values.data()), sizeof values[0] * values.size());
  };
  std::vector<int64_t> fixed_x, fixed_w;
  for (float v : model_.x)
    fixed_x.push_back(std::llround(v * 65536.0));
  for (float v : model_.w)
    fixed_w.push_back(std::llround(v * 65536.0));
  const Tensor &y = result->outputs[0].second;
  const std::string result_bytes(reinterpret_cast<const char *>(y.f32()), y.bytes());
  for (int party = 0; party < 3; ++party) {
    for (const char *kind : {"mem", "traffic"}) {
      const std::string seen = ReadFile(bundle_ / absl::StrCat("dump/party", party, ".", kind));
      // The search finds what is there: public values on the links, the program in memory.
      EXPECT_NE(seen.find(std::string(kind) == "mem" ? "share.matmul" : text(model_.b)), std::string::npos) << party << kind;
      for (const std::string &secret : {text(model_.x), text(model_.w), text(fixed_x), text(fixed_w), result_bytes}) {
        EXPECT_EQ(seen.find(secret), std::string::npos) << party << kind;
      }
      // The owner's files have names; a party knows none.
      EXPECT_EQ(seen.find(folder_), std::string::npos) << party << kind;
    }
  }
}

TEST_F(SessionTest, AnEmulatedNetworkDelaysAndCostsTheSame) {
  ASSERT_EQ(RunStatus(), absl::OkStatus());
  options_.network = "60:1000";
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(RunStatus(), absl::OkStatus());
  // hello, seed, share, dealing or round, result: at least four messages one after the other, 30 ms each.
  EXPECT_GT(SecondsSince(start), 0.12);
}

// A queue that holds a single message makes every send wait for the one before it: no order of sends and receives may need more.
TEST_F(SessionTest, QueuesOfOneMessageAreEnough) {
  for (const char *network : {"", "20:50"}) {
    options_.queue_bytes = 1;
    options_.network = network;
    options_.deadline_s = 3;
    const auto result = Run();
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_NEAR(result->outputs[0].second.f32()[0], model_.Expected(0, 0), 2.0 / 65536);
  }
}

TEST_F(SessionTest, SaysHowEachPartyEnded) {
  std::array<std::string, 3> ends;
  options_.ends = &ends;
  ASSERT_EQ(RunStatus(), absl::OkStatus());
  EXPECT_THAT(ends, ::testing::Each("exit 0"));
  options_.fault = "1:kill:3";
  EXPECT_FALSE(RunStatus().ok());
  EXPECT_THAT(ends, ::testing::ElementsAre("exit 1", "signal 9", "exit 1"));
}

TEST_F(SessionTest, InputsAreCheckedBeforeAnythingStarts) {
  auto bundle = Bundle::Open(folder_);
  ASSERT_TRUE(bundle.ok());
  options_.party_binary = "/nonexistent";
  for (float bad : {NAN, INFINITY, 1e30f}) {
    NamedTensors inputs = model_.Inputs();
    inputs[0].second.f32()[4] = bad;
    const auto result = RunSession(**bundle, inputs, options_);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(result.status().message()), AllOf(HasSubstr("input 'in0'"), HasSubstr("at element 4")));
  }
}

TEST_F(SessionTest, AMissingPartyBinaryIsNamed) {
  options_.party_binary = "/nonexistent/mpc-party";
  EXPECT_THAT(std::string(RunStatus().message()), HasSubstr("/nonexistent/mpc-party"));
}

//===-- Parties that misbehave -----------------------------------------------------------------------------------------===//

// Every message of every party, each kind of fault: an error within two seconds, never a result.
class FaultTest : public SessionTest, public ::testing::WithParamInterface<const char *> {};

TEST_P(FaultTest, EndsTheSessionForAll) {
  for (int party = 0; party < 3; ++party) {
    int ended = 0;
    for (int point = 0; point < 12; ++point) {
      options_.fault = absl::StrCat(party, ":", GetParam(), ":", point);
      const auto start = std::chrono::steady_clock::now();
      const auto result = Run();
      EXPECT_LT(SecondsSince(start), 2) << options_.fault;
      if (!result.ok()) {
        ++ended;
        EXPECT_THAT(std::string(result.status().message()), HasSubstr("P")) << options_.fault;
      }
    }
    // Hello to two parties and two owners, a digest to two parties, then P0's dealing or a round and a result, then the report. Of a
    // changed payload only what everybody checks can be noticed: hellos, digests.
    EXPECT_GE(ended, std::string(GetParam()) == "digest" ? 6 : 8) << party;
  }
}
INSTANTIATE_TEST_SUITE_P(Kinds, FaultTest, ::testing::Values("kill", "garbage", "length", "round", "kind", "session", "sequence", "digest"),
                         [](const auto &info) { return std::string(info.param); });

TEST_F(SessionTest, APartyThatHangsIsNoticedByItsPeers) {
  options_.deadline_s = 0.5;
  for (const char *fault : {"0:hang:6", "1:hang:6", "2:hang:0"}) {
    options_.fault = fault;
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = RunStatus();
    // Who waits for whom when decides who is named: the one that hangs, or one that waits for it.
    EXPECT_THAT(std::string(status.message()), HasSubstr("nothing from P")) << fault;
    EXPECT_LT(SecondsSince(start), 4) << fault;
  }
}

//===-- Bundles --------------------------------------------------------------------------------------------------------===//

TEST_F(SessionTest, AFlippedBitOfTheProgramIsFound) {
  const std::string whole = ReadFile(folder_ + "/program.mpcb");
  for (size_t at = 0; at < whole.size(); at += 97) {
    std::string broken = whole;
    broken[at] ^= 1 << at % 8;
    WriteFile(folder_ + "/program.mpcb", broken);
    const absl::Status status = Bundle::Open(folder_).status();
    EXPECT_FALSE(status.ok()) << at;
    EXPECT_THAT(std::string(status.message()), HasSubstr("program.mpcb")) << at;
  }
}

TEST_F(SessionTest, ChangedWeightsAreFound) {
  std::string weights = ReadFile(folder_ + "/model.bin");
  weights[20] ^= 1;
  WriteFile(folder_ + "/model.bin", weights);
  const absl::Status status = RunStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("model.bin"));
}

TEST_F(SessionTest, ACostThatDiffersFailsTheRun) {
  for (const char *path :
       {"/entries/0/online/rounds", "/entries/0/online/bytes/P1-P2", "/entries/0/offline/messages", "/entries/0/io/bytes/owner-P2",
        "/entries/0/setup/bytes/total", "/entries/0/ops/0/elements", "/entries/0/local/ring_macs/P0", "/entries/0/local/prg_bytes/P2"}) {
    Json cost = model_.Cost();
    Json &figure = cost[Json::json_pointer(path)];
    figure = figure.get<int64_t>() + 1;
    WriteFile(folder_ + "/cost.json", cost.dump());
    const absl::Status status = RunStatus();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << path;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(path).substr(std::strlen("/entries/0/")))) << path;
  }
}

TEST_F(SessionTest, BrokenCostsAreErrors) {
  for (const char *text : {"", "[]", "{", "{\"entries\": 3}", "{\"entries\": [3]}", "{\"entries\": []}", "{\"entries\": [{\"entry\": 3}]}",
                           "{\"entries\": [{\"entry\": \"main\", \"online\": []}]}", "{\"entries\": [{\"entry\": \"other\"}]}"}) {
    WriteFile(folder_ + "/cost.json", text);
    EXPECT_FALSE(RunStatus().ok()) << text;
  }
}

TEST_F(SessionTest, BrokenManifestsAreErrors) {
  const Json good = Json::parse(ReadFile(folder_ + "/manifest.json"));
  const auto fails = [&](const std::string &text, absl::string_view what) {
    WriteFile(folder_ + "/manifest.json", text);
    EXPECT_THAT(std::string(RunStatus().message()), HasSubstr(std::string(what))) << text;
  };
  fails("", "manifest.json");
  fails("[1, 2]", "format");
  fails(std::string(100000, '['), "format");
  const auto changed = [&](const char *path, const Json &value) {
    Json json = good;
    json[Json::json_pointer(path)] = value;
    return json.dump();
  };
  fails(changed("/format", 2), "format");
  fails(changed("/program_digest", std::string(64, '0')), "another program");
  fails(changed("/files", 7), "files");
  fails(changed("/files/model.bin", 7), "files");
  fails(changed("/files/model.bin/sha256", "ab"), "digest");
  fails(changed("/files/model.bin/sha256", std::string(64, '1')), "digest");
  fails(changed("/files/model.bin/path", "../tiny/model.bin"), "leaves its folder");
  fails(changed("/files/model.bin/path", "a/../../tiny/model.bin"), "leaves its folder");
  fails(changed("/files/model.bin/path", "missing.bin"), "missing.bin");
  fails(changed("/files", Json::object()), "model.bin");
}

TEST_F(SessionTest, ABundleThatIsNoFolderIsNamed) {
  EXPECT_THAT(std::string(Bundle::Open(bundle_ / "nothing").status().message()), HasSubstr("nothing"));
  std::filesystem::remove(folder_ + "/cost.json");
  EXPECT_THAT(std::string(Bundle::Open(folder_).status().message()), HasSubstr("cost.json"));
}

//===-- Handshake ------------------------------------------------------------------------------------------------------===//

// Three parties and two owners over socket pairs, in threads.
struct Agreement {
  std::array<absl::StatusOr<PartySeeds>, 3> parties{absl::UnknownError(""), absl::UnknownError(""), absl::UnknownError("")};
  std::array<absl::StatusOr<OwnerSeeds>, 2> owners{absl::UnknownError(""), absl::UnknownError("")};
};
Agreement Agree(const std::array<SessionParameters, 5> &parameters) {
  std::unique_ptr<SocketLink> links[5][5];
  for (int a = 0; a < 3; ++a) {
    for (int b = a + 1; b < 5; ++b) {
      const auto pair = SocketPair();
      EXPECT_TRUE(pair.ok());
      const auto options = [&](int self, int peer) {
        return SocketLinkOptions{absl::StrCat("P", peer), parameters[self].session, 5, {}, -1, {}};
      };
      links[a][b] = SocketLink::Make(pair->first, options(a, b));
      links[b][a] = SocketLink::Make(pair->second, options(b, a));
    }
  }
  Agreement result;
  std::vector<std::thread> threads;
  for (int end = 0; end < 5; ++end) {
    threads.emplace_back([&, end] {
      const Links mine{links[end][0].get(), links[end][1].get(), links[end][2].get(), links[end][3].get(), links[end][4].get()};
      absl::Status status;
      if (end < 3) {
        result.parties[end] = PartyHandshake(end, parameters[end], mine);
        status = result.parties[end].status();
      } else {
        result.owners[end - 3] = OwnerHandshake(parameters[end], mine);
        status = result.owners[end - 3].status();
      }
      if (status.ok())
        return;
      for (auto &link : links[end]) {
        if (link)
          link->Close(status);
      }
    });
  }
  for (std::thread &thread : threads)
    thread.join();
  return result;
}

std::array<SessionParameters, 5> Alike() {
  SessionParameters p;
  p.session = 77;
  p.program.fill(5);
  return {p, p, p, p, p};
}

TEST(Handshake, GivesEachEndItsSeedsAndNoOther) {
  const Agreement a = Agree(Alike());
  for (const auto &party : a.parties)
    ASSERT_TRUE(party.ok()) << party.status();
  for (const auto &owner : a.owners)
    ASSERT_TRUE(owner.ok()) << owner.status();
  const PartySeeds &p0 = *a.parties[0], &p1 = *a.parties[1], &p2 = *a.parties[2];
  const Seed zero{};
  EXPECT_EQ(p0.s01, p1.s01);
  EXPECT_EQ(p0.s02, p2.s02);
  EXPECT_EQ(p1.s12, p2.s12);
  EXPECT_EQ(p0.s12, zero);
  EXPECT_EQ(p1.s02, zero);
  EXPECT_EQ(p2.s01, zero);
  EXPECT_EQ(p0.client.first, a.owners[0]->first);
  EXPECT_EQ(p0.client.second, a.owners[0]->second);
  EXPECT_EQ(p1.client.first, a.owners[0]->first);
  EXPECT_EQ(p1.client.second, zero);
  EXPECT_EQ(p2.client.first, zero);
  EXPECT_EQ(p2.client.second, a.owners[0]->second);
  EXPECT_EQ(p1.model.first, a.owners[1]->first);
  const std::vector<Seed> all = {p0.s01, p0.s02, p1.s12, p0.client.first, p0.client.second, p0.model.first, p0.model.second};
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_NE(all[i], zero);
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(all[i], all[j]);
  }
}

TEST(Handshake, SeedsAreFresh) {
  const Agreement a = Agree(Alike()), b = Agree(Alike());
  EXPECT_NE(a.parties[0]->s01, b.parties[0]->s01);
  EXPECT_NE(a.parties[1]->s12, b.parties[1]->s12);
  EXPECT_NE(a.owners[0]->first, b.owners[0]->first);
}

TEST(Handshake, AnEndThatDiffersEndsTheSession) {
  const std::vector<std::pair<std::string, std::function<void(SessionParameters &)>>> changes = {
      {"program digest", [](auto &p) { p.program[31] ^= 1; }},
      {"entry point", [](auto &p) { p.entry = 1; }},
      {"invocation", [](auto &p) { p.invocation = 1; }},
      {"another session", [](auto &p) { p.session = 78; }},
  };
  for (const auto &[what, change] : changes) {
    for (int end = 0; end < 5; ++end) {
      auto parameters = Alike();
      change(parameters[end]);
      const Agreement a = Agree(parameters);
      bool named = false;
      int failed = 0;
      const auto look = [&](const absl::Status &status) {
        failed += !status.ok();
        named = named || std::string(status.message()).find(what) != std::string::npos;
      };
      for (const auto &party : a.parties)
        look(party.status());
      for (const auto &owner : a.owners)
        look(owner.status());
      EXPECT_TRUE(named) << what << " at " << end;
      // An owner that differs refuses; parties that waited for its seeds end too.
      EXPECT_GE(failed, 4) << what << " at " << end;
    }
  }
}

//===-- mpc-run --------------------------------------------------------------------------------------------------------===//

struct Finished {
  int status;
  std::string out, err;
};

class ToolTest : public SessionTest {
protected:
  Finished Tool(const std::string &arguments, const std::string &tool = "mpc-run") {
    const std::string out = bundle_ / "stdout", err = bundle_ / "stderr";
    const int status = std::system(absl::StrCat(Tools(), "/", tool, " ", arguments, " >", out, " 2>", err, " </dev/null").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(out), ReadFile(err)};
  }
  std::string Paths() { return absl::StrCat(folder_, " --input ", bundle_ / "case.npz"); }
  // One line of error with these words, and nothing written. `more`: what tests of faults say besides may stand before it.
  void Fails(const Finished &done, int status, const std::string &words, bool more = false) {
    EXPECT_EQ(done.status, status) << done.err;
    const size_t error = done.err.find("error: ");
    ASSERT_NE(error, std::string::npos) << done.err;
    if (!more)
      EXPECT_EQ(error, 0u) << done.err;
    EXPECT_EQ(std::count(done.err.begin() + error, done.err.end(), '\n'), 1) << done.err;
    EXPECT_THAT(done.err.substr(error), HasSubstr(words));
    for (const auto &file : std::filesystem::directory_iterator(bundle_.path())) {
      EXPECT_EQ(file.path().filename().string().rfind("result", 0), std::string::npos) << file.path();
    }
  }
};

TEST_F(ToolTest, WritesOutputAndReport) {
  const Finished done = Tool(absl::StrCat(Paths(), " --output ", bundle_ / "result.npz", " --report=", bundle_ / "report.json",
                                          " --compare ", bundle_ / "case.npz", " --profile --threads 2"));
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.err, "");
  EXPECT_THAT(done.out, HasSubstr("max abs error"));
  EXPECT_THAT(done.out, HasSubstr("mpc.test"));
  const auto outputs = ReadNpz(bundle_ / "result.npz");
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->size(), 1u);
  EXPECT_EQ((*outputs)[0].first, "y");
  EXPECT_NEAR((*outputs)[0].second.f32()[3], model_.Expected(0, 3), 1e-4);
  const Json report = Json::parse(ReadFile(bundle_ / "report.json"));
  EXPECT_EQ(report["entry"], "main");
  EXPECT_EQ(report["online"]["bytes"], model_.Cost()["entries"][0]["online"]["bytes"]);
  EXPECT_LT(report["max_abs_error"]["y"].get<double>(), 1e-4);
}

TEST_F(ToolTest, AComparisonBeyondTheToleranceFails) {
  NamedTensors shifted = Case();
  shifted.back().second.f32()[5] += 0.125f;
  ASSERT_TRUE(WriteNpz(bundle_ / "shifted.npz", shifted).ok());
  const std::string compare = absl::StrCat(Paths(), " --compare ", bundle_ / "shifted.npz");
  EXPECT_EQ(Tool(compare).status, 1);
  EXPECT_EQ(Tool(compare + " --tolerance 0.2").status, 0);
}

TEST_F(ToolTest, CasesThatAreWrongAreNamed) {
  const auto with = [&](NamedTensors tensors) {
    EXPECT_TRUE(WriteNpz(bundle_ / "bad.npz", tensors).ok());
    return Tool(absl::StrCat(folder_, " --input ", bundle_ / "bad.npz", " --output ", bundle_ / "result.npz"));
  };
  const NamedTensors good = model_.Inputs();
  Fails(with({good[0]}), 1, "in1");
  Fails(with({good[0], good[1], {"in:third", good[0].second}}), 1, "third");
  Fails(with({good[0], good[1], {"third", good[0].second}}), 1, "third");
  Fails(with({{"in0", Tensor::F32({3, 2}, model_.x)}, good[1]}), 1, "f32[3,2]");
  Fails(with({{"in0", Tensor(Kind::kI64, {2, 3})}, good[1]}), 1, "in0");
  NamedTensors bad = good;
  bad[0].second.f32()[0] = NAN;
  Fails(with(bad), 1, "in0");
  bad[0].second.f32()[0] = -INFINITY;
  Fails(with(bad), 1, "in0");
  // Keys of another family are none of this entry's.
  EXPECT_EQ(Tool(absl::StrCat(Paths())).status, 0);
  NamedTensors more = {{"in:in0", good[0].second}, {"in:in1", good[1].second}, {"step:in0", good[1].second}};
  EXPECT_EQ(with(more).status, 0);
  std::filesystem::remove(bundle_ / "result.npz");
}

TEST_F(ToolTest, FaultsLeaveNoOutput) {
  const std::string output = absl::StrCat(Paths(), " --output ", bundle_ / "result.npz --report ", bundle_ / "result.json");
  const auto fails = [&](const char *fault, const char *words) { Fails(Tool(output + " --fault " + fault), 1, words, /*more=*/true); };
  fails("1:kill:5", "P1 is gone");
  fails("2:garbage:7", "from P2 is not a message of this protocol");
  fails("1:digest:4", "other public values");
  fails("0:digest:0", "P0 differs in its protocol version");
  fails("2:round:6", "is of round");
  fails("0:length:6", "bytes, expected");
  fails("data:session:3", "from the data owner belongs to another session");
  fails("model:sequence:1", "from the model's owner is out of sequence");
}

TEST_F(ToolTest, PlacesThatCannotBeWrittenAreErrors) {
  Fails(Tool(Paths() + " --output /nonexistent/result.npz"), 1, "/nonexistent/result.npz");
  Fails(Tool(Paths() + " --report /nonexistent/report.json"), 1, "/nonexistent/report.json");
}

TEST_F(ToolTest, UsageIsStatusTwo) {
  for (const char *arguments :
       {"", "bundle", "bundle --input", "bundle other --input x.npz", "bundle --input x.npz --no-such-option",
        "bundle --input x.npz --threads 0", "bundle --input x.npz --tolerance nan", "bundle --input x.npz --network fast",
        "bundle --input x.npz --network 1:0", "bundle --input x.npz --network nan:1", "bundle --input x.npz --fault 3:kill:0",
        "bundle --input x.npz --fault 1:smile:0"}) {
    Fails(Tool(arguments), 2, "mpc-run --help");
  }
  EXPECT_EQ(Tool("--help").status, 0);
  EXPECT_THAT(Tool("--help").out, HasSubstr("mpc-run bundle --input case.npz --output out.npz"));
}

TEST_F(ToolTest, APartyNeedsToBeToldThatLinksAreClear) {
  Fails(Tool("--party 1 --session 5", "mpc-party"), 2, "--insecure-clear-links");
  Fails(Tool("--party 3 --insecure-clear-links", "mpc-party"), 2, "--party");
  EXPECT_EQ(Tool("--help", "mpc-party").status, 0);
  // Started by hand, without descriptors.
  EXPECT_EQ(Tool("--party 1 --session 5 --insecure-clear-links", "mpc-party").status, 1);
}

} // namespace
} // namespace tacit
