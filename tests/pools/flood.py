# SPDX-License-Identifier: GPL-2.0-only
"""A pool that is given more small tasks than watching them all may cost, and counts what it did:
several functions, some of whose tasks fail, until it is told to be quiet; then nothing until it is
told to end; then a few more, and a worker that dies with a task in hand."""
import argparse
import multiprocessing
import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool

import tally


def work(x):
    return x


def text(x):
    return "text " + x


def refuse(x):
    if x % 100 == 7:
        raise ValueError("seven")
    return x


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def is_told(path, what):
    return path and os.path.exists(path + "." + what)


def flood(call, path, seconds):
    """call(function, argument) gives what result() waits for."""
    end = time.monotonic() + seconds
    n = 0
    while time.monotonic() < end and not is_told(path, "quiet"):
        waiting = []
        for _ in range(300):
            waiting += [call(work, n), call(text, str(n)), call(refuse, n % 1000)]
            n += 1
        for result in waiting:
            try:
                result()
            except ValueError:
                pass


def pool_calls(pool):
    return lambda func, x: pool.apply_async(func, (x,)).get


def executor_calls(executor):
    return lambda func, x: executor.submit(func, x).result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--kind", choices=("Pool", "executor"), default="Pool")
    parser.add_argument("--seconds", type=float, default=60, help="at most")
    parser.add_argument("--told", help="FILE: FILE.quiet is there: no more; FILE.end: end")
    parser.add_argument("--map", action="store_true", help="map() a lot first")
    args = parser.parse_args()

    tally.install()
    if args.kind == "Pool":
        pool = multiprocessing.get_context("fork").Pool(2)
        counted = tally.watch_pool(pool)
        call = pool_calls(pool)
    else:
        pool = tally.new_executor(2, multiprocessing.get_context("fork"))
        counted = tally.watch_executor(pool)
        call = executor_calls(pool)
    flood(call, args.told, args.seconds)
    if args.map:
        list(pool.map(work, range(5000), chunksize=1))
        list(pool.map(work, range(5000), chunksize=3))
    end = time.monotonic() + args.seconds
    while args.told and time.monotonic() < end and not is_told(args.told, "end"):
        time.sleep(0.05)
    flood(call, None, 0.2)
    lost = call(die, 0)
    try:
        lost(3)
    except (multiprocessing.TimeoutError, BrokenProcessPool):
        pass
    if args.kind == "Pool":
        pool.terminate()
    else:
        pool.shutdown()
    tally.write(args.truth, [counted])


if __name__ == "__main__":
    main()
