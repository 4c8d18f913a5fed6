#!/usr/bin/env python3
"""Exports a folder of train.py to ONNX: prefill.onnx with its weights as external data, and one case.

    pip install torch numpy onnx onnxscript onnxruntime safetensors tokenizers
    examples/kjv-lm/export.py OUT

input_ids, position_ids [1, sequence_length] -> logits [1, sequence_length, V], checked against PyTorch.
"""
import argparse
import pathlib

import numpy as np
import onnxruntime
import torch
from model import load
from tokenizers import Tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    model, path = load(folder), folder / "prefill.onnx"
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode("And God said unto Abraham, Thou shalt keep my covenant").ids
    feed = (torch.tensor([ids]), torch.arange(len(ids))[None])
    length = torch.export.Dim("sequence_length", min=2, max=512)
    torch.onnx.export(model, feed, str(path), input_names=["input_ids", "position_ids"], output_names=["logits"], opset_version=18,
                      dynamo=True, external_data=True, dynamic_shapes={"input_ids": {1: length}, "position_ids": {1: length}})
    inputs = {"input_ids": feed[0].numpy(), "position_ids": feed[1].numpy()}
    logits = onnxruntime.InferenceSession(str(path)).run(["logits"], inputs)[0]
    with torch.no_grad():
        print(f"largest difference from PyTorch: {np.abs(model(*feed).numpy() - logits).max():.1e}")
    np.savez_compressed(folder / "cases_prefill.npz", **{"in:" + k: v for k, v in inputs.items()}, **{"out:logits": logits})


if __name__ == "__main__":
    main()
