"""Makes decoders/*.onnx with a case each, listed in decoders/decoders.json: tiny language models with random weights, as exporters of today write them.
The tests read what is stored and need none of this; the script needs torch 2.15, transformers 5, onnx and onnxruntime.

    python3 make_decoders.py [--out FOLDER] [NAME ...]

A name is ARCHITECTURE-EXPORTER-MODE. Exporters: d18 is torch.onnx.export(dynamo=True) at opset 18, r18 the same without its optimisation, t14 is
dynamo=False at opset 14. Modes: plain (input_ids and attention_mask to logits), pos (position_ids too), present (the cache goes out), decode (one
token with a cache), full (encoder and decoder in one graph).
"""
import argparse
import os
import pathlib
import re
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import numpy as np
import onnx
import torch
import transformers as tf
from make_cases import record, symbols, write_case
from torch import nn
from transformers.cache_utils import DynamicCache, DynamicLayer

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).resolve().parent
VOCAB, LAYERS = 40, 2

BASE = dict(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=LAYERS, num_attention_heads=4, intermediate_size=48, max_position_embeddings=32)
GPT = dict(vocab_size=VOCAB, n_positions=32, n_embd=32, n_layer=LAYERS, n_head=4, n_inner=48)
SPECIAL = dict(pad_token_id=1, bos_token_id=2, eos_token_id=3)
SHARED = dict(num_key_value_heads=2)

ARCHITECTURES = {
    "bloom": (tf.BloomForCausalLM, tf.BloomConfig, dict(vocab_size=VOCAB, hidden_size=32, n_layer=LAYERS, n_head=4, **SPECIAL)),
    "codegen": (tf.CodeGenForCausalLM, tf.CodeGenConfig, dict(GPT, n_ctx=32, rotary_dim=4)),
    "cohere": (tf.CohereForCausalLM, tf.CohereConfig, dict(BASE, **SHARED, use_qk_norm=True, logit_scale=0.25, pad_token_id=1)),
    "falcon": (tf.FalconForCausalLM, tf.FalconConfig,
               dict(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=LAYERS, num_attention_heads=4, alibi=False, multi_query=True,
                    parallel_attn=True, bias=False, new_decoder_architecture=False)),
    "gemma2": (tf.Gemma2ForCausalLM, tf.Gemma2Config,
               dict(BASE, **SHARED, head_dim=8, sliding_window=4, query_pre_attn_scalar=8, attn_logit_softcapping=5.0,
                    final_logit_softcapping=3.0)),
    "gemma3": (tf.Gemma3ForCausalLM, tf.Gemma3TextConfig,
               dict(BASE, **SHARED, head_dim=8, sliding_window=4, query_pre_attn_scalar=8, layer_types=["sliding_attention", "full_attention"])),
    "gpt2": (tf.GPT2LMHeadModel, tf.GPT2Config, GPT),
    "gptj": (tf.GPTJForCausalLM, tf.GPTJConfig, dict(GPT, rotary_dim=4)),
    "gptneo": (tf.GPTNeoForCausalLM, tf.GPTNeoConfig,
               dict(vocab_size=VOCAB, hidden_size=32, num_layers=LAYERS, num_heads=4, attention_types=[[["global", "local"], 1]], window_size=4,
                    max_position_embeddings=32, intermediate_size=48)),
    "gptneox": (tf.GPTNeoXForCausalLM, tf.GPTNeoXConfig, dict(BASE, rotary_pct=0.5)),
    "mistral": (tf.MistralForCausalLM, tf.MistralConfig, dict(BASE, **SHARED, sliding_window=4)),
    "mpt": (tf.MptForCausalLM, tf.MptConfig, dict(vocab_size=VOCAB, d_model=32, n_layers=LAYERS, n_heads=4, max_seq_len=32, expansion_ratio=2)),
    "olmo2": (tf.Olmo2ForCausalLM, tf.Olmo2Config, dict(BASE, **SHARED, **SPECIAL)),
    "opt": (tf.OPTForCausalLM, tf.OPTConfig,
            dict(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=LAYERS, num_attention_heads=4, ffn_dim=48, max_position_embeddings=32,
                 word_embed_proj_dim=24, **SPECIAL)),
    "phi3": (tf.Phi3ForCausalLM, tf.Phi3Config, dict(BASE, **SHARED, **SPECIAL)),
    "qwen3": (tf.Qwen3ForCausalLM, tf.Qwen3Config, dict(BASE, **SHARED, head_dim=8)),
    "roberta": (tf.RobertaForCausalLM, tf.RobertaConfig, dict(BASE, is_decoder=True, **SPECIAL)),
    "t5": (tf.T5ForConditionalGeneration, tf.T5Config,
           dict(vocab_size=VOCAB, d_model=32, d_kv=8, d_ff=48, num_layers=1, num_heads=4, relative_attention_num_buckets=8,
                relative_attention_max_distance=16, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)),
    "xglm": (tf.XGLMForCausalLM, tf.XGLMConfig,
             dict(vocab_size=VOCAB, d_model=32, num_layers=LAYERS, attention_heads=4, ffn_dim=48, max_position_embeddings=32, **SPECIAL)),
}

# What is kept in the repository; true: three processes run it too.
KEPT = {
    "bloom-t14-plain": True, "codegen-t14-plain": True, "cohere-d18-plain": False, "falcon-d18-plain": False,
    "gemma2-d23-plain": True, "gemma3-d18-decode": False, "gpt2-r18-plain": False, "gptj-t17-present": True, "gptneo-d18-plain": False,
    "gptneox-d18-decode": True, "mistral-d20-plain": False, "mpt-d18-plain": False, "olmo2-d21-present": False, "opt-t11-plain": False,
    "phi3-t17-decode": False, "qwen3-d18-present": False, "roberta-t14-plain": True, "t5-t14-full": True, "xglm-t14-plain": True,
}


def lively(model, seed, centred):
    """Random parameters at scales that give scores of some units and activations on both sides of 0; `centred` norms add 1 themselves."""
    generator = torch.Generator().manual_seed(seed)

    def normal(parameter, deviation):
        parameter.data.copy_(torch.randn(parameter.shape, generator=generator) * deviation)

    for module in model.modules():
        norm = "norm" in type(module).__name__.lower()
        for name, parameter in module.named_parameters(recurse=False):
            if isinstance(module, nn.Embedding):
                normal(parameter, 1.0)
            elif norm and name == "weight":
                parameter.data.copy_(torch.rand(parameter.shape, generator=generator) + (-0.5 if centred else 0.5))
            elif parameter.dim() < 2:
                normal(parameter, 0.3)
            else:
                inputs = parameter.shape[0] if type(module).__name__ == "Conv1D" else parameter.shape[1]
                normal(parameter, 1.5 / inputs**0.5)
    return model.eval()


class Logits(nn.Module):
    """The model on inputs by position; with `cache`, keys and values follow them and go out behind the logits."""

    def __init__(self, model, names, cache):
        super().__init__()
        self.model, self.names, self.cache = model, names, cache
        self.eval()  # the exporter restores the mode of this module in the model

    def forward(self, *values):
        given = dict(zip(self.names, values))
        if not self.cache:
            return self.model(**given, use_cache=False).logits
        cache, rest = DynamicCache(), values[len(self.names):]
        for keys, held in zip(rest[0::2], rest[1::2]):
            layer = DynamicLayer()
            layer.keys, layer.values, layer.is_initialized = keys, held, True
            layer.dtype, layer.device = keys.dtype, keys.device
            cache.layers.append(layer)
        result = self.model(**given, use_cache=True, past_key_values=cache)
        return (result.logits, *[t for layer in result.past_key_values.layers for t in (layer.keys, layer.values)])


def padding(batch, length, lengths, left=False):
    mask = torch.zeros(batch, length, dtype=torch.int64)
    for row, count in zip(mask, lengths):
        row[length - count if left else 0:][:count] = 1
    return mask


def tokens(batch, length, generator):
    return torch.randint(5, VOCAB, (batch, length), generator=generator)


def problem(model, mode, batch, length):
    """The module to export, names of inputs and outputs, example inputs, and by input its dynamic dimensions."""
    generator = torch.Generator().manual_seed(length)
    mask = padding(batch, length, [length, length - 3][:batch])
    ids = tokens(batch, length, generator)
    along = {0: "batch", 1: "seq"}
    if mode == "full":
        names = ["input_ids", "attention_mask", "decoder_input_ids"]
        return Logits(model, names, False), names, ["logits"], [ids, mask, tokens(batch, 5, generator)], [along, along, {0: "batch", 1: "target"}]
    positions = [(mask.cumsum(1) - 1).clamp(min=0)]
    names = ["input_ids", "attention_mask"] + (["position_ids"] if mode in ("pos", "present", "decode") else [])
    if mode in ("plain", "pos"):
        return Logits(model, names, False), names, ["logits"], [ids, mask, *positions][:len(names)], [along] * len(names)
    cache = [f"{i}.{what}" for i in range(LAYERS) for what in ("key", "value")]
    outputs = ["logits"] + [f"present.{name}" for name in cache]
    if not accepts_positions(model):
        names, positions = names[:2], []
    module = Logits(model, names, True)
    if mode == "present":
        return module, names, outputs, [ids, mask, *positions], [along] * len(names)
    # A true step behind a prompt that is padded on the left.
    mask = padding(batch, length, [length, length - 3][:batch], left=True)
    positions = [(mask.cumsum(1) - 1).clamp(min=0)] if positions else []
    with torch.no_grad():
        held = list(module(ids, mask, *positions)[1:])
    mask = torch.cat([mask, torch.ones(batch, 1, dtype=torch.int64)], 1)
    step = [tokens(batch, 1, generator), mask] + ([mask.sum(1, keepdim=True) - 1] if positions else []) + held
    dynamic = [{0: "batch"}, {0: "batch", 1: "past + 1"}] + [{0: "batch"}] * len(positions) + [{0: "batch", 2: "past"}] * len(held)
    return module, names + [f"past_key_values.{name}" for name in cache], outputs, step, dynamic


def accepts_positions(model):
    return "position_ids" in model.forward.__code__.co_varnames


def export(name, path):
    architecture, exporter, mode = name.split("-")
    kind, configuration, options = ARCHITECTURES[architecture]
    config = configuration(**options)
    opset = int(exporter[1:])
    config._attn_implementation = "eager" if exporter[0] == "t" or not kind._supports_sdpa else "sdpa"
    model = lively(kind(config), seed=7, centred=architecture.startswith("gemma"))
    # RotaryEmbedding of opset 23 wants tables for each sequence, and the exporter gives one: one sequence.
    batch = 1 if opset >= 23 else 2
    module, inputs, outputs, example, dynamic = problem(model, mode, batch, 8)
    if exporter[0] == "t":
        torch.onnx.export(module, tuple(example), str(path), input_names=inputs, output_names=outputs, opset_version=opset, dynamo=False,
                          dynamic_axes={i: {d: re.sub(r"\W+", "_", n) for d, n in axes.items()} for i, axes in zip(inputs, dynamic)})
    else:
        dims = {n: torch.export.Dim(n, min=1 if n == "past" else 2, max=31) for n in ("batch", "seq", "past", "target")}
        dims["past + 1"] = dims["past"] + 1
        if batch == 1:
            dynamic = [{d: n for d, n in axes.items() if d != 0} for axes in dynamic]
        shapes = tuple({d: dims[n] for d, n in axes.items()} for axes in dynamic)
        torch.onnx.export(module, tuple(example), input_names=inputs, output_names=outputs, opset_version=opset, dynamo=True,
                          dynamic_shapes=(shapes,), optimize=exporter[0] == "d", verbose=False).save(str(path), external_data=False)
    scrub(path)
    return module, problem(model, mode, batch, 9)[3]


def scrub(path):
    """Without stack traces and doc strings, which hold paths of the machine."""
    model = onnx.load(path)

    def clean(nodes):
        for node in nodes:
            node.doc_string = ""
            del node.metadata_props[:]
            for attribute in node.attribute:
                clean(attribute.g.node)

    clean(model.graph.node)
    for function in model.functions:
        clean(function.node)
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        value.doc_string = ""
        del value.metadata_props[:]
    del model.graph.value_info[:]
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "decoders")
    parser.add_argument("names", nargs="*", default=None)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or KEPT:
        path = arguments.out / f"{name}.onnx"
        with torch.no_grad():
            module, values = export(name, path)
            expected = module(*values)
        names = [value.name for value in onnx.load(path).graph.input]
        feed = {n: v.numpy() for n, v in zip(names, values)}
        got = write_case(path, feed)
        expected = [expected] if isinstance(expected, torch.Tensor) else expected
        error = max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got))
        assert error < 1e-4, f"{name}: ONNX Runtime and PyTorch differ by {error}"
        record(arguments.out, {name: {"bind": symbols(path, feed), "three": KEPT.get(name, False)}})
        print(f"{name}: {path.stat().st_size / 1e3:.0f} kB, {error:.1e}", flush=True)


if __name__ == "__main__":
    main()
