"""Talks to a language server: opens a document and prints the diagnostics that come back.

lsp.py SERVER DOCUMENT
"""
import json
import pathlib
import subprocess
import sys

server, document = sys.argv[1:]
process = subprocess.Popen([server, "--log=error"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def send(method, params, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        message["id"] = number
    body = json.dumps(message).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    process.stdin.flush()


def receive():
    length = 0
    while (line := process.stdout.readline().strip()) != b"":
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(process.stdout.read(length))


send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
print("server", receive()["result"]["serverInfo"]["name"])
send("initialized", {})
send("textDocument/didOpen",
     {"textDocument": {"uri": "file:///document.mlir", "languageId": "mlir", "version": 1, "text": pathlib.Path(document).read_text()}})
for diagnostic in receive()["params"]["diagnostics"]:
    print(f"diagnostic line {diagnostic['range']['start']['line'] + 1}: {diagnostic['message']}")
send("shutdown", None, 2)
receive()
send("exit", None)
print("shut down:", process.wait(10))
