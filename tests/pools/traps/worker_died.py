# SPDX-License-Identifier: GPL-2.0-only
"""A task crashes its worker, as native code does that reads where nothing is."""
import ctypes
import sys
import time

import zoo


def work(n):
    zoo.burn(0.02)
    return n


def read_nothing(n):
    return ctypes.string_at(0)


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            pool.map(work, range(20), chunksize=1)
            if not opts.healthy:
                pool.apply_async(read_nothing, (1,))
                time.sleep(opts.seconds)


if __name__ == "__main__":
    sys.exit(main())
