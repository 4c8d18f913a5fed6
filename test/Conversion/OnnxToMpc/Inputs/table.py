"""Every form that the table of ops names stands in the table of forms below it.

    table.py onnx-ops.md
"""
import sys

ops, forms = open(sys.argv[1]).read().split("## On secrets")
used = {line.split("|")[6].strip() for line in ops.splitlines() if line.count("|") == 8 and "---" not in line} - {"on secrets", "public"}
known = {line.split("|")[1].strip() for line in forms.splitlines() if line.startswith("| ")}
missing = sorted(used - known)
unused = sorted(known - used - {"form"})
if missing or unused or len(used) < 20:
    sys.exit(f"forms that are not in the table: {missing}; forms that no op has: {unused}; {len(used)} forms in all")
