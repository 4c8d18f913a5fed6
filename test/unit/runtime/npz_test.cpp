// .npz: what numpy writes is read, what is damaged is refused.
#include "tacit/npz.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <cmath>
#include <fstream>
#include <limits>

namespace tacit {
namespace {

class NpzTest : public ::testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "/npz_test_" + std::to_string(getpid()) + ".npz";
  ~NpzTest() override { unlink(path_.c_str()); }

  // An archive with one member of these bytes.
  void WriteMember(const std::string& name, const std::string& bytes, int method = ZIP_CM_DEFLATE) {
    int error = 0;
    zip_t* zip = zip_open(path_.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    ASSERT_NE(zip, nullptr);
    const zip_int64_t index = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    ASSERT_GE(index, 0);
    zip_set_file_compression(zip, index, method, 0);
    ASSERT_EQ(zip_close(zip), 0);
  }

  static std::string Npy(const std::string& dictionary, const std::string& elements) {
    std::string header = dictionary + "\n";
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() & 255) + static_cast<char>(header.size() >> 8) + header + elements;
  }

  static std::string Dictionary(const std::string& type, const std::string& shape, bool fortran = false) {
    return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  }

  template <class T>
  static std::string BytesOf(std::vector<T> values) {
    return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }

  std::string ErrorOf() {
    auto read = ReadNpz(path_);
    return read.ok() ? "" : std::string(read.status().message());
  }
};

TEST_F(NpzTest, WritesAndReadsEveryKind) {
  Tensor f = Tensor::F32({2, 2}, {1.5f, -2, std::numeric_limits<float>::infinity(), 0});
  Tensor i = Tensor::I64({3}, {1, -1, std::numeric_limits<int64_t>::min()});
  Tensor b = Tensor::I1({1, 2}, {1, 0});
  ASSERT_TRUE(WriteNpz(path_, {{"f", f}, {"in:i", i}, {"b", b}}).ok());
  auto read = ReadNpz(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].first, "f");
  EXPECT_EQ((*read)[0].second.shape(), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ((*read)[0].second.f32()[2], std::numeric_limits<float>::infinity());
  EXPECT_EQ((*read)[1].first, "in:i");
  EXPECT_EQ((*read)[1].second.i64()[2], std::numeric_limits<int64_t>::min());
  EXPECT_EQ((*read)[2].second.kind(), Kind::kI1);
  EXPECT_EQ((*read)[2].second.i1()[0], 1);
}

TEST_F(NpzTest, ScalarsAndEmptyArrays) {
  WriteMember("x.npy", Npy(Dictionary("<f8", "()"), BytesOf<double>({0.25})));
  auto scalar = ReadNpz(path_);
  ASSERT_TRUE(scalar.ok()) << scalar.status();
  EXPECT_TRUE((*scalar)[0].second.shape().empty());
  EXPECT_EQ((*scalar)[0].second.f32()[0], 0.25f);
  WriteMember("x.npy", Npy(Dictionary("<i8", "(2, 0)"), ""), ZIP_CM_STORE);
  auto empty = ReadNpz(path_);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ((*empty)[0].second.size(), 0);
}

TEST_F(NpzTest, ConvertsNarrowTypes) {
  WriteMember("x.npy", Npy(Dictionary("<f2", "(3,)"), BytesOf<uint16_t>({0x3C00, 0xC000, 0x0001})));
  auto half = ReadNpz(path_);
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_EQ((*half)[0].second.f32()[0], 1.0f);
  EXPECT_EQ((*half)[0].second.f32()[1], -2.0f);
  EXPECT_EQ((*half)[0].second.f32()[2], std::ldexp(1.0f, -24));
  WriteMember("x.npy", Npy(Dictionary("|u1", "(2,)"), BytesOf<uint8_t>({255, 1})));
  EXPECT_EQ((*ReadNpz(path_))[0].second.i64()[0], 255);
  WriteMember("x.npy", Npy(Dictionary("<i2", "(1,)"), BytesOf<int16_t>({-3})));
  EXPECT_EQ((*ReadNpz(path_))[0].second.i64()[0], -3);
  WriteMember("x.npy", Npy(Dictionary("<i4", "(1,)"), BytesOf<int32_t>({-4})));
  EXPECT_EQ((*ReadNpz(path_))[0].second.kind(), Kind::kI32);
}

// As numpy stores a transposed array.
TEST_F(NpzTest, ReadsFortranOrder) {
  WriteMember("x.npy", Npy(Dictionary("<f4", "(2, 3)", true), BytesOf<float>({1, 4, 2, 5, 3, 6})));
  auto matrix = ReadNpz(path_);
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  for (int i = 0; i < 6; ++i) EXPECT_EQ((*matrix)[0].second.f32()[i], static_cast<float>(i + 1));
  WriteMember("x.npy", Npy(Dictionary("<i8", "(2, 1, 2)", true), BytesOf<int64_t>({1, 3, 2, 4})));
  for (int i = 0; i < 4; ++i) EXPECT_EQ((*ReadNpz(path_))[0].second.i64()[i], i + 1);
  WriteMember("x.npy", Npy(Dictionary("<i8", "(2, 0)", true), ""));
  EXPECT_EQ((*ReadNpz(path_))[0].second.size(), 0);
}

TEST_F(NpzTest, RefusesWhatItCannotMean) {
  WriteMember("x.npy", Npy(Dictionary("<f4", "(2,)"), BytesOf<float>({1})));
  EXPECT_NE(ErrorOf().find("'x'"), std::string::npos);
  WriteMember("x.npy", Npy(Dictionary("<c8", "(1,)"), BytesOf<double>({1})));
  EXPECT_NE(ErrorOf().find("element type"), std::string::npos);
  WriteMember("x.npy", Npy(Dictionary(">f4", "(1,)"), BytesOf<float>({1})));
  EXPECT_NE(ErrorOf().find("little-endian"), std::string::npos);
  WriteMember("x.npy", Npy(Dictionary("<f4", "(4611686018427387904, 4)"), ""));
  EXPECT_NE(ErrorOf().find("2 GiB"), std::string::npos);
  WriteMember("x.npy", Npy(Dictionary("<f4", "(-1,)"), ""));
  EXPECT_NE(ErrorOf().find("shape"), std::string::npos);
  WriteMember("x.npy", "not numpy");
  EXPECT_NE(ErrorOf().find(".npy"), std::string::npos);
}

TEST_F(NpzTest, RefusesDamagedArchives) {
  ASSERT_TRUE(WriteNpz(path_, {{"x", Tensor::F32({64}, std::vector<float>(64, 0.5f))}}).ok());
  std::ifstream in(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (size_t size = 0; size < whole.size(); size += 7) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_FALSE(ReadNpz(path_).ok()) << size << " of " << whole.size() << " bytes";
  }
  EXPECT_FALSE(ReadNpz(path_ + ".absent").ok());
}

TEST_F(NpzTest, LeavesNothingWhereItCannotWrite) {
  EXPECT_FALSE(WriteNpz("/nowhere/at/all.npz", {{"x", Tensor::F32({1}, {1})}}).ok());
}

}  // namespace
}  // namespace tacit
