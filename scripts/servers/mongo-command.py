"""mongo-command.py PORT COMMAND..: sends commands to the MongoDB on that port of 127.0.0.1, until one fails.

A command is JSON, with its database as "$db". Neither Debian nor the server's package has a client for this.
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


def exchange(connection, command):
    # Flags, and one section: a document.
    body = struct.pack("<iB", 0, 0) + document(command)
    # The length with this header, an id, no answer to an id, and the kind: OP_MSG.
    connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
    with connection.makefile("rb") as stream:
        (length,) = struct.unpack("<i", stream.read(4))
        return stream.read(length - 4)


with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30) as server:
    for text in sys.argv[2:]:
        answer = exchange(server, json.loads(text))
        # Whether it went well is all that is asked, and what did not is readable in the bytes.
        if b"\x01ok\0" + struct.pack("<d", 1) not in answer:
            sys.exit(f"{text}: {answer!r}")
