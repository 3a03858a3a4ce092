#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose tasks make the garbage collector run and compute by turns, and whose workers know
for how long each was, by the clock of their thread: the collector tells its beginning and its end.

    collects.py --truth FILE [--tasks N]

Standard library only, Python 3.6 and later.
"""
import argparse
import gc
import json
import multiprocessing
import time

OBJECTS = 200000
WORK = 0.06  # seconds after each run of the collector
TURNS = 5

clock, THREAD = time.clock_gettime, time.CLOCK_THREAD_CPUTIME_ID
spent = began = 0


def told(phase, _):
    global spent, began
    if phase == "start":
        began = clock(THREAD)
    else:
        spent += clock(THREAD) - began


def begin():
    gc.disable()
    gc.callbacks.append(told)


def delay():
    with open("/proc/thread-self/schedstat") as f:
        return int(f.read().split()[1]) / 1e9


def compute():
    end = clock(THREAD) + WORK
    while clock(THREAD) < end:
        pass


def work(_):
    """(in the collector, on a core, waiting for one) in seconds"""
    global spent
    spent, since, waited = 0, clock(THREAD), delay()
    kept = [[n] for n in range(OBJECTS)]
    for _ in range(TURNS):
        gc.collect()
        compute()
    del kept
    return spent, clock(THREAD) - since, delay() - waited


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--truth", required=True)
    parser.add_argument("--tasks", type=int, default=40)
    args = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(2, begin) as pool:
        rows = pool.map(work, range(args.tasks), 1)
        pool.close()
        pool.join()
    collector, on_core, waited = map(sum, zip(*rows))
    with open(args.truth, "w") as f:
        json.dump({"gc": collector, "cpu": on_core, "runq": waited}, f)


if __name__ == "__main__":
    main()
