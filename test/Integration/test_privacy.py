"""Looks for clear inputs, weights and results in what each party received, sent and held in memory.

mpc-run --dump-memory leaves the memory of each party before it leaves (party0.mem, ...) and the payloads of its links
(party0.traffic, ...). Values are looked for in the forms in which they would stand there by mistake.
"""
import struct
import unittest

import numpy as np
from tacit_tools import EXAMPLE, WORK, compiled, tool


def safetensor(name):
    raw = (EXAMPLE / "model.safetensors").read_bytes()
    import json
    size = struct.unpack("<Q", raw[:8])[0]
    begin, end = json.loads(raw[8:8 + size])[name]["data_offsets"]
    return np.frombuffer(raw[8 + size + begin:8 + size + end], dtype=np.float32)


def forms(values):
    """The byte strings by which an array of real or whole numbers would be recognised: as floats, integers and fixed point."""
    values = np.asarray(values)
    out = {"f32": values.astype(np.float32).tobytes(), "f64": values.astype(np.float64).tobytes(), "i64": np.rint(values).astype(np.int64).tobytes()}
    for fraction in (8, 12, 16, 18, 20, 24, 26):
        out[f"fixed {fraction}"] = np.rint(values.astype(np.float64) * 2.0**fraction).astype(np.int64).tobytes()
    for width in (46, 64):
        out[f"fixed 18 in {width} bits"] = (np.rint(values.astype(np.float64) * 2.0**18).astype(np.int64) & ((1 << width) - 1 if width < 64 else -1)).tobytes()
    return {name: data for name, data in out.items() if len(set(data)) > 4}


class Privacy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.case = dict(np.load(EXAMPLE / "cases_prefill.npz"))
        bundle = compiled(EXAMPLE / "prefill.onnx", "--calibrate", EXAMPLE / "cases_prefill.npz")
        cls.dump, output = WORK / "dump", WORK / "private.npz"
        done = tool("mpc-run", bundle, "--input", EXAMPLE / "cases_prefill.npz", "--output", output, "--dump-memory", cls.dump)
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.result = np.load(output)
        cls.seen = {path.name: path.read_bytes() for path in sorted(cls.dump.iterdir())}

    def look_for(self, what, values):
        for form, data in forms(values).items():
            for name, seen in self.seen.items():
                self.assertNotIn(data, seen, f"{what} as {form} in {name}")

    def test_dumps_are_whole(self):
        """The search can find something: public positions are in every party's memory, and weights' shares went over the links."""
        positions = self.case["in:position_ids"].astype(np.int64).tobytes()
        for party in range(3):
            self.assertIn(positions, self.seen[f"party{party}.mem"])
        for party in (1, 2):
            self.assertGreater(len(self.seen[f"party{party}.traffic"]), 4_000_000)
        self.assertGreater(len(self.seen["party0.traffic"]), 1000)

    def test_no_input_is_seen(self):
        ids = self.case["in:input_ids"][0]
        for start in (0, 8, 16):
            self.look_for("token ids", ids[start:start + 6])
        hot = np.zeros((len(ids), 1024), np.uint8)
        hot[np.arange(len(ids)), ids] = 1
        # One row alone is a lone 1 among zeros, which any counter in fresh memory looks like; neighbouring rows are the prompt.
        for start in range(0, len(ids) - 1, 2):
            rows = hot[start:start + 2]
            for name, seen in self.seen.items():
                self.assertFalse(rows.tobytes() in seen, f"one-hot rows {start} and {start + 1} as bytes in {name}")
                self.assertFalse(rows.astype(np.int64).tobytes() in seen, f"one-hot rows {start} and {start + 1} as words in {name}")
                self.assertFalse(np.packbits(rows, bitorder="little").tobytes() in seen, f"one-hot rows {start} and {start + 1} as bits in {name}")

    def test_no_weight_is_seen(self):
        for name in ("model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.5.mlp.down_proj.weight", "model.norm.weight"):
            values = safetensor(name)
            for start in (0, len(values) // 2):
                self.look_for(name, values[start:start + 8])

    def test_no_result_is_seen(self):
        for row in (0, 11, 23):
            self.look_for("logits", self.case["out:logits"][0, row, 100:104])
            self.look_for("logits as computed", self.result["logits"][0, row, 100:104])


if __name__ == "__main__":
    unittest.main()
