// Attributes and types of ops as the program container stores them, both ways. The emitter and the interpreters share this.
#ifndef MPC_SUPPORT_ATTRIBUTES_H
#define MPC_SUPPORT_ATTRIBUTES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "tacit/program.h"

#include <cstdint>
#include <vector>

namespace mlir::mpc {

// Bool, integers, f64 (any float), string, array<i64>, array<f64>; failure for any other kind.
FailureOr<tacit::AttributeValue> toProgramAttribute(Attribute attribute);

// The reverse: i64, f64, bool, string, array<i64>, array<f64>.
Attribute fromProgramAttribute(MLIRContext *context, const tacit::AttributeValue &value);

// The op's own attributes by name, in alphabetical order. Left out: discardable ones ("mpc.range", ...), symbols, types and dense elements,
// which the container stores elsewhere. An attribute of another kind is an error at the op.
FailureOr<std::vector<tacit::Attribute>> toProgramAttributes(Operation *op);

// A tensor's element kind, width, fraction and shape; failure for an element type without a counterpart. Secret types before the protocol
// phase have none: strip them first (makePlain).
FailureOr<tacit::Type> toProgramType(Type type);

// The reverse.
RankedTensorType fromProgramType(MLIRContext *context, const tacit::Type &type);

// Elements of a constant, little-endian, C order: f32 4 bytes, i64 8, i32 4, i1 1. Failure for other element types.
FailureOr<std::vector<uint8_t>> toProgramData(ElementsAttr elements);

} // namespace mlir::mpc

#endif
