"""Small ONNX models as bytes, without the package onnx: what a benchmark that is also a test needs of the format (onnx.proto3, field numbers beside each line)."""
import struct

import numpy as np

KINDS = {np.dtype(np.float32): 1, np.dtype(np.int64): 7, np.dtype(np.bool_): 9}  # TensorProto.DataType


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def field(number, value):
    """A field: an integer as varint (negative ones in 64 bits), a float in 32 bits, text and messages with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def node(op, inputs, output, **attributes):
    """A node named after its one output; attributes are integers or floats."""
    text = b"".join(field(1, i) for i in inputs) + field(2, output) + field(3, output) + field(4, op)
    for name, value in attributes.items():
        kind, at = (2, 3) if isinstance(value, int) else (1, 2)
        text += field(5, field(1, name) + field(at, value) + field(20, kind))
    return text


def tensor(name, array):
    return b"".join(field(1, int(d)) for d in array.shape) + field(2, KINDS[array.dtype]) + field(8, name) + field(9, np.ascontiguousarray(array).tobytes())


def value(name, shape, dtype):
    dims = b"".join(field(1, field(1, int(d))) for d in shape)
    return field(1, name) + field(2, field(1, field(1, KINDS[np.dtype(dtype)]) + field(2, dims)))


def model(name, nodes, inputs, outputs, constants, opset):
    """inputs and outputs: (name, shape, dtype); constants: arrays by name."""
    graph = b"".join(field(1, n) for n in nodes) + field(2, name) + b"".join(field(5, tensor(*c)) for c in constants.items())
    graph += b"".join(field(11, value(*v)) for v in inputs) + b"".join(field(12, value(*v)) for v in outputs)
    return field(1, 10) + field(7, graph) + field(8, field(1, "") + field(2, opset))
