"""Writes Inputs/functions.onnx: functions of shares side by side, for test_function_ranges.py. Inputs are added to a weight of zeros, so that no owner
knows what is computed with. Needs the package onnx.

    python3 make_functions.py
"""
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

COLUMN, ROWS = [8192], [64, 64]
# The op of each output, and the shape that it is computed on; its input is called x_ and the output's name.
FUNCTIONS = {"gelu": ("Gelu", COLUMN), "silu": (None, COLUMN), "tanh": ("Tanh", COLUMN), "sigmoid": ("Sigmoid", COLUMN), "erf": ("Erf", COLUMN),
             "exp": ("Exp", COLUMN), "reciprocal": ("Reciprocal", COLUMN), "sqrt": ("Sqrt", COLUMN), "relu": ("Relu", COLUMN),
             "softmax": ("Softmax", ROWS), "layer_norm": ("LayerNormalization", ROWS), "rms_norm": ("RMSNormalization", ROWS)}


def main():
    nodes, inputs, outputs, weights = [], [], [], []
    for name, (op, shape) in FUNCTIONS.items():
        inputs.append(helper.make_tensor_value_info(f"x_{name}", TensorProto.FLOAT, shape))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        weights.append(numpy_helper.from_array(np.zeros(shape[-1:] if shape is ROWS else [2, 1], np.float32), f"{name}_zero_weight"))
        if shape is ROWS:
            nodes.append(helper.make_node("Add", [f"x_{name}", f"{name}_zero_weight"], [f"{name}_held"], name=f"{name}_held"))
        else:  # a weight of few elements, over the whole column
            nodes += [helper.make_node("ReduceSum", [f"{name}_zero_weight"], [f"{name}_sum"], name=f"{name}_sum", keepdims=0),
                      helper.make_node("Add", [f"x_{name}", f"{name}_sum"], [f"{name}_held"], name=f"{name}_held")]
        gains = []
        if name.endswith("norm"):
            weights.append(numpy_helper.from_array(np.linspace(0.5, 1.5, ROWS[-1], dtype=np.float32), f"{name}_gain_weight"))
            gains = [f"{name}_gain_weight"]
        if op is None:
            nodes += [helper.make_node("Sigmoid", [f"{name}_held"], [f"{name}_gate"], name=f"{name}_gate"),
                      helper.make_node("Mul", [f"{name}_held", f"{name}_gate"], [name], name=name)]
        else:
            nodes.append(helper.make_node(op, [f"{name}_held", *gains], [name], name=name))
    graph = helper.make_graph(nodes, "functions", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11, producer_name="")
    checker.check_model(model)
    (pathlib.Path(__file__).parent / "Inputs/functions.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
