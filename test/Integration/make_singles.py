"""Writes Inputs/singles_*.onnx and .npz: models of one op each, many to a graph, on secrets that no owner knows alone.

Every input is added to a weight of zeros first, so that parties hold it in shares; inputs cover the range that the table of ops
(docs/generated/onnx-ops.md) states for the op's form on secrets. Expected outputs are ONNX's reference implementation's. Outputs are named
after their op: "Exp_3". Needs onnx (1.23); the test that reads the files does not.

    python3 make_singles.py
"""
import math
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "docs" / "generated" / "onnx-ops.md"
MS = "com.microsoft"
rng = np.random.default_rng(4)


def number(text):
    if "2^" in text:
        return math.copysign(2.0 ** int(text.split("^")[1]), -1 if text.startswith("-") else 1)
    return float(text)


def ranges():
    forms = TABLE.read_text().split("## On secrets")[1]
    rows = [line.split("|") for line in forms.splitlines() if line.startswith("| ") and " to " in line]
    return {row[1].strip(): tuple(number(x.strip()) for x in row[2].split(" to ")) for row in rows}


RANGES = ranges()


def as_held(x):
    """As f18 holds it: a multiple of 2^-18, in f32."""
    return (np.round(np.asarray(x, np.float64) * 2**18) / 2**18).astype(np.float32)


def across(form, n=120, low=None, high=None):
    """Points of the form's whole range: dense about 0, geometric to both ends, the ends themselves."""
    low, high = (low if low is not None else RANGES[form][0]), (high if high is not None else RANGES[form][1])
    inner = np.linspace(max(low, -16), min(high, 16), n)
    far = [s * 2.0**e for s in (-1, 1) for e in np.arange(-12, 26.1, 0.75)]
    points = np.concatenate([inner, far, [low, high]])
    return as_held(points[(points >= low) & (points <= high)])


class Group:
    """A graph under construction."""

    def __init__(self, name, opset=20):
        self.name, self.opset = name, opset
        self.nodes, self.inputs, self.initializers, self.outputs, self.feed = [], [], [], [], {}

    def value(self, prefix):
        return f"{prefix}_{len(self.nodes)}_{len(self.initializers)}"

    def constant(self, array):
        name = self.value("c")
        self.nodes.append(h.make_node("Constant", [], [name], name=name, value=nh.from_array(np.asarray(array), name)))
        return name

    def client(self, array, public=False):
        """An input; in the data owner's hands, or `public_...`, which the test declares public."""
        array = np.asarray(array)
        name = self.value("public" if public else "x")
        self.inputs.append(h.make_tensor_value_info(name, h.np_dtype_to_tensor_dtype(array.dtype), array.shape))
        self.feed[name] = array
        self.initializers.append(None)
        return name

    def shared(self, array):
        """A value in shares: the client's plus a weight of zeros."""
        array = np.asarray(array)
        if array.dtype == np.bool_:
            return self.add("Greater", [self.shared(array.astype(np.float32)), self.constant(np.float32(0.5))], hidden=True)
        if array.dtype != np.float32:
            return self.add("Cast", [self.shared(array.astype(np.float32))], hidden=True, to=h.np_dtype_to_tensor_dtype(array.dtype))
        weight = self.value("weight")
        self.initializers.append(nh.from_array(np.zeros(array.shape, np.float32), weight))
        return self.add("Add", [self.client(array), weight], hidden=True)

    def add(self, op, inputs, outs=1, hidden=False, domain="", **attributes):
        """A node; its outputs are results of the graph unless hidden. The name of output 0."""
        place = len(self.nodes)
        names = [f"h{place}_{k}" if hidden else f"{op}_{place}" + (f"_{k}" if k else "") for k in range(outs)]
        self.nodes.append(h.make_node(op, inputs, names, domain=domain, name=f"{op}_{place}", **attributes))
        if not hidden:
            self.outputs += names
        return names[0]

    def write(self):
        initializers = [i for i in self.initializers if i is not None]

        def model_of(outputs):
            graph = h.make_graph(self.nodes, self.name, self.inputs, outputs, initializers)
            return h.make_model(graph, opset_imports=[h.make_opsetid("", self.opset), h.make_opsetid(MS, 1)], ir_version=10)

        untyped = model_of([onnx.ValueInfoProto(name=o) for o in self.outputs])
        with np.errstate(over="ignore"):
            made = {o: np.array(v, order="C") for o, v in zip(self.outputs, ReferenceEvaluator(untyped).run(None, self.feed))}
        model = model_of([h.make_tensor_value_info(o, h.np_dtype_to_tensor_dtype(v.dtype), v.shape) for o, v in made.items()])
        path = HERE / "Inputs" / f"singles_{self.name}.onnx"
        path.write_bytes(model.SerializeToString())
        arrays = {f"in:{k}": v for k, v in self.feed.items()} | {f"out:{k}": v for k, v in made.items()}
        np.savez_compressed(path.with_suffix(".npz"), **arrays)
        print(path.name, len(self.outputs), "outputs,", path.stat().st_size + path.with_suffix(".npz").stat().st_size, "bytes")


def activations():
    g = Group("activations")
    for op, form, attributes in [
        ("Erf", "erf", {}), ("Tanh", "tanh", {}), ("Sigmoid", "sigmoid", {}), ("Gelu", "gelu", {}), ("Gelu", "gelu", {"approximate": "tanh"}),
        ("Softplus", "softplus", {}), ("Mish", "mish", {}), ("Elu", "elu", {"alpha": 1.5}), ("Celu", "elu", {"alpha": 2.0}), ("Selu", "elu", {}),
        ("HardSigmoid", "choice", {}), ("LeakyRelu", "choice", {"alpha": 0.125}), ("ThresholdedRelu", "choice", {"alpha": 2.0}),
        ("Shrink", "choice", {"bias": 1.0, "lambd": 0.5}), ("Relu", "choice", {}), ("Abs", "choice", {}), ("Sign", "choice", {}),
    ]:  # fmt: skip
        g.add(op, [g.shared(across(form))], **attributes)
    x = across("choice", low=-512, high=512)
    g.add("HardSwish", [g.shared(x)])
    g.add("PRelu", [g.shared(x), g.shared(as_held(np.full(x.shape, 0.25)))])
    return g


def elementary():
    g = Group("elementary")
    g.add("Exp", [g.shared(across("exp"))])
    g.add("Log", [g.shared(across("log"))])
    g.add("Sqrt", [g.shared(across("sqrt"))])
    both = across("reciprocal")
    both = np.concatenate([both, -both])
    g.add("Reciprocal", [g.shared(both)])
    g.add("Div", [g.shared(as_held(np.linspace(-4, 4, both.size))), g.shared(both)])
    g.add("Div", [g.shared(across("linear", high=2.0**20, low=-(2.0**20))), g.constant(np.float32(4))])
    g.add("Sin", [g.shared(across("wave"))])
    g.add("Cos", [g.shared(across("wave"))])
    g.add("Tan", [g.shared(across("tan"))])
    g.add("Softsign", [g.shared(across("softsign"))])
    small = across("pow")
    g.add("Pow", [g.shared(across("pow", low=-8, high=8)), g.constant(np.float32(3))])
    g.add("Pow", [g.shared(small), g.constant(np.float32(0.5))])
    g.add("Pow", [g.shared(small), g.constant(np.float32(2.5))])
    g.add("Pow", [g.shared(small), g.shared(as_held(np.linspace(-2, 3, small.size)))])
    g.add("Pow", [g.shared(as_held(rng.uniform(-6, 6, (5, 3)))), g.constant(np.array([1, 2, 3], np.float32))])
    return g


def choices():
    g = Group("choices")
    far = across("compare", n=60)
    near = as_held(rng.permutation(far))
    near[::3] = far[::3]
    for op in ("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"):
        g.add(op, [g.shared(far), g.shared(near)])
    for op in ("Max", "Min"):
        g.add(op, [g.shared(far), g.shared(near)])
    g.add("Clip", [g.shared(far), g.constant(np.float32(-3)), g.constant(np.float32(5))])
    bits, other = rng.random(64) < 0.5, rng.random(64) < 0.5
    for op in ("And", "Or", "Xor"):
        g.add(op, [g.shared(bits), g.shared(other)])
        g.add(op, [g.shared(bits), g.client(other, public=True)])
        g.add(op, [g.constant(other.reshape(2, 32)), g.shared(bits.reshape(1, 2, 32))])
    g.add("Not", [g.shared(bits)])
    g.add("Equal", [g.shared(bits), g.client(other, public=True)])
    x, y = as_held(rng.standard_normal(64)), as_held(rng.standard_normal(64))
    g.add("Where", [g.shared(bits), g.shared(x), g.shared(y)])
    g.add("Where", [g.client(bits, public=True), g.shared(x), g.shared(y)])
    g.add("Where", [g.shared(bits), g.constant(np.float32(2)), g.constant(np.float32(-1))])
    whole = np.concatenate([across("whole"), np.arange(-4, 4.5, 0.5, np.float32)])
    for op in ("Floor", "Ceil", "Round"):
        g.add(op, [g.shared(whole)])
    g.add("Cast", [g.shared(whole)], to=T.INT64)
    g.add("Cast", [g.shared(np.concatenate([whole, [0.0]]).astype(np.float32))], to=T.BOOL)
    g.add("Cast", [g.shared(bits)], to=T.FLOAT)
    g.add("Cast", [g.shared(bits)], to=T.INT32)
    mods = across("mod", n=60)
    g.add("Mod", [g.shared(mods), g.constant(np.float32(3))], fmod=1)
    counts = np.arange(-40, 40, dtype=np.int64)
    g.add("Mod", [g.shared(counts), g.constant(np.int64(7))])
    g.add("Mod", [g.shared(counts), g.constant(np.int64(-7))])
    g.add("Div", [g.shared(counts), g.constant(np.int64(7))])
    g.add("Mul", [g.shared(counts), g.shared(counts)])
    g.add("IsNaN", [g.shared(x)])
    g.add("IsInf", [g.shared(x)])
    return g


def rows():
    g = Group("rows")
    x = as_held(rng.uniform(-20, 20, (3, 4, 7)))
    ties = as_held(rng.integers(-3, 3, (4, 9)))
    for op in ("ReduceMax", "ReduceMin", "ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"):
        g.add(op, [g.shared(x), g.constant(np.array([0, 2], np.int64))], keepdims=0)
    g.add("ReduceMax", [g.shared(ties > 0), g.constant(np.array([1], np.int64))])
    g.add("ReduceProd", [g.shared(as_held(rng.uniform(-4, 4, (5, 5)))), g.constant(np.array([1], np.int64))])
    g.add("Softmax", [g.shared(x)], axis=1)
    g.add("LogSoftmax", [g.shared(x)], axis=2)
    g.add("Hardmax", [g.shared(ties)], axis=1)
    for op in ("ArgMax", "ArgMin"):
        g.add(op, [g.shared(ties)], axis=1)
        g.add(op, [g.shared(ties)], axis=0, keepdims=0, select_last_index=1)
    g.add("TopK", [g.shared(as_held(rng.permutation(40).reshape(4, 10))), g.constant(np.array([3], np.int64))], outs=2)
    g.add("TopK", [g.shared(ties), g.constant(np.array([2], np.int64))], outs=2, largest=0, axis=0)
    for exclusive, reverse in ((0, 0), (1, 0), (0, 1), (1, 1)):
        g.add("CumSum", [g.shared(x), g.constant(np.int64(1))], exclusive=exclusive, reverse=reverse)
    gain, bias = as_held(rng.uniform(0.5, 2, 7)), as_held(rng.standard_normal(7))
    g.add("LayerNormalization", [g.shared(x), g.shared(gain), g.shared(bias)])
    g.add("LayerNormalization", [g.shared(x), g.shared(as_held(np.ones((4, 7)))), g.shared(as_held(np.zeros((4, 7))))], axis=1)
    image = as_held(rng.uniform(-4, 4, (2, 4, 3, 5)))
    four, other = as_held(rng.uniform(0.5, 2, 4)), as_held(rng.standard_normal(4))
    g.add("InstanceNormalization", [g.shared(image), g.shared(four), g.shared(other)])
    g.add("BatchNormalization", [g.shared(image), g.shared(four), g.shared(other), g.constant(other), g.constant(four)])
    g.add("LpNormalization", [g.shared(x)], axis=1, p=2)
    g.add("LpNormalization", [g.shared(np.abs(x))], axis=2, p=1)
    g.add("MeanVarianceNormalization", [g.shared(image)])
    g.add("MaxPool", [g.shared(image)], kernel_shape=[2, 3], strides=[1, 2], pads=[1, 1, 0, 1])
    g.add("AveragePool", [g.shared(image)], kernel_shape=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    g.add("GlobalAveragePool", [g.shared(image)])
    return g


def moves():
    g = Group("moves")
    i64 = lambda *v: np.array(v, np.int64)
    x = as_held(rng.standard_normal((4, 6)))
    data = g.shared(x)
    place = g.add("ArgMax", [data], hidden=True, axis=1, keepdims=0)
    table = g.shared(as_held(rng.standard_normal((6, 5))))
    g.add("Gather", [table, place])
    g.add("Gather", [table, g.client(i64(5, 1, 0))])
    g.add("Gather", [g.shared(as_held(rng.standard_normal((3, 4, 2)))), g.client(i64(3, 1)), ], axis=1)
    g.add("OneHot", [place, g.constant(np.int64(6)), g.constant(np.array([0, 1], np.float32))])
    g.add("GatherElements", [data, g.client(rng.integers(-6, 6, (4, 2)))], axis=1)
    g.add("GatherElements", [data, g.client(rng.integers(0, 4, (2, 6)), public=True)], axis=0)
    g.add("GatherND", [data, g.client(i64(1, 5, 3, -1).reshape(2, 2), public=True)])
    g.add("GatherND", [data, g.client(i64(2, 0).reshape(2, 1))])
    g.add("ScatterND", [data, g.constant(i64(3, 0).reshape(2, 1)), g.shared(as_held(rng.standard_normal((2, 6))))])
    g.add("ScatterElements", [data, g.constant(rng.integers(0, 4, (3, 6))), g.shared(as_held(rng.standard_normal((3, 6))))], axis=0, reduction="add")
    g.add("Compress", [data, g.constant(np.array([1, 0, 1, 1], bool))], axis=0)
    g.add("Slice", [data, g.constant(i64(5, 3)), g.constant(i64(-7, 0)), g.constant(i64(1, 0)), g.constant(i64(-2, -1))])
    g.add("Split", [data], outs=4, axis=1, num_outputs=4)
    pads = g.constant(i64(1, 2, 2, 1))
    for mode in ("constant", "reflect", "edge", "wrap"):
        g.add("Pad", [data, pads], mode=mode)
    g.add("Pad", [data, pads, g.shared(np.float32([1.5]).reshape(()))])
    g.add("Tile", [data, g.constant(i64(2, 1))])
    g.add("Trilu", [data], upper=0)
    g.add("Concat", [data, g.constant(x)], axis=1)
    g.add("Expand", [data, g.constant(i64(2, 4, 6))])
    blocks = g.shared(as_held(rng.standard_normal((1, 8, 2, 3))))
    g.add("DepthToSpace", [blocks], blocksize=2, mode="CRD")
    g.add("SpaceToDepth", [g.shared(as_held(rng.standard_normal((1, 2, 4, 6))))], blocksize=2)
    cube, other = g.shared(as_held(rng.standard_normal((2, 3, 4)))), g.shared(as_held(rng.standard_normal((2, 4, 5))))
    g.add("Einsum", [cube, other], equation="bij,bjk->bik")
    g.add("Einsum", [cube, other], equation="...ij,...jk")
    g.add("Einsum", [g.shared(as_held(rng.standard_normal((3, 4, 4))))], equation="...ii->...i")
    g.add("Einsum", [cube], equation="bij->j")
    square, bias = g.shared(as_held(rng.standard_normal((4, 6)))), g.shared(as_held(rng.standard_normal(4)))
    g.add("Gemm", [data, square, bias], transB=1, alpha=0.5, beta=0.25)
    g.add("Gemm", [data, square], transA=1)
    g.add("Conv", [blocks, g.shared(as_held(rng.standard_normal((4, 4, 2, 2)))), bias], group=2, auto_pad="SAME_UPPER")
    ids = g.shared(np.arange(-5, 7, dtype=np.int64))
    g.add("Add", [ids, g.constant(i64(3))])
    g.add("Greater", [ids, g.constant(i64(0))])
    g.add("Max", [ids, g.constant(i64(2))])
    g.add("ReduceSum", [ids, g.constant(i64(0))])
    g.add("Identity", [g.client(i64(1, 2, 3))])
    g.add("Shape", [data])
    return g


if __name__ == "__main__":
    for make in (activations, elementary, choices, rows, moves):
        make().write()
