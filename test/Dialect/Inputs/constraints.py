"""Each numbered constraint of a dialect's README is checked by its code and violated by its tests, and no other number is cited.

constraints.py README.md INVALID.mlir SOURCES...
"""
import re
import sys

pattern = re.compile(r"\b(?:MPC|SHARE|ONNX)-C\d+\b")
readme, invalid, *sources = [open(path).read() for path in sys.argv[1:]]
defined = re.findall(r"^- ((?:MPC|SHARE|ONNX)-C\d+):", readme, re.M)
prefix = defined[0].split("-")[0]
code = {c for source in sources for c in pattern.findall(source) if c.startswith(prefix + "-")}
tests = set(pattern.findall(invalid))
problems = ["%s is given twice" % c for c in sorted(set(defined)) if defined.count(c) > 1]
for name, cited in (("code", code), ("tests", tests)):
    problems += ["%s is not in the %s" % (c, name) for c in defined if c not in cited]
    problems += ["%s is in the %s and not in the README" % (c, name) for c in sorted(cited) if c not in defined]
print("\n".join(problems) or "%d constraints" % len(defined))
sys.exit(bool(problems))
