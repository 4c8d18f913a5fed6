"""One BERT-base layer, 128 tokens, input and weights secret: bytes, rounds and time of a session of three processes, by formats.

    python bench/layer.py [--runs N] [--tokens N]      with the packages numpy and onnx

The weights are random (normal, 0.02 wide, as such layers start) and so is the input; what is judged is the distance to ONNX's semantics computed in numpy.
Bytes and rounds are exact; the seconds are the median of the runs on this machine.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = {"proved ranges, 18 bits": [], "calibrated, 12 bits": ["--ranges", "calibrated", "--fraction", "12"]}


def weights(hidden=768, inner=3072):
    draw = np.random.default_rng(1).normal
    matrix = lambda a, b: draw(0, 0.04, (a, b)).astype(np.float32)
    vector = lambda n, mean=0.0: (mean + draw(0, 0.02, n)).astype(np.float32)
    named = {name: matrix(hidden, hidden) for name in ("q", "k", "v", "o")}
    named |= {"i": matrix(hidden, inner), "d": matrix(inner, hidden)}
    named |= {name + "_bias": vector(w.shape[1]) for name, w in list(named.items())}
    return named | {"g1": vector(hidden, 1), "b1": vector(hidden), "g2": vector(hidden, 1), "b2": vector(hidden)}


def evaluate(w, x, heads=12):
    """The layer in float64."""
    erf = np.vectorize(math.erf)
    linear = lambda name, v: v @ w[name].astype(np.float64) + w[name + "_bias"]
    split = lambda v: v.reshape(v.shape[0], heads, -1).transpose(1, 0, 2)
    norm = lambda v, g, b: (v - v.mean(-1, keepdims=True)) / np.sqrt(v.var(-1, keepdims=True) + 1e-12) * w[g] + w[b]
    q, k, v = (split(linear(name, x)) for name in "qkv")
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    p = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (p / p.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(x.shape)
    y = norm(linear("o", mixed) + x, "g1", "b1")
    z = linear("i", y)
    return norm(linear("d", z / 2 * (1 + erf(z / math.sqrt(2)))) + y, "g2", "b2")


def model(w, tokens, path, heads=12):
    """The layer as exporters of opset 20 write it."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    hidden = w["q"].shape[0]
    nodes, ints = [], {}

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def linear(name, x):
        return node("Add", [node("MatMul", [x, name], name + "_product"), name + "_bias"], name + "_out")

    ints["heads"], ints["merge"] = np.array([1, tokens, heads, hidden // heads]), np.array([1, tokens, hidden])
    parts = {n: node("Transpose", [node("Reshape", [linear(n, "x"), "heads"], n + "_heads")], n + "_t", perm=[0, 2, 3, 1] if n == "k" else [0, 2, 1, 3])
             for n in "qkv"}
    scores = node("Div", [node("MatMul", [parts["q"], parts["k"]], "raw"), "root"], "scores")
    mixed = node("MatMul", [node("Softmax", [scores], "weights", axis=-1), parts["v"]], "mixed")
    merged = node("Reshape", [node("Transpose", [mixed], "mixed_t", perm=[0, 2, 1, 3]), "merge"], "merged")
    norm = lambda x, g, b, out: node("LayerNormalization", [x, g, b], out, axis=-1, epsilon=1e-12)
    y = norm(node("Add", [linear("o", merged), "x"], "sum1"), "g1", "b1", "y")
    z = node("Gelu", [linear("i", y)], "gelu")
    norm(node("Add", [linear("d", z), y], "sum2"), "g2", "b2", "out")
    constants = [numpy_helper.from_array(v, n) for n, v in w.items()] + [numpy_helper.from_array(v.astype(np.int64), n) for n, v in ints.items()]
    constants.append(numpy_helper.from_array(np.float32(math.sqrt(hidden / heads)), "root"))
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, tokens, hidden])
    graph = helper.make_graph(nodes, "layer", [value("x")], [value("out")], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)


def tool(name, *arguments):
    subprocess.run([ROOT / "build/bin" / name, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=128)
    args = parser.parse_args()
    w = weights()
    x = np.random.default_rng(2).normal(size=(args.tokens, w["q"].shape[0]))
    print("| formats | rounds | online MB | offline MB | in all MB | largest error | online + offline s, median |", "|---|---|---|---|---|---|---|", sep="\n")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model(w, args.tokens, folder / "layer.onnx")
        x = x.astype(np.float32)
        np.savez(folder / "case.npz", **{"in:x": x[None], "out:out": evaluate(w, x.astype(np.float64)).astype(np.float32)[None]})
        for formats, options in OPTIONS.items():
            tool("mpc-compile", folder / "layer.onnx", "-o", folder / "bundle", "--calibrate", folder / "case.npz", *options)
            reports = []
            for _ in range(args.runs):
                tool("mpc-run", folder / "bundle", "--input", folder / "case.npz", "--compare", folder / "case.npz", "--tolerance", 1, "--report",
                     folder / "report.json")
                reports.append(json.loads((folder / "report.json").read_text()))
            r = reports[0]
            online, offline = (r[s]["bytes"]["total"] / 1e6 for s in ("online", "offline"))
            seconds = statistics.median(r["seconds"]["online"] + r["seconds"]["offline"] for r in reports)
            error = max(r["max_abs_error"].values())
            print(f"| {formats} | {r['online']['rounds']} | {online:.2f} | {offline:.2f} | {online + offline:.2f} | {error:.1e} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
