// Words and bits of the ring: packing at every width, bit planes.
#include "tacit/ring.h"

#include <random>

#include "gtest/gtest.h"

namespace tacit {
namespace {

TEST(RingTest, SignedOfWord) { EXPECT_EQ(Signed(LowMask(5), 5), -1); }

}  // namespace
}  // namespace tacit
