"""Makes decoders/fused-*.onnx with a case each: decoders of com.microsoft's fused ops, as onnxruntime-genai's model builder and ONNX Runtime's
optimizer write them, and of the ops of opset 23. Needs onnx and onnxruntime; the tests read what is stored.

    python3 make_fused.py [--out FOLDER]
"""
import argparse
import pathlib

import numpy as np
import onnx
from make_cases import record, symbols, write_case
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

HERE = pathlib.Path(__file__).resolve().parent
MS = "com.microsoft"
# Heads of 16: ONNX Runtime's rotary positions inside attention want a multiple of it.
VOCAB, WIDTH, HEADS, SHARED, DEPTH, INNER, LAYERS, LONGEST = 40, 32, 2, 1, 16, 32, 2, 32


class Graph:
    """Nodes, weights from one seed, inputs with their values, and outputs."""

    def __init__(self, seed=3):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.weights, self.inputs, self.outputs, self.feed = [], [], [], [], {}

    def weight(self, name, *shape, scale=None):
        values = self.rng.normal(size=shape) * (scale or 1.4 / np.sqrt(shape[0]))
        return self.constant(name, values.astype(np.float32))

    def gain(self, name):
        return self.constant(name, self.rng.uniform(0.5, 1.5, WIDTH).astype(np.float32))

    def constant(self, name, values):
        self.weights.append(nh.from_array(np.asarray(values), name))
        return name

    def input(self, name, dims, value):
        self.inputs.append(h.make_tensor_value_info(name, h.np_dtype_to_tensor_dtype(value.dtype), dims))
        self.feed[name] = value
        return name

    def output(self, name, dims):
        self.outputs.append(h.make_tensor_value_info(name, T.FLOAT, dims))

    def node(self, op, inputs, outputs=1, domain="", **attributes):
        name = f"/{op}_{len(self.nodes)}"
        if isinstance(outputs, int):
            outputs = [f"{name}/{i}" for i in range(outputs)]
        self.nodes.append(h.make_node(op, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def skip(self, op, inputs):
        """The normalised sum, and the sum."""
        name = f"/{op}_{len(self.nodes)}"
        outputs = self.node(op, inputs, [name + "/0", "", "", name + "/3"], MS, epsilon=1e-5)
        return outputs[0], outputs[3]

    def model(self, opset):
        graph = h.make_graph(self.nodes, "main_graph", self.inputs, self.outputs, self.weights)
        return h.make_model(graph, opset_imports=[h.make_opsetid("", opset), h.make_opsetid(MS, 1)], ir_version=9)


def rotations(width):
    angles = np.outer(np.arange(LONGEST), 10000.0 ** (-np.arange(0, width, 2) / width))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def builder(past, lengths, fresh, packed=False, window=-1, softcap=0.0, last=False):
    """A LLaMA of GroupQueryAttention; `lengths` count what each sequence holds at the end."""
    g, batch, total = Graph(), len(lengths), past + fresh
    mask = (np.arange(total) < np.array(lengths)[:, None]).astype(np.int64)
    g.input("input_ids", ["batch_size", "sequence_length"], g.rng.integers(5, VOCAB, (batch, fresh)))
    g.input("attention_mask", ["batch_size", "total_sequence_length"], mask)
    for i in range(LAYERS):
        for what in ("key", "value"):
            g.input(f"past_key_values.{i}.{what}", ["batch_size", SHARED, "past_sequence_length", DEPTH],
                    g.rng.normal(size=(batch, SHARED, past, DEPTH)).astype(np.float32))
    one, first = g.constant("one", np.array([1])), g.constant("first", np.array(1))
    lengths_less_one = g.node("Cast", [g.node("Sub", [g.node("ReduceSum", ["attention_mask", one]), one])], to=T.INT32)
    longest = g.node("Cast", [g.node("Gather", [g.node("Shape", ["attention_mask"]), first], axis=0)], to=T.INT32)
    for name, table in zip(("cos_cache", "sin_cache"), rotations(DEPTH)):
        g.constant(name, table)
    x = g.node("Gather", [g.weight("embed_tokens.weight", VOCAB, WIDTH, scale=1.0), "input_ids"])
    y = g.node("SimplifiedLayerNormalization", [x, g.gain("norm0")], axis=-1, epsilon=1e-5, stash_type=1)
    for i in range(LAYERS):
        widths = {"q": HEADS * DEPTH, "k": SHARED * DEPTH, "v": SHARED * DEPTH}
        if packed:
            query = [g.node("MatMul", [y, g.weight(f"{i}.qkv", WIDTH, sum(widths.values()))]), "", ""]
        else:
            query = [g.node("MatMul", [y, g.weight(f"{i}.{n}", WIDTH, w)]) for n, w in widths.items()]
        caches = [f"past_key_values.{i}.key", f"past_key_values.{i}.value"]
        present = [f"present.{i}.key", f"present.{i}.value"]
        for name in present:
            g.output(name, ["batch_size", SHARED, "total_sequence_length", DEPTH])
        out = g.node("GroupQueryAttention", [*query, *caches, lengths_less_one, longest, "cos_cache", "sin_cache"], [f"attention{i}", *present], MS,
                     num_heads=HEADS, kv_num_heads=SHARED, scale=DEPTH**-0.5, do_rotary=1, local_window_size=window, softcap=softcap)[0]
        y, x = g.skip("SkipSimplifiedLayerNormalization", [x, g.node("MatMul", [out, g.weight(f"{i}.o", WIDTH, WIDTH)]), g.gain(f"norm1.{i}")])
        gate, up = (g.node("MatMul", [y, g.weight(f"{i}.{n}", WIDTH, INNER)]) for n in ("gate", "up"))
        inner = g.node("Mul", [g.node("Mul", [gate, g.node("Sigmoid", [gate])]), up])
        y, x = g.skip("SkipSimplifiedLayerNormalization", [x, g.node("MatMul", [inner, g.weight(f"{i}.down", INNER, WIDTH)]), g.gain(f"norm2.{i}")])
    if last:
        y = g.node("Gather", [y, g.constant("end", np.array([-1]))], axis=1)
    g.node("MatMul", [y, g.weight("lm_head.weight", WIDTH, VOCAB)], ["logits"])
    g.output("logits", ["batch_size", 1 if last else "sequence_length", VOCAB])
    return g


def optimizer(past, lengths, fresh):
    """A GPT-2 of Attention with projections inside, its past in one tensor, and SkipLayerNormalization."""
    g, batch, total = Graph(), len(lengths), past + fresh
    mask = (np.arange(total) >= total - np.array(lengths)[:, None]).astype(np.int64)
    g.input("input_ids", ["batch", "seq"], g.rng.integers(5, VOCAB, (batch, fresh)))
    g.input("position_ids", ["batch", "seq"], (np.cumsum(mask, 1) - 1).clip(0)[:, past:])
    g.input("attention_mask", ["batch", "total"], mask)
    x = g.node("Add", [g.node("Gather", [g.weight("wte", VOCAB, WIDTH, scale=1.0), "input_ids"]),
                       g.node("Gather", [g.weight("wpe", LONGEST, WIDTH, scale=0.5), "position_ids"])])
    keep = g.node("Cast", ["attention_mask"], to=T.INT32)
    shift = lambda name: g.weight(name, WIDTH, scale=0.3)
    y = g.node("LayerNormalization", [x, g.gain("ln"), shift("ln.bias")], epsilon=1e-5)
    for i in range(LAYERS):
        g.input(f"past_{i}", [2, "batch", HEADS, "past", DEPTH], g.rng.normal(size=(2, batch, HEADS, past, DEPTH)).astype(np.float32))
        out = g.node("Attention", [y, g.weight(f"{i}.qkv", WIDTH, 3 * WIDTH), g.weight(f"{i}.qkv.bias", 3 * WIDTH, scale=0.3), keep, f"past_{i}"],
                     [f"attention{i}", f"present_{i}"], MS, num_heads=HEADS, unidirectional=1)[0]
        g.output(f"present_{i}", [2, "batch", HEADS, "total", DEPTH])
        out = g.node("MatMul", [out, g.weight(f"{i}.proj", WIDTH, WIDTH)])
        y, x = g.skip("SkipLayerNormalization", [out, x, g.gain(f"{i}.ln1"), shift(f"{i}.ln1.bias"), shift(f"{i}.proj.bias")])
        inner = g.node("FastGelu", [g.node("MatMul", [y, g.weight(f"{i}.fc", WIDTH, INNER)]), g.weight(f"{i}.fc.bias", INNER, scale=0.3)], 1, MS)
        out = g.node("MatMul", [inner, g.weight(f"{i}.out", INNER, WIDTH)])
        y, x = g.skip("SkipLayerNormalization", [out, x, g.gain(f"{i}.ln2"), shift(f"{i}.ln2.bias"), shift(f"{i}.out.bias")])
    g.node("MatMul", [y, g.weight("lm_head", WIDTH, VOCAB)], ["logits"])
    g.output("logits", ["batch", "seq", VOCAB])
    return g


def opset23(past, fresh):
    """RMSNormalization, RotaryEmbedding and Attention with a Boolean mask of 4 dimensions."""
    g, batch = Graph(), 2
    seen = np.tril(np.ones((fresh, past + fresh), bool), past)
    g.input("input_ids", ["batch", "seq"], g.rng.integers(5, VOCAB, (batch, fresh)))
    g.input("position_ids", ["batch", "seq"], np.tile(np.arange(past, past + fresh), (batch, 1)))
    g.input("attention_mask", ["batch", 1, "seq", "total"], np.tile(seen, (batch, 1, 1, 1)))
    tables = [g.constant(name, table) for name, table in zip(("cos_cache", "sin_cache"), rotations(8))]
    x = g.node("Gather", [g.weight("embedding", VOCAB, WIDTH, scale=1.0), "input_ids"])
    for i in range(LAYERS):
        y = g.node("RMSNormalization", [x, g.gain(f"{i}.norm")], axis=-1, epsilon=1e-5)
        q, k, v = (g.node("MatMul", [y, g.weight(f"{i}.{n}", WIDTH, heads * DEPTH)]) for n, heads in (("q", HEADS), ("k", SHARED), ("v", SHARED)))
        q, k = (g.node("RotaryEmbedding", [t, *tables, "position_ids"], num_heads=heads, interleaved=1, rotary_embedding_dim=8)
                for t, heads in ((q, HEADS), (k, SHARED)))
        caches = [g.input(f"past_key_values.{i}.{what}", ["batch", SHARED, "past", DEPTH],
                          g.rng.normal(size=(batch, SHARED, past, DEPTH)).astype(np.float32)) for what in ("key", "value")]
        present = [f"present.{i}.key", f"present.{i}.value"]
        for name in present:
            g.output(name, ["batch", SHARED, "total", DEPTH])
        out = g.node("Attention", [q, k, v, "attention_mask", *caches], [f"attention{i}", *present], q_num_heads=HEADS, kv_num_heads=SHARED, softcap=4.0)[0]
        x = g.node("Add", [x, g.node("MatMul", [out, g.weight(f"{i}.o", WIDTH, WIDTH)])])
        inner = g.node("Gelu", [g.node("MatMul", [x, g.weight(f"{i}.up", WIDTH, INNER)])], approximate="tanh")
        x = g.node("Add", [x, g.node("MatMul", [inner, g.weight(f"{i}.down", INNER, WIDTH)])])
    g.node("MatMul", [x, g.weight("lm_head", WIDTH, VOCAB)], ["logits"])
    g.output("logits", ["batch", "seq", VOCAB])
    return g


def experts():
    """What no program can hold yet: quantised weights, and a choice of experts that depends on the input. No case: it is refused."""
    g = Graph()
    g.input("x", ["rows", 32], np.zeros((4, 32), np.float32))
    packed = g.constant("packed", g.rng.integers(0, 255, (32, 2, 8), dtype=np.uint8))
    y = g.node("MatMulNBits", ["x", packed, g.constant("scales", np.ones(64, np.float32))], 1, MS, K=32, N=32, bits=4, block_size=16)
    gate = g.node("MatMul", [y, g.weight("gate", 32, 4)])
    g.node("MoE", [y, gate, g.weight("fc1", 4, 32, 32), "", g.weight("fc2", 4, 32, 32)], ["logits"], MS, k=2, activation_type="silu")
    g.output("logits", ["rows", 32])
    return g


# Three processes run those that are true.
KEPT = {
    "fused-builder-prompt": (lambda: builder(0, [9], 9, packed=True, window=4, last=True), 17, False),
    "fused-builder-step": (lambda: builder(7, [8, 6], 1), 14, True),
    "fused-builder-cap": (lambda: builder(4, [7], 3, softcap=5.0), 21, False),
    "fused-optimizer-step": (lambda: optimizer(7, [8, 6], 1), 14, True),
    "fused-opset23-step": (lambda: opset23(6, 2), 23, False),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "decoders")
    out = parser.parse_args().out
    for name, (make, opset, three) in KEPT.items():
        graph, path = make(), out / f"{name}.onnx"
        onnx.save(graph.model(opset), path)
        write_case(path, graph.feed)
        record(out, {name: {"bind": symbols(path, graph.feed), "three": three}})
        print(f"{name}: {path.stat().st_size / 1e3:.0f} kB")
    onnx.save(experts().model(17), out / "refused-experts.onnx")


if __name__ == "__main__":
    main()
