# SPDX-License-Identifier: GPL-2.0-only
"""Pools and executors made, used and closed in a loop: their pipes and numbers come again."""
import argparse
import multiprocessing

import mixed
import tally


def with_pool(context, n):
    pool = context.Pool(2)
    counted = tally.watch_pool(pool)
    pool.map(mixed.square, range(n))
    pool.close()
    pool.join()
    return counted


def with_executor(context, n):
    executor = tally.new_executor(2, context)
    counted = tally.watch_executor(executor)
    list(executor.map(mixed.double, range(n)))
    executor.shutdown()
    return counted


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--times", type=int, default=4)
    args = parser.parse_args()

    tally.install()
    context = multiprocessing.get_context(args.method)
    counted = []
    for _ in range(args.times):
        counted.append(with_pool(context, args.items))
        counted.append(with_executor(context, args.items))
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
