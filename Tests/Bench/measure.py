"""Runs a command and writes what it took: wall ms, CPU ms (user and system), peak memory in KiB.

    measure.py RESULT_FILE COMMAND...

CPU counts the programs that the command started too; the peak is that of the largest one. The kernel lets a process
begin with the peak of the one that forked it, so start this with `python3 -IS`: a peak below some 8 MiB is its own.
"""
import os
import sys
import time

result_file, command = sys.argv[1], sys.argv[2:]
start = time.perf_counter()
child = os.fork()
if child == 0:
    try:
        os.execvp(command[0], command)
    finally:
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
with open(result_file, "w") as result:
    print(f"{wall * 1000:.2f} {(usage.ru_utime + usage.ru_stime) * 1000:.2f} {usage.ru_maxrss}", file=result)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
