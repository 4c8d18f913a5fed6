// Emitted programs, written by hand here: the same run as the container's, and what ends one early.
#include "tacit/emitted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "runtime/program_builder.h"

namespace tacit::emitted {
namespace {

using tacit::testing::ProgramBuilder;
using ::testing::HasSubstr;

const Type i64_3 = I64({3});
const Type public_16_0_3 = Public(16, 0, {3});
const Type masked_16_0_3 = Masked(16, 0, {3});
const Type additive_16_0_3 = Additive(16, 0, {3});

const SharedValue kShared[] = {{"client", 0, 0, &masked_16_0_3}};
const Material kMaterial[] = {{2, 1, 6}};

// x x + (5, 6, 7)
ProgramBuilder Square() {
  ProgramBuilder b;
  const ValueId x = b.Input(masked_16_0_3, {3, -4, 100});
  const ValueId c = b.PublicRing(public_16_0_3, {5, 6, 7});
  b.Output("y", b.Op("share.add", {b.Remask(b.Op("share.mul", {x, x}, additive_16_0_3)), c}, masked_16_0_3));
  return b;
}

void Preamble(Party& p, Slot* s) {
  p.Integers(0, s[1], i64_3, {5, 6, 7});
  p.Encode(1, s[2], s[1], public_16_0_3, "node");
  p.Commit({{2, s[2]}});
}
void PreambleOfContainer(Party& p, Slot* s) {
  p.FromContainer(0, s[1], i64_3);
  p.Encode(1, s[2], s[1], public_16_0_3, "node");
  p.Commit({{2, s[2]}});
}
void PreambleOfOtherValue(Party& p, Slot* s) {
  p.FillInteger(0, s[1], i64_3, 5);
  p.Encode(1, s[2], s[1], public_16_0_3, "node");
  p.Commit({{2, s[2]}});
}
void PreambleOfTwoElements(Party& p, Slot* s) {
  p.Integers(0, s[1], i64_3, {5, 6});
  p.Encode(1, s[2], s[1], public_16_0_3, "node");
  p.Commit({{2, s[2]}});
}
void PreambleOutOfRange(Party& p, Slot* s) {
  p.Integers(0, s[1], i64_3, {5, 6, 70000});
  p.Encode(1, s[2], s[1], public_16_0_3, "node");
  p.Commit({{2, s[2]}});
}
void Body(Party& p, Slot* s) {
  p.Expand(s[0], kShared[0]);
  p.Mul(2, s[3], s[0], Last(s[0]), additive_16_0_3, {1002, 1});
  p.Remask(3, s[0], Last(s[3]), masked_16_0_3, 1003);
  p.Exchange(1);
  p.Add(4, s[3], Last(s[0]), Last(s[2]), masked_16_0_3);
  p.ToAdditive(5, s[0], Last(s[3]), additive_16_0_3);
  p.Reveal(6, Last(s[0]), "client", 1006);
}
// Reads slot 0 after its last use.
void BodyOfEmptySlot(Party& p, Slot* s) {
  p.Expand(s[0], kShared[0]);
  p.Mul(2, s[3], s[0], Last(s[0]), additive_16_0_3, {1002, 1});
  p.Remask(3, s[4], Last(s[0]), masked_16_0_3, 1003);
  p.Exchange(1);
  p.Add(4, s[3], Last(s[4]), Last(s[2]), masked_16_0_3);
  p.Reveal(6, Last(s[3]), "client", 1006);
}

class EmittedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ProgramBuilder b = Square();
    b.entry().slots = b.entry().values.size();
    absl::StatusOr<Program> parsed = ParseProgram(SerializeProgram(b.program()));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    program_ = *std::move(parsed);
    digest_ = absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(program_.digest.data()), program_.digest.size()));
    inputs_ = b.inputs();
  }

  // The program with these functions at the parties in `emitted` and the container at the others.
  absl::StatusOr<InProcessResult> Run(void (*preamble)(Party&, Slot*), void (*body)(Party&, Slot*), const Program* container = nullptr,
                                      std::vector<int> emitted = {0, 1, 2}) {
    entry_.emplace_back(EntryCode{"main", 0, 7, 5, kShared, kMaterial, preamble, body});
    code_ = {digest_.c_str(), preamble == PreambleOfContainer, absl::MakeConstSpan(&entry_.back(), 1)};
    InProcessOptions options;
    options.party = [=, this](int party, const PartySeeds& seeds, const Links& links,
                              const ExecutorOptions& execution) -> absl::StatusOr<std::unique_ptr<PartyRun>> {
      if (std::find(emitted.begin(), emitted.end(), party) == emitted.end())
        return std::make_unique<PartyExecutor>(program_, program_.entries[0], party, seeds, links, execution);
      return MakeRun(code_, code_.entries[0], party, seeds, links, execution, container);
    };
    return RunInProcess(program_, program_.entries[0], inputs_, nullptr, InProcessSeeds::FromNumber(3), options);
  }
  absl::StatusOr<InProcessResult> RunContainer() {
    return RunInProcess(program_, program_.entries[0], inputs_, nullptr, InProcessSeeds::FromNumber(3));
  }
  void Expect(const absl::StatusOr<InProcessResult>& result, absl::string_view text) {
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(std::string(text)));
  }

  Program program_;
  std::string digest_;
  NamedTensors inputs_;
  std::vector<EntryCode> entry_;
  ProgramCode code_{};
};

TEST_F(EmittedTest, RunsAsTheContainerDoes) {
  const auto expected = RunContainer();
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (const std::vector<int>& parties : {std::vector<int>{0, 1, 2}, {0}, {1}, {2}, {1, 2}}) {
    entry_.clear();
    const auto result = Run(Preamble, Body, nullptr, parties);
    ASSERT_TRUE(result.ok()) << result.status();
    const Tensor& y = result->outputs.at(0).second;
    EXPECT_THAT(std::vector<int64_t>(y.i64(), y.i64() + 3), ::testing::ElementsAre(14, 22, 10007));
    EXPECT_EQ(result->sent, expected->sent);
    for (int party = 0; party < 3; ++party) {
      EXPECT_EQ(result->counters[party].PrgBytes(), expected->counters[party].PrgBytes());
      EXPECT_EQ(result->counters[party].rounds, expected->counters[party].rounds);
      EXPECT_EQ(result->counters[party].ops.size(), expected->counters[party].ops.size());
    }
  }
}

TEST_F(EmittedTest, LargeConstantsComeFromTheContainer) {
  const auto result = Run(PreambleOfContainer, Body, &program_);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->outputs.at(0).second.i64()[2], 10007);
  entry_.clear();
  Expect(Run(PreambleOfContainer, Body, nullptr), "container, which is not here");
  Program other = program_;
  other.digest[3] ^= 1;
  entry_.clear();
  Expect(Run(PreambleOfContainer, Body, &other), "not the one that this C++ was emitted from");
}

TEST_F(EmittedTest, PublicValuesAreInTheDigest) { Expect(Run(PreambleOfOtherValue, Body, nullptr, {1}), "different public values"); }

TEST_F(EmittedTest, TheFirstErrorEndsTheRun) {
  Expect(Run(PreambleOfTwoElements, Body), "instruction 0 (mpc.constant): has another number of elements");
  entry_.clear();
  Expect(Run(PreambleOutOfRange, Body), "instruction 1 (share.encode of 'node')");
  entry_.clear();
  Expect(Run(Preamble, BodyOfEmptySlot), "instruction 3 (share.remask): reads a slot that holds no value");
}

TEST_F(EmittedTest, EntriesAreFoundByName) {
  const EntryCode entries[] = {{"prefill", 0, 7, 5, kShared, kMaterial, Preamble, Body},
                               {"decode", 1, 7, 5, kShared, kMaterial, Preamble, Body}};
  const ProgramCode two = {digest_.c_str(), false, entries}, one = {digest_.c_str(), false, absl::MakeConstSpan(entries, 1)};
  EXPECT_EQ(*FindEntry(two, "decode"), &entries[1]);
  EXPECT_EQ(*FindEntry(one, ""), &entries[0]);
  EXPECT_FALSE(FindEntry(two, "").ok());
  EXPECT_THAT(std::string(FindEntry(two, "nothing").status().message()), HasSubstr("prefill, decode"));
}

TEST_F(EmittedTest, DigestsAreChecked) {
  EXPECT_EQ(*DigestOf({digest_.c_str(), false, {}}), program_.digest);
  for (const char* text : {"", "abc", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg"})
    EXPECT_FALSE(DigestOf({text, false, {}}).ok()) << text;
}

}  // namespace
}  // namespace tacit::emitted
