// The container: what is written is read back; what is damaged, cut or against a rule is refused with a reason, and never crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <random>

#include "runtime/program_builder.h"
#include "tacit/schema/program_generated.h"

namespace tacit {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// A program with something of everything: a weight, inputs, public values, gates, two remasks of one round, results.
ProgramBuilder Sample() {
  ProgramBuilder b;
  const ValueId x = b.InputF32(Masked(40, {2, 3}, 12), {1, 2, 3, 4, 5, 6});
  const ValueId w = b.Weight(Masked(40, {3, 4}, 12), {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1});
  const ValueId bias = b.Op("share.encode", {b.PublicInput({4}, {1, -1, 2, -2})}, Public(28, {4}, 12));
  const ValueId y = b.Op("share.add", {b.Op("share.matmul", {x, w}, Additive(28, {2, 4}, 12)), bias}, Additive(28, {2, 4}, 12));
  const ValueId m = b.Remask(y);
  const ValueId s = b.Below(m, {0, 4096}, 3);
  const ValueId bit = b.Remask(b.Op("mpc.slice", {s}, XorBit({1, 2, 4}), {{"offsets", Ints{0, 0, 0}}, {"strides", Ints{1, 1, 1}}}));
  const ValueId flat = b.Op("mpc.reshape", {bit}, MaskedBit({2, 4}));
  b.Output("y", b.Op("share.bit_mul", {flat, m}, Additive(28, {2, 4}, 12)));
  b.Output("s", s);
  const ValueId small = b.Op("share.shrink", {m}, Masked(18, {2, 4}, 12));
  const ValueId e = b.Op("share.exp", {small}, Additive(16, {2, 4}, 13), {{"dealt_bits", int64_t{21}}, {"public_bits", int64_t{21}}});
  const std::vector<Attribute> sum = {{"frequencies", Ints{1, 5}}, {"constant", int64_t{9}}, {"cosines", Ints{700, -5}},
                                      {"sines", Ints{0, 80}},      {"digits", Ints{12, 9}},  {"coefficient_bits", int64_t{10}},
                                      {"public_bits", int64_t{12}}};
  const ValueId p = b.Op("share.periodic", {small}, Additive(16, {2, 4}, 13), sum);
  const ValueId both = b.Op("mpc.concat", {e, p}, Additive(16, {2, 8}, 13), {{"axis", int64_t{1}}});
  const ValueId turned = b.Op("mpc.transpose", {both}, Additive(16, {8, 2}, 13), {{"permutation", Ints{1, 0}}});
  const ValueId rows = b.Op("mpc.gather", {turned, b.PublicInput({3}, {0, -1, 4})}, Additive(16, {3, 2}, 13), {{"axis", int64_t{0}}});
  const ValueId wide = b.Op("share.extend_high", {b.Remask(rows)}, Additive(8, {3, 2}));
  b.Output("rows", b.Op("share.reduce_sum", {b.Op("share.truncate", {rows}, Additive(12, {3, 2}, 10))}, Additive(12, {3, 1}, 10),
                        {{"axes", Ints{1}}}));
  b.Output("wide", wide);
  const ValueId pair = b.Op(
      "share.and", {flat, b.Op("mpc.broadcast", {b.Op("share.not", {flat}, MaskedBit({2, 4}))}, MaskedBit({1, 2, 4}))}, XorBit({1, 2, 4}));
  b.Output("bits", b.Op("share.bit_to_arith", {b.Remask(pair)}, Additive(9, {1, 2, 4})));
  b.entry().slots = b.entry().values.size();
  for (size_t i = 0; i < b.entry().values.size(); ++i) b.entry().values[i].slot = i;
  return b;
}

TEST(Container, RoundTrips) {
  ProgramBuilder b = Sample();
  b.program().entries[0].instructions[0].attributes.push_back({"mpc.note", std::string("kept")});
  b.program().entries[0].instructions[0].attributes.push_back({"mpc.reals", std::vector<double>{1.5, -2}});
  b.program().entries[0].instructions[0].attributes.push_back({"mpc.real", 0.25});
  b.program().entries[0].instructions[0].attributes.push_back({"mpc.flag", true});
  const std::string bytes = SerializeProgram(b.program());
  const absl::StatusOr<Program> parsed = ParseProgram(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(SerializeProgram(*parsed), bytes);
  const Program& p = b.program();
  EXPECT_EQ(parsed->types, p.types);
  EXPECT_EQ(parsed->tool, "test");
  ASSERT_EQ(parsed->entries.size(), 1u);
  const Entry &got = parsed->entries[0], &want = p.entries[0];
  ASSERT_EQ(got.instructions.size(), want.instructions.size());
  for (size_t i = 0; i < got.instructions.size(); ++i) {
    EXPECT_EQ(got.instructions[i].op, want.instructions[i].op);
    EXPECT_EQ(got.instructions[i].operands, want.instructions[i].operands);
    EXPECT_EQ(got.instructions[i].results, want.instructions[i].results);
    EXPECT_EQ(got.instructions[i].data, want.instructions[i].data);
    ASSERT_EQ(got.instructions[i].attributes.size(), want.instructions[i].attributes.size());
    for (size_t j = 0; j < got.instructions[i].attributes.size(); ++j) {
      EXPECT_EQ(got.instructions[i].attributes[j].name, want.instructions[i].attributes[j].name);
      EXPECT_EQ(got.instructions[i].attributes[j].value, want.instructions[i].attributes[j].value);
    }
  }
  EXPECT_EQ(got.rounds, want.rounds);
  EXPECT_EQ(got.slots, want.slots);
  EXPECT_EQ(got.clear.size(), want.clear.size());
  EXPECT_EQ(got.clear[1].params, want.clear[1].params);
  EXPECT_EQ(parsed->params[0].length, 48u);
  EXPECT_NE(parsed->digest, Digest{});
}

TEST(Container, EachBitCounts) {
  const std::string bytes = SerializeProgram(Sample().program());
  ASSERT_TRUE(ParseProgram(bytes).ok());
  std::mt19937 random(1);
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= static_cast<char>(1 << (random() % 8));
    const absl::Status status = ParseProgram(damaged).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << "byte " << at << ": " << status;
  }
}

TEST(Container, AnyCutIsSeen) {
  const std::string bytes = SerializeProgram(Sample().program());
  for (size_t size = 0; size < bytes.size(); size += size < 64 ? 1 : 7) {
    EXPECT_EQ(ParseProgram(bytes.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_EQ(ParseProgram(bytes + std::string(8, '\0')).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseProgram(std::string(4096, 'x')).status().code(), absl::StatusCode::kInvalidArgument);
}

// Damage behind a digest that fits it: the parser must refuse or read it, and what it accepts must run or fail cleanly.
TEST(Container, DamageWithAFittingDigestDoesNotCrash) {
  ProgramBuilder b = Sample();
  const std::string bytes = SerializeProgram(b.program());
  std::mt19937 random(2);
  int accepted = 0;
  for (int trial = 0; trial < 6000; ++trial) {
    std::string damaged = bytes;
    const int changes = 1 + random() % 3;
    for (int i = 0; i < changes; ++i) {
      char& byte = damaged[random() % damaged.size()];
      byte = random() % 2 ? static_cast<char>(byte ^ (1 << (random() % 8))) : static_cast<char>(random());
    }
    flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(damaged.data()), damaged.size());
    if (!fb::VerifyProgramBuffer(verifier)) continue;
    const auto* digest = fb::GetProgram(damaged.data())->digest();
    if (digest == nullptr || digest->size() != 32) continue;
    const size_t at = reinterpret_cast<const char*>(digest->Data()) - damaged.data();
    std::memset(&damaged[at], 0, 32);
    const Digest sum = Sha256({reinterpret_cast<const uint8_t*>(damaged.data()), damaged.size()});
    std::memcpy(&damaged[at], sum.data(), 32);
    const absl::StatusOr<Program> parsed = ParseProgram(damaged);
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << parsed.status();
      continue;
    }
    ++accepted;
    int64_t elements = 0;
    for (const Type& type : parsed->types) elements = std::max(elements, type.elements());
    if (elements > 1 << 16) continue;
    for (const Entry& entry : parsed->entries) {
      (void)RunInProcess(*parsed, entry, b.inputs(), b.Loader(), InProcessSeeds::FromNumber(trial));
    }
  }
  EXPECT_GT(accepted, 100) << "the damage is too coarse to test anything";
}

struct Rule {
  const char* name;
  const char* text;  // part of the error
  std::function<void(Program&)> breakIt;
};

void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

Instruction& Find(Program& p, const std::string& op) {
  for (Instruction& i : p.entries[0].instructions)
    if (i.op == op) return i;
  ADD_FAILURE() << "no " << op;
  return p.entries[0].instructions[0];
}
void SetAttribute(Instruction& i, const std::string& name, AttributeValue value) {
  for (Attribute& a : i.attributes)
    if (a.name == name) a.value = value;
}
void DropAttribute(Instruction& i, const std::string& name) {
  std::erase_if(i.attributes, [&](const Attribute& a) { return a.name == name; });
}
// Gives the first result of an op another type.
void Retype(Program& p, const std::string& op, std::function<void(Type&)> change) {
  Value& value = p.entries[0].values[Find(p, op).results[0]];
  Type type = p.types[value.type];
  change(type);
  p.types.push_back(type);
  value.type = p.types.size() - 1;
}

class Rules : public ::testing::TestWithParam<Rule> {};

TEST_P(Rules, AreKept) {
  ProgramBuilder b = Sample();
  ASSERT_TRUE(ParseProgram(SerializeProgram(b.program())).ok());
  GetParam().breakIt(b.program());
  const absl::Status status = ParseProgram(SerializeProgram(b.program())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Container, Rules,
    ::testing::Values(
        Rule{"version", "version 2", [](Program& p) { p.version = 2; }},
        Rule{"unknown op", "share.nothing of 'node'): unknown op", [](Program& p) { Find(p, "share.add").op = "share.nothing"; }},
        Rule{"share.input is no instruction", "unknown op", [](Program& p) { Find(p, "share.add").op = "share.input"; }},
        Rule{"weight among instructions", "belongs into a clear function",
             [](Program& p) {
               Instruction& i = Find(p, "share.encode");
               i.op = "mpc.weight";
               i.operands.clear();
               p.entries[0].values[i.results[0]].type = p.entries[0].inputs[0].type;
               Find(p, "share.add").operands[1] = Find(p, "share.add").operands[0];
             }},
        Rule{"operand out of range", "operand 0 is value 9999", [](Program& p) { Find(p, "share.matmul").operands[0] = 9999; }},
        Rule{"operand before it is made", "used before it is made",
             [](Program& p) { Find(p, "share.add").operands[0] = p.entries[0].instructions.back().results[0]; }},
        Rule{"too few operands", "has 1 operands", [](Program& p) { Find(p, "share.matmul").operands.pop_back(); }},
        Rule{"operand of the wrong kind", "operand 1 must not be additive",
             [](Program& p) { Find(p, "share.bit_mul").operands[1] = Find(p, "share.add").results[0]; }},
        Rule{"result made twice", "made twice", [](Program& p) { Find(p, "share.add").results[0] = Find(p, "share.matmul").results[0]; }},
        Rule{"two results", "2 results", [](Program& p) { Find(p, "share.add").results.push_back(0); }},
        Rule{"type out of range", "type 777 is out of range", [](Program& p) { p.entries[0].values[0].type = 777; }},
        Rule{"slot out of range", "slot", [](Program& p) { p.entries[0].values[0].slot = 100000; }},
        Rule{"origin out of range", "origin 9", [](Program& p) { Find(p, "share.add").origin = 9; }},
        Rule{"width of 65", "width of 65", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.width = 65; }); }},
        Rule{"width of 0", "width of 0", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.width = 0; }); }},
        Rule{"too many elements", "more than 2^31 elements",
             [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.shape = {int64_t{1} << 20, int64_t{1} << 12}; }); }},
        Rule{"too many elements beside none", "more than 2^31 elements", [](Program& p) { p.types[0].shape = {int64_t{1} << 20, 0, int64_t{1} << 20}; }},
        Rule{"negative dimension", "dimension of -4", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.shape[1] = -4; }); }},
        Rule{"too many dimensions", "dimensions", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.shape.assign(40, 1); }); }},
        Rule{"result shape", "does not follow", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.shape = {4, 2}; }); }},
        Rule{"truncation that keeps too much", "leaves at most K - t", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.width = 29; }); }},
        Rule{"fraction that grows", "more fraction", [](Program& p) { Retype(p, "share.matmul", [](Type& t) { t.fraction = 25; }); }},
        Rule{"missing attribute", "needs attribute 'thresholds'", [](Program& p) { DropAttribute(Find(p, "share.compare_digits"), "thresholds"); }},
        Rule{"attribute of the wrong kind", "attribute 'digit' has the wrong kind",
             [](Program& p) { SetAttribute(Find(p, "share.compare_digits"), "digit", 3.0); }},
        Rule{"unknown attribute", "has no attribute 'speed'", [](Program& p) { Find(p, "share.add").attributes.push_back({"speed", int64_t{1}}); }},
        Rule{"attribute twice", "is there twice", [](Program& p) { Find(p, "share.matmul").attributes.push_back({"address", int64_t{77}}); }},
        Rule{"digits too wide", "1 to 6 bits", [](Program& p) { SetAttribute(Find(p, "share.compare_digits"), "digit", int64_t{20}); }},
        Rule{"planes that do not fit", "does not follow", [](Program& p) { SetAttribute(Find(p, "share.compare_digits"), "digit", int64_t{5}); }},
        Rule{"receiver", "receiver must be 1 or 2", [](Program& p) { SetAttribute(Find(p, "share.matmul"), "receiver", int64_t{3}); }},
        Rule{"address twice", "is used twice",
             [](Program& p) { SetAttribute(Find(p, "share.bit_mul"), "address", Find(p, "share.matmul").Int("address")); }},
        Rule{"mask used twice", "is used twice",
             [](Program& p) {
               Instruction* last = nullptr;
               for (Instruction& i : p.entries[0].instructions)
                 if (i.op == "share.remask") last = &i;
               SetAttribute(*last, "address", Find(p, "share.remask").Int("address"));
             }},
        Rule{"address of 33 bits", "not of 32 bits", [](Program& p) { SetAttribute(Find(p, "share.matmul"), "address", int64_t{1} << 32); }},
        Rule{"owner's address twice", "is taken", [](Program& p) { p.entries[0].clear[1].address = p.entries[0].clear[0].address; }},
        Rule{"remask without a round", "round 0", [](Program& p) { SetAttribute(Find(p, "share.remask"), "round", int64_t{0}); }},
        Rule{"rounds out of order", "is not after round",
             [](Program& p) { SetAttribute(Find(p, "share.remask"), "round", static_cast<int64_t>(p.entries[0].rounds)); }},
        Rule{"more rounds than declared", "round", [](Program& p) { p.entries[0].rounds = 1; }},
        Rule{"data on an op", "carries data", [](Program& p) { Find(p, "share.add").data = {1}; }},
        Rule{"slice that leaves its input", "leaves dimension 0", [](Program& p) { SetAttribute(Find(p, "mpc.slice"), "offsets", Ints{2, 0, 0}); }},
        Rule{"slice with an overflow", "beyond 2^31", [](Program& p) { SetAttribute(Find(p, "mpc.slice"), "strides", Ints{1, INT64_MAX, INT64_MIN}); }},
        Rule{"reshape to another size", "does not follow",
             [](Program& p) { Retype(p, "mpc.reshape", [](Type& t) { t.shape = {2, 5}; }); }},
        Rule{"reveal to a party", "revealed to the client", [](Program& p) { SetAttribute(Find(p, "share.reveal"), "owner", std::string("P1")); }},
        Rule{"output that is not revealed", "not the result of a share.reveal",
             [](Program& p) { p.entries[0].outputs[0].value = p.entries[0].inputs[1].value; }},
        Rule{"output type", "not that of its value", [](Program& p) { p.entries[0].outputs[0].type = p.entries[0].inputs[0].type; }},
        Rule{"revealed value used", "no party has it",
             [](Program& p) {
               Instruction use;
               use.op = "mpc.reshape";
               use.operands = {Find(p, "share.reveal").results[0]};
               use.results = {static_cast<ValueId>(p.entries[0].values.size())};
               p.entries[0].values.push_back({p.entries[0].values[use.operands[0]].type, 0});
               p.entries[0].instructions.push_back(use);
             }},
        Rule{"unknown owner", "unknown owner 'P0'", [](Program& p) { p.entries[0].clear[0].owner = "P0"; }},
        Rule{"model with a client's input", "does not have", [](Program& p) { p.entries[0].clear[0].owner = "model"; }},
        Rule{"client with a weight", "does not have", [](Program& p) { p.entries[0].clear[1].owner = "client"; }},
        Rule{"parameter out of range", "parameter 8 is out of range", [](Program& p) { p.entries[0].clear[1].params = {8}; }},
        Rule{"weight without a parameter", "more mpc.weight", [](Program& p) { p.entries[0].clear[1].params.clear(); }},
        Rule{"parameter of another length", "holds 47 bytes, not 48", [](Program& p) { p.params[0].length = 47; }},
        Rule{"share out of range", "share 999 is out of range", [](Program& p) { p.entries[0].clear[0].shares = {999}; }},
        Rule{"share made twice", "is made twice", [](Program& p) { p.entries[0].clear[1].shares = p.entries[0].clear[0].shares; }},
        Rule{"shares of another number", "0 shares", [](Program& p) { p.entries[0].clear[0].shares.clear(); }},
        Rule{"result that is not made", "is not made", [](Program& p) { p.entries[0].clear[0].results = {5}; }},
        Rule{"input twice", "is there twice", [](Program& p) { p.entries[0].inputs.push_back(p.entries[0].inputs[0]); }},
        Rule{"input of a secret type", "not a plain one", [](Program& p) { p.entries[0].inputs[0].type = p.entries[0].values[0].type; }},
        Rule{"entry twice", "entry 'main' is there twice", [](Program& p) { p.entries.push_back(p.entries[0]); }}),
    [](const ::testing::TestParamInfo<Rule>& info) {
      std::string name;
      for (const char* c = info.param.name; *c; ++c) name += std::isalnum(static_cast<unsigned char>(*c)) ? *c : '_';
      return name;
    });

TEST(Container, RemasksOfOneRoundMustNotDependOnEachOther) {
  ProgramBuilder b;
  const ValueId x = b.Input(Masked(8, {3}), {1, 2, 3});
  const ValueId a = b.Op("share.to_additive", {x}, Additive(8, {3}));
  const ValueId m = b.Remask(a);
  b.Output("z", m);
  b.entry().instructions[1].attributes = {{"round", int64_t{1}}, {"address", int64_t{1}}};
  Instruction again = b.entry().instructions[1];
  b.entry().values.push_back({b.TypeIndex(Masked(8, {3})), 0});
  again.results = {static_cast<ValueId>(b.entry().values.size() - 1)};
  again.attributes = {{"round", int64_t{1}}, {"address", int64_t{2}}};
  b.entry().instructions.insert(b.entry().instructions.begin() + 2, again);
  EXPECT_TRUE(b.TryRun().ok()) << b.TryRun().status();  // both of the same operand
  b.entry().instructions[2].operands = {m};
  EXPECT_FALSE(b.TryRun().ok());
}

// A vector of one instruction, ten thousand times, which carries a hundred kilobytes: a gigabyte to the reader, were it to copy.
TEST(Container, PartsThatOverlapAreRefused) {
  flatbuffers::FlatBufferBuilder b;
  const auto instruction = fb::CreateInstruction(b, 0, 0, 0, 0, 0, b.CreateVector(std::vector<uint8_t>(100000)));
  const auto instructions = b.CreateVector(std::vector<flatbuffers::Offset<fb::Instruction>>(10000, instruction));
  const auto entry = fb::CreateEntry(b, b.CreateString("main"), 0, 0, 0, 0, instructions);
  const auto entries = b.CreateVector(std::vector<flatbuffers::Offset<fb::Entry>>{entry});
  const auto names = b.CreateVector(std::vector<flatbuffers::Offset<flatbuffers::String>>{b.CreateString("mpc.constant")});
  const auto digest = b.CreateVector(std::vector<uint8_t>(32));
  fb::ProgramBuilder root(b);
  root.add_version(1);
  root.add_digest(digest);
  root.add_op_names(names);
  root.add_entries(entries);
  fb::FinishProgramBuffer(b, root.Finish());
  const absl::Status status = ParseProgram({reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("parts overlap"));
}

TEST(Container, NoRegularFileIsWaitedFor) {
  const std::string pipe = ::testing::TempDir() + "/pipe.mpcb";
  ::unlink(pipe.c_str());
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(LoadProgram(pipe).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadProgram("/dev/zero").status().code(), absl::StatusCode::kNotFound);
}

TEST(Container, FilesAndEntriesAreNamedInErrors) {
  const absl::Status missing = LoadProgram("/nonexistent/program.mpcb").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(missing.message(), HasSubstr("/nonexistent/program.mpcb"));
  ProgramBuilder b = Sample();
  Program& p = b.program();
  EXPECT_EQ(*p.FindEntry(""), &p.entries[0]);
  p.entries[0].name = "prefill";
  EXPECT_EQ(*p.FindEntry(""), &p.entries[0]) << "the only one";
  p.entries.push_back(p.entries[0]);
  p.entries[1].name = "decode";
  EXPECT_EQ(*p.FindEntry("decode"), &p.entries[1]);
  EXPECT_THAT(p.FindEntry("").status().message(), HasSubstr("prefill, decode"));
  EXPECT_THAT(p.FindEntry("main").status().message(), HasSubstr("no entry 'main'"));
}

}  // namespace
}  // namespace tacit
