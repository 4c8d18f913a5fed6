// Shared by the fuzz targets: a folder for files, a reader of the input from its front.
#ifndef FUZZ_SUPPORT_H
#define FUZZ_SUPPORT_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tacit::fuzz {

// A property that every input must have; what does not hold is reported as a crash of the target.
inline void Require(bool condition, const char *what) {
  if (condition)
    return;
  std::fprintf(stderr, "property violated: %s\n", what);
  std::abort();
}

// A folder of this process under TMPDIR, which scripts/fuzz points at a folder in memory and removes afterwards.
inline const std::string &Folder() {
  static const std::string folder = [] {
    const char *parent = std::getenv("TMPDIR");
    std::string path = std::string(parent && *parent ? parent : "/tmp") + "/tacit-fuzz-XXXXXX";
    Require(mkdtemp(path.data()) != nullptr, "TMPDIR is a folder that can be written to");
    return path;
  }();
  return folder;
}

inline void WriteFile(const std::string &path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string ReadFile(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  Require(in.good(), path.c_str());
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// A file without a name that holds `bytes`; `path` opens it.
class AnonymousFile {
public:
  explicit AnonymousFile(std::string_view bytes) : fd(memfd_create("input", MFD_CLOEXEC)) {
    Require(fd >= 0 && write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "an anonymous file can be made");
    path = "/proc/self/fd/" + std::to_string(fd);
  }
  AnonymousFile(const AnonymousFile &) = delete;
  AnonymousFile &operator=(const AnonymousFile &) = delete;
  ~AnonymousFile() { close(fd); }

  std::string path;

private:
  int fd;
};

// Takes numbers and bytes off the input's front; zeros where it has ended.
class Input {
public:
  Input(const uint8_t *data, size_t size) : rest(reinterpret_cast<const char *>(data), size) {}

  bool empty() const { return rest.empty(); }
  uint8_t Byte() {
    const uint8_t byte = rest.empty() ? 0 : static_cast<uint8_t>(rest[0]);
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return byte;
  }
  uint32_t Word() {
    uint32_t word = 0;
    for (int i = 0; i < 4; ++i)
      word |= static_cast<uint32_t>(Byte()) << (8 * i);
    return word;
  }
  std::string_view Take(size_t most) {
    const std::string_view taken = rest.substr(0, most);
    rest.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Take(rest.size()); }

private:
  std::string_view rest;
};

} // namespace tacit::fuzz

#endif
