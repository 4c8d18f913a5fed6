"""Prints name, element type, shape and elements of each tensor of a safetensors file."""
import json
import struct
import sys

with open(sys.argv[1], "rb") as f:
    data = f.read()
(length,) = struct.unpack("<Q", data[:8])
assert length % 8 == 0
for name, entry in json.loads(data[8 : 8 + length]).items():
    begin, end = entry["data_offsets"]
    code = {"F32": "f", "I32": "i", "I64": "q", "BOOL": "?"}[entry["dtype"]]
    values = struct.unpack("<%d%s" % ((end - begin) // struct.calcsize("<" + code), code), data[8 + length + begin : 8 + length + end])
    print(name, entry["dtype"], entry["shape"], *("%.7g" % v if code == "f" else v for v in values))
