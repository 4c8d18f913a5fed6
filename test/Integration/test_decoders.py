"""Tiny decoders as exporters write them (test/Models): each in clear after import and secrecy against ONNX Runtime's stored outputs, some by three
processes, and the list of what is refused.
"""
import json
import unittest

import numpy as np
from tacit_tools import ROOT, WORK, compiled, read_json, save, tool

MODELS = ROOT / "test" / "Models" / "decoders"
LISTED = json.loads((MODELS / "decoders.json").read_text())


class Decoders(unittest.TestCase):
    def in_clear(self, name, case):
        """mpc-interpret's end on a case, the model imported with the listed sizes and its secrecy inferred."""
        folder = WORK / name
        folder.mkdir(exist_ok=True)
        binds = [f"--bind={symbol}={size}" for symbol, size in LISTED[name]["bind"].items()]
        onnx, mpc = folder / "onnx.mlir", folder / "mpc.mlir"
        for step in (("mpc-translate", "--import-onnx", MODELS / f"{name}.onnx", *binds, "--inline-dir", folder, "--mlir-print-debuginfo", "-o", onnx),
                     ("mpc-opt", "--phase-import", "--phase-secrecy", "--mlir-print-debuginfo", onnx, "-o", mpc)):
            done = tool(*step)
            self.assertEqual(done.returncode, 0, done.stderr)
        return tool("mpc-interpret", mpc, "--semantics", "f32", "--input", case, "--compare", case, "--tolerance", "1e-4", "--weights-dir", folder)

    def test_every_file_is_listed(self):
        self.assertEqual(sorted(path.stem for path in MODELS.glob("*.npz")), sorted(LISTED))
        self.assertGreaterEqual(sum(entry["three"] for entry in LISTED.values()), 5)

    def test_in_clear(self):
        for name in LISTED:
            with self.subTest(model=name):
                done = self.in_clear(name, MODELS / f"{name}.npz")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                # Every output was compared, the caches too.
                outputs = [key for key in np.load(MODELS / f"{name}.npz").files if key.startswith("out:")]
                self.assertEqual(done.stdout.count("max abs error"), len(outputs), done.stdout)

    def test_in_clear_tells_a_difference(self):
        case = dict(np.load(MODELS / "fused-builder-step.npz"))
        case["out:present.1.key"] = case["out:present.1.key"] + np.float32(1e-3)
        done = self.in_clear("fused-builder-step", save("shifted-cache.npz", case))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("present.1.key", done.stdout + done.stderr)

    def test_three_processes(self):
        for name in (name for name, entry in LISTED.items() if entry["three"]):
            with self.subTest(model=name):
                case = MODELS / f"{name}.npz"
                bundle = compiled(MODELS / f"{name}.onnx", "--calibrate", case)
                report = WORK / f"{name}.json"
                done = tool("mpc-run", bundle, "--input", case, "--compare", case, "--tolerance", 1e-2, "--report", report)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertGreater(read_json(report)["online"]["rounds"], 0)

    def test_what_is_refused_is_listed(self):
        done = tool("mpc-compile", MODELS / "refused-experts.onnx", "-o", WORK / "refused", "--bind", "rows=4")
        self.assertEqual(done.returncode, 1)
        self.assertFalse((WORK / "refused").exists())
        self.assertEqual(done.stderr.count("error:"), 1, done.stderr)
        for op in ("MatMulNBits", "MoE"):
            self.assertIn(f"{op} (domain com.microsoft, opset 1) is not supported", done.stderr)


if __name__ == "__main__":
    unittest.main()
