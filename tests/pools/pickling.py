#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A Pool whose tasks are dear to pickle or to unpickle, and whose workers know it: each measures
its own calls of the pickler by the clock of its thread, and by that of the wall, which counts
what interrupts and the machine below this one take too.

    pickling.py HOW --truth FILE: a large argument, a large result, a slow __setstate__ or a slow
    __reduce__; or many small tasks, which are cheap.

Standard library only, Python 3.6 and later.
"""
import argparse
import json
import multiprocessing
import time
from multiprocessing import reduction

LARGE = 64 << 20
SLOW = 0.2  # seconds
SMALL_TASKS = 8000  # less than the ring holds, if nobody comes to empty it

sums = None  # of this worker: unpickle, pickle, and both by the wall


class Burned:
    """Takes SLOW to be made again, or to be taken apart."""

    def __init__(self, when):
        self.when = when

    def __reduce__(self):
        if self.when == "reduce":
            burn(SLOW)
        return Burned, (self.when,), {"when": self.when}

    def __setstate__(self, state):
        if self.when == "setstate":
            burn(SLOW)
        self.__dict__.update(state)


def burn(seconds):
    end = clock() + seconds
    while clock() < end:
        pass


def clock():
    return time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)


def timed(place, func):
    def wrapper(*args, **kwargs):
        began, wall = clock(), time.monotonic()
        try:
            return func(*args, **kwargs)
        finally:
            sums[place] += clock() - began
            sums[place + 2] += time.monotonic() - wall
    return wrapper


def begin(all_sums, numbers):
    global sums
    with numbers.get_lock():
        sums = all_sums[numbers.value]
        numbers.value += 1
    pickler = reduction.ForkingPickler
    pickler.loads = staticmethod(timed(0, pickler.loads))
    pickler.dumps = staticmethod(timed(1, pickler.dumps))


def work(how, _):
    burn(0.02)
    if how == "result":
        return b"." * LARGE
    return Burned("reduce") if how == "reduce" else None


def small(_how, _):
    return None


def argument(how):
    if how == "argument":
        return b"." * LARGE
    return Burned("setstate") if how == "setstate" else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("how", choices=["argument", "result", "setstate", "reduce", "small"])
    parser.add_argument("--method", default="fork")
    parser.add_argument("--tasks", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--truth", required=True)
    args = parser.parse_args()
    ctx = multiprocessing.get_context(args.method)
    all_sums = [ctx.RawArray("d", 4) for _ in range(args.workers)]
    time.sleep(1.5)  # whoever looks for the pickler's code has found it by then
    with ctx.Pool(args.workers, begin, (all_sums, ctx.Value("i", 0))) as pool:
        func = small if args.how == "small" else work
        count = SMALL_TASKS if args.how == "small" else args.tasks
        began = time.monotonic()
        for _ in pool.imap_unordered(Call(func, args.how), arguments(args.how, count)):
            pass
        took = time.monotonic() - began
    total = {field: sum(one[n] for one in all_sums)
             for n, field in enumerate(("unpickle", "pickle", "unpickle_wall", "pickle_wall"))}
    total["tasks"], total["seconds"] = count, took
    with open(args.truth, "w") as f:
        json.dump(total, f)


class Call:
    """func(how, argument), small when it is pickled."""

    def __init__(self, func, how):
        self.func, self.how = func, how

    def __call__(self, arg):
        return self.func(self.how, arg)


def arguments(how, count):
    for _ in range(count):
        yield argument(how)


if __name__ == "__main__":
    main()
