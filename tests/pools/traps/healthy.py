# SPDX-License-Identifier: GPL-2.0-only
"""Healthy pools of the ordinary sort: nothing worse than a hint is to be found in them."""
import concurrent.futures
import os
import random
import sys
import time

import zoo


def compute(n):
    zoo.burn(0.01)
    return n


def compute_uneven(n):
    zoo.burn(0.002 + 0.02 * (n * 7919 % 17) / 17)
    return n


def compute_little(n):
    zoo.burn(0.0005)
    return n


def wait(n):
    time.sleep(0.03)
    return n


def long_answer(n):
    zoo.burn(0.01)
    return random.getrandbits(8 << 13)


def cpu(opts, pool):
    pool.map(compute, range(100))


def uneven(opts, pool):
    for _ in pool.imap_unordered(compute_uneven, range(100), chunksize=2):
        pass


def io(opts, pool):
    """As many workers as waiting wants."""
    pool.map(wait, range(300), chunksize=5)


def answers(opts, pool):
    pool.map(long_answer, range(60), chunksize=2)


def callbacks(opts, pool):
    under_way = [pool.apply_async(compute, (n,), callback=int) for n in range(60)]
    for one in under_way:
        one.get()


def bursts(opts, pool):
    """A service that has something to do now and then."""
    pool.map(compute, range(10), chunksize=1)
    time.sleep(0.4)


def fast(opts, pool):
    """Short tasks, each in a message of its own."""
    for _ in pool.imap_unordered(compute_little, range(4000)):
        pass


def executor(opts, pool):
    list(pool.map(compute, range(100), chunksize=5))


def submits(opts, pool):
    for one in concurrent.futures.as_completed([pool.submit(compute, n) for n in range(60)]):
        one.result()


def numpy(opts, pool):
    pool.map(multiply, range(40), chunksize=2)


def multiply(n):
    import numpy as np
    square = np.full((120, 120), float(n))
    for _ in range(40):
        square = square @ square.T
        square /= square.max() + 1
    return float(square[0, 0])


def recycle(opts, pool):
    pool.map(compute, range(100), chunksize=5)


SORTS = {"cpu": cpu, "uneven": uneven, "io": io, "answers": answers, "callbacks": callbacks,
         "bursts": bursts, "fast": fast, "executor": executor, "submits": submits, "numpy": numpy,
         "recycle": recycle}


def main():
    zoo.parser.add_argument("--sort", required=True, choices=sorted(SORTS))
    opts = zoo.options(__doc__)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the pool fills the cores
    if opts.sort in ("executor", "submits"):
        pool = concurrent.futures.ProcessPoolExecutor(opts.workers, mp_context=opts.context)
    else:
        workers = 12 if opts.sort == "io" else opts.workers
        pool = opts.context.Pool(workers, maxtasksperchild=20 if opts.sort == "recycle" else None)
    with pool:
        for _ in zoo.going(opts):
            SORTS[opts.sort](opts, pool)
        if hasattr(pool, "close"):
            pool.close()
            pool.join()


if __name__ == "__main__":
    sys.exit(main())
