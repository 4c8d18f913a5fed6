// Headers of safetensors files: what is read, and what is refused with which text.
#include "net/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tacit {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::vector<StoredTensor>> Read(const std::string &header, size_t data, uint64_t length) {
  std::string file(8, '\0');
  for (int i = 0; i < 8; ++i) file[i] = static_cast<char>(length >> (8 * i));
  file += header + std::string(data, 'x');
  return ReadSafetensorsHeader({reinterpret_cast<const uint8_t *>(file.data()), file.size()});
}
absl::StatusOr<std::vector<StoredTensor>> Read(const std::string &header, size_t data) { return Read(header, data, header.size()); }

const std::string kTwo =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},)"
    R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"none":{"dtype":"F32","shape":[0],"data_offsets":[16,16]}})";

TEST(Safetensors, TensorsByTheirPlace) {
  const auto tensors = Read(kTwo, 24);
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 3u);
  const uint64_t data = 8 + kTwo.size();
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_EQ((*tensors)[0].begin, data);
  EXPECT_EQ((*tensors)[0].end, data + 16);
  EXPECT_EQ((*tensors)[1].name, "none");
  EXPECT_EQ((*tensors)[2].name, "b");
  EXPECT_EQ((*tensors)[2].end, data + 24);
}

TEST(Safetensors, RangesWithinATensor) {
  const auto tensors = *Read(kTwo, 24);
  const uint64_t data = 8 + kTwo.size();
  EXPECT_TRUE(CheckStoredRange(tensors, data, 16, "F32").ok());
  EXPECT_TRUE(CheckStoredRange(tensors, data + 4, 8, "F32").ok()) << "a part of one";
  EXPECT_TRUE(CheckStoredRange(tensors, data + 16, 8, "I64").ok());
  EXPECT_THAT(CheckStoredRange(tensors, data, 24, "F32").message(), HasSubstr("not within one tensor"));
  EXPECT_THAT(CheckStoredRange(tensors, 8, 16, "F32").message(), HasSubstr("not within one tensor"));
  EXPECT_THAT(CheckStoredRange(tensors, data, UINT64_MAX, "F32").message(), HasSubstr("not within one tensor"));
  EXPECT_THAT(CheckStoredRange(tensors, data + 24, 1, "F32").message(), HasSubstr("not within one tensor"));
  EXPECT_THAT(CheckStoredRange(tensors, data, 16, "I64").message(), HasSubstr("elements of F32, expected I64"));
}

TEST(Safetensors, BrokenHeaders) {
  const auto refused = [](const absl::StatusOr<std::vector<StoredTensor>> &read, const char *text) {
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(read.status().message(), HasSubstr(text));
  };
  refused(ReadSafetensorsHeader({}), "0 bytes are too few");
  refused(Read("{}", 0, 3), "a header of 3 bytes");
  refused(Read("{}", 0, UINT64_MAX), "a header of 18446744073709551615 bytes");
  refused(Read("[]", 0), "no JSON object");
  refused(Read(std::string(1000, '['), 0), "no JSON object");
  refused(Read(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "has no dtype, shape and data_offsets");
  refused(Read(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 8), "has no dtype, shape and data_offsets");
  refused(Read(R"({"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}})", 4), "elements of 'Q4'");
  refused(Read(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3), "outside of the file");
  refused(Read(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 8), "outside of the file");
  refused(Read(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "which its shape does not");
  refused(Read(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 4), "more than 2^48");
  refused(Read(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
          "overlap");
}

}  // namespace
}  // namespace tacit
