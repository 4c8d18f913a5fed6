#!/usr/bin/env python3
"""Trains a model such as the one beside it on the King James Bible (public domain, Debian's package bible-kjv).

    apt-get install bible-kjv; pip install torch tokenizers safetensors numpy
    examples/kjv-lm/train.py --out OUT [--steps 1500]     # about half an hour on one core
    examples/kjv-lm/export.py OUT                         # then ONNX

Writes config.json, tokenizer.json and model.safetensors (f32). The last twentieth of the text is held out and its
perplexity printed.
"""
import argparse
import json
import math
import pathlib
import re
import subprocess

import torch
from model import LanguageModel
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional as F

CONTEXT, BETWEEN_BOOKS = 512, "<|endoftext|>"


def corpus():
    """All verses, one a line, books apart by the token between books."""
    printed = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], check=True, capture_output=True, text=True).stdout
    text, book = [], None
    for line in printed.splitlines():
        found = re.match(r"\s*(\w+?)\d+:\d+ (.*)", line)
        if not found:
            continue
        if book not in (None, found.group(1)):
            text.append(BETWEEN_BOOKS)
        book = found.group(1)
        text.append(found.group(2).strip() + "\n")
    return "".join(text)


def byte_pairs(text, entries):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(text.split(BETWEEN_BOOKS), trainers.BpeTrainer(
        vocab_size=entries, special_tokens=[BETWEEN_BOOKS], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return tokenizer


def windows(tokens, count, generator):
    at = torch.randint(0, len(tokens) - CONTEXT - 1, (count,), generator=generator)
    return torch.stack([tokens[i:i + CONTEXT + 1] for i in at.tolist()])


def loss_of(model, batch):
    positions = torch.arange(batch.shape[1] - 1)[None].expand(len(batch), -1)
    return F.cross_entropy(model(batch[:, :-1], positions).flatten(0, 1), batch[:, 1:].flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=6, help="windows of 512 tokens a step")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--vocabulary", type=int, default=1024)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)

    text = corpus()
    cut = text.index("\n", int(len(text) * 0.95)) + 1
    tokenizer = byte_pairs(text[:cut], args.vocabulary)
    tokenizer.save(str(args.out / "tokenizer.json"))
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": args.vocabulary, "hidden_size": 128, "intermediate_size": 240,
              "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "rms_norm_eps": 1e-5,
              "rope_theta": 10000.0, "max_position_embeddings": CONTEXT, "hidden_act": "silu", "tie_word_embeddings": True}
    (args.out / "config.json").write_text(json.dumps(config, indent=1) + "\n")

    model = LanguageModel(config)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.05)
    tokens, held_out = (torch.tensor(tokenizer.encode(part).ids) for part in (text[:cut], text[cut:]))
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokens)} tokens", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.95), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.rate, total_steps=max(args.steps, 2), pct_start=0.05)
    generator = torch.Generator().manual_seed(1)
    for step in range(args.steps):
        loss = loss_of(model, windows(tokens, args.batch, generator))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} of {args.steps}: loss {loss.item():.3f}", flush=True)

    model.eval()
    with torch.no_grad():
        parts = [held_out[i:i + CONTEXT + 1] for i in range(0, len(held_out) - CONTEXT, CONTEXT)]
        mean = sum(loss_of(model, part[None]).item() for part in parts) / len(parts)
    print(f"held out: perplexity {math.exp(mean):.2f} a token")
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, args.out / "model.safetensors")


if __name__ == "__main__":
    main()
