"""Writes the small models under Inputs/ that the importer's tests read. Needs the onnx package (any version from 1.17); the tests do not.

    python3 make.py
"""
import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs")
os.makedirs(HERE, exist_ok=True)
rng = np.random.default_rng(7)


def real(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, tensors=(), opset=17, ir=8, opsets=(), **more):
    graph = h.make_graph(nodes, name, inputs, outputs, list(tensors))
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset), *opsets], ir_version=ir, producer_name="", **more)
    with open(os.path.join(HERE, name + ".onnx"), "wb") as f:
        f.write(model.SerializeToString(deterministic=True))
    return model


def external(name, location, kind=T.FLOAT, shape=(4, 4), **entries):
    tensor = T(name=name, data_type=kind, dims=shape, data_location=T.EXTERNAL)
    for key, text in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=str(text))
    return tensor


X = value("x", T.FLOAT, ["batch", 4])
Y = value("y", T.FLOAT, ["batch", 4])

# Weights of several kinds in the file, a symbolic dimension, an input left out, a node without a name, an attribute that is a tensor.
save(
    "basic",
    [
        h.make_node("MatMul", ["x", "w"], ["a"], name="product"),
        h.make_node("Cast", ["half"], ["bias"], name="cast", to=T.FLOAT),
        h.make_node("Add", ["a", "bias"], ["b"], name="sum"),
        h.make_node("Clip", ["b", "", "top"], ["c"]),
        h.make_node("ConstantOfShape", ["shape"], ["z"], name="zeros", value=h.make_tensor("v", T.FLOAT, [1], [2.5])),
        h.make_node("Constant", [], ["k"], name="text", value=h.make_tensor("k", T.FLOAT, [4], [1, 2, 3, 4])),
        h.make_node("Mul", ["c", "k"], ["d"], name="scaled"),
        h.make_node("Constant", [], ["g"], name="gain", value=h.make_tensor("g", T.FLOAT, [4], [1, 1, 1, 1])),
        h.make_node("LayerNormalization", ["d", "g"], ["e"], name="norm"),
        h.make_node("Mul", ["e", "one.weight"], ["f"], name="factor"),
        h.make_node("Add", ["f", "z"], ["y"], name="last"),
    ],
    [X],
    [Y],
    [
        nh.from_array(real(4, 4), "w"),
        nh.from_array(real(4).astype(np.float16), "half"),
        nh.from_array(np.float32(3), "top"),
        nh.from_array(np.array([4], np.int64), "shape"),
        nh.from_array(np.array([0.5], np.float32), "one.weight"),
    ],
)

# External data: a good range, and ranges that are refused. weights.bin has 100 bytes.
with open(os.path.join(HERE, "weights.bin"), "wb") as f:
    f.write(bytes(36) + real(4, 4).tobytes())
product = [h.make_node("MatMul", ["x", "w"], ["y"], name="product")]
for name, tensor in {
    "external": external("w", "weights.bin", offset=36, length=64),
    "external_half": external("w", "weights.bin", T.FLOAT16, offset=36, length=32),
    "external_parent": external("w", "../weights.bin"),
    "external_hidden_parent": external("w", "a/../weights.bin"),
    "external_absolute": external("w", "/etc/passwd"),
    "external_missing": external("w", "missing.bin"),
    "external_folder": external("w", "../Inputs"),
    "external_range": external("w", "weights.bin", offset=37, length=64),
    "external_huge_offset": external("w", "weights.bin", offset=2**63 - 1, length=64),
    "external_length": external("w", "weights.bin", offset=0, length=60),
    "external_text": external("w", "weights.bin", offset="ten"),
    "external_nowhere": external("w", ""),
    "external_sub": external("w", "sub/weights.bin", offset=36, length=64),
}.items():
    save(name, product, [X], [Y], [tensor])
save("external_inline", product[:1] + [h.make_node("Add", ["y", "v"], ["z"])], [X], [value("z", T.FLOAT, ["batch", 4])],
     [external("w", "inline.safetensors", offset=36, length=64), nh.from_array(np.ones((1, 4), np.float32), "v")])

# Dimensions that follow from each other.
save(
    "symbols",
    [h.make_node("Concat", ["old", "new"], ["all"], name="join", axis=1), h.make_node("Identity", ["mask"], ["m"], name="pass")],
    [value("new", T.FLOAT, [1, 1, 4]), value("old", T.FLOAT, [1, "past", 4]), value("mask", T.INT64, [1, "past + 1"])],
    [value("all", T.FLOAT, [1, "past + 1", 4]), value("m", T.INT64, [1, "past + 1"])],
)
save("unnamed", [h.make_node("Neg", ["x"], ["y"], name="minus")], [value("x", T.FLOAT, [None, 4])], [value("y", T.FLOAT, [None, 4])])

# Functions: nested, in a domain with dots, with an attribute that the call gives and one with a default.
inner = h.make_function(
    "__main__", "inner.act", ["x"], ["y"], [h.make_node("LeakyRelu", ["x"], ["y"], name="leak")], [h.make_opsetid("", 17)], ["slope"]
)
reference = inner.node[0].attribute.add()
reference.name, reference.ref_attr_name, reference.type = "alpha", "slope", onnx.AttributeProto.FLOAT
call = h.make_node("inner.act", ["t"], ["y"], name="act", domain="__main__")
slope = call.attribute.add()
slope.name, slope.ref_attr_name, slope.type = "slope", "outer_slope", onnx.AttributeProto.FLOAT
outer = h.make_function(
    "my.domain",
    "outer",
    ["x", "unused"],
    ["y"],
    [h.make_node("Neg", ["x"], ["t"]), call],
    [h.make_opsetid("", 16), h.make_opsetid("__main__", 1)],
    attribute_protos=[h.make_attribute("outer_slope", 0.25)],
)
save(
    "functions",
    [
        h.make_node("outer", ["x"], ["a"], name="first", domain="my.domain", outer_slope=0.5),
        h.make_node("outer", ["a"], ["y"], name="second", domain="my.domain"),
    ],
    [X],
    [Y],
    functions=[inner, outer],
    opsets=[h.make_opsetid("my.domain", 1), h.make_opsetid("__main__", 1)],
)
loop = h.make_function("my.domain", "loop", ["x"], ["y"], [h.make_node("loop", ["x"], ["y"], domain="my.domain")], [h.make_opsetid("my.domain", 1)])
save("recursion", [h.make_node("loop", ["x"], ["y"], name="call", domain="my.domain")], [X], [Y], functions=[loop], opsets=[h.make_opsetid("my.domain", 1)])
# Each calls the next twice: 2^40 nodes if it were inlined.
bombs = []
for i in range(40):
    body = [h.make_node("f%d" % (i + 1), ["x"], ["t"], domain="b"), h.make_node("f%d" % (i + 1), ["t"], ["y"], domain="b")]
    bombs.append(h.make_function("b", "f%d" % i, ["x"], ["y"], body, [h.make_opsetid("b", 1)]))
bombs.append(h.make_function("b", "f40", ["x"], ["y"], [h.make_node("Neg", ["x"], ["y"])], [h.make_opsetid("", 17)]))
save("bomb", [h.make_node("f0", ["x"], ["y"], name="call", domain="b")], [X], [Y], functions=bombs, opsets=[h.make_opsetid("b", 1)])

# A branch by a condition that the shape decides; the other branch holds an op that nothing supports.
then = h.make_graph([h.make_node("Neg", ["x"], ["t"], name="taken")], "then", [], [value("t", T.FLOAT, None)])
other = h.make_graph([h.make_node("Det", ["x"], ["e"], name="not_taken")], "else", [], [value("e", T.FLOAT, None)])
save(
    "branch",
    [
        h.make_node("Shape", ["x"], ["s"], name="shape"),
        h.make_node("Gather", ["s", "one"], ["n"], name="width"),
        h.make_node("Equal", ["n", "four"], ["is4"], name="is4"),
        h.make_node("If", ["is4"], ["y"], name="if", then_branch=then, else_branch=other),
    ],
    [X],
    [Y],
    [nh.from_array(np.int64(1), "one"), nh.from_array(np.int64(4), "four")],
)

# Initialisers that are no weights.
mask = np.where(np.tril(np.ones((4, 4))), 0, -3.4e38).astype(np.float32)
save(
    "public",
    [
        h.make_node("Unsqueeze", ["position_ids", "two"], ["p"], name="column"),
        h.make_node("Cast", ["p"], ["pf"], name="real", to=T.FLOAT),
        h.make_node("Mul", ["pf", "frequencies"], ["angle"], name="angle"),
        h.make_node("Cos", ["angle"], ["cos"], name="cos"),
        h.make_node("Mul", ["x", "cos"], ["q"], name="turn"),
        h.make_node("Add", ["q", "mask"], ["m"], name="masked"),
        h.make_node("Mul", ["m", "gain"], ["y"], name="scaled"),
    ],
    [value("x", T.FLOAT, [1, 4, 4]), value("position_ids", T.INT64, [1, 4])],
    [value("y", T.FLOAT, [1, 4, 4])],
    [
        nh.from_array(np.array([2], np.int64), "two"),
        nh.from_array(np.array([[[1, 0.1, 0.01, 0.001]]], np.float32), "frequencies"),
        nh.from_array(mask[None], "mask"),
        nh.from_array(real(4), "gain"),
    ],
)

# Ops without a rule, and one whose rule refuses it, in one list.
save(
    "unsupported",
    [
        h.make_node("Neg", ["x"], ["a"], name="fine"),
        h.make_node("Det", ["a"], ["b"], name="first"),
        h.make_node("Mystery", ["b"], ["c"], name="second", domain="ai.strange"),
        h.make_node("Det", ["c"], ["d"], name="third"),
        h.make_node("Pad", ["a", "pads"], ["e"], name="fourth", mode="reflect"),
        h.make_node("Add", ["d", "e"], ["y"], name="after"),
    ],
    [X],
    [Y],
    [nh.from_array(np.array([0, 1, 0, 1], np.int64), "pads")],
    opsets=[h.make_opsetid("ai.strange", 2)],
)

minus = [h.make_node("Neg", ["x"], ["y"], name="minus")]
save("opset10", minus, [X], [Y], opset=10)
save("opset24", minus, [X], [Y], opset=24)
save("ir12", minus, [X], [Y], ir=12)
save("strings", [h.make_node("Identity", ["s"], ["t"])], [value("s", T.STRING, [1])], [value("t", T.STRING, [1])])
save("undefined", [h.make_node("Neg", ["nothing"], ["y"], name="minus")], [X], [Y])
save("twice", [*minus, h.make_node("Abs", ["x"], ["y"], name="again")], [X], [Y])
save("no_output", minus, [X], [value("z", T.FLOAT, [1])])
save("no_domain", [h.make_node("Gelu", ["x"], ["y"], name="gelu", domain="com.microsoft")], [X], [Y])
save("wrong_size", product, [X], [Y], [T(name="w", data_type=T.FLOAT, dims=[4, 4], raw_data=bytes(60))])
save("huge", product, [X], [Y], [T(name="w", data_type=T.FLOAT, dims=[2**40, 2**40], raw_data=bytes(60))])
save("huge_input", minus, [X, value("z", T.FLOAT, [2**62, 4])], [Y])
save("wrong_output", minus, [X], [value("y", T.FLOAT, ["batch", 5])])
overload = h.make_node("Neg", ["x"], ["y"], name="minus")
overload.overload = "other"
save("overload", [overload], [X], [Y])
# The default domain's long name; an initialiser that is listed as an input too, as before IR 4.
save(
    "old",
    [h.make_node("MatMul", ["x", "w"], ["y"], name="product", domain="ai.onnx")],
    [X, value("w", T.FLOAT, [4, 4])],
    [Y],
    [nh.from_array(real(4, 4), "w")],
    opset=11,
    ir=3,
)
