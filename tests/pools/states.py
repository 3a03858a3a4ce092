#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose workers know how they spend their time: each measures its own unpickling, computing
and pickling by the clock of its thread, and sleeps and waits for a lock for so long as it says.

Standard library only, Python 3.7 and later.
"""
import argparse
import json
import multiprocessing
import threading
import time
from multiprocessing import reduction

SLOW = 0.06  # seconds that an argument takes to unpickle, and a result to pickle
WORK = 0.12
REST = 0.05  # in a system call, and as long again on a lock

FIELDS = ["unpickle", "pickle", "alpha", "beta", "gamma", "io", "lock"]
MIX = ["alpha"] * 6 + ["beta"] * 3 + ["gamma"]

sums = None  # of this worker, by place in FIELDS
held = threading.Lock()


def add(field, seconds):
    sums[FIELDS.index(field)] += seconds


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def alpha(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def beta(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def gamma(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def rebuilt():
    burn(SLOW)
    return Argument()


class Argument:
    def __reduce__(self):
        return rebuilt, ()


class Result:
    def __reduce__(self):
        burn(SLOW)
        return str, ()


def timed(field, func):
    def wrapper(*args, **kwargs):
        began = time.thread_time()
        try:
            return func(*args, **kwargs)
        finally:
            add(field, time.thread_time() - began)
    return wrapper


def begin(all_sums, numbers):
    global sums
    with numbers.get_lock():
        place = numbers.value
        numbers.value += 1
    sums = all_sums[place]
    pickler = reduction.ForkingPickler
    pickler.loads = staticmethod(timed("unpickle", pickler.loads))
    pickler.dumps = staticmethod(timed("pickle", pickler.dumps))
    held.acquire()


def work(number, _):
    name = MIX[number % len(MIX)]
    began = time.thread_time()
    globals()[name](WORK)
    add(name, time.thread_time() - began)
    time.sleep(REST)
    add("io", REST)
    held.acquire(timeout=REST)
    add("lock", REST)
    return Result()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", default="fork")
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    ctx = multiprocessing.get_context(args.method)
    all_sums = [ctx.RawArray("d", len(FIELDS)) for _ in range(args.workers)]
    with ctx.Pool(args.workers, begin, (all_sums, ctx.Value("i", 0))) as pool:
        pool.starmap(work, [(n, Argument()) for n in range(args.tasks)], chunksize=1)
    total = {field: sum(one[n] for one in all_sums) for n, field in enumerate(FIELDS)}
    with open(args.truth, "w") as f:
        json.dump(total, f)


if __name__ == "__main__":
    main()
