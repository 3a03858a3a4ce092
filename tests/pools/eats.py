# SPDX-License-Identifier: GPL-2.0-only
"""A Pool of one worker that takes more and more memory, step by step, until its cgroup (--cgroup)
has no more; after each step it writes down when, and what it has resident."""
import argparse
import multiprocessing
import os
import time

import truth

STEP = 6 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * PAGE


def eat(log, cgroup):
    with open(os.path.join(cgroup, "cgroup.procs"), "w") as f:
        f.write(str(os.getpid()))
    held, out = [], truth.Log(log)
    while True:
        held.append(bytearray(STEP))
        held[-1][::PAGE] = b"x" * len(held[-1][::PAGE])
        out.line(truth.now_ns(), resident())
        time.sleep(0.15)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", required=True)
    parser.add_argument("--cgroup", required=True)
    args = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        before = pool._pool[0].pid
        pool.apply_async(eat, (args.log, args.cgroup))
        while [p.pid for p in list(pool._pool)] in ([], [before]):
            time.sleep(0.01)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
