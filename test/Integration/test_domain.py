"""Functions at the ends of their domains and beyond: a defined result, or an error when compiling; in proved and in calibrated formats."""
import pathlib
import unittest

import numpy as np

from tacit_tools import WORK, compiled, save, tool

INPUTS = pathlib.Path(__file__).resolve().parent / "Inputs" / "domain"
FORMATS = ("proved", "calibrated")
X = np.random.default_rng(5).normal(size=(3, 8)).astype(np.float32)
ZERO_ROW = X * np.array([[1], [0], [1]], np.float32)


def result(model, case, ranges, calibration=None):
    """The outputs of three processes for a case."""
    bundle = compiled(INPUTS / f"{model}.onnx", "--calibrate", calibration or case, "--ranges", ranges)
    done = tool("mpc-run", bundle, "--input", case, "--output", WORK / "y.npz")
    if done.returncode:
        raise AssertionError(done.stderr)
    return np.load(WORK / "y.npz")["y"]


class Domain(unittest.TestCase):
    def refused(self, text, model, case, *options):
        done = tool("mpc-compile", INPUTS / f"{model}.onnx", "-o", WORK / "refused", "--calibrate", case, *options)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertTrue(all(line.startswith("error: ") for line in done.stderr.splitlines()), done.stderr)
        self.assertFalse((WORK / "refused").exists())

    def test_a_row_of_zeros_in_a_norm_is_zeros(self):
        # epsilon keeps the root finite; what is left is the rounding of 0, times the largest inverse root.
        case, zero = save("rows.npz", {"in:x": X}), save("zero.npz", {"in:x": ZERO_ROW})
        for ranges in FORMATS:
            for model in ("rms_norm", "layer_norm"):
                y = result(model, zero, ranges, calibration=case)
                self.assertLess(np.abs(y[1]).max(), 1e-2, (model, ranges))
                self.assertGreater(np.abs(y[0]).max(), 1, (model, ranges))

    def test_masked_rows_of_a_softmax(self):
        lowest = np.finfo(np.float32).min
        for least, whole_row in ((-np.inf, 0), (lowest, 1 / 8)):
            mask = np.zeros((3, 8), np.float32)
            mask[0, 4:] = mask[1] = mask[2, 1:] = least
            case = save("mask.npz", {"in:x": X, "in:attention_mask": mask})
            for ranges in FORMATS:
                y = result("softmax", case, ranges)
                np.testing.assert_allclose(y[0, 4:], 0, atol=1e-3)
                np.testing.assert_allclose(y[0, :4].sum(), 1, atol=4e-3)
                np.testing.assert_allclose(y[1], whole_row, atol=2e-3)
                np.testing.assert_allclose(y[2], [1, 0, 0, 0, 0, 0, 0, 0], atol=2e-3)

    def test_numbers_that_no_ring_holds(self):
        large = save("large.npz", {"in:x": 100 * X})
        self.refused("programs of proved ranges hold numbers below 2^26", "eighth_power", large)
        self.refused("64 is the most", "eighth_power", large, "--ranges", "calibrated")
        y = result("eighth_power", save("small.npz", {"in:x": X}), "proved")
        self.assertGreater(y.max(), 1)

    def test_the_search_for_a_fraction_ends_where_no_ring_has_room(self):
        # x^8 of 2^34: its square root's square leaves room for 13 fractional bits, and no budget of 5e-3 is met with them.
        case = save("wide.npz", {"in:x": 8 * X})
        done = tool("mpc-compile", INPUTS / "eighth_power.onnx", "-o", WORK / "wide", "--calibrate", case, "--ranges", "calibrated")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("13 fractional bits", done.stderr)
        self.refused("cannot be met: with 13 fractional bits", "eighth_power", case, "--ranges", "calibrated", "--max-error", "1")

    def test_rows_that_no_proved_norm_holds(self):
        case = save("massive.npz", {"in:x": 6000 * X})  # each number is one of 2^14 at most
        for model in ("rms_norm", "layer_norm"):
            self.refused("a row's sum of squares reaches", model, case)

    def test_logarithms_and_inverses_of_what_has_none(self):
        # A logarithm takes what is below 2^-18 for that; the inverse of 0 is that of an ulp.
        case = save("zero.npz", {"in:x": ZERO_ROW})
        y = result("log", case, "proved")
        np.testing.assert_allclose(y[1], -18 * np.log(2), atol=1e-2)
        y = result("reciprocal", case, "proved")
        np.testing.assert_allclose(np.abs(y[1]), 2**18, rtol=1e-2)  # of an ulp on either side of 0

    def test_roots_of_negative_numbers_are_zero(self):
        case = save("rows.npz", {"in:x": X})
        logarithm = result("log", case, "proved")
        for ranges in FORMATS:
            y = result("sqrt", case, ranges)
            negative = logarithm < -12
            self.assertTrue(0 < negative.sum() < negative.size)
            np.testing.assert_allclose(y[negative], 0, atol=1e-2)
            np.testing.assert_allclose(y[~negative], np.exp(logarithm[~negative] / 2), atol=1e-2)

    def test_a_case_of_the_wrong_shape(self):
        case = save("shape.npz", {"in:x": np.zeros((3, 9), np.float32)})
        for ranges in FORMATS:
            self.refused("dimension 1 is 8, in the case 9", "log", case, "--ranges", ranges)


if __name__ == "__main__":
    unittest.main()
