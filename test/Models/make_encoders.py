"""Makes encoders/NAME-EXPORTER.onnx with a case .npz each: tiny encoders of text, images and speech, as exporters of today write them. The tests
read what is stored and need none of this; the script needs torch 2.15, transformers 5, onnx, onnxscript and onnxruntime.

    python3 make_encoders.py [--out FOLDER] [NAME-EXPORTER ...]

Names are those of encoder_models.MODELS. Exporters: d18 is torch.onnx.export(dynamo=True) at opset 18, t14 is dynamo=False at opset 14; a letter s
makes batch and length symbolic, +ort adds ONNX Runtime's optimiser of transformers, +rt the graph that its session optimises. "resize-t17" is a
graph of Resize nodes. bert-eager-t17s+ort was made with transformers 4.57, whose masks the optimiser fuses into Attention. Expected outputs are
ONNX Runtime's, on CPU.
"""
import argparse
import contextlib
import io
import logging
import os
import pathlib
import re
import warnings

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent / "encoders"
KEPT = """albert-mlm-t14 bert-eager-t11 bert-eager-t17s+ort bert-mean-d18s clip-text-d18 convnext-d18 deberta2-class-t14 dinov2-t14 electra-disc-t17+rt
funnel-t14 modernbert-d18 mpnet-t14 nomic-d18 resize-t17 roberta-t14 squeezebert-t14 swin-t14 t5-gated-t14 vit-class-t17 wav2vec2-t14 whisper-encoder-d18
yoso-t14""".split()


def parse(exporter):
    """('d' or 't', opset, symbolic, '' or 'ort' or 'rt')."""
    kind, opset, symbolic, after = re.fullmatch(r"([dt])(\d+)(s?)(?:\+(ort|rt))?", exporter).groups()
    return kind, int(opset), bool(symbolic), after or ""


def session(path, optimized=None):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    if optimized:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimized)
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def export(name, exporter, path):
    """Writes the model of that name; returns its inputs and torch's outputs as arrays."""
    import encoder_models
    import torch

    spec, (kind, opset, symbolic, after) = encoder_models.MODELS[name], parse(exporter)
    wrapped, inputs = encoder_models.build(name)
    with torch.no_grad():
        expected = wrapped(*inputs)
    axes = {n: {0: "batch", **({1: "sequence"} if t.dim() == 2 and not t.is_floating_point() else {})} for n, t in zip(spec["names"], inputs)}
    common = dict(input_names=list(spec["names"]), output_names=list(spec["outputs"]), opset_version=opset)
    if kind == "d":
        shapes = (tuple(axes[n] for n in spec["names"]),) if symbolic else None
        torch.onnx.export(wrapped, inputs, dynamo=True, dynamic_shapes=shapes, verbose=False, **common).save(str(path))
    else:
        torch.onnx.export(wrapped, inputs, str(path), dynamo=False, dynamic_axes=axes if symbolic else None, **common)
    if after == "ort":
        from onnxruntime.transformers import optimizer
        optimizer.optimize_model(str(path), "bert", num_heads=4, hidden_size=32, opt_level=0).save_model_to_file(str(path))
    elif after == "rt":
        optimized = path.with_suffix(".optimized")
        session(path, optimized)
        os.replace(optimized, path)
    return {n: t.numpy() for n, t in zip(spec["names"], inputs)}, [t.numpy() for t in expected]


def strip(path):
    """Traces of the exporter's stack are most of a tiny file."""
    model = onnx.load(path)
    for nodes in [model.graph.node, *[f.node for f in model.functions]]:
        for node in nodes:
            del node.metadata_props[:]
            node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, path)


def make_resize(path):
    """Every mode and way of coordinates on one image, after a product that makes it depend on a weight as well."""
    initializers = [numpy_helper.from_array(np.array([], np.float32), "none"), numpy_helper.from_array(np.float32([[0.7, -0.4], [0.3, 0.9]]), "w")]
    nodes = [helper.make_node("Einsum", ["w", "x"], ["mixed"], equation="oc,nchw->nohw")]
    outputs = []

    def add(scales=None, sizes=None, **attributes):
        k = len(outputs)
        given = numpy_helper.from_array(np.array(scales, np.float32) if scales else np.array(sizes, np.int64), f"s{k}")
        initializers.append(given)
        nodes.append(helper.make_node("Resize", ["mixed", "none", given.name] if scales else ["mixed", "none", "", given.name], [f"y{k}"], **attributes))
        outputs.append(f"y{k}")

    for mode in ("nearest", "linear", "cubic"):
        for where in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
            add(sizes=[1, 2, 8, 3], mode=mode, coordinate_transformation_mode=where)
            add(scales=[1, 1, 1.6, 0.7], mode=mode, coordinate_transformation_mode=where)
    for rule in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        add(scales=[1, 1, 2, 2], mode="nearest", nearest_mode=rule)
        add(scales=[1, 1, 2, 0.5], mode="nearest", nearest_mode=rule, coordinate_transformation_mode="asymmetric")
    add(scales=[1, 1, 2, 1.5], mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1)
    add(sizes=[1, 2, 1, 1], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    add(sizes=[1, 2, 5, 6], mode="cubic", coordinate_transformation_mode="align_corners")
    graph = helper.make_graph(nodes, "resize", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 5, 6])],
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return {"x": np.random.default_rng(0).standard_normal((1, 2, 5, 6)).astype(np.float32)}, None


def make(name, exporter, path):
    """Model and case; returns the largest difference between torch and ONNX Runtime, and the largest output."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        inputs, expected = make_resize(path) if name == "resize" else export(name, exporter, path)
    strip(path)
    runtime = session(path)
    inputs = {i.name: inputs[i.name] for i in runtime.get_inputs()}
    got = runtime.run(None, inputs)
    case = {"in:" + n: v for n, v in inputs.items()} | {"out:" + o.name: v for o, v in zip(runtime.get_outputs(), got)}
    np.savez_compressed(path.with_suffix(".npz"), **case)
    return max((float(np.abs(a - b).max()) for a, b in zip(expected or [], got)), default=0.0), max(float(np.abs(v).max()) for v in got)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    parser.add_argument("names", nargs="*", default=KEPT)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for full in args.names or KEPT:
        name, exporter = full.rsplit("-", 1)
        path = args.out / f"{full}.onnx"
        difference, largest = make(name, exporter, path)
        print(f"{full:24s} {path.stat().st_size / 1000:6.0f} kB, largest output {largest:.2f}, torch and ONNX Runtime differ by {difference:.1e}", flush=True)


if __name__ == "__main__":
    main()
