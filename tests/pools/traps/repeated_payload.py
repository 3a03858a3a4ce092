# SPDX-License-Identifier: GPL-2.0-only
"""A table of megabytes goes out with every task."""
import os
import sys
import time

import zoo

TABLE_BYTES = 4 << 20
TABLE = None


def keep(size):
    global TABLE
    TABLE = os.urandom(size)


def look_up(table, n):
    zoo.burn(0.002)
    return table[n % len(table)]


def look_up_kept(n):
    zoo.burn(0.002)
    return TABLE[n % len(TABLE)]


def main():
    zoo.parser.add_argument("--tasks", type=int, default=0, help="so many and no more")
    opts = zoo.options(__doc__)
    table = os.urandom(TABLE_BYTES)
    with opts.context.Pool(opts.workers, initializer=keep if opts.healthy else None,
                           initargs=(TABLE_BYTES,) if opts.healthy else ()) as pool:
        began = time.monotonic()
        rounds = range(opts.tasks // 20) if opts.tasks else zoo.going(opts)
        for _ in rounds:
            if opts.healthy:
                answers = [pool.apply_async(look_up_kept, (n,)) for n in range(20)]
            else:
                answers = [pool.apply_async(look_up, (table, n)) for n in range(20)]
            for answer in answers:
                answer.get()
        if opts.tasks:
            print(time.monotonic() - began)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
