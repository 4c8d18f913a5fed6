// Cases: what is an input, folders of TensorProto files, comparisons.
#include "tacit/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "net/tensor_proto.h"
#include "runtime/bundle_fixture.h"
#include "tacit/npz.h"

namespace tacit {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::TinyModel;
using testing::WriteFile;

//===-- TensorProto ----------------------------------------------------------------------------------------------------===//

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 128; value >>= 7)
    out += static_cast<char>(value | 128);
  return out + static_cast<char>(value);
}
std::string Number(int field, uint64_t value) { return Varint(field << 3) + Varint(value); }
std::string Text(int field, const std::string &bytes) { return Varint(field << 3 | 2) + Varint(bytes.size()) + bytes; }
template <class T> std::string Raw(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()), sizeof(T) * values.size()};
}
// Dimensions [2], an element type, elements.
std::string Two(int type, const std::string &elements) { return Number(1, 2) + Number(2, type) + elements + Text(8, "x"); }

TEST(TensorProto, EveryTypeRawAndTyped) {
  const auto values = [](const std::string &bytes) {
    const auto parsed = ParseTensorProto(bytes);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->first, "x");
    EXPECT_EQ(parsed->second.shape(), std::vector<int64_t>{2});
    return std::make_tuple(parsed->second.kind(), parsed->second.At(0), parsed->second.At(1));
  };
  const auto is = [](Kind kind, double a, double b) { return std::make_tuple(kind, a, b); };
  const uint64_t minus3 = static_cast<uint64_t>(-3);
  EXPECT_EQ(values(Two(1, Text(9, Raw<float>({0.5f, -2})))), is(Kind::kF32, 0.5, -2));
  EXPECT_EQ(values(Two(1, Text(4, Raw<float>({0.5f, -2})))), is(Kind::kF32, 0.5, -2));
  EXPECT_EQ(values(Two(11, Text(10, Raw<double>({0.5, -2})))), is(Kind::kF32, 0.5, -2));
  EXPECT_EQ(values(Two(10, Text(9, Raw<uint16_t>({0x3C00, 0xC000})))), is(Kind::kF32, 1, -2));
  EXPECT_EQ(values(Two(10, Text(5, Varint(0x3C00) + Varint(0xC000)))), is(Kind::kF32, 1, -2));
  EXPECT_EQ(values(Two(7, Text(7, Varint(5) + Varint(minus3)))), is(Kind::kI64, 5, -3));
  EXPECT_EQ(values(Two(7, Number(7, 5) + Number(7, minus3))), is(Kind::kI64, 5, -3));
  EXPECT_EQ(values(Two(7, Text(9, Raw<int64_t>({5, -3})))), is(Kind::kI64, 5, -3));
  EXPECT_EQ(values(Two(6, Text(5, Varint(5) + Varint(minus3)))), is(Kind::kI32, 5, -3));
  EXPECT_EQ(values(Two(3, Text(5, Varint(5) + Varint(minus3)))), is(Kind::kI64, 5, -3));
  EXPECT_EQ(values(Two(2, Text(9, Raw<uint8_t>({200, 3})))), is(Kind::kI64, 200, 3));
  EXPECT_EQ(values(Two(12, Text(11, Varint(4000000000) + Varint(3)))), is(Kind::kI64, 4000000000, 3));
  EXPECT_EQ(values(Two(9, Text(5, Varint(1) + Varint(0)))), is(Kind::kI1, 1, 0));
  EXPECT_EQ(values(Two(9, Text(9, Raw<uint8_t>({1, 0})))), is(Kind::kI1, 1, 0));
}

TEST(TensorProto, ShapesOfAllRanks) {
  const auto scalar = ParseTensorProto(Number(2, 1) + Text(9, Raw<float>({7})));
  ASSERT_TRUE(scalar.ok()) << scalar.status();
  EXPECT_TRUE(scalar->second.shape().empty());
  EXPECT_EQ(scalar->first, "");
  const auto matrix = ParseTensorProto(Text(1, Varint(2) + Varint(1)) + Number(2, 1) + Text(9, Raw<float>({7, 8})));
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ(matrix->second.shape(), (std::vector<int64_t>{2, 1}));
  const auto empty = ParseTensorProto(Number(1, 3) + Number(1, 0) + Number(2, 1));
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->second.size(), 0);
}

TEST(TensorProto, RefusesWhatIsNone) {
  const std::string good = Two(1, Text(9, Raw<float>({0.5f, -2})));
  for (size_t size = 0; size + 4 < good.size(); ++size)
    EXPECT_FALSE(ParseTensorProto(good.substr(0, size)).ok()) << size;
  for (const std::string &bad : {Two(8, Text(6, "text")), Two(14, Text(9, Raw<double>({1, 2, 3, 4}))), Two(1, Text(9, Raw<float>({1}))),
                                 Two(1, Text(9, "12345678901")), Two(1, Number(14, 1)), Two(1, Text(13, "")),
                                 Number(1, uint64_t{1} << 63) + Number(2, 1), Number(1, 1 << 30) + Number(1, 1 << 30) + Number(2, 1),
                                 std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), std::string("\x0B")}) {
    EXPECT_EQ(ParseTensorProto(bad).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(TensorProto, RandomBytesEndInAStatus) {
  std::mt19937 random(7);
  const std::string good = Two(1, Text(9, Raw<float>({0.5f, -2})));
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto parsed = ParseTensorProto(bytes);
    if (parsed.ok())
      EXPECT_LE(parsed->second.size(), 16);
  }
}

TEST(Case, FoldersOfBackendTests) {
  TinyModel model;
  const Entry &entry = model.program.entry();
  TemporaryFolder folder;
  const std::string x = Text(1, Varint(2) + Varint(3)) + Number(2, 1) + Text(9, Raw(model.x)),
                    b = Number(1, 4) + Number(2, 7) + Text(7, "\1\2\3\0");
  EXPECT_THAT(std::string(ReadCase(folder.path(), entry).status().message()), HasSubstr("input_0.pb"));
  // Without names, by position; with names, by name.
  WriteFile(folder / "input_0.pb", x);
  WriteFile(folder / "input_1.pb", Number(1, 4) + Number(2, 7) + Text(9, Raw(model.b)));
  WriteFile(folder / "output_0.pb", Number(1, 1) + Number(2, 1) + Text(9, Raw<float>({9})) + Text(8, "y"));
  auto tensors = ReadCase(folder.path(), entry);
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 3u);
  EXPECT_EQ((*tensors)[0].first, "in:in0");
  EXPECT_EQ((*tensors)[1].first, "in:in1");
  EXPECT_EQ((*tensors)[2].first, "out:y");
  const auto inputs = SelectInputs(model.program.program(), entry, *tensors);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ((*inputs)[0].second.f32()[1], model.x[1]);
  WriteFile(folder / "input_0.pb", Number(1, 4) + Number(2, 7) + Text(9, Raw(model.b)) + Text(8, "in1"));
  WriteFile(folder / "input_1.pb", x + Text(8, "in0"));
  tensors = ReadCase(folder.path(), entry);
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  EXPECT_EQ((*tensors)[0].first, "in:in1");
  EXPECT_EQ((*tensors)[1].first, "in:in0");
  WriteFile(folder / "input_2.pb", x);
  EXPECT_THAT(std::string(ReadCase(folder.path(), entry).status().message()), HasSubstr("input_2.pb"));
  WriteFile(folder / "input_2.pb", "\xFF");
  EXPECT_THAT(std::string(ReadCase(folder.path(), entry).status().message()), HasSubstr("not a TensorProto"));
}

//===-- Inputs and comparisons -----------------------------------------------------------------------------------------===//

TEST(Case, WholeNumbersConvertWhereTheyFit) {
  TinyModel model;
  NamedTensors tensors = model.Inputs();
  tensors[1].second = Tensor(Kind::kI32, {4});
  tensors[1].second.i32()[2] = -7;
  auto inputs = SelectInputs(model.program.program(), model.program.entry(), tensors);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ((*inputs)[1].second.kind(), Kind::kI64);
  EXPECT_EQ((*inputs)[1].second.i64()[2], -7);
  tensors[1].second = Tensor::F32({4}, {1, 2, 3, 4});
  EXPECT_FALSE(SelectInputs(model.program.program(), model.program.entry(), tensors).ok());
}

TEST(Case, MarkedKeysWin) {
  TinyModel model;
  NamedTensors tensors = model.Inputs();
  tensors.emplace_back("in:in1", Tensor::I64({4}, {9, 9, 9, 9}));
  const auto inputs = SelectInputs(model.program.program(), model.program.entry(), tensors);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ((*inputs)[1].second.i64()[0], 9);
}

TEST(Case, ErrorsAndCosines) {
  const auto compare = [](std::vector<float> got, std::vector<float> want) {
    const int64_t n = got.size();
    const auto compared = CompareOutputs({{"y", Tensor::F32({n}, std::move(got))}}, {{"out:y", Tensor::F32({n}, std::move(want))}});
    EXPECT_TRUE(compared.ok()) << compared.status();
    return (*compared)[0];
  };
  EXPECT_FLOAT_EQ(compare({1, 2, 3}, {1, 2.5f, 2.75f}).max_abs_error, 0.5);
  EXPECT_FLOAT_EQ(compare({1, 2, 3}, {-2, -4, -6}).cosine, -1);
  EXPECT_FLOAT_EQ(compare({0, 0}, {0, 0}).cosine, 1);
  EXPECT_EQ(compare({NAN, 0}, {0, 0}).max_abs_error, INFINITY);
  EXPECT_EQ(compare({0, 0}, {0, NAN}).max_abs_error, INFINITY);
  const NamedTensors y = {{"y", Tensor::F32({1}, {1})}};
  EXPECT_FALSE(CompareOutputs(y, {{"out:z", Tensor::F32({1}, {1})}}).ok());
  EXPECT_FALSE(CompareOutputs(y, {{"out:y", Tensor::F32({1, 1}, {1})}}).ok());
}

} // namespace
} // namespace tacit
