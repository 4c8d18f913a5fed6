"""Models of one op each, in groups (make_singles.py): in clear, in three processes on shares over the whole range of each form, with the errors
that docs/generated/onnx-ops.md states; with all inputs public; and refusals that say why.
"""
import pathlib
import unittest

import numpy as np

from tacit_tools import ROOT, WORK, compiled, tool

INPUTS = pathlib.Path(__file__).resolve().parent / "Inputs"
GROUPS = ("activations", "elementary", "choices", "rows", "moves")


def number(text):
    text = text.strip()
    return 2.0 ** int(text.split("^")[1]) if "^" in text else float(text)


def read_table():
    """The error of each op on secrets, (absolute, relative); ops that have no secret operand are not there."""
    ops, forms = (ROOT / "docs" / "generated" / "onnx-ops.md").read_text().split("## On secrets")
    errors = {}
    for row in (line.split("|") for line in forms.splitlines() if line.startswith("| ") and " to " in line):
        text = row[3].strip()
        if text == "exact":
            errors[row[1].strip()] = (0.0, 0.0)
        elif "relative too" in text:
            errors[row[1].strip()] = (number(text.split(",")[0]),) * 2
        else:
            first, _, second = text.partition(", relative ")
            errors[row[1].strip()] = (number(first), number(second) if second else 0.0)
    rows = (line.split("|") for line in ops.splitlines() if line.startswith("| ai.onnx"))
    return {row[2].strip(): errors[row[6].strip()] for row in rows if row[6].strip() in errors}


ERRORS = read_table()


def inputs_of(name):
    case = np.load(INPUTS / f"singles_{name}.npz")
    return [key[3:] for key in case.files if key.startswith("in:")]


def public_options(names):
    return [option for name in names for option in ("--public-input", name)]


class Ops(unittest.TestCase):
    def check(self, name, outputs, in_clear=False):
        """Every output within its op's error; integers and bits exactly."""
        case, made = np.load(INPUTS / f"singles_{name}.npz"), np.load(outputs)
        expected = {key[4:]: case[key] for key in case.files if key.startswith("out:")}
        self.assertEqual(sorted(made.files), sorted(expected))
        for key, want in expected.items():
            with self.subTest(output=key):
                got = made[key]
                self.assertEqual(got.shape, want.shape)
                absolute, relative = (1e-6, 1e-5) if in_clear else ERRORS.get(key.split("_")[0], (0.0, 0.0))
                if want.dtype.kind != "f":
                    absolute = relative = 0.0
                # Whatever is computed is given out as f32.
                bound = absolute + (relative + 2.0**-22) * np.abs(want.astype(np.float64))
                excess = np.abs(got.astype(np.float64) - want.astype(np.float64)) - bound
                worst = np.unravel_index(np.argmax(excess), excess.shape) if excess.size else None
                if worst is not None and excess[worst] > 0:
                    self.fail(f"{key}: {got[worst]} instead of {want[worst]} at {worst}")

    def run_group(self, name, *options):
        case, model = INPUTS / f"singles_{name}.npz", INPUTS / f"singles_{name}.onnx"
        bundle, outputs = compiled(model, *options), WORK / f"{name}-{len(options)}.npz"
        done = tool("mpc-run", bundle, "--input", case, "--output", outputs)
        self.assertEqual(done.returncode, 0, done.stderr)
        return outputs

    def on_shares(self, name):
        public = [i for i in inputs_of(name) if i.startswith("public")]
        self.check(name, self.run_group(name, *public_options(public)))

    def test_activations(self):
        self.on_shares("activations")

    def test_elementary(self):
        self.on_shares("elementary")

    def test_choices(self):
        self.on_shares("choices")

    def test_rows(self):
        self.on_shares("rows")

    def test_moves(self):
        self.on_shares("moves")

    def test_in_clear(self):
        for name in GROUPS:
            with self.subTest(group=name):
                case, model, folder = INPUTS / f"singles_{name}.npz", INPUTS / f"singles_{name}.onnx", WORK / f"clear-{name}"
                done = tool("mpc-translate", "--import-onnx", model, f"--inline-dir={folder}", "-o", WORK / f"{name}.onnx.mlir")
                self.assertEqual(done.returncode, 0, done.stderr)
                done = tool("mpc-opt", "--convert-onnx-to-mpc", WORK / f"{name}.onnx.mlir", "-o", WORK / f"{name}.mlir")
                self.assertEqual(done.returncode, 0, done.stderr)
                outputs = WORK / f"{name}-clear.npz"
                done = tool("mpc-interpret", WORK / f"{name}.mlir", "--semantics", "f32", "--input", case, "--weights-dir", folder, "--output", outputs)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.check(name, outputs, in_clear=True)

    # Public inputs beside secret weights: another way through owners and shares.
    def test_public_inputs(self):
        for name in ("choices", "moves"):
            with self.subTest(group=name):
                self.check(name, self.run_group(name, *public_options(inputs_of(name))))


if __name__ == "__main__":
    unittest.main()
