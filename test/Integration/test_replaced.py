"""Functions that models are trained for in place of GELU and softmax, by name: three processes against their formulas."""
import unittest

import numpy as np
from tacit_tools import WORK, compiled, save, tool
from test_domain import INPUTS

X = np.random.default_rng(5).normal(size=(3, 8)).astype(np.float32)


def matrix():
    """W of the models in Inputs/domain (make_domain.py)."""
    h = np.array([[1, 1], [1, -1]], np.float32)
    return np.kron(h, np.kron(h, h)) / np.sqrt(8)


class Replaced(unittest.TestCase):
    def outputs(self, model, case, *options):
        bundle = compiled(INPUTS / f"{model}.onnx", "--calibrate", case, *options)
        done = tool("mpc-run", bundle, "--input", case, "--output", WORK / "y.npz")
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.load(WORK / "y.npz")["y"]

    def test_quad_gelu(self):
        case, p = save("rows.npz", {"in:x": X}), X @ matrix()
        for ranges in ("proved", "calibrated"):
            y = self.outputs("gelu", case, "--gelu", "quad", "--ranges", ranges)
            np.testing.assert_allclose(y, p * p / 8 + p / 4 + 0.5, atol=2e-3)
        self.assertGreater(np.abs(self.outputs("gelu", case) - y).max(), 0.1)

    def test_ratios_in_place_of_softmax(self):
        mask = np.zeros((3, 8), np.float32)
        mask[0, 5:] = mask[1] = -np.inf
        mask[2] = np.linspace(-1, 1, 8)
        case, scores = save("masked.npz", {"in:x": X, "in:attention_mask": mask}), X @ matrix() + np.where(np.isfinite(mask), mask, 0)
        for name, weight in (("2quad", (scores + 5) ** 2), ("2relu", np.maximum(scores, 0))):
            weight = np.where(np.isfinite(mask), weight, 0)
            want = weight / (weight.sum(-1, keepdims=True) + 2.0**-10)
            for ranges in ("proved", "calibrated"):
                np.testing.assert_allclose(self.outputs("softmax", case, "--softmax", name, "--ranges", ranges), want, atol=4e-3)

    def test_names_that_are_none(self):
        for option, text in (("--gelu", "gelu or quad, found 'relu'"), ("--softmax", "softmax, 2quad or 2relu, found 'relu'")):
            done = tool("mpc-compile", INPUTS / "gelu.onnx", "-o", WORK / "refused", option, "relu")
            self.assertEqual((done.returncode, text in done.stderr), (2, True), done.stderr)


if __name__ == "__main__":
    unittest.main()
