# SPDX-License-Identifier: GPL-2.0-only
"""A multiprocessing.Pool under every start method, given mixed calls, counted in the parent; or
one of multiprocess, which is made like it and pickles by dill."""
import argparse

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


def work(pool, n, big):
    pool.map(mixed.square, range(n), chunksize=7)
    for _ in pool.imap_unordered(mixed.double, mixed.numbers(n)):
        pass
    for _ in pool.imap(mixed.model.predict, mixed.numbers(n), chunksize=5):
        pass
    pool.starmap(mixed.add, [(x, x) for x in range(n)])
    for result in [pool.apply_async(mixed.fails, (x,)) for x in range(n)]:
        result.wait()
    for x in range(4):
        mixed.expect(mixed.Refused, pool.apply, mixed.refuses, (x,))
    for result in [pool.apply_async(mine, (x,)) for x in range(10)]:
        result.wait()
    pool.map(mixed.measure, [b"a" * size for size in mixed.SIZES], chunksize=1)
    pool.map(mixed.make, mixed.SIZES, chunksize=1)
    pool.apply(mixed.measure, (b"a" * big,))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    parser.add_argument("--package", default="multiprocessing")
    parser.add_argument("--key", help="a file: what is in it is the processes' common secret")
    args = parser.parse_args()

    package = tally.install_package(args.package)
    tally.set_key(args.key)
    pool = package.get_context(args.method).Pool(2)
    by_value = args.package == "multiprocess"
    counted = tally.watch_pool(
        pool, tally.by_value(tally.pool_message) if by_value else tally.pool_message)
    if args.key:
        counted.more["keys"] = [pool.apply(mixed.has_key, (args.key,)) for _ in range(2)]
    work(pool, args.items, args.big)
    pool.close()
    pool.join()
    tally.write(args.truth, [counted], method=args.method)


if __name__ == "__main__":
    main()
