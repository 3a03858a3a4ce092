# SPDX-License-Identifier: GPL-2.0-only
"""Another pool, whose processes all have ids with the same last 13 bits, as far as there are such:
what is kept by those bits has to keep several. Needs root.

    same_place.py POOL ...
"""
import os
import runpy
import sys

BITS = 1 << 13
LEAST = 300  # lower ones are not given again (kernel/pid.c: RESERVED_PIDS)
fork = os.fork
given = set()  # no id twice: some pools tell their workers by it


def next_free():
    with open("/proc/sys/kernel/pid_max") as f:
        most = int(f.read())
    for pid in list(range(os.getpid(), most, BITS)) + list(range(os.getpid() % BITS, most, BITS)):
        if pid >= LEAST and pid not in given and not os.path.exists("/proc/%d" % pid):
            return pid
    return None


def fork_there():
    pid = next_free()
    if pid:
        given.add(pid)
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write("%d" % (pid - 1))
    return fork()


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
    os.fork = fork_there
    runpy.run_path(sys.argv[0], run_name="__main__")
