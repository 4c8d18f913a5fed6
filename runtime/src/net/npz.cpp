// .npz: a zip of .npy files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#include "tacit/npz.h"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "net/elements.h"

namespace tacit {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 31;  // of one array
constexpr int kMaxArrays = 4096;
constexpr char kMagic[] = "\x93NUMPY";

struct Header {
  char family = 0;  // 'f', 'i', 'u', 'b'
  int bytes = 0;
  std::vector<int64_t> shape;
  int64_t elements = 1;
  bool fortran = false;  // the first dimension varies fastest
  size_t data = 0;       // offset of the elements
};

// The value of a key in the header's dictionary: the text after "'key':".
absl::StatusOr<absl::string_view> Field(absl::string_view dictionary, absl::string_view key) {
  const std::string quoted = absl::StrCat("'", key, "':");
  const size_t at = dictionary.find(quoted);
  if (at == absl::string_view::npos) return absl::InvalidArgumentError(absl::StrCat("header without '", key, "'"));
  return absl::StripLeadingAsciiWhitespace(dictionary.substr(at + quoted.size()));
}

absl::Status ParseDescription(absl::string_view text, Header* header) {
  const size_t end = text.size() > 1 ? text.find('\'', 1) : absl::string_view::npos;
  if (text.empty() || text[0] != '\'' || end == absl::string_view::npos || end < 4) {
    return absl::InvalidArgumentError("element type that is not a plain number");
  }
  const absl::string_view type = text.substr(1, end - 1);
  header->family = type[1];
  const bool known = absl::SimpleAtoi(type.substr(2), &header->bytes);
  const int b = header->bytes;
  const bool fits = (header->family == 'f' && (b == 2 || b == 4 || b == 8)) || (header->family == 'b' && b == 1) ||
                    ((header->family == 'i' || header->family == 'u') && (b == 1 || b == 2 || b == 4 || b == 8));
  if (!known || !fits || type[0] == '>') {
    return absl::InvalidArgumentError(absl::StrCat("element type '", type, "', expected little-endian floats, integers or booleans"));
  }
  return absl::OkStatus();
}

absl::Status ParseShape(absl::string_view text, Header* header) {
  const size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == absl::string_view::npos) return absl::InvalidArgumentError("header with a broken shape");
  int64_t extent = 1;
  for (absl::string_view part : absl::StrSplit(text.substr(1, end - 1), ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) continue;
    int64_t size = 0;
    if (!absl::SimpleAtoi(part, &size) || size < 0 || header->shape.size() >= 16)
      return absl::InvalidArgumentError("header with a broken shape");
    // A dimension of 0 does not hide that the others overflow.
    const int64_t factor = std::max<int64_t>(size, 1);
    if (extent > static_cast<int64_t>(kMaxBytes) / factor) return absl::InvalidArgumentError("an array above 2 GiB");
    extent *= factor;
    header->elements *= size;
    header->shape.push_back(size);
  }
  return absl::OkStatus();
}

absl::StatusOr<Header> ParseHeader(absl::string_view file) {
  if (file.size() < 10 || file.substr(0, 6) != absl::string_view(kMagic, 6)) return absl::InvalidArgumentError("not an .npy file");
  const int major = static_cast<uint8_t>(file[6]);
  const size_t prefix = major == 1 ? 10 : 12;
  if (major < 1 || major > 3 || file.size() < prefix) return absl::InvalidArgumentError("an .npy version other than 1 to 3");
  size_t length = 0;
  for (size_t i = prefix; i-- > 8;) length = length << 8 | static_cast<uint8_t>(file[i]);
  if (length > file.size() - prefix) return absl::InvalidArgumentError("a truncated header");
  const absl::string_view dictionary = file.substr(prefix, length);
  Header header;
  header.data = prefix + length;
  auto description = Field(dictionary, "descr"), order = Field(dictionary, "fortran_order"), shape = Field(dictionary, "shape");
  for (const auto* field : {&description, &order, &shape}) {
    if (!field->ok()) return field->status();
  }
  if (auto status = ParseDescription(*description, &header); !status.ok()) return status;
  if (auto status = ParseShape(*shape, &header); !status.ok()) return status;
  header.fortran = absl::StartsWith(*order, "True") && header.shape.size() > 1;
  if (file.size() - header.data != static_cast<uint64_t>(header.elements) * header.bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.size() - header.data, " bytes of elements, the header tells of ", header.elements, " of ", header.bytes));
  }
  return header;
}

// Elements whose first dimension varies fastest, as numpy stores a transposed array, with the last one fastest.
std::string InCOrder(const Header& header, absl::string_view data) {
  const int rank = static_cast<int>(header.shape.size());
  std::vector<int64_t> step(rank, 1), at(rank, 0);
  for (int d = 1; d < rank; ++d) step[d] = step[d - 1] * header.shape[d - 1];
  std::string ordered(data.size(), '\0');
  for (int64_t to = 0, from = 0; to < header.elements; ++to) {
    std::memcpy(ordered.data() + to * header.bytes, data.data() + from * header.bytes, header.bytes);
    for (int d = rank - 1; d >= 0; --d) {
      from += step[d];
      if (++at[d] < header.shape[d]) break;
      from -= step[d] * header.shape[d];
      at[d] = 0;
    }
  }
  return ordered;
}

absl::StatusOr<Tensor> ParseNpy(absl::string_view file) {
  auto header = ParseHeader(file);
  if (!header.ok()) return header.status();
  if (header->fortran) return FromElements(header->family, header->bytes, header->shape, InCOrder(*header, file.substr(header->data)));
  return FromElements(header->family, header->bytes, header->shape, file.substr(header->data));
}

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

absl::StatusOr<std::string> ReadMember(zip_t* zip, int64_t index, const zip_stat_t& stat) {
  if (stat.size > kMaxBytes + 65536) return absl::InvalidArgumentError("an array above 2 GiB");
  // Deflate makes at most 1032 bytes of one: a small file does not have a large array reserved.
  if (!(stat.valid & ZIP_STAT_COMP_SIZE) || stat.size / 1032 > stat.comp_size) return absl::InvalidArgumentError("its sizes are damaged");
  std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(zip, index, 0));
  if (!file) return absl::InvalidArgumentError("it cannot be opened in the archive");
  std::string bytes(stat.size, '\0');
  uint64_t done = 0;
  while (done < stat.size) {
    const int64_t n = zip_fread(file.get(), bytes.data() + done, stat.size - done);
    if (n <= 0) return absl::InvalidArgumentError("its bytes are truncated or damaged");
    done += n;
  }
  char more;
  if (zip_fread(file.get(), &more, 1) != 0) return absl::InvalidArgumentError("its bytes are damaged");
  return bytes;
}

std::string NpyHeader(const Tensor& tensor) {
  const char* type = tensor.kind() == Kind::kF32   ? "<f4"
                     : tensor.kind() == Kind::kI64 ? "<i8"
                     : tensor.kind() == Kind::kI32 ? "<i4"
                                                   : "|b1";
  std::string shape;
  for (int64_t size : tensor.shape()) absl::StrAppend(&shape, size, ", ");
  std::string dictionary = absl::StrCat("{'descr': '", type, "', 'fortran_order': False, 'shape': (", shape, "), }");
  while ((10 + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  dictionary += '\n';
  std::string header(kMagic, 6);
  header += {'\x01', '\x00', static_cast<char>(dictionary.size() & 255), static_cast<char>(dictionary.size() >> 8)};
  return header + dictionary;
}

}  // namespace

absl::StatusOr<NamedTensors> ReadNpz(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    return absl::InvalidArgumentError(absl::StrCat(path, ": not an .npz archive: no regular file"));
  int error = 0;
  std::unique_ptr<zip_t, CloseZip> zip(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!zip) {
    zip_error_t text;
    zip_error_init_with_code(&text, error);
    auto status = absl::InvalidArgumentError(absl::StrCat(path, ": not an .npz archive: ", zip_error_strerror(&text)));
    zip_error_fini(&text);
    return status;
  }
  const int64_t count = zip_get_num_entries(zip.get(), 0);
  if (count > kMaxArrays) return absl::InvalidArgumentError(absl::StrCat(path, ": ", count, " arrays, at most ", kMaxArrays, " are read"));
  NamedTensors tensors;
  for (int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(zip.get(), i, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME) || !(stat.valid & ZIP_STAT_SIZE)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": a damaged archive"));
    }
    const std::string name(absl::StripSuffix(stat.name, ".npy"));
    auto bytes = ReadMember(zip.get(), i, stat);
    if (!bytes.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": '", name, "': ", bytes.status().message()));
    auto tensor = ParseNpy(*bytes);
    if (!tensor.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": '", name, "': ", tensor.status().message()));
    tensors.emplace_back(name, *std::move(tensor));
  }
  return tensors;
}

absl::Status WriteNpz(const std::string& path, const NamedTensors& tensors) {
  const std::string partial = absl::StrCat(path, ".partial-", getpid());
  int error = 0;
  std::unique_ptr<zip_t, CloseZip> zip(zip_open(partial.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!zip) return absl::UnavailableError(absl::StrCat("cannot write ", path));
  std::vector<std::string> files;
  files.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    files.push_back(NpyHeader(tensor) + std::string(tensor.data<char>(), tensor.bytes()));
    zip_source_t* source = zip_source_buffer(zip.get(), files.back().data(), files.back().size(), 0);
    if (!source || zip_file_add(zip.get(), absl::StrCat(name, ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
      zip_source_free(source);
      return absl::UnavailableError(absl::StrCat("cannot write '", name, "' to ", path));
    }
  }
  if (tensors.empty() || zip_close(zip.get()) != 0)
    return absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", zip_strerror(zip.get())));
  [[maybe_unused]] zip_t* freed = zip.release();  // by zip_close
  if (std::rename(partial.c_str(), path.c_str()) != 0) {
    std::remove(partial.c_str());
    return absl::UnavailableError(absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

}  // namespace tacit
