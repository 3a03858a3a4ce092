# SPDX-License-Identifier: GPL-2.0-only
"""Kills workers of a Pool, one after another, each with a /bin/kill of its own.

Logs a line for each: victim, killer's pid, times (CLOCK_MONOTONIC ns) just before and just
after. Waits until the Pool has replaced the dead before the next.
"""
import argparse
import random
import subprocess
import sys
import time

import truth


def wait_for(what, seconds):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    log = truth.Log(args.log)
    chance = random.Random(args.seed)
    for _ in range(args.count):
        time.sleep(chance.uniform(0.01, 0.12))
        workers = truth.children(args.parent)
        if len(workers) != args.workers:
            print("%d workers, not %d" % (len(workers), args.workers), file=sys.stderr)
            return 1
        victim = chance.choice(workers)
        before = truth.now_ns()
        killer = subprocess.Popen(["/bin/kill", "-KILL", str(victim)])
        killer.wait()
        log.line(victim, killer.pid, before, truth.now_ns())

        def replaced():
            now = truth.children(args.parent)
            return victim not in now and len(now) == args.workers

        if not wait_for(replaced, 10):
            print("%d was not replaced" % victim, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
