// Operations of the mpc dialect: the generated definitions.
#include "dialects/Mpc/Mpc.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::mpc;

#define GET_OP_CLASSES
#include "dialects/Mpc/MpcOps.cpp.inc"

LogicalResult AbsOp::verify() { return success(); }
LogicalResult AddOp::verify() { return success(); }
LogicalResult AndOp::verify() { return success(); }
LogicalResult ArgmaxOp::verify() { return success(); }
LogicalResult AttentionOp::verify() { return success(); }
LogicalResult BelowOp::verify() { return success(); }
LogicalResult BitSumOp::verify() { return success(); }
LogicalResult BroadcastOp::verify() { return success(); }
OpFoldResult BroadcastOp::fold(FoldAdaptor) { return {}; }
LogicalResult CastOp::verify() { return success(); }
LogicalResult CeilOp::verify() { return success(); }
LogicalResult CompareOp::verify() { return success(); }
LogicalResult ConcatOp::verify() { return success(); }
LogicalResult ConstantOp::verify() { return success(); }
OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
LogicalResult CosOp::verify() { return success(); }
LogicalResult CumsumOp::verify() { return success(); }
LogicalResult DivOp::verify() { return success(); }
LogicalResult EmbeddingOp::verify() { return success(); }
LogicalResult ErfOp::verify() { return success(); }
LogicalResult ExpNegativeOp::verify() { return success(); }
LogicalResult ExpOp::verify() { return success(); }
LogicalResult FloorOp::verify() { return success(); }
LogicalResult GatherOp::verify() { return success(); }
LogicalResult GeluOp::verify() { return success(); }
LogicalResult IsNanOp::verify() { return success(); }
LogicalResult LayerNormOp::verify() { return success(); }
LogicalResult LogOp::verify() { return success(); }
LogicalResult MatmulOp::verify() { return success(); }
LogicalResult MaxOp::verify() { return success(); }
LogicalResult MinOp::verify() { return success(); }
LogicalResult ModOp::verify() { return success(); }
LogicalResult MulOp::verify() { return success(); }
LogicalResult NegOp::verify() { return success(); }
LogicalResult NotOp::verify() { return success(); }
LogicalResult OneHotOp::verify() { return success(); }
LogicalResult OrOp::verify() { return success(); }
LogicalResult OwnedOp::verify() { return success(); }
LogicalResult ParamOp::verify() { return success(); }
LogicalResult PeriodicOp::verify() { return success(); }
LogicalResult PowOp::verify() { return success(); }
LogicalResult ReciprocalOp::verify() { return success(); }
LogicalResult ReduceOp::verify() { return success(); }
LogicalResult ReluOp::verify() { return success(); }
LogicalResult RescaleOp::verify() { return success(); }
LogicalResult ReshapeOp::verify() { return success(); }
OpFoldResult ReshapeOp::fold(FoldAdaptor) { return {}; }
LogicalResult RmsNormOp::verify() { return success(); }
LogicalResult RotaryOp::verify() { return success(); }
LogicalResult RoundOp::verify() { return success(); }
LogicalResult RsqrtOp::verify() { return success(); }
LogicalResult SelectOp::verify() { return success(); }
LogicalResult SigmoidOp::verify() { return success(); }
LogicalResult SignOp::verify() { return success(); }
LogicalResult SiluOp::verify() { return success(); }
LogicalResult SinOp::verify() { return success(); }
LogicalResult SliceOp::verify() { return success(); }
OpFoldResult SliceOp::fold(FoldAdaptor) { return {}; }
LogicalResult SoftmaxOp::verify() { return success(); }
LogicalResult SqrtOp::verify() { return success(); }
LogicalResult SubOp::verify() { return success(); }
LogicalResult TanhOp::verify() { return success(); }
LogicalResult TransposeOp::verify() { return success(); }
OpFoldResult TransposeOp::fold(FoldAdaptor) { return {}; }
LogicalResult WeightOp::verifySymbolUses(SymbolTableCollection &) { return success(); }
LogicalResult WhereOp::verify() { return success(); }
LogicalResult XorOp::verify() { return success(); }
