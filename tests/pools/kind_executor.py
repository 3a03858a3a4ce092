# SPDX-License-Identifier: GPL-2.0-only
"""A ProcessPoolExecutor under every start method, given mixed calls, counted in the parent."""
import argparse
import concurrent.futures
import multiprocessing
import time

import mixed
import tally


class Own(Exception):
    """Of the main script, as mine() is: spawned workers know it by another name."""


def mine(x):
    if x == 7:
        raise mixed.Refused("seven")
    if x == 8:
        raise Own("eight")
    return str(x)


def cancel(executor, counted, n):
    """More calls than the queue takes, all but the first of them cancelled."""
    futures = [executor.submit(time.sleep, 0.1) for _ in range(n)]
    counted.cancelled += sum(future.cancel() for future in futures[1:])
    concurrent.futures.wait(futures)


def work(executor, n, big):
    list(executor.map(mixed.square, range(n), chunksize=7))
    list(executor.map(mixed.double, mixed.numbers(n)))
    list(executor.map(mixed.add, range(n), range(n), chunksize=n))
    futures = [executor.submit(mixed.fails, x) for x in range(n)]
    futures += [executor.submit(mixed.model.predict, x) for x in range(4)]
    concurrent.futures.wait(futures)
    for x in range(4):
        mixed.expect(mixed.Refused, executor.submit(mixed.refuses, x).result)
    concurrent.futures.wait([executor.submit(mine, x) for x in range(10)])
    list(executor.map(mixed.measure, [b"a" * size for size in mixed.SIZES]))
    for size in mixed.SIZES:
        executor.submit(mixed.make, size).result()
    executor.submit(mixed.measure, b"a" * big).result()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    parser.add_argument("--key", help="a file: what is in it is the processes' common secret")
    args = parser.parse_args()

    tally.install()
    tally.set_key(args.key)
    context = multiprocessing.get_context(args.method)
    executor = tally.new_executor(2, context)
    counted = tally.watch_executor(executor)
    if args.key:
        counted.more["keys"] = [executor.submit(mixed.has_key, args.key).result() for _ in range(2)]
    work(executor, args.items, args.big)
    cancel(executor, counted, 20)
    counted.more["workers"] = list(executor._processes)
    executor.shutdown()
    tally.write(args.truth, [counted], method=args.method)


if __name__ == "__main__":
    main()
