// Bundles made by hand, for tests of the runtime alone: programs as the compiler would emit them, costs written down by their formulas.
#ifndef TEST_UNIT_RUNTIME_BUNDLE_FIXTURE_H
#define TEST_UNIT_RUNTIME_BUNDLE_FIXTURE_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/program_builder.h"
#include "tacit/bundle.h"
#include "tacit/report.h"
#include "tacit/setup_cost.h"

namespace tacit::testing {

// A folder that goes with the test.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tacit-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr)
      path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string &name) const { return path_ + "/" + name; }
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

inline std::string ReadFile(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void WriteFile(const std::string &path, const std::string &bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  ASSERT_TRUE(out.flush().good()) << path;
}

// y = x w + b: x f32 [2, 3] of the client, w f32 [3, 4] of the model, b i64 [4] public; one truncated matmul, one remask.
struct TinyModel {
  static constexpr int kWide = 52, kNarrow = 32, kFraction = 16; // ring of the factors, of the result; fractional bits
  std::vector<float> x = {0.5f, -1.25f, 3, 1, -2, 0.0625f};
  std::vector<float> w = {1, -0.5f, 0.25f, 2, -1, 0.75f, 1.5f, -2, 0.125f, 3, -0.375f, 1};
  Ints b = {1, -2, 3, 0};
  ProgramBuilder program;

  TinyModel() {
    const ValueId xs = program.InputF32(Masked(kWide, {2, 3}, kFraction), x);
    const ValueId ws = program.Weight(Masked(kWide, {3, 4}, kFraction), w);
    const ValueId bs = program.Op("share.encode", {program.PublicInput({4}, b)}, Public(kNarrow, {4}, kFraction));
    const Type product = Additive(kNarrow, {2, 4}, kFraction);
    const ValueId masked = program.Remask(program.Op("share.matmul", {xs, ws}, product));
    const Type sum = Masked(kNarrow, {2, 4}, kFraction);
    const ValueId y = program.Op("share.add", {masked, bs}, sum);
    program.Reveal("y", program.Op("share.to_additive", {y}, product), F32({2, 4}));
    Entry &entry = program.entry();
    entry.slots = entry.values.size();
    for (size_t i = 0; i < entry.values.size(); ++i)
      entry.values[i].slot = i;
    program.program().params[0].file = "model.bin";
    program.program().params[0].offset = 8;
  }

  float Expected(int row, int column) const {
    double sum = static_cast<double>(b[column]);
    for (int i = 0; i < 3; ++i)
      sum += double{x[row * 3 + i]} * w[i * 4 + column];
    return static_cast<float>(sum);
  }

  // Costs by protocol.md's formulas, not by counting.
  Json Cost() const {
    const int64_t inputs = 6, weights = 12, outputs = 8;
    const int64_t input = PackedBytes(inputs, kWide), reveal = PackedBytes(outputs, kNarrow), published = 8 * 4;
    const int64_t deal = PackedBytes(outputs, kNarrow), remask = PackedBytes(outputs, kNarrow);
    const Entry &entry = const_cast<TinyModel *>(this)->program.entry();
    int64_t receiver = 0;
    for (const Instruction &instruction : entry.instructions) {
      if (instruction.op == "share.matmul")
        receiver = instruction.Int("receiver");
    }
    const auto pairs = [](int64_t a, int64_t b, int64_t c) { return Json{{"P0-P1", a}, {"P0-P2", b}, {"P1-P2", c}, {"total", a + b + c}}; };
    // Words of 8 bytes: halves of input, weight and remask masks; the dealt array; the sharing of zero of the reveal.
    const int64_t half = 8 * (inputs + weights + outputs), dealt = 8 * outputs, zero = 8 * outputs;
    const auto evaluator = [&](int party) { return half + (party == receiver ? 0 : dealt) + zero; };
    const int64_t macs = outputs * 3;
    Json cost;
    cost["entry"] = "main";
    cost["online"] = {{"rounds", 1}, {"bytes", pairs(0, 0, 2 * remask)}};
    cost["offline"] = {{"messages", 1}, {"bytes", pairs(receiver == 1 ? deal : 0, receiver == 2 ? deal : 0, 0)}};
    cost["io"] = {{"bytes",
                   {{"owner-P0", published},
                    {"owner-P1", published + input + reveal},
                    {"owner-P2", published + input + reveal},
                    {"total", 3 * published + 2 * (input + reveal)}}}};
    cost["setup"] = {{"bytes", {{"total", HandshakeBytes() + 2 * PackedBytes(weights, kWide)}}}};
    cost["ops"] = Json::array({{{"name", "node"},
                                {"kind", "mpc.test"},
                                {"elements", outputs},
                                {"rounds", 1},
                                {"online_bytes", 2 * remask},
                                {"offline_bytes", deal}}});
    cost["local"] = {{"ring_macs", {{"P0", macs}, {"P1", 2 * macs}, {"P2", 2 * macs}}},
                     {"prg_bytes", {{"P0", 2 * half + dealt}, {"P1", evaluator(1)}, {"P2", evaluator(2)}}}};
    return {{"entries", Json::array({cost})}};
  }

  // Writes the bundle, its weights in a file of their own beside 8 bytes that are none.
  void Write(const std::string &folder) const {
    std::filesystem::create_directories(folder);
    std::string weights(8, '\xAA');
    weights.append(reinterpret_cast<const char *>(w.data()), 4 * w.size());
    WriteFile(folder + "/model.bin", weights);
    const std::string bytes = SerializeProgram(const_cast<TinyModel *>(this)->program.program());
    const absl::StatusOr<Program> parsed = ParseProgram(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    Manifest manifest;
    manifest.tool = "test";
    const absl::StatusOr<Digest> digest = FileDigest(folder + "/model.bin");
    ASSERT_TRUE(digest.ok()) << digest.status();
    manifest.files["model.bin"] = {"model.bin", *digest};
    WriteFile(folder + "/program.mpcb", bytes);
    WriteFile(folder + "/manifest.json", ManifestText(*parsed, manifest));
    WriteFile(folder + "/cost.json", Cost().dump(1));
  }

  NamedTensors Inputs() const { return {{"in0", Tensor::F32({2, 3}, x)}, {"in1", Tensor::I64({4}, b)}}; }
};

} // namespace tacit::testing

#endif
