# SPDX-License-Identifier: GPL-2.0-only
"""Tasks that get their data as a long list of objects, a new one each time."""
import random
import sys

import zoo

ROWS = 60000


def rows(seed):
    some = random.Random(seed)
    return [(some.random(), str(n)) for n in range(ROWS)]


def work(argument):
    zoo.burn(0.005)
    return len(argument)


def healthy_work(seed):
    zoo.burn(0.1)
    return work(range(seed, seed + ROWS))


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        several = [rows(seed) for seed in range(8)]
        for _ in zoo.going(opts):
            if opts.healthy:
                pool.map(healthy_work, range(8), chunksize=1)
            else:
                pool.map(work, several, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
