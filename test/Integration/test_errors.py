"""Bad input to mpc-compile and mpc-run: status, one error line that names what is wrong, nothing left behind."""
import shutil
import unittest

import numpy as np
from tacit_tools import EXAMPLE, WORK, compiled, save, tool

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

    def run_with(self, arrays, *words):
        output = WORK / "never.npz"
        done = tool("mpc-run", self.bundle, "--input", save("bad.npz", arrays), "--output", output)
        self.fails(done, 1, *words)
        self.assertEqual([p.name for p in WORK.glob("never.npz*")], [])

    def test_case_with_a_wrong_name(self):
        self.run_with({"in:tokens": self.case["input_ids"], "in:position_ids": self.case["position_ids"]}, "tokens")

    def test_case_without_an_input(self):
        self.run_with({"position_ids": self.case["position_ids"]}, "input_ids")

    def test_case_of_a_wrong_shape(self):
        self.run_with({**self.case, "input_ids": self.case["input_ids"][:, :7]}, "input_ids", "7", "24")

    def test_case_of_a_wrong_type(self):
        self.run_with({**self.case, "input_ids": self.case["input_ids"].astype(np.float32)}, "input_ids")

    def test_token_outside_the_vocabulary(self):
        ids = self.case["input_ids"].copy()
        ids[0, 3] = 1024
        self.run_with({**self.case, "input_ids": ids}, "1024")

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
