"""SecretFlow SPU's wheel on the work of bench/layer.py: the same layers, weights and input, as three processes on loopback.

    python bench/peers/spu.py [--runs N] [--tokens N] [--layers N]

The first run makes an environment of its own, build/peers/spu, and installs the wheel from PyPI there (CPython 3.10 or 3.11 on x86-64; see README.md).
ABY3, 64-bit field, 18 fractional bits, GELU and softmax as PUMA (Dong et al., 2023) describes them. `Session` is what bench/layer.py uses.
"""
import argparse
import json
import os
import pathlib
import pickle
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parent.parent.parent
ENVIRONMENT = ROOT / "build/peers/spu"
VERSION = "0.9.5"
NAME = f"SPU {VERSION}"
NOTE = ("SPU runs as [bench/peers](../../bench/peers/README.md) says; its seconds are those of an evaluation in processes that are loaded and warm, so they compare with "
        "online + offline of ours. Its protocol has no offline phase, and its rounds show only as messages. Its error is mostly that of PUMA's exponential.")
PARTIES = 3


def install():
    """Makes the environment if it is not there, and returns its Python."""
    python = ENVIRONMENT / "bin/python"
    if (ENVIRONMENT / "installed").is_file():
        return python
    base = next((found for found in map(shutil.which, ("python3.11", "python3.10")) if found), None)
    if base is None:
        sys.exit("error: SPU's wheel needs CPython 3.10 or 3.11, and neither is on the PATH; install python3.11")
    pins = HERE.with_name("spu-requirements.txt")
    for command in ([base, "-m", "venv", "--clear", ENVIRONMENT], [python, "-m", "pip", "install", "-q", "-r", pins]):
        if subprocess.run(list(map(str, command))).returncode:
            sys.exit(f"error: {' '.join(map(str, command))} failed; SPU {VERSION} is not installed")
    (ENVIRONMENT / "installed").write_text(VERSION + "\n")
    return python


class Session:
    """SPU's three parties, loaded once; each call of `run` evaluates the layers once more. The process behind it lives in SPU's environment."""

    def __init__(self, tokens, layers):
        command = [install(), HERE, "--serve", "--tokens", tokens, "--layers", layers]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ENVIRONMENT)  # it leaves a log where it runs
        self.load = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("error: SPU's processes ended early; their own message stands above")
        return json.loads(line)

    def run(self):
        """One evaluation: dict(seconds, bytes, messages, rss (bytes, largest party), error)."""
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


# What follows runs in SPU's environment.


def read(stream):
    size = struct.unpack("<Q", stream.read(8))[0]
    return pickle.loads(stream.read(size))


def write(stream, value):
    body = pickle.dumps(value)
    stream.write(struct.pack("<Q", len(body)) + body)
    stream.flush()


def config(spu):
    """ABY3 over 2^64 with 18 fractional bits; exponentials as (1 + x / 32)^32, as PUMA has them. All else is the wheel's default."""
    settings = spu.RuntimeConfig(protocol=spu.ProtocolKind.ABY3, field=spu.FieldType.FM64, fxp_fraction_bits=18)
    settings.fxp_exp_mode = spu.RuntimeConfig.ExpMode.EXP_TAYLOR
    settings.fxp_exp_iters = 5
    settings.enable_pphlo_profile = True
    return settings


def party(rank, ports):
    """One party: shares and the program come by standard input; the statistics that SPU logs go to standard output, which the parent reads."""
    from spu import api, libspu
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    description = libspu.link.Desc()
    for i, port in enumerate(ports):
        description.add_party(f"P{i}", f"127.0.0.1:{port}")
    description.recv_timeout_ms = 600000
    context = libspu.link.create_brpc(description, rank)
    runtime = api.Runtime(context, config(libspu))
    name, inputs, outputs, code = read(sys.stdin.buffer)
    program = libspu.Executable(name=name, input_names=inputs, output_names=outputs, code=code)
    for variable in inputs:
        meta, chunks = read(sys.stdin.buffer)
        share = libspu.Share()
        share.meta, share.share_chunks = meta, chunks
        runtime.set_var(variable, share)
    write(answers, "ready")
    while sys.stdin.buffer.read(1):
        start = time.perf_counter()
        runtime.run(program)
        seconds = time.perf_counter() - start
        shares = [runtime.get_var(variable) for variable in outputs]
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
        write(answers, (seconds, peak, [(s.meta, s.share_chunks) for s in shares]))
    context.stop_link()


def gelu(x):
    """PUMA's: 0 below -4, x above 3, a cubic to -1.95 and a polynomial of degree 6 between."""
    import jax.numpy as jnp
    squared = x * x
    cubed, fourth = squared * x, squared * squared
    left = -0.5054031199708174 - 0.42226581151983866 * x - 0.11807612951181953 * squared - 0.011034134030615728 * cubed
    middle = 0.008526321541038084 + 0.5 * x + 0.3603292692789629 * squared - 0.037688200365904236 * fourth + 0.0018067462606141187 * (fourth * squared)
    low, inner, high = x < -4.0, x < -1.95, x > 3.0
    in_left, in_middle = jnp.logical_xor(low, inner), jnp.logical_not(jnp.logical_xor(inner, high))
    return in_left * left + in_middle * middle + high * x


def softmax(x):
    """PUMA's: the maximum subtracted, exponentials of what lies below -14 taken as 0."""
    import jax.numpy as jnp
    x = x - jnp.max(x, axis=-1, keepdims=True)
    e = jnp.exp(x) * (x > -14.0)
    return e / jnp.sum(e, axis=-1, keepdims=True)


def layers(x, parameters, heads=12):
    """The layers of bench/layer.py in jax; `parameters` is one dict of tensors a layer."""
    import jax
    import jax.numpy as jnp

    def norm(v, gain, bias):
        centred = v - jnp.mean(v, axis=-1, keepdims=True)
        return centred * jax.lax.rsqrt(jnp.mean(centred * centred, axis=-1, keepdims=True) + 1e-12) * gain + bias

    for w in parameters:
        linear = lambda name, v: v @ w[name] + w[name + "_bias"]
        split = lambda v: v.reshape(v.shape[0], heads, -1).transpose(1, 0, 2)
        q, k, v = (split(linear(name, x)) for name in "qkv")
        scores = q @ k.transpose(0, 2, 1) * (q.shape[-1] ** -0.5)
        mixed = (softmax(scores) @ v).transpose(1, 0, 2).reshape(x.shape)
        y = norm(linear("o", mixed) + x, w["g1"], w["b1"])
        x = norm(linear("d", gelu(linear("i", y))) + y, w["g2"], w["b2"])
    return x


def statistics_of(log):
    """Bytes and messages sent, summed over every link statistic of one run in a party's log."""
    found = re.findall(r"Link details: total send bytes (\d+), recv bytes (\d+), send actions (\d+), recv actions (\d+)", log)
    if len(found) != 1:
        sys.exit(f"error: one line of link statistics expected of a run, found {len(found)}: SPU's log is written in another way than that of {VERSION}")
    return int(found[0][0]), int(found[0][2])


class Parties:
    """Three parties as processes, with a log each; they end with the block that holds them."""

    def __init__(self, folder):
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(PARTIES)]
        ports = [str(s.getsockname()[1]) for s in sockets]
        for s in sockets:
            s.close()
        self.logs = [open(pathlib.Path(folder) / f"party{i}.log", "w+") for i in range(PARTIES)]
        self.processes = [
            subprocess.Popen([sys.executable, str(HERE), "--party", str(i), "--ports", *ports], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
            for i, log in enumerate(self.logs)
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.processes:
            p.kill()
            p.wait()

    def ended(self, i):
        self.logs[i].seek(0)
        sys.stderr.write(self.logs[i].read()[-4000:])
        sys.exit(f"error: SPU's party {i} ended early; the end of its log stands above")

    def give(self, i, value):
        try:
            write(self.processes[i].stdin, value)
        except BrokenPipeError:
            self.ended(i)

    def answers(self):
        for i, p in enumerate(self.processes):
            try:
                yield read(p.stdout)
            except struct.error:
                self.ended(i)

    def evaluate(self):
        """dict(seconds, bytes, messages, rss) of one evaluation, and each party's shares of its outputs."""
        marks = [os.fstat(log.fileno()).st_size for log in self.logs]
        for p in self.processes:
            p.stdin.write(b"r")
            p.stdin.flush()
        results = list(self.answers())
        sent = []
        for log, mark in zip(self.logs, marks):
            log.seek(mark)
            sent.append(statistics_of(log.read()))
        figures = {"seconds": max(r[0] for r in results), "bytes": sum(b for b, _ in sent), "messages": [m for _, m in sent], "rss": max(r[1] for r in results)}
        return figures, [r[2] for r in results]


def serve(tokens, count):
    """Loads three parties, then one evaluation for each line of standard input, its figures as a line of JSON."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(ROOT / "bench"))
    import jax
    import layer
    import numpy as np
    from spu import api, libspu
    from spu.utils import frontend
    quiet = libspu.logging.LogOptions()
    quiet.log_level = libspu.logging.LogLevel.WARN
    libspu.logging.setup_logging(quiet)
    start = time.perf_counter()
    x = layer.data(tokens)
    parameters = [layer.weights(seed=1 + i) for i in range(count)]
    expected = layer.evaluate_all(parameters, x.astype(np.float64))
    flat = jax.tree_util.tree_leaves((x, parameters))
    names = [f"in{i}" for i in range(len(flat))]
    secret = libspu.Visibility.VIS_SECRET
    options = libspu.CompilerOptions()
    options.enable_optimize_denominator_with_broadcast = True  # as PUMA has it: one reciprocal a row of softmax
    program, _ = frontend.compile(frontend.Kind.JAX, layers, (x, parameters), {}, names, [secret] * len(flat), lambda out: [f"out{i}" for i in range(len(out))],
                                  copts=options)
    io = api.Io(PARTIES, config(libspu))
    with tempfile.TemporaryDirectory() as folder, Parties(folder) as parties:
        for i in range(PARTIES):
            parties.give(i, (program.name, list(program.input_names), list(program.output_names), program.code))
        for value in flat:
            for i, share in enumerate(io.make_shares(np.ascontiguousarray(value), secret)):
                parties.give(i, (share.meta, share.share_chunks))
        list(parties.answers())
        print(json.dumps({"seconds": time.perf_counter() - start}), file=answers, flush=True)
        for _ in sys.stdin:
            figures, outputs = parties.evaluate()
            shares = []
            for output in outputs:
                share = libspu.Share()
                share.meta, share.share_chunks = output[0]
                shares.append(share)
            figures["error"] = float(np.abs(np.asarray(io.reconstruct(shares)) - expected).max())
            print(json.dumps(figures), file=answers, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--party", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ports", type=int, nargs=PARTIES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if min(args.runs, args.tokens, args.layers) < 1:
        parser.error("--runs, --tokens and --layers take numbers from 1")
    if args.party is not None or args.serve:
        sys.path.remove(str(HERE.parent))  # this file has the wheel's name
    if args.party is not None:
        return party(args.party, args.ports)
    if args.serve:
        return serve(args.tokens, args.layers)
    session = Session(args.tokens, args.layers)
    runs = [session.run() for _ in range(args.runs)]
    session.close()
    last = runs[-1]
    print(f"SPU {VERSION}, {args.layers} layer(s), {args.tokens} tokens: {statistics.median(r['seconds'] for r in runs):.2f} s (median of {args.runs}), "
          f"{last['bytes']} bytes of all parties, {min(last['messages'])} to {max(last['messages'])} messages of a party, largest error "
          f"{max(r['error'] for r in runs):.1e}, largest party {last['rss'] / 2**20:.0f} MiB; loading took {session.load['seconds']:.1f} s")


if __name__ == "__main__":
    main()
