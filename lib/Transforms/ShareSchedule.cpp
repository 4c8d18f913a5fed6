// share-schedule: which remask belongs to which round, in which order ops run, which PRG streams they use, who is dealt to.
//
// Level L is the local work between round L and round L + 1. A remask's round is its depth (protocol.md, "Rounds are levels of
// remasks"), so independent remasks travel together and the number of rounds is the least possible. Work that only depends
// on weights waits until it is read: an extended or transposed weight then takes memory for one layer, not for the run.
#include "ShareSupport.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Transforms/Passes.h"

namespace mlir::mpc {
#define GEN_PASS_DEF_SHARESCHEDULE
#include "mpc/Transforms/Passes.h.inc"
} // namespace mlir::mpc

using namespace mlir;
using namespace mlir::mpc;

namespace {

// Whether all types of an op are clear: parties evaluate it on public values, before anything else.
bool isClear(Operation *op) {
  auto clear = [](Type type) { return getShareKind(type) == ShareKind::Clear; };
  return llvm::all_of(op->getOperandTypes(), clear) && llvm::all_of(op->getResultTypes(), clear);
}

class Scheduler {
public:
  explicit Scheduler(Block &block) : block(block) {}

  void run() {
    for (Operation &op : block.without_terminator())
      ops.push_back(&op);
    findEarliest();
    for (Operation *op : llvm::reverse(ops))
      level[op] = chooseLevel(op);
    order();
  }

private:
  // Level at which an op's operands are there, and whether they come from weights and public values alone.
  void findEarliest() {
    for (Operation *op : ops) {
      int64_t at = 0;
      bool still = true;
      if (auto input = llvm::dyn_cast<share::InputOp>(op)) {
        still = input.getOwner() == "model";
      } else {
        for (Value operand : op->getOperands()) {
          Operation *def = operand.getDefiningOp();
          if (!def)
            continue;
          at = std::max(at, earliest[def] + (llvm::isa<share::RemaskOp>(def) ? 1 : 0));
          still &= fromWeights.contains(def);
        }
      }
      earliest[op] = at;
      if (still)
        fromWeights.insert(op);
    }
  }

  // Users come first: their levels are known.
  int64_t chooseLevel(Operation *op) {
    int64_t early = earliest[op];
    if (llvm::isa<share::InputOp, share::RevealOp>(op) || op->use_empty() || (isClear(op) && !llvm::isa<ConstantOp>(op)))
      return early;
    int64_t late = std::numeric_limits<int64_t>::max();
    for (Operation *user : op->getUsers())
      late = std::min(late, level.contains(user) ? level[user] : std::numeric_limits<int64_t>::max());
    if (late == std::numeric_limits<int64_t>::max())
      return early; // only returned
    if (llvm::isa<share::RemaskOp>(op))
      return fromWeights.contains(op) ? late - 1 : early;
    return fromWeights.contains(op) || growsMemory(op) ? late : early;
  }

  // Whether an op's result takes at least the memory of the operands that could be freed after it.
  static bool growsMemory(Operation *op) {
    auto elements = [](Value v) { return llvm::cast<RankedTensorType>(v.getType()).getNumElements(); };
    int64_t in = 0, out = 0;
    for (Value v : llvm::SmallSetVector<Value, 4>(op->operand_begin(), op->operand_end()))
      in += elements(v);
    for (Value v : op->getResults())
      out += elements(v);
    return out >= in;
  }

  // Inputs, clear ops, then per level the local work that later levels or its remasks read, each after what it needs, then
  // the remasks.
  void order() {
    int64_t levels = 0;
    for (Operation *op : ops)
      levels = std::max(levels, level[op] + 1);
    SmallVector<SmallVector<Operation *>> byLevel(levels);
    for (Operation *op : ops) {
      if (llvm::isa<share::InputOp>(op))
        place(op);
      else
        byLevel[level[op]].push_back(op);
    }
    for (Operation *op : ops)
      if (isClear(op) && !llvm::isa<ConstantOp>(op))
        placeWithOperands(op);
    for (auto [l, work] : llvm::enumerate(byLevel)) {
      for (Operation *op : work)
        if (!llvm::isa<share::RemaskOp>(op) && isRoot(op))
          placeWithOperands(op);
      for (Operation *op : work)
        if (!llvm::isa<share::RemaskOp>(op))
          placeWithOperands(op);
      for (Operation *op : work)
        if (auto remask = llvm::dyn_cast<share::RemaskOp>(op)) {
          remask.setRound(l + 1);
          place(op);
        }
    }
  }

  // Read by a remask, at another level, or by nothing.
  bool isRoot(Operation *op) {
    return op->use_empty() || llvm::any_of(op->getUsers(), [&](Operation *user) {
             return llvm::isa<share::RemaskOp>(user) || !level.contains(user) || level[user] != level[op];
           });
  }

  void placeWithOperands(Operation *root) {
    SmallVector<Operation *> stack{root};
    while (!stack.empty()) {
      Operation *op = stack.back();
      size_t before = stack.size();
      if (!placed.contains(op))
        for (Value operand : llvm::reverse(op->getOperands()))
          if (Operation *def = operand.getDefiningOp(); def && !placed.contains(def))
            stack.push_back(def);
      if (stack.size() != before)
        continue;
      stack.pop_back();
      place(op);
    }
  }

  void place(Operation *op) {
    if (placed.insert(op).second)
      op->moveBefore(block.getTerminator());
  }

  Block &block;
  SmallVector<Operation *> ops;
  llvm::DenseMap<Operation *, int64_t> earliest, level;
  llvm::DenseSet<Operation *> fromWeights, placed;
};

int64_t dealtBytes(share::Gate gate) {
  int64_t bytes = 0;
  for (share::DealtArray array : gate.getDealt())
    bytes += (array.elements * array.bits + 7) / 8;
  return bytes;
}

// An address an op, one a result for inputs: each names its own streams of the PRG.
void assignAddresses(Block &block) {
  int64_t next = 0;
  for (Operation &op : block) {
    IntegerAttr address = Builder(op.getContext()).getI64IntegerAttr(next);
    if (auto input = llvm::dyn_cast<share::InputOp>(op)) {
      input.setAddressAttr(address);
      next += input.getNumResults();
    } else if (llvm::isa<share::RemaskOp, share::RevealOp, share::Gate>(op)) {
      op.setAttr("address", address);
      ++next;
    }
  }
}

// The largest gate first, each to the evaluator that was sent less: both links of P0 carry half.
void assignReceivers(Block &block) {
  SmallVector<share::Gate> gates(block.getOps<share::Gate>());
  SmallVector<std::pair<int64_t, size_t>> bySize;
  for (auto [i, gate] : llvm::enumerate(gates))
    bySize.push_back({-dealtBytes(gate), i});
  llvm::sort(bySize);
  std::array<int64_t, 2> sent = {0, 0};
  for (auto [bytes, i] : bySize) {
    int64_t receiver = sent[0] <= sent[1] ? 1 : 2;
    sent[receiver - 1] -= bytes;
    gates[i]->setAttr("receiver", Builder(gates[i]->getContext()).getI64IntegerAttr(receiver));
  }
}

struct ShareSchedule : public mlir::mpc::impl::ShareScheduleBase<ShareSchedule> {
  using ShareScheduleBase::ShareScheduleBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("must have one block to be scheduled");
      return signalPassFailure();
    }
    Block &block = function.getBody().front();
    Scheduler(block).run();
    assignAddresses(block);
    assignReceivers(block);
  }
};

} // namespace
