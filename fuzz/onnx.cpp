// ONNX files through the compiler: import and conversion to the mpc dialect; with TACIT_FUZZ_ALL_PHASES, models of little work through all
// phases to a container, which the runtime must accept. A failure must come with a diagnostic.
#include "context.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mpc/Analysis/WeightBounds.h"
#include "mpc/Import/Import.h"
#include "mpc/Pipelines/Phases.h"
#include "mpc/Target/Program.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::mpc;
using tacit::fuzz::Folder;
using tacit::fuzz::Require;

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  registerAllPasses();
  google::protobuf::SetLogHandler(nullptr);
  // External data that is there: 256 bytes in the folder, and some beside it, which no model may reach.
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i % 4 == 3 ? 0x3E : i));
  mkdir((Folder() + "/model").c_str(), 0700);
  tacit::fuzz::WriteFile(Folder() + "/model/weights.bin", bytes);
  return 0;
}

// A size for every symbolic dimension of the inputs, as a user would give.
static void bindDimensions(const uint8_t *data, size_t size, ImportOptions &options) {
  ::onnx::ModelProto model;
  if (!model.ParseFromArray(data, static_cast<int>(size)))
    return;
  for (const auto &input : model.graph().input())
    for (const auto &dim : input.type().tensor_type().shape().dim())
      if (!dim.dim_param().empty())
        options.bindings[dim.dim_param()] = 1 + static_cast<int64_t>(dim.dim_param().size() % 3);
}

#ifdef TACIT_FUZZ_ALL_PHASES
// Whether a module is small enough to be taken on: the phases' work grows with values and operations.
static bool isSmall(ModuleOp module, int64_t mostElements, int mostOps) {
  int ops = 0;
  bool small = true;
  module.walk([&](Operation *op) {
    ++ops;
    for (Type type : op->getResultTypes()) {
      auto shaped = llvm::dyn_cast<RankedTensorType>(type);
      if (!shaped)
        continue;
      int64_t elements = 1;
      for (int64_t dim : shaped.getShape())
        if (ShapedType::isDynamic(dim) || (dim > 0 && (elements *= dim) > mostElements))
          return void(small = false);
    }
  });
  return small && ops <= mostOps;
}
#endif

static LogicalResult runPhase(ModuleOp module, Phase phase) {
  PhaseOptions options;
  options.maxError = 0.05; // fitting an approximation to the preset's error takes a second
  std::string passes = getPhasePipeline(phase, options), problem;
  PassManager manager(module.getContext());
  llvm::raw_string_ostream stream(problem);
  Require(succeeded(parsePassPipeline(passes, manager, stream)), "the phases' passes are registered");
  return manager.run(module);
}

static LogicalResult compile(ModuleOp module) {
  if (failed(runPhase(module, Phase::Import)))
    return failure();
#ifdef TACIT_FUZZ_ALL_PHASES
  if (!isSmall(module, 4096, 150))
    return success();
  for (Phase phase : {Phase::Secrecy, Phase::Model, Phase::Precision, Phase::Protocol, Phase::Schedule}) {
    const std::string folders[] = {Folder() + "/inline", Folder() + "/model"};
    if (phase == Phase::Precision && failed(checkWeightBounds(module, folders, 1024)))
      return failure();
    if (failed(runPhase(module, phase)))
      return failure();
  }
  FailureOr<tacit::Program> program = emitProgram(module);
  if (failed(program))
    return failure();
  absl::StatusOr<tacit::Program> read = tacit::ParseProgram(tacit::SerializeProgram(*program));
  if (!read.ok())
    llvm::errs() << std::string(read.status().message()) << "\n";
  Require(read.ok(), "the runtime accepts what the compiler writes");
#endif
  return success();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string path = Folder() + "/model/model.onnx";
  tacit::fuzz::WriteFile(path, {reinterpret_cast<const char *>(data), size});
  tacit::fuzz::Context context;
  ImportOptions options;
  options.inlineDir = Folder() + "/inline";
  bindDimensions(data, size, options);
  OwningOpRef<ModuleOp> module = importOnnx(path, context.get(), options);
  context.RequireSaid(bool(module), "a model that is refused has a diagnostic");
  if (!module)
    return 0;
  Require(succeeded(verify(*module)), "an imported module is valid");
  LogicalResult compiled = compile(*module);
  context.RequireSaid(succeeded(compiled), "a model that cannot be compiled has a diagnostic");
  return 0;
}
