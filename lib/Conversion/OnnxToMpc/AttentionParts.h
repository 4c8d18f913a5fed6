// What the attention ops of ONNX and those of com.microsoft share, and the latter's converters.
#ifndef LIB_CONVERSION_ONNXTOMPC_ATTENTIONPARTS_H
#define LIB_CONVERSION_ONNXTOMPC_ATTENTIONPARTS_H

#include "Node.h"

namespace mlir::mpc::fromonnx {

// [B, S, H * D] as [B, H, S, D], and back.
Value splitHeads(Emitter &emit, Value input, int64_t heads);
Value joinHeads(Emitter &emit, Value input);

// `positions` select rows of the tables; without them the tables are by batch and position already. The first `width` elements are turned.
Value rotate(Node &node, Value input, Value cos, Value sin, Value positions, int64_t heads, int64_t width);

LogicalResult convertFusedRotary(Node &node);
LogicalResult convertFusedAttention(Node &node);
LogicalResult convertMultiHeadAttention(Node &node);
LogicalResult convertGroupQueryAttention(Node &node);

} // namespace mlir::mpc::fromonnx

#endif
