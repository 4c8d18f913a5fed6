"""Approximated functions in three processes, over their whole ranges, against the errors that they claim; formats calibrated, of 12 and of 16
fractional bits."""
import math
import pathlib
import re
import unittest

import numpy as np
from tacit_tools import WORK, compiled, save, tool

MODEL = pathlib.Path(__file__).resolve().parent / "Inputs" / "functions.onnx"
N, ROWS = 8192, (64, 64)
erf = np.vectorize(math.erf)


def held(x, fraction):
    """As formats of so many fractional bits hold it."""
    return (np.round(np.asarray(x, np.float64) * 2**fraction) / 2**fraction).astype(np.float32)


def cases(fraction):
    """Inputs by function: all that the range allows, ends included, and finely where pieces meet."""
    both = np.concatenate([np.linspace(-63.9, 63.9, N // 2), np.linspace(-8, 8, N // 2)])
    i, j = np.indices(ROWS)
    rows = (0.5 + i / 16) * np.sin(3 * j + i)
    x = {name: both for name in ("gelu", "silu", "tanh", "sigmoid", "erf", "relu")}
    x["exp"] = np.linspace(-16, 0, N)
    x["reciprocal"] = np.geomspace(1 / 16, 16, N)
    x["sqrt"] = np.linspace(1 / 16, 16, N)
    x["softmax"] = 8 * np.sin(7 * j + i)
    x["softmax"][0], x["softmax"][1] = 8, -8
    x["softmax"][2] = np.where(np.arange(ROWS[1]) == 17, 8, -8)
    x["layer_norm"] = rows + 0.2
    x["rms_norm"] = rows
    return {name: held(value, fraction) for name, value in x.items()}


def expected(x):
    x = {name: value.astype(np.float64) for name, value in x.items()}
    e = np.exp(x["softmax"])
    centred = x["layer_norm"] - x["layer_norm"].mean(-1, keepdims=True)
    gain, norm = np.linspace(0.5, 1.5, ROWS[1]), lambda v: v / np.sqrt((v * v).mean(-1, keepdims=True) + 1e-5)
    return {"gelu": x["gelu"] / 2 * (1 + erf(x["gelu"] / math.sqrt(2))), "silu": x["silu"] / (1 + np.exp(-x["silu"])), "tanh": np.tanh(x["tanh"]),
            "sigmoid": 1 / (1 + np.exp(-x["sigmoid"])), "erf": erf(x["erf"]), "exp": np.exp(x["exp"]), "reciprocal": 1 / x["reciprocal"],
            "sqrt": np.sqrt(x["sqrt"]), "relu": np.maximum(x["relu"], 0), "softmax": e / e.sum(-1, keepdims=True),
            "layer_norm": norm(centred) * gain, "rms_norm": norm(x["rms_norm"]) * gain}


class Functions(unittest.TestCase):
    def check(self, fraction, error):
        x = cases(fraction)
        case = save("functions.npz", {f"in:x_{name}": value for name, value in x.items()})
        report = WORK / "functions.md"
        bundle = compiled(MODEL, "--calibrate", case, "--ranges", "calibrated", "--margin", "1", "--fraction", fraction, "--function-error", error,
                          "--report", report)
        done = tool("mpc-run", bundle, "--input", case, "--output", WORK / "functions-out.npz")
        self.assertEqual(done.returncode, 0, done.stderr)
        y, ulp = np.load(WORK / "functions-out.npz"), 2.0**-fraction
        for name, want in expected(x).items():
            # Inverses, roots and norms claim an error relative to their result; roundings of a last product add ulps.
            scale = np.maximum(1, np.abs(want)) if name in ("reciprocal", "sqrt", "layer_norm", "rms_norm") else 1
            self.assertLessEqual(float((np.abs(y[name] - want) / scale).max()), error + 3 * ulp, (name, fraction))
            # Roundings have no bias that a sum would gather.
            self.assertLessEqual(abs(float(np.mean(y[name] - want))), error / 2, (name, fraction))
        # What the report claims of each fit is within what was asked for.
        claims = [float(row.split("|")[8]) for row in report.read_text().splitlines() if re.match(r"\| (gelu|silu|tanh|sigmoid|erf) ", row)]
        self.assertEqual(len(claims), 5)
        self.assertTrue(all(0 < claim <= error for claim in claims), claims)

    def test_twelve_bits(self):
        self.check(12, 2**-9)

    def test_sixteen_bits(self):
        self.check(16, 2**-13)


if __name__ == "__main__":
    unittest.main()
