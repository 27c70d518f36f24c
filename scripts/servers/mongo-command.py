"""mongo-command.py PORT DATABASE COMMAND: sends a command, in JSON, to the MongoDB on that port of 127.0.0.1.

Neither Debian nor the server's package has a client for this. It knows no users.
"""

import json
import socket
import struct
import sys


def document(members):
    body = b"".join(element(name.encode() + b"\0", value) for name, value in members.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def element(name, value):
    if isinstance(value, bool):
        return b"\x08" + name + struct.pack("<?", value)
    if isinstance(value, int):
        return b"\x10" + name + struct.pack("<i", value)
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return b"\x02" + name + struct.pack("<i", len(text)) + text
    if isinstance(value, list):
        return b"\x04" + name + document({str(index): item for index, item in enumerate(value)})
    return b"\x03" + name + document(value)


def answer(connection, command):
    # No flags, and one section: a document.
    body = struct.pack("<iB", 0, 0) + document(command)
    # Before it the length with this header, an id, the id that it answers to, and the kind: OP_MSG.
    connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
    with connection.makefile("rb") as stream:
        (length,) = struct.unpack("<i", stream.read(4))
        return stream.read(length - 4)


port, database, command = sys.argv[1:]
with socket.create_connection(("127.0.0.1", int(port)), timeout=30) as server:
    told = answer(server, json.loads(command) | {"$db": database})
# All that is asked is whether it went well, and what did not can be read in the bytes.
if b"\x01ok\0" + struct.pack("<d", 1) not in told:
    sys.exit(f"{command}: {told!r}")
