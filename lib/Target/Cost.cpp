// The compiler's cost: sums of declared formulas (share::Gate) and of what remask, input and reveal send by definition.
//
//   remask   ceil(n k / 8) bytes in each direction between P1 and P2
//   dealt    ceil(n bits / 8) bytes from P0 to the receiver, one message for each instruction that deals
//   input    ceil(n k / 8) bytes from the owner to each of P1 and P2; published: the elements to each of P0, P1 and P2
//   reveal   ceil(n k / 8) bytes from each of P1 and P2
//   setup    the handshakes of a session (tacit/setup_cost.h) and the model's inputs
//   PRG      8 bytes a word: a word an element, or 64 packed bits
#include "mpc/Target/Cost.h"
#include "dialects/Mpc/Mpc.h"
#include "dialects/Share/Share.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "mpc/Target/Origin.h"
#include "tacit/setup_cost.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <set>

using namespace mlir;
using namespace mlir::mpc;

namespace {

int64_t packedBytes(int64_t elements, int64_t bits) { return (elements * bits + 7) / 8; }

// A share's elements and bits an element; booleans are packed in the PRG's words too.
struct Wire {
  int64_t elements = 0;
  int64_t bits = 0;
  bool boolean = false;
  int64_t bytes() const { return packedBytes(elements, bits); }
  int64_t prgBytes() const { return 8 * (boolean ? (elements + 63) / 64 : elements); }
};

Wire wireOf(Type type) {
  auto tensor = llvm::cast<RankedTensorType>(type);
  if (auto format = share::getRingFormat(tensor.getElementType()))
    return {tensor.getNumElements(), format->width, false};
  return {tensor.getNumElements(), 1, true};
}

// Bytes of a public tensor as its owner publishes it: f32 and i32 4 an element, i64 8, i1 1, ring elements packed.
int64_t publicBytes(Type type) {
  auto tensor = llvm::cast<RankedTensorType>(type);
  if (auto format = share::getRingFormat(tensor.getElementType()))
    return packedBytes(tensor.getNumElements(), format->width);
  return tensor.getNumElements() * std::max(1u, tensor.getElementTypeBitWidth() / 8);
}

bool isPublic(Type type) {
  Type element = llvm::cast<RankedTensorType>(type).getElementType();
  return element.isIntOrFloat() || llvm::isa<share::PublicType>(element);
}

class EntryCounter {
public:
  FailureOr<EntryCost> run(func::FuncOp function) {
    auto entry = function->getAttrOfType<StringAttr>(kEntryAttr);
    cost.entry = (entry ? entry.getValue() : function.getSymName()).str();
    for (BlockArgument argument : function.getArguments()) {
      auto owner = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kOwnerAttr);
      if (owner && owner.getValue() == "public")
        publish("client", argument.getType());
    }
    for (Operation &op : function.getBody().front()) {
      LogicalResult counted = success();
      if (auto input = llvm::dyn_cast<share::InputOp>(op))
        countInput(input);
      else if (auto remask = llvm::dyn_cast<share::RemaskOp>(op))
        counted = countRemask(remask);
      else if (auto reveal = llvm::dyn_cast<share::RevealOp>(op))
        countReveal(reveal);
      else if (auto gate = llvm::dyn_cast<share::Gate>(op))
        counted = countGate(gate);
      if (failed(counted))
        return failure();
    }
    for (auto &[origin, op] : ops) {
      op.cost.rounds = op.rounds.size();
      cost.ops.push_back(op.cost);
    }
    cost.setup += tacit::HandshakeBytes();
    cost.onlineRounds = rounds.size();
    return cost;
  }

private:
  struct OpCounter {
    OpCost cost;
    std::set<int64_t> rounds;
  };

  OpCounter &counterOf(Operation *op) {
    OpOrigin origin = getOrigin(op);
    auto [it, fresh] = ops.insert({{origin.name.str(), origin.kind.str()}, OpCounter()});
    if (fresh)
      it->second.cost.name = origin.name.str(), it->second.cost.kind = origin.kind.str();
    return it->second;
  }

  // A tensor that an owner sends to all three parties.
  void publish(StringRef owner, Type type) {
    int64_t bytes = publicBytes(type);
    if (owner == "model")
      cost.setup += 3 * bytes;
    else
      for (int64_t &party : cost.io)
        party += bytes;
  }

  void countMask(Wire wire) {
    cost.prgBytes[0] += 2 * wire.prgBytes();
    cost.prgBytes[1] += wire.prgBytes();
    cost.prgBytes[2] += wire.prgBytes();
  }

  void countInput(share::InputOp input) {
    for (OpResult result : input.getResults()) {
      if (isPublic(result.getType())) {
        publish(input.getOwner(), result.getType());
        continue;
      }
      Wire wire = wireOf(result.getType());
      if (!result.use_empty()) // a party expands masks when it first reads them
        countMask(wire);
      if (input.getOwner() == "model") {
        cost.setup += 2 * wire.bytes();
      } else {
        cost.io[1] += wire.bytes();
        cost.io[2] += wire.bytes();
      }
    }
  }

  LogicalResult countRemask(share::RemaskOp remask) {
    if (!remask.getRound())
      return remask.emitOpError("has no round (run share-schedule)");
    Wire wire = wireOf(remask.getType());
    countMask(wire);
    cost.online[2] += 2 * wire.bytes();
    rounds.insert(*remask.getRound());
    if (wire.elements == 0)
      return success();
    OpCounter &op = counterOf(remask);
    op.cost.elements += wire.elements;
    op.cost.onlineBytes += 2 * wire.bytes();
    op.rounds.insert(*remask.getRound());
    return success();
  }

  void countReveal(share::RevealOp reveal) {
    Wire wire = wireOf(reveal.getInput().getType());
    cost.io[1] += wire.bytes();
    cost.io[2] += wire.bytes();
    cost.prgBytes[1] += wire.prgBytes();
    cost.prgBytes[2] += wire.prgBytes();
  }

  LogicalResult countGate(share::Gate gate) {
    auto receiver = gate->getAttrOfType<IntegerAttr>("receiver");
    if (!receiver || (receiver.getInt() != 1 && receiver.getInt() != 2))
      return gate.emitOpError("has no receiver (run share-schedule)");
    int64_t to = receiver.getInt();
    auto dealt = gate.getDealt();
    for (share::DealtArray array : dealt) {
      Wire wire{array.elements, array.bits, array.boolean};
      cost.offline[to - 1] += wire.bytes();
      if (wire.bytes())
        counterOf(gate).cost.offlineBytes += wire.bytes();
      cost.prgBytes[0] += wire.prgBytes();
      cost.prgBytes[3 - to] += wire.prgBytes();
    }
    cost.offlineMessages += !dealt.empty();
    share::RingMacs macs = gate.getRingMacs();
    cost.ringMacs[0] += macs.helper;
    cost.ringMacs[1] += macs.evaluator;
    cost.ringMacs[2] += macs.evaluator;
    return success();
  }

  EntryCost cost;
  std::set<int64_t> rounds;
  llvm::MapVector<std::pair<std::string, std::string>, OpCounter, std::map<std::pair<std::string, std::string>, unsigned>> ops;
};

// {"first": a, ..., "total": their sum}
llvm::json::Object parts(std::array<StringRef, 3> names, const std::array<int64_t, 3> &values, bool total) {
  llvm::json::Object object;
  for (auto [name, value] : llvm::zip_equal(names, values))
    object[name] = value;
  if (total)
    object["total"] = values[0] + values[1] + values[2];
  return object;
}

} // namespace

FailureOr<std::vector<EntryCost>> mlir::mpc::computeCost(ModuleOp module) {
  std::vector<EntryCost> entries;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    auto cost = EntryCounter().run(function);
    if (failed(cost))
      return failure();
    entries.push_back(std::move(*cost));
  }
  return entries;
}

llvm::json::Value mlir::mpc::toJson(const std::vector<EntryCost> &entries) {
  using llvm::json::Array, llvm::json::Object;
  const std::array<StringRef, 3> pairs = {"P0-P1", "P0-P2", "P1-P2"}, owners = {"owner-P0", "owner-P1", "owner-P2"},
                                 parties = {"P0", "P1", "P2"};
  Array array;
  for (const EntryCost &e : entries) {
    Array ops;
    for (const OpCost &op : e.ops)
      ops.push_back(Object{{"name", op.name},
                           {"kind", op.kind},
                           {"elements", op.elements},
                           {"rounds", op.rounds},
                           {"online_bytes", op.onlineBytes},
                           {"offline_bytes", op.offlineBytes}});
    array.push_back(
        Object{{"entry", e.entry},
               {"online", Object{{"rounds", e.onlineRounds}, {"bytes", parts(pairs, e.online, true)}}},
               {"offline", Object{{"messages", e.offlineMessages}, {"bytes", parts(pairs, e.offline, true)}}},
               {"io", Object{{"bytes", parts(owners, e.io, true)}}},
               {"setup", Object{{"bytes", Object{{"total", e.setup}}}}},
               {"ops", std::move(ops)},
               {"local", Object{{"ring_macs", parts(parties, e.ringMacs, false)}, {"prg_bytes", parts(parties, e.prgBytes, false)}}}});
  }
  return Object{{"entries", std::move(array)}};
}
