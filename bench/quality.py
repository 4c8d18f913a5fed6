"""Measures what formats cost in quality, on real weights against ONNX Runtime in f32, and writes docs/generated/quality.md.

    python bench/quality.py [--smollm2 OUT] [--only TEXT] [--check]      with the packages numpy, onnxruntime and tokenizers

Every evaluation is a session of three processes. Formats are calibrated on other cases than those that are evaluated: windows of 64 tokens of kjv-lm's
validation excerpt for the language models (one in 13 calibrates, others are evaluated), and sentences of this file for minilm-l6, whose own cases are
evaluated. SmolLM2-135M, of which 24 windows are evaluated, is measured where OUT, a folder made by ../shared/models/make_smollm2.py, is given.

--only measures the rows whose name and preset contain TEXT; other rows of the document stay as they are, as SmolLM2-135M's do without OUT. --check only
compiles, and compares the exact figures (bytes and rounds) with the committed document.
"""
import argparse
import dataclasses
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "models"
TARGET = ROOT / "docs" / "generated" / "quality.md"
WINDOW = 64  # tokens of a prefill
STRIDE = 13  # one window of so many calibrates
MODELS = ["minilm-l6", "kjv-lm", "SmolLM2-135M"]
LARGE = 24  # windows that are evaluated of a model that takes half a minute for each
# Options of mpc-compile by preset.
PRESETS = {
    "auto": ["--precision", "auto", "--ranges", "calibrated"],
    "f18": ["--precision", "f18"],
    "ditto": ["--precision", "ditto"],
    "ditto, calibrated": ["--precision", "ditto", "--ranges", "calibrated"],
}
# What each model must reach: the least cosine by preset, or (mean KL divergence, change of perplexity); absent: measured only.
COSINE = {"auto": 0.9998, "f18": 0.99999}
DISTRIBUTION = {"auto": (0.01, 0.01), "f18": (0.01, 0.01)}
# Sentences that calibrate minilm-l6: of other subjects than its cases, short and long, with names, numbers and punctuation.
SENTENCES = [
    "The committee rejected both proposals after a long debate.", "How many litres of water does a horse drink in a day?",
    "It rained.", "Dr. Ferreira measured 14.7 volts across the second coil, which surprised everybody in the laboratory.",
    "Please forward this message to whoever is responsible for the invoices.", "Octopuses have three hearts and blue blood!",
    "The train to Ljubljana was cancelled again, so we walked.", "A sonata for violin and piano in A major",
    "He said nothing, and that was answer enough.", "Interest rates rose by a quarter of a percent in March 2019.",
    "Never mix bleach with ammonia.", "Our grandmother's recipe calls for walnuts, honey and patience.",
]


@dataclasses.dataclass
class Work:
    """A model in one shape: what calibrates it, what is evaluated, and how outputs are judged ("cosine" or "distribution")."""
    name: str
    model: pathlib.Path
    calibration: list
    evaluation: list
    judged: str
    output: str
    presets: tuple = tuple(PRESETS)


def tokens(tokenizer):
    """The ids of kjv-lm's validation excerpt."""
    from tokenizers import Tokenizer
    return Tokenizer.from_file(str(tokenizer)).encode((SHARED / "kjv-lm" / "valid.txt").read_text()).ids


def language_model(name, model, tokenizer, mask, most=None, **options):
    """Windows of the excerpt, one in STRIDE for calibration; of the others `most`, evenly spread, or all."""
    ids = tokens(tokenizer)
    windows = []
    for begin in range(0, len(ids) - WINDOW + 1, WINDOW):
        case = {"input_ids": np.array([ids[begin:begin + WINDOW]], np.int64), "position_ids": np.arange(WINDOW, dtype=np.int64)[None]}
        windows.append(case | ({"attention_mask": np.ones((1, WINDOW), np.int64)} if mask else {}))
    others = [w for i, w in enumerate(windows) if i % STRIDE]
    if most and most < len(others):
        others = [others[i * len(others) // most] for i in range(most)]
    return Work(name, model, windows[::STRIDE], others, "distribution", "logits", **options)


def minilm(case):
    """One of its cases, calibrated on SENTENCES cut or padded to the case's shape."""
    from tokenizers import Tokenizer
    folder = SHARED / "minilm-l6"
    given = {name[3:]: value for name, value in np.load(case).items() if name.startswith("in:")}
    rows, length = given["input_ids"].shape
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(length=length)
    tokenizer.enable_truncation(length)
    encoded = tokenizer.encode_batch(SENTENCES)
    calibration = []
    for first in range(0, len(encoded) - rows + 1, rows):
        batch = encoded[first:first + rows]
        calibration.append({"input_ids": np.array([e.ids for e in batch]), "attention_mask": np.array([e.attention_mask for e in batch]),
                            "token_type_ids": np.array([e.type_ids for e in batch])})
    return Work(f"minilm-l6, {rows} x {length}", folder / "model.onnx", calibration, [given], "cosine", "sentence_embedding")


def works(smollm2):
    for k in range(3):
        yield minilm(SHARED / "minilm-l6" / f"case{k}.npz")
    kjv = SHARED / "kjv-lm"
    yield language_model(f"kjv-lm, {WINDOW} tokens", kjv / "prefill.onnx", kjv / "tokenizer.json", False)
    if smollm2:
        # Sums of squares of its first tokens are 7e8, ten times what proved formats hold: they are refused (docs/spec/formats.md).
        yield language_model(f"SmolLM2-135M, {WINDOW} tokens", smollm2 / "prefill/model.onnx", smollm2 / "hf/tokenizer.json", True, most=LARGE,
                             presets=("auto", "ditto, calibrated"))


def tool(build, name, *arguments):
    """Standard error of a tool that must succeed."""
    done = subprocess.run([build / "bin" / name, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"error: {name}: status {done.returncode}: {done.stderr[-2000:]}")
    return done.stderr


def log_softmax(logits):
    x = logits.astype(np.float64)
    x -= x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class Judge:
    """Collects what is compared, over all cases of one row."""

    def __init__(self, work):
        self.work, self.error, self.cosine = work, 0.0, 1.0
        self.divergences, self.losses = [], []  # KL divergence by position; (f32, ours) loss by predicted token

    def add(self, case, want, got):
        """Outputs by name, of ONNX Runtime and of a session."""
        for name in want:
            self.error = max(self.error, float(np.abs(want[name] - got[name]).max()))
        a, b = want[self.work.output], got[self.work.output]
        if self.work.judged == "cosine":
            a, b = a.astype(np.float64), b.astype(np.float64)
            self.cosine = min(self.cosine, float(((a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)).min()))
            return
        p, q = log_softmax(a[0]), log_softmax(b[0])
        self.divergences.extend((np.exp(p) * (p - q)).sum(-1))
        following = case["input_ids"][0, 1:]
        self.losses.extend(zip(*(-x[np.arange(len(following)), following] for x in (p, q))))

    def divergence(self):
        """Mean KL divergence of the distributions of the next token, from f32's, in nats."""
        return float(np.mean(self.divergences))

    def perplexities(self):
        """f32's and ours."""
        return tuple(np.exp(np.mean(self.losses, axis=0)))

    def verdict(self, preset):
        """The bound and whether it holds, as text."""
        if self.work.judged == "cosine":
            bound = COSINE.get(preset)
            return "" if bound is None else f"cosine >= {bound}: {'yes' if self.cosine >= bound else 'NO'}"
        bound = DISTRIBUTION.get(preset)
        if bound is None:
            return ""
        plain, ours = self.perplexities()
        held = self.divergence() <= bound[0] and abs(ours / plain - 1) <= bound[1]
        return f"KL <= {bound[0]}, perplexity within {bound[1]:.0%}: {'yes' if held else 'NO'}"


def measure(build, work, preset, folder, sessions=True):
    """(cost of one session, fractional bits, Judge, seconds of one session at the median) of a model under a preset; no sessions, no Judge."""
    import onnxruntime
    session = onnxruntime.InferenceSession(str(work.model), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    cases = {kind: [folder / f"{kind}{i}.npz" for i in range(len(getattr(work, kind)))] for kind in ("calibration", "evaluation")}
    for kind, paths in cases.items():
        for path, case in zip(paths, getattr(work, kind)):
            np.savez(path, **case)
    calibrate = [word for path in cases["calibration"] for word in ("--calibrate", path)]
    started = time.monotonic()
    said = tool(build, "mpc-compile", work.model, "-o", folder / "bundle", *calibrate, *PRESETS[preset])
    chosen = re.search(r"precision: (\d+) fractional bits", said)
    print(f"{work.name}, {preset}: compiled in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    (cost,) = json.loads((folder / "bundle/cost.json").read_text())["entries"]
    fraction = chosen.group(1) if chosen else ""
    if not sessions:
        return cost, fraction, None, 0
    judge, seconds = Judge(work), []
    for path, case in zip(cases["evaluation"], work.evaluation):
        # mpc-run fails where a session's bytes or rounds are not those of the cost.
        tool(build, "mpc-run", folder / "bundle", "--input", path, "--output", folder / "out.npz", "--report", folder / "report.json", "--deadline", 600)
        judge.add(case, dict(zip(names, session.run(names, case))), np.load(folder / "out.npz"))
        seconds.append(json.loads((folder / "report.json").read_text())["seconds"]["total"])
    return cost, fraction, judge, float(np.median(seconds))


def exact_row(work, preset, cost, fraction):
    return (f"| {work.name} | {preset} | {fraction} | {cost['online']['rounds']} | {cost['online']['bytes']['total']:,} | {cost['offline']['bytes']['total']:,} | "
            f"{len(work.calibration)} | {len(work.evaluation)} |")


def measured_row(work, preset, judge, seconds):
    if work.judged == "cosine":
        figures = f"1 - {1 - judge.cosine:.1e} | | | |"
    else:
        plain, ours = judge.perplexities()
        figures = f"| {judge.divergence():.1e} | {plain:.3f} | {100 * (ours / plain - 1):+.3f} % |"
    return f"| {work.name} | {preset} | {judge.error:.1e} | {figures} {seconds:.2f} | {judge.verdict(preset)} |"


def merged(old, new):
    """Rows of a table, models in order, with those of the same work and preset replaced, others put behind the last of their work."""
    key = lambda row: [cell.strip() for cell in row.split("|")[1:3]]
    rows = list(old)
    for row in new:
        same = [i for i, other in enumerate(rows) if key(other) == key(row)]
        related = [i for i, other in enumerate(rows) if key(other)[0] == key(row)[0]]
        if same:
            rows[same[0]] = row
        else:
            rows.insert(related[-1] + 1 if related else len(rows), row)
    return sorted(rows, key=lambda row: MODELS.index(key(row)[0].split(",")[0]))


def committed():
    """The rows of both tables of the document that is there; none where there is none."""
    if not TARGET.exists():
        return [], []
    return tuple(re.findall(r"^\|.*\|$", part, re.M)[2:] for part in re.split(r"^## .*$", TARGET.read_text(), flags=re.M)[1:3])


def document(exact, measured):
    """The page; a table of what is equal in every run, and one of what is measured."""
    return "\n".join([
        "# Quality", "", "Written by `python bench/quality.py --smollm2 OUT`: real weights, all weights, inputs and outputs secret, three processes, against ONNX Runtime in f32. A row of language",
        "models is over windows of kjv-lm's validation excerpt, each a prefill of its own; formats are calibrated on windows that are not evaluated. minilm-l6's cases are "
        "evaluated with", "formats calibrated on other sentences.", "",
        *(f"- {preset}: `{' '.join(options)}`" for preset, options in PRESETS.items()), "",
        "SmolLM2-135M has rows whose squares add up to 7e8, beyond what formats without calibrated ranges hold; such presets refuse its cases.", "",
        "## Exact: equal in every run, and equal to the compiler's own cost", "Bytes are those of one session, all parties.", "",
        "| work | preset | fractional bits chosen | online rounds | online bytes | offline bytes | calibration cases | evaluated cases |",
        "|---|---|---|---|---|---|---|---|", *exact, "",
        "## Measured", "*error* is the largest of any output (keys and values of a decoder included), *cosine* the least of an embedding, *KL* the mean divergence of the "
        "distribution of", "the next token from f32's, over all positions, in nats; *perplexity* that of f32, then the change. *seconds* are the median of a session, loading "
        "included, of three", "parties and owners on two cores.", "",
        "| work | preset | error | cosine | KL | perplexity | change | seconds | bound |", "|---|---|---|---|---|---|---|---|---|", *measured, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--smollm2", type=pathlib.Path, metavar="OUT")
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    exact, measured = [], []
    for work in works(args.smollm2):
        for preset in work.presets:
            if args.only not in f"{work.name}, {preset}":
                continue
            with tempfile.TemporaryDirectory() as folder:
                cost, fraction, judge, seconds = measure(args.build, work, preset, pathlib.Path(folder), not args.check)
            exact.append(exact_row(work, preset, cost, fraction))
            print(exact[-1], flush=True)
            if judge:
                measured.append(measured_row(work, preset, judge, seconds))
                print(measured[-1], flush=True)
    if not exact:
        sys.exit(f"error: no row is named like '{args.only}'")
    if args.check:
        wrong = [row for row in exact if row not in committed()[0]]
        for row in wrong:
            print(f"error: not in {TARGET.relative_to(ROOT)}: {row}; run bench/quality.py", file=sys.stderr)
        sys.exit(1 if wrong else 0)
    TARGET.write_text(document(*(merged(old, new) for old, new in zip(committed(), (exact, measured)))))
    sys.exit(1 if any("NO" in row for row in measured) else 0)


if __name__ == "__main__":
    main()
