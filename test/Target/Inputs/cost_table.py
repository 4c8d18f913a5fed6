"""Prints cost.json an entry a line: its name, online and offline bytes, rounds. Checks that ops add up to the totals."""
import json
import sys

for entry in json.load(open(sys.argv[1]))["entries"]:
    online, offline = entry["online"], entry["offline"]
    for section, key in ((online, "online_bytes"), (offline, "offline_bytes")):
        total = section["bytes"]["total"]
        assert total == sum(v for k, v in section["bytes"].items() if k != "total"), entry["entry"]
        assert total == sum(op[key] for op in entry["ops"]), entry["entry"]
    print(entry["entry"], "online", online["bytes"]["total"], "offline", offline["bytes"]["total"], "rounds", online["rounds"])
