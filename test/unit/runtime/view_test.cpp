// What each party sees: of an evaluator jointly uniform, the same for every input; of the helper nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/run_fixture.h"
#include "tacit/executor.h"

namespace tacit {
namespace {

using namespace testing;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace tacit
