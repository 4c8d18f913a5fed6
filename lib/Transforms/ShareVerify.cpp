// share-verify: what must hold of a scheduled program, checked on the program and not on how it was made (protocol.md,
// security rules 2 and 7; decisions, 8).
#include "ShareSupport.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_SHAREVERIFY
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

struct ShareVerify : public mlir::mpc::impl::ShareVerifyBase<ShareVerify> {
  using ShareVerifyBase::ShareVerifyBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("must have one block");
      return signalPassFailure();
    }
    Block &block = function.getBody().front();
    if (failed(checkTypes(function)) || failed(checkAddresses(block)) || failed(checkRounds(block)) || failed(checkJoins(block)) ||
        failed(checkCoarse(block)) || failed(checkOwners(function)) || failed(checkReveals(function)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }

private:
  // Only clear values and shares, and no op of mpc that would compute on shares other than by moving them.
  static LogicalResult checkTypes(func::FuncOp function) {
    for (Operation &op : function.getBody().front()) {
      for (TypeRange types : {TypeRange(op.getOperandTypes()), TypeRange(op.getResultTypes())})
        for (Type type : types)
          if (isSecret(type))
            return op.emitOpError("has a value of type ") << type << ": no share, and not clear";
      bool shares = llvm::any_of(op.getOperandTypes(), [](Type type) { return getShareKind(type) != ShareKind::Clear; });
      if (shares && llvm::isa_and_nonnull<MpcDialect>(op.getDialect()) &&
          !llvm::isa<ReshapeOp, TransposeOp, SliceOp, ConcatOp, BroadcastOp, GatherOp>(op))
        return op.emitOpError("computes on shares, which only ops of the share dialect do");
      if (llvm::isa<WeightOp, OwnedOp>(op))
        return op.emitOpError("belongs into its owner's share.input");
    }
    return success();
  }

  // Two ops with one address would use one stream twice: a mask that opens two values gives an evaluator their difference.
  static LogicalResult checkAddresses(Block &block) {
    llvm::DenseMap<int64_t, Operation *> taken;
    for (Operation &op : block) {
      if (!llvm::isa<share::InputOp, share::RemaskOp, share::RevealOp, share::Gate>(op))
        continue;
      auto address = op.getAttrOfType<IntegerAttr>("address");
      int64_t streams = llvm::isa<share::InputOp>(op) ? op.getNumResults() : 1;
      if (!address || address.getInt() < 0 || address.getInt() > std::numeric_limits<uint32_t>::max() - streams)
        return op.emitOpError("needs an address from 0 to 2^32 - 1 (run share-schedule)");
      for (int64_t i = 0; i < streams; ++i) {
        auto [it, fresh] = taken.try_emplace(address.getInt() + i, &op);
        if (!fresh) {
          InFlightDiagnostic error = op.emitOpError("uses address ") << it->first << " a second time: one mask would open two values";
          error.attachNote(it->second->getLoc()) << "first used here";
          return error;
        }
      }
      if (llvm::isa<share::Gate>(op)) {
        auto receiver = op.getAttrOfType<IntegerAttr>("receiver");
        if (!receiver || (receiver.getInt() != 1 && receiver.getInt() != 2))
          return op.emitOpError("needs a receiver, 1 or 2 (run share-schedule)");
      }
    }
    return success();
  }

  // What a coarse value lost of its mask is known to P0 as a sum, and in no half: only what reads m and l alone may use it.
  static LogicalResult checkCoarse(Block &block) {
    for (auto coarse : block.getOps<share::CoarsenOp>())
      for (Operation *user : coarse->getUsers())
        if (!llvm::isa<share::CompareDigitsOp, share::CompareFinishOp>(user))
          return user->emitOpError("reads a value of share.coarsen, whose halves do not add up to its mask; comparisons alone may");
    return success();
  }

  // A value is there from the round of the last remask that it depends on; remasks of one round are neighbours, in order.
  static LogicalResult checkRounds(Block &block) {
    llvm::DenseMap<Value, int64_t> ready;
    int64_t current = 0;
    Operation *previous = nullptr;
    for (Operation &op : block) {
      int64_t at = 0;
      for (Value operand : op.getOperands())
        at = std::max(at, ready.lookup(operand));
      if (auto remask = llvm::dyn_cast<share::RemaskOp>(op)) {
        if (!remask.getRound() || static_cast<int64_t>(*remask.getRound()) < 1)
          return remask.emitOpError("needs a round, from 1 (run share-schedule)");
        int64_t round = *remask.getRound();
        if (round <= at)
          return remask.emitOpError("is of round ") << round << ", but its operand is only there after round " << at;
        if (round < current)
          return remask.emitOpError("of round ") << round << " follows one of round " << current;
        if (round == current && !llvm::isa_and_nonnull<share::RemaskOp>(previous))
          return remask.emitOpError("of round ") << round << " is away from the others of its round";
        if (round > current + 1)
          return remask.emitOpError("of round ") << round << " follows round " << current << ": a round without remasks";
        current = at = round;
      }
      for (Value result : op.getResults())
        ready[result] = at;
      previous = &op;
    }
    return success();
  }

  // The mask of an extended value is the low value's mask below a fresh one: fresh for these low bits, and used once.
  static LogicalResult checkJoins(Block &block) {
    for (auto join : block.getOps<share::JoinOp>()) {
      auto remask = join.getHigh().getDefiningOp<share::RemaskOp>();
      auto high = remask ? remask.getInput().getDefiningOp<share::ExtendHighOp>() : share::ExtendHighOp();
      if (!high || high.getInput() != join.getLow())
        return join.emitOpError("joins high bits that are no share.extend_high, remasked, of its low bits");
      if (!remask->hasOneUse())
        return join.emitOpError("joins high bits that are used elsewhere too: their mask belongs to this value alone");
    }
    return success();
  }

  // What an owner provides reaches its own clear computations only, and a client publishes nothing that it declared its own.
  static LogicalResult checkOwners(func::FuncOp function) {
    auto ownerOf = [&](BlockArgument argument) -> StringRef {
      auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
      return owner ? owner.getValue() : StringRef("client");
    };
    for (BlockArgument argument : function.getArguments()) {
      StringRef owner = ownerOf(argument);
      if (owner == "public")
        continue;
      for (Operation *user : argument.getUsers()) {
        auto input = llvm::dyn_cast<share::InputOp>(user);
        if (!input || input.getOwner() != owner)
          return user->emitOpError("reads argument ")
                 << argument.getArgNumber() << " of owner '" << owner << "' outside that owner's share.input";
        for (Value result : input.getResults())
          if (getShareKind(result.getType()) != ShareKind::Masked)
            return input.emitOpError("publishes what it computes from argument ")
                   << argument.getArgNumber() << " of owner '" << owner << "'";
      }
    }
    for (auto input : function.getOps<share::InputOp>())
      for (Value operand : input.getInputs())
        if (!llvm::isa<BlockArgument>(operand))
          return input.emitOpError("has an operand that is no argument of the function");
    return success();
  }

  // A reveal goes to the owner that the function declares for the result, and nowhere else.
  static LogicalResult checkReveals(func::FuncOp function) {
    for (auto reveal : function.getOps<share::RevealOp>()) {
      if (reveal->use_empty())
        return reveal.emitOpError("reveals a value that is no result of the function");
      for (OpOperand &use : reveal->getUses()) {
        if (!llvm::isa<func::ReturnOp>(use.getOwner()))
          return reveal.emitOpError("is used by ") << use.getOwner()->getName() << "; a revealed value may only be returned";
        auto declared = function.getResultAttrOfType<StringAttr>(use.getOperandNumber(), kOwnerAttr);
        StringRef owner = declared ? declared.getValue() : StringRef("client");
        if (owner != reveal.getOwner())
          return reveal.emitOpError("opens result ")
                 << use.getOperandNumber() << " to '" << reveal.getOwner() << "', but its owner is '" << owner << "'";
      }
    }
    return success();
  }
};

} // namespace
