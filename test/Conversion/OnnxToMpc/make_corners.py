"""Writes Inputs/corners_*.onnx and .npz, like make_ops.py and with its help: legal attributes, opsets and shapes that few exporters write,
and what ONNX Runtime makes of them. Needs onnx (1.23) and onnxruntime (1.31); the tests that read the files do not.

    python3 make_corners.py
"""
import numpy as np

from make_ops import C, INT64_MAX, check, f, i64, write, x

LOW = -INT64_MAX - 1


def reductions():
    for op in ("ReduceSum", "ReduceMax", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"):
        check(op, [x, C(i64())], opset=18, noop_with_empty_axes=1)
        check(op, [x, C(i64())], opset=18, keepdims=0)
        check(op, [x, C(i64(-1, 0))], opset=18, keepdims=0)
    check("ReduceSum", [np.zeros((2, 0, 3), np.float32), C(i64(1))], opset=18)
    check("ReduceProd", [np.zeros((2, 0, 3), np.float32), C(i64(1))], opset=18)
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        for opset in (11, 17):
            check(op, [x], opset=opset)
            check(op, [x], opset=opset, axis=-2)
    check("Hardmax", [np.zeros((2, 0), np.float32)])
    for op in ("ArgMax", "ArgMin"):
        for last in (0, 1):
            check(op, [np.array([[1, 2, 2], [3, 3, 0], [-1, -1, -1]], np.float32)], axis=-1, keepdims=0, select_last_index=last)
        check(op, [f(3, 1)], axis=1, select_last_index=1)


def moves():
    check("NonZero", [C(np.float32(3))])
    check("NonZero", [C(np.float32(0))])
    check("Split", [f(7, 2)], outs=3, opset=18, num_outputs=3)
    check("Split", [f(6, 2), C(i64(0, 6))], outs=2)
    for mode in ("reflect", "edge", "wrap"):
        check("Pad", [f(3, 4), C(i64(2, 0, 1, 3))], opset=20, mode=mode)
        check("Pad", [f(3, 4), C(i64(-1, 2, 0, -1))], opset=20, mode=mode)
        check("Pad", [f(3, 4), C(i64(2, 3)), C(np.float32(7)), C(i64(-1))], opset=20, mode=mode)
    for k in (INT64_MAX, LOW, 5, -7):
        check("Trilu", [f(2, 3, 4), C(np.int64(k))], upper=k % 2)
    check("Slice", [x, C(i64(3)), C(i64(LOW)), C(i64(2)), C(i64(LOW))])
    check("Slice", [np.zeros((2, 0, 3), np.float32), C(i64(5)), C(i64(-9)), C(i64(1)), C(i64(-1))])
    check("ScatterElements", [f(4, 3), C(np.array([[1, 0, -1], [1, 2, 0]])), f(2, 3)], opset=18, reduction="max")
    check("ScatterND", [f(4, 3), C(np.array([[1], [-1], [1]])), f(3, 3)], opset=18, reduction="mul")
    # Known numbers of any size are ordered by comparison, not in the reals that shares hold.
    check("TopK", [C(i64(2**40, 2**40 + 1, -(2**50), 7)), C(i64(3))], outs=2, largest=0)
    check("TopK", [C(np.array([[1, 3], [3, 0], [3, 9]], np.float32)), C(i64(2))], outs=2, axis=0)
    check("Pow", [np.array([4, -2, 3], np.int32), C(np.float32(3))])
    check("IsInf", [f(3)], detect_positive=0, detect_negative=0)


def products():
    for c in ((1,), (2, 1), ()):
        check("Gemm", [f(2, 3), f(3, 4), f(*c)], beta=0.3, opset=11)
    check("Gemm", [f(2, 3), f(3, 4)], alpha=0.0)
    check("MatMul", [np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32)])
    for equation, *shapes in (
        ("ij,jk", (2, 3), (3, 4)),
        ("ba,cb", (2, 3), (4, 2)),
        ("ii", (3, 3)),
        ("ijij->ij", (2, 3, 2, 3)),
        ("...ii->...i", (2, 3, 3)),
        ("bi...,bj...->bij", (2, 3, 4), (2, 5, 4)),
        ("i...,...i", (3, 2), (2, 3)),
        ("Ab,bC", (2, 3), (3, 4)),
    ):
        check("Einsum", [f(*shape) for shape in shapes], equation=equation, reference=True)  # ONNX Runtime has fewer forms
    check("Conv", [f(2, 4, 7, 8), f(6, 4, 3, 2)], auto_pad="SAME_LOWER", strides=[2, 2])
    for op in ("MaxPool", "AveragePool"):
        for ceil in (0, 1):
            check(op, [f(1, 2, 7, 8)], opset=20, kernel_shape=[3, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=ceil)
    check("AveragePool", [f(1, 2, 7, 8)], opset=20, kernel_shape=[3, 2], strides=[2, 3], pads=[1, 0, 1, 1], ceil_mode=1, count_include_pad=1)


def norms():
    check("LayerNormalization", [x, f(4), f(3, 4)], axis=1)
    check("LayerNormalization", [x, f(1), f(1)])
    check("LayerNormalization", [x, f(2, 3, 4)], axis=-3, outs=3, epsilon=1e-3)
    # A gain and a bias for each group, as opsets 18 to 20 have them.
    check("GroupNormalization", [f(2, 4, 3), f(2), f(2)], opset=18, num_groups=2)
    check("MeanVarianceNormalization", [f(2, 3, 4, 2)], axes=[-1, 1])


def attention():
    def heads(count, length):
        return f(2, count, length, 8)

    new = dict(opset=23)
    past = [heads(4, 2), heads(4, 2)]
    check("Attention", [heads(4, 3), heads(4, 3), heads(4, 3), None, *past], is_causal=1, outs=3, **new)
    check("Attention", [heads(4, 3), heads(4, 5), heads(4, 5)], is_causal=1, **new)
    # A query that sees no key gets 0.
    seen = np.array([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1]], bool)
    check("Attention", [heads(4, 3), heads(2, 5), heads(2, 5), C(seen)], **new)
    check("Attention", [heads(4, 3), heads(2, 5), heads(2, 5), C(seen)], softcap=1.5, **new)
    check("Attention", [heads(4, 3), heads(4, 5), heads(4, 5), f(3, 5)], is_causal=1, softcap=1.5, **new)
    table = f(10, 2)
    places = np.array([[0, 1, 2], [3, 1, 0]])
    for interleaved in (0, 1):
        check("RotaryEmbedding", [f(2, 3, 16), C(table), C(table), C(places)], num_heads=2, rotary_embedding_dim=4, interleaved=interleaved, **new)


for part in (reductions, moves, products, norms, attention):
    part()
write("corners")
