"""Writes Inputs/domain/: functions of x W, W the Hadamard matrix over sqrt(8), that test_domain.py takes to the ends of their domains. Needs the package onnx.

    python3 make_domain.py
"""
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "Inputs" / "domain"
ROWS = [3, 8]


def real(name):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ROWS)


def hadamard():
    """Orthogonal, with no zeros, and the same in every version of numpy."""
    h = np.array([[1, 1], [1, -1]], np.float32)
    return np.kron(h, np.kron(h, h)) / np.float32(np.sqrt(8))


def save(name, *nodes, inputs=("x",)):
    weights = {"w_weight": hadamard(), "gain_weight": np.linspace(0.5, 1.5, 8)}
    product = helper.make_node("MatMul", ["x", "w_weight"], ["p"], name="product")
    used = {i for node in (product, *nodes) for i in node.input}
    graph = helper.make_graph([product, *nodes], name, [real(i) for i in inputs], [real("y")],
                              [numpy_helper.from_array(value.astype(np.float32), key) for key, value in weights.items() if key in used])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11, producer_name="")
    checker.check_model(model)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def main():
    node = helper.make_node
    FOLDER.mkdir(exist_ok=True)
    for name, op in (("rms_norm", "RMSNormalization"), ("layer_norm", "LayerNormalization")):
        save(name, node(op, ["p", "gain_weight"], ["y"], name="norm", axis=-1, epsilon=1e-6))
    save("softmax", node("Add", ["p", "attention_mask"], ["s"], name="bias"), node("Softmax", ["s"], ["y"], name="softmax", axis=-1),
         inputs=("x", "attention_mask"))
    save("eighth_power", node("Mul", ["p", "p"], ["a"], name="square"), node("Mul", ["a", "a"], ["b"], name="fourth"),
         node("Mul", ["b", "b"], ["y"], name="eighth"))
    for op in ("Log", "Sqrt", "Reciprocal", "Gelu"):
        save(op.lower(), node(op, ["p"], ["y"], name=op.lower()))


if __name__ == "__main__":
    main()
