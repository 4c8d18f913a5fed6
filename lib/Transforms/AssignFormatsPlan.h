// What mpc-assign-formats decides before it rewrites anything.
#ifndef LIB_TRANSFORMS_ASSIGNFORMATSPLAN_H
#define LIB_TRANSFORMS_ASSIGNFORMATSPLAN_H

#include "dialects/Mpc/MpcShapes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mpc/Analysis/Interval.h"

namespace mlir::mpc {

inline constexpr unsigned kMaxRing = 64;

// What a user reads of an operand: the fraction it wants and the least ring.
struct OperandNeed {
  unsigned fraction = 0;
  unsigned width = 0;
  bool product = false; // an operand of a product: the ring is only there for the truncation

  // Ring of a value with `from` fractional bits that is brought to this need: the bits that a change of fraction drops come first, as
  // far as there are any. What is missing then is extended after it.
  unsigned ringAt(unsigned from) const {
    unsigned drops = from > fraction ? from - fraction : 0;
    return width > kMaxRing ? width : std::min(kMaxRing, width + drops);
  }
};

// Formats of all secret numbers of a function. Fractions go forward (operands decide), widths backward (users decide), both
// within what intervals demand. Decisions, in the order of the file AssignFormatsPlan.cpp:
//  - a value has at least the bits of its interval and two more: the sign, and the one that an extension needs;
//  - a value that sums and moves read in a wider ring is made that wide at once: wider remasks cost less than an extension and a round;
//  - where a product reads it in a wider ring still, it is extended once, for all;
//  - owners and sums of bits make any width at once.
class FormatPlan {
public:
  // `preset`: fractional bits of a value for which nothing else decides.
  // `roundBytes`: below this, more bytes are cheaper than a round.
  FormatPlan(func::FuncOp function, unsigned preset, int64_t roundBytes) : function(function), preset(preset), roundBytes(roundBytes) {}
  LogicalResult build();

  // Whether a value is a secret number (before the pass: secret f32).
  static bool isNumber(Value value);

  unsigned fraction(Value value) const { return fractions.lookup(value); }
  unsigned width(Value value) const { return widths.lookup(value); }
  // Fractional bits for public operands of a product; nullopt where there are none.
  std::optional<unsigned> publicFraction(Operation *op) const;
  // What `use` needs of a secret number; nullopt where any format will do (a return).
  std::optional<OperandNeed> need(OpOperand &use) const;
  Interval interval(Value value);
  // Bits of a value's interval, sign included, at a fraction.
  unsigned signedBits(Value value, unsigned fraction);

private:
  LogicalResult assignFraction(Operation *op);
  LogicalResult assignProduct(Operation *op, Value a, Value b);
  LogicalResult assignPublicProduct(Operation *op, Value secret, ArrayRef<Value> factors);
  LogicalResult assignWidth(Operation *op);
  unsigned commonFraction(ArrayRef<Value> values) const;
  unsigned leastWidth(Value value) { return std::max(3u, signedBits(value, fraction(value)) + 1); }
  unsigned truncation(Operation *op) const { return truncations.lookup(op); }

  unsigned ownersFraction(Operation *op);

  func::FuncOp function;
  unsigned preset;
  int64_t roundBytes;
  IntervalAnalysis analysis;
  llvm::DenseMap<Value, unsigned> fractions, widths;
  llvm::DenseSet<Value> anyWidth;                    // made at any width for the same kind of cost
  llvm::DenseSet<Value> forProducts;                 // moves made as wide as products read them
  llvm::DenseMap<Operation *, unsigned> truncations; // t of products
  llvm::DenseMap<Operation *, unsigned> publicFractions;
  llvm::DenseMap<Operation *, std::array<unsigned, 2>> productFractions; // fractions of a product's operands, where not their own
};

} // namespace mlir::mpc

#endif
