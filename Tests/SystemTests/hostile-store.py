#!/usr/bin/env python3
"""What an attacker who is certctl's user can put into the store for root to find; run as that user.

usage: hostile-store.py STATE SAMPLE SECRET MARKER

STATE is the state root, SAMPLE a lineage with a certificate in it, SECRET a file that only root may read, and MARKER a file that is
there afterwards if root has run what it should not. Each attack is a copy of SAMPLE, under a name of its own, with one thing changed;
`good.test` is a copy with nothing changed, which has to be deployed for the others to mean anything. Prints the names.
"""
import json
import os
import shutil
import sys

state, sample, secret, marker = sys.argv[1:5]
lineages, generations = f"{state}/lineages", f"{state}/tls/gen"
newest = sorted(os.listdir(f"{generations}/{sample}"))[-1]

evil = f"{state}/watch/evil"
with open(evil, "w", encoding="utf-8") as file:
    file.write(f"#!/bin/sh\ntouch {marker}\n")
os.chmod(evil, 0o755)


def copy(name):
    """The lineage once more, with its newest generation alone."""
    shutil.copytree(f"{lineages}/{sample}", f"{lineages}/{name}")
    os.mkdir(f"{generations}/{name}", 0o711)
    generation = f"{generations}/{name}/{newest}"
    shutil.copytree(f"{generations}/{sample}/{newest}", generation)
    print(name)
    return f"{lineages}/{name}", generation


def manifest(generation, change):
    path = f"{generation}/manifest.json"
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    change(content)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)


def replace(path, make):
    os.remove(path)
    make(path)


def link(target):
    return lambda path: os.symlink(target, path)


def huge(path):
    with open(path, "w", encoding="utf-8") as file:
        file.truncate(8 << 40)


def elsewhere(name, prefix):
    """Files that lead up and out, to what root alone may read."""
    def change(content):
        content["files"][prefix + secret] = content["files"].pop(name)
    return change


copy("good.test")

# Commands, where settings are read.
for name, words in (("hook.test", "deploy_hook"), ("hook2.test", "deployHook"), ("hook3.test", "owedHook")):
    lineage, _ = copy(name)
    with open(f"{lineage}/settings.json", encoding="utf-8") as file:
        settings = json.load(file)
    settings[words] = evil if words != "deploy_hook" else [evil]
    settings["hooks"] = settings["deployHooks"] = [evil]
    with open(f"{lineage}/settings.json", "w", encoding="utf-8") as file:
        json.dump(settings, file)
    with open(f"{lineage}/journal", "ab") as file:
        file.write(json.dumps({"deployed": {"hook": evil}, "hooks": [evil]}).encode() + b"\n")

# Paths, where names of files are read.
for name, file, prefix in (("up.test", "chain.pem", "../../../../../../.."), ("root.test", "cert.pem", ""), ("key.test", "privkey.pem", "../../../../../..")):
    _, generation = copy(name)
    manifest(generation, elsewhere(file, prefix))

# Links, where files and directories are read.
for index, file in enumerate(("privkey.pem", "cert.pem", "fullchain.pem", "manifest.json")):
    _, generation = copy(f"link{index}.test")
    replace(f"{generation}/{file}", link(secret))
for index, file in enumerate(("settings.json", "journal", "lock")):
    lineage, _ = copy(f"link-{file.split('.')[0]}.test")
    replace(f"{lineage}/{file}", link(secret))
_, generation = copy("link-generation.test")
shutil.rmtree(generation)
os.symlink(os.path.dirname(secret), generation)
copy("link-generations.test")
shutil.rmtree(f"{generations}/link-generations.test")
os.symlink(os.path.dirname(secret), f"{generations}/link-generations.test")
copy("link-lineage.test")
shutil.rmtree(f"{lineages}/link-lineage.test")
os.symlink(os.path.dirname(secret), f"{lineages}/link-lineage.test")

# What never ends, or is larger than any memory.
for index, file in enumerate(("privkey.pem", "cert.pem", "chain.pem", "manifest.json")):
    _, generation = copy(f"pipe{index}.test")
    replace(f"{generation}/{file}", os.mkfifo)
    _, generation = copy(f"huge{index}.test")
    replace(f"{generation}/{file}", huge)
for file in ("settings.json", "journal", "lock"):
    lineage, _ = copy(f"pipe-{file.split('.')[0]}.test")
    replace(f"{lineage}/{file}", os.mkfifo)
    lineage, _ = copy(f"huge-{file.split('.')[0]}.test")
    replace(f"{lineage}/{file}", huge)

# Names, where they become paths, arguments and lines.
for name in ("-rf", "..evil", "a\nb", f"$(touch {marker})", "x;touch y", "*", "a b", "\x1b[2J", "%n", "x" * 255):
    name = name.replace("/", "_") if name != f"$(touch {marker})" else f"$({os.path.basename(evil)})"
    os.mkdir(f"{lineages}/{name}", 0o700)
    os.mkdir(f"{generations}/{name}", 0o711)
    shutil.copytree(f"{generations}/{sample}/{newest}", f"{generations}/{name}/{newest}")
_, generation = copy("names.test")
manifest(generation, lambda content: content.update(names=[f"$(touch {marker})", "-rf", f"`touch {marker}`", f"a\ntouch {marker}"]))

# Places where root might write in passing: through a link, to what is root's.
for file in ("events.log", "schedule"):
    if os.path.lexists(f"{state}/{file}"):
        os.remove(f"{state}/{file}")
    os.symlink("/etc/cron.d/evil", f"{state}/{file}")
for file in ("good.test~conf", "good.test~live", "good.test~new", "good.test"):
    os.symlink("/etc/cron.d/evil", f"{state}/tls/.tmp/{file}")
