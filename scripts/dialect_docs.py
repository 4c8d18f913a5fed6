"""Pages of the dialects' ops, made of their definitions: docs/generated/dialects/NAME.md.

    python3 scripts/dialect_docs.py                       # writes the pages
    python3 scripts/dialect_docs.py --check               # status 1 where a page is not what would be written
    python3 scripts/dialect_docs.py --examples mpc        # the examples of a dialect as one module, for mpc-opt

Every op must have an example, a block marked as mlir in its description; examples of ops with operands are put into functions whose
arguments are the operands. Needs llvm-tblgen of LLVM 19.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
LLVM = pathlib.Path("/usr/lib/llvm-19")
DIALECTS = {"mpc": "Mpc", "share": "Share", "onnx": "Onnx"}


def fail(text):
    sys.exit(f"error: {text}")


def records(name):
    """All records of a dialect's definitions, by name."""
    source = ROOT / "dialects" / DIALECTS[name] / f"{DIALECTS[name]}Ops.td"
    done = subprocess.run([LLVM / "bin" / "llvm-tblgen", "--dump-json", "-I", LLVM / "include", "-I", ROOT, source],
                          capture_output=True, text=True)
    if done.returncode:
        fail(f"llvm-tblgen {source}: {done.stderr}")
    return json.loads(done.stdout)


def line_of(record):
    return int(record["!locs"][0].rsplit(":", 1)[1])


def of_dialect(all_records, kind, dialect):
    """Records of a class whose dialect is this one, in the order of the file."""
    key = "opDialect" if kind == "Op" else "dialect"
    found = [all_records[n] for n in all_records["!instanceof"].get(kind, []) if all_records[n].get(key, {}).get("def") == dialect]
    return sorted(found, key=line_of)


def describe(record):
    """The description without its indentation, and the examples in it."""
    text = textwrap.dedent((record.get("description") or "").strip("\n")).strip()
    return text, re.findall(r"```mlir\n(.*?)\n```", text, re.S)


def type_text(all_records, value):
    """Summary of a type or attribute constraint; those made in place are their base with a decoration."""
    record = all_records[value["def"]]
    base = record.get("baseType") or record.get("baseAttr")
    if value["def"].startswith("anonymous_") and base:
        kind = "any number of " if "Variadic" in record["!superclasses"] else "optional "
        default = record.get("defaultValue")
        return (f"default {default}: " if default is not None else kind) + type_text(all_records, base)
    if record.get("baseAttr"):
        base = record["baseAttr"]
        return "optional " + type_text(all_records, base)
    return record.get("summary") or value["def"]


def arguments_table(all_records, record):
    rows = []
    for value, name in record["arguments"]["args"]:
        classes = all_records[value["def"]]["!superclasses"]
        rows.append((name, "attribute" if "Attr" in classes else "operand", type_text(all_records, value)))
    rows += [(name, "result", type_text(all_records, value)) for value, name in record["results"]["args"]]
    if not rows:
        return ""
    return "\n".join(["| | | |", "|---|---|---|"] + [f"| `{n}` | {k} | {t} |" for n, k, t in rows]) + "\n"


def page(name):
    everything = records(name)
    dialect = f"{DIALECTS[name]}_Dialect"
    lines = [f"# Ops of {name}", "",
             f"Made by `scripts/dialect_docs.py` of `dialects/{DIALECTS[name]}/{DIALECTS[name]}Ops.td`; rationale and numbered constraints are in "
             f"[dialects/{DIALECTS[name]}/README.md](../../../dialects/{DIALECTS[name]}/README.md).", ""]
    types = of_dialect(everything, "TypeDef", dialect)
    if types:
        lines += ["## Types", ""]
        for record in types:
            text, _ = describe(record)
            lines += [f"- `!{name}.{record['mnemonic']}`: {record['summary']}" + (f". {' '.join(text.split())}" if text else "")]
        lines += [""]
    lines += ["## Ops", ""]
    for record in of_dialect(everything, "Op", dialect):
        text, examples = describe(record)
        if not examples:
            fail(f"{name}.{record['opName']} has no example: give it a block marked as mlir in its description")
        summary = " ".join(record["summary"].split())
        lines += [f"### {name}.{record['opName']}", "", summary[:1].upper() + summary[1:] + ("" if summary.endswith(".") else "."), "", text, ""]
        table = arguments_table(everything, record)
        if table:
            lines += [table]
    return "\n".join(lines).rstrip() + "\n"


def split_types(text):
    """Types between commas that are inside no bracket."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c in "<([":
            depth += 1
        elif c in ">)]" and text[i - 1:i] != "-":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return parts + [text[start:].strip()] if text.strip() else []


def example_function(code, number):
    """A function around an example; its arguments are the values that the example reads and does not define."""
    module = [line for line in code.split("\n") if re.match(r"\s*mpc\.param ", line)]
    body = [line for line in code.split("\n") if line not in module]
    joined = "\n".join(re.sub(r"//.*", "", line) for line in body)
    defined = set(re.findall(r"(%\w+)(?:, %\w+)* =", joined)) | set(re.findall(r"(%\w+):", joined))
    types = {}
    joined = re.sub(r"\{[^{}]* = [^{}]*\}", "", joined)  # attributes
    # One op a statement: what stands between its name and its types are the operands, in order.
    for statement in re.findall(r"(?:^|\n)[^\n]*?\b(?:mpc|share|onnx)\.\w+\b(.*?(?: ->|attr-dict| :) *[^\n]*)", joined, re.S):
        at = re.search(r"\s:\s+(\(.*?\) ->|[^()]*? ->|[^()]*$)", statement, re.S)
        if not at:
            continue
        operands = [o for o in re.findall(r"%\w+", statement[:at.start()])]
        given = split_types(at.group(1).removesuffix("->").strip().removeprefix("(").removesuffix(")"))
        for operand, type in zip(operands, given):
            if operand not in defined:
                types.setdefault(operand, type)
    for symbol, type in re.findall(r"mpc\.weight @(\w+) : (tensor<[^\n]*>)", joined) + re.findall(r"onnx\.param @(\w+) : (tensor<[^\n]*>)", joined):
        plain = re.sub(r"!mpc\.secret<(\w+)>", r"\1", type)
        shape = [int(d) for d in re.findall(r"(\d+)x", plain)]
        length = 4
        for d in shape:
            length *= d
        if not any(f"@{symbol} " in line for line in module):
            module.append(f'mpc.param @{symbol} {{file = "w", offset = 0 : i64, length = {length} : i64, type = {plain}}}')
    arguments = ", ".join(f"{name}: {type}" for name, type in types.items())
    indented = "\n".join("    " + line for line in body)
    inner = "\n".join("  " + line.strip() for line in module)
    return f"module {{\n{inner}\n  func.func @example{number}({arguments}) {{\n{indented}\n    return\n  }}\n}}"


def examples(name):
    everything, count = records(name), 0
    functions = []
    for record in of_dialect(everything, "Op", f"{DIALECTS[name]}_Dialect"):
        for code in describe(record)[1]:
            if not re.search(rf"\b{name}\.{record['opName']}\b", code):
                fail(f"the example of {name}.{record['opName']} does not show it")
            functions.append(example_function(code, count))
            count += 1
    return "\n// -----\n".join(functions) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--examples", choices=DIALECTS, help="print the examples of a dialect as modules, separated as mpc-opt --split-input-file takes them")
    args = parser.parse_args()
    if args.examples:
        print(examples(args.examples), end="")
        return
    old = []
    for name in DIALECTS:
        path, text = ROOT / "docs" / "generated" / "dialects" / f"{name}.md", page(name)
        if args.check:
            if not path.exists() or path.read_text() != text:
                old.append(str(path.relative_to(ROOT)))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"wrote {path.relative_to(ROOT)}")
    if old:
        fail(f"{', '.join(old)} is not what the definitions say; run python3 scripts/dialect_docs.py")


if __name__ == "__main__":
    main()
