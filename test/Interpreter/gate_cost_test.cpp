// What gates declare that they deal, against the executable model of the protocol: bits an element, as that model counts them.
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace {

class GateCostTest : public testing::Test {
protected:
  GateCostTest() { context.loadDialect<func::FuncDialect, mpc::MpcDialect, share::ShareDialect>(); }

  // Sum of what P0 deals over all gates of a module, in bits.
  int64_t dealtBits(const std::string &text) {
    auto module = parseSourceString<ModuleOp>(text, ParserConfig(&context));
    EXPECT_TRUE(module) << text;
    int64_t bits = 0;
    if (module)
      module->walk([&](share::Gate gate) {
        for (const share::DealtArray &array : gate.getDealt()) {
          EXPECT_TRUE(!array.boolean || array.bits == 1);
          bits += array.elements * array.bits;
        }
      });
    return bits;
  }

  // [x < 0] of one value of k bits by digits of d bits.
  std::string comparison(int k, int d) {
    int digits = share::comparisonDigits(k, d).size();
    std::string body =
        llvm::formatv("%0 = share.compare_digits %x {{thresholds = array<i64: 0>, digit = {0} : i64} : tensor<1x!share.masked<{1}, 0>> -> "
                      "tensor<1x{2}x1x!share.xor_bit>\n",
                      d, k, 2 * digits - 1);
    int value = 0;
    while (digits > 1) {
      int groups = share::lexGroups(digits).size();
      body += llvm::formatv("%{0} = share.remask %{1} : tensor<1x{2}x1x!share.xor_bit> -> tensor<1x{2}x1x!share.masked_bit>\n"
                            "%{3} = share.lex_combine %{0} : tensor<1x{2}x1x!share.masked_bit> -> tensor<1x{4}x1x!share.xor_bit>\n",
                            value + 1, value, 2 * digits - 1, value + 2, 2 * groups - 1);
      value += 2;
      digits = groups;
    }
    body += llvm::formatv("%z = share.compare_finish %x, %{0} {{thresholds = array<i64: 0>} : (tensor<1x!share.masked<{1}, 0>>, "
                          "tensor<1x1x1x!share.xor_bit>) "
                          "-> tensor<1x1x!share.xor_bit>\n",
                          value, k);
    return llvm::formatv("func.func @f(%x: tensor<1x!share.masked<{0}, 0>>) {{\n{1}return\n}", k, body);
  }

  MLIRContext context;
};

TEST_F(GateCostTest, Comparison) {
  struct Case {
    int width, digit, bits;
  };
  // The model's "sign of k bits, digits of d", offline. It deals the products of eq_0 and eq_1 twice in a group of 3 that is not the
  // last: for lt and for eq. They are dealt once here (protocol.md, "sign / compare").
  auto dealtTwice = [](int digits) {
    int count = 0;
    for (; digits > 1; digits = share::lexGroups(digits).size()) {
      auto groups = share::lexGroups(digits);
      count += llvm::count(ArrayRef<int>(groups).drop_back(), 3);
    }
    return count;
  };
  for (Case c : {Case{2, 3, 2},
                 {8, 2, 26},
                 {8, 3, 21},
                 {8, 4, 24},
                 {12, 2, 32},
                 {12, 3, 40},
                 {12, 4, 43},
                 {16, 2, 47},
                 {16, 3, 47},
                 {16, 4, 68},
                 {20, 2, 71},
                 {20, 3, 67},
                 {20, 4, 79},
                 {32, 2, 107},
                 {32, 3, 115},
                 {32, 4, 137},
                 {64, 2, 229},
                 {64, 3, 230},
                 {64, 4, 293}})
    EXPECT_EQ(dealtBits(comparison(c.width, c.digit)), c.bits - dealtTwice(share::comparisonDigits(c.width, c.digit).size()))
        << c.width << " bits by digits of " << c.digit;
}

TEST_F(GateCostTest, Product) {
  // 28 of 40 bits survive the truncation by 12.
  EXPECT_EQ(dealtBits("func.func @f(%x: tensor<1x!share.masked<40, 12>>) {\n"
                      "%0 = share.mul %x, %x : (tensor<1x!share.masked<40, 12>>, tensor<1x!share.masked<40, 12>>) -> "
                      "tensor<1x!share.additive<28, 12>>\n"
                      "return\n}"),
            28);
  // A matrix product deals for each of its 2 x 5 outputs, whatever the inner dimension.
  EXPECT_EQ(dealtBits("func.func @f(%x: tensor<2x7x!share.masked<40, 12>>, %y: tensor<7x5x!share.masked<40, 12>>) {\n"
                      "%0 = share.matmul %x, %y : (tensor<2x7x!share.masked<40, 12>>, tensor<7x5x!share.masked<40, 12>>) -> "
                      "tensor<2x5x!share.additive<28, 12>>\n"
                      "return\n}"),
            10 * 28);
}

TEST_F(GateCostTest, Extension) {
  EXPECT_EQ(dealtBits("func.func @f(%x: tensor<1x!share.masked<20, 12>>) {\n"
                      "%0 = share.extend_high %x : tensor<1x!share.masked<20, 12>> -> tensor<1x!share.additive<24, 0>>\nreturn\n}"),
            48);
}

TEST_F(GateCostTest, BitProducts) {
  EXPECT_EQ(dealtBits("func.func @f(%b: tensor<1x!share.masked_bit>, %x: tensor<1x!share.masked<20, 12>>) {\n"
                      "%0 = share.bit_mul %b, %x : (tensor<1x!share.masked_bit>, tensor<1x!share.masked<20, 12>>) -> "
                      "tensor<1x!share.additive<20, 12>>\n"
                      "return\n}"),
            40);
  EXPECT_EQ(
      dealtBits(
          "func.func @f(%b: tensor<1x!share.masked_bit>) {\n"
          "%0 = share.bit_to_arith %b : tensor<1x!share.masked_bit> -> tensor<1x!share.additive<20, 0>>\n"
          "%1 = share.and %b, %b : (tensor<1x!share.masked_bit>, tensor<1x!share.masked_bit>) -> tensor<1x!share.xor_bit>\nreturn\n}"),
      21);
}

TEST_F(GateCostTest, Exponential) {
  auto exp = [&](int width, int bits) {
    return dealtBits(
        llvm::formatv("func.func @f(%x: tensor<1x!share.masked<{0}, 12>>) {{\n"
                      "%0 = share.exp %x {{dealt_bits = {1} : i64, public_bits = {1} : i64} : tensor<1x!share.masked<{0}, 12>> -> "
                      "tensor<1x!share.additive<16, 13>>\nreturn\n}",
                      width, bits));
  };
  EXPECT_EQ(exp(17, 21), 90);
  EXPECT_EQ(exp(18, 21), 180);
  EXPECT_EQ(exp(18, 24), 204);
}

TEST_F(GateCostTest, Periodic) {
  // The model's GELU: digits of 12, 9, 6 bits, 12 public, truncation to 20 bits of fraction 13: rings of 31, 28, 25 bits, cosine and sine.
  EXPECT_EQ(
      dealtBits("func.func @f(%x: tensor<1x!share.masked<20, 12>>) {\n"
                "%0 = share.periodic %x {frequencies = array<i64: 23, 64, 104>, constant = 0 : i64, cosines = array<i64: 1, 1, 1>, sines = "
                "array<i64: 0, 0, 0>, "
                "digits = array<i64: 12, 9, 6>, coefficient_bits = 16 : i64, public_bits = 12 : i64} : tensor<1x!share.masked<20, 12>> -> "
                "tensor<1x!share.additive<20, 13>>\nreturn\n}"),
      2 * (31 + 28 + 25));
}

} // namespace
