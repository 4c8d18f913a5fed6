// Every clear op against values computed by hand or by a plain loop, and the errors of their domains.
#include "tacit/clear.h"

#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tacit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Shape = std::vector<int64_t>;
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using Attributes = std::vector<Attribute>;

absl::StatusOr<Tensor> RunOp(const std::string& op, const std::vector<Tensor>& operands, Kind kind, Shape shape, Attributes attributes = {},
                             std::vector<uint8_t> data = {}) {
  Instruction instruction;
  instruction.op = "mpc." + op;
  instruction.attributes = std::move(attributes);
  instruction.data = std::move(data);
  std::vector<const Tensor*> pointers;
  for (const Tensor& t : operands) pointers.push_back(&t);
  Type type;
  type.kind = kind;
  type.shape = std::move(shape);
  return RunClear(instruction, pointers, type);
}

std::vector<double> Values(const absl::StatusOr<Tensor>& t) {
  if (!t.ok()) {
    ADD_FAILURE() << t.status();
    return {};
  }
  std::vector<double> v;
  for (int64_t i = 0; i < t->size(); ++i) v.push_back(t->At(i));
  return v;
}

void ExpectNear(const absl::StatusOr<Tensor>& t, const std::vector<double>& expected, double tolerance = 1e-6) {
  const std::vector<double> v = Values(t);
  ASSERT_EQ(v.size(), expected.size());
  for (size_t i = 0; i < v.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(v[i])) << i;
    } else if (std::isinf(expected[i])) {
      EXPECT_EQ(v[i], expected[i]) << i;
    } else {
      EXPECT_NEAR(v[i], expected[i], tolerance) << i;
    }
  }
}

void ExpectBad(const absl::StatusOr<Tensor>& t, const std::string& text) {
  EXPECT_EQ(t.status().code(), absl::StatusCode::kInvalidArgument) << t.status();
  EXPECT_THAT(std::string(t.status().message()), HasSubstr(text));
}

Tensor F(Shape shape, std::vector<float> v) { return Tensor::F32(std::move(shape), std::move(v)); }
Tensor I(Shape shape, std::vector<int64_t> v) { return Tensor::I64(std::move(shape), std::move(v)); }
Tensor B(Shape shape, std::vector<uint8_t> v) { return Tensor::I1(std::move(shape), std::move(v)); }
Tensor I32(Shape shape, const std::vector<int32_t>& v) {
  Tensor t(Kind::kI32, std::move(shape));
  std::copy(v.begin(), v.end(), t.i32());
  return t;
}
Tensor Random(Shape shape, uint64_t seed) {
  Tensor t(Kind::kF32, std::move(shape));
  std::mt19937 gen(seed);
  std::uniform_real_distribution<float> uniform(-2, 2);
  for (int64_t i = 0; i < t.size(); ++i) t.f32()[i] = uniform(gen);
  return t;
}

const std::vector<std::string>& AllOps() {
  static const std::vector<std::string> ops = {
      "constant", "reshape",   "transpose", "slice",      "concat",     "broadcast", "gather",   "neg",          "abs",       "exp",
      "log",      "sqrt",      "rsqrt",     "tanh",       "reciprocal", "sigmoid",   "silu",     "relu",         "erf",       "gelu",
      "sin",      "cos",       "floor",     "ceil",       "round",      "sign",      "not",      "is_nan",       "cast",      "add",
      "rescale",  "sub",       "mul",       "div",        "pow",        "mod",       "min",      "max",          "and",       "or",
      "xor",      "compare",   "where",     "reduce",     "matmul",     "cumsum",    "argmax",   "one_hot",      "gather_nd", "embedding",
      "softmax",  "attention", "rotary",    "layer_norm", "rms_norm",   "select",    "periodic", "exp_negative", "below",     "bit_sum"};
  return ops;
}

TEST(ClearTest, KnowsEveryOp) {
  for (const std::string& op : AllOps()) {
    EXPECT_TRUE(IsClearOp("mpc." + op)) << op;
  }
  for (const char* op : {"mpc.weight", "mpc.param", "mpc.owned", "mpc.yield", "share.add", "add", ""}) EXPECT_FALSE(IsClearOp(op)) << op;
  EXPECT_EQ(RunOp("nonsense", {}, Kind::kF32, {}).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(ClearTest, FunctionsOfReals) {
  const std::vector<float> x = {-3.5f, -1.0f, -0.0f, 0.25f, 2.0f, 40.0f};
  const auto check = [&](const std::string& op, auto f, Attributes attributes = {}) {
    SCOPED_TRACE(op);
    std::vector<double> expected;
    for (float v : x) expected.push_back(static_cast<float>(f(static_cast<double>(v))));
    ExpectNear(RunOp(op, {F({2, 3}, x)}, Kind::kF32, {2, 3}, attributes), expected, 0);
  };
  check("neg", [](double v) { return -v; });
  check("abs", [](double v) { return std::fabs(v); });
  check("exp", [](double v) { return std::exp(v); });
  check("log", [](double v) { return std::log(v); });
  check("sqrt", [](double v) { return std::sqrt(v); });
  check("rsqrt", [](double v) { return 1 / std::sqrt(v); });
  check("reciprocal", [](double v) { return 1 / v; });
  check("tanh", [](double v) { return std::tanh(v); });
  check("sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); });
  check("silu", [](double v) { return v / (1 + std::exp(-v)); });
  check("relu", [](double v) { return v > 0 ? v : 0; });
  check("erf", [](double v) { return std::erf(v); });
  check("sin", [](double v) { return std::sin(v); });
  check("cos", [](double v) { return std::cos(v); });
  check("floor", [](double v) { return std::floor(v); });
  check("ceil", [](double v) { return std::ceil(v); });
  check("sign", [](double v) { return v > 0 ? 1 : v < 0 ? -1 : 0; });
  ExpectNear(RunOp("round", {F({6}, {-2.5f, -1.5f, 0.5f, 1.5f, 2.5f, 2.6f})}, Kind::kF32, {6}), {-2, -2, 0, 2, 2, 3}, 0);
  // Known values of the error function and of both GELUs.
  ExpectNear(RunOp("erf", {F({2}, {0.5f, -1})}, Kind::kF32, {2}), {0.5204998778, -0.8427007929});
  ExpectNear(RunOp("gelu", {F({4}, {-1, 0, 1, 3})}, Kind::kF32, {4}), {-0.15865525, 0, 0.84134475, 2.99595031});
  ExpectNear(RunOp("gelu", {F({4}, {-1, 0, 1, 3})}, Kind::kF32, {4}, {{"tanh", true}}), {-0.15880801, 0, 0.84119199, 2.99636261});
  ExpectBad(RunOp("exp", {I({1}, {1})}, Kind::kF32, {1}), "i64[1]");
  ExpectBad(RunOp("exp", {F({2}, {1, 2})}, Kind::kF32, {3}), "declared f32[3]");
}

TEST(ClearTest, IntegersOneOperand) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(Values(RunOp("neg", {I({2}, {5, -7})}, Kind::kI64, {2})), ElementsAre(-5, 7));
  EXPECT_EQ(RunOp("neg", {I({1}, {least})}, Kind::kI64, {1})->i64()[0], least);
  EXPECT_THAT(Values(RunOp("abs", {I32({2}, {5, -7})}, Kind::kI32, {2})), ElementsAre(5, 7));
  EXPECT_THAT(Values(RunOp("sign", {I({3}, {5, -7, 0})}, Kind::kI64, {3})), ElementsAre(1, -1, 0));
  EXPECT_THAT(Values(RunOp("relu", {I({3}, {5, -7, 0})}, Kind::kI64, {3})), ElementsAre(5, 0, 0));
  EXPECT_THAT(Values(RunOp("floor", {I({1}, {5})}, Kind::kI64, {1})), ElementsAre(5));
  EXPECT_THAT(Values(RunOp("not", {B({2}, {0, 1})}, Kind::kI1, {2})), ElementsAre(1, 0));
  EXPECT_THAT(Values(RunOp("is_nan", {F({3}, {0, kNan, kInf})}, Kind::kI1, {3})), ElementsAre(0, 1, 0));
  ExpectNear(RunOp("rescale", {F({2}, {0.5f, -3})}, Kind::kF32, {2}), {0.5, -3}, 0);
}

TEST(ClearTest, Cast) {
  EXPECT_THAT(Values(RunOp("cast", {F({4}, {-1.9f, 1.9f, kNan, 1e30f})}, Kind::kI64, {4})),
              ElementsAre(-1, 1, 0, static_cast<double>(std::numeric_limits<int64_t>::max())));
  EXPECT_THAT(Values(RunOp("cast", {F({2}, {-kInf, 3})}, Kind::kI32, {2})), ElementsAre(-2147483648.0, 3));
  EXPECT_THAT(Values(RunOp("cast", {F({4}, {0, -0.0f, 0.25f, kNan})}, Kind::kI1, {4})), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Values(RunOp("cast", {I({3}, {0, 256, -1})}, Kind::kI1, {3})), ElementsAre(0, 1, 1));
  EXPECT_THAT(Values(RunOp("cast", {B({2}, {0, 1})}, Kind::kF32, {2})), ElementsAre(0, 1));
  EXPECT_THAT(Values(RunOp("cast", {I({2}, {(int64_t{1} << 32) + 5, -2})}, Kind::kI32, {2})), ElementsAre(5, -2));
}

TEST(ClearTest, Arithmetic) {
  const Tensor x = F({2, 3}, {1, 2, 3, 4, 5, 6}), row = F({3}, {10, 20, 30}), column = F({2, 1}, {2, 4}), one = F({}, {0.5f});
  EXPECT_THAT(Values(RunOp("add", {x, row}, Kind::kF32, {2, 3})), ElementsAre(11, 22, 33, 14, 25, 36));
  EXPECT_THAT(Values(RunOp("sub", {column, x}, Kind::kF32, {2, 3})), ElementsAre(1, 0, -1, 0, -1, -2));
  EXPECT_THAT(Values(RunOp("mul", {column, row}, Kind::kF32, {2, 3})), ElementsAre(20, 40, 60, 40, 80, 120));
  EXPECT_THAT(Values(RunOp("div", {x, one}, Kind::kF32, {2, 3})), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(Values(RunOp("div", {I({4}, {7, -7, 7, -7}), I({4}, {2, 2, -2, -1})}, Kind::kI64, {4})), ElementsAre(3, -3, -3, 7));
  ExpectNear(RunOp("div", {F({2}, {1, 0}), F({}, {0})}, Kind::kF32, {2}), {kInf, kNan});
  ExpectBad(RunOp("div", {I({1}, {1}), I({1}, {0})}, Kind::kI64, {1}), "by 0");
  EXPECT_EQ(RunOp("div", {I({1}, {INT64_MIN}), I({1}, {-1})}, Kind::kI64, {1})->i64()[0], INT64_MIN);
  EXPECT_EQ(RunOp("mul", {I({1}, {INT64_MAX}), I({1}, {2})}, Kind::kI64, {1})->i64()[0], -2);
  ExpectNear(RunOp("pow", {F({3}, {2, 9, -2}), F({3}, {10, 0.5f, 3})}, Kind::kF32, {3}), {1024, 3, -8});
  ExpectNear(RunOp("pow", {F({2}, {3, 0.5f}), I({}, {2})}, Kind::kF32, {2}), {9, 0.25});
  EXPECT_THAT(Values(RunOp("pow", {I({4}, {2, -3, -1, 5}), I({4}, {10, 3, -3, -1})}, Kind::kI64, {4})), ElementsAre(1024, -27, -1, 0));
  EXPECT_THAT(Values(RunOp("mod", {I({4}, {7, -7, 7, -7}), I({4}, {3, 3, -3, -3})}, Kind::kI64, {4})), ElementsAre(1, 2, -2, -1));
  EXPECT_THAT(Values(RunOp("mod", {I({4}, {7, -7, 7, -7}), I({4}, {3, 3, -3, -3})}, Kind::kI64, {4}, {{"fmod", true}})),
              ElementsAre(1, -1, 1, -1));
  ExpectNear(RunOp("mod", {F({2}, {-5.5f, 5.5f}), F({}, {2})}, Kind::kF32, {2}, {{"fmod", true}}), {-1.5, 1.5});
  ExpectBad(RunOp("mod", {I({1}, {1}), I({1}, {0})}, Kind::kI64, {1}), "by 0");
  ExpectNear(RunOp("min", {F({3}, {1, kNan, 3}), F({3}, {2, 0, kNan})}, Kind::kF32, {3}), {1, kNan, kNan});
  EXPECT_THAT(Values(RunOp("max", {I({2}, {1, 5}), I({}, {3})}, Kind::kI64, {2})), ElementsAre(3, 5));
  ExpectBad(RunOp("add", {x, I({3}, {1, 2, 3})}, Kind::kF32, {2, 3}), "two kinds");
  ExpectBad(RunOp("add", {x, F({2}, {1, 2})}, Kind::kF32, {2, 3}), "does not broadcast");
  ExpectBad(RunOp("add", {x}, Kind::kF32, {2, 3}), "operands");
}

TEST(ClearTest, LogicAndComparison) {
  const Tensor a = B({4}, {0, 0, 1, 1}), b = B({4}, {0, 1, 0, 1});
  EXPECT_THAT(Values(RunOp("and", {a, b}, Kind::kI1, {4})), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(Values(RunOp("or", {a, b}, Kind::kI1, {4})), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(Values(RunOp("xor", {a, b}, Kind::kI1, {4})), ElementsAre(0, 1, 1, 0));
  const Tensor x = F({4}, {1, 2, 3, kNan}), two = F({}, {2});
  const std::vector<std::pair<std::string, std::vector<double>>> cases = {{"eq", {0, 1, 0, 0}}, {"ne", {1, 0, 1, 1}}, {"lt", {1, 0, 0, 0}},
                                                                          {"le", {1, 1, 0, 0}}, {"gt", {0, 0, 1, 0}}, {"ge", {0, 1, 1, 0}}};
  for (const auto& [predicate, expected] : cases)
    EXPECT_EQ(Values(RunOp("compare", {x, two}, Kind::kI1, {4}, {{"predicate", predicate}})), expected) << predicate;
  ExpectBad(RunOp("compare", {x, two}, Kind::kI1, {4}, {{"predicate", std::string("like")}}), "like");
  EXPECT_THAT(Values(RunOp("where", {B({2, 1}, {1, 0}), F({3}, {1, 2, 3}), F({}, {-1})}, Kind::kF32, {2, 3})),
              ElementsAre(1, 2, 3, -1, -1, -1));
  EXPECT_THAT(Values(RunOp("select", {B({2, 1}, {1, 0}), F({2, 2}, {1, kInf, kInf, 4})}, Kind::kF32, {2, 2})), ElementsAre(1, kInf, 0, 0));
}

TEST(ClearTest, Constant) {
  EXPECT_THAT(Values(RunOp("constant", {}, Kind::kI32, {2}, {}, {1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF})), ElementsAre(1, -2));
  EXPECT_THAT(Values(RunOp("constant", {}, Kind::kF32, {3}, {}, {0, 0, 0x80, 0x3F})), ElementsAre(1, 1, 1));
  EXPECT_THAT(Values(RunOp("constant", {}, Kind::kI1, {2}, {}, {0, 0xFF})), ElementsAre(0, 1));
  ExpectBad(RunOp("constant", {}, Kind::kI64, {3}, {}, std::vector<uint8_t>(16)), "16 bytes, expected 24");
}

TEST(ClearTest, Structure) {
  const Tensor x = I({2, 3}, {0, 1, 2, 3, 4, 5});
  EXPECT_THAT(Values(RunOp("reshape", {x}, Kind::kI64, {3, 2})), ElementsAre(0, 1, 2, 3, 4, 5));
  ExpectBad(RunOp("reshape", {x}, Kind::kI64, {4}), "elements");
  EXPECT_THAT(Values(RunOp("transpose", {x}, Kind::kI64, {3, 2}, {{"permutation", Shape{1, 0}}})), ElementsAre(0, 3, 1, 4, 2, 5));
  ExpectBad(RunOp("transpose", {x}, Kind::kI64, {2, 3}, {{"permutation", Shape{1, 1}}}), "permutation");
  EXPECT_THAT(Values(RunOp("slice", {x}, Kind::kI64, {2, 2}, {{"offsets", Shape{1, 2}}, {"strides", Shape{-1, -2}}})),
              ElementsAre(5, 3, 2, 0));
  ExpectBad(RunOp("slice", {x}, Kind::kI64, {2, 2}, {{"offsets", Shape{0, 2}}, {"strides", Shape{1, 1}}}), "dimension 1");
  EXPECT_THAT(Values(RunOp("concat", {x, I({2, 1}, {8, 9})}, Kind::kI64, {2, 4}, {{"axis", int64_t{1}}})),
              ElementsAre(0, 1, 2, 8, 3, 4, 5, 9));
  ExpectBad(RunOp("concat", {x, I({1, 1}, {8})}, Kind::kI64, {2, 4}, {{"axis", int64_t{1}}}), "continue");
  EXPECT_THAT(Values(RunOp("broadcast", {B({2, 1}, {0, 1})}, Kind::kI1, {2, 2, 2})), ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
  ExpectBad(RunOp("broadcast", {x}, Kind::kI64, {2, 4}), "broadcast");
  EXPECT_THAT(Values(RunOp("gather", {x, I({2, 1}, {-1, 0})}, Kind::kI64, {2, 2, 1}, {{"axis", int64_t{1}}})), ElementsAre(2, 0, 5, 3));
  EXPECT_THAT(Values(RunOp("gather", {x, I32({}, {1})}, Kind::kI64, {3}, {{"axis", int64_t{0}}})), ElementsAre(3, 4, 5));
  ExpectBad(RunOp("gather", {x, I({1}, {3})}, Kind::kI64, {2, 1}, {{"axis", int64_t{1}}}), "index at element 0 is outside the 3 rows");
  ExpectBad(RunOp("gather", {x, I({1}, {-4})}, Kind::kI64, {2, 1}, {{"axis", int64_t{1}}}), "index at element 0 is outside the 3 rows");
}

// The examples of the ONNX operator's text.
TEST(ClearTest, GatherNd) {
  const Tensor x = I({2, 2}, {0, 1, 2, 3}), y = I({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  const Attributes none = {{"batch_dims", int64_t{0}}}, one = {{"batch_dims", int64_t{1}}};
  EXPECT_THAT(Values(RunOp("gather_nd", {x, I({2, 2}, {0, 0, 1, 1})}, Kind::kI64, {2}, none)), ElementsAre(0, 3));
  EXPECT_THAT(Values(RunOp("gather_nd", {x, I({2, 1}, {1, 0})}, Kind::kI64, {2, 2}, none)), ElementsAre(2, 3, 0, 1));
  EXPECT_THAT(Values(RunOp("gather_nd", {y, I({2, 1}, {1, 0})}, Kind::kI64, {2, 2}, one)), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(Values(RunOp("gather_nd", {y, I({2, 1, 2}, {0, 1, -1, 0})}, Kind::kI64, {2, 1, 2}, none)), ElementsAre(2, 3, 4, 5));
  ExpectBad(RunOp("gather_nd", {x, I({1, 2}, {0, 2})}, Kind::kI64, {1}, none), "index at element 1 is outside");
  ExpectBad(RunOp("gather_nd", {x, I({1, 3}, {0, 0, 0})}, Kind::kI64, {1}, none), "3 dimensions");
}

TEST(ClearTest, EmbeddingAndOneHot) {
  const Tensor table = F({3, 2}, {0, 1, 10, 11, 20, 21});
  EXPECT_THAT(Values(RunOp("embedding", {I({1, 2}, {2, 0}), table}, Kind::kF32, {1, 2, 2})), ElementsAre(20, 21, 0, 1));
  ExpectBad(RunOp("embedding", {I({1}, {3}), table}, Kind::kF32, {1, 2}), "index at element 0 is outside the 3 rows");
  EXPECT_THAT(Values(RunOp("one_hot", {I({2}, {1, 2})}, Kind::kI1, {2, 3}, {{"depth", int64_t{3}}})), ElementsAre(0, 1, 0, 0, 0, 1));
  ExpectBad(RunOp("one_hot", {I({1}, {3})}, Kind::kI1, {1, 3}, {{"depth", int64_t{3}}}), "index at element 0 is outside [0, 3)");
  ExpectBad(RunOp("one_hot", {I({1}, {-1})}, Kind::kI1, {1, 3}, {{"depth", int64_t{3}}}), "index at element 0 is outside [0, 3)");
}

TEST(ClearTest, Reductions) {
  const Tensor x = F({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, -8});
  const auto reduce = [&](const std::string& kind, Shape axes, Shape shape) {
    return Values(RunOp("reduce", {x}, Kind::kF32, shape, {{"kind", kind}, {"axes", axes}}));
  };
  EXPECT_THAT(reduce("sum", {2}, {2, 2, 1}), ElementsAre(3, 7, 11, -1));
  EXPECT_THAT(reduce("sum", {0}, {1, 2, 2}), ElementsAre(6, 8, 10, -4));
  EXPECT_THAT(reduce("sum", {0, 2}, {1, 2, 1}), ElementsAre(14, 6));
  EXPECT_THAT(reduce("sum", {}, {2, 2, 2}), ElementsAre(1, 2, 3, 4, 5, 6, 7, -8));
  EXPECT_THAT(reduce("mean", {1, 2}, {2, 1, 1}), ElementsAre(2.5, 2.5));
  EXPECT_THAT(reduce("max", {1}, {2, 1, 2}), ElementsAre(3, 4, 7, 6));
  EXPECT_THAT(reduce("min", {0, 1, 2}, {1, 1, 1}), ElementsAre(-8));
  EXPECT_THAT(reduce("prod", {2}, {2, 2, 1}), ElementsAre(2, 12, 30, -56));
  EXPECT_THAT(Values(RunOp("reduce", {I({2, 2}, {1, 2, 3, 5})}, Kind::kI64, {2, 1}, {{"kind", std::string("mean")}, {"axes", Shape{1}}})),
              ElementsAre(1, 4));
  ExpectNear(RunOp("reduce", {F({3}, {1, kNan, 3})}, Kind::kF32, {1}, {{"kind", std::string("max")}, {"axes", Shape{0}}}), {kNan});
  ExpectBad(RunOp("reduce", {F({0}, {})}, Kind::kF32, {1}, {{"kind", std::string("max")}, {"axes", Shape{0}}}), "no elements");
  ExpectBad(RunOp("reduce", {x}, Kind::kF32, {2, 2, 1}, {{"kind", std::string("median")}, {"axes", Shape{2}}}), "median");
  ExpectBad(RunOp("reduce", {x}, Kind::kF32, {2, 2, 2}, {{"kind", std::string("sum")}, {"axes", Shape{3}}}), "axes");

  EXPECT_THAT(Values(RunOp("argmax", {F({2, 3}, {1, 5, 5, 9, 2, 3})}, Kind::kI64, {2, 1}, {{"axis", int64_t{1}}})), ElementsAre(1, 0));
  EXPECT_THAT(Values(RunOp("argmax", {F({2, 3}, {1, 5, 5, 9, 2, 5})}, Kind::kI64, {1, 3}, {{"axis", int64_t{0}}})), ElementsAre(1, 0, 0));
}

TEST(ClearTest, Cumsum) {
  const Tensor x = I({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto run = [&](int64_t axis, bool exclusive, bool reverse) {
    return Values(RunOp("cumsum", {x}, Kind::kI64, {2, 3}, {{"axis", axis}, {"exclusive", exclusive}, {"reverse", reverse}}));
  };
  EXPECT_THAT(run(1, false, false), ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(run(1, true, false), ElementsAre(0, 1, 3, 0, 4, 9));
  EXPECT_THAT(run(1, false, true), ElementsAre(6, 5, 3, 15, 11, 6));
  EXPECT_THAT(run(1, true, true), ElementsAre(5, 3, 0, 11, 6, 0));
  EXPECT_THAT(run(0, false, false), ElementsAre(1, 2, 3, 5, 7, 9));
}

TEST(ClearTest, Matmul) {
  EXPECT_THAT(Values(RunOp("matmul", {F({2, 2}, {1, 2, 3, 4}), F({2, 1}, {10, 100})}, Kind::kF32, {2, 1})), ElementsAre(210, 430));
  EXPECT_THAT(Values(RunOp("matmul", {I({2, 2}, {1, 2, 3, 4}), I({2, 1}, {10, -100})}, Kind::kI64, {2, 1})), ElementsAre(-190, -370));
  EXPECT_THAT(Values(RunOp("matmul", {I32({2, 2}, {1, 2, 3, 4}), I32({2, 1}, {10, -100})}, Kind::kI32, {2, 1})), ElementsAre(-190, -370));
  // Batches broadcast.
  const Tensor a = Random({2, 1, 5, 7}, 1), b = Random({3, 7, 4}, 2);
  std::vector<double> expected;
  for (int q = 0; q < 6; ++q) {
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < 4; ++j) {
        double sum = 0;
        for (int d = 0; d < 7; ++d) sum += a.At(q / 3 * 35 + i * 7 + d) * b.At(q % 3 * 28 + d * 4 + j);
        expected.push_back(sum);
      }
    }
  }
  ExpectNear(RunOp("matmul", {a, b}, Kind::kF32, {2, 3, 5, 4}), expected, 1e-5);
  ExpectBad(RunOp("matmul", {F({2, 2}, {1, 2, 3, 4}), F({3, 1}, {1, 2, 3})}, Kind::kF32, {2, 1}), "times");
}

std::vector<double> SoftmaxOf(std::vector<double> row) {
  double most = row[0], sum = 0;
  for (double v : row) most = std::max(most, v);
  for (double& v : row) sum += v = std::exp(v - most);
  for (double& v : row) v /= sum;
  return row;
}

TEST(ClearTest, Softmax) {
  const Tensor x = F({2, 3}, {1, 2, 3, 1000, 1000, 999});
  std::vector<double> expected = SoftmaxOf({1, 2, 3}), second = SoftmaxOf({0, 0, -1});
  expected.insert(expected.end(), second.begin(), second.end());
  ExpectNear(RunOp("softmax", {x}, Kind::kF32, {2, 3}), expected);
  const double half = 1 / (1 + std::exp(-1.0));
  for (float masked : {-kInf, -3.4e38f, -10000.0f}) {
    ExpectNear(RunOp("softmax", {F({2, 3}, {1, 2, 3, 1, 2, 3}), F({3}, {0, 0, masked})}, Kind::kF32, {2, 3}),
               {1 - half, half, 0, 1 - half, half, 0});
  }
  // A row that is all masked: 0 with the guard; without it a row of -inf is NaN, as IEEE has it.
  const Tensor bias = F({2, 1}, {0, -kInf});
  ExpectNear(RunOp("softmax", {F({2, 2}, {0, 0, 0, 0}), bias}, Kind::kF32, {2, 2}, {{"zero_masked_rows", true}}), {0.5, 0.5, 0, 0});
  ExpectNear(RunOp("softmax", {F({2, 2}, {0, 0, 0, 0}), bias}, Kind::kF32, {2, 2}), {0.5, 0.5, kNan, kNan});
  ExpectNear(RunOp("softmax", {F({1, 2}, {0, 0}), F({2}, {-600, -600})}, Kind::kF32, {1, 2}, {{"zero_masked_rows", true}}), {0, 0});
}

TEST(ClearTest, AttentionWithGroupedHeads) {
  const int64_t batch = 2, heads = 4, groups = 2, sq = 3, sk = 5, d = 6, dv = 7;
  const Tensor q = Random({batch, heads, sq, d}, 1), k = Random({batch, groups, sk, d}, 2), v = Random({batch, groups, sk, dv}, 3);
  Tensor bias(Kind::kF32, {1, 1, sq, sk});
  for (int64_t i = 0; i < sq; ++i) {
    for (int64_t j = 0; j < sk; ++j) bias.f32()[i * sk + j] = j > i + 1 ? -kInf : 0.0f;
  }
  std::vector<double> expected;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t g = b * groups + h / 2;
      for (int64_t i = 0; i < sq; ++i) {
        std::vector<double> row(sk, 0);
        for (int64_t j = 0; j < sk; ++j) {
          for (int64_t e = 0; e < d; ++e) row[j] += 0.5 * q.At(((b * heads + h) * sq + i) * d + e) * k.At((g * sk + j) * d + e);
          row[j] += bias.At(i * sk + j);
        }
        row = SoftmaxOf(row);
        for (int64_t e = 0; e < dv; ++e) {
          double sum = 0;
          for (int64_t j = 0; j < sk; ++j) sum += row[j] * v.At((g * sk + j) * dv + e);
          expected.push_back(sum);
        }
      }
    }
  }
  ExpectNear(RunOp("attention", {q, k, v, bias}, Kind::kF32, {batch, heads, sq, dv}, {{"scale", 0.5}}), expected, 1e-5);
  ExpectBad(RunOp("attention", {q, v, k}, Kind::kF32, {batch, heads, sq, d}, {{"scale", 0.5}}), "operands");
  // All of a row masked, with the guard.
  const Tensor closed = F({1, 1}, {-kInf});
  const std::vector<double> zeros(batch * heads * sq * dv, 0);
  ExpectNear(RunOp("attention", {q, k, v, closed}, Kind::kF32, {batch, heads, sq, dv}, {{"scale", 0.5}, {"zero_masked_rows", true}}), zeros,
             0);
}

TEST(ClearTest, Norms) {
  const Tensor x = F({2, 4}, {1, 2, 3, 4, -1, 1, -1, 1}), gain = F({4}, {1, 2, 1, 1}), bias = F({4}, {0, 0, 0, 10});
  const double s = 1 / std::sqrt(1.25 + 0.5), u = 1 / std::sqrt(1.5);
  ExpectNear(RunOp("layer_norm", {x, gain, bias}, Kind::kF32, {2, 4}, {{"epsilon", 0.5}}),
             {-1.5 * s, -0.5 * s * 2, 0.5 * s, 1.5 * s + 10, -u, 2 * u, -u, u + 10});
  ExpectNear(RunOp("layer_norm", {x, gain}, Kind::kF32, {2, 4}, {{"epsilon", 0.5}}),
             {-1.5 * s, -0.5 * s * 2, 0.5 * s, 1.5 * s, -u, 2 * u, -u, u});
  const double r = 1 / std::sqrt(7.5 + 0.5);
  ExpectNear(RunOp("rms_norm", {x, gain}, Kind::kF32, {2, 4}, {{"epsilon", 0.5}}), {r, 4 * r, 3 * r, 4 * r, -u, 2 * u, -u, u});
}

TEST(ClearTest, Rotary) {
  const Tensor x = F({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), cos = F({4}, {1, 0, 2, 1}), sin = F({2, 4}, {1, 1, 1, 1, 0, 0, 0, 10});
  EXPECT_THAT(Values(RunOp("rotary", {x, cos, sin}, Kind::kF32, {2, 4})), ElementsAre(1 - 3, -4, 6 + 1, 4 + 2, 5, 0, 14, 8 + 60));
  EXPECT_THAT(Values(RunOp("rotary", {x, cos, sin}, Kind::kF32, {2, 4}, {{"interleaved", true}})),
              ElementsAre(1 - 2, 1, 6 - 4, 4 + 3, 5, 0, 14, 8 + 70));
  ExpectBad(RunOp("rotary", {F({3}, {1, 2, 3}), F({}, {1}), F({}, {1})}, Kind::kF32, {3}), "even");
}

TEST(ClearTest, Primitives) {
  const Attributes periodic = {{"period", 8.0},
                               {"frequencies", Shape{1, 3}},
                               {"constant", 0.5},
                               {"cosines", std::vector<double>{2, 0.25}},
                               {"sines", std::vector<double>{0, -1}}};
  std::vector<double> expected;
  const std::vector<float> x = {-3, 0, 0.5f, 2, 803.5f};
  for (double v : x) expected.push_back(0.5 + 2 * std::cos(M_PI * v / 4) + 0.25 * std::cos(3 * M_PI * v / 4) - std::sin(3 * M_PI * v / 4));
  ExpectNear(RunOp("periodic", {F({5}, x)}, Kind::kF32, {5}, periodic), expected, 1e-5);
  ExpectNear(RunOp("exp_negative", {F({3}, {0, -1, -15})}, Kind::kF32, {3}, {{"floor", 16.0}}), {1, std::exp(-1), std::exp(-15)});
  EXPECT_TRUE(std::isfinite(RunOp("exp_negative", {F({1}, {1e9f})}, Kind::kF32, {1}, {{"floor", 16.0}})->f32()[0]));
  EXPECT_THAT(Values(RunOp("below", {F({3}, {-1, 0.5f, 2})}, Kind::kI1, {2, 3}, {{"thresholds", std::vector<double>{0, 2}}})),
              ElementsAre(1, 0, 0, 1, 1, 0));
  EXPECT_THAT(Values(RunOp("bit_sum", {B({2, 3}, {0, 1, 1, 1, 0, 1})}, Kind::kF32, {3},
                           {{"coefficients", std::vector<double>{2, 0.5}}, {"constant", 10.0}})),
              ElementsAre(10.5, 12, 12.5));
  ExpectBad(RunOp("bit_sum", {B({2, 1}, {0, 1})}, Kind::kF32, {1}, {{"coefficients", std::vector<double>{2}}}), "coefficients");
}

TEST(ClearTest, NoShapeIsTooOdd) {
  ExpectBad(RunOp("constant", {}, Kind::kF32, {int64_t{1} << 62, 4}), "bounds");
  ExpectBad(RunOp("constant", {}, Kind::kF32, {int64_t{1} << 62, 0, int64_t{1} << 62}), "bounds");
  ExpectBad(RunOp("constant", {}, Kind::kF32, {-1}), "bounds");
  EXPECT_THAT(Values(RunOp("add", {F({0, 3}, {}), F({3}, {1, 2, 3})}, Kind::kF32, {0, 3})), ElementsAre());
  EXPECT_THAT(Values(RunOp("matmul", {F({1, 0}, {}), F({0, 2}, {})}, Kind::kF32, {1, 2})), ElementsAre(0, 0));
}

// Whatever a broken program asks for ends in a value or in an error. The sanitizers' build sees what lies between.
TEST(ClearTest, NoCallEndsTheProcess) {
  std::mt19937 gen(11);
  const auto pick = [&](int n) { return static_cast<int64_t>(gen() % n); };
  const auto shape = [&] {
    Shape s(pick(5));
    for (int64_t& d : s) d = pick(8) == 0 ? 0 : 1 + pick(3);
    return s;
  };
  const auto ints = [&] {
    Shape v(pick(4));
    for (int64_t& x : v) x = pick(6) - 2;
    return v;
  };
  const auto reals = [&] {
    std::vector<double> v(pick(4));
    for (double& x : v) x = static_cast<double>(pick(9)) - 4;
    return v;
  };
  const auto text = [&] {
    const char* const words[] = {"sum", "mean", "max", "min", "prod", "eq", "lt", "", "?"};
    return std::string(words[pick(9)]);
  };
  int done = 0;
  for (int trial = 0; trial < 200000; ++trial) {
    const std::string& op = AllOps()[gen() % AllOps().size()];
    const Shape common = shape();
    const auto kind = static_cast<Kind>(pick(4));
    std::vector<Tensor> operands;
    for (int64_t n = pick(6) == 0 ? pick(5) : 1 + pick(2); n > 0; --n) {
      Tensor t(pick(8) == 0 ? static_cast<Kind>(pick(4)) : kind, pick(4) == 0 ? shape() : common);
      for (size_t i = 0; i < t.bytes() / 4; ++i)
        t.data<uint32_t>()[i] = t.kind() == Kind::kF32 ? static_cast<uint32_t>(gen()) : static_cast<uint32_t>(pick(4));
      if (t.kind() == Kind::kI64) {
        for (int64_t i = 0; i < t.size(); ++i) t.i64()[i] = pick(7) - 3;
      }
      if (t.kind() == Kind::kI1) {
        for (int64_t i = 0; i < t.size(); ++i) t.i1()[i] = static_cast<uint8_t>(pick(2));
      }
      operands.push_back(std::move(t));
    }
    const Attributes attributes = {{"permutation", ints()},
                                   {"offsets", ints()},
                                   {"strides", ints()},
                                   {"axes", ints()},
                                   {"frequencies", ints()},
                                   {"cosines", reals()},
                                   {"sines", reals()},
                                   {"thresholds", reals()},
                                   {"coefficients", reals()},
                                   {"axis", pick(6) - 1},
                                   {"batch_dims", pick(4) - 1},
                                   {"depth", pick(5) - 1},
                                   {"period", 8.0},
                                   {"kind", text()},
                                   {"predicate", text()},
                                   {"fmod", pick(2) == 0},
                                   {"interleaved", pick(2) == 0}};
    const Kind result = pick(3) == 0 ? static_cast<Kind>(pick(9)) : kind;
    done += RunOp(op, operands, result, pick(3) == 0 ? shape() : common, attributes, std::vector<uint8_t>(pick(20))).ok() ? 1 : 0;
  }
  EXPECT_GT(done, 5000);
}

//===-- Functions --------------------------------------------------------------------------------------------------===//

// f(x) = (x W) + x W, x the entry's input 1, W parameter 5.
struct FunctionFixture {
  Program program;
  ClearFunction f;
  FunctionFixture() {
    program.types = {{Kind::kF32, 0, 0, {1, 2}}, {Kind::kF32, 0, 0, {2, 2}}};
    f.arguments = {1};
    f.params = {5};
    f.values = {{0, 0}, {1, 0}, {0, 0}, {0, 0}};
    f.instructions = {{"mpc.weight", {}, {1}, {}, 0, {}}, {"mpc.matmul", {0, 1}, {2}, {}, 0, {}}, {"mpc.add", {2, 2}, {3}, {}, 0, {}}};
    f.results = {3, 2};
  }
  absl::StatusOr<std::vector<Tensor>> Run(const Tensor& x) {
    return RunClearFunction(program, f, {&x}, [](uint32_t param) -> absl::StatusOr<Tensor> {
      if (param != 5) return absl::NotFoundError("no such parameter");
      return Tensor::F32({2, 2}, {1, 2, 3, 4});
    });
  }
};

TEST(ClearFunctionTest, Runs) {
  FunctionFixture fixture;
  const auto results = fixture.Run(F({1, 2}, {1, 10}));
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 2u);
  EXPECT_THAT(Values((*results)[0]), ElementsAre(62, 84));
  EXPECT_THAT(Values((*results)[1]), ElementsAre(31, 42));
}

TEST(ClearFunctionTest, RefusesWhatIsWrong) {
  const auto code = [](FunctionFixture fixture) { return fixture.Run(F({1, 2}, {1, 10})).status().code(); };
  constexpr auto kBad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(FunctionFixture().Run(F({2}, {1, 10})).status().code(), kBad);
  FunctionFixture f;
  f.f.params = {4};
  EXPECT_EQ(code(f), absl::StatusCode::kNotFound);
  f.f.params = {};
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.arguments = {1, 2};
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.instructions[2].operands[0] = 9;
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.instructions[1].operands[0] = 3;  // used before it is defined
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.instructions[2].results[0] = 2;  // defined twice
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.values[3].type = 7;
  EXPECT_EQ(code(f), kBad);
  f = {};
  f.f.results = {17};
  EXPECT_EQ(code(f), kBad);
}

}  // namespace
}  // namespace tacit
