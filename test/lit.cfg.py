# Tests of the compiler: IR in, IR out, diagnostics, tools. Run by the target check-lit.
#
# Features: `shared` where the model zoo is beside the repository (its folder is %models).
import os
import sys

import lit.formats

config.name = "Tacit"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.tacit_build, "test", "lit")
config.excludes = ["Inputs", "unit", "CMakeLists.txt"]

# A variable of one test case must not leak into the next.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.tacit_build, "bin"), config.llvm_tools, config.environment.get("PATH", "")])

# Whole paths for the tools that exist, so that a test never finds one of the same name elsewhere.
import re

for tool in ("mpc-opt", "mpc-compile", "mpc-translate", "mpc-interpret", "mpc-reduce", "mpc-lsp-server", "mpc-run", "mpc-party", "mpc-client"):
    path = os.path.join(config.tacit_build, "bin", tool)
    config.substitutions.append((r"(?<![-/\w%])" + re.escape(tool) + r"(?![-/\w.])", path))
    if os.path.exists(path):
        config.available_features.add(tool)

config.substitutions.append(("%models", config.models))
config.substitutions.append(("%bin", os.path.join(config.tacit_build, "bin")))
config.substitutions.append(("%source", config.tacit_source))
config.substitutions.append(("%python", sys.executable))
if os.path.isdir(config.models):
    config.available_features.add("shared")
