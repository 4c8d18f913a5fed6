"""Fails where a text holds an element of the model's f32 tensors: as MLIR prints it, as a short decimal, or as its bytes in hex.

no_weights.py MODEL.onnx TEXT     (the model's tensors lie in it as raw data; every 4-byte pattern of theirs is looked for)
"""
import re
import struct
import sys

model, text = open(sys.argv[1], "rb").read(), open(sys.argv[2]).read().lower()
# Tensors of more than 16 bytes in raw_data (field 9 of TensorProto), found without a protobuf library.
found, at = [], 0
while (at := model.find(b"\x4a", at)) >= 0:
    size, start, shift = 0, at + 1, 0
    while start < len(model) and shift < 28:
        size |= (model[start] & 127) << shift
        shift, start = shift + 7, start + 1
        if model[start - 1] < 128:
            break
    if 16 <= size <= len(model) - start and size % 4 == 0:
        found += struct.unpack(f"<{size // 4}f", model[start:start + size])
    at += 1
assert len(found) >= 40, "found no weights in the model"
shown = []
for value in found:
    if not 1e-3 < abs(value) < 1e3:
        continue
    forms = [f"{value:.6e}", f"{value:.5g}", struct.pack("<f", value).hex(), struct.pack(">f", value).hex()]
    shown += [form for form in forms if re.search(r"(?<![\w.])" + re.escape(form.lower()), text)]
print("\n".join(shown) or "nothing of the weights")
sys.exit(bool(shown))
