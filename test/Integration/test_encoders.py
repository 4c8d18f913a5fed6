"""Encoders of text, images and speech as exporters write them (test/Models/encoders, made by make_encoders.py): each against ONNX Runtime in clear
arithmetic to 1e-4, and by three processes to 1e-2; and what cannot run, refused with a reason for each op."""
import unittest

from tacit_tools import ROOT, WORK, compiled, tool

ENCODERS = ROOT / "test" / "Models" / "encoders"
REFUSED = {"yoso-t14": ["2 nodes cannot be converted", "Acos (opset 14) is not supported", "layer.1/attention/self/Acos"]}


class Encoder(unittest.TestCase):
    def in_clear(self, model, case, weights):
        done = tool("mpc-compile", model, "--calibrate", case, "--compile-to", "import")
        self.assertEqual(done.returncode, 0, done.stderr)
        imported = WORK / "import.mlir"
        imported.write_text(done.stdout)
        done = tool("mpc-interpret", imported, "--semantics", "f32", "--input", case, "--compare", case, "--tolerance", "1e-4", "--weights-dir", weights)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def by_three(self, bundle, case):
        done = tool("mpc-run", bundle, "--input", case, "--compare", case, "--tolerance", "1e-2")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def add_tests():
    for model in sorted(ENCODERS.glob("*.onnx")):
        if model.stem in REFUSED:
            continue

        def test(self, model=model):
            case = model.with_suffix(".npz")
            bundle = compiled(model, "--calibrate", case)
            self.in_clear(model, case, bundle)
            self.by_three(bundle, case)

        setattr(Encoder, "test_" + model.stem.replace("-", "_").replace("+", "_"), test)


add_tests()


class Refusal(unittest.TestCase):
    def test_every_op_with_its_reason(self):
        for name, parts in REFUSED.items():
            done = tool("mpc-compile", ENCODERS / f"{name}.onnx", "-o", WORK / "refused")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            for part in parts:
                self.assertIn(part, done.stderr)
            self.assertFalse((WORK / "refused").exists())


class Length(unittest.TestCase):
    """A model whose batch and length are symbols, at other sizes than those of its case."""

    def test_bound_sizes(self):
        import numpy as np
        from tacit_tools import save
        model = ENCODERS / "bert-mean-d18s.onnx"
        given = {k.removeprefix("in:"): v for k, v in np.load(model.with_suffix(".npz")).items() if k.startswith("in:")}
        bundle = compiled(model, "--bind", "batch=1", "--bind", "sequence=6")
        first = {k: v[:1, :6] for k, v in given.items()}
        done = tool("mpc-run", bundle, "--input", save("first.npz", first), "--output", WORK / "first_out.npz")
        self.assertEqual(done.returncode, 0, done.stderr)
        # The second row of the case is padded from place 6 on: alone and without padding it has the same embedding.
        second = {k: v[1:, :6] for k, v in given.items()}
        done = tool("mpc-run", bundle, "--input", save("second.npz", second), "--output", WORK / "second_out.npz")
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = np.load(model.with_suffix(".npz"))["out:sentence_embedding"]
        np.testing.assert_allclose(np.load(WORK / "second_out.npz")["sentence_embedding"][0], expected[1], atol=1e-3)
        self.assertGreater(np.abs(np.load(WORK / "first_out.npz")["sentence_embedding"][0] - expected[0]).max(), 1e-3)


if __name__ == "__main__":
    unittest.main()
