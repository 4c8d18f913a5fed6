// The owners' side alone: inputs that are not as they should be, and the encoding of values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/run_fixture.h"
#include "tacit/executor.h"

namespace tacit {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(message(range), HasSubstr("'in0': the value at element 7 does not fit 52 bits with 16 fractional bits"));
}

// What a program assumes of an input is checked before it is shared; the message says where, never what.
TEST(Errors, OwnersKeepToTheRangesThatTheProgramAssumes) {
  Layer layer;
  const NamedTensors good = layer.b.inputs();
  const auto with = [&](float x) {
    NamedTensors inputs = good;
    inputs[0].second.f32()[7] = x;
    return Prepare(layer, inputs);
  };
  layer.b.entry().inputs[0].range = {-2, 6.5};
  for (float fine : {-2.0f, 0.0f, 6.5f}) EXPECT_TRUE(with(fine).ok()) << fine;
  for (float bad : {-2.015625f, 6.515625f, 1234.5f}) {
    const absl::Status status = with(bad);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("input 'in0': the value at element 7 is outside"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("between -2 and 6.5"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(absl::StrCat(bad)))) << bad;
  }
  layer.b.entry().inputs[0].range = {0, std::numeric_limits<double>::infinity()};
  EXPECT_THAT(std::string(with(-1).message()), HasSubstr("which is 0 and above"));
  layer.b.entry().inputs[0].range = {};
  // Of what the owner computes: the result that is shared, with a little room for its own rounding.
  for (ClearFunction& function : layer.b.entry().clear)
    if (function.owner == "client") function.ranges = {{-4, 4}};
  EXPECT_TRUE(with(4.0005f).ok());
  EXPECT_THAT(std::string(with(4.5f).message()), HasSubstr("input 'in0': the value at element 7 is outside"));
}

TEST(Errors, IdsOutsideATableAreRefusedByInputAndElement) {
  ProgramBuilder b;
  const ValueId ids = b.Input(Masked(8, {4}), {0, 3, 15, 7});
  b.Output("z", b.Op("share.add", {ids, ids}, Masked(8, {4})));
  b.entry().inputs[0].range = {0, 15};
  const auto with = [&](int64_t id) {
    NamedTensors inputs = b.inputs();
    inputs[0].second.i64()[2] = id;
    OwnerSession session(b.program(), b.entry(), "client", {});
    return session.Prepare(inputs, b.Loader());
  };
  EXPECT_TRUE(with(15).ok());
  for (int64_t id : {int64_t{16}, int64_t{-1}, INT64_MIN, INT64_MAX, int64_t{777}})
    EXPECT_EQ(with(id).message(), "input 'in0': the value at element 2 is outside of what the program is made for, which is between 0 and 15");
}

TEST(Errors, AWeightOutsideItsRangeIsNamedToItsOwner) {
  Layer layer;
  for (ClearFunction& function : layer.b.entry().clear)
    if (function.owner == "model") function.ranges = {{-0.25, 0.25}};
  OwnerSession session(layer.b.program(), layer.b.entry(), "model", {});
  EXPECT_THAT(std::string(session.Prepare({}, layer.b.Loader()).message()), HasSubstr("weight 'w', computed by 'node': the value at element"));
}

TEST(Errors, APublicValueOutOfItsRangeIsRefusedByName) {
  ProgramBuilder b;
  const ValueId c = b.Op("share.encode", {b.PublicInput({2}, {1, 200})}, Public(8, {2}));
  b.Output("z", b.Op("share.add", {b.Input(Masked(8, {2}), {1, 2}), c}, Masked(8, {2})));
  const absl::Status status = b.TryRun().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'node'"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the value at element 1"));
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
