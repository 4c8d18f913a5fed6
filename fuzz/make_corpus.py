"""Writes the seeds under corpus/ and bundle/ from small models that this script makes, compiled by a build of the compiler.

    python3 fuzz/make_corpus.py [BUILD]

Needs onnx (1.19) and numpy; scripts/fuzz and the tests do not. Run it again when the container's schema or a file format changes. The ONNX
targets also start from the models of test/Import/Inputs and test/Conversion/OnnxToMpc/Inputs.
"""
import io
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE.parent / "build"
CORPUS = None  # set by main
rng = np.random.default_rng(3)


def put(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def real(name, *shape):
    return nh.from_array((rng.standard_normal(shape) / 2).astype(np.float32), name)


def ints(name, *values):
    return nh.from_array(np.array(values, np.int64), name)


def model(nodes, inputs, outputs, tensors, opset=17, **more):
    graph = h.make_graph(nodes, "g", inputs, outputs, tensors)
    made = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=8, producer_name="", **more)
    return made.SerializeToString(deterministic=True)


def value(name, kind, *shape):
    return h.make_tensor_value_info(name, kind, shape)


# Models of a few nodes that reach every phase: a linear layer with activations, an attention over tokens, comparisons and a selection.
MODELS = {
    "linear": model(
        [h.make_node("MatMul", ["x", "w.weight"], ["a"], name="product"), h.make_node("Add", ["a", "b.bias"], ["y"], name="bias")],
        [value("x", T.FLOAT, 1, 2)],
        [value("y", T.FLOAT, 1, 2)],
        [real("w.weight", 2, 2), real("b.bias", 2)],
    ),
    "gates": model(
        [
            h.make_node("MatMul", ["x", "w.weight"], ["a"], name="product"),
            h.make_node("Add", ["a", "b.bias"], ["c"], name="bias"),
            h.make_node("Relu", ["c"], ["r"], name="relu"),
            h.make_node("Sigmoid", ["c"], ["s"], name="sigmoid"),
            h.make_node("Mul", ["r", "s"], ["m"], name="mul"),
            h.make_node("ReduceMean", ["m"], ["y"], name="mean", axes=[1], keepdims=0),
        ],
        [value("x", T.FLOAT, "n", 3)],
        [value("y", T.FLOAT, "n")],
        [real("w.weight", 3, 4), real("b.bias", 4)],
    ),
    "tokens": model(
        [
            h.make_node("Gather", ["table.weight", "input_ids"], ["e"], name="embed"),
            h.make_node("LayerNormalization", ["e", "norm.weight", "norm.bias"], ["n"], name="norm", epsilon=1e-5),
            h.make_node("Transpose", ["n"], ["t"], name="transpose", perm=[0, 2, 1]),
            h.make_node("MatMul", ["n", "t"], ["q"], name="scores"),
            h.make_node("Unsqueeze", ["attention_mask", "one"], ["u"], name="mask.shape"),
            h.make_node("Cast", ["u"], ["f"], name="mask.cast", to=T.FLOAT),
            h.make_node("Sub", ["f", "unit"], ["g"], name="mask.sub"),
            h.make_node("Mul", ["g", "big"], ["k"], name="mask.scale"),
            h.make_node("Add", ["q", "k"], ["l"], name="masked"),
            h.make_node("Softmax", ["l"], ["p"], name="softmax", axis=-1),
            h.make_node("MatMul", ["p", "n"], ["y"], name="context"),
        ],
        [value("input_ids", T.INT64, "batch", "sequence"), value("attention_mask", T.INT64, "batch", "sequence")],
        [value("y", T.FLOAT, "batch", "sequence", 4)],
        [
            real("table.weight", 7, 4),
            real("norm.weight", 4),
            real("norm.bias", 4),
            ints("one", 1),
            nh.from_array(np.float32(1), "unit"),
            nh.from_array(np.float32(1000), "big"),
        ],
    ),
    "select": model(
        [
            h.make_node("Greater", ["x", "zero"], ["c"], name="compare"),
            h.make_node("Erf", ["x"], ["e"], name="erf"),
            h.make_node("Where", ["c", "e", "x"], ["w"], name="where"),
            h.make_node("ReduceMax", ["w"], ["y"], name="max", axes=[1], keepdims=1),
        ],
        [value("x", T.FLOAT, 1, 3)],
        [value("y", T.FLOAT, 1, 1)],
        [nh.from_array(np.float32(0), "zero")],
    ),
    "external": model(
        [h.make_node("MatMul", ["x", "w"], ["y"], name="product")],
        [value("x", T.FLOAT, 1, 4)],
        [value("y", T.FLOAT, 1, 4)],
        [
            T(
                name="w",
                data_type=T.FLOAT,
                dims=[4, 4],
                data_location=T.EXTERNAL,
                external_data=[onnx.StringStringEntryProto(key=k, value=v) for k, v in [("location", "weights.bin"), ("offset", "16"), ("length", "64")]],
            )
        ],
    ),
}
BINDINGS = {"linear": [], "gates": ["n=2"], "tokens": ["batch=1", "sequence=3"], "select": []}


def compiled(folder, name):
    (folder / f"{name}.onnx").write_bytes(MODELS[name])
    bundle = folder / name
    command = [BUILD / "bin/mpc-compile", folder / f"{name}.onnx", "-o", bundle]
    subprocess.run(command + [f"--bind={b}" for b in BINDINGS[name]], check=True, stdout=subprocess.DEVNULL)
    return bundle


def frame(kind, payload=b"", round_=0, session=7, sequence=0, length=None):
    return struct.pack("<IB3xQIIQ", 0x31544354, kind, session, round_, sequence, len(payload) if length is None else length) + payload


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asarray(array), version=version)
    return out.getvalue()


def archives():
    arrays = {
        "in:x": np.arange(6, dtype=np.float32).reshape(2, 3),
        "in:input_ids": np.array([[1, 2, 3]], np.int64),
        "mask": np.array([True, False]),
        "small": np.array(3, np.uint8),
        "half": np.array([1.5], np.float16),
    }
    for name, write in (("stored", np.savez), ("deflated", np.savez_compressed)):
        out = io.BytesIO()
        write(out, **arrays)
        put("npz", name, out.getvalue())
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    put("npz", "empty", out.getvalue())
    for i, array in enumerate([*arrays.values(), np.zeros((0, 4), np.float64), np.asfortranarray(np.ones((2, 2), np.int32)), np.array([-1], ">i2")]):
        put("npy", f"array{i}", npy(array))
    put("npy", "version2", npy(np.arange(3), version=(2, 0)))


def tensors():
    kinds = {T.FLOAT: 1.5, T.DOUBLE: 2.5, T.INT64: -3, T.INT32: 4, T.UINT8: 5, T.INT8: -5, T.UINT16: 6, T.FLOAT16: 0.5, T.BOOL: 1, T.UINT32: 7, T.UINT64: 8}
    for kind, x in kinds.items():
        name = T.DataType.Name(kind).lower()
        for raw in (False, True):
            tensor = nh.from_array(np.full((2, 2), x, h.tensor_dtype_to_np_dtype(kind)), "x") if raw else h.make_tensor("x", kind, [2, 2], [x] * 4)
            put("tensor_proto", f"{name}_{'raw' if raw else 'typed'}", tensor.SerializeToString())
            put("external", f"{name}_{'raw' if raw else 'typed'}", tensor.SerializeToString())
    for i, location in enumerate(["w", "sub/w", "./w", "../secret", "sub/../../secret", "l", "d/w", "k", "f", "sub", "/etc/passwd", "in/../w", "", "."]):
        tensor = T(name="x", data_type=T.FLOAT, dims=[2, 2], data_location=T.EXTERNAL)
        for key, text in (("location", location), ("offset", "16"), ("length", "16")):
            tensor.external_data.add(key=key, value=text)
        put("external", f"location{i}", tensor.SerializeToString())


def safetensors(bundle):
    put("safetensors", "inline", (bundle / "inline.safetensors").read_bytes())
    metadata = {"__metadata__": {"format": "pt"}, "w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}, "e": {"dtype": "I64", "shape": [0], "data_offsets": [16, 16]}}
    half = {"a": {"dtype": "F16", "shape": [3], "data_offsets": [0, 6]}, "b": {"dtype": "BOOL", "shape": [], "data_offsets": [6, 7]}}
    for name, header, size in (("metadata", metadata, 16), ("half", half, 7), ("overlap", {**half, "c": half["b"]}, 7), ("none", {}, 0)):
        text = json.dumps(header).encode()
        put("safetensors", name, struct.pack("<Q", len(text)) + text + bytes(size))


def wire():
    hello = struct.pack("<IIII", 1, 1, 0, 0) + bytes(32)
    expect = lambda kind, round_, length, flags: bytes([kind, round_, length, flags])
    put("wire", "hello", expect(1, 0, 48, 0) + frame(1, hello))
    put("wire", "two_rounds", expect(8, 1, 4, 0) + frame(8, b"abcd", round_=1) + frame(8, b"efgh", round_=1, sequence=1))
    put("wire", "alive", expect(8, 1, 4, 0) + frame(14) + frame(8, b"abcd", round_=1, sequence=1))
    put("wire", "abort", expect(8, 1, 4, 0) + frame(12, b"\x0fP0 has no memory"))
    put("wire", "report", expect(11, 0, 0, 2) + frame(11, b'{"ops": []}'))
    put("wire", "report_long", expect(11, 0, 0, 2) + frame(11, b"{}", length=1 << 25))
    put("wire", "other_session", expect(8, 1, 4, 0) + frame(8, b"abcd", round_=1, session=8))
    put("wire", "other_sequence", expect(8, 1, 4, 0) + frame(8, b"abcd", round_=1, sequence=9))
    put("wire", "too_long", expect(8, 1, 4, 0) + frame(8, b"abcd", round_=1, length=1 << 40))
    put("wire", "cut", expect(8, 1, 4, 4) + frame(8, b"abcd", round_=1)[:20])
    put("wire", "farewell", expect(8, 1, 4, 5) + frame(9, b"unread", round_=3) + frame(12, b"\x02no", sequence=1))


def parties():
    for who in range(5):
        for program in range(3):
            # Honest hellos, then zeros; and the input's bytes for what follows.
            put("party", f"honest_{who}_{program}", bytes([who, program]) + b"\x01" * 64)
            put("party", f"bytes_{who}_{program}", bytes([who, program]) + b"\x01" * 4 + bytes(rng.integers(0, 256, 96, np.uint8)))


def reports(bundle):
    program = json.loads((bundle / "cost.json").read_text())["entries"][0]
    cost = (bundle / "cost.json").read_bytes()
    count = program.get("instructions", 0)
    links = [{"sent": [0, 0, 0, 0, 0], "framing": 0}] * 5
    for n in {count, 1, 0} | ({INSTRUCTIONS} if INSTRUCTIONS else set()):
        report = {"ops": [[0, 0, 0, 0.5, 0.5]] * n, "links": links, "rounds": 1, "deal_messages": 1, "prg_bytes": 1, "ring_macs": 1}
        report.update(preamble=0.1, weights=0.1, offline=0.1, online=0.1, peak_rss_bytes=1)
        text = json.dumps(report).encode()
        put("report", f"report{n}", b"\0".join([text, text, text, cost]))
        report["ops"] = [[8, 8, 8, 0, 0]] * n
        text = json.dumps(report).encode()
        put("report", f"bytes{n}", b"\0".join([text, text, text, cost]))


INSTRUCTIONS = 0


def main():
    global CORPUS, INSTRUCTIONS
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        CORPUS = folder / "corpus"
        bundles = {name: compiled(folder, name) for name in BINDINGS}
        for name, data in MODELS.items():
            put("onnx", f"{name}.onnx", data)
        for name, bundle in bundles.items():
            put("program", f"{name}.mpcb", (bundle / "program.mpcb").read_bytes())
        linear = bundles["linear"]
        put("bundle", "manifest", (linear / "manifest.json").read_bytes())
        command = [BUILD / "bin/mpc-translate", "--program-to-mlir", linear / "program.mpcb"]
        INSTRUCTIONS = count_instructions(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        reports(linear)
        safetensors(linear)
        manifest = json.loads((linear / "manifest.json").read_text())
        for i, path in enumerate(["../inline.safetensors", "/etc/passwd", "sub/../inline.safetensors", ""]):
            for file in manifest["files"].values():
                file["path"] = path
            put("bundle", f"path{i}", json.dumps(manifest).encode())
        archives()
        tensors()
        wire()
        parties()
        # All is there: in place of what was.
        (linear / "manifest.json").unlink()
        for made, place in ((CORPUS, HERE / "corpus"), (linear, HERE / "bundle")):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(made, place)
    files = [f for place in ("corpus", "bundle") for f in (HERE / place).rglob("*") if f.is_file()]
    print(f"{len(files)} files, {sum(f.stat().st_size for f in files)} bytes")


def count_instructions(text):
    """Instructions of a printed program: operations at the entry's own level, without the owners' regions."""
    return sum(1 for line in text.splitlines() if line.startswith("    %") and " = share.input " not in line)


if __name__ == "__main__":
    main()
