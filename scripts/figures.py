"""Measures the models and writes docs/generated/figures.md: exact bytes and rounds, and the times of this machine.

    build/venv/bin/python scripts/figures.py [--check] [--only models|functions]

--check compares the exact figures (bytes and rounds) with the committed document instead of writing it; times and errors are not compared.
--only measures some sections and leaves the others of the document as they are.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import functions  # noqa: E402

SHARED = ROOT.parent / "shared" / "models"
TARGET = ROOT / "docs" / "generated" / "figures.md"


def cases(folder):
    """(name, model, case, options of mpc-compile) for every model at hand; those under ../shared only where it exists."""
    calibrated = ["--ranges", "calibrated"]
    example = ROOT / "examples/kjv-lm/prefill.onnx", ROOT / "examples/kjv-lm/cases_prefill.npz"
    yield "kjv-lm, prefill of 24", *example, []
    yield "kjv-lm, prefill of 24, calibrated", *example, calibrated
    for model in ("bert-tiny", "minilm-l6"):
        for k in range(3):
            case = SHARED / model / f"case{k}.npz"
            if case.exists():
                shape = np.load(case)["in:input_ids"].shape
                yield f"{model}, {shape[0]} x {shape[1]}", SHARED / model / "model.onnx", case, []
    case = SHARED / "minilm-l6" / "case0.npz"
    if case.exists():
        arrays = dict(np.load(case))
        length = int(arrays["in:attention_mask"][0].sum())
        one = {name: value[:1, :length] if value.ndim > 1 and name.startswith("in:") else value[:1] for name, value in arrays.items()}
        one["out:last_hidden_state"] = one["out:last_hidden_state"][:, :length]
        np.savez(folder / "one.npz", **one)
        for name, options in (("", []), (", calibrated", calibrated)):
            yield f"minilm-l6, one sentence of {length}{name}", SHARED / "minilm-l6" / "model.onnx", folder / "one.npz", options


def run(command):
    """(seconds, peak bytes) of a process that must succeed."""
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"error: {command[0]}: status {process.returncode}: {errors}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def cosine(outputs, case):
    """The least cosine of an output, as rows of vectors, to what the case has."""
    got, want, least = np.load(outputs), np.load(case), 1.0
    for name in got.files:
        if f"out:{name}" in want.files and got[name].ndim > 0:
            a, b = (x.reshape(-1, x.shape[-1]).astype(np.float64) for x in (got[name], want[f"out:{name}"]))
            least = min(least, float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min()))
    return least


def measure(build, model, case, options):
    """The run report of one case, with ONNX Runtime's outputs compared, and what compiling took."""
    with tempfile.TemporaryDirectory() as folder:
        bundle, report, outputs = (pathlib.Path(folder) / name for name in ("bundle", "report.json", "out.npz"))
        seconds, memory = run([build / "bin/mpc-compile", model, "-o", bundle, "--calibrate", case, *options])
        run([build / "bin/mpc-run", bundle, "--input", case, "--compare", case, "--tolerance", "1", "--output", outputs, "--report", report])
        return {**json.loads(report.read_text()), "compile": (seconds, memory), "cosine": cosine(outputs, case)}


def largest(value):
    return max(value.values()) if isinstance(value, dict) else value


def exact_row(name, r):
    return f"| {name} | {r['online']['rounds']} | " + " | ".join(f"{r[s]['bytes']['total']:,}" for s in ("online", "offline", "io", "setup")) + " |"


def timed_row(name, r):
    s, memory = r["seconds"], largest(r["peak_rss_bytes"]) / 2**20
    compiling = f"{r['compile'][0]:.1f} | {r['compile'][1] / 2**20:.0f}"
    return (f"| {name} | {largest(r['max_abs_error']):.1e} | {r['cosine']:.6f} | {s['online']:.2f} | {s['offline']:.2f} | {s['total']:.2f} | "
            f"{memory:.0f} | {compiling} |")


HEAD = ("# Figures\n\nWritten by `build/venv/bin/python scripts/figures.py` (all weights, inputs and outputs secret; formats with 18 fractional bits that hold "
        "for every input, but for rows named *calibrated*: `--ranges calibrated`, an error of 5e-3 of an output allowed). BERT-base layers beside another system: "
        "[peers.md](peers.md); perplexity and divergence on real models: [quality.md](quality.md).\n\n")


def model_sections(build):
    """(sections by title, exact rows) of whole models."""
    exact, timed = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, model, case, options in cases(pathlib.Path(folder)):
            report = measure(build, model, case, options)
            exact.append(exact_row(name, report))
            timed.append(timed_row(name, report))
            print(exact[-1], timed[-1], sep="\n", flush=True)
    sections = {
        "Exact: equal in every run, and equal to the compiler's own cost": [
            "Bytes are payload in both directions over all parties; *online* and *offline* between parties, *io* with the data owner, *setup* "
            "the shares of the weights and the handshakes.", "",
            "| work | online rounds | online bytes | offline bytes | io bytes | setup bytes |", "|---|---|---|---|---|---|", *exact],
        "Measured on one machine of two cores (three parties and the owner share them)": [
            "The cosine is the least over the rows of all outputs. *total* is a session from the start of the processes, loading included; compiling is "
            "a process of its own.", "",
            "| work | largest error to ONNX Runtime | cosine | online s | offline s | total s | peak memory of a party, MiB | compile s | compile MiB |",
            "|---|---|---|---|---|---|---|---|---|", *timed]}
    return sections, exact


def function_sections(build):
    """The same of single functions (bench/functions.py)."""
    exact, errors = functions.measure_all(build)
    sections = {
        "Single functions: exact": [
            "Calibrated formats with 12 fractional bits and margin 1 (`bench/functions.py`): bytes of the function's own op between parties, an element of its result; "
            "results of 12 fractional bits remasked, bits of comparisons as they leave the gate. *bound*: bytes and rounds to stay within.", "",
            *functions.EXACT_HEAD, *exact],
        "Single functions: errors seen in three processes": ["Against float64, over cases that span the range of the row. exp, GELU, SiLU, tanh and sigmoid are certified: no rounding can exceed what is allowed. The worst case of a softmax, in which the tails of a row are all off the same way, is in [formats.md](../spec/formats.md).", "", *functions.ERROR_HEAD, *errors]}
    return sections, exact


SECTIONS = {"models": model_sections, "functions": function_sections}


def written():
    """The sections of the committed document by title."""
    parts = re.split(r"^## (.*)\n", TARGET.read_text(), flags=re.M) if TARGET.exists() else [""]
    return {title: text.rstrip("\n").split("\n") for title, text in zip(parts[1::2], parts[2::2])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", choices=SECTIONS)
    args = parser.parse_args()
    sections, exact = written() if args.only else {}, []
    for name, measured in SECTIONS.items():
        if args.only in (None, name):
            new, rows = measured(args.build)
            sections.update(new)
            exact += rows
    if not args.check:
        TARGET.write_text(HEAD + "\n\n".join("\n".join([f"## {title}", *lines]) for title, lines in sections.items()) + "\n")
        return
    committed = re.findall(r"^\|.*\|$", TARGET.read_text(), re.M)
    wrong = [row for row in exact if row not in committed]
    for row in wrong:
        print(f"error: not in {TARGET.relative_to(ROOT)}: {row}; run scripts/figures.py", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
