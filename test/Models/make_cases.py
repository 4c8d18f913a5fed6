"""What the scripts that make models share: cases by ONNX Runtime, and the list of files that the tests read."""
import json
import re

import numpy as np
import onnx
import onnxruntime as ort


def write_case(path, feed):
    """Inputs and what ONNX Runtime, unoptimised, makes of them, beside the model; returns the outputs in order."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    got = session.run(None, feed)
    outputs = {f"out:{o.name}": v for o, v in zip(session.get_outputs(), got)}
    np.savez(path.with_suffix(".npz"), **{f"in:{n}": v for n, v in feed.items()}, **outputs)
    return got


def symbols(path, feed):
    """Sizes of the symbolic dimensions that are names and no expressions."""
    sizes = {}
    for value in onnx.load(path).graph.input:
        for dim, size in zip(value.type.tensor_type.shape.dim, feed[value.name].shape):
            if re.fullmatch(r"\w+", dim.dim_param):
                sizes[dim.dim_param] = size
    return sizes


def record(out, entries):
    """Adds entries to decoders.json, which lists the models of the folder, those that are gone left out."""
    listing = out / "decoders.json"
    known = json.loads(listing.read_text()) if listing.exists() else {}
    known.update(entries)
    listing.write_text(json.dumps({n: e for n, e in sorted(known.items()) if (out / f"{n}.onnx").exists()}, indent=1) + "\n")
