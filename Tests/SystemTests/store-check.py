#!/usr/bin/env python3
"""Looks at a store of certctl from outside; says what is wrong with it, one line each, and exits 1 where there is anything.

usage: store-check.py HOME NAME [settled]

At any moment, whatever was killed: every generation holds what its manifest says and a key that fits its certificate; the include and the
link name whole generations; no file that holds a private key, or is about to, is open to anyone but its owner.

`settled`, after a run that succeeded: include and link name the newest generation, three are kept at most (one more where the run before
died at clearing away), and nothing is left in the staging directory.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

home, name = sys.argv[1:3]
settled = sys.argv[3:] == ["settled"]
state = os.path.join(os.path.realpath(home), "lib")
tls = os.path.join(state, "tls")
FILES = ["cert.pem", "chain.pem", "fullchain.pem", "manifest.json", "privkey.pem"]
wrong = []


def read(path):
    with open(path, "rb") as file:
        return file.read()


def public_key(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def check_generation(path):
    if sorted(os.listdir(path)) != FILES:
        return wrong.append(f"{path} holds {sorted(os.listdir(path))}")
    for file, digest in json.loads(read(f"{path}/manifest.json"))["files"].items():
        if hashlib.sha256(read(f"{path}/{file}")).hexdigest() != digest:
            wrong.append(f"{path}/{file} is not what the manifest says")
    of_key = public_key("pkey", "-in", f"{path}/privkey.pem", "-pubout")
    if not of_key or of_key != public_key("x509", "-in", f"{path}/fullchain.pem", "-noout", "-pubkey"):
        wrong.append(f"{path}: key and certificate do not fit")
    if read(f"{path}/cert.pem") + read(f"{path}/chain.pem") != read(f"{path}/fullchain.pem"):
        wrong.append(f"{path}: fullchain.pem is not cert.pem and chain.pem")


def check_secrecy():
    for directory, _, files in os.walk(home):
        for file in files:
            path = os.path.join(directory, file)
            status = os.lstat(path)
            holds_key = "key.pem" in file or b"PRIVATE KEY" in read(path)
            if holds_key and (status.st_mode & 0o077 or status.st_uid != os.stat(home).st_uid):
                wrong.append(f"{path} holds a key and has mode {status.st_mode & 0o7777:o}, owner {status.st_uid}")


def included():
    """The generation that nginx is told to use."""
    path = f"{tls}/nginx/{name}.conf"
    if not os.path.exists(path):
        return None
    paths = re.findall(r'^ssl_certificate(?:_key)?\s+"(.*)/(fullchain|privkey)\.pem";$', read(path).decode(), re.M)
    if [file for _, file in paths] != ["fullchain", "privkey"] or len({directory for directory, _ in paths}) != 1:
        wrong.append(f"{path} does not name the two files of one generation")
        return None
    return paths[0][0]


generations = f"{tls}/gen/{name}"
found = sorted(os.listdir(generations)) if os.path.isdir(generations) else []
for number in found:
    check_generation(f"{generations}/{number}")
check_secrecy()
include, link = included(), f"{tls}/live/{name}"
if include and not os.path.isfile(f"{include}/manifest.json"):
    wrong.append(f"the include names {include}, which is not there")
if os.path.islink(link) and not os.path.isfile(f"{link}/manifest.json"):
    wrong.append(f"{link} leads nowhere")
if settled:
    newest = f"{generations}/{found[-1]}" if found else None
    if include != newest or os.path.realpath(link) != newest:
        wrong.append(f"the newest generation is {newest}, but the include names {include} and the link {os.path.realpath(link)}")
    if len(found) > 4:
        wrong.append(f"{len(found)} generations are kept")
    for directory, _, files in os.walk(f"{tls}/.tmp"):
        wrong += [f"left over: {os.path.join(directory, file)}" for file in files]
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))
