// From mpc with formats to numbers: protocol phase, schedule, program, three executors in one process. Results are those of real arithmetic
// up to the roundings that the formats allow, and what the executors counted equals what the compiler computed beforehand, exactly.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "compile_text.h"
#include "tacit/in_process.h"
#include "tacit/setup_cost.h"

namespace {

using namespace mlir;

// Secret types: s("4", 28, 12) is tensor<4x!mpc.secret<!mpc.fxp<28, 12>>>.
std::string s(const std::string &shape, int width, int fraction) {
  return "tensor<" + shape + (shape.empty() ? "" : "x") + "!mpc.secret<!mpc.fxp<" + std::to_string(width) + ", " +
         std::to_string(fraction) + ">>>";
}

// Compiles one module of one function from the protocol phase on.
std::optional<Compiled> compile(const std::string &text, bool optimize) {
  return compileText(
      text, [](PassManager &pm) { pm.addPass(mpc::createConvertMpcToShare()); }, optimize);
}

void expectCost(const mpc::EntryCost &cost, const tacit::InProcessResult &run) {
  using tacit::Section;
  auto sent = [&](int who, Section section) { return static_cast<int64_t>(run.sent[who][static_cast<int>(section)]); };
  std::array<tacit::OpCounters, 3> sum;
  for (int p = 0; p < 3; ++p) {
    sum[p] = run.counters[p].Sum();
    EXPECT_EQ(cost.ringMacs[p], static_cast<int64_t>(sum[p].ring_macs)) << "P" << p;
    EXPECT_EQ(cost.prgBytes[p], static_cast<int64_t>(run.counters[p].PrgBytes())) << "P" << p;
  }
  EXPECT_EQ(cost.online[2], sent(1, Section::kOnline) + sent(2, Section::kOnline));
  EXPECT_EQ(cost.onlineRounds, static_cast<int64_t>(run.counters[1].rounds));
  EXPECT_EQ(cost.offline[0], static_cast<int64_t>(sum[0].offline_to_p1));
  EXPECT_EQ(cost.offline[1], static_cast<int64_t>(sum[0].offline_to_p2));
  EXPECT_EQ(cost.offline[0] + cost.offline[1], sent(0, Section::kOffline));
  EXPECT_EQ(cost.offlineMessages, static_cast<int64_t>(run.counters[0].deal_messages));
  EXPECT_EQ(cost.io[0] + cost.io[1] + cost.io[2], sent(1, Section::kIo) + sent(2, Section::kIo) + sent(3, Section::kIo));
  EXPECT_EQ(cost.setup, tacit::HandshakeBytes() + sent(4, Section::kSetup));
  int64_t online = 0, offline = 0;
  for (const mpc::OpCost &op : cost.ops)
    online += op.onlineBytes, offline += op.offlineBytes;
  EXPECT_EQ(online, cost.online[2]);
  EXPECT_EQ(offline, cost.offline[0] + cost.offline[1]);
}

// Parameter "w" is kY as [2, 4], "b" is {0.5, 1.5}.
absl::StatusOr<tacit::Tensor> load(const tacit::Program &program, uint32_t param);

// Runs the program with and without share-optimize on `inputs` and compares output 0 with `expected` to `tolerance`.
void check(const std::string &text, const tacit::NamedTensors &inputs, const std::vector<double> &expected, double tolerance) {
  for (bool optimize : {false, true}) {
    auto compiled = compile(text, optimize);
    if (!compiled)
      return;
    for (uint64_t seed = 0; seed < 4; ++seed) {
      auto run = tacit::RunInProcess(
          compiled->program, compiled->program.entries[0], inputs, [&](uint32_t p) { return load(compiled->program, p); },
          tacit::InProcessSeeds::FromNumber(seed));
      ASSERT_TRUE(run.ok()) << run.status();
      const tacit::Tensor &out = run->outputs.at(0).second;
      ASSERT_EQ(out.size(), static_cast<int64_t>(expected.size()));
      for (int64_t i = 0; i < out.size(); ++i)
        EXPECT_NEAR(out.At(i), expected[i], tolerance) << "element " << i << (optimize ? ", optimized" : "");
      expectCost(compiled->cost, *run);
    }
  }
}

// A function of secret and public f32 arguments called a, b, ... with the body given.
std::string function(const std::string &arguments, const std::string &result, const std::string &body) {
  return "func.func @main(" + arguments + ") -> " + result + " {\n" + body + "\n}\n";
}
std::string secret(const std::string &name, const std::string &type) {
  return "%" + name + ": " + type + " {mpc.name = \"" + name + "\", mpc.owner = \"client\"}";
}
std::string open(const std::string &name, const std::string &type) {
  return "%" + name + ": " + type + " {mpc.name = \"" + name + "\", mpc.owner = \"public\"}";
}
std::string ret(const std::string &type) { return "return %r : " + type; }

const std::vector<float> kX = {0.5f, -1.25f, 3.0f, -7.5f, 0.0f, 2.125f, -0.0625f, 6.75f};
const std::vector<float> kY = {1.5f, 2.25f, -3.0f, 0.25f, 4.0f, -2.5f, 7.0f, -0.125f};

absl::StatusOr<tacit::Tensor> load(const tacit::Program &program, uint32_t param) {
  if (program.params[param].name == "w")
    return tacit::Tensor::F32({2, 4}, kY);
  return tacit::Tensor::F32({2}, {0.5f, 1.5f});
}

tacit::NamedTensors inputs(const std::vector<float> &a) { return {{"a", tacit::Tensor::F32({static_cast<int64_t>(a.size())}, a)}}; }
tacit::NamedTensors inputs(const std::vector<float> &a, const std::vector<float> &b) {
  return {{"a", tacit::Tensor::F32({static_cast<int64_t>(a.size())}, a)}, {"b", tacit::Tensor::F32({static_cast<int64_t>(b.size())}, b)}};
}
std::vector<double> map(const std::vector<float> &a, const std::function<double(double)> &f) {
  std::vector<double> r;
  for (float v : a)
    r.push_back(f(v));
  return r;
}
std::vector<double> map(const std::vector<float> &a, const std::vector<float> &b, const std::function<double(double, double)> &f) {
  std::vector<double> r;
  for (size_t i = 0; i < a.size(); ++i)
    r.push_back(f(a[i], b[i]));
  return r;
}
constexpr double kUlp = 1.0 / 4096;

TEST(Exact, SumsAreExact) {
  std::string w = s("8", 40, 12), n = s("8", 28, 12);
  check(function(secret("a", w) + ", " + open("b", "tensor<8xf32>"), n,
                 "%0 = mpc.add %a, %b : (" + w + ", tensor<8xf32>) -> " + n + "\n%1 = mpc.sub %b, %0 : (tensor<8xf32>, " + n + ") -> " + n +
                     "\n%r = mpc.neg %1 : " + n + " -> " + n + "\n" + ret(n)),
        inputs(kX, kY), map(kX, [](double x) { return x; }), 0);
}

TEST(Exact, Product) {
  std::string w = s("8", 40, 12), n = s("8", 28, 12);
  check(function(secret("a", w) + ", " + secret("b", w), n, "%r = mpc.mul %a, %b : (" + w + ", " + w + ") -> " + n + "\n" + ret(n)),
        inputs(kX, kY), map(kX, kY, [](double x, double y) { return x * y; }), 2 * kUlp);
}

TEST(Exact, ProductWithPublic) {
  std::string w = s("8", 40, 12), n = s("8", 28, 12);
  check(function(secret("a", w) + ", " + open("b", "tensor<8xf32>"), n,
                 "%r = mpc.mul %a, %b {mpc.public_fraction = 12 : i64} : (" + w + ", tensor<8xf32>) -> " + n + "\n" + ret(n)),
        inputs(kX, kY), map(kX, kY, [](double x, double y) { return x * y; }), 2 * kUlp);
}

// Mean of squares: the sum of products becomes a matrix product, the public factor and both truncations fold.
TEST(Exact, MeanOfSquares) {
  std::string w = s("8", 44, 12), n = s("8", 32, 12), one = s("1", 32, 12), r = s("1", 24, 12);
  double mean = 0;
  for (float x : kX)
    mean += x * x / 8;
  check(function(secret("a", w), r,
                 "%0 = mpc.mul %a, %a : (" + w + ", " + w + ") -> " + n + "\n%1 = mpc.reduce \"sum\" %0 {axes = array<i64: 0>} : " + n +
                     " -> " + one +
                     "\n%c = mpc.constant dense<0.125> : tensor<f32>\n%r = mpc.mul %1, %c {mpc.public_fraction = 8 : i64} : (" + one +
                     ", tensor<f32>) -> " + r + "\n" + ret(r)),
        inputs(kX), {mean}, 3 * kUlp);
}

TEST(Exact, Matmul) {
  std::string w = s("2x4", 40, 12), v = s("4x2", 40, 12), n = s("2x2", 28, 12);
  std::string a = s("8", 40, 12);
  std::vector<double> expected(4);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 4; ++k)
        expected[2 * i + j] += static_cast<double>(kX[4 * i + k]) * kY[2 * k + j];
  check(function(secret("a", a) + ", " + secret("b", a), n,
                 "%0 = mpc.reshape %a : " + a + " -> " + w + "\n%1 = mpc.reshape %b : " + a + " -> " + v + "\n%r = mpc.matmul %0, %1 : (" +
                     w + ", " + v + ") -> " + n + "\n" + ret(n)),
        inputs(kX, kY), expected, 2 * kUlp);
}

TEST(Exact, Rotary) {
  std::string a = s("8", 40, 12), w = s("2x4", 40, 12), n = s("2x4", 24, 12);
  for (bool interleaved : {false, true}) {
    std::vector<double> expected(8);
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 4; ++j) {
        int other = interleaved ? (j ^ 1) : (j + 2) % 4;
        double sign = (interleaved ? j % 2 == 0 : j < 2) ? -1 : 1;
        expected[4 * i + j] = kX[4 * i + j] * 0.75 + sign * kX[4 * i + other] * -0.5;
      }
    check(function(secret("a", a), n,
                   "%0 = mpc.reshape %a : " + a + " -> " + w +
                       "\n%c = mpc.constant dense<0.75> : tensor<2x4xf32>\n%s = mpc.constant dense<-0.5> : tensor<2x4xf32>\n%r = "
                       "mpc.rotary %0, %c, %s {"
                       "mpc.public_fraction = 12 : i64, interleaved = " +
                       (interleaved ? "true" : "false") + "} : (" + w + ", tensor<2x4xf32>, tensor<2x4xf32>) -> " + n + "\n" + ret(n)),
          inputs(kX), expected, 2 * kUlp);
  }
}

TEST(Exact, Rescale) {
  std::string a = s("8", 20, 12), m = s("8", 44, 12), f = s("8", 50, 15), r = s("8", 40, 10);
  check(function(secret("a", a), r,
                 "%0 = mpc.add %a, %a : (" + a + ", " + a + ") -> " + a + "\n%1 = mpc.rescale %0 : " + a + " -> " + m +
                     "\n%2 = mpc.rescale %1 : " + m + " -> " + f + "\n%r = mpc.rescale %2 : " + f + " -> " + r + "\n" + ret(r)),
        inputs(kX), map(kX, [](double x) { return 2 * x; }), 1.0 / 1024);
}

TEST(Exact, Periodic) {
  std::string a = s("8", 24, 12), r = s("8", 40, 16);
  check(function(secret("a", a), r,
                 "%r = mpc.periodic %a {period = 16.0 : f64, frequencies = array<i64: 1, 2, 5>, constant = 0.25 : f64, cosines = "
                 "array<f64: 2.0, 0.0, 0.03>, sines = "
                 "array<f64: 0.5, 0.0, -0.01>, low = -8.0 : f64, high = 8.0 : f64, error = 0.0 : f64} : " +
                     a + " -> " + r + "\n" + ret(r)),
        inputs(kX),
        map(kX,
            [](double x) {
              double w = 2 * M_PI * x / 16;
              return 0.25 + 2 * std::cos(w) + 0.5 * std::sin(w) + 0.03 * std::cos(5 * w) - 0.01 * std::sin(5 * w);
            }),
        3.0 / 65536);
}

TEST(Exact, Exp) {
  std::string a = s("8", 24, 12), r = s("8", 40, 18);
  std::vector<float> x = {0.0f, -0.5f, -1.0f, -3.25f, -15.0f, -40.0f, -7.75f, -0.001f};
  for (std::string floor : {"48.0", "112.0"})
    check(function(secret("a", a), r, "%r = mpc.exp_negative %a {floor = " + floor + " : f64} : " + a + " -> " + r + "\n" + ret(r)),
          inputs(x), map(x, [](double v) { return std::exp(std::nearbyint(v * 4096) / 4096); }), 4.0 / (1 << 18));
}

// Widths with one digit's tree level to three.
TEST(Exact, BelowAndBitSum) {
  for (int width : {13, 16, 20, 33, 64}) {
    std::string a = s("8", width, 8), r = s("8", 20, 8);
    std::string text = function(secret("a", a), r,
                                "%0 = mpc.below %a {thresholds = array<f64: -1.25, 0.0, 3.0>} : " + a +
                                    " -> tensor<3x8x!mpc.secret<i1>>\n%r = mpc.bit_sum %0 {coefficients "
                                    "= array<f64: 1.0, 2.5, -4.0>, constant = 0.5 : f64} : tensor<3x8x!mpc.secret<i1>> -> " +
                                    r + "\n" + ret(r));
    check(text, inputs(kX), map(kX, [](double x) { return 0.5 + (x < -1.25) + 2.5 * (x < 0) - 4 * (x < 3); }), 0);
  }
}

TEST(Exact, SelectAndLogic) {
  std::string a = s("8", 20, 12), b = "tensor<8x!mpc.secret<i1>>", bb = "tensor<1x8x!mpc.secret<i1>>";
  auto below = [&](const std::string &name, const std::string &t) {
    return "%" + name + "0 = mpc.below %a {thresholds = array<f64: " + t + ">} : " + a + " -> " + bb + "\n%" + name + " = mpc.reshape %" +
           name + "0 : " + bb + " -> " + b + "\n";
  };
  std::string two = "(" + b + ", " + b + ") -> " + b + "\n";
  check(function(secret("a", a), a,
                 below("u", "0.0") + below("v", "-1.0") + "%n = mpc.not %v : " + b + " -> " + b + "\n%and = mpc.and %u, %n : " + two +
                     below("w", "5.0") + "%nw = mpc.not %w : " + b + " -> " + b + "\n%or = mpc.or %and, %nw : " + two +
                     "%x = mpc.xor %or, %v : " + two + "%r = mpc.select %x, %a : (" + b + ", " + a + ") -> " + a + "\n" + ret(a)),
        inputs(kX), map(kX, [](double x) { return ((x < 0 && x >= -1) || x >= 5) != (x < -1) ? x : 0; }), 0);
}

// Weights of the model's owner, one of them public; extensions, and layout changes on shares.
TEST(Exact, Weights) {
  std::string a = s("8", 20, 12), m = s("2x4", 20, 12), wide = s("2x4", 40, 12), w = s("2x4", 40, 12), wt = s("4x2", 40, 12),
              r = s("2x2", 28, 12);
  std::vector<double> expected(4);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) {
      expected[2 * i + j] = j + 0.5;
      for (int k = 0; k < 4; ++k)
        expected[2 * i + j] += static_cast<double>(kX[4 * i + k]) * kY[4 * j + k];
    }
  check("module {\nmpc.param @w {file = \"f\", offset = 0 : i64, length = 32 : i64, type = tensor<2x4xf32>}\n"
        "mpc.param @b {file = \"f\", offset = 32 : i64, length = 8 : i64, type = tensor<2xf32>}\n" +
            function(secret("a", a), r,
                     "%0 = mpc.reshape %a : " + a + " -> " + m + "\n%1 = mpc.rescale %0 : " + m + " -> " + wide +
                         "\n%w = mpc.weight @w : " + w +
                         "\n%b = mpc.weight @b : tensor<2xf32>\n%2 = mpc.transpose %w {permutation = array<i64: 1, 0>} : " + w + " -> " +
                         wt + "\n%3 = mpc.matmul %1, %2 : (" + wide + ", " + wt + ") -> " + r + "\n%r = mpc.add %3, %b : (" + r +
                         ", tensor<2xf32>) -> " + r + "\n" + ret(r)) +
            "}",
        inputs(kX), expected, 2 * kUlp);
}

TEST(Exact, WhereConcatCast) {
  std::string a = s("8", 20, 12), c = s("10", 20, 12), bits = "tensor<1x8x!mpc.secret<i1>>", n1 = s("1x8", 20, 12);
  std::vector<double> expected(kX.begin(), kX.end());
  for (size_t i = 1; i < expected.size(); i += 2)
    expected[i] = kX[i] < 0;
  expected.insert(expected.end(), {1.5, -2.0});
  check(function(secret("a", a), c,
                 "%0 = mpc.below %a {thresholds = array<f64: 0.0>} : " + a + " -> " + bits + "\n%1 = mpc.cast %0 : " + bits + " -> " + n1 +
                     "\n%2 = mpc.reshape %1 : " + n1 + " -> " + a +
                     "\n%k = mpc.constant dense<[true, false, true, false, true, false, true, false]> : tensor<8xi1>\n%3 = mpc.where %k, "
                     "%a, %2 : (tensor<8xi1>, " +
                     a + ", " + a + ") -> " + a +
                     "\n%p = mpc.constant dense<[1.5, -2.0]> : tensor<2xf32>\n%r = mpc.concat %3, %p {axis = 0 : i64} : (" + a +
                     ", tensor<2xf32>) -> " + c + "\n" + ret(c)),
        inputs(kX), expected, 0);
}

} // namespace
