"""Measures the models and writes docs/generated/figures.md: exact bytes and rounds, and the times of this machine.

    build/venv/bin/python scripts/figures.py [--check]

--check compares the exact figures (bytes and rounds) with the committed document instead of writing it; times are not compared.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "models"
TARGET = ROOT / "docs" / "generated" / "figures.md"


def cases():
    """(name, model, case) for every model at hand; those under ../shared only where it exists."""
    yield "kjv-lm, prefill of 24", ROOT / "examples/kjv-lm/prefill.onnx", ROOT / "examples/kjv-lm/cases_prefill.npz"
    for k in range(3):
        folder = SHARED / "bert-tiny"
        if (folder / f"case{k}.npz").exists():
            shape = np.load(folder / f"case{k}.npz")["in:input_ids"].shape
            yield f"bert-tiny, {shape[0]} x {shape[1]}", folder / "model.onnx", folder / f"case{k}.npz"


def measure(build, model, case):
    """The run report of one case, with ONNX Runtime's outputs compared."""
    with tempfile.TemporaryDirectory() as folder:
        bundle, report = pathlib.Path(folder) / "bundle", pathlib.Path(folder) / "report.json"
        subprocess.run([build / "bin/mpc-compile", model, "-o", bundle, "--calibrate", case], check=True, capture_output=True)
        subprocess.run([build / "bin/mpc-run", bundle, "--input", case, "--compare", case, "--report", report], check=True, capture_output=True)
        return json.loads(report.read_text())


def largest(value):
    return max(value.values()) if isinstance(value, dict) else value


def exact_row(name, r):
    return f"| {name} | {r['online']['rounds']} | " + " | ".join(f"{r[s]['bytes']['total']:,}" for s in ("online", "offline", "io", "setup")) + " |"


def timed_row(name, r):
    s, memory = r["seconds"], largest(r["peak_rss_bytes"]) / 2**20
    return f"| {name} | {largest(r['max_abs_error']):.1e} | {s['online']:.2f} | {s['offline']:.2f} | {s['total']:.2f} | {memory:.0f} |"


def document(rows, timed):
    return "\n".join(["# Figures", "", "Written by `build/venv/bin/python scripts/figures.py` (formats: f18; all weights, inputs and outputs secret).", "",
                      "## Exact: equal in every run, and equal to the compiler's own cost",
                      "Bytes are payload in both directions over all parties; *online* and *offline* between parties, *io* with the data owner, *setup* "
                      "the shares of the weights and the handshakes.", "",
                      "| work | online rounds | online bytes | offline bytes | io bytes | setup bytes |", "|---|---|---|---|---|---|", *rows, "",
                      "## Measured on one machine of two cores (three parties and the owner share them)",
                      "| work | largest error to ONNX Runtime | online s | offline s | total s | peak memory of a party, MiB |", "|---|---|---|---|---|---|", *timed, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    exact, timed = [], []
    for name, model, case in cases():
        report = measure(args.build, model, case)
        exact.append(exact_row(name, report))
        timed.append(timed_row(name, report))
        print(exact[-1], timed[-1], sep="\n", flush=True)
    if not args.check:
        TARGET.write_text(document(exact, timed))
        return
    committed = re.findall(r"^\|.*\|$", TARGET.read_text(), re.M)
    wrong = [row for row in exact if row not in committed]
    for row in wrong:
        print(f"error: not in {TARGET.relative_to(ROOT)}: {row}; run scripts/figures.py", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
