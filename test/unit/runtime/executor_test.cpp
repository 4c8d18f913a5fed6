// Whole runs in one process: results, counters against formulas, what each party sees (jointly uniform, the same for every input), and
// errors.
#include "tacit/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <mutex>

#include "runtime/ideal.h"
#include "runtime/program_builder.h"

namespace tacit {
namespace {

using testing::Additive;
using testing::F32;
using ::testing::HasSubstr;
using testing::Ints;
using testing::Masked;
using testing::MaskedBit;
using testing::ProgramBuilder;
using testing::Public;
using testing::XorBit;

// What one end of a run receives, message by message.
struct Received {
  int end, from;
  MessageKind kind;
  uint32_t round;
  Bytes payload;
};

// A link that reports what it receives and may change it.
class SpyLink : public Link {
 public:
  using Hook = std::function<absl::Status(MessageKind kind, uint32_t round, Bytes* payload)>;
  SpyLink(std::unique_ptr<Link> link, Hook hook) : link_(std::move(link)), hook_(std::move(hook)) {}
  absl::Status Send(MessageKind kind, uint32_t round, Section section, Bytes payload) override {
    return link_->Send(kind, round, section, std::move(payload));
  }
  absl::StatusOr<Bytes> Receive(MessageKind kind, uint32_t round, int64_t size) override {
    absl::StatusOr<Bytes> bytes = link_->Receive(kind, round, -1);
    if (!bytes.ok()) return bytes;
    if (absl::Status status = hook_(kind, round, &*bytes); !status.ok()) return status;
    if (size >= 0 && static_cast<int64_t>(bytes->size()) != size) return absl::DataLossError("a message of the wrong length");
    return bytes;
  }
  void Close(const absl::Status& why) override { link_->Close(why); }
  uint64_t sent(Section section) const override { return link_->sent(section); }
  uint64_t framing_sent() const override { return link_->framing_sent(); }

 private:
  std::unique_ptr<Link> link_;
  Hook hook_;
};

class Recorder {
 public:
  InProcessOptions Options() {
    InProcessOptions options;
    options.wrap = [this](int end, int peer, std::unique_ptr<Link> link) -> std::unique_ptr<Link> {
      return std::make_unique<SpyLink>(std::move(link), [this, end, peer](MessageKind kind, uint32_t round, Bytes* payload) {
        std::lock_guard<std::mutex> lock(mutex_);
        messages.push_back({end, peer, kind, round, *payload});
        return absl::OkStatus();
      });
    };
    return options;
  }
  std::vector<Received> messages;
  const Bytes* Find(int end, MessageKind kind, uint32_t round) const {
    for (const Received& m : messages)
      if (m.end == end && m.kind == kind && m.round == round) return &m.payload;
    return nullptr;
  }

 private:
  std::mutex mutex_;
};

//===-- Results ------------------------------------------------------------------------------------------------------===//

// relu(x w + b) with w of the model, x of the client, b public.
struct Layer {
  static constexpr int64_t kRows = 5, kIn = 16, kOut = 24;
  std::vector<float> x, w;
  Ints bias;
  ProgramBuilder b;
  Layer() {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> real(-1, 1);
    for (int64_t i = 0; i < kRows * kIn; ++i) x.push_back(real(random));
    for (int64_t i = 0; i < kIn * kOut; ++i) w.push_back(real(random));
    for (int64_t i = 0; i < kOut; ++i) bias.push_back(i % 3 - 1);
    const ValueId xs = b.InputF32(Masked(52, {kRows, kIn}, 16), x), ws = b.Weight(Masked(52, {kIn, kOut}, 16), w);
    const ValueId bs = b.Op("share.encode", {b.PublicInput({kOut}, bias)}, Public(32, {kOut}, 16));
    const Type sum = Additive(32, {kRows, kOut}, 16);
    const ValueId y = b.Remask(b.Op("share.add", {b.Op("share.matmul", {xs, ws}, sum), bs}, sum));
    const ValueId negative = b.Below(y, {0}, 3);
    const ValueId bits = b.Op("mpc.reshape", {negative}, XorBit({kRows, kOut}));
    const ValueId positive = b.Remask(b.Op("share.not", {bits}, XorBit({kRows, kOut})));
    b.Reveal("z", b.Op("share.bit_mul", {positive, y}, sum), F32({kRows, kOut}));
  }
};

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

//===-- Cost ---------------------------------------------------------------------------------------------------------===//

struct Cost {
  uint64_t offline, online, rounds;
};

// Of a program in which n values pass one gate: bytes as the links counted them.
Cost Measure(ProgramBuilder& b) {
  b.Run();
  const auto at = [&](int end, Section s) { return b.sent[end][static_cast<size_t>(s)]; };
  // The counters and the links agree.
  const OpCounters p0 = b.counters[0].Sum(), p1 = b.counters[1].Sum(), p2 = b.counters[2].Sum();
  EXPECT_EQ(p0.offline_to_p1 + p0.offline_to_p2, at(0, Section::kOffline));
  EXPECT_EQ(p1.offline_to_p1, p0.offline_to_p1);
  EXPECT_EQ(p2.offline_to_p2, p0.offline_to_p2);
  EXPECT_EQ(p1.online_sent, at(1, Section::kOnline));
  EXPECT_EQ(p2.online_sent, at(2, Section::kOnline));
  EXPECT_EQ(p1.online_received, p2.online_sent);
  EXPECT_EQ(at(0, Section::kOnline), 0u);
  EXPECT_EQ(p1.io_sent, at(1, Section::kIo));
  EXPECT_EQ(b.counters[1].rounds, b.entry().rounds);
  EXPECT_EQ(b.counters[1].rounds, b.counters[2].rounds);
  EXPECT_EQ(b.counters[0].deal_messages, b.counters[1].deal_messages + b.counters[2].deal_messages);
  return {at(0, Section::kOffline), at(1, Section::kOnline) + at(2, Section::kOnline), b.counters[1].rounds};
}

constexpr int64_t kEight = 8000;  // elements: a multiple of 8, so that bits are bytes

TEST(Cost, OfGatesIsWhatTheProtocolSays) {
  const auto bits = [](uint64_t bytes) { return bytes * 8.0 / kEight; };
  {
    ProgramBuilder b;  // multiply in 2^40, truncate 12, remask 28
    const ValueId x = b.Input(Masked(40, {kEight}, 12), Ints(kEight, 5));
    b.Output("z", b.Remask(b.Op("share.mul", {x, x}, Additive(28, {kEight}, 12))));
    const Cost c = Measure(b);
    EXPECT_EQ(bits(c.offline), 28);
    EXPECT_EQ(bits(c.online), 56);
    EXPECT_EQ(c.rounds, 1u);
  }
  {
    ProgramBuilder b;  // extend 20 to 44
    const ValueId x = b.Input(Masked(20, {kEight}), Ints(kEight, 5));
    b.Output("z", b.Op("share.join", {x, b.Remask(b.Op("share.extend_high", {x}, Additive(24, {kEight})))}, Masked(44, {kEight})));
    const Cost c = Measure(b);
    EXPECT_EQ(bits(c.offline), 48);
    EXPECT_EQ(bits(c.online), 48);
  }
  // Sign: one-hot digits, products of masks, msb(l); and the planes that are opened, both ways. From protocol.md by hand, digits of 3:
  //   16 bits: 5 digits (35 dealt), groups 3 and 2 (8 + 1), then 2 digits (1), msb 1; opened 9, then 3
  //   20 bits: 6 digits and 1 of 1 bit (43), groups 3, 3, 1 (8 + 8), then 3 digits (lt and subsets of the last group: 5), msb 1; opened 13,
  //   then 5
  struct Sign {
    int k;
    double offline, online;
    uint64_t rounds;
  };
  for (const Sign& want : {Sign{16, 35 + 9 + 1 + 1, 2 * (9 + 3), 2}, Sign{20, 43 + 16 + 5 + 1, 2 * (13 + 5), 2}, Sign{4, 7 + 1, 0, 0},
                           Sign{7, 14 + 1 + 1, 2 * 3, 1}}) {
    ProgramBuilder b;
    b.Output("z", b.Below(b.Input(Masked(want.k, {kEight}), Ints(kEight, -1)), {0}, 3));
    const Cost c = Measure(b);
    EXPECT_EQ(bits(c.offline), want.offline) << want.k;
    EXPECT_EQ(bits(c.online), want.online) << want.k;
    EXPECT_EQ(c.rounds, want.rounds) << want.k;
  }
  {
    ProgramBuilder b;  // opened bit times 20-bit value, remask; and a bit to arithmetic
    const ValueId s = b.Input(MaskedBit({kEight}), Ints(kEight, 1)), y = b.Input(Masked(20, {kEight}), Ints(kEight, 5));
    b.Output("z", b.Remask(b.Op("share.bit_mul", {s, y}, Additive(20, {kEight}))));
    b.Output("u", b.Op("share.bit_to_arith", {s}, Additive(20, {kEight})));
    b.Output("v", b.Op("share.and", {s, s}, XorBit({kEight})));
    const Cost c = Measure(b);
    EXPECT_EQ(bits(c.offline), 40 + 20 + 1);
    EXPECT_EQ(bits(c.online), 40);
  }
  {
    ProgramBuilder b;  // exp on (-48, 0]: 4 cases of 48 bits; periodic: three frequencies, small ones in smaller rings
    const ValueId x = b.Input(Masked(18, {kEight}, 12), Ints(kEight, 0));
    b.Output("e", b.Op("share.exp", {x}, Additive(16, {kEight}, 13), {{"dealt_bits", int64_t{21}}, {"public_bits", int64_t{21}}}));
    b.Output("p", b.Op("share.periodic", {b.Input(Masked(20, {kEight}, 12), Ints(kEight, 0))}, Additive(20, {kEight}, 13),
                       {{"frequencies", Ints{23, 64, 104}},
                        {"constant", int64_t{0}},
                        {"cosines", Ints{1, 1, 1}},
                        {"sines", Ints{0, 0, 0}},
                        {"digits", Ints{12, 9, 6}},
                        {"coefficient_bits", int64_t{12}},
                        {"public_bits", int64_t{12}}}));
    const Cost c = Measure(b);
    EXPECT_EQ(bits(c.offline), 4 * (16 + 29) + 2 * (31 + 28 + 25));
  }
}

TEST(Cost, ArraysAreByteAligned) {
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(13, {5}), Ints(5, 1)), y = b.Op("share.to_additive", {x}, Additive(13, {5}));
  b.Remask(y);
  b.Output("z", b.Remask(y, /*same_round=*/true));
  b.Output("w", b.Op("share.mul", {x, x}, Additive(13, {5})));
  const Cost c = Measure(b);
  EXPECT_EQ(c.offline, 9u);           // 65 bits
  EXPECT_EQ(c.online, 2u * (9 + 9));  // two remasks in one message
  EXPECT_EQ(c.rounds, 1u);
}

TEST(Cost, PrgBytesAreWords) {
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(13, {5}), Ints(5, 1));
  b.receiver = 2;  // P0 and P1 expand the half
  b.Output("z", b.Remask(b.Op("share.mul", {x, x}, Additive(13, {5}))));
  b.Run();
  const uint64_t array = 8 * 5;
  EXPECT_EQ(b.counters[0].PrgBytes(), (2 + 1 + 2) * array);      // owner's masks, dealt half, mask
  EXPECT_EQ(b.counters[1].PrgBytes(), (1 + 1 + 1 + 1) * array);  // owner's half, dealt half, mask's half, zero
  EXPECT_EQ(b.counters[2].PrgBytes(), (1 + 0 + 1 + 1) * array);
}

//===-- Privacy --------------------------------------------------------------------------------------------------------===//

// An evaluator's view of each element: everything it holds or receives, as one number. Masked inputs and its halves of their masks, its
// halves of dealt arrays, its peer's messages.
class View {
 public:
  // Runs the program in which each value is an array of n elements, and gathers evaluator `end`'s view.
  // `unchecked` runs a program that the container's reader would refuse.
  View(ProgramBuilder& b, int end, int64_t n, uint64_t seed, bool unchecked = false) : cells_(n, 0) {
    Recorder recorder;
    const absl::StatusOr<InProcessResult> result =
        unchecked ? RunInProcess(b.program(), b.entry(), b.inputs(), b.Loader(), InProcessSeeds::FromNumber(seed), recorder.Options())
                  : b.TryRun(seed, recorder.Options());
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) return;
    const InProcessSeeds seeds = InProcessSeeds::FromNumber(seed);
    const Prg owner(end == 1 ? seeds.client.first : seeds.client.second), helper(end == 1 ? seeds.s01 : seeds.s02);
    const Program& p = b.program();
    const Entry& entry = b.entry();
    uint32_t number = 0;
    for (const ClearFunction& f : entry.clear) {
      const Type& type = p.TypeOf(entry, f.shares[0]);
      AddPacked(*recorder.Find(end, MessageKind::kInput, number++), type);
      AddPrg(owner, {0, 0, f.address, Purpose::kOwner, 0}, type.elements(), type.width ? type.width : 1, type.width == 0);
    }
    for (size_t i = 0; i < entry.instructions.size(); ++i) {
      const Instruction& instruction = entry.instructions[i];
      const uint32_t address = instruction.Int("address");
      if (instruction.op == "share.remask") {
        AddPacked(*recorder.Find(end, MessageKind::kRound, instruction.Int("round")), p.TypeOf(entry, instruction.results[0]));
      }
      size_t at = 0;
      uint8_t array = 0;
      for (const DealtArray& dealt : DealtArrays(p, entry, instruction)) {
        if (instruction.Int("receiver") == end) {
          const Bytes& bytes = *recorder.Find(end, MessageKind::kDeal, i);
          AddBits({bytes.data() + at, static_cast<size_t>(dealt.wire_bytes())}, dealt.elements, dealt.bits);
          at += dealt.wire_bytes();
        } else {
          AddPrg(helper, {0, 0, address, Purpose::kDealt, array}, dealt.elements, dealt.bits, dealt.boolean);
        }
        ++array;
      }
    }
  }

  int bits() const { return bits_; }
  // Deviations above the mean of chi-square against the uniform distribution.
  double Deviation() const {
    std::vector<int64_t> count(size_t{1} << bits_);
    for (uint64_t cell : cells_) ++count[cell];
    const double mean = static_cast<double>(cells_.size()) / count.size(), dof = count.size() - 1.0;
    double chi = 0;
    for (int64_t c : count) chi += (c - mean) * (c - mean) / mean;
    return (chi - dof) / std::sqrt(dof * (2 + 1 / mean));
  }

 private:
  void Add(const std::vector<uint64_t>& values, int bits) {
    // A stream of several planes of n bits, or one of n elements.
    const size_t n = cells_.size();
    for (size_t plane = 0; plane * n < values.size(); ++plane) {
      for (size_t i = 0; i < n; ++i) cells_[i] = cells_[i] << bits | values[plane * n + i];
      bits_ += bits;
    }
  }
  void AddBits(absl::Span<const uint8_t> bytes, int64_t elements, int bits) {
    std::vector<uint64_t> values(elements);
    for (int64_t i = 0; i < elements; ++i)
      for (int j = 0; j < bits; ++j) values[i] |= static_cast<uint64_t>(bytes[(i * bits + j) / 8] >> ((i * bits + j) % 8) & 1) << j;
    Add(values, bits);
  }
  void AddPacked(const Bytes& bytes, const Type& type) { AddBits(bytes, type.elements(), type.width ? type.width : 1); }
  void AddPrg(const Prg& prg, const StreamId& id, int64_t elements, int bits, bool boolean) {
    Words words(boolean ? BitWords(elements) : elements);
    prg.Fill(id, boolean ? 64 : bits, absl::MakeSpan(words));
    std::vector<uint64_t> values(elements);
    for (int64_t i = 0; i < elements; ++i) values[i] = boolean ? words[i / 64] >> (i % 64) & 1 : words[i];
    Add(values, bits);
  }

  std::vector<uint64_t> cells_;
  int bits_ = 0;
};

constexpr int64_t kViews = 400000;

struct Gate {
  const char* name;
  std::function<void(ProgramBuilder&, int64_t value)> build;
  int bits;  // of the view
};
void PrintTo(const Gate& gate, std::ostream* out) { *out << gate.name; }

class JointView : public ::testing::TestWithParam<Gate> {};

TEST_P(JointView, IsUniformForEachInputAtBothEvaluators) {
  for (int64_t value : {-2, 1}) {
    for (int receiver : {1, 2}) {
      for (int end : {1, 2}) {
        ProgramBuilder b;
        b.receiver = receiver;
        GetParam().build(b, value);
        const View view(b, end, kViews, 10 + value);
        EXPECT_EQ(view.bits(), GetParam().bits);
        EXPECT_LT(std::abs(view.Deviation()), 5) << "P" << end << ", value " << value << ", receiver " << receiver;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Gates, JointView,
    ::testing::Values(
        Gate{"multiply",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(Masked(3, {kViews}), Ints(kViews, value));
               b.Output("z", b.Remask(b.Op("share.mul", {x, x}, Additive(3, {kViews}))));
             },
             3 + 3 + 3 + 3},
        Gate{"multiply_truncate",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(Masked(4, {kViews}, 2), Ints(kViews, value));
               b.Output("z", b.Remask(b.Op("share.mul", {x, x}, Additive(2, {kViews}, 2))));
             },
             4 + 4 + 2 + 2},
        Gate{"extend",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(Masked(3, {kViews}), Ints(kViews, value));
               b.Output("z", b.Op("share.join", {x, b.Remask(b.Op("share.extend_high", {x}, Additive(2, {kViews})))}, Masked(5, {kViews})));
             },
             3 + 3 + 2 + 2 + 2},
        Gate{"compare",
             [](ProgramBuilder& b, int64_t value) {
               b.Output("z", b.Remask(b.Below(b.Input(Masked(3, {kViews}), Ints(kViews, value)), {0}, 2)));
             },
             3 + 3 + 3 + 1 + 1},
        Gate{"compare_tree",
             [](ProgramBuilder& b, int64_t value) {
               b.Output("z", b.Remask(b.Below(b.Input(Masked(3, {kViews}), Ints(kViews, value)), {0}, 1)));
             },
             3 + 3 + 1 + 1 + 3 + 1 + 1 + 1},
        Gate{"and",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(MaskedBit({kViews}), Ints(kViews, value & 1)), y = b.Input(MaskedBit({kViews}), Ints(kViews, 1));
               b.Output("z", b.Remask(b.Op("share.and", {x, y}, XorBit({kViews}))));
             },
             2 + 2 + 1 + 1},
        Gate{"bit_to_arithmetic",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId s = b.Input(MaskedBit({kViews}), Ints(kViews, value & 1));
               b.Output("z", b.Remask(b.Op("share.bit_to_arith", {s}, Additive(4, {kViews}))));
             },
             2 + 4 + 4},
        Gate{"bit_times",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId s = b.Input(MaskedBit({kViews}), Ints(kViews, value & 1)),
                             y = b.Input(Masked(2, {kViews}), Ints(kViews, value));
               b.Output("z", b.Remask(b.Op("share.bit_mul", {s, y}, Additive(2, {kViews}))));
             },
             2 + 4 + 2 + 2 + 2},
        Gate{"periodic",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(Masked(3, {kViews}), Ints(kViews, value));
               b.Output("z", b.Remask(b.Op("share.periodic", {x}, Additive(2, {kViews}, 1),
                                           {{"frequencies", Ints{1}},
                                            {"constant", int64_t{0}},
                                            {"cosines", Ints{4}},
                                            {"sines", Ints{2}},
                                            {"digits", Ints{1}},
                                            {"coefficient_bits", int64_t{2}},
                                            {"public_bits", int64_t{1}}})));
             },
             3 + 3 + 3 + 3 + 2},
        Gate{"exp",
             [](ProgramBuilder& b, int64_t value) {
               const ValueId x = b.Input(Masked(5, {kViews}, 0), Ints(kViews, value));
               b.Output("z", b.Remask(b.Op("share.exp", {x}, Additive(3, {kViews}, 0),
                                           {{"dealt_bits", int64_t{1}}, {"public_bits", int64_t{1}}})));
             },
             5 + 5 + 5 + 5 + 3}),
    [](const ::testing::TestParamInfo<Gate>& info) { return std::string(info.param.name); });

#ifndef TACIT_CHECK_PRG
TEST(JointViewControl, AMaskThatOpensTwoValuesIsSeen) {
  ProgramBuilder b;
  const ValueId x = b.Op("share.to_additive", {b.Input(Masked(3, {kViews}), Ints(kViews, 1))}, Additive(3, {kViews}));
  const ValueId first = b.Remask(x);
  const ValueId y = b.Op("share.add", {x, x}, Additive(3, {kViews}));
  b.Output("y", b.Op("share.add", {first, b.Remask(y)}, Masked(3, {kViews})));
  const View fresh(b, 1, kViews, 1);
  EXPECT_LT(std::abs(fresh.Deviation()), 5);
  // The same program with one address for both masks: the loader refuses it, and the joint view shows why.
  int64_t address = -1;
  for (Instruction& i : b.entry().instructions) {
    if (i.op != "share.remask") continue;
    for (Attribute& a : i.attributes) {
      if (a.name != "address") continue;
      if (address < 0) address = std::get<int64_t>(a.value);
      a.value = address;
    }
  }
  EXPECT_THAT(std::string(b.TryRun().status().message()), HasSubstr("is used twice"));
  EXPECT_GT(View(b, 1, kViews, 1, /*unchecked=*/true).Deviation(), 1000);
  EXPECT_GT(View(b, 2, kViews, 1, /*unchecked=*/true).Deviation(), 1000);
}
#endif

TEST(Privacy, TheHelperReceivesNothingThatIsSecret) {
  Layer layer;
  Recorder recorder;
  ASSERT_TRUE(layer.b.TryRun(1, recorder.Options()).ok());
  int messages = 0;
  for (const Received& m : recorder.messages) {
    if (m.end != 0) continue;
    ++messages;
    EXPECT_EQ(m.kind, MessageKind::kPublic);
  }
  EXPECT_EQ(messages, 1) << "the public bias";
}

TEST(Privacy, EvaluatorsReceiveNoClearValue) {
  // Zeros: any message that is not masked would be a run of zeros.
  constexpr int64_t n = 4096;
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(16, {n}), Ints(n, 0));
  b.Output("z", b.Remask(b.Op("share.mul", {x, x}, Additive(16, {n}))));
  Recorder recorder;
  ASSERT_TRUE(b.TryRun(1, recorder.Options()).ok());
  int checked = 0;
  for (const Received& m : recorder.messages) {
    if (m.end > 2) continue;
    ++checked;
    int64_t ones = 0;
    for (uint8_t byte : m.payload) ones += __builtin_popcount(byte);
    const double bits = 8.0 * m.payload.size();
    EXPECT_NEAR(ones, bits / 2, 5 * std::sqrt(bits / 4)) << "message " << static_cast<int>(m.kind) << " to P" << m.end;
  }
  EXPECT_EQ(checked, 2 + 1 + 2);
}

//===-- Errors ---------------------------------------------------------------------------------------------------------===//

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

// The owner's session alone, on inputs that are not as they should be.
absl::Status Prepare(Layer& layer, const NamedTensors& inputs) {
  OwnerSession session(layer.b.program(), layer.b.entry(), "client", {});
  return session.Prepare(inputs, layer.b.Loader());
}

TEST(Errors, OwnersNameTheInputThatIsWrong) {
  Layer layer;
  const NamedTensors good = layer.b.inputs();
  EXPECT_TRUE(Prepare(layer, good).ok());
  const auto message = [&](const NamedTensors& inputs) {
    const absl::Status status = Prepare(layer, inputs);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  NamedTensors missing = good;
  missing.pop_back();
  EXPECT_THAT(message(missing), HasSubstr("'in1' is missing"));
  NamedTensors unknown = good;
  unknown.emplace_back("in9", Tensor::F32({1}, {0}));
  EXPECT_THAT(message(unknown), HasSubstr("'in9'"));
  NamedTensors twice = good;
  twice.push_back(good[0]);
  EXPECT_THAT(message(twice), HasSubstr("'in0' is given twice"));
  NamedTensors shape = good;
  shape[0].second = Tensor::F32({1, 16}, std::vector<float>(16));
  EXPECT_THAT(message(shape), HasSubstr("'in0': expected f32[5,16], found f32[1,16]"));
  NamedTensors kind = good;
  kind[0].second = Tensor::I64({5, 16}, std::vector<int64_t>(80));
  EXPECT_THAT(message(kind), HasSubstr("found i64[5,16]"));
  for (float bad : {NAN, INFINITY, -INFINITY}) {
    NamedTensors value = good;
    value[0].second.f32()[7] = bad;
    EXPECT_THAT(message(value), HasSubstr("'in0'"));
  }
  NamedTensors range = good;
  range[0].second.f32()[7] = 1e20f;
  EXPECT_THAT(message(range), HasSubstr("does not fit 52 bits with 16 fractional bits"));
}

TEST(Errors, APublicValueOutOfItsRangeIsRefusedByName) {
  ProgramBuilder b;
  const ValueId c = b.Op("share.encode", {b.PublicInput({2}, {1, 200})}, Public(8, {2}));
  b.Output("z", b.Op("share.add", {b.Input(Masked(8, {2}), {1, 2}), c}, Masked(8, {2})));
  const absl::Status status = b.TryRun().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'node'"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("value 200"));
}

TEST(Encoding, RoundsToNearestWithTiesToEven) {
  const Tensor x = Tensor::F32({8}, {0.5f, 1.5f, -0.5f, -1.5f, 2.25f, -2.75f, 126.4f, -128.0f});
  EXPECT_EQ(*EncodeRing(x, 8, 0, "x"), (Words{0, 2, 0, 254, 2, 253, 126, 128}));
  EXPECT_FALSE(EncodeRing(Tensor::F32({1}, {127.5f}), 8, 0, "x").ok());
  EXPECT_FALSE(EncodeRing(Tensor::F32({1}, {-128.6f}), 8, 0, "x").ok());
  EXPECT_FALSE(EncodeRing(Tensor::F32({1}, {NAN}), 8, 0, "x").ok());
  EXPECT_FALSE(EncodeRing(Tensor::F32({1}, {INFINITY}), 64, 0, "x").ok());
  EXPECT_EQ(*EncodeRing(Tensor::I64({2}, {INT64_MIN, INT64_MAX}), 64, 0, "x"), (Words{uint64_t{1} << 63, ~uint64_t{0} >> 1}));
  EXPECT_FALSE(EncodeRing(Tensor::I64({1}, {INT64_MAX}), 64, 1, "x").ok());
  EXPECT_FALSE(EncodeRing(Tensor::I64({1}, {1}), 64, 63, "x").ok());
  EXPECT_EQ(*EncodeRing(Tensor::I64({1}, {-1}), 64, 63, "x"), (Words{uint64_t{1} << 63}));
  EXPECT_EQ(*EncodeBits(Tensor::I1({3}, {1, 0, 1}), "x"), (Words{5}));
  EXPECT_FALSE(EncodeBits(Tensor::I64({1}, {2}), "x").ok());
}

}  // namespace
}  // namespace tacit
