# SPDX-License-Identifier: GPL-2.0-only
"""Tiny items, each a message of its own."""
import sys
import time

import zoo

ITEMS = 10000


def tiny(n):
    return sum(k * n % 7 for k in range(100))


def main():
    zoo.parser.add_argument("--items", type=int, default=0, help="so many and no more")
    zoo.parser.add_argument("--chunksize", type=int, default=0)
    opts = zoo.options(__doc__)
    chunksize = opts.chunksize or (500 if opts.healthy else 1)
    with opts.context.Pool(opts.workers) as pool:
        if opts.items:
            began = time.monotonic()
            pool.map(tiny, range(opts.items), chunksize=chunksize)
            print(time.monotonic() - began)
        else:
            for _ in zoo.going(opts):
                pool.map(tiny, range(ITEMS), chunksize=chunksize)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
