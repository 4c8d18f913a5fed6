// The generator: AES against the standards' vectors, one stream from every implementation, disjoint addresses.
#include "tacit/prg.h"

#include <cstring>
#include <set>
#include <thread>

#include "compute/prg_aes.h"
#include "gtest/gtest.h"

namespace tacit {
namespace {

using Block = std::array<uint8_t, 16>;

Block FromHex(const char* hex) {
  Block out;
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(std::stoi(std::string(hex + 2 * i, 2), nullptr, 16));
  return out;
}

// One block: the counter is the plaintext.
Block Encrypt(CounterFunction f, const Block& key, const Block& plain) {
  CounterBlock counter;
  std::memcpy(&counter.low, plain.data(), 8);
  std::memcpy(&counter.high, plain.data() + 8, 8);
  Block out;
  f(ExpandKey(key.data()), counter, 1, out.data());
  return out;
}

class AesTest : public testing::TestWithParam<int> {
 protected:
  CounterFunction function() const { return AvailableCounters()[GetParam()].function; }
};

TEST_P(AesTest, Fips197AppendixCAndB) {
  EXPECT_EQ(Encrypt(function(), FromHex("000102030405060708090a0b0c0d0e0f"), FromHex("00112233445566778899aabbccddeeff")),
            FromHex("69c4e0d86a7b0430d8cdb78070b4c55a"));
  EXPECT_EQ(Encrypt(function(), FromHex("2b7e151628aed2a6abf7158809cf4f3c"), FromHex("3243f6a8885a308d313198a2e0370734")),
            FromHex("3925841d02dc09fbdc118597196a0b32"));
}

TEST_P(AesTest, Sp80038aEcb) {
  const Block key = FromHex("2b7e151628aed2a6abf7158809cf4f3c");
  const char* const plain[] = {"6bc1bee22e409f96e93d7e117393172a", "ae2d8a571e03ac9c9eb76fac45af8e51", "30c81c46a35ce411e5fbc1191a0a52ef",
                               "f69f2445df4f9b17ad2b417be66c3710"};
  const char* const cipher[] = {"3ad77bb40d7a3660a89ecaf32466ef97", "f5d3d58503b9699de785895a96fdbaaf", "43b1cd7f598ece23881b00e3ed030688",
                                "7b0c785e27e8ad3f8223207104725dd4"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Encrypt(function(), key, FromHex(plain[i])), FromHex(cipher[i])) << i;
}

TEST_P(AesTest, EveryLengthAgreesWithSingleBlocks) {
  const AesKey key = ExpandKey(FromHex("000102030405060708090a0b0c0d0e0f").data());
  const CounterBlock first{0x0123456789ABCDEF, 0xFEDCBA9876543210};
  std::vector<uint8_t> single(16 * 150);
  for (int i = 0; i < 150; ++i)
    AvailableCounters()[0].function(key, {first.low + static_cast<uint64_t>(i), first.high}, 1, single.data() + 16 * i);
  for (int n : {1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 128, 150}) {
    std::vector<uint8_t> out(16 * n + 1, 0x5A);
    function()(key, first, n, out.data());
    EXPECT_EQ(out.back(), 0x5A);
    EXPECT_EQ(std::memcmp(out.data(), single.data(), 16 * n), 0) << n;
  }
}

int CounterCount() {
  int n = 0;
  while (AvailableCounters()[n].function != nullptr) ++n;
  return n;
}
INSTANTIATE_TEST_SUITE_P(Implementations, AesTest, testing::Range(0, CounterCount()), [](const testing::TestParamInfo<int>& i) {
  std::string name = AvailableCounters()[i.param].name;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

Seed SeedOf(uint8_t x) {
  Seed seed{};
  seed[0] = x;
  return seed;
}

TEST(PrgTest, PortableGivesTheSameWords) {
  const StreamId id{3, 4, 5, Purpose::kDealt, 6};
  for (int k : {1, 20, 63, 64}) {
    Words a(5001), b(5001);
    Prg(SeedOf(1)).Fill(id, k, absl::MakeSpan(a), 17);
    Prg::Portable(SeedOf(1)).Fill(id, k, absl::MakeSpan(b), 17);
    EXPECT_EQ(a, b) << k;
    for (Word w : a) ASSERT_EQ(w & ~LowMask(k), 0u);
  }
}

// The documented layout of the counter block.
TEST(PrgTest, Addressing) {
  const StreamId id{0x1234, 0x89ABCDEF, 0x01234567, Purpose::kReveal, 0x9C};
  Block plain{};
  const uint64_t low = 3 | uint64_t{0x9C} << 36 | uint64_t{5} << 44 | uint64_t{0x1234} << 48,
                 high = uint64_t{0x01234567} | uint64_t{0x89ABCDEF} << 32;
  std::memcpy(plain.data(), &low, 8);
  std::memcpy(plain.data() + 8, &high, 8);
  Block key;
  const Seed seed = SeedOf(9);
  std::memcpy(key.data(), seed.data(), 16);
  const Block expected = Encrypt(CounterPortable, key, plain);
  Words words(2);
  Prg(seed).Fill(id, 64, absl::MakeSpan(words), 6);
  EXPECT_EQ(std::memcmp(words.data(), expected.data(), 16), 0);
}

TEST(PrgTest, PiecesAreTheWhole) {
  const StreamId id{1, 2, 3, Purpose::kMask, 0};
  Words whole(3000);
  Prg(SeedOf(2)).Fill(id, 40, absl::MakeSpan(whole));
  const Prg prg(SeedOf(2));
  int64_t at = 0;
  for (int64_t n : {1, 1, 2, 3, 0, 1024, 1025, 5, 300}) {
    Words piece(n);
    prg.Fill(id, 40, absl::MakeSpan(piece), at);
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(piece[i], whole[at + i]) << at + i;
    at += n;
  }
  EXPECT_EQ(prg.bytes(), static_cast<uint64_t>(8 * at));
}

// Streams that differ in one bit of one field share no block: 64-bit words are distinct but with probability 2^-40.
TEST(PrgTest, EveryFieldSeparates) {
  std::vector<StreamId> ids;
  const StreamId base{0, 0, 0, Purpose::kMask, 0};
  for (int b = 0; b < 16; ++b) ids.push_back({static_cast<uint16_t>(1 << b), 0, 0, Purpose::kMask, 0});
  for (int b = 0; b < 32; ++b) ids.push_back({0, uint32_t{1} << b, 0, Purpose::kMask, 0});
  for (int b = 0; b < 32; ++b) ids.push_back({0, 0, uint32_t{1} << b, Purpose::kMask, 0});
  for (int b = 0; b < 8; ++b) ids.push_back({0, 0, 0, Purpose::kMask, static_cast<uint8_t>(1 << b)});
  for (Purpose p : {Purpose::kDealt, Purpose::kPermutation, Purpose::kOwner, Purpose::kReveal}) ids.push_back({0, 0, 0, p, 0});
  ids.push_back(base);
  const Prg prg(SeedOf(3));
  std::set<Word> seen;
  size_t count = 0;
  for (const StreamId& id : ids) {
    for (int64_t first : {int64_t{0}, (int64_t{1} << 37) - 10}) {  // both ends of the stream
      Words words(10);
      prg.Fill(id, 64, absl::MakeSpan(words), first);
      seen.insert(words.begin(), words.end());
      count += words.size();
    }
  }
  EXPECT_EQ(seen.size(), count);
}

TEST(PrgTest, SeedsSeparate) {
  Words a(4), b(4);
  Prg(SeedOf(1)).Fill({}, 64, absl::MakeSpan(a));
  Prg(SeedOf(2)).Fill({}, 64, absl::MakeSpan(b));
  EXPECT_NE(a, b);
  EXPECT_NE(RandomSeed(), RandomSeed());
}

TEST(PrgTest, ThreadsGetTheirStreams) {
  const Prg prg(SeedOf(4));
  std::vector<Words> results(8, Words(1000));
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { prg.Fill({0, 0, i, Purpose::kMask, 0}, 64, absl::MakeSpan(results[i])); });
  }
  for (std::thread& t : threads) t.join();
  for (uint32_t i = 0; i < 8; ++i) {
    Words alone(1000);
    Prg(SeedOf(4)).Fill({0, 0, i, Purpose::kMask, 0}, 64, absl::MakeSpan(alone));
    EXPECT_EQ(results[i], alone);
  }
  EXPECT_EQ(prg.bytes(), 64000u);
}

TEST(PrgTest, MoveKeepsTheStream) {
  Prg a(SeedOf(5));
  Prg b = std::move(a);
  Words x(3), y(3);
  b.Fill({}, 64, absl::MakeSpan(x));
  Prg(SeedOf(5)).Fill({}, 64, absl::MakeSpan(y));
  EXPECT_EQ(x, y);
}

TEST(PrgDeathTest, EndOfStream) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Words words(2);
  const Prg prg(SeedOf(6));
  EXPECT_DEATH(prg.Fill({}, 64, absl::MakeSpan(words), (int64_t{1} << 37) - 1), "2\\^37 words");
}

#ifdef TACIT_CHECK_PRG
TEST(PrgDeathTest, AWordUsedTwice) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const Prg prg(SeedOf(7));
  Words words(10);
  prg.Fill({}, 64, absl::MakeSpan(words), 10);
  prg.Fill({}, 64, absl::MakeSpan(words), 0);
  prg.Fill({}, 64, absl::MakeSpan(words), 20);
  prg.Fill({}, 64, absl::MakeSpan(words), 15, /*again=*/true);
  Words one(1);
  EXPECT_DEATH(prg.Fill({}, 64, absl::MakeSpan(one), 19), "used twice");
  EXPECT_DEATH(prg.Fill({}, 64, absl::MakeSpan(one), 0), "used twice");
  Words wide(40);
  EXPECT_DEATH(prg.Fill({}, 64, absl::MakeSpan(wide), 25), "used twice");
}
#endif

}  // namespace
}  // namespace tacit
