# SPDX-License-Identifier: GPL-2.0-only
"""A script whose top level takes its time, in each spawned worker again."""
import sys
import time

import zoo

if __name__ == "__main__" or "--healthy" not in sys.argv:
    zoo.burn(0.7)


def work(n):
    zoo.burn(0.02)
    return n


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            pool.map(work, range(20), chunksize=1)
        time.sleep(0.1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
