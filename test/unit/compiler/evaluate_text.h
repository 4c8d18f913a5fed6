// Functions of secrets by their text: precision phase, protocol phase, three executors in one process.
#ifndef TEST_UNIT_COMPILER_EVALUATE_TEXT_H
#define TEST_UNIT_COMPILER_EVALUATE_TEXT_H

#include <string>
#include <vector>

#include "compile_text.h"
#include "mlir/Transforms/Passes.h"
#include "tacit/in_process.h"

// What the precision phase is asked for.
struct Precision {
  unsigned fraction = 18;
  double maxError = 1.0 / 8192;
};

inline std::string secret(const std::string &shape) { return "tensor<" + shape + "x!mpc.secret<f32>>"; }

// From the precision phase on.
inline void addPrecisionAndProtocol(mlir::PassManager &pm, const Precision &precision) {
  using namespace mlir;
  mpc::MpcApproximateOptions approximate;
  approximate.maxError = precision.maxError;
  approximate.fraction = precision.fraction;
  mpc::MpcAssignFormatsOptions formats;
  formats.fraction = precision.fraction;
  pm.addNestedPass<func::FuncOp>(mpc::createMpcApproximate(approximate));
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(mpc::createMpcInferRanges());
  pm.addNestedPass<func::FuncOp>(mpc::createMpcAssignFormats(formats));
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(mpc::createMpcVerifyRanges());
  pm.addPass(mpc::createConvertMpcToShare());
}

// Output 0 of a program without weights.
inline std::vector<double> runText(const std::string &text, const tacit::NamedTensors &inputs, const Precision &precision) {
  using tacit::Tensor;
  auto compiled = compileText(
      text, [&](mlir::PassManager &pm) { addPrecisionAndProtocol(pm, precision); }, /*optimize=*/true);
  if (!compiled)
    return {};
  auto result = tacit::RunInProcess(
      compiled->program, compiled->program.entries[0], inputs,
      [](uint32_t) -> absl::StatusOr<Tensor> { return absl::NotFoundError("no weights"); }, tacit::InProcessSeeds::FromNumber(11));
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  const Tensor &out = result->outputs.at(0).second;
  std::vector<double> values;
  for (int64_t i = 0; i < out.size(); ++i)
    values.push_back(out.At(i));
  return values;
}

struct Argument {
  std::string name, shape;
  bool isSecret;
  std::vector<float> values;
};

// A function of the arguments with one result of `shape`, body lines naming it %r.
inline std::vector<double> evaluate(const std::vector<Argument> &arguments, const std::string &shape, const std::string &body,
                                    const Precision &precision = {}) {
  std::string text = "func.func @main(";
  tacit::NamedTensors inputs;
  for (const Argument &a : arguments) {
    std::string type = a.isSecret ? secret(a.shape) : "tensor<" + a.shape + "xf32>";
    text += (inputs.empty() ? "%" : ", %") + a.name + ": " + type + " {mpc.name = \"" + a.name + "\", mpc.owner = \"" +
            (a.isSecret ? "client" : "public") + "\"}";
    std::vector<int64_t> dims;
    for (size_t at = 0; at < a.shape.size();) {
      size_t end = std::min(a.shape.find('x', at), a.shape.size());
      dims.push_back(std::stol(a.shape.substr(at, end - at)));
      at = end + 1;
    }
    inputs.push_back({a.name, tacit::Tensor::F32(dims, a.values)});
  }
  text += ") -> (" + secret(shape) + " {mpc.name = \"r\", mpc.owner = \"client\"}) {\n" + body + "\nreturn %r : " + secret(shape) + "\n}\n";
  return runText(text, inputs, precision);
}

inline std::vector<float> ramp(double low, double high, int n) {
  std::vector<float> x;
  for (int i = 0; i < n; ++i)
    x.push_back(static_cast<float>(low + (high - low) * i / (n - 1)));
  return x;
}

#endif
