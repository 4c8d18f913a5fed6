"""What the integration tests share: where tools and models are, compiling once, running, reading reports."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TACIT_BUILD", ROOT / "build"))
SHARED = ROOT.parent / "shared" / "models"
EXAMPLE = ROOT / "examples" / "kjv-lm"
TIMEOUT = 300  # seconds for one tool

_folder = tempfile.TemporaryDirectory(prefix="tacit-integration-")
WORK = pathlib.Path(_folder.name)
_bundles = {}


def tool(name, *arguments, timeout=TIMEOUT):
    """The finished process of a tool, output and errors as text."""
    return subprocess.run([str(BUILD / "bin" / name), *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


def compiled(model, *options):
    """The bundle of a model compiled with these options, made once per program."""
    key = (str(model), *map(str, options))
    if key not in _bundles:
        bundle = WORK / f"bundle{len(_bundles)}"
        done = tool("mpc-compile", model, "-o", bundle, *options)
        if done.returncode:
            raise AssertionError(f"mpc-compile {model}: status {done.returncode}: {done.stderr}")
        _bundles[key] = bundle
    return _bundles[key]


def save(name, arrays):
    """An .npz of these arrays in the work folder."""
    path = WORK / name
    np.savez(path, **arrays)
    return path


def read_json(path):
    return json.loads(pathlib.Path(path).read_text())


def needs_shared(test):
    return unittest.skipUnless(SHARED.is_dir(), "needs the models under ../shared/models")(test)
