"""Makes the small graphs of test_entries.py: one matrix and bias under different names, with and without a past.

    python3 make.py        # needs onnx
"""
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

HERE = pathlib.Path(__file__).resolve().parent
rng = np.random.default_rng(7)
WEIGHT, BIAS = rng.normal(size=(8, 6)).astype(np.float32), rng.normal(size=6).astype(np.float32)
OTHER = rng.normal(size=(6, 6)).astype(np.float32)


def graph(name, inputs, output, nodes, weights):
    model = helper.make_model(
        helper.make_graph(nodes, name, [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs],
                          [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
                          [numpy_helper.from_array(value, n) for n, value in weights.items()]),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save(model, HERE / f"{name}.onnx")


graph("prefill", [("x", [1, "length", 8])], ("y", [1, "length", 6]),
      [helper.make_node("MatMul", ["x", "W"], ["p"], "product"), helper.make_node("Add", ["p", "B"], ["y"], "sum")], {"W": WEIGHT, "B": BIAS})
# The same weights under other names, one of them a name that stands for something else in prefill, and one weight of its own.
graph("decode", [("x", [1, 1, 8]), ("past", [1, "past_length", 6])], ("y", [1, "past_length + 1", 6]),
      [helper.make_node("MatMul", ["x", "proj.weight"], ["p"], "product"), helper.make_node("Add", ["p", "proj.bias"], ["q"], "sum"),
       helper.make_node("Concat", ["past", "q"], ["all"], "concat", axis=1), helper.make_node("MatMul", ["all", "W"], ["y"], "mix")],
      {"proj.weight": WEIGHT, "proj.bias": BIAS, "W": OTHER})
# Its bias is a Constant node: public, and in prefill a weight.
graph("clash", [("x", [1, 1, 6])], ("y", [1, 1, 6]),
      [helper.make_node("Constant", [], ["c"], "bias", value=numpy_helper.from_array(BIAS, "c")), helper.make_node("Add", ["x", "c"], ["y"], "sum")], {})
x, past = rng.normal(size=(1, 5, 8)).astype(np.float32), rng.normal(size=(1, 3, 6)).astype(np.float32)
np.savez(HERE / "prefill.npz", **{"in:x": x, "out:y": x @ WEIGHT + BIAS})
last = x[:, :1]
np.savez(HERE / "decode.npz", **{"in:x": last, "in:past": past, "out:y": np.concatenate([past, last @ WEIGHT + BIAS], 1) @ OTHER})
# The same case as a folder of numbered files; the second one has no name.
folder = HERE / "decode_case"
folder.mkdir(exist_ok=True)
for file, name, value in (("input_0", "x", last), ("input_1", "", past), ("output_0", "y", np.concatenate([past, last @ WEIGHT + BIAS], 1) @ OTHER)):
    (folder / f"{file}.pb").write_bytes(numpy_helper.from_array(value, name).SerializeToString())
# Refused by the secrecy phase: a remainder by what is no constant.
graph("refused", [("x", [1, 1, 8])], ("y", [1, 1, 6]),
      [helper.make_node("MatMul", ["x", "W"], ["p"], "product"), helper.make_node("Mod", ["p", "B"], ["y"], "remainder", fmod=1)],
      {"W": WEIGHT, "B": BIAS})
