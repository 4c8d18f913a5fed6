// f32: mpc ops in clear. Secrecy is ignored, fixed point is read as f32, an owner's region is run where it stands.
#include "Evaluator.h"
#include "mpc/Support/Attributes.h"

using namespace mlir;
using namespace mlir::mpc;

namespace {

class F32Evaluator : public Evaluator {
public:
  using Evaluator::Evaluator;

protected:
  FailureOr<tacit::Type> clearType(Type type) const override {
    auto tensor = llvm::dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return failure();
    Type element = getPlainElementType(tensor.getElementType());
    if (llvm::isa<FxpType>(element))
      element = Float32Type::get(type.getContext());
    auto plain = toProgramType(RankedTensorType::get(tensor.getShape(), element));
    if (failed(plain) || !tacit::IsClear(plain->kind))
      return failure();
    return plain;
  }

  // Integers meet fixed point as reals: operands of a real op, values that an owner shares.
  static TensorPtr toReal(TensorPtr value) {
    if (value->kind() == tacit::Kind::kF32)
      return value;
    auto real = std::make_shared<tacit::Tensor>(tacit::Kind::kF32, value->shape());
    for (int64_t i = 0; i < value->size(); ++i)
      real->f32()[i] = static_cast<float>(value->At(i));
    return real;
  }

  static bool isFixedPoint(Type type) {
    return llvm::isa<FxpType>(getPlainElementType(llvm::cast<RankedTensorType>(type).getElementType()));
  }

  FailureOr<SmallVector<TensorPtr>> runOp(Operation *op, Operands operands) override {
    if (auto weight = llvm::dyn_cast<WeightOp>(op)) {
      auto tensor = loadWeight(weight);
      if (failed(tensor))
        return failure();
      return SmallVector<TensorPtr>{isFixedPoint(weight.getType()) ? toReal(*tensor) : *tensor};
    }
    if (auto owned = llvm::dyn_cast<OwnedOp>(op)) {
      SmallVector<TensorPtr> inputs(operands);
      auto results = runBlock(owned.getBody().front(), inputs);
      if (failed(results))
        return failure();
      for (auto [result, type] : llvm::zip_equal(*results, owned.getResultTypes()))
        if (isFixedPoint(type))
          result = toReal(result);
      return results;
    }
    if (op->getName().getDialectNamespace() != "mpc" || op->getNumResults() != 1)
      return op->emitError("is no mpc op on clear values; the f32 interpreter runs phases before protocol"), failure();

    SmallVector<TensorPtr> values(operands);
    if (isFixedPoint(op->getResult(0).getType()) && llvm::isa<AddOp, SubOp, MulOp, MatmulOp, ConcatOp>(op))
      for (TensorPtr &value : values)
        value = toReal(value);
    if (isFixedPoint(op->getResult(0).getType()) && llvm::isa<WhereOp>(op))
      for (TensorPtr &value : llvm::drop_begin(values))
        value = toReal(value);
    auto result = runClear(op, values);
    if (failed(result))
      return failure();
    return SmallVector<TensorPtr>{*result};
  }
};

} // namespace

FailureOr<tacit::NamedTensors> mlir::mpc::interpretF32(func::FuncOp function, const tacit::NamedTensors &inputs,
                                                       const InterpreterOptions &options) {
  return F32Evaluator(options).runFunction(function, inputs);
}
