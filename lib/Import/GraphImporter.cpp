// From protobuf's classes to the onnx dialect.
#include "GraphImporter.h"
#include "Expression.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::mpc;
namespace pb = ::onnx;

// Nodes after inlining; a file of a few kilobytes whose functions call each other twice each would otherwise never end.
static constexpr size_t kMostNodes = 200000;
static constexpr unsigned kDeepestCall = 64;

GraphImporter::GraphImporter(const pb::ModelProto &model, std::string folder, ModuleOp module, const ImportOptions &options)
    : model(model), module(module), options(options), fileLoc(module.getLoc()), builder(module.getContext()), reader(std::move(folder)) {}

//===-- Names, types, versions -------------------------------------------------------------------------------------===//

// "ai.onnx" is the default domain's other name.
static std::string normalDomain(const std::string &domain) { return domain == "ai.onnx" ? std::string() : domain; }

Location GraphImporter::locationOf(const pb::NodeProto &node, const Frame &frame) {
  std::string name = node.name();
  if (name.empty()) {
    auto named = llvm::find_if(node.output(), [](const std::string &output) { return !output.empty(); });
    name = node.op_type() + ":" + (named == node.output().end() ? "" : *named);
  }
  return NameLoc::get(builder.getStringAttr(frame.prefix + name));
}

LogicalResult GraphImporter::readOpsets(const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto> &imports, Frame &frame,
                                        const std::string &where) {
  for (const pb::OperatorSetIdProto &import : imports) {
    std::string domain = normalDomain(import.domain());
    if (import.version() < 1 || (domain.empty() && (import.version() < 11 || import.version() > 23)))
      return emitError(fileLoc) << where << " is of opset " << import.version() << (domain.empty() ? "" : " of domain " + domain)
                                << (domain.empty() ? "; opsets 11 to 23 are read" : "; expected at least 1");
    frame.opsets[domain] = import.version();
  }
  return success();
}

LogicalResult GraphImporter::readFunctions() {
  for (const pb::FunctionProto &function : model.functions()) {
    // Field 13 is the name of an overload, which libonnx 1.12 does not know.
    const google::protobuf::UnknownFieldSet &unknown = function.unknown_fields();
    for (int i = 0; i < unknown.field_count(); ++i) {
      const google::protobuf::UnknownField &field = unknown.field(i);
      if (field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
        continue;
      if (field.number() == 13 && !field.length_delimited().empty())
        return emitError(fileLoc) << "function '" << function.name() << "' is an overload ('" << field.length_delimited()
                                  << "'); not supported";
      if (field.number() == 11) {
        auto attribute = std::make_unique<pb::AttributeProto>();
        if (!attribute->ParseFromString(field.length_delimited()))
          return emitError(fileLoc) << "function '" << function.name() << "' has a malformed default of an attribute";
        defaults[&function].push_back(std::move(attribute));
      }
    }
    if (!functions.try_emplace({normalDomain(function.domain()), function.name()}, &function).second)
      return emitError(fileLoc) << "function '" << function.name() << "' of domain '" << function.domain() << "' is defined twice";
  }
  return success();
}

static constexpr int64_t kMostInputElements = int64_t(1) << 31; // of a program's tensors too

FailureOr<PortShape> GraphImporter::readPort(const pb::ValueInfoProto &info, Type &element, StringRef role) {
  if (!info.has_type() || !info.type().has_tensor_type())
    return emitError(fileLoc) << role << " '" << info.name() << "' is no tensor; sequences, maps and optionals are not supported";
  const pb::TypeProto::Tensor &type = info.type().tensor_type();
  const ElementInfo *known = lookupElement(type.elem_type());
  if (!known)
    return emitError(fileLoc) << role << " '" << info.name() << "' has elements of " << elementName(type.elem_type()) << "; not supported";
  element = importedType(*known, builder.getContext());
  PortShape port{info.name(), {}};
  if (!type.has_shape() && role == "input")
    return emitError(fileLoc) << role << " '" << info.name() << "' has no shape, not even its number of dimensions";
  for (const auto &dim : type.shape().dim()) {
    Dimension dimension;
    if (dim.has_dim_value()) {
      if (dim.dim_value() < 0)
        return emitError(fileLoc) << role << " '" << info.name() << "' has a dimension of " << dim.dim_value();
      dimension.size = dim.dim_value();
    } else {
      dimension.name = dim.dim_param();
    }
    port.dims.push_back(dimension);
  }
  return port;
}

// The type that the file states of an intermediate value, as far as it does.
Type GraphImporter::resultType(const std::string &name, const Frame &frame) {
  Type untyped = onnx::UntypedType::get(builder.getContext());
  auto found = frame.function ? valueInfo.end() : valueInfo.find(name);
  if (found == valueInfo.end() || !found->second->type().has_tensor_type())
    return untyped;
  const pb::TypeProto::Tensor &type = found->second->type().tensor_type();
  const ElementInfo *known = lookupElement(type.elem_type());
  if (!known)
    return untyped;
  Type element = importedType(*known, builder.getContext());
  if (!type.has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> shape;
  for (const auto &dim : type.shape().dim())
    shape.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : ShapedType::kDynamic);
  return RankedTensorType::get(shape, element);
}

LogicalResult GraphImporter::define(Frame &frame, const std::string &name, Value value, Location loc) {
  if (!frame.scopes.back().try_emplace(name, value).second)
    return emitError(loc) << "value '" << name << "' is defined twice";
  return success();
}

//===-- Tensors ----------------------------------------------------------------------------------------------------===//

// Whether a tensor may be a weight, by its size and its name alone; PublicConstants.cpp then looks at what reads it. Numbers of no
// dimension are constants of the architecture (scales, epsilons); bytes by the dozen are quantised weights.
static bool isWeight(const TensorData &data, StringRef name) {
  if (data.element->kind == ElementInfo::Truth)
    return data.elements > (1 << 22);
  if (data.element->kind == ElementInfo::Integer)
    return data.elements > (data.element->bytes == 1 ? 64 : 1 << 20);
  if (data.shape.empty() || data.elements == 0)
    return false;
  return data.elements > 1 || name.contains_insensitive("weight") || name.contains_insensitive("bias");
}

FailureOr<Value> GraphImporter::importTensor(const pb::TensorProto &tensor, StringRef name, bool fromNode, Location loc) {
  std::string error;
  FailureOr<TensorData> data = reader.inspect(tensor, error);
  if (failed(data))
    return emitError(loc) << "tensor '" << name << "': " << error;
  auto type = RankedTensorType::get(data->shape, importedType(*data->element, builder.getContext()));
  if (!isWeight(*data, name)) {
    FailureOr<std::vector<char>> raw = reader.readRaw(*data, error);
    if (failed(raw))
      return emitError(loc) << "tensor '" << name << "': " << error;
    return builder.create<onnx::ConstantOp>(loc, type, makeElements(*data, *raw, builder.getContext())).getResult();
  }

  std::string symbol = name.empty() ? "weight" : name.str();
  if (unsigned count = symbols[symbol]++)
    symbol += "#" + std::to_string(count);
  auto stored = RankedTensorType::get(data->shape, storedType(*data->element, builder.getContext()));
  int64_t bytes = data->elements * (stored.getElementType().isInteger(1) ? 1 : stored.getElementTypeBitWidth() / 8);
  bool inPlace = data->external() && storedAsIs(*data->element);
  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  auto param = atEnd.create<ParamOp>(loc, symbol, inPlace ? data->file : options.inlineFile, inPlace ? data->offset : 0, bytes, stored);
  weights[symbol] = Weight{param, *data, fromNode};
  return builder.create<onnx::ParamOp>(loc, type, symbol).getResult();
}

LogicalResult GraphImporter::importInitializers(const pb::GraphProto &graph, Frame &frame) {
  if (graph.sparse_initializer_size() > 0)
    return emitError(fileLoc) << "sparse initialisers are not supported; found " << graph.sparse_initializer_size();
  for (const pb::TensorProto &tensor : graph.initializer()) {
    Location loc = NameLoc::get(builder.getStringAttr(tensor.name()));
    FailureOr<Value> value = importTensor(tensor, tensor.name(), /*fromNode=*/false, loc);
    if (failed(value) || failed(define(frame, tensor.name(), *value, loc)))
      return failure();
  }
  return success();
}

//===-- Nodes ------------------------------------------------------------------------------------------------------===//

// The attribute itself, or what the call of the function gives for the one it refers to; null where neither call nor default has one.
const pb::AttributeProto *GraphImporter::resolve(const pb::AttributeProto &attribute, const Frame &frame) const {
  if (attribute.ref_attr_name().empty())
    return &attribute;
  auto found = frame.bound.find(attribute.ref_attr_name());
  return found == frame.bound.end() ? nullptr : found->second;
}

// An attribute of a kind that nothing here reads, kept as its bytes.
template <class Message> static Attribute opaque(Builder &builder, StringRef kind, const Message &message) {
  return builder.getDictionaryAttr({builder.getNamedAttr("onnx.proto", builder.getStringAttr(kind)),
                                    builder.getNamedAttr("bytes", builder.getStringAttr(message.SerializeAsString()))});
}

FailureOr<Attribute> GraphImporter::importAttribute(const pb::AttributeProto &attribute, Location loc) {
  auto texts = [&](const google::protobuf::RepeatedPtrField<std::string> &values) {
    SmallVector<Attribute> all;
    for (const std::string &value : values)
      all.push_back(builder.getStringAttr(value));
    return builder.getArrayAttr(all);
  };
  // Old files leave the kind out.
  pb::AttributeProto::AttributeType type = attribute.type();
  if (type == pb::AttributeProto::UNDEFINED) {
    type = attribute.has_f()              ? pb::AttributeProto::FLOAT
           : attribute.has_i()            ? pb::AttributeProto::INT
           : attribute.has_s()            ? pb::AttributeProto::STRING
           : attribute.has_t()            ? pb::AttributeProto::TENSOR
           : attribute.floats_size() > 0  ? pb::AttributeProto::FLOATS
           : attribute.ints_size() > 0    ? pb::AttributeProto::INTS
           : attribute.strings_size() > 0 ? pb::AttributeProto::STRINGS
                                          : pb::AttributeProto::UNDEFINED;
  }
  switch (type) {
  case pb::AttributeProto::FLOAT:
    return Attribute(builder.getF32FloatAttr(attribute.f()));
  case pb::AttributeProto::INT:
    return Attribute(builder.getI64IntegerAttr(attribute.i()));
  case pb::AttributeProto::STRING:
    return Attribute(builder.getStringAttr(attribute.s()));
  case pb::AttributeProto::FLOATS:
    return Attribute(builder.getDenseF32ArrayAttr(SmallVector<float>(attribute.floats().begin(), attribute.floats().end())));
  case pb::AttributeProto::INTS:
    return Attribute(builder.getDenseI64ArrayAttr(SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end())));
  case pb::AttributeProto::STRINGS:
    return Attribute(texts(attribute.strings()));
  case pb::AttributeProto::TENSOR: {
    if (attribute.t().data_type() == pb::TensorProto::STRING)
      return opaque(builder, "TensorProto", attribute.t());
    std::string error;
    FailureOr<TensorData> data = reader.inspect(attribute.t(), error);
    FailureOr<std::vector<char>> raw = succeeded(data) ? reader.readRaw(*data, error) : FailureOr<std::vector<char>>(failure());
    if (failed(raw))
      return emitError(loc) << "attribute '" << attribute.name() << "': " << error;
    return Attribute(makeElements(*data, *raw, builder.getContext()));
  }
  default:
    return opaque(builder, "AttributeProto", attribute);
  }
}

FailureOr<SmallVector<Value>> GraphImporter::lookupInputs(const pb::NodeProto &node, Frame &frame, Location loc) {
  SmallVector<Value> values;
  for (const std::string &name : node.input()) {
    if (name.empty()) {
      values.push_back(builder.create<onnx::NoneOp>(loc, onnx::AbsentType::get(builder.getContext())));
      continue;
    }
    Value value;
    for (Scope &scope : llvm::reverse(frame.scopes))
      if ((value = scope.lookup(name)))
        break;
    if (!value)
      return emitError(loc) << "node reads '" << name << "', which nothing before it defines";
    values.push_back(value);
  }
  return values;
}

LogicalResult GraphImporter::importBody(const pb::GraphProto &graph, Region &region, Frame &frame, Location loc) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region);
  frame.scopes.emplace_back();
  auto leave = llvm::make_scope_exit([&] { frame.scopes.pop_back(); });
  for (const pb::ValueInfoProto &input : graph.input())
    if (failed(define(frame, input.name(), block->addArgument(onnx::UntypedType::get(builder.getContext()), loc), loc)))
      return failure();
  if (failed(importInitializers(graph, frame)) || failed(importNodes(graph.node(), frame)))
    return failure();
  pb::NodeProto yield;
  for (const pb::ValueInfoProto &output : graph.output())
    yield.add_input(output.name());
  FailureOr<SmallVector<Value>> results = lookupInputs(yield, frame, loc);
  if (failed(results))
    return failure();
  builder.create<onnx::YieldOp>(loc, *results);
  return success();
}

LogicalResult GraphImporter::inlineCall(const pb::NodeProto &node, const pb::FunctionProto &function, Frame &frame, Location loc) {
  if (llvm::is_contained(active, &function))
    return emitError(loc) << "function '" << function.name() << "' calls itself";
  if (frame.depth >= kDeepestCall)
    return emitError(loc) << "functions call each other more than " << kDeepestCall << " deep";
  if (node.input_size() > function.input_size() || node.output_size() > function.output_size())
    return emitError(loc) << "function '" << function.name() << "' takes " << function.input_size() << " inputs and makes "
                          << function.output_size() << " outputs; the node has " << node.input_size() << " and " << node.output_size();
  FailureOr<SmallVector<Value>> inputs = lookupInputs(node, frame, loc);
  if (failed(inputs))
    return failure();

  Frame inner;
  inner.function = &function;
  inner.depth = frame.depth + 1;
  inner.prefix = llvm::cast<NameLoc>(loc).getName().str() + "/";
  inner.scopes.emplace_back();
  inner.opsets = frame.opsets;
  if (failed(readOpsets(function.opset_import(), inner, "function '" + function.name() + "'")))
    return failure();
  for (int i = 0; i < function.input_size(); ++i) {
    Value value =
        i < node.input_size() ? (*inputs)[i] : builder.create<onnx::NoneOp>(loc, onnx::AbsentType::get(builder.getContext())).getResult();
    if (failed(define(inner, function.input(i), value, loc)))
      return failure();
  }
  auto declared = defaults.find(&function);
  if (declared != defaults.end())
    for (const std::unique_ptr<pb::AttributeProto> &attribute : declared->second)
      inner.bound[attribute->name()] = attribute.get();
  for (const pb::AttributeProto &attribute : node.attribute())
    if (const pb::AttributeProto *value = resolve(attribute, frame))
      inner.bound[attribute.name()] = value;

  active.push_back(&function);
  LogicalResult imported = importNodes(function.node(), inner);
  active.pop_back();
  if (failed(imported))
    return failure();
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    Value value = inner.scopes.back().lookup(function.output(i));
    if (!value)
      return emitError(loc) << "function '" << function.name() << "' does not define its output '" << function.output(i) << "'";
    if (failed(define(frame, node.output(i), value, loc)))
      return failure();
  }
  return success();
}

LogicalResult GraphImporter::importNode(const pb::NodeProto &node, Frame &frame) {
  Location loc = locationOf(node, frame);
  if (++nodes > kMostNodes)
    return emitError(loc) << "the graph has more than " << kMostNodes << " nodes after its functions are inlined";
  std::string domain = normalDomain(node.domain());
  for (int i = 0; i < node.unknown_fields().field_count(); ++i)
    if (node.unknown_fields().field(i).number() == 8)
      return emitError(loc) << "node calls an overload of '" << node.op_type() << "'; not supported";
  auto called = functions.find({domain, node.op_type()});
  if (called != functions.end())
    return inlineCall(node, *called->second, frame, loc);
  auto version = frame.opsets.find(domain);
  if (node.op_type().empty())
    return emitError(loc) << "node has no op type";
  if (version == frame.opsets.end())
    return emitError(loc) << "op '" << node.op_type() << "' is of domain '" << domain << "', of which the file imports no version";

  // A Constant is a tensor like an initialiser.
  if (node.op_type() == "Constant" && domain.empty() && node.attribute_size() == 1 && node.output_size() == 1)
    if (const pb::AttributeProto *value = resolve(node.attribute(0), frame);
        value && node.attribute(0).name() == "value" && value->has_t() && value->t().data_type() != pb::TensorProto::STRING) {
      FailureOr<Value> tensor = importTensor(value->t(), node.output(0), /*fromNode=*/true, loc);
      return failed(tensor) ? failure() : define(frame, node.output(0), *tensor, loc);
    }

  FailureOr<SmallVector<Value>> inputs = lookupInputs(node, frame, loc);
  if (failed(inputs))
    return failure();
  SmallVector<NamedAttribute> attributes;
  SmallVector<StringRef> graphs;
  SmallVector<const pb::GraphProto *> bodies;
  for (const pb::AttributeProto &attribute : node.attribute()) {
    const pb::AttributeProto *value = resolve(attribute, frame);
    if (!value)
      continue;
    if (value->has_g()) {
      graphs.push_back(attribute.name());
      bodies.push_back(&value->g());
      continue;
    }
    FailureOr<Attribute> imported = importAttribute(*value, loc);
    if (failed(imported))
      return failure();
    if (attribute.name().empty() || llvm::any_of(attributes, [&](NamedAttribute a) { return a.getName() == attribute.name(); }))
      return emitError(loc) << "attribute '" << attribute.name() << "' has no name or is given twice";
    attributes.push_back(builder.getNamedAttr(attribute.name(), *imported));
  }
  SmallVector<Type> types;
  for (const std::string &output : node.output())
    types.push_back(resultType(output, frame));
  auto op = builder.create<onnx::NodeOp>(loc, types, builder.getStringAttr(node.op_type()), *inputs, builder.getStringAttr(domain),
                                         builder.getI64IntegerAttr(version->second),
                                         attributes.empty() ? DictionaryAttr() : builder.getDictionaryAttr(attributes),
                                         graphs.empty() ? ArrayAttr() : builder.getStrArrayAttr(graphs), bodies.size());
  for (auto [graph, region] : llvm::zip_equal(bodies, op.getBodies()))
    if (failed(importBody(*graph, region, frame, loc)))
      return failure();
  for (auto [name, value] : llvm::zip_equal(node.output(), op.getOutputs()))
    if (!name.empty() && failed(define(frame, name, value, loc)))
      return failure();
  return success();
}

LogicalResult GraphImporter::importNodes(const google::protobuf::RepeatedPtrField<pb::NodeProto> &all, Frame &frame) {
  for (const pb::NodeProto &node : all)
    if (failed(importNode(node, frame)))
      return failure();
  return success();
}

//===-- The entry --------------------------------------------------------------------------------------------------===//

LogicalResult GraphImporter::importEntry(const pb::GraphProto &graph, Frame &frame) {
  llvm::StringMap<bool> initialized;
  for (const pb::TensorProto &tensor : graph.initializer())
    initialized[tensor.name()] = true;
  std::vector<PortShape> inputs, outputs;
  SmallVector<Type> elements;
  for (const pb::ValueInfoProto &input : graph.input()) {
    if (initialized.count(input.name())) // before IR 4 every initialiser was an input too
      continue;
    Type element;
    FailureOr<PortShape> port = readPort(input, element, "input");
    if (failed(port))
      return failure();
    inputs.push_back(*port);
    elements.push_back(element);
  }
  for (const pb::ValueInfoProto &output : graph.output()) {
    Type element;
    FailureOr<PortShape> port = readPort(output, element, "output");
    if (failed(port))
      return failure();
    outputs.push_back(*port);
  }
  if (outputs.empty())
    return emitError(fileLoc) << "the graph has no output";
  for (const std::string &name : llvm::concat<const std::string>(options.publicInputs, options.secretInputs))
    if (llvm::any_of(inputs, [&](const PortShape &port) { return port.name == name; })) {
      if (options.usedNames)
        options.usedNames->insert(name);
    } else if (!options.usedNames)
      return emitError(fileLoc) << "'" << name << "' is no input of the model; inputs are "
                                << llvm::join(llvm::map_range(inputs, [](const PortShape &port) { return port.name; }), ", ");
  for (const std::string &name : options.publicInputs)
    if (llvm::is_contained(options.secretInputs, name))
      return emitError(fileLoc) << "input '" << name << "' is to be public and secret";

  ImportOptions withCase = options;
  if (options.readCase) {
    auto namesOf = [](ArrayRef<PortShape> ports) {
      return llvm::to_vector(llvm::map_range(ports, [](const PortShape &port) { return port.name; }));
    };
    if (failed(options.readCase(namesOf(inputs), namesOf(outputs), withCase.inputShapes)))
      return failure();
  }
  DimensionBinder binder(withCase, fileLoc);
  if (failed(binder.bind(inputs, outputs)) || (options.maxLength > 0 && failed(binder.bindRest(inputs))) ||
      (!options.allowUnbound && failed(binder.checkBound(inputs))))
    return failure();
  auto dimNames = [&](const PortShape &port) {
    return builder.getStrArrayAttr(llvm::to_vector(llvm::map_range(port.dims, [](const Dimension &dim) { return StringRef(dim.name); })));
  };
  auto typeOf = [&](const PortShape &port, Type element) {
    SmallVector<int64_t> shape;
    for (size_t d = 0; d < port.dims.size(); ++d)
      shape.push_back(binder.lookup(port, d).value_or(ShapedType::kDynamic));
    return RankedTensorType::get(shape, element);
  };

  SmallVector<Type> argumentTypes;
  for (auto [port, element] : llvm::zip_equal(inputs, elements)) {
    argumentTypes.push_back(typeOf(port, element));
    int64_t extent = 1; // a dimension of 0 does not hide that the others overflow
    for (int64_t d : llvm::cast<RankedTensorType>(argumentTypes.back()).getShape()) {
      int64_t factor = ShapedType::isDynamic(d) ? 1 : std::max<int64_t>(d, 1);
      if (factor > kMostInputElements / extent)
        return emitError(fileLoc) << "input '" << port.name << "' has a shape of more than 2^31 elements: " << argumentTypes.back();
      extent *= factor;
    }
  }
  builder.setInsertionPointToEnd(module.getBody());
  auto function = builder.create<func::FuncOp>(fileLoc, options.entry, builder.getFunctionType(argumentTypes, {}));
  function->setAttr(kEntryAttr, builder.getStringAttr(options.entry));
  Block *block = function.addEntryBlock();
  frame.scopes.emplace_back();
  for (auto [i, port] : llvm::enumerate(inputs)) {
    bool isPublic = (onnx::isPublicByDefault(port.name) && !llvm::is_contained(options.secretInputs, port.name)) ||
                    llvm::is_contained(options.publicInputs, port.name);
    function.setArgAttr(i, kNameAttr, builder.getStringAttr(port.name));
    function.setArgAttr(i, kOwnerAttr, builder.getStringAttr(isPublic ? "public" : "client"));
    function.setArgAttr(i, onnx::kDimsAttr, dimNames(port));
    if (failed(define(frame, port.name, block->getArgument(i), fileLoc)))
      return failure();
  }
  builder.setInsertionPointToStart(block);
  for (const pb::ValueInfoProto &info : graph.value_info())
    valueInfo[info.name()] = &info;
  for (const pb::ValueInfoProto &info : graph.output())
    valueInfo[info.name()] = &info;
  if (failed(importInitializers(graph, frame)) || failed(importNodes(graph.node(), frame)))
    return failure();

  SmallVector<Value> results;
  for (const PortShape &port : outputs) {
    Value value = frame.scopes.front().lookup(port.name);
    if (!value)
      return emitError(fileLoc) << "output '" << port.name << "' is defined by no node";
    results.push_back(value);
  }
  builder.create<func::ReturnOp>(fileLoc, results);
  SmallVector<Type> resultTypes;
  for (Value value : results)
    resultTypes.push_back(value.getType());
  function.setType(builder.getFunctionType(argumentTypes, resultTypes));
  for (auto [i, port] : llvm::enumerate(outputs)) {
    function.setResultAttr(i, kNameAttr, builder.getStringAttr(port.name));
    function.setResultAttr(i, kOwnerAttr, builder.getStringAttr("client"));
    function.setResultAttr(i, onnx::kDimsAttr, dimNames(port));
  }
  return publishConstants(function, *this);
}

LogicalResult GraphImporter::run() {
  Frame frame;
  if (failed(readOpsets(model.opset_import(), frame, "the model")) || failed(readFunctions()))
    return failure();
  if (frame.opsets.empty())
    return emitError(fileLoc) << "the model imports no opset";
  return importEntry(model.graph(), frame);
}
