"""Exports every model of encoder_models.py by several exporters, compiles each and runs it in three processes; writes docs/generated/encoders.md.
Needs what make_encoders.py needs, and hours rather than minutes; it is no test.

    python3 survey_encoders.py [--build build] [--exporters d18,t14] [--jobs 2] [NAME ...]
"""
import argparse
import multiprocessing
import pathlib
import re
import subprocess
import tempfile

import make_encoders

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXPORTERS = "d18 d18s d20 d23 t11 t14 t17 t17s d18+ort t17+ort d20+rt t17+rt"


def survey(task):
    """(name, exporter, what the table says of it)."""
    name, exporter, build = task
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.onnx"
        try:
            difference, _ = make_encoders.make(name, exporter, path)
        except Exception:
            return name, exporter, "no export"
        if not difference <= 1e-3:
            return name, exporter, "no export"
        case, bundle = path.with_suffix(".npz"), path.with_suffix(".bundle")
        for command in (["mpc-compile", path, "--calibrate", case, "-o", bundle], ["mpc-run", bundle, "--input", case, "--compare", case]):
            done = subprocess.run([str(build / "bin" / command[0]), *map(str, command[1:])], capture_output=True, text=True, timeout=600)
            if done.returncode:
                ops = sorted(set(re.findall(r"(\w+) \(opset \d+\) ", done.stderr)))
                return name, exporter, "refused" + (": " + ", ".join(ops) if ops else "") if command[0] == "mpc-compile" else "WRONG"
        return name, exporter, f"{max(map(float, re.findall(r'max abs error +([0-9.e+-]+)', done.stdout))):.0e}"


def write(results, path):
    """results: {(name, exporter): text}."""
    exporters = [e for e in EXPORTERS.split() if any(key[1] == e for key in results)]
    lines = ["# Encoders as exporters write them", "",
             f"Written by `test/Models/survey_encoders.py --exporters {','.join(exporters)}`: tiny models with random weights of the architectures of Hugging Face's library, exported by",
             "torch.onnx.export with dynamo (d) and without it (t) at the opset that is named, with symbolic batch and length (s), after ONNX Runtime's",
             "optimiser of transformers (+ort) or as its session optimises (+rt). Numbers are the largest error of three processes to ONNX Runtime's output,",
             "whose elements are of order 1 to 10. *No export*: the exporter fails, or its own runtime differs from PyTorch. Empty: not tried.", "",
             "| model | " + " | ".join(exporters) + " |", "|---|" + "---|" * len(exporters)]
    for name in dict.fromkeys(key[0] for key in results):
        lines.append(f"| {name} | " + " | ".join(results.get((name, e), "") for e in exporters) + " |")
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--exporters", default=EXPORTERS.replace(" ", ","))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs" / "generated" / "encoders.md")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if not args.names:
        import encoder_models
        args.names = list(encoder_models.MODELS)
    tasks = [(name, exporter, args.build.resolve()) for name in args.names for exporter in args.exporters.split(",")]
    results = {}
    with multiprocessing.get_context("spawn").Pool(args.jobs, maxtasksperchild=20) as pool:
        for name, exporter, text in pool.imap(survey, tasks):
            print(f"{name:24s} {exporter:8s} {text}", flush=True)
            results[name, exporter] = text
    write(results, args.out)


if __name__ == "__main__":
    main()
