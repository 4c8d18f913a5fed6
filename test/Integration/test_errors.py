"""Bad input to mpc-compile and mpc-run: status, one error line that names what is wrong, nothing left behind."""
import pathlib
import shutil
import unittest

import numpy as np
from tacit_tools import EXAMPLE, WORK, compiled, save, tool

INPUTS = pathlib.Path(__file__).resolve().parent / "Inputs"
MODEL, CASE = EXAMPLE / "prefill.onnx", EXAMPLE / "cases_prefill.npz"


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bundle = compiled(MODEL, "--calibrate", CASE)
        cls.case = {k[3:]: v for k, v in np.load(CASE).items() if k.startswith("in:")}

    def fails(self, done, status, *words):
        """One `error:` line with these words, the status, no crash."""
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])

    def run_with(self, arrays, *words, bundle=None):
        """A run that these arrays must end; its error output."""
        output = WORK / "never.npz"
        done = tool("mpc-run", bundle or self.bundle, "--input", save("bad.npz", arrays), "--output", output)
        self.fails(done, 1, *words)
        self.assertEqual([p.name for p in WORK.glob("never.npz*")], [])
        return done.stderr

    def test_case_with_a_wrong_name(self):
        self.run_with({"in:tokens": self.case["input_ids"], "in:position_ids": self.case["position_ids"]}, "tokens")

    def test_case_without_an_input(self):
        self.run_with({"position_ids": self.case["position_ids"]}, "input_ids")

    def test_case_of_a_wrong_shape(self):
        self.run_with({**self.case, "input_ids": self.case["input_ids"][:, :7]}, "input_ids", "7", "24")

    def test_case_of_a_wrong_type(self):
        self.run_with({**self.case, "input_ids": self.case["input_ids"].astype(np.float32)}, "input_ids")

    def test_token_outside_the_vocabulary(self):
        for bad in (1024, 7777, -1, 2**40, -2**63):
            ids = self.case["input_ids"].copy()
            ids[0, 3] = bad
            with self.subTest(bad=bad):
                said = self.run_with({**self.case, "input_ids": ids}, "input 'input_ids'", "element 3", "between 0 and 1023")
                self.assertNotIn(str(bad), said)  # it is secret

    def test_values_beyond_what_the_formats_assume(self):
        """Real numbers below 2^26, whole numbers that become such, rows that the table has; each named by input and element alone."""
        bundle = compiled(INPUTS / "ranges.onnx")
        good = {"x": np.full((2, 4), -3.5, np.float32), "k": np.full((2, 4), 2, np.int64), "ids": np.array([11, 0], np.int64)}
        at_the_bound = {**good, "x": good["x"] * 0 + np.float32(2.0**26), "k": good["k"] * 0}
        for case in (good, at_the_bound):
            done = tool("mpc-run", bundle, "--input", save("good.npz", case), "--output", WORK / "y.npz")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = case["x"] * case["k"] + (np.arange(48).reshape(12, 4) / 16)[case["ids"]]
            np.testing.assert_allclose(np.load(WORK / "y.npz")["y"], expected, atol=1e-3)
        for name, place, bad in (("x", (1, 2), 7.3e7), ("x", (0, 1), -3e38), ("x", (0, 0), np.nan), ("x", (1, 3), np.inf), ("k", (0, 3), 10**9),
                                 ("k", (1, 1), -2**62), ("ids", (1,), 12), ("ids", (0,), -13)):
            case = {key: value.copy() for key, value in good.items()}
            case[name][place] = bad
            element = place[0] if name == "ids" else 4 * place[0] + place[1]
            with self.subTest(name=name, bad=bad):
                self.run_with(case, f"input '{name}'", f"element {element} ", bundle=bundle)

    def test_case_that_is_no_zip(self):
        path = WORK / "garbage.npz"
        path.write_bytes(b"not a zip" * 100)
        self.fails(tool("mpc-run", self.bundle, "--input", path), 1, "garbage.npz")

    def test_bundle_with_a_flipped_bit(self):
        copy = WORK / "flipped"
        shutil.copytree(self.bundle, copy, dirs_exist_ok=True)
        whole = (copy / "program.mpcb").read_bytes()
        for at in (0, 5, len(whole) // 3, len(whole) // 2, len(whole) - 1):
            with self.subTest(at=at):
                broken = bytearray(whole)
                broken[at] ^= 4
                (copy / "program.mpcb").write_bytes(broken)
                self.fails(tool("mpc-run", copy, "--input", CASE), 1, "program.mpcb")

    def test_weights_that_changed_after_compiling(self):
        folder = WORK / "changed"
        folder.mkdir(exist_ok=True)
        for name in ("prefill.onnx", "model.safetensors"):
            shutil.copy(EXAMPLE / name, folder / name)
        bundle = compiled(folder / "prefill.onnx", "--calibrate", CASE)
        weights = bytearray((folder / "model.safetensors").read_bytes())
        weights[-9] ^= 64
        (folder / "model.safetensors").write_bytes(weights)
        self.fails(tool("mpc-run", bundle, "--input", CASE), 1, "model.safetensors")

    def test_truncated_model(self):
        whole = MODEL.read_bytes()
        path = WORK / "truncated.onnx"
        for size in (0, 10, len(whole) // 2, len(whole) - 1):
            with self.subTest(size=size):
                path.write_bytes(whole[:size])
                self.fails(tool("mpc-compile", path, "-o", WORK / "no-bundle", "--bind", "sequence_length=8"), 1, "truncated.onnx")
                self.assertEqual(list(WORK.glob("no-bundle*")), [])

    def test_unbound_dimension(self):
        self.fails(tool("mpc-compile", MODEL, "-o", WORK / "no-bundle"), 1, "sequence_length", "--bind")
        self.assertEqual(list(WORK.glob("no-bundle*")), [])

    def test_usage(self):
        self.fails(tool("mpc-compile", MODEL), 2, "-o")
        self.fails(tool("mpc-compile", MODEL, "-o", WORK / "x", "--bind", "sequence_length"), 2, "NAME=N")
        self.fails(tool("mpc-compile", MODEL, "-o", WORK / "x", "--compile-to", "somewhere"), 2, "somewhere")
        self.fails(tool("mpc-run"), 2)
        self.fails(tool("mpc-run", self.bundle, "--no-such-option"), 2, "no-such-option")


if __name__ == "__main__":
    unittest.main()
