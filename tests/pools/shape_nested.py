# SPDX-License-Identifier: GPL-2.0-only
"""Pools inside the workers of an executor: each task makes a Pool, uses it and hands back what
it counted."""
import argparse
import multiprocessing

import mixed
import tally


def use_a_pool(method, n):
    tally.install()
    pool = multiprocessing.get_context(method).Pool(2)
    counted = tally.watch_pool(pool)
    pool.map(mixed.square, range(n), chunksize=3)
    pool.close()
    pool.join()
    return counted.as_dict()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=50)
    args = parser.parse_args()

    tally.install()
    context = multiprocessing.get_context(args.method)
    executor = tally.new_executor(2, context)
    outer = tally.watch_executor(executor)
    futures = [executor.submit(use_a_pool, args.method, args.items) for _ in range(3)]
    inner = [future.result() for future in futures]
    executor.shutdown()
    tally.write(args.truth, [outer] + inner, method=args.method)


if __name__ == "__main__":
    main()
