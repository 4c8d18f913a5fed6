"""Whole models by three processes, against ONNX Runtime's stored outputs, and their cost against the compiler's."""
import json
import unittest

import numpy as np
from tacit_tools import EXAMPLE, SHARED, WORK, compiled, needs_shared, read_json, save, tool


class Model(unittest.TestCase):
    def run_case(self, model, case, tolerance):
        """Runs a case with --compare and checks report against the compiler's cost; returns the report."""
        bundle = compiled(model, "--calibrate", case)
        report = WORK / "report.json"
        done = tool("mpc-run", bundle, "--input", case, "--compare", case, "--tolerance", tolerance, "--report", report)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        got, (cost,) = read_json(report), read_json(bundle / "cost.json")["entries"]
        for section in ("online", "offline", "io", "setup", "ops", "local"):
            self.assertEqual(got[section], cost[section], section)
        self.assertGreater(got["online"]["rounds"], 0)
        self.assertEqual(sum(op["online_bytes"] for op in got["ops"]), got["online"]["bytes"]["total"])
        self.assertEqual(sum(op["offline_bytes"] for op in got["ops"]), got["offline"]["bytes"]["total"])
        return got

    def test_example_reproduces_its_case(self):
        report = self.run_case(EXAMPLE / "prefill.onnx", EXAMPLE / "cases_prefill.npz", 1e-2)
        self.assertLess(max(report["max_abs_error"].values()), 1e-2)

    def test_comparison_fails_where_outputs_differ(self):
        case = dict(np.load(EXAMPLE / "cases_prefill.npz"))
        case["out:logits"] = case["out:logits"] + np.float32(0.05)
        bundle = compiled(EXAMPLE / "prefill.onnx", "--calibrate", EXAMPLE / "cases_prefill.npz")
        done = tool("mpc-run", bundle, "--input", EXAMPLE / "cases_prefill.npz", "--compare", save("shifted.npz", case))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("logits", done.stdout + done.stderr)

    def test_greedy_tokens_of_three_prompts(self):
        """Attention is causal: one run on prompt and expected tokens gives the distribution after each of them, and greedy decoding
        equals the plain model's if every expected token is the argmax at the row before it."""
        expected = json.loads((EXAMPLE / "expected.json").read_text())
        length = expected["length"]
        bundle = compiled(EXAMPLE / "prefill.onnx", "--bind", f"sequence_length={length}")
        for case in expected["cases"]:
            ids = case["prompt_ids"] + case["new_ids"]
            padded = np.array([ids + [0] * (length - len(ids))], dtype=np.int64)
            given = save("prompt.npz", {"input_ids": padded, "position_ids": np.arange(length, dtype=np.int64)[None]})
            done = tool("mpc-run", bundle, "--input", given, "--output", WORK / "logits.npz")
            self.assertEqual(done.returncode, 0, done.stderr)
            logits = np.load(WORK / "logits.npz")["logits"][0]
            rows = range(len(case["prompt_ids"]) - 1, len(ids) - 1)
            self.assertEqual([int(logits[row].argmax()) for row in rows], case["new_ids"], case["prompt"])

    @needs_shared
    def test_bert_tiny_reproduces_its_cases(self):
        for k in range(3):
            with self.subTest(case=k):
                self.run_case(SHARED / "bert-tiny" / "model.onnx", SHARED / "bert-tiny" / f"case{k}.npz", 1e-2)

    @needs_shared
    def test_kjv_lm_reproduces_its_cases(self):
        self.run_case(SHARED / "kjv-lm" / "prefill.onnx", SHARED / "kjv-lm" / "cases_prefill.npz", 1e-2)

    def test_a_path_with_dots(self):
        """A bundle's manifest names files without "..", wherever the model was named from."""
        model = EXAMPLE / ".." / EXAMPLE.name / "prefill.onnx"
        bundle = compiled(model, "--calibrate", EXAMPLE / "cases_prefill.npz")
        done = tool("mpc-run", bundle, "--input", EXAMPLE / "cases_prefill.npz", "--compare", EXAMPLE / "cases_prefill.npz")
        self.assertEqual(done.returncode, 0, done.stderr)

    @needs_shared
    def test_every_shared_graph(self):
        """One case of each prefill, encoder and decode graph; those above have tests of their own."""
        for model in ("bert-tiny-ts", "gpt2-tiny-prefill", "gpt2-tiny-decode", "llama-tiny-prefill", "llama-tiny-decode"):
            with self.subTest(model=model):
                self.run_case(SHARED / model / "model.onnx", SHARED / model / "case0.npz", 1e-2)

    @needs_shared
    def test_minilm_embeds_its_sentences(self):
        """22 million parameters: the embeddings of six sentences to a cosine of 0.9999, each party within 1.5 GiB."""
        for k in range(3):
            case = SHARED / "minilm-l6" / f"case{k}.npz"
            with self.subTest(case=k):
                report = self.run_case(SHARED / "minilm-l6" / "model.onnx", case, 0.05)
                self.assertLessEqual(max(report["peak_rss_bytes"].values()), 1.5 * 2**30)
                bundle = compiled(SHARED / "minilm-l6" / "model.onnx", "--calibrate", case)
                done = tool("mpc-run", bundle, "--input", case, "--output", WORK / "embedding.npz")
                self.assertEqual(done.returncode, 0, done.stderr)
                got, want = np.load(WORK / "embedding.npz")["sentence_embedding"], np.load(case)["out:sentence_embedding"]
                for a, b in zip(got, want):
                    self.assertGreaterEqual(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)), 0.9999)


if __name__ == "__main__":
    unittest.main()
