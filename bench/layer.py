"""BERT-base layers, input and weights secret, in three processes: bytes, rounds and time of a session, by formats; another system beside it on demand.

    python bench/layer.py [--runs N] [--tokens N] [--layers N ...] [--peer spu] [--write docs/generated/peers.md]      with the packages numpy and onnx

The weights are random (normal) and so is the input; what is judged is the distance to ONNX's semantics computed in float64.
Bytes and rounds are exact; the seconds are medians of the runs on this machine. With --peer each run of ours is followed by one of the peer, on the same
weights and input. --layers 12 is BERT-base without its embedding; --layers 1 12 --runs 5 2 measures one layer five times, then twelve twice.
"""
import argparse
import importlib.util
import json
import math
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
CALIBRATED = "calibrated, 12 bits"
OPTIONS = {"proved ranges, 18 bits": [], CALIBRATED: ["--ranges", "calibrated", "--fraction", "12"]}
BOUNDS = {1: (30, 70, 62), 12: (360, 850, None)}  # at 128 tokens: MB online, MB in all, rounds
FASTER = 5  # than a peer, at one layer


def weights(hidden=768, inner=3072, seed=1):
    """The tensors of one layer by name."""
    draw = np.random.default_rng(seed).normal
    matrix = lambda a, b: draw(0, 0.04, (a, b)).astype(np.float32)
    vector = lambda n, mean=0.0: (mean + draw(0, 0.02, n)).astype(np.float32)
    named = {name: matrix(hidden, hidden) for name in ("q", "k", "v", "o")}
    named |= {"i": matrix(hidden, inner), "d": matrix(inner, hidden)}
    named |= {name + "_bias": vector(w.shape[1]) for name, w in list(named.items())}
    return named | {"g1": vector(hidden, 1), "b1": vector(hidden), "g2": vector(hidden, 1), "b2": vector(hidden)}


def data(tokens, hidden=768):
    """The input [tokens, hidden], float32."""
    return np.random.default_rng(2).normal(size=(tokens, hidden)).astype(np.float32)


def evaluate(w, x, heads=12):
    """One layer in float64."""
    erf = np.vectorize(math.erf)
    linear = lambda name, v: v @ w[name].astype(np.float64) + w[name + "_bias"]
    split = lambda v: v.reshape(v.shape[0], heads, -1).transpose(1, 0, 2)
    norm = lambda v, g, b: (v - v.mean(-1, keepdims=True)) / np.sqrt(v.var(-1, keepdims=True) + 1e-12) * w[g] + w[b]
    q, k, v = (split(linear(name, x)) for name in "qkv")
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    p = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (p / p.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(x.shape)
    y = norm(linear("o", mixed) + x, "g1", "b1")
    z = linear("i", y)
    return norm(linear("d", z / 2 * (1 + erf(z / math.sqrt(2)))) + y, "g2", "b2")


def evaluate_all(parameters, x):
    """Layers in float64, one after another."""
    for w in parameters:
        x = evaluate(w, x)
    return x


def model(parameters, tokens, path, heads=12):
    """Layers one after another, as exporters of opset 20 write them; `parameters` holds the tensors of each."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    hidden = parameters[0]["q"].shape[0]
    nodes = []
    constants = {"heads": np.array([1, tokens, heads, hidden // heads]), "merge": np.array([1, tokens, hidden]), "root": np.float32(math.sqrt(hidden / heads))}

    def layer(x, at, end):
        """`at` stands before every name of the layer but its input and output."""

        def node(op, inputs, output, **attributes):
            nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
            return output

        def linear(name, v):
            return node("Add", [node("MatMul", [v, at + name], at + name + "_product"), at + name + "_bias"], at + name + "_out")

        def head(name):
            split = node("Reshape", [linear(name, x), "heads"], at + name + "_heads")
            return node("Transpose", [split], at + name + "_t", perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3])

        def norm(v, gain, bias, out):
            return node("LayerNormalization", [v, at + gain, at + bias], out, axis=-1, epsilon=1e-12)

        q, k, v = map(head, "qkv")
        scores = node("Div", [node("MatMul", [q, k], at + "raw"), "root"], at + "scores")
        mixed = node("MatMul", [node("Softmax", [scores], at + "weights", axis=-1), v], at + "mixed")
        merged = node("Reshape", [node("Transpose", [mixed], at + "mixed_t", perm=[0, 2, 1, 3]), "merge"], at + "merged")
        y = norm(node("Add", [linear("o", merged), x], at + "sum1"), "g1", "b1", at + "y")
        z = node("Gelu", [linear("i", y)], at + "gelu")
        return norm(node("Add", [linear("d", z), y], at + "sum2"), "g2", "b2", end)

    x = "x"
    for i, w in enumerate(parameters):
        last = i + 1 == len(parameters)
        at = "" if len(parameters) == 1 else f"layer{i}/"
        x = layer(x, at, "out" if last else f"layer{i}/out")
        constants |= {at + name: v for name, v in w.items()}
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, tokens, hidden])
    graph = helper.make_graph(nodes, "layers", [value("x")], [value("out")], [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)


def peer(name):
    """The module of bench/peers; its file may have the name of the package that it measures."""
    spec = importlib.util.spec_from_file_location("peer_" + name, HERE / "peers" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"model name\s*:\s*(.*)", text)
    return f"{found[1] if found else 'a processor without a name'}, {len(os.sched_getaffinity(0))} cores"


class Others:
    """What the machine's cores did from its making on, besides the processes that this one started and that have ended."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        """Seconds of all cores, those not idle, and those of this process and its children."""
        fields = [int(f) / os.sysconf("SC_CLK_TCK") for f in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(fields), sum(fields) - fields[3] - fields[4], sum(u.ru_utime + u.ru_stime for u in used)

    def share(self):
        elapsed, busy, own = (b - a for a, b in zip(self.start, self.now()))
        return max(0.0, busy - own) / elapsed


class Ours:
    """A compiled bundle and its sessions."""

    def __init__(self, tools, folder, options):
        self.tools, self.folder, self.reports = tools, folder, []
        start = time.perf_counter()
        self.tool("mpc-compile", folder / "layers.onnx", "-o", folder / "bundle", "--calibrate", folder / "case.npz", *options)
        self.compile_seconds = time.perf_counter() - start

    def tool(self, name, *arguments):
        done = subprocess.run([self.tools / name, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"error: {name} failed: {done.stderr.strip() or done.stdout.strip()[-300:]}")

    def run(self):
        case, report = self.folder / "case.npz", self.folder / "report.json"
        self.tool("mpc-run", self.folder / "bundle", "--input", case, "--compare", case, "--tolerance", 1, "--deadline", 600, "--report", report)
        self.reports.append(json.loads(report.read_text()))

    def figures(self):
        """Exact ones of the first session, medians of the seconds: `work` from the end of loading to the outputs, `total` with loading and closing."""
        first = self.reports[0]
        online, offline = (first[s]["bytes"]["total"] / 1e6 for s in ("online", "offline"))
        median = lambda f: statistics.median(f(r["seconds"]) for r in self.reports)
        return {"rounds": first["online"]["rounds"], "online": online, "offline": offline, "all": online + offline, "error": max(first["max_abs_error"].values()),
                "work": median(lambda s: s["online"] + s["offline"]), "total": median(lambda s: s["total"]),
                "memory": max(max(r["peak_rss_bytes"].values()) for r in self.reports) / 2**20, "compile": self.compile_seconds}


def measure(tools, tokens, count, runs, other):
    """One section: the lines of a table, and of what the peer took."""
    parameters = [weights(seed=1 + i) for i in range(count)]
    x = data(tokens)
    others = Others()
    lines = [f"## {count} layer{'s' * (count > 1)}, {tokens} tokens", ""]
    lines += ["| system | rounds | online MB | offline MB | in all MB | largest error | online + offline s | session s | memory of a party, MiB | compiling s |", "|---" * 10 + "|"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model(parameters, tokens, folder / "layers.onnx")
        expected = evaluate_all(parameters, x.astype(np.float64)).astype(np.float32)
        np.savez(folder / "case.npz", **{"in:x": x[None], "out:out": expected[None]})
        formats = OPTIONS if not other and count == 1 else {CALIBRATED: OPTIONS[CALIBRATED]}
        session, theirs = other.Session(tokens, count) if other else None, []
        for label, options in formats.items():
            ours = Ours(tools, folder, options)
            for _ in range(runs):
                ours.run()
                if session:
                    theirs.append(session.run())
            f = ours.figures()
            lines.append(f"| Tacit, {label} | {f['rounds']} | {f['online']:.2f} | {f['offline']:.2f} | {f['all']:.2f} | {f['error']:.1e} | {f['work']:.2f} | "
                         f"{f['total']:.2f} | {f['memory']:.0f} | {f['compile']:.1f} |")
        if session:
            session.close()
            seconds = statistics.median(r["seconds"] for r in theirs)
            size, memory = theirs[0]["bytes"] / 1e6, max(r["rss"] for r in theirs) / 2**20
            messages = [m for r in theirs for m in r["messages"]]
            lines.append(f"| {other.NAME} | {min(messages)} to {max(messages)} messages of a party | {size:.2f} | 0 | {size:.2f} | {max(r['error'] for r in theirs):.1e} | "
                         f"{seconds:.2f} | not counted | {memory:.0f} | |")
            ratio = seconds / f["work"]
            lines += ["", f"{'One run each' if runs == 1 else f'Medians of {runs} runs each, taken in turn'}. {other.NAME} takes {ratio:.1f} times the seconds of online and offline, "
                      f"{seconds / f['total']:.1f} times those of our whole session, start and loading included, and {size / f['all']:.1f} times the bytes."]
            if count == 1 and tokens == 128:
                lines.append(f"Bound: at least {FASTER} times faster ({'met' if ratio >= FASTER else 'missed'}).")
        else:
            lines += ["", "One run." if runs == 1 else f"Medians of {runs} runs."]
        if count in BOUNDS and tokens == 128:
            online, everything, rounds = BOUNDS[count]
            met = lambda value, bound, unit: f"{value:.4g} of at most {bound}{unit} ({'met' if value <= bound else 'missed'})"
            bounds = [f"online {met(f['online'], online, ' MB')}", f"in all {met(f['all'], everything, ' MB')}"]
            bounds += [f"rounds {met(f['rounds'], rounds, '')}"] if rounds else []
            lines.append(f"Bounds, {label}: {', '.join(bounds)}.")
    lines.append(f"Other work took {others.share():.0%} of the cores meanwhile.")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[5])
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--layers", type=int, nargs="+", default=[1])
    parser.add_argument("--peer", choices=["spu"])
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build/bin", help="the folder of mpc-compile, mpc-run and mpc-party")
    parser.add_argument("--write", type=pathlib.Path, help="write the tables into this file too")
    args = parser.parse_args()
    if min(args.runs + args.layers + [args.tokens]) < 1 or len(args.runs) not in (1, len(args.layers)):
        parser.error("--runs, --tokens and --layers take numbers from 1, and --runs one number or as many as --layers")
    runs = args.runs * len(args.layers) if len(args.runs) == 1 else args.runs
    other = peer(args.peer) if args.peer else None
    text = []
    for count, number in zip(args.layers, runs):
        lines = measure(args.tools, args.tokens, count, number, other)
        print(*lines, "", sep="\n", flush=True)
        text += ["", *lines]
    if args.write:
        words = ["python bench/layer.py", "--layers", *map(str, args.layers), "--runs", *map(str, args.runs), "--tokens", str(args.tokens)]
        words += ["--peer", args.peer] if args.peer else []
        head = ["# BERT-base layers" + (f" beside {other.NAME}" if other else ""), "",
                f"Written by `{' '.join(words)} --write {args.write}`, on {machine()}, all processes of a system on them.",
                "Weights and input are secret. Bytes (all parties) and rounds are the same in every run; messages, errors, seconds and memory are of these runs."]
        if other:
            head.append(other.NOTE)
        args.write.write_text("\n".join(head + text) + "\n")


if __name__ == "__main__":
    main()
