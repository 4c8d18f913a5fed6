"""The demonstration behind scripts/demo: token after token of a language model by three processes."""
import argparse
import json
import pathlib
import subprocess
import sys
import time

import numpy as np
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "examples" / "kjv-lm"


def call(command, log):
    """Runs a tool; shows its error line and stops where it fails."""
    with open(log, "w") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT)
    if done.returncode:
        print(f"{pathlib.Path(command[0]).name} failed with status {done.returncode}; {log} ends:")
        print("".join(open(log).readlines()[-8:]), end="")
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help=argparse.SUPPRESS)
    parser.add_argument("--prompt", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=6)
    parser.add_argument("--network")
    args = parser.parse_args()
    expected = json.loads((MODEL / "expected.json").read_text())
    if not 0 <= args.prompt < len(expected["cases"]):
        parser.error(f"--prompt {args.prompt}: there are {len(expected['cases'])} prompts, from 0")
    case, length = expected["cases"][args.prompt], expected["length"]
    tokens = min(args.tokens, len(case["new_ids"]))
    if tokens < 1:
        parser.error("--tokens must be at least 1")
    work, logs = args.build / "demo", args.build / "logs"
    work.mkdir(parents=True, exist_ok=True)
    bundle = work / f"kjv-lm-{length}"

    started = time.time()
    call([args.build / "bin/mpc-compile", MODEL / "prefill.onnx", "-o", bundle, "--bind", f"sequence_length={length}"], logs / "demo-compile.log")
    print(f"{'compile':12s} done in {time.time() - started:.0f} s")

    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    ids = tokenizer.encode(case["prompt"]).ids
    print(f"\n{len(ids)} prompt tokens; three processes compute {tokens} more, each from a fresh sharing of the prompt\n\n  {case['prompt']}", end="", flush=True)
    seconds, report = [], {}
    for _ in range(tokens):
        padded = np.array([ids + [0] * (length - len(ids))], dtype=np.int64)
        np.savez(work / "in.npz", input_ids=padded, position_ids=np.arange(length, dtype=np.int64)[None])
        began = time.time()
        call([args.build / "bin/mpc-run", bundle, "--input", work / "in.npz", "--output", work / "out.npz", "--report", work / "report.json"]
             + (["--network", args.network] if args.network else []), logs / "demo-run.log")
        seconds.append(time.time() - began)
        report = json.loads((work / "report.json").read_text())
        logits = np.load(work / "out.npz")["logits"]
        ids.append(int(logits[0, len(ids) - 1].argmax()))
        print(tokenizer.decode(ids[-1:]), end="", flush=True)
    new = ids[-tokens:]
    print(f"\n\nshared   {tokenizer.decode(new)!r}\nplain    {tokenizer.decode(case['new_ids'][:tokens])!r}  (stored, ONNX Runtime)")
    entry = report
    print(f"\nper token: {entry['online']['rounds']} rounds, online {entry['online']['bytes']['total'] / 1e6:.2f} MB, "
          f"offline {entry['offline']['bytes']['total'] / 1e6:.2f} MB, owner's input and result {entry['io']['bytes']['total'] / 1e6:.2f} MB, "
          f"set-up with weights {entry['setup']['bytes']['total'] / 1e6:.2f} MB, {sum(seconds) / len(seconds):.2f} s")
    if new != case["new_ids"][:tokens]:
        print("error: the tokens differ from the plain model's", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
