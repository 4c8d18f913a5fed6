// Operations of the share dialect: generated definitions; verifiers of the edges, of the online step and of what is local.
// Constraints by number: README.md.
#include "ShareVerify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::share;
using mlir::mpc::checkShape;
using mlir::mpc::elementOf;
using mlir::mpc::shapeOf;
using mlir::mpc::violates;

#define GET_OP_CLASSES
#include "dialects/Share/ShareOps.cpp.inc"

// f32, i64, i32, i1: what an owner computes with.
static bool isPlain(Type type) { return type.isF32() || type.isInteger(64) || type.isInteger(32) || type.isInteger(1); }

//===-- Helpers shared with the gates --------------------------------------------------------------------------------===//

std::optional<RingFormat> mlir::share::formatOf(Value value) { return getRingFormat(elementOf(value)); }

bool mlir::share::sameKind(Type a, Type b) { return a.getTypeID() == b.getTypeID(); }

LogicalResult mlir::share::checkBroadcast(Operation *op, StringRef constraint, Value lhs, Value rhs) {
  auto shape = mlir::mpc::broadcastShapes(shapeOf(lhs), shapeOf(rhs));
  if (failed(shape))
    return violates(op, constraint,
                    "cannot broadcast " + mlir::mpc::describeShape(shapeOf(lhs)) + " and " + mlir::mpc::describeShape(shapeOf(rhs)) +
                        " together");
  return checkShape(op, constraint, op->getResult(0), *shape);
}

LogicalResult mlir::share::checkMatmulShape(Operation *op) {
  auto shape = mlir::mpc::matmulShape(shapeOf(op->getOperand(0)), shapeOf(op->getOperand(1)));
  if (failed(shape))
    return violates(op, "SHARE-C14", "operands' shapes do not fit a matrix product");
  return checkShape(op, "SHARE-C14", op->getResult(0), *shape);
}

// An optional i64 attribute that must not be below `least`.
static LogicalResult checkLeast(Operation *op, StringRef name, int64_t least) {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  if (attr && attr.getInt() < least)
    return violates(op, "SHARE-C1", name + " must be at least " + Twine(least));
  return success();
}

LogicalResult mlir::share::checkAddress(Operation *op) {
  if (failed(checkLeast(op, "address", 0)) || failed(checkLeast(op, "round", 1)))
    return failure();
  auto receiver = op->getAttrOfType<IntegerAttr>("receiver");
  if (receiver && receiver.getInt() != 1 && receiver.getInt() != 2)
    return violates(op, "SHARE-C1", "receiver must be 1 or 2");
  return success();
}

//===-- Edges of the program -----------------------------------------------------------------------------------------===//

// What an owner's value may become: its shares, public ring elements, or itself for everybody.
static bool sharesAs(RankedTensorType yielded, RankedTensorType result) {
  Type from = yielded.getElementType(), to = result.getElementType();
  if (yielded.getShape() != result.getShape() || !isPlain(from))
    return false;
  if (isPlain(to))
    return from == to;
  return from.isInteger(1) ? llvm::isa<MaskedBitType>(to) : llvm::isa<MaskedType, PublicType>(to);
}

LogicalResult InputOp::verify() {
  if (failed(checkAddress(*this)))
    return failure();
  if (getOwner() != "client" && getOwner() != "model")
    return violates(*this, "SHARE-C2", "owner must be \"client\" or \"model\", not \"" + getOwner() + "\"");
  Block &block = getBody().front();
  if (block.getNumArguments() != getInputs().size())
    return violates(*this, "SHARE-C3", "needs a block argument for each of " + Twine(getInputs().size()) + " operands");
  for (auto [input, argument] : llvm::zip_equal(getInputs(), block.getArguments())) {
    if (!llvm::isa<BlockArgument>(input))
      return violates(*this, "SHARE-C3", "operands must be arguments of the function: an owner computes on what it provides");
    if (input.getType() != argument.getType() || !isPlain(elementOf(input)))
      return violates(*this, "SHARE-C3", "operands and block arguments must have one plain type");
    auto function = llvm::dyn_cast_if_present<func::FuncOp>(llvm::cast<BlockArgument>(input).getOwner()->getParentOp());
    auto owner =
        function ? function.getArgAttrOfType<StringAttr>(llvm::cast<BlockArgument>(input).getArgNumber(), mpc::kOwnerAttr) : StringAttr();
    if (owner && owner.getValue() != "public" && owner.getValue() != getOwner())
      return violates(*this, "SHARE-C3", "an operand belongs to \"" + owner.getValue() + "\", the region to \"" + getOwner() + "\"");
  }
  for (Operation &op : block.without_terminator()) {
    if (op.getName().getDialectNamespace() != "mpc" || op.getNumRegions() != 0)
      return violates(*this, "SHARE-C4", "region holds " + op.getName().getStringRef() + ": an owner runs mpc ops in clear");
    if (llvm::isa<mpc::WeightOp>(op) && getOwner() != "model")
      return violates(*this, "SHARE-C4", "weights belong to \"model\"");
    for (Type type : op.getResultTypes())
      if (!isPlain(llvm::cast<RankedTensorType>(type).getElementType()))
        return violates(*this, "SHARE-C4", "region computes a value that is not plain, by " + op.getName().getStringRef());
  }
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != getNumResults())
    return violates(*this, "SHARE-C5", "yields " + Twine(yield->getNumOperands()) + " values for " + Twine(getNumResults()) + " results");
  for (auto [value, result] : llvm::zip_equal(yield->getOperands(), getResults()))
    if (!sharesAs(llvm::cast<RankedTensorType>(value.getType()), llvm::cast<RankedTensorType>(result.getType())))
      return emitOpError() << "yields " << value.getType() << " for a result of type " << result.getType() << " (SHARE-C5)";
  return success();
}

LogicalResult EncodeOp::verify() {
  if (!isPlain(elementOf(getInput())))
    return violates(*this, "SHARE-C6", "encodes f32, i64, i32 or i1");
  return checkShape(*this, "SHARE-C6", getResult(), shapeOf(getInput()));
}

// The program's only declassification: what is revealed leaves through a return, to its owner, and nowhere else.
LogicalResult RevealOp::verify() {
  if (failed(checkAddress(*this)) || failed(checkShape(*this, "SHARE-C7", getResult(), shapeOf(getInput()))))
    return failure();
  if (getOwner() != "client" && getOwner() != "model")
    return violates(*this, "SHARE-C7", "owner must be \"client\" or \"model\", not \"" + getOwner() + "\"");
  bool bit = llvm::isa<XorBitType>(elementOf(getInput()));
  if (bit != elementOf(getResult()).isInteger(1) || !isPlain(elementOf(getResult())))
    return violates(*this, "SHARE-C7", "bits become i1, ring elements f32, i64 or i32");
  for (Operation *user : getResult().getUsers())
    if (!llvm::isa<func::ReturnOp>(user))
      return violates(*this, "SHARE-C7", "result may only be returned, not used by " + user->getName().getStringRef());
  return success();
}

//===-- The online step ----------------------------------------------------------------------------------------------===//

// Additive and masked elements, or xor-shared and masked bits, in one format.
static LogicalResult verifyForm(Operation *op, StringRef constraint, bool toMasked) {
  Value input = op->getOperand(0), result = op->getResult(0);
  Type masked = elementOf(toMasked ? result : input), additive = elementOf(toMasked ? input : result);
  bool bits = llvm::isa<MaskedBitType>(masked) && llvm::isa<XorBitType>(additive);
  bool ring = llvm::isa<MaskedType>(masked) && llvm::isa<AdditiveType>(additive) && getRingFormat(masked) == getRingFormat(additive);
  if (!bits && !ring)
    return violates(op, constraint, "operand and result must be of one format");
  return checkShape(op, constraint, result, shapeOf(input));
}

LogicalResult RemaskOp::verify() { return failed(checkAddress(*this)) ? failure() : verifyForm(*this, "SHARE-C8", true); }
LogicalResult ToAdditiveOp::verify() { return verifyForm(*this, "SHARE-C9", false); }

//===-- Local and linear ---------------------------------------------------------------------------------------------===//

// SHARE-C10: masked with masked, additive with additive, or either with public.
static LogicalResult checkKinds(Operation *op) {
  Type lhs = elementOf(op->getOperand(0)), rhs = elementOf(op->getOperand(1)), result = elementOf(op->getResult(0));
  bool publicLhs = llvm::isa<PublicType>(lhs), publicRhs = llvm::isa<PublicType>(rhs);
  if ((publicLhs && publicRhs) || (!publicLhs && !sameKind(lhs, result)) || (!publicRhs && !sameKind(rhs, result)))
    return violates(op, "SHARE-C10", "operands must be both masked or both additive as the result is, or one of them public");
  return success();
}

static LogicalResult verifySum(Operation *op) {
  if (failed(checkKinds(op)))
    return failure();
  auto format = formatOf(op->getResult(0));
  if (formatOf(op->getOperand(0)) != format || formatOf(op->getOperand(1)) != format)
    return violates(op, "SHARE-C11", "operands and result must have one width and one fraction");
  return checkBroadcast(op, "SHARE-C11", op->getOperand(0), op->getOperand(1));
}

LogicalResult AddOp::verify() { return verifySum(*this); }
LogicalResult SubOp::verify() { return verifySum(*this); }

LogicalResult NegOp::verify() {
  if (getInput().getType() != getType())
    return violates(*this, "SHARE-C12", "operand and result must have one type");
  return success();
}

// SHARE-C13: one width, fractions add.
static LogicalResult checkLocalProduct(Operation *op) {
  auto a = formatOf(op->getOperand(0)), b = formatOf(op->getOperand(1)), z = formatOf(op->getResult(0));
  if (a->width != z->width || b->width != z->width || a->fraction + b->fraction != z->fraction)
    return violates(op, "SHARE-C13", "operands and result must have one width, and the operands' fractions add up to the result's");
  return success();
}

LogicalResult MulPublicOp::verify() {
  if (failed(checkKinds(*this)) || failed(checkLocalProduct(*this)))
    return failure();
  return checkBroadcast(*this, "SHARE-C13", getLhs(), getRhs());
}

LogicalResult MatmulPublicOp::verify() {
  if (llvm::isa<PublicType>(elementOf(getLhs())) == llvm::isa<PublicType>(elementOf(getRhs())))
    return violates(*this, "SHARE-C10", "exactly one operand must be public");
  return failed(checkKinds(*this)) || failed(checkLocalProduct(*this)) ? failure() : checkMatmulShape(*this);
}

LogicalResult ReduceSumOp::verify() {
  if (elementOf(getInput()) != elementOf(getResult()))
    return violates(*this, "SHARE-C15", "operand and result must have one element type");
  auto shape = mlir::mpc::reducedShape(shapeOf(getInput()), getAxes());
  if (failed(shape))
    return violates(*this, "SHARE-C15", "axes must be sorted, distinct and dimensions of the input");
  return checkShape(*this, "SHARE-C15", getResult(), *shape);
}

LogicalResult ShrinkOp::verify() {
  auto from = formatOf(getInput()), to = formatOf(getResult());
  if (!sameKind(elementOf(getInput()), elementOf(getResult())) || from->fraction != to->fraction || to->width > from->width)
    return violates(*this, "SHARE-C16", "result must have the operand's kind and fraction and at most its width");
  return checkShape(*this, "SHARE-C16", getResult(), shapeOf(getInput()));
}

LogicalResult CoarsenOp::verify() {
  auto from = formatOf(getInput()), to = formatOf(getResult());
  unsigned dropped = from->width - to->width;
  if (to->width >= from->width || to->fraction != (from->fraction > dropped ? from->fraction - dropped : 0))
    return violates(*this, "SHARE-C31", "s = k - k' >= 1 bits are dropped, and as many of the fraction as it has");
  return checkShape(*this, "SHARE-C31", getResult(), shapeOf(getInput()));
}

LogicalResult ReinterpretOp::verify() {
  if (!sameKind(elementOf(getInput()), elementOf(getResult())) || formatOf(getInput())->width != formatOf(getResult())->width)
    return violates(*this, "SHARE-C17", "result must have the operand's kind and width");
  return checkShape(*this, "SHARE-C17", getResult(), shapeOf(getInput()));
}

LogicalResult TruncateOp::verify() {
  auto from = formatOf(getInput()), to = formatOf(getResult());
  if (to->fraction > from->fraction || to->width + (from->fraction - to->fraction) > from->width)
    return violates(*this, "SHARE-C18", "t = f - f' >= 0 and k' <= K - t are needed");
  return checkShape(*this, "SHARE-C18", getResult(), shapeOf(getInput()));
}

LogicalResult JoinOp::verify() {
  auto low = formatOf(getLow()), high = formatOf(getHigh()), to = formatOf(getResult());
  if (low->width + high->width != to->width || low->fraction != to->fraction)
    return violates(*this, "SHARE-C20", "widths must add up, and the fraction be that of the low bits");
  if (shapeOf(getLow()) != shapeOf(getHigh()))
    return violates(*this, "SHARE-C20", "low and high bits must have one shape");
  return checkShape(*this, "SHARE-C20", getResult(), shapeOf(getLow()));
}

LogicalResult XorOp::verify() {
  if (elementOf(getLhs()) != elementOf(getResult()) || elementOf(getRhs()) != elementOf(getResult()))
    return violates(*this, "SHARE-C24", "bits must be of one kind");
  return checkBroadcast(*this, "SHARE-C24", getLhs(), getRhs());
}

LogicalResult NotOp::verify() {
  if (getInput().getType() != getType())
    return violates(*this, "SHARE-C24", "operand and result must have one type");
  return success();
}
