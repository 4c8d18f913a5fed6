"""Writes and prints .npz files with the standard library alone.

npz.py write OUT.npz NAME=TYPE[SHAPE]:v,v,... ...    TYPE f4, i8, b1; SHAPE as 2x3, empty for a scalar
npz.py print IN.npz                                 one line an array
"""
import ast
import io
import struct
import sys
import zipfile

FORMATS = {"f4": "f", "f8": "d", "i4": "i", "i8": "q", "b1": "?"}


def header(dtype, shape):
    text = "{'descr': '%s%s', 'fortran_order': False, 'shape': %s, }" % ("|" if dtype == "b1" else "<", dtype, tuple(shape))
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def write(path, arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for argument in arrays:
            name, rest = argument.split("=", 1)
            kind, values = rest.split(":", 1)
            dtype, shape = kind[:2], [int(d) for d in kind[3:-1].split("x") if d]
            parse = float if dtype[0] == "f" else int
            data = [parse(v) for v in values.split(",")] if values else []
            archive.writestr(name + ".npy", header(dtype, shape) + struct.pack("<%d%s" % (len(data), FORMATS[dtype]), *data))


def show(path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            length = struct.unpack("<H", data[8:10])[0]
            meta = ast.literal_eval(data[10:10 + length].decode())
            dtype = meta["descr"][1:]
            raw = data[10 + length:]
            values = struct.unpack("<%d%s" % (len(raw) // struct.calcsize(FORMATS[dtype]), FORMATS[dtype]), raw)
            print(name[:-len(".npy")], dtype, list(meta["shape"]), " ".join("%g" % v for v in values))


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3:])
else:
    show(sys.argv[2])
