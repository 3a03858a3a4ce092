# SPDX-License-Identifier: GPL-2.0-only
"""A billiard.Pool, given mixed calls, counted in the parent. Needs billiard."""
import argparse
import os
import signal
import threading

import billiard
from billiard.connection import Connection

import mixed
import tally


def mine(x):
    return -x


def work(pool, n, big, method):
    pool.map(mixed.square, range(n), chunksize=7)
    # Of billiard 4.1, workers that are not forked have no main script, and imap() fails for them.
    if method == "fork":
        for _ in pool.imap_unordered(mine, mixed.numbers(n)):
            pass
    pool.starmap(mixed.add, [(x, x) for x in range(n)])
    for result in [pool.apply_async(mixed.fails, (x,)) for x in range(n)]:
        result.wait()
    for x in range(4):
        mixed.expect(Exception, pool.apply_async(mixed.refuses, (x,)).get)
    pool.map(mixed.measure, [b"a" * size for size in mixed.SIZES], chunksize=1)
    pool.map(mixed.make, mixed.SIZES, chunksize=1)
    pool.apply(mixed.measure, (b"a" * big,))


def watch(pool):
    counted = tally.watch("billiard", tally.billiard_message, [pool._inqueue._writer],
                          [pool._outqueue._reader])
    counted.more["workers"] = [p.pid for p in pool._pool]
    return counted


def end(pools):
    """Of billiard 4.1, close() and join() wait for ever on Python 3.11, and terminate() may, for a
    worker that its signal has not ended. Call os._exit() afterwards."""
    for pool in pools:
        thread = threading.Thread(target=pool.terminate, daemon=True)
        thread.start()
        thread.join(5)
        for worker in pool._pool:
            if thread.is_alive() and worker.is_alive():
                os.kill(worker.pid, signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    args = parser.parse_args()

    tally.install(Connection)
    pool = billiard.get_context(args.method).Pool(2)
    counted = watch(pool)
    work(pool, args.items, args.big, args.method)
    end([pool])
    tally.write(args.truth, [counted], method=args.method)
    os._exit(0)


if __name__ == "__main__":
    main()
