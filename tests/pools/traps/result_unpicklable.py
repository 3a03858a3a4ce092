# SPDX-License-Identifier: GPL-2.0-only
"""What a task returns cannot be pickled."""
import multiprocessing.pool
import sys
import time

import zoo


def work(n):
    time.sleep(0.05)
    return lambda: n


def work_well(n):
    time.sleep(0.05)
    return n


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            try:
                pool.apply(work_well if opts.healthy else work, (1,))
            except multiprocessing.pool.MaybeEncodingError:
                pass
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
