"""Several graphs in one bundle: entries by name, weights of the same bytes held once, options by entry; cases as folders."""
import pathlib
import shutil
import unittest

import numpy as np
from tacit_tools import SHARED, WORK, needs_shared, read_json, tool

INPUTS = pathlib.Path(__file__).resolve().parent / "Inputs" / "entries"


class Entries(unittest.TestCase):
    def compile(self, bundle, *arguments):
        done = tool("mpc-compile", *arguments, "-o", bundle)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, status, *words_and_arguments):
        words, arguments = words_and_arguments[0], words_and_arguments[1:]
        done = tool("mpc-compile", *arguments, "-o", WORK / "never")
        self.assertEqual(done.returncode, status, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertEqual(list(WORK.glob("never*")), [])

    def run_entry(self, bundle, entry, case, tolerance=1e-3):
        done = tool("mpc-run", bundle, "--entry", entry, "--input", case, "--compare", case, "--tolerance", tolerance)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_two_graphs_share_their_weights(self):
        bundle = WORK / "pair"
        out = self.compile(bundle, f"prefill={INPUTS / 'prefill.onnx'}", f"decode={INPUTS / 'decode.onnx'}",
                           "--bind", "length=5", "--calibrate", f"decode={INPUTS / 'decode.npz'}")
        self.assertIn("leakage of prefill", out)
        self.assertIn("leakage of decode", out)
        manifest = read_json(bundle / "manifest.json")
        self.assertEqual([entry["name"] for entry in manifest["entries"]], ["prefill", "decode"])
        # W and B of prefill, and of decode only what prefill has not: 6 x 6 numbers beside the header.
        self.assertEqual(sorted(manifest["files"]), ["inline-decode.safetensors", "inline.safetensors"])
        own = (bundle / "inline-decode.safetensors").read_bytes()
        self.assertEqual(len(own), 8 + int.from_bytes(own[:8], "little") + 6 * 6 * 4)
        self.run_entry(bundle, "prefill", INPUTS / "prefill.npz")
        self.run_entry(bundle, "decode", INPUTS / "decode.npz")
        done = tool("mpc-run", bundle, "--input", INPUTS / "decode.npz")
        self.assertEqual(done.returncode, 1)
        self.assertIn("prefill, decode", done.stderr)
        done = tool("mpc-run", bundle, "--input", INPUTS / "decode.npz", "--entry", "encode")
        self.assertIn("no entry 'encode'", done.stderr)

    def test_files_of_one_name_in_two_folders(self):
        """External data: each graph's model.bin is its own."""
        bundle = WORK / "folders"
        for name in ("a", "b"):
            (WORK / name).mkdir(exist_ok=True)
        example = pathlib.Path(__file__).resolve().parents[2] / "examples" / "kjv-lm"
        for name in ("a", "b"):
            shutil.copy(example / "prefill.onnx", WORK / name)
            shutil.copy(example / "model.safetensors", WORK / name)
        changed = bytearray((WORK / "b" / "model.safetensors").read_bytes())
        changed[-5] ^= 1  # a low bit of one weight
        (WORK / "b" / "model.safetensors").write_bytes(changed)
        self.compile(bundle, f"one={WORK / 'a' / 'prefill.onnx'}", f"two={WORK / 'b' / 'prefill.onnx'}", "--bind", "sequence_length=4")
        files = read_json(bundle / "manifest.json")["files"]
        self.assertEqual(files["model.safetensors"]["path"], str(WORK / "a" / "model.safetensors"))
        self.assertEqual(files["two/model.safetensors"]["path"], str(WORK / "b" / "model.safetensors"))

    def test_a_weight_that_another_graph_shows(self):
        self.refused(1, ["weight in 'prefill'", "public constant in 'clash'"], f"prefill={INPUTS / 'prefill.onnx'}",
                     f"clash={INPUTS / 'clash.onnx'}", "--bind", "length=2")

    def test_options_name_entries(self):
        pair = [f"prefill={INPUTS / 'prefill.onnx'}", f"decode={INPUTS / 'decode.onnx'}"]
        self.compile(WORK / "bound", *pair, "--bind", "prefill:length=2", "--bind", "decode:past_length=1")
        shapes = {entry["name"]: [port["shape"] for port in entry["inputs"]] for entry in read_json(WORK / "bound" / "manifest.json")["entries"]}
        self.assertEqual(shapes, {"prefill": [[1, 2, 8]], "decode": [[1, 1, 8], [1, 1, 6]]})
        self.refused(1, ["decode:length"], *pair, "--bind", "prefill:length=2", "--bind", "decode:past_length=1", "--bind", "decode:length=2")
        self.refused(1, ["'depth'"], *pair, "--bind", "length=2", "--bind", "past_length=1", "--bind", "depth=2")
        self.refused(1, ["past_length", "--bind"], *pair, "--bind", "length=2")
        self.refused(1, ["'mask'"], *pair, "--bind", "length=2", "--bind", "past_length=1", "--public-input", "mask")
        self.refused(2, ["ENTRY=CASE"], *pair, "--calibrate", INPUTS / "prefill.npz")
        self.refused(2, ["ENTRY=MODEL.onnx"], INPUTS / "prefill.onnx", INPUTS / "decode.onnx")
        self.refused(2, ["'decode'"], pair[1], pair[1])

    def test_a_case_that_is_a_folder(self):
        bundle = WORK / "folder-case"
        self.compile(bundle, INPUTS / "decode.onnx", "--calibrate", INPUTS / "decode_case")
        self.run_entry(bundle, "main", INPUTS / "decode_case")

    def test_cases_that_do_not_fit(self):
        model = INPUTS / "decode.onnx"
        self.refused(1, ["past_length", "3", "2"], model, "--calibrate", INPUTS / "decode.npz", "--bind", "past_length=2")
        self.refused(1, ["nowhere.npz"], model, "--calibrate", WORK / "nowhere.npz")
        self.refused(1, ["later.npz"], model, "--calibrate", INPUTS / "decode.npz", "--calibrate", WORK / "later.npz")
        self.refused(1, ["input_0.pb"], model, "--calibrate", INPUTS.parent)
        np.savez(WORK / "flat.npz", x=np.zeros((1, 8), np.float32), past=np.zeros((1, 3, 6), np.float32))
        self.refused(1, ["'x'", "3 dimensions", "2"], model, "--calibrate", WORK / "flat.npz")
        np.savez(WORK / "named.npz", **{"in:z": np.zeros(3, np.float32)})
        self.refused(1, ["'z'", "x, past"], model, "--calibrate", WORK / "named.npz")

    @needs_shared
    def test_prefill_and_decode_of_the_language_model(self):
        folder, bundle = SHARED / "kjv-lm", WORK / "kjv"
        self.compile(bundle, f"prefill={folder / 'prefill.onnx'}", f"decode={folder / 'decode.onnx'}", "--calibrate",
                     f"prefill={folder / 'cases_prefill.npz'}", "--calibrate", f"decode={folder / 'cases_decode.npz'}")
        self.assertEqual(list(read_json(bundle / "manifest.json")["files"]), ["model.safetensors"])
        for entry in ("prefill", "decode"):
            self.run_entry(bundle, entry, folder / f"cases_{entry}.npz", 1e-2)


if __name__ == "__main__":
    unittest.main()
