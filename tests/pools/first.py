# SPDX-License-Identifier: GPL-2.0-only
"""A busy Pool with one slow function; a worker kills itself in a task when the file GO appears.

    first.py GO TRUTH [--seconds S]

TRUTH gets a line of JSON: {"parent", "workers"} at its start, and {"died"} in front of the end.
"""
import argparse
import json
import multiprocessing
import os
import signal
import time


def tell(path, facts):
    with open(path, "a") as f:
        f.write(json.dumps(facts) + "\n")


def quick(n):
    time.sleep(0.002)
    return n


def slow(n):
    time.sleep(0.15)
    return n


def give_up(path):
    tell(path, {"died": os.getpid()})
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("go")
    parser.add_argument("truth")
    parser.add_argument("--seconds", type=float, default=100)
    args = parser.parse_args()
    pool = multiprocessing.get_context("fork").Pool(3)
    workers = [child.pid for child in multiprocessing.active_children()]
    tell(args.truth, {"parent": os.getpid(), "workers": workers})
    until, gone = time.monotonic() + args.seconds, False
    while time.monotonic() < until:
        if not gone and os.path.exists(args.go):
            pool.apply_async(give_up, (args.truth,))
            gone = True
        for result in [pool.apply_async(quick, (n,)) for n in range(10)] + \
                [pool.apply_async(slow, (n,)) for n in range(2)]:
            result.get()
    pool.terminate()


if __name__ == "__main__":
    main()
