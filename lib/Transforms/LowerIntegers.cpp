// mpc-lower-integers: integers that parties hold in shares become reals without fraction.
//
// Fixed point with 0 fractional bits is exact under sums, products and comparisons, so an integer is such a number: its owner's region
// casts it, public operands are cast, and a result says by mpc.element what it was. Places (argmax), one-hot vectors and look-ups of
// computed ids are made of comparisons here.
#include "ApproximateSupport.h"
#include "ShareArgument.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/OwnerAnalysis.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_LOWERINTEGERS
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

constexpr double kWholeBound = 0x1p23;      // abs of integers of an owner: what f32 holds exactly, with a bit to spare
constexpr int64_t kLargestOneHot = 1 << 16; // thresholds of one look-up

bool isInteger(Type element) { return element.isInteger(64) || element.isInteger(32); }
bool isSecretInteger(Value v) { return isSecret(v.getType()) && isInteger(getPlainElementType(elementOf(v))); }

struct Lowering {
  explicit Lowering(func::FuncOp function) : function(function), context(function.getContext()) {}

  RankedTensorType realType(Value v) {
    auto type = RankedTensorType::get(shapeOf(v), Float32Type::get(context));
    return isSecret(v.getType()) ? makeSecret(type) : type;
  }

  // A result stays as it is and changes its type; it is remembered as whole.
  void becomeReal(Value v) {
    v.setType(realType(v));
    whole.insert(v);
  }
  void replace(Operation *op, Value value, bool isWhole) {
    op->getResult(0).replaceAllUsesWith(value);
    if (isWhole)
      whole.insert(value);
    op->erase();
  }

  LogicalResult refuse(Operation *op, const Twine &why) { return op->emitError() << "node '" << nodeName(op) << "': " << why; }

  // The owner casts; up to kWholeBound, which it checks when it encodes.
  void lowerOwned(OwnedOp op) {
    Operation *yield = op.getBody().front().getTerminator();
    OpBuilder b(yield);
    Emit emit(b, op.getLoc());
    yield->setOperand(0, emit.cast(yield->getOperand(0), b.getF32Type()));
    becomeReal(op.getResult(0));
    setRangeAttr(op, {-kWholeBound, kWholeBound, RangeKind::Assumed});
    Emit::fraction(op.getResult(0), 0);
  }

  LogicalResult lowerCast(CastOp op, Emit &emit) {
    Value x = op.getInput();
    Type from = getPlainElementType(elementOf(x)), to = getPlainElementType(elementOf(op));
    if (whole.contains(x)) {
      if (to.isInteger(1))
        replace(op, emit.compare(x, emit.constant(0), "ne"), false);
      else
        replace(op, x, true);
    } else if (from.isInteger(1)) {
      replace(op, Emit::fraction(emit.toNumber(x), 0), true);
    } else {
      bool already = x.getDefiningOp() && llvm::isa<FloorOp, CeilOp, RoundOp, SignOp>(x.getDefiningOp());
      replace(op, already ? x : emitTruncate(emit, x), true);
    }
    return success();
  }

  LogicalResult lowerArgmax(ArgmaxOp op, Emit &emit) {
    Value x = op.getInput();
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(shapeOf(x).size())));
    std::swap(order[op.getAxis()], order.back());
    bool moves = !llvm::is_sorted(order);
    if (shapeOf(x)[op.getAxis()] == 0)
      return refuse(op, "has nothing to choose from: its dimension is 0");
    Value place = emitArgmaxLast(emit, moves ? emit.transpose(x, order) : x);
    replace(op, moves ? emit.transpose(place, order) : place, true);
    return success();
  }

  // [..., depth] bits: [x < j + 1] xor [x < j], all of one comparison gate. An id outside [0, depth) has no 1.
  FailureOr<Value> oneHot(Operation *op, Emit &emit, Value x, int64_t depth) {
    if (depth > kLargestOneHot) {
      (void)refuse(op, "looks up computed secret ids in " + Twine(depth) + " rows; " + Twine(kLargestOneHot) + " are the most");
      return failure();
    }
    SmallVector<double> thresholds;
    for (int64_t j = 0; j <= depth; ++j)
      thresholds.push_back(static_cast<double>(j));
    Value bits = emit.below(x, thresholds);
    Value hot = emit.bitXor(emit.slice(bits, 0, 0, depth), emit.slice(bits, 0, 1, depth));
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(1, static_cast<int64_t>(shapeOf(hot).size())));
    order.push_back(0);
    return emit.transpose(hot, order);
  }

  LogicalResult lowerEmbedding(EmbeddingOp op, Emit &emit) {
    int64_t depth = shapeOf(op.getTable())[0], count = 1;
    for (int64_t dim : shapeOf(op.getIds()))
      count *= dim;
    auto hot = oneHot(op, emit, emit.reshape(op.getIds(), {count}), depth);
    if (failed(hot))
      return failure();
    Value rows = Emit::range(Emit::fraction(emit.toNumber(*hot), 0), 0, 1);
    replace(op, emit.reshape(emit.matmul(rows, op.getTable()), shapeOf(op)), false);
    return success();
  }

  // Towards 0, by a constant: what is left of x without its remainder is a multiple.
  LogicalResult lowerDiv(DivOp op, Emit &emit) {
    auto divisor = getConstantSplat(op.getRhs());
    if (!divisor || *divisor == 0 || op.getType().getShape() != shapeOf(op.getLhs()) || !isSecret(op.getLhs().getType()))
      return refuse(op, "divides secret integers by what is no constant other than 0");
    Value x = op.getLhs(), multiple = emit.sub(x, emitMod(emit, x, *divisor, /*fmod=*/true));
    replace(op, emit.builder.create<RoundOp>(op.getLoc(), realType(x), emit.mul(multiple, 1 / *divisor)), true);
    return success();
  }

  // A public integer as a real; a constant stays one.
  static Value toReal(Emit &emit, Value plain) {
    auto constant = plain.getDefiningOp<ConstantOp>();
    auto elements = constant ? llvm::dyn_cast<DenseIntElementsAttr>(constant.getValue()) : DenseIntElementsAttr();
    if (!elements)
      return emit.cast(plain, emit.builder.getF32Type());
    auto reals = elements.mapValues(emit.builder.getF32Type(),
                                    [](const APInt &x) { return llvm::APFloat(static_cast<float>(x.getSExtValue())).bitcastToAPInt(); });
    return emit.builder.create<ConstantOp>(emit.loc, reals);
  }

  LogicalResult lower(Operation *op) {
    bool touches =
        llvm::any_of(op->getOperands(), [&](Value v) { return whole.contains(v); }) || llvm::any_of(op->getResults(), isSecretInteger);
    if (!touches)
      return success();
    if (auto owned = llvm::dyn_cast<OwnedOp>(op)) {
      if (owned->getNumResults() == 1 && isSecretInteger(owned.getResult(0)))
        lowerOwned(owned);
      return success();
    }
    OpBuilder b(op);
    Emit emit(b, op->getLoc());
    // Public integers beside a secret one are reals too; indices and conditions stay.
    bool numbers = !llvm::isa<GatherOp, GatherNdOp>(op);
    for (OpOperand &operand : op->getOpOperands())
      if (numbers && !isSecret(operand.get().getType()) && isInteger(elementOf(operand.get())))
        operand.set(toReal(emit, operand.get()));
    if (auto cast = llvm::dyn_cast<CastOp>(op))
      return lowerCast(cast, emit);
    if (auto argmax = llvm::dyn_cast<ArgmaxOp>(op))
      return lowerArgmax(argmax, emit);
    if (auto embedding = llvm::dyn_cast<EmbeddingOp>(op))
      return lowerEmbedding(embedding, emit);
    if (auto div = llvm::dyn_cast<DivOp>(op))
      return lowerDiv(div, emit);
    if (auto hot = llvm::dyn_cast<OneHotOp>(op)) {
      auto bits = oneHot(op, emit, hot.getInput(), hot.getDepth());
      if (failed(bits))
        return failure();
      replace(op, *bits, false);
      return success();
    }
    if (!llvm::isa<NegOp, AbsOp, SignOp, ReluOp, AddOp, SubOp, MulOp, ModOp, PowOp, MinOp, MaxOp, CompareOp, WhereOp, ReduceOp, MatmulOp,
                   CumsumOp, ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp, GatherNdOp, SelectOp>(op))
      return refuse(op, op->getName().getStringRef() + " has no form on integers that no owner knows alone");
    if (auto reduce = llvm::dyn_cast<ReduceOp>(op); reduce && reduce.getKind() == "mean")
      return refuse(op, "the mean of integers has no form on shares; cast them to reals first");
    for (Value result : op->getResults())
      if (isSecretInteger(result))
        becomeReal(result);
    return success();
  }

  LogicalResult run() {
    Block &body = function.getBody().front();
    LogicalResult result = success();
    for (BlockArgument argument : body.getArguments())
      if (isSecretInteger(argument))
        shareArgument(function, argument);
    for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
      if (failed(lower(&op)))
        result = failure();
    if (failed(result))
      return failure();
    Operation *terminator = body.getTerminator();
    auto types = llvm::to_vector(terminator->getOperandTypes());
    for (auto [i, type] : llvm::enumerate(function.getFunctionType().getResults()))
      if (type != types[i])
        function.setResultAttr(i, kElementAttr, TypeAttr::get(getPlainElementType(llvm::cast<RankedTensorType>(type).getElementType())));
    function.setFunctionType(FunctionType::get(context, body.getArgumentTypes(), types));
    return success();
  }

  func::FuncOp function;
  MLIRContext *context;
  llvm::DenseSet<Value> whole; // reals that stand for integers
};

struct LowerIntegersPass : mpc::impl::LowerIntegersBase<LowerIntegersPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.isExternal() && failed(Lowering(function).run()))
      signalPassFailure();
  }
};

} // namespace
