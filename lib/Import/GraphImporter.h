// From protobuf's classes to the onnx dialect: graphs, nodes, functions, initialisers.
#ifndef LIB_IMPORT_GRAPHIMPORTER_H
#define LIB_IMPORT_GRAPHIMPORTER_H

#include "Dimensions.h"
#include "InlineFile.h"
#include "TensorData.h"
#include "dialects/Onnx/Onnx.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"
#include <onnx/onnx_pb.h>

namespace mlir::mpc {

class GraphImporter {
public:
  GraphImporter(const ::onnx::ModelProto &model, std::string folder, ModuleOp module, const ImportOptions &options);

  // The whole model into the module; diagnostics on failure.
  LogicalResult run();

  // A weight that can still become a public constant: PublicConstants.cpp decides.
  struct Weight {
    ParamOp param;
    TensorData data;
    bool fromNode; // a Constant node, not an initialiser
  };
  llvm::StringMap<Weight> &getWeights() { return weights; }
  TensorReader &getReader() { return reader; }

private:
  // Values by name, innermost scope last: a graph that is an attribute sees those around it, a function sees its own alone.
  using Scope = llvm::StringMap<Value>;
  struct Frame {
    std::vector<Scope> scopes;
    std::map<std::string, int64_t> opsets;                       // by domain
    const ::onnx::FunctionProto *function = nullptr;             // whose body is inlined
    std::map<std::string, const ::onnx::AttributeProto *> bound; // the function's attributes
    std::string prefix;                                          // of node names
    unsigned depth = 0;
  };

  LogicalResult readOpsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &imports, Frame &frame,
                           const std::string &where);
  LogicalResult readFunctions();
  FailureOr<PortShape> readPort(const ::onnx::ValueInfoProto &info, Type &element, StringRef role);
  LogicalResult importEntry(const ::onnx::GraphProto &graph, Frame &frame);
  LogicalResult importInitializers(const ::onnx::GraphProto &graph, Frame &frame);
  FailureOr<Value> importTensor(const ::onnx::TensorProto &tensor, StringRef name, bool fromNode, Location loc);
  LogicalResult importNodes(const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes, Frame &frame);
  LogicalResult importNode(const ::onnx::NodeProto &node, Frame &frame);
  LogicalResult inlineCall(const ::onnx::NodeProto &node, const ::onnx::FunctionProto &function, Frame &frame, Location loc);
  LogicalResult importBody(const ::onnx::GraphProto &graph, Region &region, Frame &frame, Location loc);
  FailureOr<Attribute> importAttribute(const ::onnx::AttributeProto &attribute, Location loc);
  FailureOr<SmallVector<Value>> lookupInputs(const ::onnx::NodeProto &node, Frame &frame, Location loc);
  const ::onnx::AttributeProto *resolve(const ::onnx::AttributeProto &attribute, const Frame &frame) const;
  Type resultType(const std::string &name, const Frame &frame);
  LogicalResult define(Frame &frame, const std::string &name, Value value, Location loc);
  Location locationOf(const ::onnx::NodeProto &node, const Frame &frame);

  const ::onnx::ModelProto &model;
  ModuleOp module;
  const ImportOptions &options;
  Location fileLoc;
  OpBuilder builder;
  TensorReader reader;
  llvm::StringMap<const ::onnx::ValueInfoProto *> valueInfo;
  std::map<std::pair<std::string, std::string>, const ::onnx::FunctionProto *> functions;
  // Default values of functions' attributes: a field that libonnx 1.12 does not know (11 of FunctionProto), parsed from its bytes.
  std::map<const ::onnx::FunctionProto *, std::vector<std::unique_ptr<::onnx::AttributeProto>>> defaults;
  llvm::StringMap<Weight> weights;
  llvm::StringMap<unsigned> symbols;
  SmallVector<const ::onnx::FunctionProto *> active; // functions being inlined, outermost first
  size_t nodes = 0;
};

// Makes public what no model keeps secret: frequencies of rotary positions, tables of their cosines and sines, masks.
LogicalResult publishConstants(func::FuncOp function, GraphImporter &importer);

} // namespace mlir::mpc

#endif
