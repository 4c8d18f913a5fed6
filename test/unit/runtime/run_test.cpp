// Whole runs in one process: results, what makes two runs differ, and the end of a run in which a message or a party is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/run_fixture.h"
#include "tacit/executor.h"

namespace tacit {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(Run, ALayerWithWeightsAndPublicValues) {
  Layer layer;
  const absl::StatusOr<InProcessResult> result = layer.b.TryRun();
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->outputs.size(), 1u);
  EXPECT_EQ(result->outputs[0].first, "z");
  const Tensor& z = result->outputs[0].second;
  ASSERT_EQ(z.shape(), (std::vector<int64_t>{Layer::kRows, Layer::kOut}));
  for (int64_t i = 0; i < Layer::kRows; ++i) {
    for (int64_t j = 0; j < Layer::kOut; ++j) {
      double want = layer.bias[j];
      for (int64_t q = 0; q < Layer::kIn; ++q) want += double{layer.x[i * Layer::kIn + q]} * layer.w[q * Layer::kOut + j];
      EXPECT_NEAR(z.f32()[i * Layer::kOut + j], std::max(want, 0.0), 3e-4);
    }
  }
}

TEST(Run, TheSameSeedsGiveTheSameBits) {
  Layer layer;
  const auto bits = [&](uint64_t seed) {
    const absl::StatusOr<InProcessResult> result = layer.b.TryRun(seed);
    EXPECT_TRUE(result.ok()) << result.status();
    const Tensor& z = result->outputs[0].second;
    return std::vector<float>(z.f32(), z.f32() + z.size());
  };
  EXPECT_EQ(bits(1), bits(1));
  EXPECT_NE(bits(1), bits(2)) << "the last bit of a truncation depends on the masks";
}

TEST(Run, InvocationsUseOtherMasks) {
  Layer layer;
  Recorder first, second;
  InProcessOptions options = first.Options();
  ASSERT_TRUE(layer.b.TryRun(1, options).ok());
  options = second.Options();
  options.invocation = 1;
  ASSERT_TRUE(layer.b.TryRun(1, options).ok());
  for (const Received& m : first.messages) {
    if (m.kind == MessageKind::kPublic || m.kind == MessageKind::kReveal || m.payload.size() < 16) continue;
    EXPECT_NE(m.payload, *second.Find(m.end, m.kind, m.round)) << "message " << static_cast<int>(m.kind) << " at " << m.end;
  }
}

TEST(Run, OwnersPublishRingElements) {
  ProgramBuilder b;
  const ValueId c = b.Input(Public(13, {5}), {-4096, -1, 0, 1, 4095}), x = b.Input(Masked(13, {5}), {1, 2, 3, 4, 5});
  b.Output("z", b.Op("share.sub", {x, b.Op("mpc.reshape", {c}, Public(13, {1, 5}))}, Masked(13, {1, 5})));
  Recorder recorder;
  const absl::StatusOr<InProcessResult> result = b.TryRun(1, recorder.Options());
  ASSERT_TRUE(result.ok()) << result.status();
  const Tensor& z = result->outputs[0].second;
  EXPECT_EQ(Ints(z.i64(), z.i64() + z.size()), (Ints{-4095, 3, 3, 3, -4090}));
  // Two inputs, so the first share's message is number 2; packed, the same to all three.
  for (int party : {0, 1, 2}) {
    ASSERT_NE(recorder.Find(party, MessageKind::kPublic, 2), nullptr);
    EXPECT_EQ(recorder.Find(party, MessageKind::kPublic, 2)->size(), 9u);
  }
}

TEST(Run, RevealsBothSummandsUnderAFreshZero) {
  // The client knows its own mask: without a fresh sharing of zero P2's summand of an input would be -l2.
  ProgramBuilder b;
  constexpr int64_t n = 20000;
  b.Output("z", b.Input(Masked(1, {n}), Ints(n, -1)));
  Recorder recorder;
  ASSERT_TRUE(b.TryRun(1, recorder.Options()).ok());
  const InProcessSeeds seeds = InProcessSeeds::FromNumber(1);
  for (int party : {1, 2}) {
    Words l(n), summand(n);
    Prg(seeds.client.second).Fill({0, 0, 0, Purpose::kOwner, 0}, 1, absl::MakeSpan(l));
    int64_t equal = 0;
    for (const Received& m : recorder.messages)
      if (m.kind == MessageKind::kReveal && m.from == party) Unpack(m.payload, 1, absl::MakeSpan(summand));
    for (int64_t i = 0; i < n; ++i) equal += summand[i] == l[i];
    EXPECT_NEAR(equal, n / 2, 5 * std::sqrt(n / 4)) << "from P" << party;
  }
}

// One message on one link changed: every end must come to an end, with an error.
absl::Status RunWithDamage(int end, int from, MessageKind kind, std::function<void(Bytes&)> change) {
  Layer layer;
  InProcessOptions options;
  options.wrap = [&](int at, int peer, std::unique_ptr<Link> link) -> std::unique_ptr<Link> {
    if (at != end || peer != from) return link;
    return std::make_unique<SpyLink>(std::move(link), [&](MessageKind k, uint32_t, Bytes* payload) {
      if (k == kind) change(*payload);
      return absl::OkStatus();
    });
  };
  return layer.b.TryRun(1, options).status();
}

TEST(Errors, AMessageOfTheWrongLengthEndsTheRun) {
  const auto shorten = [](Bytes& b) { b.pop_back(); };
  for (const auto& [end, from, kind] : std::vector<std::tuple<int, int, MessageKind>>{{1, 0, MessageKind::kDeal},
                                                                                      {2, 0, MessageKind::kDeal},
                                                                                      {1, 2, MessageKind::kRound},
                                                                                      {2, 1, MessageKind::kRound},
                                                                                      {1, 3, MessageKind::kInput},
                                                                                      {2, 4, MessageKind::kWeights},
                                                                                      {0, 3, MessageKind::kPublic},
                                                                                      {3, 2, MessageKind::kReveal}}) {
    EXPECT_EQ(RunWithDamage(end, from, kind, shorten).code(), absl::StatusCode::kDataLoss) << end << " from " << from;
  }
}

TEST(Errors, PartiesWithOtherPublicValuesDisagree) {
  const absl::Status status = RunWithDamage(2, 3, MessageKind::kPublic, [](Bytes& b) { b[0] ^= 2; });
  EXPECT_THAT(std::string(status.message()), HasSubstr("different public values"));
}

TEST(Errors, AFailureOfOnePartyEndsAll) {
  Layer layer;
  InProcessOptions options;
  options.wrap = [&](int at, int peer, std::unique_ptr<Link> link) -> std::unique_ptr<Link> {
    if (at != 2 || peer != 0) return link;
    return std::make_unique<SpyLink>(std::move(link),
                                     [](MessageKind, uint32_t, Bytes*) { return absl::InternalError("the disk is full"); });
  };
  EXPECT_THAT(std::string(layer.b.TryRun(1, options).status().message()), HasSubstr("the disk is full"));
}

TEST(Errors, MemoryLinksRefuseWhatIsNotExpected) {
  auto [a, b] = MakeMemoryLink();
  ASSERT_TRUE(a->Send(MessageKind::kRound, 3, Section::kOnline, {1, 2, 3}).ok());
  EXPECT_EQ(a->sent(Section::kOnline), 3u);
  EXPECT_EQ(b->Receive(MessageKind::kDeal, 3, 3).status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(a->Send(MessageKind::kRound, 3, Section::kOnline, {1, 2, 3}).ok());
  EXPECT_EQ(b->Receive(MessageKind::kRound, 4, 3).status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(a->Send(MessageKind::kRound, 3, Section::kOnline, {1, 2, 3}).ok());
  EXPECT_EQ(b->Receive(MessageKind::kRound, 3, 4).status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(a->Send(MessageKind::kRound, 3, Section::kOnline, {1, 2, 3}).ok());
  a->Close(absl::InternalError("broken"));
  EXPECT_EQ(*b->Receive(MessageKind::kRound, 3, 3), (Bytes{1, 2, 3})) << "what was sent before is read";
  EXPECT_EQ(b->Receive(MessageKind::kRound, 3, 3).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(b->Send(MessageKind::kRound, 3, Section::kOnline, {}).code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace tacit
