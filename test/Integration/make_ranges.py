"""Writes Inputs/ranges.onnx, whose inputs are read in each way that bounds what they may hold: x, real numbers that are shared as they are; k,
whole numbers that become real ones; ids, rows of a table of 12. Needs onnx (1.23); the test that reads the file does not.

    python3 make_ranges.py
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

table = np.arange(48, dtype=np.float32).reshape(12, 4) / 16
nodes = [h.make_node("MatMul", ["x", "w"], ["product"], name="mm"), h.make_node("Cast", ["k"], ["real"], to=T.FLOAT, name="cast"),
         h.make_node("Mul", ["product", "real"], ["scaled"], name="mul"), h.make_node("Gather", ["table", "ids"], ["rows"], name="rows"),
         h.make_node("Add", ["scaled", "rows"], ["y"], name="add")]
inputs = [h.make_tensor_value_info("x", T.FLOAT, [2, 4]), h.make_tensor_value_info("k", T.INT64, [2, 4]), h.make_tensor_value_info("ids", T.INT64, [2])]
graph = h.make_graph(nodes, "ranges", inputs, [h.make_tensor_value_info("y", T.FLOAT, [2, 4])],
                     [nh.from_array(np.eye(4, dtype=np.float32), "w"), nh.from_array(table, "table")])
onnx.save(h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=9), pathlib.Path(__file__).resolve().parent / "Inputs" / "ranges.onnx")
