# SPDX-License-Identifier: GPL-2.0-only
"""Shares memory between a parent and its workers, of every sort that it is told, and writes down
how much that is. Locks (semaphores), private copies and what one process maps alone are none."""
import argparse
import mmap
import multiprocessing
import os
import time

import truth

PAGE = mmap.PAGESIZE
held = []


def pages(size):
    return (size + PAGE - 1) // PAGE * PAGE


def hold(name, barrier_s):
    """A worker maps a SharedMemory by its name, and stays."""
    from multiprocessing import shared_memory
    held.append(shared_memory.SharedMemory(name=name))
    alone = mmap.mmap(-1, 5 << 20)  # nobody else has it
    held.append(alone)
    time.sleep(barrier_s)
    return os.getpid()


def run_pool(args):
    """One SharedMemory that workers map by name; an Array and an mmap(-1) that forks inherit."""
    from multiprocessing import shared_memory
    context = multiprocessing.get_context(args.start)
    memory = shared_memory.SharedMemory(create=True, size=(8 << 20) + 100)
    total = pages((8 << 20) + 100)
    locks = [context.Lock() for _ in range(5)]
    if args.start == "fork":
        array = context.RawArray("b", 1 << 20)
        area = mmap.mmap(-1, 2 << 20)
        array[0] = 1
        area[0] = 1
        total += (1 << 20) + (2 << 20)
    with context.Pool(args.workers) as pool:
        seen = pool.starmap(hold, [(memory.name, args.seconds)] * args.workers, chunksize=1)
        pool.close()
        pool.join()
    memory.close()
    memory.unlink()
    truth.write(args.truth, bytes=total, workers=len(set(seen)), locks=len(locks))


def read(array, seconds):
    time.sleep(seconds)
    return float(array[-1]), os.path.getsize(array.filename)


def run_joblib(args):
    """An argument so large that joblib puts it into a memmap."""
    import joblib
    import numpy
    array = numpy.ones(3200000)
    got = joblib.Parallel(n_jobs=args.workers)(
        joblib.delayed(read)(array, args.seconds) for _ in range(args.workers))
    truth.write(args.truth, bytes=pages(got[0][1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--start", default="fork")
    parser.add_argument("--joblib", action="store_true")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    (run_joblib if args.joblib else run_pool)(args)


if __name__ == "__main__":
    main()
