// Operations of the share dialect: the generated definitions.
#include "dialects/Share/Share.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::share;

#define GET_OP_CLASSES
#include "dialects/Share/ShareOps.cpp.inc"

LogicalResult AddOp::verify() { return success(); }
LogicalResult AndOp::verify() { return success(); }
LogicalResult BitMulOp::verify() { return success(); }
LogicalResult BitToArithOp::verify() { return success(); }
LogicalResult CompareDigitsOp::verify() { return success(); }
LogicalResult CompareFinishOp::verify() { return success(); }
LogicalResult EncodeOp::verify() { return success(); }
LogicalResult ExpOp::verify() { return success(); }
LogicalResult ExtendHighOp::verify() { return success(); }
LogicalResult InputOp::verify() { return success(); }
LogicalResult JoinOp::verify() { return success(); }
LogicalResult LexCombineOp::verify() { return success(); }
LogicalResult MatmulOp::verify() { return success(); }
LogicalResult MatmulPublicOp::verify() { return success(); }
LogicalResult MulOp::verify() { return success(); }
LogicalResult MulPublicOp::verify() { return success(); }
LogicalResult NegOp::verify() { return success(); }
LogicalResult NotOp::verify() { return success(); }
LogicalResult PeriodicOp::verify() { return success(); }
LogicalResult ReduceSumOp::verify() { return success(); }
LogicalResult ReinterpretOp::verify() { return success(); }
LogicalResult RemaskOp::verify() { return success(); }
LogicalResult RevealOp::verify() { return success(); }
LogicalResult ShrinkOp::verify() { return success(); }
LogicalResult SubOp::verify() { return success(); }
LogicalResult ToAdditiveOp::verify() { return success(); }
LogicalResult TruncateOp::verify() { return success(); }
LogicalResult XorOp::verify() { return success(); }
