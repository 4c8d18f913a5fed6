#!/usr/bin/env python3
"""Greedy continuations of the plain model by ONNX Runtime: what scripts/demo and the tests compare with.

    pip install numpy onnxruntime tokenizers
    examples/kjv-lm/plain.py            # writes expected.json

The run under sharing has one fixed length, so the prompt is padded on the right: attention is causal, and rows after
the last token change nothing before them. ONNX Runtime computes the same padded graph here.
"""
import json
import pathlib

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
LENGTH, NEW = 24, 10
PROMPTS = ["And God said unto Abraham,", "In the beginning", "Blessed is the man that"]


def main():
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(HERE / "prefill.onnx"))
    positions, cases = np.arange(LENGTH)[None], []
    for prompt in PROMPTS:
        ids = tokenizer.encode(prompt).ids
        first = len(ids)
        while len(ids) < min(first + NEW, LENGTH):
            padded = np.array([ids + [0] * (LENGTH - len(ids))])
            logits = session.run(["logits"], {"input_ids": padded, "position_ids": positions})[0]
            ids.append(int(logits[0, len(ids) - 1].argmax()))
        cases.append({"prompt": prompt, "prompt_ids": ids[:first], "new_ids": ids[first:], "continuation": tokenizer.decode(ids[first:])})
    (HERE / "expected.json").write_text(json.dumps({"length": LENGTH, "cases": cases}, indent=1) + "\n")
    for case in cases:
        print(case["prompt"] + case["continuation"])


if __name__ == "__main__":
    main()
