#!/usr/bin/env python3
"""A name server on 127.0.0.1:53 that misbehaves, one behaviour a name below hostile.test; for catalogue.test.sh.

usage: hostile-dns.py READY

    nx         does not exist          slow      answers after half a minute
    servfail   cannot be resolved      rebind    203.0.113.7 for the first question, 127.0.0.1 from then on
    dual       an IPv6 address that leads nowhere, and 127.0.0.1

READY is a file that is made once it listens. Every other name does not exist.
"""
import socket
import struct
import sys
import threading
import time

A, AAAA = 1, 28
asked = {}
lock = threading.Lock()


def addresses(name, kind):
    """Returns the code of the answer and its addresses."""
    with lock:
        asked[name, kind] = asked.get((name, kind), 0) + 1
        first = asked[name, kind] == 1
    if name == "servfail":
        return 2, []
    if name == "slow":
        time.sleep(30)
        return 0, ["127.0.0.1"] if kind == A else []
    if name == "rebind":
        return 0, ["203.0.113.7" if first else "127.0.0.1"] if kind == A else []
    if name == "dual":
        return 0, ["127.0.0.1"] if kind == A else ["fd99::2"]
    return 3, []


def answer(server, question, sender):
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode("ascii").lower())
        at += 1 + question[at]
    kind = struct.unpack("!H", question[at + 1:at + 3])[0]
    name = labels[0] if labels[1:] == ["hostile", "test"] and kind in (A, AAAA) else ""
    code, found = addresses(name, kind)
    records = b""
    for address in found:
        data = socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, address)
        records += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
    head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0)
    server.sendto(head + question[12:at + 5] + records, sender)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    with open(sys.argv[1], "w", encoding="ascii"):
        pass
    while True:
        question, sender = server.recvfrom(4096)
        threading.Thread(target=answer, args=(server, question, sender), daemon=True).start()


main()
