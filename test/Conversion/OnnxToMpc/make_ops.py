"""Writes Inputs/ops_*.onnx and .npz: every op of the table on its own, many to a graph, with what ONNX Runtime (for ops of opset 23 ONNX's
reference implementation) makes of random inputs. Needs onnx (1.19) and onnxruntime (1.22); the tests that read the files do not.

    python3 make_ops.py

A graph holds nodes of one opset. `check(op, inputs, ...)` adds a node: arrays are inputs, C(array) an initialiser, None an input left out.
"""
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh
from onnx.reference import ReferenceEvaluator

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs")
MS = "com.microsoft"
INT64_MAX = 2**63 - 1
rng = np.random.default_rng(1)
groups = {}


class C:
    def __init__(self, value):
        self.value = np.asarray(value)


def f(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def i64(*values):
    return np.array(values, np.int64)


def kind(array):
    return h.np_dtype_to_tensor_dtype(array.dtype)


def stored(array):
    """As a case holds it: f32, i64, i32, bool, in C order."""
    array = np.array(array, order="C")
    if array.dtype in (np.float16, np.float64):
        return array.astype(np.float32)
    return array.astype(np.int32) if array.dtype in (np.uint8, np.int8) else array


def options():
    result = ort.SessionOptions()
    result.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    result.log_severity_level = 4
    return result


def check(op, inputs, outs=1, opset=17, domain="", reference=False, **attributes):
    """`outs`: how many outputs, or the places of those that are read."""
    group = groups.setdefault(opset, {"nodes": [], "inputs": {}, "initializers": [], "outputs": {}})
    place = len(group["nodes"])
    names, feed, initializers = [], {}, []
    for k, value in enumerate(inputs):
        name = "" if value is None else "x%d_%d" % (place, k)
        names.append(name)
        if isinstance(value, C):
            initializers.append(nh.from_array(value.value, name))
        elif value is not None:
            feed[name] = value
    read = range(outs) if isinstance(outs, int) else outs
    results = ["y%d_%d" % (place, k) if k in read else "" for k in range(max(read) + 1)]
    node = h.make_node(op, names, results, domain=domain, name="%s_%d" % (op, place), **attributes)
    read = [name for name in results if name]
    graph = h.make_graph(
        [node], "op", [h.make_tensor_value_info(k, kind(v), v.shape) for k, v in feed.items()], [onnx.ValueInfoProto(name=r) for r in read], initializers
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset), h.make_opsetid(MS, 1)], ir_version=10)
    if reference:
        made = ReferenceEvaluator(model).run(None, feed)
    else:
        made = ort.InferenceSession(model.SerializeToString(), options(), providers=["CPUExecutionProvider"]).run(None, feed)
    group["nodes"].append(node)
    group["inputs"].update(feed)
    group["initializers"] += initializers
    group["outputs"].update(zip(read, made))


def write(prefix):
    os.makedirs(HERE, exist_ok=True)
    for opset, group in groups.items():
        ports = [[h.make_tensor_value_info(k, kind(v), v.shape) for k, v in group[side].items()] for side in ("inputs", "outputs")]
        graph = h.make_graph(group["nodes"], "ops", *ports, group["initializers"])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset), h.make_opsetid(MS, 1)], ir_version=10, producer_name="")
        stem = os.path.join(HERE, "%s_%d" % (prefix, opset))
        with open(stem + ".onnx", "wb") as file:
            file.write(model.SerializeToString(deterministic=True))
        case = {"in:" + k: stored(v) for k, v in group["inputs"].items()} | {"out:" + k: stored(v) for k, v in group["outputs"].items()}
        np.savez_compressed(stem + ".npz", **case)
        print(stem, len(group["nodes"]), "nodes")


def unary():
    for op in "Abs Ceil Cos Exp Floor Neg Relu Round Sigmoid Sign Sin Tanh Erf HardSigmoid HardSwish LeakyRelu Elu Softplus Softsign Identity IsNaN".split():
        check(op, [x])
    check("LeakyRelu", [x], alpha=0.3)
    check("Elu", [x], alpha=0.5)
    check("HardSigmoid", [x], alpha=0.3, beta=0.4)
    for op in ("Log", "Sqrt", "Reciprocal"):
        check(op, [np.abs(x) + 0.1])
    check("Gelu", [x], opset=20)
    check("Gelu", [x], opset=20, approximate="tanh")
    extremes = np.array([1, 3e38, -3e38, 0], np.float32)
    check("IsInf", [extremes])
    check("IsInf", [extremes], detect_negative=0)


def binary():
    for op in ("Add", "Sub", "Mul", "Div"):
        check(op, [x, f(3, 1) + 3])
        check(op, [x, C(f(4) + 3)])
        check(op, [i64(7, -7, 5), i64(2, 2, -3)])
    check("PRelu", [x, f(4)])
    check("Mod", [i64(7, -7, 5, -5), i64(3, 3, -3, -3)])
    check("Mod", [f(5), f(5)], fmod=1)
    for exponent in (2.0, 3.0, 4.0, 0.5, 1.0, -1.0, -0.5, 1.7):
        check("Pow", [np.abs(x) + 0.2, C(np.float32(exponent))])
    check("Pow", [np.abs(x), C(np.int64(2))])
    check("Pow", [np.abs(x) + 0.1, f(4)])
    for op in ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"):
        check(op, [i64(1, 2, 3), i64(3, 2, 1)])
        check(op, [x, f(4)])
    for op in ("And", "Or", "Xor"):
        check(op, [bits, row])
    check("Equal", [bits, row])
    check("Not", [bits])
    check("Where", [bits, x, f(4)])
    check("Where", [bits, C(np.float32(0)), f(4)])
    for op in ("Max", "Min", "Sum", "Mean"):
        check(op, [x, f(4), f(3, 1)])
        check(op, [x])
    check("Clip", [x, C(np.float32(-0.5)), C(np.float32(0.5))])
    check("Clip", [x, None, C(np.float32(0.5))])
    check("Clip", [x, C(np.float32(-3.4028235e38))])
    check("Clip", [i64(1, 5, 9), C(np.int64(2)), C(np.int64(7))])


def types():
    for to in (T.FLOAT, T.INT32, T.INT64, T.BOOL):
        check("Cast", [x * 3], to=to)
        check("Cast", [i64(0, 1, -5)], to=to)
    check("Cast", [bits], to=T.FLOAT)
    check("Cast", [bits], to=T.INT64)
    check("CastLike", [x * 3, i64(1)])
    check("Dropout", [x])
    check("Dropout", [x, C(np.float32(0.3)), C(np.array(False))])
    check("Add", [x.astype(np.float64), C(f(4).astype(np.float64))])
    check("Mul", [np.array([1, 2, -4], np.float16), C(np.array([0.5, 3, 0.25], np.float16))])


def shapes():
    check("Reshape", [x, C(i64(0, -1))])
    check("Reshape", [x, C(i64(-1))])
    check("Reshape", [x, C(i64(4, 3, -1))])
    check("Reshape", [x, C(i64(2, 12))], allowzero=1)
    check("Transpose", [x])
    check("Transpose", [x], perm=[1, 0, 2])
    for axis in (0, 1, 2, 3, -1):
        check("Flatten", [x], axis=axis)
    check("Squeeze", [f(1, 3, 1)])
    check("Squeeze", [f(1, 3, 1), C(i64(-1))])
    check("Squeeze", [f(1, 3, 1)], opset=11, axes=[0])
    check("Unsqueeze", [x, C(i64(0, -1))])
    check("Unsqueeze", [x], opset=11, axes=[1, 3])
    check("Unsqueeze", [x, C(i64(-1, 0))])
    check("Concat", [x, x + 1, x], axis=-1)
    check("Expand", [f(3, 1), C(i64(2, 1, 5))])
    check("Expand", [f(3, 1), C(i64(1))])
    check("Tile", [x, C(i64(2, 1, 3))])
    check("Tile", [x, C(i64(1, 1, 1))])
    check("Shape", [x])
    check("Shape", [x], start=1)
    check("Shape", [x], start=-2, end=-1)
    check("Size", [x])
    check("ConstantOfShape", [C(i64(2, 3))], value=h.make_tensor("v", T.INT64, [1], [5]))
    check("ConstantOfShape", [C(i64(2, 3))])
    check("Range", [C(np.int64(2)), C(np.int64(11)), C(np.int64(3))])
    check("Range", [C(np.int64(5)), C(np.int64(0)), C(np.int64(-2))])
    check("Range", [C(np.float32(0)), C(np.float32(1)), C(np.float32(0.3))])
    check("EyeLike", [f(3, 4)], k=1)
    check("Pad", [x, C(i64(0, 1, 2, 0, 0, 1)), C(np.float32(7))])
    check("Pad", [x, C(i64(0, -1, 2, 0, 0, 1))])
    check("Pad", [x, C(i64(1, 2)), None, C(i64(1))], opset=18)
    for upper in (0, 1):
        for k in (-1, 0, 2):
            check("Trilu", [f(4, 5), C(np.int64(k))], upper=upper)
    check("Trilu", [x])


def slices():
    low = -INT64_MAX - 1
    for start, end, axis, step in (
        ([0], [2], [1], [1]),
        ([-2], [INT64_MAX], [1], [1]),
        ([INT64_MAX], [low], [2], [-1]),
        ([3], [0], [2], [-2]),
        ([-1], [low], [-1], [-2]),
        ([0, 1], [2, 4], [0, 2], [1, 2]),
        ([0], [INT64_MAX], [1], [5]),
        ([0], [-1], [2], [1]),
        ([-100], [100], [2], [1]),
        ([100], [-100], [2], [-1]),
        ([0], [-100], [2], [-1]),
    ):
        check("Slice", [x, C(i64(*start)), C(i64(*end)), C(i64(*axis)), C(i64(*step))])
    check("Slice", [x, C(i64(0, 1)), C(i64(1, 2))])
    check("Split", [x, C(i64(1, 3))], outs=2, axis=2)
    check("Split", [x], outs=2, axis=2)
    check("Split", [x], outs=2, axis=0, opset=11, split=[1, 1])
    check("Split", [f(2, 3, 5)], outs=3, axis=2, opset=18, num_outputs=3)


def indices():
    check("Gather", [x, C(i64(0, 2, -1))], axis=1)
    check("Gather", [x, C(np.int64(-1))], axis=2)
    check("Gather", [x, i64(0, 2, 1)], axis=1)
    check("Gather", [C(f(5, 70)), i64(0, 4, 2)])
    check("GatherND", [x, C(np.array([[0, 1], [1, 2]]))])
    check("GatherND", [x, C(np.array([[1], [2]]))], batch_dims=1)
    check("GatherND", [x, np.array([[0, 1], [1, 2]])])
    check("GatherElements", [x, C(rng.integers(-3, 3, (2, 2, 4)))], axis=1)
    for keep in (0, 1):
        for axis in (0, -1):
            check("ArgMax", [x], axis=axis, keepdims=keep)
            check("ArgMin", [x], axis=axis, keepdims=keep)
    check("CumSum", [x, C(np.int64(1))])
    check("CumSum", [x, C(np.int32(-1))], exclusive=1)
    check("CumSum", [i64(1, 2, 3), C(np.int64(0))], reverse=1, exclusive=1)
    check("OneHot", [i64(0, 2, 1), C(np.int64(4)), C(np.array([0, 1], np.float32))])
    check("OneHot", [i64(0, 2, 1), C(i64(4)), C(np.array([2, 5], np.float32))], axis=0)
    check("NonZero", [C(np.array([[1, 0], [1, 1]], np.int64))])


def reductions():
    composed = ("ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare")
    for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", *composed):
        check(op, [x], keepdims=0)
        check(op, [x, C(i64(-1))], keepdims=1, opset=18)
        check(op, [x, C(i64(0, 2))], keepdims=0, opset=18)
        check(op, [x], axes=[1], keepdims=0, opset=11)
        if op not in composed:
            check(op, [x], noop_with_empty_axes=1, opset=18)
    check("ReduceLogSum", [np.abs(x)], keepdims=0)
    for opset in (11, 17):
        for axis in (0, 1, 2):
            check("Softmax", [x], axis=axis, opset=opset)
            check("LogSoftmax", [x], axis=axis, opset=opset)
        check("Softmax", [x], opset=opset)
    check("GlobalAveragePool", [f(2, 3, 4, 5)])


def products():
    check("MatMul", [x, f(4, 5)])
    check("MatMul", [f(4), f(4, 5)])
    check("MatMul", [x, f(4)])
    check("MatMul", [f(4), f(4)])
    check("MatMul", [f(2, 1, 3, 4), f(5, 4, 2)])
    for a in (0, 1):
        for b in (0, 1):
            check("Gemm", [f(4, 3) if a else f(3, 4), f(5, 4) if b else f(4, 5), f(5)], transA=a, transB=b, alpha=0.5, beta=2.0)
    check("Gemm", [f(3, 4), C(f(4, 50))])
    for equation, *operands in (
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
        ("bhid,bhjd->bhij", (2, 3, 4, 5), (2, 3, 6, 5)),
        ("ij->ji", (3, 4)),
        ("ij->i", (3, 4)),
        ("i,j->ij", (3,), (4,)),
        ("bn,dn->bd", (2, 3), (4, 3)),
        ("bthd,hde->bte", (2, 3, 4, 5), (4, 5, 6)),
        ("ij,k->j", (2, 3), (4,)),
        ("i,i->", (3,), (3,)),
    ):
        check("Einsum", [f(*shape) for shape in operands], equation=equation)
    check("Conv", [f(2, 3, 8, 9), C(f(4, 3, 3, 2)), C(f(4))], strides=[2, 1], pads=[1, 0, 1, 1])
    check("Conv", [f(2, 3, 10), C(f(4, 3, 3))], pads=[1, 1], dilations=[2])
    check("Conv", [f(1, 3, 8, 8), f(4, 3, 4, 4)], strides=[4, 4])
    check("FusedMatMul", [x, f(5, 4)], domain=MS, transB=1, alpha=0.3)


def normalizations():
    check("LayerNormalization", [x, f(4), f(4)])
    check("LayerNormalization", [x, f(4)])
    check("LayerNormalization", [x, f(3, 4), f(3, 4)], axis=1)
    check("RMSNormalization", [x, f(4)], opset=23, reference=True)
    check("BatchNormalization", [f(2, 3, 4), f(3), f(3), f(3), np.abs(f(3)) + 0.5])
    check("InstanceNormalization", [f(2, 3, 4), f(3), f(3)])
    check("GroupNormalization", [f(2, 4, 5), f(4), f(4)], num_groups=2, opset=21)
    check("LpNormalization", [x], p=2)
    check("LpNormalization", [x], p=1, axis=1)
    check("SimplifiedLayerNormalization", [x, f(4)], epsilon=1e-6, axis=-1)  # in the default domain, as ONNX Runtime's optimizer writes it
    check("SkipLayerNormalization", [x, f(2, 3, 4), f(4), f(4), f(4)], domain=MS, outs=[0, 3], epsilon=1e-5)
    check("SkipLayerNormalization", [x, f(2, 3, 4), f(4)], domain=MS)
    check("SkipSimplifiedLayerNormalization", [x, f(2, 3, 4), f(4)], domain=MS, outs=[0, 3])
    ids = rng.integers(0, 9, (2, 5)).astype(np.int32)
    mask = np.array([[1, 1, 1, 0, 0], [1] * 5], np.int32)
    check("EmbedLayerNormalization", [ids, ids % 2, f(9, 8), f(16, 8), f(2, 8), f(8), f(8)], domain=MS, outs=2)
    check("EmbedLayerNormalization", [ids, None, f(9, 8), f(16, 8), None, f(8), f(8), mask], domain=MS, outs=2)
    for op in ("FastGelu", "BiasGelu"):
        check(op, [x, f(4)], domain=MS)
    for op in ("Gelu", "QuickGelu"):
        check(op, [x], domain=MS)


def rotary():
    angle = rng.random((16, 4)).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    places = np.tile(np.arange(5), (2, 1))
    for interleaved in (0, 1):
        check("RotaryEmbedding", [f(2, 3, 5, 8), places, C(cos), C(sin)], domain=MS, interleaved=interleaved)
        check("RotaryEmbedding", [f(2, 5, 24), i64(3), C(cos), C(sin)], domain=MS, interleaved=interleaved)
        new = dict(opset=23, reference=True, interleaved=interleaved)
        check("RotaryEmbedding", [f(2, 3, 5, 8), C(cos), C(sin), places], **new)
        check("RotaryEmbedding", [f(2, 5, 24), C(cos), C(sin), places], num_heads=3, **new)
        check("RotaryEmbedding", [f(2, 3, 5, 8), np.tile(cos[:5], (2, 1, 1)), np.tile(sin[:5], (2, 1, 1))], **new)
        check("RotaryEmbedding", [f(2, 3, 5, 12), C(cos), C(sin), places], rotary_embedding_dim=8, **new)
    query, key, value, last = f(2, 5, 64), f(2, 5, 32), f(2, 5, 32), np.array([4, 4], np.int32)
    cos, sin = np.tile(cos, (1, 2)), np.tile(sin, (1, 2))
    grouped = dict(domain=MS, num_heads=4, kv_num_heads=2, outs=3)
    check("GroupQueryAttention", [query, key, value, None, None, last, C(np.array(5, np.int32))], **grouped)
    check("GroupQueryAttention", [query, key, value, None, None, last, C(np.array(5, np.int32)), C(cos), C(sin)], do_rotary=1, **grouped)


def attention():
    def heads(count, length):
        return f(2, count, length, 8)

    new = dict(opset=23, reference=True)
    check("Attention", [heads(4, 5), heads(4, 7), heads(4, 7)], **new)
    check("Attention", [heads(4, 5), heads(2, 7), heads(2, 7)], **new)
    check("Attention", [heads(4, 5), heads(4, 5), heads(4, 5)], is_causal=1, **new)
    check("Attention", [heads(4, 5), heads(2, 7), heads(2, 7), f(5, 7)], scale=0.2, softcap=2.0, **new)
    check("Attention", [heads(4, 5), heads(4, 7), heads(4, 7), np.tri(5, 7, 2, bool)], **new)
    check("Attention", [f(2, 5, 32), f(2, 7, 16), f(2, 7, 16)], q_num_heads=4, kv_num_heads=2, **new)
    check("Attention", [heads(4, 5), heads(4, 5), heads(4, 5), None, heads(4, 3), heads(4, 3)], outs=3, **new)
    mask = np.array([[1, 1, 1, 0, 0], [1] * 5], np.int32)
    fused = dict(domain=MS, num_heads=4)
    check("Attention", [f(2, 5, 16), f(16, 48), f(48)], **fused)
    check("Attention", [f(2, 5, 16), f(16, 48), f(48), mask], **fused)
    check("Attention", [f(2, 5, 16), f(16, 48), f(48)], unidirectional=1, **fused)
    check("Attention", [f(2, 5, 16), f(16, 48), f(48), np.array([3, 5], np.int32)], **fused)
    check("MultiHeadAttention", [f(2, 5, 16), f(2, 7, 16), f(2, 7, 16), f(48)], **fused)
    check("MultiHeadAttention", [f(2, 5, 16), f(2, 5, 16), f(2, 5, 16), None, mask, f(2, 4, 5, 5)], **fused)
    check("MultiHeadAttention", [f(2, 5, 16), f(2, 5, 16), f(2, 5, 16), None, None, None, f(2, 4, 3, 4), f(2, 4, 3, 4)], outs=3, **fused)
    check("MultiHeadAttention", [f(2, 5, 16), f(2, 5, 16), f(2, 5, 16)], unidirectional=1, **fused)


x = f(2, 3, 4)
bits, row = rng.random((3, 4)) > 0.5, rng.random(4) > 0.5
if __name__ == "__main__":
    for part in (unary, binary, types, shapes, slices, indices, reductions, products, normalizations, rotary, attention):
        part()
    write("ops")
