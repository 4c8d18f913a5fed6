// mpc-place-owners: what the client or the model's owner can compute alone moves into its mpc.owned regions (docs/decisions/0003).
//
// A value is alone with its owner when it depends on that owner's values, on constants, and for the client on public inputs. The
// values on the border, read by shared computation or returned, become results of regions; a region holds the whole slice that computes its
// result, so its operands are arguments of the function.
#include "Raise.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"
#include "mpc/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_PLACEOWNERS
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

enum class Alone { No, Client, Model };

struct Placement {
  Placement(func::FuncOp function) : function(function), body(function.getBody().front()), owners(function) {}

  // Who computes `value` alone. Parameters count as the model's also where they are published: with public weights the parties, not
  // the client, run the model.
  Alone aloneWith(Value value) {
    if (Operation *op = value.getDefiningOp())
      if (isa<OwnedOp>(op) || keptOutside.contains(op))
        return Alone::No;
    Owners of = owners.get(value);
    bool model = of.model || of.published;
    if (of.client)
      return model ? Alone::No : Alone::Client;
    return model && !of.live ? Alone::Model : Alone::No;
  }
  Alone aloneWith(Operation *op) { return op->getNumResults() == 1 ? aloneWith(op->getResult(0)) : Alone::No; }

  // Values that shared computation reads from an owner.
  llvm::SetVector<Value> findBorder() {
    llvm::SetVector<Value> border;
    for (Operation &op : body)
      if (aloneWith(&op) == Alone::No)
        for (Value operand : op.getOperands())
          if (operand.getDefiningOp() && aloneWith(operand) != Alone::No)
            border.insert(operand);
    return border;
  }

  // Where two values on the border are layouts of one secret, it is shared once, and the layout is left to the parties, for whom it is
  // free: a tied embedding is a table and, transposed, the head.
  void shareLayoutsOnce() {
    auto baseOf = [](Value value) {
      while (auto *op = value.getDefiningOp()) {
        if (!isa<TransposeOp, ReshapeOp>(op) || !isSecret(value.getType()))
          break;
        value = op->getOperand(0);
      }
      return value;
    };
    llvm::MapVector<Value, SmallVector<Value>> groups;
    for (Value value : findBorder())
      if (aloneWith(value) == Alone::Model)
        groups[baseOf(value)].push_back(value);
    for (auto &[base, values] : groups)
      if (values.size() > 1)
        for (Value value : values)
          for (; value != base; value = value.getDefiningOp()->getOperand(0))
            keptOutside.insert(value.getDefiningOp());
  }

  // The region's operation; `finish` may compute more inside it, on the plain value.
  OwnedOp wrap(Value value, Alone owner, Location loc, llvm::function_ref<Value(OpBuilder &, Value)> finish = nullptr) {
    llvm::SetVector<Operation *> slice;
    llvm::SetVector<Value> arguments;
    SmallVector<Value> pending = {value};
    while (!pending.empty()) {
      Value next = pending.pop_back_val();
      Operation *op = next.getDefiningOp();
      if (!op)
        arguments.insert(next);
      else if (slice.insert(op))
        llvm::append_range(pending, op->getOperands());
    }
    SmallVector<Operation *> ordered(slice.begin(), slice.end());
    llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    SmallVector<Value> inputs(arguments.begin(), arguments.end());
    llvm::sort(inputs, [](Value a, Value b) { return cast<BlockArgument>(a).getArgNumber() < cast<BlockArgument>(b).getArgNumber(); });

    auto plain = [](Value v) { return makePlain(cast<RankedTensorType>(v.getType())); };
    Block *region = new Block();
    IRMapping mapping;
    for (Value input : inputs)
      mapping.map(input, region->addArgument(plain(input), input.getLoc()));
    OpBuilder inside(function.getContext());
    inside.setInsertionPointToEnd(region);
    for (Operation *op : ordered) {
      Operation *copy = inside.clone(*op, mapping);
      for (Value result : copy->getResults())
        result.setType(plain(result));
    }
    Value result = mapping.lookup(value);
    if (finish)
      result = finish(inside, result);
    inside.create<YieldOp>(loc, ValueRange{result});
    auto type = cast<RankedTensorType>(result.getType());
    if (isSecret(value.getType()) || owner == Alone::Client)
      type = makeSecret(type);

    OpBuilder builder(function.getContext());
    builder.setInsertionPointToStart(&body);
    if (Operation *op = value.getDefiningOp())
      builder.setInsertionPointAfter(op);
    auto owned = builder.create<OwnedOp>(loc, TypeRange{type}, builder.getStringAttr(owner == Alone::Client ? "client" : "model"), inputs);
    owned.getBody().push_back(region);
    return owned;
  }

  // An embedding by the client's ids: one-hot rows from the client times the table. Ids that several tables of one height look up are sent
  // once.
  void expandEmbedding(EmbeddingOp op) {
    ArrayRef<int64_t> table = raise::shapeOf(op.getTable());
    int64_t count = raise::typeOf(op.getIds()).getNumElements(), depth = table[0];
    Value &rows = oneHots[{op.getIds(), depth}];
    if (!rows) {
      OwnedOp owned = wrap(op.getIds(), Alone::Client, op.getLoc(), [&](OpBuilder &inside, Value ids) -> Value {
        Value flat = raise::reshapeTo(inside, op.getLoc(), ids, {count});
        auto bits = RankedTensorType::get({count, depth}, inside.getI1Type());
        Value hot = inside.create<OneHotOp>(op.getLoc(), bits, flat, inside.getI64IntegerAttr(depth));
        return inside.create<CastOp>(op.getLoc(), RankedTensorType::get({count, depth}, inside.getF32Type()), hot);
      });
      Builder attributes(op.getContext());
      owned->setAttr(kRangeAttr, attributes.getDenseF64ArrayAttr({0, 1}));
      owned->setAttr(kRangeKindAttr, attributes.getStringAttr("proved"));
      owned->setAttr(kFractionAttr, attributes.getI64IntegerAttr(0));
      rows = owned.getResult(0);
    }
    OpBuilder builder(op);
    auto secret = SecretType::get(op.getContext(), builder.getF32Type());
    Value product = builder.create<MatmulOp>(op.getLoc(), RankedTensorType::get({count, table[1]}, secret), rows, op.getTable());
    Value result = raise::reshapeTo(builder, op.getLoc(), product, raise::shapeOf(op.getResult()));
    replace(op, result);
  }

  // where(secret bit, x, y) = bit * (x - y) + y
  void expandWhere(WhereOp op) {
    OpBuilder builder(op);
    auto plainType = [](Value v) { return cast<RankedTensorType>(v.getType()); };
    auto shape = broadcastShapes(plainType(op.getLhs()).getShape(), plainType(op.getRhs()).getShape());
    auto secret = SecretType::get(op.getContext(), builder.getF32Type());
    Value difference = builder.create<SubOp>(op.getLoc(), RankedTensorType::get(*shape, secret), op.getLhs(), op.getRhs());
    if (ArrayRef<int64_t>(*shape) != op.getType().getShape())
      difference = builder.create<BroadcastOp>(op.getLoc(), op.getType(), difference);
    Value chosen = builder.create<SelectOp>(op.getLoc(), op.getType(), op.getCondition(), difference);
    replace(op, builder.create<AddOp>(op.getLoc(), op.getType(), chosen, op.getRhs()));
  }

  // A result that is public knowledge: made of constants and public inputs. Its owner, who knows them, computes it alone, and it leaves the
  // program as every result does. What a published weight goes into is added to a 0 of the client's instead: the client has no weights.
  void hideResults() {
    auto terminator = cast<func::ReturnOp>(body.getTerminator());
    for (OpOperand &result : terminator->getOpOperands()) {
      Value value = result.get();
      auto owner = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), kOwnerAttr);
      if (isSecret(value.getType()) || (owner && owner.getValue() == "public"))
        continue;
      OpBuilder builder(terminator);
      if (!dependsOnParameters(value)) {
        result.set(wrap(value, Alone::Client, value.getLoc())->getResult(0));
        continue;
      }
      auto type = cast<RankedTensorType>(value.getType());
      bool bits = type.getElementType().isInteger(1);
      Value zero =
          builder.create<ConstantOp>(value.getLoc(), type, DenseElementsAttr::get(type, builder.getZeroAttr(type.getElementType())));
      Value hidden = wrap(zero, Alone::Client, value.getLoc())->getResult(0);
      if (bits)
        result.set(builder.create<XorOp>(value.getLoc(), makeSecret(type), hidden, value));
      else
        result.set(builder.create<AddOp>(value.getLoc(), makeSecret(type), hidden, value));
    }
    function.setType(FunctionType::get(function.getContext(), body.getArgumentTypes(), terminator->getOperandTypes()));
  }

  static bool dependsOnParameters(Value value) {
    llvm::SetVector<Value> slice;
    slice.insert(value);
    for (size_t i = 0; i < slice.size(); ++i) {
      Operation *op = slice[i].getDefiningOp();
      if (!op)
        continue;
      if (isa<WeightOp, OwnedOp>(op))
        return true;
      slice.insert(op->operand_begin(), op->operand_end());
    }
    return false;
  }

  void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    owners.notifyOperationErased(op);
    op->erase();
  }

  void run() {
    SmallVector<EmbeddingOp> embeddings;
    SmallVector<WhereOp> choices;
    for (Operation &op : body) {
      if (aloneWith(&op) != Alone::No)
        continue;
      if (auto embedding = dyn_cast<EmbeddingOp>(op); embedding && aloneWith(embedding.getIds()) == Alone::Client)
        embeddings.push_back(embedding);
      auto where = dyn_cast<WhereOp>(op);
      bool real = where && getPlainElementType(where.getType().getElementType()).isF32();
      if (real && isSecret(where.getCondition().getType()) && (isSecret(where.getLhs().getType()) || isSecret(where.getRhs().getType())))
        choices.push_back(where);
    }
    for (EmbeddingOp op : embeddings)
      expandEmbedding(op);
    for (WhereOp op : choices)
      expandWhere(op);
    shareLayoutsOnce();
    for (Value value : findBorder()) {
      Operation *definition = value.getDefiningOp();
      OwnedOp owned = wrap(value, aloneWith(value), definition->getLoc());
      value.replaceUsesWithIf(owned.getResult(0), [&](OpOperand &use) {
        Operation *user = use.getOwner();
        return user != owned && user->getBlock() == &body && aloneWith(user) == Alone::No;
      });
    }
    hideResults();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  func::FuncOp function;
  Block &body;
  OwnerAnalysis owners;
  DenseSet<Operation *> keptOutside;
  llvm::DenseMap<std::pair<Value, int64_t>, Value> oneHots;
};

struct PlaceOwnersPass : mpc::impl::PlaceOwnersBase<PlaceOwnersPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(function);
    eliminateCommonSubExpressions(rewriter, dominance, function);
    Placement(function).run();
  }
};

} // namespace
