// Mutations of ONNX models as messages: fields changed, removed, repeated, moved between messages of one type; bytes now and then.
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

namespace {

constexpr const char *kOps[] = {"Abs",
                                "Add",
                                "And",
                                "ArgMax",
                                "Attention",
                                "AveragePool",
                                "BatchNormalization",
                                "Cast",
                                "CastLike",
                                "Ceil",
                                "Clip",
                                "Concat",
                                "Constant",
                                "ConstantOfShape",
                                "Conv",
                                "Cos",
                                "CumSum",
                                "DequantizeLinear",
                                "Div",
                                "Dropout",
                                "Einsum",
                                "Elu",
                                "Equal",
                                "Erf",
                                "Exp",
                                "Expand",
                                "FastGelu",
                                "Flatten",
                                "Floor",
                                "FusedMatMul",
                                "Gather",
                                "GatherElements",
                                "GatherND",
                                "Gelu",
                                "Gemm",
                                "GlobalAveragePool",
                                "Greater",
                                "GreaterOrEqual",
                                "GroupNormalization",
                                "HardSigmoid",
                                "HardSwish",
                                "Identity",
                                "If",
                                "InstanceNormalization",
                                "IsNaN",
                                "LayerNormalization",
                                "LeakyRelu",
                                "Less",
                                "LessOrEqual",
                                "Log",
                                "LogSoftmax",
                                "Loop",
                                "LpNormalization",
                                "MatMul",
                                "MatMulInteger",
                                "Max",
                                "MaxPool",
                                "Mean",
                                "Min",
                                "Mod",
                                "Mul",
                                "MultiHeadAttention",
                                "Neg",
                                "Not",
                                "OneHot",
                                "Or",
                                "Pad",
                                "Pow",
                                "QuickGelu",
                                "RMSNormalization",
                                "Range",
                                "Reciprocal",
                                "ReduceL2",
                                "ReduceMax",
                                "ReduceMean",
                                "ReduceMin",
                                "ReduceProd",
                                "ReduceSum",
                                "ReduceSumSquare",
                                "Relu",
                                "Reshape",
                                "Resize",
                                "RotaryEmbedding",
                                "Round",
                                "ScatterElements",
                                "ScatterND",
                                "Shape",
                                "Sigmoid",
                                "Sign",
                                "SimplifiedLayerNormalization",
                                "Sin",
                                "Size",
                                "SkipLayerNormalization",
                                "Slice",
                                "Softmax",
                                "Softplus",
                                "Split",
                                "Sqrt",
                                "Squeeze",
                                "Sub",
                                "Sum",
                                "Tan",
                                "Tanh",
                                "Tile",
                                "TopK",
                                "Transpose",
                                "Trilu",
                                "Unsqueeze",
                                "Where",
                                "Xor"};

class ModelMutator {
public:
  ModelMutator(Message *m, const Message *o, unsigned seed) : random(seed) {
    Collect(m, &messages);
    if (o != nullptr)
      Collect(const_cast<Message *>(o), &others);
  }

  void Mutate() {
    Message *message = messages[Below(messages.size())];
    std::vector<const FieldDescriptor *> fields;
    const Reflection *reflection = message->GetReflection();
    if (Below(6) == 0)
      for (int i = 0; i < message->GetDescriptor()->field_count(); ++i)
        fields.push_back(message->GetDescriptor()->field(i));
    else
      reflection->ListFields(*message, &fields);
    if (fields.empty())
      return;
    const FieldDescriptor *field = fields[Below(fields.size())];
    if (field->is_repeated())
      ChangeRepeated(message, field, reflection);
    else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      ChangeMessage(message, field, reflection);
    else if (Below(8) == 0)
      reflection->ClearField(message, field);
    else
      ChangeScalar(message, field, reflection);
  }

private:
  size_t Below(size_t n) { return n == 0 ? 0 : random() % n; }

  void Collect(Message *message, std::vector<Message *> *all) {
    all->push_back(message);
    const Reflection *reflection = message->GetReflection();
    std::vector<const FieldDescriptor *> fields;
    reflection->ListFields(*message, &fields);
    for (const FieldDescriptor *field : fields) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const int n = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
        for (int i = 0; i < n; ++i) {
          const std::string text =
              field->is_repeated() ? reflection->GetRepeatedString(*message, field, i) : reflection->GetString(*message, field);
          if (text.size() < 64)
            texts.push_back(text);
        }
      }
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
        continue;
      if (!field->is_repeated())
        Collect(reflection->MutableMessage(message, field), all);
      else
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i)
          Collect(reflection->MutableRepeatedMessage(message, field, i), all);
    }
  }

  // A copy of another message of the field's type, of this model or the other; null where none is found. It is made before the target is:
  // to set one alternative of a field frees the others, which may be the source.
  std::unique_ptr<Message> Copy(const FieldDescriptor *field) {
    std::vector<Message *> &from = others.empty() || Below(2) ? messages : others;
    for (int tries = 0; tries < 64; ++tries) {
      const Message *found = from[Below(from.size())];
      if (found->GetDescriptor() != field->message_type() || found->ByteSizeLong() >= 4096)
        continue;
      std::unique_ptr<Message> copy(found->New());
      copy->CopyFrom(*found);
      return copy;
    }
    return nullptr;
  }

  int64_t Number(int64_t before) {
    static constexpr int64_t kEdges[] = {-1, -2, INT32_MAX, INT64_C(1) << 31, INT64_C(1) << 40, INT64_MIN, INT64_MAX, 65536, 1 << 20};
    switch (Below(4)) {
    case 0:
      return static_cast<int64_t>(static_cast<uint64_t>(before) + Below(3) - 1);
    case 1:
      return kEdges[Below(std::size(kEdges))];
    default:
      return static_cast<int64_t>(Below(24));
    }
  }

  double Real() {
    static constexpr double kReals[] = {0, 1, -1, 0.5, 1e-5, 1e30, -1e38, HUGE_VAL, NAN, 2, 3};
    return kReals[Below(std::size(kReals))];
  }

  std::string Text(const FieldDescriptor *field, std::string before) {
    if (field->name() == "op_type" && Below(4))
      return kOps[Below(std::size(kOps))];
    if (Below(4) && field->type() == FieldDescriptor::TYPE_STRING)
      return texts.empty() ? before : texts[Below(texts.size())];
    const size_t size = before.size();
    before.resize(size + 8);
    before.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(before.data()), size, size + 8));
    return before;
  }

  template <class Target> void SetTo(std::unique_ptr<Message> copy, Target target) {
    if (copy != nullptr)
      target()->CopyFrom(*copy);
  }

  void ChangeMessage(Message *message, const FieldDescriptor *field, const Reflection *reflection) {
    if (Below(2))
      reflection->ClearField(message, field);
    else
      SetTo(Copy(field), [&] { return reflection->MutableMessage(message, field); });
  }

  void ChangeScalar(Message *message, const FieldDescriptor *field, const Reflection *reflection) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(message, field, static_cast<int32_t>(Number(reflection->GetInt32(*message, field))));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetInt64(message, field, Number(reflection->GetInt64(*message, field)));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(message, field, static_cast<int>(Below(16)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->SetFloat(message, field, static_cast<float>(Real()));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->SetDouble(message, field, Real());
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(message, field, Text(field, reflection->GetString(*message, field)));
    default:
      return;
    }
  }

  void ChangeRepeated(Message *message, const FieldDescriptor *field, const Reflection *reflection) {
    const int n = reflection->FieldSize(*message, field);
    const int i = static_cast<int>(Below(n));
    switch (Below(n == 0 ? 1 : 5)) {
    case 0:
      return Append(message, field, reflection);
    case 1:
      reflection->SwapElements(message, field, i, n - 1);
      return reflection->RemoveLast(message, field);
    case 2:
      return reflection->SwapElements(message, field, i, static_cast<int>(Below(n)));
    default:
      break;
    }
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetRepeatedInt32(message, field, i,
                                          static_cast<int32_t>(Number(reflection->GetRepeatedInt32(*message, field, i))));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetRepeatedInt64(message, field, i, Number(reflection->GetRepeatedInt64(*message, field, i)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->SetRepeatedFloat(message, field, i, static_cast<float>(Real()));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetRepeatedString(message, field, i, Text(field, reflection->GetRepeatedString(*message, field, i)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetTo(Copy(field), [&] { return reflection->MutableRepeatedMessage(message, field, i); });
    default:
      return;
    }
  }

  void Append(Message *message, const FieldDescriptor *field, const Reflection *reflection) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->AddInt32(message, field, static_cast<int32_t>(Number(0)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->AddInt64(message, field, Number(0));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->AddFloat(message, field, static_cast<float>(Real()));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->AddString(message, field, Text(field, ""));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetTo(Copy(field), [&] { return reflection->AddMessage(message, field); });
    default:
      return;
    }
  }

  std::vector<Message *> messages, others;
  std::vector<std::string> texts;
  std::minstd_rand random;
};

// Writes a model into libFuzzer's buffer; false where it does not fit.
bool Write(const onnx::ModelProto &model, uint8_t *data, size_t max, size_t *size) {
  std::string bytes;
  if (!model.SerializePartialToString(&bytes) || bytes.size() > max)
    return false;
  std::memcpy(data, bytes.data(), bytes.size());
  *size = bytes.size();
  return true;
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 16 == 0 || !model.ParsePartialFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, max);
  for (unsigned n = 0; n <= seed % 3; ++n)
    ModelMutator(&model, nullptr, seed / 3 + n).Mutate();
  size_t written = 0;
  return Write(model, data, max, &written) ? written : LLVMFuzzerMutate(data, size, max);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out,
                                            size_t max, unsigned seed) {
  onnx::ModelProto model, other;
  if (!model.ParsePartialFromArray(data1, static_cast<int>(size1)) || !other.ParsePartialFromArray(data2, static_cast<int>(size2)))
    return 0;
  for (unsigned n = 0; n <= seed % 5; ++n)
    ModelMutator(&model, &other, seed / 5 + n).Mutate();
  size_t written = 0;
  return Write(model, out, max, &written) ? written : 0;
}
