# SPDX-License-Identifier: GPL-2.0-only
"""Every way of giving work to a Pool, each with its own function, counted in the parent."""
import argparse
import multiprocessing

import truth


def map_one(x):
    return x * x


def map_seven(x):
    return -x


def map_default(x):
    return x + 0.5


def map_text(text):
    return text.upper()


def apply_one(x, scale=1):
    if x % 1000 == 999:
        raise ValueError("%d is one too many" % x)
    return x * scale


def imap_one(x):
    return None


def imap_five(x):
    return str(x)


def star(x, y):
    return x + y


def big(data):
    return len(data)


def big_back(n):
    return b"b" * n


def work_map(pool, n):
    pool.map(map_one, range(n), chunksize=1)
    pool.map(map_seven, range(n), chunksize=7)
    pool.map(map_default, range(n))
    pool.map(map_text, ["line %d of a text" % i for i in range(n)])


def work_apply(pool, n):
    for result in [pool.apply_async(apply_one, (x,), {"scale": 3}) for x in range(n)]:
        result.wait()


def work_imap(pool, n):
    for _ in pool.imap_unordered(imap_one, range(n)):
        pass
    for _ in pool.imap_unordered(imap_five, range(n), chunksize=5):
        pass
    pool.starmap(star, [(i, i + 1) for i in range(n // 10)])


def work_big(pool, n):
    # Around the 16 KiB from which header and payload are written apart, and above a pipe's 64 KiB.
    sizes = (16000, 16300, 16384, 16385, 17000, 65536, 200000, 1048576)
    pool.map(big, [b"a" * size for size in sizes], chunksize=1)
    pool.map(big_back, sizes, chunksize=1)


WORK = {"map": work_map, "apply": work_apply, "imap": work_imap, "big": work_big}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--work", default="map,apply,imap,big")
    args = parser.parse_args()

    truth.install()
    pool = multiprocessing.get_context("fork").Pool(args.workers)
    counted = truth.watch(pool, args.workers)
    workers = [p.pid for p in pool._pool]
    for name in args.work.split(","):
        WORK[name](pool, args.items)
    pool.close()
    pool.join()
    truth.write(args.truth, workers=workers, **counted.as_dict())


if __name__ == "__main__":
    main()
