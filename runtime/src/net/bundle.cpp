// Reading and describing bundles.
#include "tacit/bundle.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "net/json_text.h"
#include "net/safetensors.h"
#include "tacit/executor.h"

namespace tacit {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr off_t kMaxSmallFile = off_t{1} << 30;  // program, manifest, cost

// A file mapped for reading.
class Mapped {
 public:
  static absl::StatusOr<std::shared_ptr<Mapped>> Open(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe is not waited for
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
      if (fd >= 0) close(fd);
      return absl::NotFoundError(absl::StrCat("cannot read ", path, fd < 0 ? absl::StrCat(": ", strerror(errno)) : ": not a file"));
    }
    auto mapped = std::make_shared<Mapped>();
    mapped->size_ = info.st_size;
    if (info.st_size > 0) {
      void* data = mmap(nullptr, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data == MAP_FAILED) {
        close(fd);
        return absl::ResourceExhaustedError(absl::StrCat("cannot map ", path));
      }
      mapped->data_ = static_cast<const uint8_t*>(data);
    }
    close(fd);
    return mapped;
  }
  ~Mapped() {
    if (data_) munmap(const_cast<uint8_t*>(data_), size_);
  }
  absl::Span<const uint8_t> bytes() const { return {data_, size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

absl::StatusOr<std::string> ReadSmall(const std::string& path) {
  auto mapped = Mapped::Open(path);
  if (!mapped.ok()) return mapped.status();
  const auto bytes = (*mapped)->bytes();
  if (static_cast<off_t>(bytes.size()) > kMaxSmallFile) return absl::InvalidArgumentError(absl::StrCat(path, " is larger than 1 GiB"));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Json PortText(const Program& program, const Port& port) {
  const Type& type = program.types[port.type];
  static constexpr const char* kNames[] = {"float32", "int64", "int32", "bool"};
  return {{"name", port.name},
          {"type", kNames[static_cast<int>(type.kind)]},
          {"shape", type.shape},
          {"owner", port.owner},
          {"secret", port.owner != "public"}};
}

absl::StatusOr<Manifest> ParseManifest(const std::string& path, const std::string& text, const Program& program) {
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what, "; compile the model again"));
  };
  const Json json = ParseJson(text);
  if (!json.is_object() || json.value("format", Json()) != kFormat) return wrong("not a manifest of format 1");
  if (json.value("program_digest", Json()) != Hex(program.digest)) return wrong("belongs to another program than program.mpcb");
  Manifest manifest;
  const Json files = json.value("files", Json());
  if (!files.is_object()) return wrong("'files' is not an object");
  for (const auto& [name, file] : files.items()) {
    if (!file.is_object() || !file.value("path", Json()).is_string() || !file.value("sha256", Json()).is_string())
      return wrong("a broken entry of 'files'");
    const std::string digest = absl::HexStringToBytes(file["sha256"].get<std::string>());
    WeightFile weight{file["path"].get<std::string>(), {}};
    if (digest.size() != weight.sha256.size() || file["sha256"].get<std::string>().size() != 64) return wrong("a broken digest in 'files'");
    std::memcpy(weight.sha256.data(), digest.data(), digest.size());
    if (absl::StrContains(absl::StrCat("/", weight.path, "/"), "/../"))
      return wrong(absl::StrCat("the path '", weight.path, "' leaves its folder"));
    manifest.files[name] = weight;
  }
  return manifest;
}

}  // namespace

std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<Digest> FileDigest(const std::string& path) {
  auto mapped = Mapped::Open(path);
  if (!mapped.ok()) return mapped.status();
  return Sha256((*mapped)->bytes());
}

std::string ManifestText(const Program& program, const Manifest& manifest) {
  Json json = {{"format", kFormat},
               {"tool", manifest.tool},
               {"protocol", "masked values with a helper, three parties"},
               {"program_digest", Hex(program.digest)}};
  json["entries"] = Json::array();
  for (const Entry& entry : program.entries) {
    Json inputs = Json::array(), outputs = Json::array();
    for (const Port& port : entry.inputs) inputs.push_back(PortText(program, port));
    for (const Port& port : entry.outputs) outputs.push_back(PortText(program, port));
    json["entries"].push_back({{"name", entry.name}, {"inputs", inputs}, {"outputs", outputs}, {"rounds", entry.rounds}});
  }
  json["policy"] = {{"weights", manifest.weights}, {"published", manifest.published}, {"declassified", manifest.declassified}};
  json["files"] = Json::object();
  for (const auto& [name, file] : manifest.files) json["files"][name] = {{"path", file.path}, {"sha256", Hex(file.sha256)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";  // names of a model may be no UTF-8
}

struct Bundle::State {
  std::string folder, bytes, cost;
  Program program;
  Manifest manifest;
  std::map<std::string, std::shared_ptr<Mapped>> mapped;
  std::map<std::string, std::vector<StoredTensor>> headers;  // of the safetensors files among them
};

Bundle::Bundle(std::unique_ptr<State> state) : state_(std::move(state)) {}
Bundle::~Bundle() = default;
const Program& Bundle::program() const { return state_->program; }
const std::string& Bundle::program_bytes() const { return state_->bytes; }
const Manifest& Bundle::manifest() const { return state_->manifest; }
const std::string& Bundle::cost_text() const { return state_->cost; }

absl::StatusOr<std::unique_ptr<Bundle>> Bundle::Open(const std::string& folder) {
  auto state = std::make_unique<State>();
  state->folder = folder;
  std::string text;
  for (auto [name, target] : {std::pair{"program.mpcb", &state->bytes}, {"manifest.json", &text}, {"cost.json", &state->cost}}) {
    auto bytes = ReadSmall(absl::StrCat(folder, "/", name));
    if (!bytes.ok()) return absl::NotFoundError(absl::StrCat(bytes.status().message(), "; expected a folder that mpc-compile wrote"));
    *target = *std::move(bytes);
  }
  auto program = ParseProgram(state->bytes);
  if (!program.ok()) return absl::InvalidArgumentError(absl::StrCat(folder, "/program.mpcb: ", program.status().message()));
  state->program = *std::move(program);
  auto manifest = ParseManifest(absl::StrCat(folder, "/manifest.json"), text, state->program);
  if (!manifest.ok()) return manifest.status();
  state->manifest = *std::move(manifest);
  return std::unique_ptr<Bundle>(new Bundle(std::move(state)));
}

absl::StatusOr<Tensor> Bundle::LoadParam(uint32_t index) {
  if (index >= state_->program.params.size()) return absl::InvalidArgumentError("a parameter that the program does not have");
  const Param& param = state_->program.params[index];
  auto& mapped = state_->mapped[param.file];
  if (!mapped) {
    auto file = state_->manifest.files.find(param.file);
    if (file == state_->manifest.files.end()) {
      return absl::NotFoundError(absl::StrCat("manifest.json does not name the file '", param.file, "' of '", param.name, "'"));
    }
    const std::string path =
        absl::StartsWith(file->second.path, "/") ? file->second.path : absl::StrCat(state_->folder, "/", file->second.path);
    auto opened = Mapped::Open(path);
    if (!opened.ok()) return opened.status();
    if (Sha256((*opened)->bytes()) != file->second.sha256) {
      return absl::DataLossError(absl::StrCat(path, " is not the file that was compiled (its digest differs); compile the model again"));
    }
    if (absl::EndsWith(path, ".safetensors")) {
      auto header = ReadSafetensorsHeader((*opened)->bytes());
      if (!header.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", header.status().message()));
      state_->headers[param.file] = *std::move(header);
    }
    mapped = *std::move(opened);
  }
  const Type& type = state_->program.types[param.type];
  Tensor tensor(type.kind, type.shape);
  const auto bytes = mapped->bytes();
  if (param.length != tensor.bytes() || param.offset > bytes.size() || param.length > bytes.size() - param.offset) {
    return absl::DataLossError(absl::StrCat("'", param.name, "' lies outside of ", param.file));
  }
  if (auto header = state_->headers.find(param.file); header != state_->headers.end()) {
    static constexpr const char* kTypes[] = {"F32", "I64", "I32", "BOOL"};
    if (auto s = CheckStoredRange(header->second, param.offset, param.length, kTypes[static_cast<int>(type.kind)]); !s.ok())
      return absl::DataLossError(absl::StrCat("'", param.name, "' in ", param.file, ": ", s.message()));
  }
  std::memcpy(tensor.data<uint8_t>(), bytes.data() + param.offset, param.length);
  return tensor;
}

}  // namespace tacit
