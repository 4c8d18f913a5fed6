"""Formats from calibrated ranges: the example's outputs within the budget, at less cost, and what cannot be had is refused."""
import unittest

from tacit_tools import EXAMPLE, WORK, compiled, read_json, tool

MODEL, CASE = EXAMPLE / "prefill.onnx", EXAMPLE / "cases_prefill.npz"


class Calibrated(unittest.TestCase):
    COARSE = (MODEL, "--calibrate", CASE, "--ranges", "calibrated", "--fraction", "13", "--report", WORK / "layers.md")

    def refused(self, status, text, *options):
        done = tool("mpc-compile", MODEL, "-o", WORK / "refused", *options)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertTrue(done.stderr.splitlines()[-1].startswith("error: "), done.stderr)
        self.assertFalse((WORK / "refused").exists())

    def test_outputs_stay_within_the_budget(self):
        bundle = compiled(MODEL, "--calibrate", CASE, "--ranges", "calibrated", "--max-error", "8e-3")
        report = WORK / "report.json"
        done = tool("mpc-run", bundle, "--input", CASE, "--compare", CASE, "--report", report)
        self.assertEqual(done.returncode, 0, done.stderr)
        got, (cost,) = read_json(report), read_json(bundle / "cost.json")["entries"]
        # Measured by one set of coins, reproduced by others.
        self.assertLess(max(got["max_abs_error"].values()), 1e-2)
        self.assertEqual(got["online"], cost["online"])
        proved = read_json(compiled(MODEL, "--calibrate", CASE) / "cost.json")["entries"][0]
        for section in ("online", "offline"):
            self.assertLess(cost[section]["bytes"]["total"], 0.8 * proved[section]["bytes"]["total"])
        self.assertLess(cost["online"]["rounds"], 0.8 * proved["online"]["rounds"])

    def test_the_report_tells_of_every_layer(self):
        report = self.COARSE[-1]
        bundle = compiled(*self.COARSE)
        self.assertFalse((bundle / report.name).exists())
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in report.read_text().splitlines() if line.startswith("| ")]
        heading, layers = rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]
        self.assertEqual(len(heading), 11)
        cost = read_json(bundle / "cost.json")["entries"][0]
        for column, section in (("online B", "online"), ("offline B", "offline")):
            self.assertEqual(sum(int(layer[column]) for layer in layers), cost[section]["bytes"]["total"])
        (logits,) = [layer for layer in layers if layer["node"] == "/model/lm_head/MatMul"]
        self.assertIn("calibrated [", logits["why"])
        self.assertGreater(float(logits["error"]), 1e-5)
        self.assertLess(max(float(layer["error"] or 0) for layer in layers), 0.2)
        silu = [float(layer["approximation"]) for layer in layers if layer["op"] == "mpc.silu"]
        self.assertEqual(len(silu), 6)
        self.assertTrue(all(0 < error <= 2**-10 for error in silu), silu)

    def test_the_statement_says_what_formats_tell(self):
        told = "magnitudes of weights"
        self.assertIn(told, (compiled(*self.COARSE) / "leakage.md").read_text())
        self.assertNotIn(told, (compiled(MODEL, "--calibrate", CASE) / "leakage.md").read_text())

    def test_options_that_do_not_go_together(self):
        self.refused(2, "--calibrate", "--bind", "sequence_length=8", "--ranges", "calibrated")
        self.refused(2, "--fraction", "--calibrate", CASE, "--fraction", "12")
        self.refused(2, "proved or calibrated", "--calibrate", CASE, "--ranges", "guessed")

        self.refused(2, "auto, f18 or ditto", "--calibrate", CASE, "--precision", "f16")
        self.refused(2, "--fraction is for auto", "--calibrate", CASE, "--ranges", "calibrated", "--precision", "f18", "--fraction", "12")

    def test_ditto_is_coarse_and_sends_less(self):
        case = ["--input", CASE, "--compare", CASE, "--tolerance", "1"]
        errors, costs = {}, {}
        for preset in ("f18", "ditto"):
            bundle, report = compiled(MODEL, "--calibrate", CASE, "--precision", preset), WORK / "report.json"
            done = tool("mpc-run", bundle, *case, "--report", report)
            self.assertEqual(done.returncode, 0, done.stderr)
            errors[preset] = max(read_json(report)["max_abs_error"].values())
            costs[preset] = read_json(bundle / "cost.json")["entries"][0]
        self.assertLess(errors["f18"], 2e-3)
        # 2^-9 in each operand of thirty products: far from f18, and near enough to be the same model.
        self.assertGreater(errors["ditto"], 1e-2)
        for section in ("online", "offline", "io", "setup"):
            self.assertLess(costs["ditto"][section]["bytes"]["total"], costs["f18"][section]["bytes"]["total"])

    def test_a_budget_that_cannot_be_met(self):
        self.refused(1, "cannot be met", "--calibrate", CASE, "--ranges", "calibrated", "--max-error", "1e-7")

    def test_a_fraction_out_of_range(self):
        self.refused(1, "fraction must be from 6 to 30", "--calibrate", CASE, "--ranges", "calibrated", "--fraction", "31")


if __name__ == "__main__":
    unittest.main()
