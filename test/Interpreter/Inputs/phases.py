"""A model after each phase of mpc-compile, run by mpc-interpret on a case; each must agree with the case's outputs.

phases.py BIN MODEL.onnx CASE.npz WORK [WEIGHTS_DIR ...]
"""
import pathlib
import subprocess
import sys

bin_, model, case, work = map(pathlib.Path, sys.argv[1:5])
work.mkdir(parents=True, exist_ok=True)
# (phase, semantics, seed, tolerance): before approximation only the order of f32 operations differs.
RUNS = [
    ("import", "f32", 0, 1e-4), ("secrecy", "f32", 0, 1e-4), ("precision", "f32", 0, 3e-3),
    ("protocol", "ideal", 0, 5e-3), ("protocol", "ideal", 1, 5e-3),
    ("schedule", "ideal", 2, 5e-3), ("schedule", "exact", 1, 5e-3),
]


def run(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s%s" % (" ".join(map(str, arguments)), done.stdout, done.stderr))
    return done.stdout


bundle = work / "bundle"
run(bin_ / "mpc-compile", model, "--calibrate", case, "-o", bundle)  # has the model's inline weights
weights = [a for folder in [*sys.argv[5:], model.parent, bundle] for a in ("--weights-dir", folder)]
printed = {}
for phase, semantics, seed, tolerance in RUNS:
    ir = work / (phase + ".mlir")
    if phase not in printed:
        printed[phase] = ir.write_text(run(bin_ / "mpc-compile", model, "--calibrate", case, "--compile-to", phase))
    out = run(bin_ / "mpc-interpret", ir, "--semantics", semantics, "--seed", seed, "--input", case, "--compare", case, "--tolerance", tolerance, *weights)
    for line in out.splitlines():
        print(phase, semantics, line)
