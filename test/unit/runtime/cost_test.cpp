// What runs cost, counted by links and parties, against the protocol's formulas.
#include <gtest/gtest.h>

#include "runtime/program_builder.h"
#include "tacit/executor.h"

namespace tacit {
namespace {

using namespace testing;

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

}  // namespace
}  // namespace tacit
