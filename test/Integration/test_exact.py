"""The `exact` mode of `share` and three processes over sockets: the same seeds give the same outputs, to the bit."""
import shutil
import unittest

import numpy as np
from tacit_tools import BUILD, EXAMPLE, SHARED, WORK, compiled, needs_shared, tool
from test_emitted import INPUTS, PREFIX, flags, run

CASE = EXAMPLE / "cases_prefill.npz"
SEED = 11


class Exact(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("cmake", "--install", BUILD, "--prefix", PREFIX, "--component", "runtime")
        cls.program = WORK / "compare-processes"
        compiler = next(name for name in ("g++", "clang++-19") if shutil.which(name))
        run(compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", INPUTS / "compare_processes.cpp", *flags(), "-o", cls.program)

    def compare(self, model, case, *options):
        """Three processes, the in-process runner and mpc-interpret on the schedule, all with one seed; another seed differs."""
        options = ("--calibrate", case, *options)
        bundle = compiled(model, *options)
        schedule = WORK / "schedule.mlir"
        schedule.write_text(tool("mpc-compile", model, *options, "--compile-to", "schedule").stdout)
        done = run(self.program, bundle, case, SEED, WORK / "apart.npz")
        self.assertGreater(int(done.stdout.split()[2]), 0)
        for seed in (SEED, SEED + 1):
            exact = tool("mpc-interpret", schedule, "--semantics", "exact", "--seed", seed, "--input", case, "--output", WORK / f"exact{seed}.npz",
                         "--weights-dir", model.parent, "--weights-dir", bundle)
            self.assertEqual(exact.returncode, 0, exact.stderr)
        apart, same, other = (np.load(WORK / name) for name in ("apart.npz", f"exact{SEED}.npz", f"exact{SEED + 1}.npz"))
        self.assertEqual(sorted(apart.files), sorted(same.files))
        for name in apart.files:
            np.testing.assert_array_equal(apart[name], same[name], name)
        # The rounding of truncations is the seeds': a comparison that saw nothing of them would pass here too.
        self.assertTrue(any((apart[name] != other[name]).any() for name in apart.files))

    def test_a_language_model(self):
        self.compare(EXAMPLE / "prefill.onnx", CASE)

    def test_with_calibrated_formats(self):
        self.compare(EXAMPLE / "prefill.onnx", CASE, "--ranges", "calibrated", "--fraction", "13")

    @needs_shared
    def test_an_encoder(self):
        self.compare(SHARED / "bert-tiny" / "model.onnx", SHARED / "bert-tiny" / "case0.npz")


if __name__ == "__main__":
    unittest.main()
