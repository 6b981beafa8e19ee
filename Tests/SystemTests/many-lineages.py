#!/usr/bin/env python3
"""Makes many lineages of one, quicker than any CA could: each with its own files, journal and advice, as certctl writes them.

usage: many-lineages.py HOME NAME COUNT

HOME has the lineage NAME, which was issued and looked at by `certctl renew`. NAME-00001 and so on are like it, with what is in use, so
that nothing is due; the schedule is left as it is, and knows nothing of them.
"""
import os
import shutil
import sys

home, model, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
state = os.path.join(os.path.realpath(home), "lib")


def crc32c(data):
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


def read(path):
    with open(path, "rb") as file:
        return file.read()


def add(path, data):
    with open(path, "ab") as file:
        file.write(data)


def copy(source, target):
    """Files one by one with their modes, which is all that a lineage has."""
    os.mkdir(target, os.stat(source).st_mode & 0o777)
    for name in os.listdir(source):
        shutil.copy(f"{source}/{name}", f"{target}/{name}")


old = model.encode()
advice = [line for line in read(f"{state}/renewal/advice").splitlines() if line.startswith(old + b" ")][-1]
include = read(f"{state}/tls/nginx/{model}.conf")
generation = os.path.basename(os.readlink(f"{state}/tls/live/{model}"))
advices, records = [], []
for number in range(1, count + 1):
    name = f"{model}-{number:05}"
    new = name.encode()
    copy(f"{state}/lineages/{model}", f"{state}/lineages/{name}")
    os.mkdir(f"{state}/tls/gen/{name}", 0o711)
    copy(f"{state}/tls/gen/{model}/{generation}", f"{state}/tls/gen/{name}/{generation}")
    os.symlink(f"../gen/{name}/{generation}", f"{state}/tls/live/{name}")
    add(f"{state}/tls/nginx/{name}.conf", include.replace(b"/gen/" + old + b"/", b"/gen/" + new + b"/"))
    line = new + advice[len(old):advice.rindex(b" ")]
    advices.append(line + b" %x\n" % crc32c(line))
    record = b'{"generation":{"value":%d},"lineage":"%s"}' % (int(generation), new)
    records.append(b"%d %x " % (len(record), crc32c(record)) + record + b"\n")
add(f"{state}/renewal/advice", b"".join(advices))
add(f"{state}/deploy/journal", b"".join(records))
