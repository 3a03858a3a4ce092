# SPDX-License-Identifier: GPL-2.0-only
"""Several pools at once in one parent: three Pools and an executor, each with work of its own.

The executor comes first and has its workers then: what is forked later holds its pipes too.
"""
import argparse
import concurrent.futures
import multiprocessing

import mixed
import tally


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=100)
    args = parser.parse_args()

    tally.install()
    context = multiprocessing.get_context(args.method)
    executor = tally.new_executor(2, context)
    counted = [tally.watch_executor(executor)]
    list(executor.map(mixed.square, range(args.items)))
    pools = []
    for n in range(1, 4):
        pools.append(context.Pool(n))
        counted.append(tally.watch_pool(pools[-1]))
    results = [pools[0].map_async(mixed.square, range(args.items)),
               pools[1].map_async(mixed.measure, [b"a" * size for size in mixed.SIZES]),
               pools[2].map_async(mixed.fails, range(args.items), chunksize=1)]
    futures = [executor.submit(mixed.double, x) for x in range(args.items)]
    for result in results:
        result.wait()
    concurrent.futures.wait(futures)
    for pool in pools:
        pool.close()
        pool.join()
    executor.shutdown()
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
