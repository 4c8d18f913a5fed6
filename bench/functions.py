"""Single functions as the compiler makes them, one program each: bytes and rounds of the function's own op, and the errors of a session of three processes.

    python bench/functions.py [NAME ...]      with the package numpy; a NAME keeps the rows that contain it

Bytes are those of the function's op in cost.json (online and offline of all parties, sharing and revealing not counted) by elements of its result; they and the
rounds are exact, and mpc-run checks that they are what was sent. A result is revealed and also read by a comparison of its own name, which is not counted: so it is
paid for as a value that a program goes on with, remasked (but for the spare bit of its ring, which a comparison does not read). Tensors are large: of a small one a
program pays bytes in place of rounds. Bits of a comparison are counted as they leave the gate, shared by xor (a program that goes on
with them pays two bits and a round more, or nothing where it reveals them).

The argument x is the sum of what a client and what the model's owner shares, so that no owner can compute the function alone. Cases span the stated range to its
ends and the margin is 1, so that formats have the bits that the row names. Errors are to float64.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Callable

import numpy as np

import onnx_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNIT = 2.0 ** -12
OPTIONS = ["--ranges", "calibrated", "--margin", "1", "--fraction", "12"]


@dataclass
class Row:
    """One function: nodes that compute `y` of the inputs, its cases, what it should be, and the bounds of the table (None: no bound)."""
    name: str
    nodes: Callable                     # (make_node) -> None; the last one makes "y"
    inputs: dict                        # of a comparison a and b, the client's and the model's; else x
    reference: Callable                 # of the inputs in float64, by their order
    bytes: float | None = None          # an element
    rounds: int | None = None
    error: float | None = None
    mean: float | None = None
    options: list = field(default_factory=list)
    weights: dict = field(default_factory=dict)
    compare: bool = False               # the result is a bit


def spread(low, high, n, seed=3):
    """n values on the grid of 12 fractional bits, uniform, with both ends."""
    draw = np.random.default_rng(seed)
    v = draw.integers(math.ceil(low / UNIT), math.floor(high / UNIT), n, endpoint=True) * UNIT
    v[:2] = math.ceil(low / UNIT) * UNIT, math.floor(high / UNIT) * UNIT
    return v.astype(np.float32)


def around(low, high, n, seed=3):
    """Half of the values as in `spread`, half within (-6, 6), where functions bend."""
    v = spread(low, high, n, seed)
    v[n // 2:] = spread(-6, 6, n - n // 2, seed + 1)
    return v


def pairs(reach, n):
    """a and b with a difference within `reach` on both sides; some of them equal, some a unit apart. Weights, as b is, lie below 1024."""
    small = min(reach / 2, 1000)
    a, b = spread(small - reach, reach - small, n, 5), spread(-small, small, n, 6)
    b[:2] = b[1], b[0]
    for k, step in enumerate((0, UNIT, -UNIT)):
        a[1000 * (k + 1):1000 * (k + 2)] = np.clip(b[1000 * (k + 1):1000 * (k + 2)], -small + UNIT, small - UNIT) + step
    return {"a": a, "b": b}


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def rows():
    erf = np.vectorize(math.erf)
    one = lambda op, **attributes: lambda node: node(op, ["x"], "y", **attributes)
    n, gate = 1 << 17, 1 << 16
    wide, draw = around(-63.99, 63.99, n), np.random.default_rng(4).normal
    matrix = draw(0, 1, (128, 768)).astype(np.float32)
    gain, bias = {"g_weight": draw(1, 0.1, 768).astype(np.float32)}, {"b_bias": draw(0, 0.1, 768).astype(np.float32)}
    norm = lambda x: (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    root = lambda x: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
    tight = ["--function-error", "0.00048828125"]     # 2^-11: half of the error is left for roundings
    wide_error = ["--function-error", str(2 ** -9)]
    scores = spread(-8, 8 - UNIT, 12 * 128 * 128).reshape(12, 128, 128)
    positive = spread(1 / 16, 16, n)
    less = lambda node: node("Less", ["a", "b"], "y")
    yield Row("compare, difference of 32 bits", less, pairs(2.0 ** 19 - 1, n), lambda a, b: a < b, 22, 2, 0, compare=True)
    yield Row("compare, difference of 16 bits", less, pairs(7.99, n), lambda a, b: a < b, 10.5, 2, 0, compare=True)
    for low, most in ((16, 16), (48, 27)):
        yield Row(f"exp on (-{low}, 0]", one("Exp"), {"x": spread(-low + UNIT, 0, gate)}, np.exp, most, 1, 2 ** -10, 2 ** -16, options=["--function-error", str(2 ** -10)])
    yield Row("GELU, 20 bits", one("Gelu"), {"x": wide}, lambda x: x / 2 * (1 + erf(x / math.sqrt(2))), 48, 3, 2 ** -9, options=wide_error)
    yield Row("SiLU, 20 bits", lambda node: (node("Sigmoid", ["x"], "s"), node("Mul", ["x", "s"], "y")), {"x": wide}, lambda x: x / (1 + np.exp(-x)), 64, 4,
              2 ** -9, options=wide_error)
    yield Row("softmax, 12 x 128 rows of 128", one("Softmax", axis=-1), {"x": scores}, softmax, 72, 24, 2 ** -9, options=["--function-error", str(2 ** -10)])
    yield Row("layer norm, 128 x 768", lambda node: node("LayerNormalization", ["x", "g_weight", "b_bias"], "y", axis=-1, epsilon=1e-12), {"x": matrix},
              lambda x: norm(x) * gain["g_weight"] + bias["b_bias"], 42, 12, options=tight, weights=gain | bias)
    yield Row("RMS norm, 128 x 768", lambda node: node("RMSNormalization", ["x", "g_weight"], "y", axis=-1, epsilon=1e-12), {"x": matrix},
              lambda x: root(x) * gain["g_weight"], options=tight, weights=gain)
    yield Row("tanh, 20 bits", one("Tanh"), {"x": wide}, np.tanh, error=2 ** -9, options=wide_error)
    yield Row("sigmoid, 20 bits", one("Sigmoid"), {"x": wide}, lambda x: 1 / (1 + np.exp(-x)), error=2 ** -9, options=wide_error)
    yield Row("1 / x on [1/16, 16]", one("Reciprocal"), {"x": positive}, lambda x: 1 / x, options=tight)
    yield Row("1 / sqrt(x) on [1/16, 16]", lambda node: (node("Sqrt", ["x"], "s"), node("Reciprocal", ["s"], "y")), {"x": positive},
              lambda x: 1 / np.sqrt(x), options=tight)


def model(row, path):
    """Writes the row's graph; returns what its client gives, by name."""
    nodes, given, constants = [], dict(row.inputs), dict(row.weights)
    node = lambda op, inputs, output, **attributes: nodes.append(onnx_file.node(op, inputs, output, **attributes))
    if row.compare:
        constants["b"] = given.pop("b")
    else:
        constants["b_weight"] = spread(-1, 1, given["x"].size, 9).reshape(given["x"].shape)
        given = {"a": given["x"] - constants["b_weight"]}
        node("Add", ["a", "b_weight"], "x")
    row.nodes(node)
    shape = given["a"].shape
    results = [("y", shape, np.bool_ if row.compare else np.float32)]
    if not row.compare:
        node("Less", ["y", "limit"], "use")
        constants["limit"] = np.float32(0).reshape(())
        results.append(("use", shape, np.bool_))
    path.write_bytes(onnx_file.model("function", nodes, [("a", shape, np.float32)], results, constants, opset=23))
    return given


def tool(build, name, *arguments):
    done = subprocess.run([build / "bin" / name, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"error: {name}: status {done.returncode}: {done.stderr}")


def measure(row, build=ROOT / "build"):
    """Bytes (online, offline) an element and rounds of the function's op, and the largest and the mean error, of one session."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        given = model(row, folder / "f.onnx")
        np.savez(folder / "case.npz", **{f"in:{k}": v for k, v in given.items()})
        tool(build, "mpc-compile", folder / "f.onnx", "-o", folder / "bundle", "--calibrate", folder / "case.npz", *OPTIONS, *row.options, "--cost", folder / "cost.json")
        tool(build, "mpc-run", folder / "bundle", "--input", folder / "case.npz", "--output", folder / "out.npz")
        (entry,) = json.loads((folder / "cost.json").read_text())["entries"]
        got = np.load(folder / "out.npz")["y"]
    ops = [op for op in entry["ops"] if op["name"] not in ("use", "x")]
    want = row.reference(*(v.astype(np.float64) for v in row.inputs.values()))
    error = got.astype(np.float64) - want
    return {"online": sum(op["online_bytes"] for op in ops) / got.size, "offline": sum(op["offline_bytes"] for op in ops) / got.size,
            "rounds": sum(op["rounds"] for op in ops), "error": float(np.abs(error).max()), "mean": float(error.mean())}


def verdict(row, m):
    """Whether the bounds that the row has are met, in words."""
    limits = ((row.bytes, m["online"] + m["offline"]), (row.rounds, m["rounds"]), (row.error, m["error"]), (row.mean, abs(m["mean"])))
    if all(limit is None for limit, _ in limits):
        return ""
    return "met" if all(limit is None or figure <= limit for limit, figure in limits) else "not met"


def exact_row(row, m):
    bound = "" if row.bytes is None else f"{row.bytes} B, {row.rounds}"
    return f"| {row.name} | {bound} | {m['online']:.2f} | {m['offline']:.2f} | {m['online'] + m['offline']:.2f} | {m['rounds']} |"


def error_row(row, m):
    bound = "" if row.error is None else f"{row.error:.1e}" + ("" if row.mean is None else f", mean {row.mean:.1e}")
    return f"| {row.name} | {bound} | {m['error']:.1e} | {m['mean']:+.1e} | {verdict(row, m)} |"


EXACT_HEAD = ["| function | bound | online B | offline B | in all B | rounds |", "|---|---|---|---|---|---|"]
ERROR_HEAD = ["| function | error allowed | largest error | mean error | bounds |", "|---|---|---|---|---|"]


def measure_all(build=ROOT / "build", wanted=()):
    """(exact rows, error rows), each printed as it comes."""
    exact, errors = [], []
    for row in rows():
        if wanted and not any(w.lower() in row.name.lower() for w in wanted):
            continue
        m = measure(row, build)
        exact.append(exact_row(row, m))
        errors.append(error_row(row, m))
        print(exact[-1], errors[-1], sep="\n", flush=True)
    return exact, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    args = parser.parse_args()
    exact, errors = measure_all(args.build, args.names)
    print("", *EXACT_HEAD, *exact, "", *ERROR_HEAD, *errors, sep="\n")


if __name__ == "__main__":
    main()
